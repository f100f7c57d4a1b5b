"""What the kept tables of the build database rest on, noted in it when a build is whole.

The schema `basis` holds code, engines, settings, key and contracts, the loads that were read, and the unit
register as the rows of each period used it. `control.built_period` marks the periods whose kept rows are exactly
what these give: a mark is taken away before a kept row changes, and set when every test has passed. A whole
period is thus always right for the loads of the basis, whatever became of later builds.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import duckdb

from orchestration.contracts import CARE, Contract
from orchestration.errors import VardlagerError
from orchestration.privacy import Key
from orchestration.settings import Region
from orchestration.sql_text import quoted
from orchestration.state.current import code_version
from orchestration.state.store import Load
from orchestration.warehouse.model_meta import USED_UNIT_DATE, models_with
from orchestration.work import Work

_ENGINES = ("duckdb", "dbt-core", "dbt-duckdb")
_LOCKED = "Could not set lock"
_DAMAGED = "Corrupt database file"
_NOT_STANDING = "list_contains($touched, period) or not list_contains($complete, period)"
_MARKS = """
    create schema if not exists control;
    create table if not exists control.built_period (period varchar, build_id varchar);
    create table if not exists control.kept_table (schema_name varchar, table_name varchar);
"""
# The dates on which the rows of a period use a unit: the day that each model which asks the register says in its
# `config.meta`, and the period's last day for a row in quarantine (A37), which has no date to believe.
_USED_UNITS = """
    select period, unit_id, min(used_date) as first_date, max(used_date) as last_date
    from (
        {of_models}
        union all
        select period, unit_id, last_day(cast(period || '-01' as date)) as used_date
        from control.quarantined_row
        where group_name = $care
    )
    where unit_id is not null
    group by period, unit_id
"""


@dataclass(frozen=True)
class BasisLoad:
    """A load that the kept tables rest on: file of `sha256`, whose rows lay at `lake_path`, relative to the home."""

    period: str
    group_name: str
    entity: str
    load_id: int
    lake_path: str
    sha256: str


@dataclass(frozen=True)
class Basis:
    """What the last whole build rested on, and the periods whose rows are whole now, by their build's id."""

    foundation: Mapping[str, str]
    loads: tuple[BasisLoad, ...]
    built: Mapping[str, str]


def foundation_of(region: Region, key: Key, contracts: Mapping[str, Contract]) -> dict[str, str]:
    """What all rows of all periods rest on, as texts to compare: code, engines, settings, key and contracts."""
    shapes = repr(sorted(contracts.items()))
    return {
        "koden": code_version(),
        "motorerna": ", ".join(f"{name} {version(name)}" for name in _ENGINES),
        "inställningarna": json.dumps(region.model_dump(mode="json"), sort_keys=True),
        "nyckeln": key.check_value,
        "kontrakten": hashlib.sha256(shapes.encode("utf-8")).hexdigest(),
    }


def basis_loads(loads: Iterable[Load]) -> tuple[BasisLoad, ...]:
    """Loads as a basis notes them."""
    return tuple(
        BasisLoad(load.period, load.group_name, load.entity, load.load_id or 0, load.lake_path or "", load.sha256)
        for load in loads
    )


def read_basis(connection: duckdb.DuckDBPyConnection) -> Basis | None:
    """The basis of the last whole build; None when there is none, or none that this code can read."""
    try:
        foundation = dict(connection.execute("select name, value from basis.foundation").fetchall())
        loads = connection.execute(
            "select period, group_name, entity, load_id, lake_path, sha256 from basis.load"
        ).fetchall()
        built = dict(connection.execute("select period, build_id from control.built_period").fetchall())
    except duckdb.Error:
        return None
    return Basis(foundation, tuple(BasisLoad(*row) for row in loads), built) if foundation else None


def why_all(basis: Basis | None, now: Mapping[str, str], known: Collection[BasisLoad]) -> str | None:
    """Why every period must be built anew, in Swedish; None when the basis stands.

    `known` are all loads of the state, whether they count or not. A state that has been put back from a backup
    gives the numbers and the places in the lake that later loads had to other files: a basis with a load that
    the state does not know says nothing of what differs.
    """
    if basis is None:
        return "inget helt bygge finns"
    changed = [name for name, value in now.items() if basis.foundation.get(name) != value]
    if changed:
        return f"ändrat: {', '.join(changed)}"
    return None if set(basis.loads) <= set(known) else "läget känner inte de filer som bygget vilar på"


def remove_build(work: Work) -> None:
    """Take the build file away: everything in it comes from the lake and the state, and is made again."""
    for path in (work.home.build_file, work.home.build_file.with_name(work.home.build_file.name + ".wal")):
        path.unlink(missing_ok=True)


def open_build(work: Work) -> duckdb.DuckDBPyConnection:
    """The build database, of a new file when the one that lies there cannot be read.

    VardlagerError when another process holds the file.
    """
    try:
        return work.connect_build()
    except duckdb.IOException as error:
        if _LOCKED in str(error):
            raise VardlagerError(
                "Byggets fil är öppen i ett annat program.", "Stäng det program som läser den, och kör om."
            ) from None
    work.progress("  Byggets fil går inte att läsa och görs om.")
    remove_build(work)
    return work.connect_build()


def demand_undamaged(work: Work, messages: Iterable[str]) -> None:
    """Take the build file away when the engine says in one of the messages that it is damaged, and stop.

    What is damaged stays so: unless the file goes, every later build meets it again. Raises VardlagerError.
    """
    if any(_DAMAGED in message for message in messages):
        remove_build(work)
        raise VardlagerError(
            "Byggets fil är skadad och är borttagen; inget annat är berört.",
            "Kör om: bygget görs då från början. Kontrollera disken om det händer igen.",
        ) from None


def take_marks_away(connection: duckdb.DuckDBPyConnection, touched: Collection[str], complete: Collection[str]) -> None:
    """Mark the touched periods, and those that are not complete, as not whole; committed before anything changes."""
    connection.execute(_MARKS)
    connection.execute(
        f"delete from control.built_period where {_NOT_STANDING}",
        {"touched": sorted(touched), "complete": sorted(complete)},
    )


def note_used_units(connection: duckdb.DuckDBPyConnection, touched: Collection[str]) -> None:
    """Note on which dates the rows of these periods use a unit, while the rows still stand in the build."""
    connection.execute("create schema if not exists basis")
    connection.execute(
        "create table if not exists basis.used_unit (period varchar, unit_id varchar, first_date date, last_date date)"
    )
    connection.execute("begin")
    try:
        connection.execute("delete from basis.used_unit where list_contains($1, period)", [sorted(touched)])
        used_units = _USED_UNITS.format(
            of_models=" union all ".join(
                f"select period, unit_id, {quoted(column)} as used_date from intermediate.{quoted(model)}"
                for model, column in models_with(USED_UNIT_DATE).items()
            )
        )
        connection.execute(f"insert into basis.used_unit {used_units}", {"care": CARE})
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def note_basis(
    connection: duckdb.DuckDBPyConnection,
    foundation: Mapping[str, str],
    loads: Sequence[BasisLoad],
    touched: Collection[str],
    complete: Collection[str],
    kept: Collection[tuple[str, str]],
) -> None:
    """Note what the build that has just passed its tests rests on, all or nothing.

    `kept` holds (schema, table) of every table that keeps the rows of all periods.
    """
    build_id = uuid.uuid4().hex
    connection.execute("begin")
    try:
        connection.execute("create schema if not exists basis")
        connection.execute(_MARKS)
        connection.execute("create or replace table basis.foundation (name varchar, value varchar)")
        connection.executemany(
            "insert into basis.foundation values (?, ?)", [list(pair) for pair in foundation.items()]
        )
        connection.execute(
            "create or replace table basis.load "
            "(period varchar, group_name varchar, entity varchar, load_id integer, lake_path varchar, sha256 varchar)"
        )
        columns = [list(column) for column in zip(*(vars(load).values() for load in loads), strict=True)]
        if columns:
            connection.execute(
                "insert into basis.load select unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)",
                columns,
            )
        for table in ("unit", "unit_overlap", "unit_absent"):
            connection.execute(f"create or replace table basis.{table} as from intermediate.int_core__{table}")
        connection.execute("delete from basis.used_unit where not list_contains($1, period)", [sorted(complete)])
        connection.execute("delete from control.built_period where list_contains($1, period)", [sorted(touched)])
        for period in sorted(touched):
            connection.execute("insert into control.built_period values (?, ?)", [period, build_id])
        connection.execute("delete from control.kept_table")
        for schema, table in sorted(kept):
            connection.execute("insert into control.kept_table values (?, ?)", [schema, table])
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
