"""The demonstration: a synthetic region's extracts put in the inbox, with settings and a key of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.privacy import KEY_FILE_VARIABLE, write_new_key
from orchestration.settings import DEFAULT_HOME, EXAMPLE_FILE, HOME_VARIABLE, PRIVATE_FILE, Home
from orchestration.synthetic_region import write_region
from orchestration.workbench.query import query_text

DEMO_PERIODS = ("2024-06", "2024-07")
_MARKER = ".demonstration"


def _remove_earlier(home: Home) -> None:
    """Remove an earlier demonstration; its packages are read-only, so their folders are opened first."""
    if not home.root.exists():
        return
    for folder in [home.root, *(path for path in home.root.rglob("*") if path.is_dir())]:
        folder.chmod(0o700)
    shutil.rmtree(home.root)


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
    _remove_earlier(home)
    home.make()
    marker.write_text("Mappen håller bara påhittade patienter.\n", encoding="utf-8")
    shutil.copyfile(EXAMPLE_FILE, home.region_file)
    home.region_file.chmod(PRIVATE_FILE)
    key_file = home.state / "demonstration.key"
    write_new_key(key_file)
    os.environ[KEY_FILE_VARIABLE] = str(key_file)
    progress(f"Skriver utdrag från en syntetisk region till {home.inbox} ...")
    write_region(home.inbox, DEMO_PERIODS[0], DEMO_PERIODS[-1], scale=scale, progress=progress)
    return list(DEMO_PERIODS)


def demo_summary(home: Home, period: str) -> str:
    """The month's first figures and where everything lies, for a newcomer."""
    is_default = home.root == Path(DEFAULT_HOME).resolve()
    prefix = "" if is_default else f"{HOME_VARIABLE}={home.root} "
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
        f"Läget:           {prefix}.venv/bin/vardlager status\n"
        f'Fråga själv:     {prefix}.venv/bin/vardlager sql "select * from marts.mart_waiting_times limit 5"'
    )
