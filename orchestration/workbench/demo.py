"""The demonstration: a synthetic region's extracts put in the inbox, with settings and a key of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from orchestration.errors import UsageError
from orchestration.privacy import KEY_FILE_VARIABLE, write_new_key
from orchestration.settings import EXAMPLE_FILE, Home
from orchestration.synthetic_region import write_region
from orchestration.workbench.query import query_text

DEMO_PERIODS = ("2024-06", "2024-07")
_MARKER = ".demonstration"


def prepare_demo(home: Home, scale: float, progress: Callable[[str], None]) -> list[str]:
    """Fill VARDLAGER_HOME with a synthetic region and return its months.

    An earlier demonstration is replaced; a home that holds anything else is left alone
    (UsageError), since its data may be real.
    """
    marker = home.root / _MARKER
    if home.root.exists() and any(home.root.iterdir()) and not marker.exists():
        raise UsageError(
            f"{home.root} är inte tom och är ingen demonstration.",
            "Peka VARDLAGER_HOME på en tom mapp.",
        )
    shutil.rmtree(home.root, ignore_errors=True)
    home.make()
    marker.write_text("Mappen håller bara påhittade patienter.\n", encoding="utf-8")
    shutil.copyfile(EXAMPLE_FILE, home.region_file)
    key_file = home.state / "demonstration.key"
    write_new_key(key_file)
    os.environ[KEY_FILE_VARIABLE] = str(key_file)
    progress(f"Skriver utdrag från en syntetisk region till {home.inbox} ...")
    write_region(home.inbox, DEMO_PERIODS[0], DEMO_PERIODS[-1], scale=scale, progress=progress)
    return list(DEMO_PERIODS)


def demo_summary(home: Home, period: str) -> str:
    """The month's first figures and where everything lies, for a newcomer."""
    figures = query_text(
        home,
        f"""
        select
            measure_id, population, numerator, denominator, round(share, 3) as share, median_wait_days
        from marts.mart_waiting_times
        where period = '{period}' and level = 'region' and sex = 'all' and specialty_group = 'all' and variant = 'skr'
        order by measure_id, population
        """,
        "table",
    )
    return (
        f"Måluppfyllelse {period}, regionen, variant skr:\n{figures}\n"
        f"Publicerad fil:  {home.published_file}\n"
        f"Leverans:        {home.delivery / 'skr' / period}\n"
        f"Läget:           {KEY_FILE_VARIABLE}={home.state / 'demonstration.key'} .venv/bin/vardlager status\n"
        'Fråga själv:     .venv/bin/vardlager sql "select * from marts.mart_waiting_times limit 5"'
    )
