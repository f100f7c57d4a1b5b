"""Runs the suite `landing`: the period's files and the registers in force against their contracts.

The engine counts each file in one pass over the view that the models read; what it counts follows from the
contract. Only counts, names of columns and types ever leave the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.contracts import REGISTERS, WAITING_TIME_GROUPS, Column, Contract, groups
from orchestration.settings import Region
from orchestration.sql_text import literal, quoted
from orchestration.validation.bands import bands_in_force
from orchestration.validation.results import ExpectationResult
from orchestration.validation.run import LINE_NAME as LINE
from orchestration.validation.run import run_aggregates

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations.expectation import Expectation

SUITE = "landing"
OUTSIDE_BAND = "outside_period_share"
_MISSING = "saknas"


def _lake_name(column: Column) -> str:
    """What stands in the lake for a column of the contract."""
    return f"{column.identity}_key" if column.identity is not None else column.name


def _plain_type(data_type: str) -> str:
    return data_type.upper().replace(" ", "")


def _stored_types(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, str]:
    """Name to type of what the models read."""
    rows = connection.execute(f"describe lake.{contract.entity}").fetchall()
    return {row[0]: _plain_type(row[1]) for row in rows}


def _count(condition: str, name: str) -> str:
    return f"count(case when {condition} then 1 end) as {name}"


def _outside_period(contract: Contract, stored: Mapping[str, str]) -> str | None:
    """The condition of a row that lies outside the file's month, None when the contract has no period column."""
    if contract.period_column is None:
        return None
    column = contract.column(contract.period_column)
    text = f"cast({_value(_lake_name(column), stored)} as varchar)"
    if column.data_type in ("date", "timestamp"):
        return f"substr({text}, 1, 7) <> $period"
    return f"{text} <> replace($period, '-', '')"


def _value(name: str, stored: Mapping[str, str]) -> str:
    """A column of the lake; one that is not stored is empty on every row."""
    return quoted(name) if name in stored else "cast(null as varchar)"


def _measurements(contract: Contract, stored: Mapping[str, str]) -> list[str]:
    """What is counted of a file, each as an aggregate with its name."""
    counted = ["count(*) as in_lake_count", _count("_load_id is distinct from $load_id", "of_other_loads_count")]
    if contract.key:
        key = ", ".join(_value(_lake_name(contract.column(name)), stored) for name in contract.key)
        counted.append(f"count(distinct {key if len(contract.key) == 1 else f'({key})'}) as distinct_keys_count")
    if contract.exactly_one_of:
        filled = " + ".join(
            f"case when {_value(name, stored)} is null then 0 else 1 end" for name in contract.exactly_one_of
        )
        counted.append(_count(f"{filled} <> 1", "not_exactly_one_count"))
    outside = _outside_period(contract, stored)
    if outside is not None:
        counted.append(_count(f"coalesce({outside}, true)", "outside_period_count"))
    for position, column in enumerate(contract.columns):
        if not column.is_loaded:
            continue
        name = _value(_lake_name(column), stored)
        if column.name in contract.required_columns:
            counted.append(_count(f"{name} is null", f"empty_{position}"))
        if column.codes:
            codes = ", ".join(literal(code) for code in column.codes)
            counted.append(_count(f"cast({name} as varchar) not in ({codes})", f"outside_codes_{position}"))
    return counted


def _measured_file(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    stored: Mapping[str, str],
    file: Mapping[str, Any],
    region: Region,
    least_rows: int,
) -> pd.DataFrame:
    """One line: the file's account beside what was counted of it in one pass.

    The share outside the month is empty in a file of fewer than `least_rows` rows.
    """
    derived = (
        """,
            measured.in_lake_count - measured.outside_period_count as inside_period_count,
            case when measured.in_lake_count >= greatest(1, $least_rows)
                then cast(measured.outside_period_count as double) / cast(measured.in_lake_count as double)
            end as outside_period_share"""
        if contract.period_column is not None
        else ""
    )
    return connection.execute(
        f"""
        with measured as (
            select {", ".join(_measurements(contract, stored))}
            from lake.{contract.entity} where _period = $period
        )
        select
            account.entity || ' ' || account.period as line,
            account.rows_in_file as in_file_count,
            account.rows_loaded as loaded_count,
            account.rows_quarantined as quarantined_count,
            account.rows_loaded + account.rows_quarantined + account.rows_duplicate + account.rows_filtered
                as accounted_count,
            greatest(
                cast($limit_rows as bigint),
                cast(floor(cast($limit_share as decimal(9, 6)) * account.rows_in_file) as bigint)
            ) as allowed_quarantine_count,
            measured.*{derived}
        from quality.load_account as account
        cross join measured
        where account.load_id = $load_id
        """,
        {
            "period": file["period"],
            "load_id": file["load_id"],
            "limit_rows": region.quarantine_limit_rows,
            "limit_share": str(region.quarantine_limit_share),
            **({"least_rows": least_rows} if contract.period_column is not None else {}),
        },
    ).df()


def _current_files(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], period: str
) -> dict[str, list[dict[str, Any]]]:
    """Entity to its files: those of the period, and for a register the newest period that holds it (CM10)."""
    rows = connection.execute(
        """
        with current_file as (
            select entity, period, load_id
            from quality.load_account
            where is_current and list_contains($entities, entity)
        ),
        newest_period as (
            select entity, max(period) as period
            from current_file
            where list_contains($registers, entity)
            group by entity
        )
        select current_file.entity, current_file.period, current_file.load_id
        from current_file
        left join newest_period on current_file.entity = newest_period.entity
        where current_file.period = $period or current_file.period = newest_period.period
        order by current_file.entity, current_file.period
        """,
        {
            "period": period,
            "entities": [contract.entity for contract in contracts],
            "registers": [contract.entity for contract in contracts if contract.group == REGISTERS],
        },
    ).fetchall()
    files: dict[str, list[dict[str, Any]]] = {}
    for entity, file_period, load_id in rows:
        files.setdefault(entity, []).append({"period": file_period, "load_id": load_id})
    return files


def _column_lines(
    contract: Contract, measured: Sequence[pd.DataFrame], prefix: str, names: Sequence[str], column_name: str
) -> pd.DataFrame:
    """One line a file and column, from the measured counts called `prefix` and the column's place."""
    import pandas as pd

    several = len(measured) > 1
    lines = [
        {
            LINE: f"{column.name} ({file[LINE].iloc[0]})" if several else column.name,
            column_name: int(file[f"{prefix}_{position}"].iloc[0]),
        }
        for file in measured
        for position, column in enumerate(contract.columns)
        if column.is_loaded and column.name in names
    ]
    return pd.DataFrame(lines)


def checks(
    connection: duckdb.DuckDBPyConnection,
    period: str,
    contracts: Mapping[str, Contract],
    region: Region,
    demanded: Sequence[str] = WAITING_TIME_GROUPS,
) -> Iterator[tuple[pd.DataFrame, Sequence[Expectation]]]:
    """Frames of aggregates on the files of the demanded groups, each with a column `line`, and what is expected."""
    import pandas as pd

    from expectations.landing import (
        coded_columns,
        codes_expectation,
        file_expectations,
        presence_expectation,
        required_expectation,
        types_expectation,
    )

    checked = {name: members for name, members in groups(dict(contracts)).items() if name in demanded}
    files = _current_files(connection, [contract for members in checked.values() for contract in members], period)
    outside_band = next((band for band in bands_in_force(connection, SUITE, period) if band.name == OUTSIDE_BAND), None)
    least_rows = outside_band.least_rows if outside_band is not None else 0
    for group in demanded:
        needed = [contract.entity for contract in checked.get(group, ()) if not contract.is_optional]
        present = pd.DataFrame({LINE: needed, "files_count": [len(files.get(entity, [])) for entity in needed]})
        yield present, [presence_expectation(group)]
    for contract in (contract for members in checked.values() for contract in members):
        if contract.entity not in files:
            continue
        stored = _stored_types(connection, contract)
        measured = [
            _measured_file(connection, contract, stored, file, region, least_rows) for file in files[contract.entity]
        ]
        yield pd.concat(measured, ignore_index=True), file_expectations(contract, outside_band)
        required = [name for name in contract.required_columns if contract.column(name).is_loaded]
        yield _column_lines(contract, measured, "empty", required, "empty_count"), [required_expectation(contract)]
        coded = coded_columns(contract)
        if coded:
            lines = _column_lines(contract, measured, "outside_codes", coded, "outside_codes_count")
            yield lines, [codes_expectation(contract)]
        types = pd.DataFrame(
            {LINE: name, "stored_type": stored.get(name, _MISSING), "contract_type": _plain_type(data_type)}
            for name, data_type in contract.lake_columns()
        )
        yield types, [types_expectation(contract)]


def validate_landing(
    connection: duckdb.DuckDBPyConnection,
    period: str,
    contracts: Mapping[str, Contract],
    region: Region,
    demanded: Sequence[str] = WAITING_TIME_GROUPS,
) -> list[ExpectationResult]:
    """The suite over the files of `period` ('YYYY-MM') and the registers in force, one result per expectation.

    `demanded` are the groups that the period must have, registers of whichever period.

    A needed file that is not there fails `<group>.entities_present`, and nothing more is asked of it. Memory is
    that of the engine's aggregates. Raises duckdb.Error when the account or a view of the lake is absent.
    """
    return run_aggregates(SUITE, checks(connection, period, contracts, region, demanded))
