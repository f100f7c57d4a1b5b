"""One piece of work: what every stage needs to know about the run it is part of."""

from __future__ import annotations

import os
import re
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb

from orchestration.contracts import Contract, load_contracts
from orchestration.errors import UsageError
from orchestration.privacy import Key, key_from_environment
from orchestration.settings import Home, Region, home_from_environment, read_region

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
# The months that the calendar's holidays cover; the end is not one of them.
FIRST_PERIOD, END_PERIOD = "2015-01", "2041-01"


def check_period(period: str) -> str:
    """`period` itself when it is a month as YYYY-MM; UsageError otherwise."""
    if not _PERIOD.fullmatch(period):
        raise UsageError(f"Perioden {period!r} är ingen månad.", "Skriv den som ÅÅÅÅ-MM, till exempel 2024-07.")
    if not FIRST_PERIOD <= period < END_PERIOD:
        raise UsageError(
            f"Perioden {period} finns inte i kalendern.", f"Välj en från {FIRST_PERIOD} till före {END_PERIOD}."
        )
    return period


def months(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both included; UsageError when they stand in wrong order."""
    check_period(first)
    check_period(last)
    if first > last:
        raise UsageError(f"Perioden {first} ligger efter {last}.", "Byt plats på --from och den sista perioden.")
    year, month = int(first[:4]), int(first[5:])
    result = []
    while (period := f"{year:04d}-{month:02d}") <= last:
        result.append(period)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return result


@dataclass(frozen=True)
class Work:
    """A run of one period. `override_reason` stands in for approvals when it is not empty.

    With `full_refresh` the warehouse is built anew, whatever it holds.
    """

    period: str
    run_id: str
    home: Home
    region: Region
    own_keys: frozenset[str]
    key: Key
    contracts: Mapping[str, Contract]
    progress: Callable[[str], None]
    override_reason: str = ""
    full_refresh: bool = False

    def connect_build(self, read_only: bool = False) -> duckdb.DuckDBPyConnection:
        """The build database, with memory bounded; close it before the next stage."""
        connection = duckdb.connect(
            str(self.home.build_file),
            read_only=read_only,
            config={
                "memory_limit": f"{self.region.memory_limit_mb}MB",
                "temp_directory": str(self.home.build / "spill"),
                "threads": 2,
            },
        )
        self.home.build_file.chmod(0o600)
        return connection


def silence_telemetry() -> None:
    """Turn off what dbt, Dagster and Great Expectations would send; before any of them is imported."""
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "0"
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    os.environ["GX_ANALYTICS_ENABLED"] = "false"


def _keep_temporary_files_inside(home: Home) -> None:
    """Libraries make temporary files; nothing may be written outside the home."""
    folder = home.build / "tmp"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = str(folder)


def open_work(
    period: str, progress: Callable[[str], None], override_reason: str = "", full_refresh: bool = False
) -> Work:
    """The work of one period under VARDLAGER_HOME, with settings and key checked."""
    check_period(period)
    home = home_from_environment()
    region, own_keys = read_region(home)
    home.make()
    _keep_temporary_files_inside(home)
    return Work(
        period=period,
        run_id=uuid.uuid4().hex[:12],
        home=home,
        region=region,
        own_keys=own_keys,
        key=key_from_environment(),
        contracts=load_contracts(),
        progress=progress,
        override_reason=override_reason,
        full_refresh=full_refresh,
    )
