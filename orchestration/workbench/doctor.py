"""A check-up of the installation: what is wrong, why it matters, and what to do about it.

It reads only. It neither makes nor changes a file, waits for no run and stops none.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.contracts import load_contracts
from orchestration.errors import VardlagerError
from orchestration.settings import Home, Region, read_region
from orchestration.state.lock import holder
from orchestration.state.store import Load, State, read_state
from orchestration.workbench.checkup import files, keys, machine, standing
from orchestration.workbench.checkup.finding import Finding, Level, fault, good, looked

__all__ = ["Finding", "Level", "examine"]

_NEWEST_TIME = """
    select max(at) as at from (
        select max(loaded_at) as at from load
        union all select max(started_at) from run
        union all select max(recorded_at) from evidence
        union all select max(created_at) from delivery
        union all select max(purged_at) from purge
    )
"""


@looked("Hem")
def _home(home: Home) -> Finding:
    if not home.root.is_dir():
        return fault(
            "Hem",
            f"{home.root} finns inte",
            "Allt som huset har ligger där.",
            "Rätta VARDLAGER_HOME, eller gör mappen och lägg region.yml i den.",
        )
    return good("Hem", str(home.root))


@looked("Inställningar")
def _settings(home: Home) -> Finding:
    return good("Inställningar", f"{read_region(home)[0].region_name}, {home.region_file}")


@looked("Kontrakt")
def _contracts() -> Finding:
    return good("Kontrakt", f"{len(load_contracts())} entiteter")


def _region(home: Home) -> Region | None:
    try:
        return read_region(home)[0]
    except (VardlagerError, OSError):
        return None


@contextmanager
def _opened(home: Home) -> Iterator[tuple[State | None, str | None]]:
    """(the state, why it cannot be read); neither when there is none yet."""
    try:
        if not home.state_file.exists():
            yield None, None
            return
    except OSError as trouble:
        yield None, trouble.strerror or str(trouble)
        return
    try:
        with read_state(home.state_file) as state:
            state.rows("select count(*) from load")
    except sqlite3.Error as trouble:
        is_half = trouble.sqlite_errorcode == sqlite3.SQLITE_READONLY_ROLLBACK
        yield None, standing.HALF_WRITTEN if is_half else str(trouble)
        return
    with read_state(home.state_file) as state:
        yield state, None


def _loads(state: State | None) -> list[Load]:
    try:
        return state.loads() if state is not None else []
    except (sqlite3.Error, IndexError):
        return []


def _newest_time(state: State | None) -> str | None:
    try:
        return state.rows(_NEWEST_TIME)[0]["at"] if state is not None else None
    except sqlite3.Error:
        return None


def _holding(home: Home) -> str | None:
    try:
        return holder(home)
    except OSError:
        return None


def _publications(home: Home) -> Finding:
    with _opened(home) as (state, _):
        return standing.published(home, state)


def examine(home: Home, at: datetime.datetime | None = None) -> list[Finding]:
    """Every finding, good and bad, in an order that helps: what the rest depends on comes first.

    `at` is the computer's local time, without a zone. Nothing is raised for what is wrong with the home.
    """
    at = at or datetime.datetime.now()
    region = _region(home)
    first = [machine.python(), machine.packages(), _home(home), _settings(home), _contracts()]
    if not home.root.is_dir():
        return first
    holding = _holding(home)
    is_held = holding is not None
    walked = files.walk(home, region.shared_group if region is not None else None)
    with _opened(home) as (state, trouble):
        loads = _loads(state)
        return [
            *first,
            keys.pseudonym_key(home, state),
            keys.delivery_key(home, state),
            files.rights(home, walked),
            files.owners(home, walked),
            files.links(walked),
            machine.clock(_newest_time(state), at),
            machine.memory(region, machine.machine_memory()),
            machine.disk(home),
            standing.state_file(home, state, trouble),
            standing.writer_lock(home, holding),
            standing.stale_runs(home, state, is_held),
            standing.pool_slots(home),
            files.leftovers(home, is_held),
            files.inbox(home, loads, region.retention_months if region is not None else 0, at),
            files.lake(home, loads),
            files.archive(home, loads, state),
            standing.build(home, region, state, is_held),
            files.publication_pointer(home),
            standing.published(home, state),
            files.retention(home, region, state, at.date()),
        ]
