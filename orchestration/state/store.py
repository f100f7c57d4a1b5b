"""The state database: one SQLite file, one writer, whole transactions.

State is not data: approvals, evidence, deliveries and loads live here and survive every
rebuild of the warehouse. Times are local, ISO 8601, to the second.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import VardlagerError

_SCHEMA = """
create table if not exists key_check (name text primary key, check_value text not null);

create table if not exists load (
    load_id integer primary key,
    period text not null,
    system text not null,
    entity text not null,
    group_name text not null,
    file_name text not null,
    sha256 text not null,
    archive_path text not null,
    lake_path text,
    rows_in_file integer not null,
    rows_loaded integer not null,
    rows_quarantined integer not null,
    rows_duplicate integer not null,
    rows_filtered integer not null,
    loaded_at text not null,
    outcome text not null check (outcome in ('current', 'replaced', 'held', 'refused')),
    message text,
    check (rows_in_file = rows_loaded + rows_quarantined + rows_duplicate + rows_filtered)
);
create unique index if not exists one_current_load on load (entity, period) where outcome = 'current';

create table if not exists period_group (
    period text not null,
    group_name text not null,
    state text not null check (state in ('complete', 'incomplete', 'refused')),
    message text,
    primary key (period, group_name)
);

create table if not exists run (
    run_id text primary key,
    command text not null,
    period text not null,
    started_at text not null,
    ended_at text,
    exit_code integer
);

create table if not exists finished_month (
    period text not null,
    job text not null,
    run_id text not null,
    basis text not null,
    inbox text not null,
    refused text not null,
    finished_at text not null,
    primary key (period, job)
);

create table if not exists evidence (
    check_id text not null,
    run_id text not null,
    inputs text not null,
    period text not null,
    is_passed integer not null,
    detail text not null,
    recorded_at text not null,
    primary key (check_id, run_id, period)
);

create table if not exists validation_result (
    run_id text not null,
    period text not null,
    suite text not null,
    expectation text not null,
    severity text not null,
    is_success integer not null,
    has_crashed integer not null,
    observed text not null,
    meaning text not null,
    checked_at text not null,
    primary key (run_id, period, suite, expectation)
);

create table if not exists delivery (
    receiver text not null,
    period text not null,
    version integer not null,
    created_at text not null,
    run_id text not null,
    inputs text not null,
    content_hash text not null,
    contacts_completed integer not null,
    contacts_waiting integer not null,
    left_out_count integer not null,
    replaced_version integer,
    override_reason text,
    status text not null,
    primary key (receiver, period, version)
);

create table if not exists delivery_call (
    receiver text not null,
    period text not null,
    version integer not null,
    call text not null,
    leverans_referens text not null,
    ersattnings_id text,
    rows integer not null,
    sha256 text not null,
    status text not null,
    rejected_count integer,
    answered_at text,
    primary key (receiver, period, version, call)
);

create table if not exists clinic_figure (
    period text not null,
    clinic_id text not null,
    clinic_name text not null,
    run_id text not null,
    inputs text not null,
    figures_hash text not null,
    figures text not null,
    recorded_at text not null,
    primary key (period, clinic_id)
);

create table if not exists approval (
    approval_id integer primary key,
    period text not null,
    clinic_id text not null,
    clinic_name text not null,
    approved_by text not null,
    approved_at text not null,
    figures_hash text not null,
    figures text not null,
    loads text not null,
    withdrawn_at text,
    withdrawn_reason text
);
create unique index if not exists one_standing_approval on approval (period, clinic_id) where withdrawn_at is null;

create table if not exists acceptance (
    approval_id integer not null references approval (approval_id),
    rule_id text not null,
    reason text not null,
    primary key (approval_id, rule_id)
);

create table if not exists publication (
    version integer primary key,
    published_at text not null,
    run_id text not null,
    period text not null,
    inputs text not null,
    sha256 text not null,
    status text not null check (status in ('building', 'current', 'earlier', 'removed'))
);
create unique index if not exists one_current_publication on publication (status) where status = 'current';

create table if not exists purge (
    purge_id integer primary key,
    kind text not null,
    path text not null,
    sha256 text,
    rows integer,
    bytes integer,
    counted_from text not null,
    reason text not null,
    noted_at text not null,
    purged_at text
);
"""


def now() -> str:
    """The local time to the second, ISO 8601: for state and messages, never for models."""
    return datetime.datetime.now().replace(microsecond=0).isoformat(sep=" ")


@dataclass(frozen=True)
class Load:
    """One file taken in (or refused): a row of quality.load_account.

    outcome: `current` is what the warehouse reads, `replaced` was it once, `held` waits for the
    rest of its group, `refused` never came in. Rows: in_file = loaded + quarantined + duplicate
    + filtered; of a refused file every row counts as quarantined.
    """

    period: str
    system: str
    entity: str
    group_name: str
    file_name: str
    sha256: str
    archive_path: str
    lake_path: str | None
    rows_in_file: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    rows_filtered: int
    loaded_at: str
    outcome: str
    message: str | None = None
    load_id: int | None = None


_LOAD_COLUMNS = tuple(name for name in Load.__dataclass_fields__ if name != "load_id")


def _load(row: sqlite3.Row) -> Load:
    return Load(**{name: row[name] for name in (*_LOAD_COLUMNS, "load_id")})


class State:
    """Reads and writes of state.sqlite. Open, use and close inside one function."""

    def __init__(self, path: Path, is_read_only: bool = False) -> None:
        if is_read_only:
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not path.exists()
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        if is_new:
            path.chmod(0o600)
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of the writes inside."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Rows of a query, for reading."""
        return self._connection.execute(query, parameters).fetchall()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """One writing statement."""
        self._connection.execute(statement, parameters)

    def insert(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """Insert rows given as column to value."""
        for row in rows:
            names = ", ".join(row)
            marks = ", ".join("?" for _ in row)
            self._connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))

    def check_key(self, name: str, check_value: str) -> None:
        """Remember a key's check value the first time; VardlagerError when another key comes later."""
        known = self.rows("select check_value from key_check where name = ?", [name])
        if not known:
            self.insert("key_check", [{"name": name, "check_value": check_value}])
        elif known[0]["check_value"] != check_value:
            raise VardlagerError(
                f"Nyckeln ({name}) är inte den som tidigare inläsningar gjordes med.",
                "Peka ut regionens rätta nyckelfil; med en annan går patienterna inte att känna igen.",
            )

    def add_load(self, load: Load) -> int:
        """Store a load and return its id."""
        values = [getattr(load, name) for name in _LOAD_COLUMNS]
        marks = ", ".join("?" for _ in _LOAD_COLUMNS)
        cursor = self._connection.execute(f"insert into load ({', '.join(_LOAD_COLUMNS)}) values ({marks})", values)
        return int(cursor.lastrowid or 0)

    def add_purge(
        self,
        kind: str,
        path: str,
        sha256: str | None,
        rows: int | None,
        size: int | None,
        counted_from: str,
        reason: str,
    ) -> int:
        """Write down what is about to be deleted, `path` below the home; returns the row's id. `purged_at` follows."""
        cursor = self._connection.execute(
            """
            insert into purge (kind, path, sha256, rows, bytes, counted_from, reason, noted_at)
            values (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [kind, path, sha256, rows, size, counted_from, reason, now()],
        )
        return int(cursor.lastrowid or 0)

    def let_go_of_held(self, entity: str, period: str) -> None:
        """Nothing that waited for its group shall take over any more; the current load stays."""
        self.execute(
            "update load set outcome = 'replaced' where outcome = 'held' and entity = ? and period = ?",
            [entity, period],
        )

    def forget_refusal(self, entity: str, period: str, sha256: str) -> None:
        """Drop the refusal of exactly this file: it is about to be refused again."""
        self.execute(
            "delete from load where outcome = 'refused' and entity = ? and period = ? and sha256 = ?",
            [entity, period, sha256],
        )

    def loads(self, *outcomes: str, period: str | None = None) -> list[Load]:
        """Loads with one of the outcomes (all when none is given), oldest first."""
        conditions, parameters = ["1 = 1"], list[Any]()
        if outcomes:
            conditions.append(f"outcome in ({', '.join('?' for _ in outcomes)})")
            parameters += outcomes
        if period is not None:
            conditions.append("period = ?")
            parameters.append(period)
        query = f"select * from load where {' and '.join(conditions)} order by load_id"
        return [_load(row) for row in self.rows(query, parameters)]

    def make_current(self, load_ids: Sequence[int]) -> None:
        """Let these loads take over from the earlier ones of their entity and period, all at once."""
        with self.transaction():
            for load_id in load_ids:
                self.execute(
                    """
                    update load set outcome = 'replaced'
                    where outcome in ('current', 'held') and load_id <> ?
                        and (entity, period) = (select entity, period from load where load_id = ?)
                    """,
                    [load_id, load_id],
                )
                self.execute("update load set outcome = 'current' where load_id = ?", [load_id])

    def set_group(self, period: str, group: str, state: str, message: str | None) -> None:
        """What has become of a group in a period."""
        self.execute(
            """
            insert into period_group (period, group_name, state, message) values (?, ?, ?, ?)
            on conflict (period, group_name) do update set state = excluded.state, message = excluded.message
            """,
            [period, group, state, message],
        )


def schema_faults(state: State) -> list[str]:
    """What the database lacks of what this version reads and writes, or has beyond it, in Swedish.

    Tables that lack altogether are made by the next run and are no fault.
    """
    with contextlib.closing(sqlite3.connect(":memory:")) as wanted:
        wanted.executescript(_SCHEMA)
        names = "select m.name, c.name from sqlite_master as m, pragma_table_info(m.name) as c where m.type = 'table'"
        expected = {tuple(row) for row in wanted.execute(names)}
        found = {tuple(row) for row in state.rows(names)}
    tables = {table for table, _ in found}
    lacking = [f"{table}.{column} saknas" for table, column in sorted(expected - found) if table in tables]
    beyond = [f"{table}.{column} är okänd" for table, column in sorted(found - expected)]
    return lacking + beyond


@contextmanager
def read_state(path: Path) -> Iterator[State]:
    """The state database as it stands, for looking only: nothing is made or brought up to date.

    Raises sqlite3.Error when there is none or it cannot be read as a database.
    """
    state = State(path, is_read_only=True)
    try:
        yield state
    finally:
        state.close()


@contextmanager
def open_state(path: Path) -> Iterator[State]:
    """The state database, closed at the end."""
    state = State(path)
    try:
        yield state
    finally:
        state.close()
