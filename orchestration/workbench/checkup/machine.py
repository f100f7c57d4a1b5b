"""The computer: Python, packages, clock, memory and disk."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from orchestration.contracts import PROJECT_ROOT
from orchestration.publishing.versions import version_folder, version_in_force
from orchestration.settings import Home, Region
from orchestration.workbench.checkup.finding import Finding, fault, good, listed, looked, note

LOCK_FILE = PROJECT_ROOT / "requirements.lock"
# Those that make figures, packages and proof: another version may give another result.
_DECISIVE = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "lxml", "pandas")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;)?", re.MULTILINE)
_HOME_ZONE = "Europe/Stockholm"
# What a house needs before its first build, and what is comfortable.
_LOWEST_FREE_BYTES, _COMFORTABLE_FREE_BYTES = 1 << 30, 5 << 30
_MEMORY_SHARE = 0.7
_GB = 1 << 30


@looked("Python")
def python() -> Finding:
    """Whether the interpreter is one that the house is tested with."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return good("Python", found)
    return fault("Python", found, "Huset är prövat med 3.11 till 3.13.", "Installera en av dem och kör make setup.")


def pins(text: str) -> dict[str, tuple[set[str], bool]]:
    """Name to (versions, whether some computers do without it) of a lock file."""
    found: dict[str, tuple[set[str], bool]] = {}
    for match in _PIN.finditer(text):
        versions, is_conditional = found.get(match[1], (set(), True))
        found[match[1]] = (versions | {match[2]}, is_conditional and match[3] is not None)
    return found


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def unlike(wanted: Mapping[str, tuple[set[str], bool]], installed: Mapping[str, str | None]) -> dict[str, str]:
    """Name to what is wrong with it, in Swedish, of packages that are not as the lock says."""
    wrong = {}
    for name, (versions, is_conditional) in wanted.items():
        found = installed[name]
        if found is None and not is_conditional:
            wrong[name] = f"{name} saknas"
        elif found is not None and found not in versions:
            wrong[name] = f"{name} {found} i stället för {' eller '.join(sorted(versions))}"
    return wrong


@looked("Paket")
def packages(lock_file: Path = LOCK_FILE) -> Finding:
    """Whether what is installed is what the lock file names."""
    wanted = pins(lock_file.read_text(encoding="utf-8"))
    wrong = unlike(wanted, {name: _installed(name) for name in wanted})
    if not wrong:
        return good("Paket", f"{len(wanted)} som i {lock_file.name}")
    decisive = [wrong[name] for name in _DECISIVE if name in wrong]
    told = listed(decisive + [text for name, text in wrong.items() if name not in _DECISIVE])
    why = "Med andra versioner kan siffror och paket bli andra än de prövade."
    return (fault if decisive else note)("Paket", told, why, "Kör make setup.")


@looked("Klocka")
def clock(newest: str | None, at: datetime.datetime) -> Finding:
    """Whether the clock stands after everything that the state remembers, and shows Swedish time.

    `newest` is the latest time in the state, `at` the computer's local time, both without a zone.
    """
    if newest is not None and newest > at.isoformat(sep=" "):
        return fault(
            "Klocka",
            f"datorn säger {at:%Y-%m-%d %H:%M}, men state/ har en rad från {newest}",
            "Gallring, sista dagar och ordningen mellan inläsningar följer klockan.",
            "Ställ klockan, eller vänta ut skillnaden om det är den gamla tiden som var fel.",
        )
    try:
        swedish = at.replace(tzinfo=ZoneInfo(_HOME_ZONE)).utcoffset()
    except ZoneInfoNotFoundError:
        return note("Klocka", "datorn känner inga tidszoner", "Tidszonen går inte att jämföra.", "Installera tzdata.")
    if at.astimezone().utcoffset() != swedish:
        return note(
            "Klocka",
            f"{at:%Y-%m-%d %H:%M}, inte svensk tid",
            "Tider i state/, protokoll och manifest skrivs i datorns tid; siffrorna påverkas inte.",
            f"Ställ datorns tidszon till {_HOME_ZONE}, eller kör med TZ={_HOME_ZONE}.",
        )
    return good("Klocka", f"{at:%Y-%m-%d %H:%M}, svensk tid")


def machine_memory() -> int:
    """Bytes of memory that this process may use: the computer's, or its container's when that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    bound = Path("/sys/fs/cgroup/memory.max")
    text = bound.read_text(encoding="ascii").strip() if bound.is_file() else "max"
    return min(total, int(text)) if text.isdecimal() else total


@looked("Minne")
def memory(region: Region | None, total: int) -> Finding:
    """Whether the memory that the settings give the engine is there; `total` in bytes."""
    if region is None:
        return note("Minne", "inte granskat", "Gränsen står i region.yml.", "Rätta inställningarna först.")
    told = f"memory_limit_mb {region.memory_limit_mb} av datorns {total >> 20} MB"
    limit = region.memory_limit_mb << 20
    if limit > total:
        why = "Motorn tar mer än som finns, och operativsystemet avbryter körningen."
        return fault("Minne", told, why, "Sänk memory_limit_mb i region.yml.")
    if limit > _MEMORY_SHARE * total:
        why = "Python, dbt och Dagster behöver omkring 1 GB bredvid motorn."
        return note("Minne", told, why, "Sänk memory_limit_mb i region.yml till högst två tredjedelar.")
    return good("Minne", told)


def _size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


@looked("Disk")
def disk(home: Home) -> Finding:
    """Whether the next run fits: the build again, as much spilt to disk, and one more published version."""
    there = next(path for path in (home.root, *home.root.parents) if path.exists())
    usage = shutil.disk_usage(there)
    build = home.build_file.stat().st_size if home.build_file.is_file() else 0
    in_force = version_in_force(home)
    published = _size_of(version_folder(home, in_force)) if in_force is not None else 0
    needed = max(_LOWEST_FREE_BYTES, 2 * build + published)
    told = f"{usage.free / _GB:.1f} GB ledigt, nästa körning kan behöva {needed / _GB:.1f} GB"
    remedy = "Frigör plats, eller sänk published_versions och retention_months i region.yml; körningen går att ta om."
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        why = "Ingenting kan skrivas."
        return fault("Disk", f"{there} är skrivskyddad", why, "Montera disken så att den går att skriva på.")
    if usage.free < needed:
        return fault("Disk", told, "Körningen stannar när disken är full; det som gäller blir kvar.", remedy)
    if usage.free < max(_COMFORTABLE_FREE_BYTES, 2 * needed):
        return note("Disk", told, "Det räcker, men inte länge.", remedy)
    return good("Disk", told)
