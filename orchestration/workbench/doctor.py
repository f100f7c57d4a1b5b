"""A check-up of the installation: what is wrong, and what to do about it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration.contracts import load_contracts
from orchestration.errors import VardlagerError
from orchestration.privacy import key_from_environment
from orchestration.publishing.contents import DATABASE_NAME, PARQUET_NAME
from orchestration.publishing.versions import faults_of, publications, version_folder, version_in_force
from orchestration.settings import Home, read_region
from orchestration.state.lock import holder
from orchestration.state.store import open_state

_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "lxml")
_LOWEST_FREE_BYTES = 5 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is as it should be, and the remedy when it is not."""

    subject: str
    is_good: bool
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        """One line, and the remedy on the next when something is wrong."""
        line = f"{'ok ' if self.is_good else 'FEL'}  {self.subject}: {self.detail}"
        return line if self.is_good else f"{line}\n       Gör så här: {self.remedy}"


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    is_good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding("Python", is_good, found, "Använd Python 3.11 till 3.13 och kör make setup.")


def _packages() -> Finding:
    missing = []
    for name in _PACKAGES:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    return Finding(
        "Paket",
        not missing,
        "alla installerade" if not missing else f"saknas: {', '.join(missing)}",
        "Kör make setup.",
    )


def _told(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except VardlagerError as error:
        return Finding(subject, False, error.what, error.next_step)


def _key_matches(home: Home) -> str:
    key = key_from_environment()
    if home.state_file.exists():
        with open_state(home.state_file) as state:
            state.check_key("pseudonymer", key.check_value)
    return "finns, är privat och är den som tidigare inläsningar gjordes med"


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.root if home.root.exists() else Path.cwd()).free
    detail = f"{free / (1 << 30):.0f} GB ledigt"
    return Finding(
        "Disk",
        free >= _LOWEST_FREE_BYTES,
        detail,
        "Frigör minst 5 GB; ett bygge behöver plats bredvid det förra.",
    )


def _permissions(home: Home) -> Finding:
    open_folders = [
        path.name
        for path in (home.archive, home.lake, home.state, home.build, home.quarantine, home.delivery)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    foreign = [path.name for path in (home.root, home.state) if path.exists() and path.stat().st_uid != os.getuid()]
    if foreign:
        return Finding(
            "Rättigheter",
            False,
            f"annan ägare på {', '.join(foreign)}",
            "Kör som den användare som äger mappen.",
        )
    return Finding(
        "Rättigheter",
        not open_folders,
        "bara ägaren kommer åt" if not open_folders else f"öppna för andra: {', '.join(open_folders)}",
        f"Kör: chmod 700 {' '.join(str(home.root / name) for name in open_folders)}",
    )


def _lock(home: Home) -> Finding:
    other = holder(home)
    return Finding(
        "Skrivlås",
        other is None,
        "ledigt" if other is None else f"hålls av {other}",
        "Vänta tills den körningen är klar, eller avsluta den.",
    )


def _scratch(home: Home) -> Finding:
    left = home.landing_scratch.exists()
    return Finding(
        "Inläsning",
        not left,
        "inget lämnat" if not left else "en inläsning pågår eller avbröts",
        "Pågår ingen körning: kör vardlager run igen, den städar efter sig.",
    )


def _published_faults(home: Home) -> list[str]:
    in_force = version_in_force(home)
    folder = version_folder(home, in_force) if in_force is not None else None
    faults = [
        f"{home.published / name} hör inte till version {in_force}"
        for name in (DATABASE_NAME, PARQUET_NAME)
        if folder is not None and (home.published / name).resolve() != (folder / name).resolve()
    ]
    with open_state(home.state_file) as state:
        standing = publications(state, "current", "earlier")
    noted = next((entry.version for entry in standing if entry.status == "current"), None)
    if in_force != noted:
        faults.append(f"version {in_force or 'ingen'} gäller, men {noted or 'ingen'} är antecknad")
    return faults + [fault for entry in standing for fault in faults_of(home, entry)]


def _publications(home: Home) -> Finding:
    faults = _published_faults(home) if home.state_file.exists() else []
    in_force = version_in_force(home)
    whole = "inget är publicerat" if in_force is None else f"version {in_force} gäller, alla sparade är oförändrade"
    return Finding(
        "Publicerat",
        not faults,
        "; ".join(faults) or whole,
        "Kör vardlager run, som publicerar på nytt, eller vardlager rollback till en hel version.",
    )


def examine(home: Home) -> list[Finding]:
    """Every finding, good and bad, in an order that helps: what the rest depends on comes first."""
    return [
        _python(),
        _packages(),
        _told("Inställningar", lambda: f"{read_region(home)[0].region_name}, {home.region_file}"),
        _told("Kontrakt", lambda: f"{len(load_contracts())} entiteter"),
        _told("Nyckel", lambda: _key_matches(home)),
        _permissions(home),
        _disk(home),
        _lock(home),
        _scratch(home),
        _publications(home),
    ]
