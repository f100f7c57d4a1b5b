"""The demonstration: a synthetic region's extracts put in the inbox, with settings and a key of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.landing.receiving import sha256_of
from orchestration.privacy import KEY_FILE_VARIABLE, mask_identities, write_new_key
from orchestration.reporting.stage import newest_lists
from orchestration.settings import DEFAULT_HOME, EXAMPLE_FILE, HOME_VARIABLE, PRIVATE_FILE, Home
from orchestration.state.store import open_state
from orchestration.synthetic_region import write_region
from orchestration.workbench.query import query_text

DEMO_PERIODS = ("2024-06", "2024-07")
_MARKER = ".demonstration"
_ONLY_INVENTED = "Mappen håller bara påhittade patienter; filerna som demonstrationen skrev:"


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())


def _demand_own(home: Home, marker: Path) -> None:
    """UsageError unless everything in the inbox and everything loaded is what the demonstration wrote itself.

    A file is known by its content (sha256, noted in the marker): a real extract that took the place of the
    demonstration's own of the same name is found too.
    """
    written = {line.partition(" ")[0] for line in marker.read_text(encoding="utf-8").splitlines()[1:]}
    foreign = [
        str(path.relative_to(home.root))
        for path in _files_below(home.inbox)
        if path.is_symlink() or not path.is_file() or sha256_of(path) not in written
    ]
    if home.state_file.exists():
        with open_state(home.state_file) as state:
            foreign += [
                f"inläsningen av {load.file_name} ({load.period})"
                for load in state.loads()
                if load.sha256 not in written
            ]
    if foreign:
        more = f" och {len(foreign) - 1} till" if len(foreign) > 1 else ""
        raise UsageError(
            f"{home.root} var en demonstration men håller annat än den skrev: {mask_identities(foreign[0])}{more}.",
            f"Peka {HOME_VARIABLE} på en tom mapp, eller ta själv bort mappen om inget i den ska vara kvar.",
        )


def _remove_earlier(home: Home) -> None:
    """Remove an earlier demonstration; its packages are read-only, so their folders are opened first."""
    if not home.root.exists():
        return
    for folder in [home.root, *(path for path in home.root.rglob("*") if path.is_dir() and not path.is_symlink())]:
        folder.chmod(0o700)
    shutil.rmtree(home.root)


def _write_inbox(home: Home, marker: Path, scale: float, progress: Callable[[str], None]) -> None:
    """Write the region beside the inbox, note its files, and only then move them in.

    A demonstration stopped half way so never has a file in the inbox that it does not know as its own.
    """
    beside = home.build / "demonstration"
    write_region(beside, DEMO_PERIODS[0], DEMO_PERIODS[-1], scale=scale, progress=progress)
    lines = [f"{sha256_of(path)} {path.relative_to(beside)}" for path in _files_below(beside)]
    marker.write_text("\n".join([_ONLY_INVENTED, *lines, ""]), encoding="utf-8")
    for path in sorted(beside.iterdir()):
        path.rename(home.inbox / path.name)
    beside.rmdir()


def _key_file(home: Home) -> Path:
    return home.state / "demonstration.key"


def prepare_demo(home: Home, scale: float, progress: Callable[[str], None]) -> list[str]:
    """Fill VARDLAGER_HOME with a synthetic region and return its months.

    An earlier demonstration is replaced; a home that holds anything else, or a demonstration that
    got other files later, is left alone (UsageError), since its data may be real.
    """
    marker = home.root / _MARKER
    if home.root.exists() and any(home.root.iterdir()) and not marker.exists():
        raise UsageError(
            f"{home.root} är inte tom och är ingen demonstration.",
            f"Peka {HOME_VARIABLE} på en tom mapp.",
        )
    if marker.exists():
        _demand_own(home, marker)
    _remove_earlier(home)
    home.make()
    marker.write_text(f"{_ONLY_INVENTED}\n", encoding="utf-8")
    shutil.copyfile(EXAMPLE_FILE, home.region_file)
    home.region_file.chmod(PRIVATE_FILE)
    key_file = _key_file(home)
    write_new_key(key_file)
    os.environ[KEY_FILE_VARIABLE] = str(key_file)
    progress(f"Skriver utdrag från en syntetisk region till {home.inbox} ...")
    _write_inbox(home, marker, scale, progress)
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
        f"Protokoll:       {home.reports / period} (vad som kontrollerats, att läsa i en webbläsare)\n"
        f"Klinikens lista: {newest_lists(home.reports / period)} (vad varje klinik ska rätta)\n"
        f"Läget:           {prefix}.venv/bin/vardlager status\n"
        f'Fråga själv:     {prefix}.venv/bin/vardlager sql "select * from marts.mart_waiting_times limit 5"'
        f"\nKöra vidare:     {prefix}{KEY_FILE_VARIABLE}={_key_file(home)} .venv/bin/vardlager run --period {period}"
    )
