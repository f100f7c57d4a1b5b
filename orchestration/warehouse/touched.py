"""Which periods a build must compute anew: those whose rows may differ from what the kept tables hold.

Too many costs time, too few is a wrong figure: where it cannot be told exactly, a period counts as touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb

from orchestration.contracts import CARE, REGISTERS, Contract
from orchestration.settings import Home
from orchestration.sql_text import literal, quoted
from orchestration.warehouse.basis import BasisLoad
from orchestration.warehouse.inputs import HISTORY_COLUMNS, HISTORY_ENTITY

OWN, NOT_WHOLE, NEW_FILES, SAME_CONTACTS = "körs", "inte färdigbyggd", "nya filer", "samma kontakter"
REGISTER, OVERLAPS, LOOK_BACK = "ändrat register", "ändrade överlapp i registret", "ser tillbaka"
_KEY = "contact_key"
_SHOWN = 6


def changed_periods(before: Iterable[BasisLoad], now: Iterable[BasisLoad], making: Collection[str]) -> set[str]:
    """Periods that rest on other loads than before, of whichever of the groups that are `making` periods.

    New, exchanged or gone loads count alike; a period is touched whole, with all its groups.
    """
    held, holds = (
        {(load.period, load.entity, load.load_id) for load in loads if load.group_name in making}
        for loads in (before, now)
    )
    return {period for period, _, _ in held ^ holds}


def has_other_registers(before: Iterable[BasisLoad], now: Iterable[BasisLoad]) -> bool:
    """Whether the registers are of other loads than before."""
    held, holds = ({load.load_id for load in loads if load.group_name == REGISTERS} for loads in (before, now))
    return held != holds


def _is_there(home: Home, load: BasisLoad) -> bool:
    return (home.root / load.lake_path).is_file()


def _rows(home: Home, load: BasisLoad | None, columns: Sequence[str]) -> str:
    """Columns (varchar or timestamp, as they stand in the lake) of a load's rows as a query; none of no load."""
    if load is None:
        return f"select {', '.join(f'null as {quoted(column)}' for column in columns)} where false"
    path = literal(str(home.root / load.lake_path))
    return f"select {', '.join(map(quoted, columns))} from read_parquet({path}, hive_partitioning = false)"


def _note_changed_contacts(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    altered: Mapping[str, tuple[BasisLoad | None, BasisLoad | None]],
) -> None:
    """Temporary table `changed_contact`: each contact that a load tells otherwise than the one before, first period."""
    connection.execute("create or replace temporary table changed_contact (contact_key varchar, period varchar)")
    for period, (old, new) in altered.items():
        before, now = (_rows(home, load, tuple(HISTORY_COLUMNS)) for load in (old, new))
        connection.execute(
            f"insert into changed_contact select distinct {_KEY}, {literal(period)} from "
            f"(({before} except all {now}) union all ({now} except all {before}))"
        )


def _periods_holding_changed(connection: duckdb.DuckDBPyConnection, home: Home, loads: Sequence[BasisLoad]) -> set[str]:
    """Periods of those loads that hold a contact of `changed_contact` which changed in an earlier period."""
    holding = " union all ".join(
        f"select {literal(load.period)} as period, {_KEY} from ({_rows(home, load, [_KEY])})" for load in loads
    )
    found = connection.execute(
        f"select distinct holding.period from ({holding}) as holding inner join "
        f"(select {_KEY}, min(period) as period from changed_contact group by {_KEY}) as changed "
        f"on holding.{_KEY} = changed.{_KEY} and holding.period > changed.period"
    ).fetchall()
    return {period for (period,) in found}


def periods_with_changed_contacts(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    contracts: Mapping[str, Contract],
    before: Sequence[BasisLoad],
    now: Sequence[BasisLoad],
    candidates: Collection[str],
) -> set[str]:
    """Those of the candidates that hold a contact which an earlier period tells otherwise than before.

    A contact is told otherwise when anything that a rule may ask of another period differs between the load that
    the kept tables rest on and the current one; it is held when it was carried out or waits. Where rows to
    compare are gone from the lake, every candidate after them counts. The newest period reads no row.
    """
    newest = max(candidates, default="")
    held, holds = (
        {load.period: load for load in loads if load.entity == HISTORY_ENTITY and load.period < newest}
        for loads in (before, now)
    )
    altered = {
        period: (held.get(period), holds.get(period))
        for period in sorted(held.keys() | holds.keys())
        if held.get(period) != holds.get(period)
    }
    comparable = {
        period: pair for period, pair in altered.items() if all(load is None or _is_there(home, load) for load in pair)
    }
    lost = min(altered.keys() - comparable.keys(), default=None)
    touched = {later for later in candidates if lost is not None and later > lost}
    if not comparable:
        return touched
    keyed = {entity for entity, contract in contracts.items() if _KEY in dict(contract.lake_columns())}
    asked = [
        load
        for load in now
        if load.group_name == CARE
        and load.entity in keyed
        and load.period in set(candidates) - touched
        and load.period > min(comparable)
    ]
    touched |= {load.period for load in asked if not _is_there(home, load)}
    standing = [load for load in asked if load.period not in touched]
    if standing:
        _note_changed_contacts(connection, home, comparable)
        touched |= _periods_holding_changed(connection, home, standing)
        connection.execute("drop table changed_contact")
    return touched


_CLIPPED = """
    select
        used_unit.period, used_unit.first_date, used_unit.last_date,
        unit.* exclude (valid_from_date, valid_to_date),
        greatest(used_unit.first_date, unit.valid_from_date) as from_date,
        least(used_unit.last_date, unit.valid_to_date) as to_date
    from basis.used_unit
    inner join {relation} as unit
        on used_unit.unit_id = unit.unit_id
        and used_unit.first_date <= unit.valid_to_date and used_unit.last_date >= unit.valid_from_date
"""


def periods_with_changed_units(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Periods whose rows use a unit that the register tells otherwise on some day between the first and last used."""
    before, now = (_CLIPPED.format(relation=name) for name in ("basis.unit", "intermediate.int_core__unit"))
    found = connection.execute(
        f"select distinct period from (({before} except {now}) union all ({now} except {before}))"
    ).fetchall()
    return {period for (period,) in found}


def has_other_overlaps(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the register overlaps in other intervals than it did (E02)."""
    before, now = "from basis.unit_overlap", "from intermediate.int_core__unit_overlap"
    found = connection.execute(
        f"select exists (({before} except all {now}) union all ({now} except all {before}))"
    ).fetchone()
    return bool(found and found[0])


def periods_with_other_absences(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Periods in which the newest register told, or tells, of units absent from it otherwise than it did (E05)."""
    before, now = "from basis.unit_absent", "from intermediate.int_core__unit_absent"
    found = connection.execute(
        f"select distinct period from (({before} except {now}) union all ({now} except {before}))"
    ).fetchall()
    return {period for (period,) in found}


def told(touched: Mapping[str, str], complete: int, why_all: str | None) -> str:
    """The touched periods and why, short, in Swedish; `complete` is how many there are in all."""
    if why_all is not None:
        return f"alla {complete} perioder ({why_all})"
    shown = "; ".join(f"{period}: {reason}" for period, reason in sorted(touched.items())[-_SHOWN:])
    rest = len(touched) - _SHOWN
    return f"{len(touched)} av {complete} perioder ({shown}{f'; och {rest} tidigare' if rest > 0 else ''})"
