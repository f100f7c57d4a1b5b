"""What dbt builds from: views of the lake's current loads, and the run's facts as tables.

dbt reads no file, no clock and no setting of its own; all that it is to know stands in the
schemas `lake` and `control` before it starts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import Contract, period_groups
from orchestration.settings import Home, Region
from orchestration.sql_text import literal
from orchestration.state.current import built_periods, complete_periods, inputs_fingerprint, readable_loads
from orchestration.state.lake import quarantined_path
from orchestration.state.store import Load, State
from orchestration.warehouse.look_back import longest_look_back, looked_back_to

# A deviation as a review tells it (models/review/review_deviation.sql), so far as a later one asks of it.
_TOLD_DEVIATION = {
    "clinic_id": "varchar", "rule_id": "varchar", "effect_case": "varchar", "severity": "varchar",
    "effect": "varchar", "status": "varchar", "entity": "varchar", "contact_id": "varchar", "unit_id": "varchar",
    "unit_name": "varchar", "care_level": "varchar", "phase": "varchar", "mvo_code": "varchar",
    "decision_date": "date", "start_date": "date", "booked_date": "date", "is_booked": "boolean",
    "target_date": "date", "wait_days": "bigint", "is_left_out": "boolean",
    "stay_number": "integer", "admitted_at": "timestamp", "discharged_at": "timestamp", "event_date": "date",
    "detail": "varchar", "sort_order": "bigint",
}  # fmt: skip

_CONTROL_TABLES = {
    "run_context": {
        "period": "varchar", "region_code": "integer", "region_name": "varchar", "region_hsa_id": "varchar",
        "county_prefix": "varchar", "main_variant": "varchar", "left_out_limit_share": "decimal(9, 6)",
        "left_out_limit_rows": "integer",
    },
    "region_mvo": {"mvo_code": "varchar"},
    "region_activity": {"activity_code": "varchar"},
    "region_setting": {"name": "varchar", "value": "varchar", "source": "varchar"},
    "loaded_period": {"period": "varchar", "group_name": "varchar"},
    "complete_period": {"period": "varchar"},
    "touched_period": {"period": "varchar"},
    "load_account": {
        "load_id": "integer", "period": "varchar", "system": "varchar", "entity": "varchar", "file_name": "varchar",
        "sha256": "varchar", "rows_in_file": "bigint", "rows_loaded": "bigint", "rows_quarantined": "bigint",
        "rows_duplicate": "bigint", "rows_filtered": "bigint", "loaded_at": "timestamp", "is_current": "boolean",
        "outcome": "varchar",
    },
    "period_state": {
        "period": "varchar", "group_name": "varchar", "state": "varchar", "loads_count": "integer",
        "last_loaded_at": "timestamp", "message": "varchar",
    },
    "validation_result": {
        "run_id": "varchar", "period": "varchar", "suite": "varchar", "expectation": "varchar", "severity": "varchar",
        "is_success": "boolean", "has_crashed": "boolean", "observed": "varchar", "checked_at": "timestamp",
    },
    "delivery": {
        "receiver": "varchar", "period": "varchar", "version": "integer", "created_at": "timestamp",
        "contacts_completed": "bigint", "contacts_waiting": "bigint", "left_out_count": "bigint",
        "replaced_version": "integer", "status": "varchar", "content_hash": "varchar",
    },
    "delivery_call": {
        "receiver": "varchar", "period": "varchar", "version": "integer", "call": "varchar",
        "leverans_referens": "varchar", "ersattnings_id": "varchar", "rows": "bigint", "sha256": "varchar",
        "status": "varchar", "rejected_count": "bigint", "answered_at": "timestamp",
    },
    "earlier_deviation": _TOLD_DEVIATION,
    "accepted_deviation": _TOLD_DEVIATION,
    "clinic_approval": {
        "clinic_id": "varchar", "approved_by": "varchar", "approved_at": "timestamp", "figures_hash": "varchar",
        "is_withdrawn": "boolean", "withdrawn_reason": "varchar",
    },
    "clinic_acceptance": {
        "clinic_id": "varchar", "rule_id": "varchar", "reason": "varchar", "accepted_by": "varchar",
        "accepted_at": "timestamp",
    },
}  # fmt: skip
# What a review asks beside the build: empty while the models are built and tested.
_OF_REVIEWS = ("earlier_deviation", "accepted_deviation", "clinic_approval", "clinic_acceptance")

# What a rule may ask of another period than its row's own: columns of one entity by their name in
# control.contact_history. A changed contact is one that differs in these, so the two cannot part.
HISTORY_ENTITY = "cosmic_vardkontakt"
HISTORY_COLUMNS = {"contact_key": "contact_key", "start_tid": "started_at", "kontaktform": "contact_form"}
# What a rule that looks back a number of periods may ask of them, by its name in control.earlier_contact.
EARLIER_COLUMNS = HISTORY_COLUMNS | {
    "patient_key": "patient_key", "fas": "phase", "mvo": "mvo_code", "enhet_hsaid": "unit_id",
    "referral_key": "referral_key",
}  # fmt: skip


def _stored(loads: Sequence[Load], home: Home) -> str:
    """The rows of one entity's loads as `stored`, each beside the `period` and `load_id` of its `file`.

    One reading of all files: a union of a reading each would hold buffers for every file at once.
    """
    files = {str(home.root / (load.lake_path or "")): load for load in sorted(loads, key=lambda load: load.period)}
    paths = ", ".join(map(literal, files))
    told = ", ".join(
        f"({literal(path)}, {literal(load.period)}, cast({load.load_id} as integer))" for path, load in files.items()
    )
    return (
        f"read_parquet([{paths}], hive_partitioning = false, filename = true) as stored "
        f"inner join (values {told}) as file (filename, period, load_id) on stored.filename = file.filename"
    )


def _create_lake_view(
    connection: duckdb.DuckDBPyConnection, contract: Contract, loads: Sequence[Load], home: Home
) -> None:
    if loads:
        columns = ", ".join(f'stored."{name}"' for name, _ in contract.lake_columns())
        query = f"select {columns}, file.period as _period, file.load_id as _load_id from {_stored(loads, home)}"
    else:
        empty = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in contract.lake_columns())
        query = f"select {empty}, cast(null as varchar) as _period, cast(null as integer) as _load_id where false"
    connection.execute(f"create or replace view lake.{contract.entity} as {query}")


def _create_quarantined_view(connection: duckdb.DuckDBPyConnection, loads: Sequence[Load], home: Home) -> None:
    """View `control.quarantined_row`: one row a fault of a row that the current loads hold back."""
    listed = [
        (load, home.root / quarantined_path(load.lake_path))
        for load in sorted(loads, key=lambda load: (load.period, load.entity))
        if load.lake_path is not None
    ]
    parts = [
        f"select {literal(load.period)} as period, {literal(load.entity)} as entity, "
        f"{literal(load.group_name)} as group_name, source_line, column_name, reason, unit_id "
        f"from read_parquet({literal(str(path))}, hive_partitioning = false)"
        for load, path in listed
        if path.is_file()
    ]
    kinds = {"source_line": "bigint"}
    names = ("period", "entity", "group_name", "source_line", "column_name", "reason", "unit_id")
    empty = ", ".join(f"cast(null as {kinds.get(name, 'varchar')}) as {name}" for name in names)
    parts = parts or [f"select {empty} where false"]
    connection.execute(f"create or replace view control.quarantined_row as {' union all '.join(parts)}")


def _create_contacts_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    chosen: Mapping[str, str],
    loads: Sequence[Load],
    home: Home,
) -> None:
    """View `control.<name>`: period and the chosen columns, under their names there, of those loads' contacts."""
    read = [load for load in loads if load.entity == HISTORY_ENTITY]
    if read:
        columns = ", ".join(f"stored.{column} as {given}" for column, given in chosen.items())
        query = f"select file.period, {columns} from {_stored(read, home)}"
    else:
        kinds = {"started_at": "timestamp"}
        empty = ", ".join(f"cast(null as {kinds.get(given, 'varchar')}) as {given}" for given in chosen.values())
        query = f"select cast(null as varchar) as period, {empty} where false"
    connection.execute(f"create or replace view control.{name} as {query}")


def _create_contact_views(
    connection: duckdb.DuckDBPyConnection, loads: Sequence[Load], home: Home, touched: Collection[str]
) -> None:
    """Views `control.contact_history` and `control.earlier_contact` of contacts in touched periods and others.

    The first is of every complete period; the second, of many more columns, of those alone that a touched period's
    rules look back to, so that it costs the same however long the history is.
    """
    _create_contacts_view(connection, "contact_history", HISTORY_COLUMNS, loads, home)
    seen = set(touched) | looked_back_to(touched, {load.period for load in loads}, longest_look_back())
    near = [load for load in loads if load.period in seen]
    _create_contacts_view(connection, "earlier_contact", EARLIER_COLUMNS, near, home)


def _setting_rows(region: Region, own_keys: frozenset[str]) -> list[list[str]]:
    rows = []
    for name, value in region.model_dump(mode="json").items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        rows.append([name, text, "region.yml" if name in own_keys else "default"])
    return rows


def _period_rows(state: State, remarks: Mapping[tuple[str, str], str]) -> list[list[Any]]:
    """What is told of each period's groups; a remark on one stands after what the state says of it."""
    loads = state.loads("current", "replaced", "held")
    rows = []
    for row in state.rows("select * from period_group order by period, group_name"):
        period, group = row["period"], row["group_name"]
        own = [load for load in loads if load.period == period and load.group_name == group]
        rows.append(
            [
                period,
                group,
                row["state"],
                len(own),
                max((load.loaded_at for load in own), default=None),
                "; ".join(told for told in (row["message"], remarks.get((period, group))) if told) or None,
            ]
        )
    return rows


def _load_rows(state: State) -> list[list[Any]]:
    return [
        [
            load.load_id,
            load.period,
            load.system,
            load.entity,
            load.file_name,
            load.sha256,
            load.rows_in_file,
            load.rows_loaded,
            load.rows_quarantined,
            load.rows_duplicate,
            load.rows_filtered,
            load.loaded_at,
            load.outcome == "current",
            load.outcome,
        ]
        for load in state.loads()
    ]


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Make a control table anew with these rows, all in one statement: they grow with every run."""
    columns = _CONTROL_TABLES[table]
    definition = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"create or replace table control.{table} ({definition})")
    if rows:
        lists = ", ".join(f"unnest(cast(${place} as {kind}[]))" for place, kind in enumerate(columns.values(), 1))
        values = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"insert into control.{table} select {lists}", values)


def write_state_copies(
    connection: duckdb.DuckDBPyConnection, state: State, remarks: Mapping[tuple[str, str], str] | None = None
) -> None:
    """Copy what analysts may see of the state: accounts, period states, results and deliveries.

    `remarks` are told beside the state of a period's group, by (period, group).
    """
    connection.execute("create schema if not exists control")
    _fill(connection, "load_account", _load_rows(state))
    _fill(connection, "period_state", _period_rows(state, remarks or {}))
    _fill(
        connection,
        "validation_result",
        [
            tuple(row)
            for row in state.rows(
                """
                select run_id, period, suite, expectation, severity, is_success, has_crashed, observed, checked_at
                from validation_result order by checked_at, run_id, period, suite, expectation
                """
            )
        ],
    )
    _fill(
        connection,
        "delivery",
        [
            tuple(row)
            for row in state.rows(
                """
                select receiver, period, version, created_at, contacts_completed, contacts_waiting, left_out_count,
                    replaced_version, status, content_hash
                from delivery where status <> 'building' order by receiver, period, version
                """
            )
        ],
    )
    _fill(
        connection,
        "delivery_call",
        [
            tuple(row)
            for row in state.rows(
                """
                select receiver, period, version, call, leverans_referens, ersattnings_id, rows, sha256, status,
                    rejected_count, answered_at
                from delivery_call order by receiver, period, version, call
                """
            )
        ],
    )


@dataclass(frozen=True)
class Acceptance:
    """A rule whose deviations a clinic has accepted, and the file of the deviations that it saw when it did."""

    clinic_id: str
    rule_id: str
    reason: str
    accepted_by: str
    accepted_at: str
    seen: Path | None


def _take_deviations(
    connection: duckdb.DuckDBPyConnection, table: str, path: Path, condition: str, values: Mapping[str, str]
) -> None:
    """Rows of a review's file of deviations; what an older review did not tell of them is NULL."""
    told = {
        name for (name,) in connection.execute("select name from parquet_schema($path)", {"path": str(path)}).fetchall()
    }
    names = ", ".join(name for name in _TOLD_DEVIATION if name in told)
    connection.execute(
        f"insert into control.{table} ({names}) select {names} from read_parquet($path) where {condition}",
        {"path": str(path), **values},
    )


def write_review_inputs(
    connection: duckdb.DuckDBPyConnection,
    earlier: Path | None,
    approvals: Sequence[Sequence[Any]],
    acceptances: Sequence[Acceptance],
) -> None:
    """Let the models of the review know the deviations it is compared with, and what the clinics have said.

    `earlier` is the Parquet file of deviations of the review compared with, None when there is none; a row of
    `approvals` has the columns of control.clinic_approval. What is left out is empty, as while the models are built.
    """
    _fill(connection, "earlier_deviation", [])
    _fill(connection, "accepted_deviation", [])
    if earlier is not None:
        _take_deviations(connection, "earlier_deviation", earlier, "true", {})
    for acceptance in acceptances:
        if acceptance.seen is not None:
            _take_deviations(
                connection,
                "accepted_deviation",
                acceptance.seen,
                "status <> 'fixed' and clinic_id = $clinic and rule_id = $rule",
                {"clinic": acceptance.clinic_id, "rule": acceptance.rule_id},
            )
    _fill(connection, "clinic_approval", approvals)
    _fill(
        connection,
        "clinic_acceptance",
        [(told.clinic_id, told.rule_id, told.reason, told.accepted_by, told.accepted_at) for told in acceptances],
    )


def write_inputs(
    connection: duckdb.DuckDBPyConnection,
    period: str,
    home: Home,
    region: Region,
    own_keys: frozenset[str],
    contracts: Mapping[str, Contract],
    state: State,
    touched: Collection[str] | None = None,
) -> str:
    """Make the schemas `lake` and `control` of the build database; returns the inputs' fingerprint.

    The models see the `touched` periods alone, of each the files of every whole group; all periods when not given,
    and of entities that read all periods.
    """
    connection.execute("create schema if not exists lake")
    connection.execute("create schema if not exists control")
    current = state.loads("current")
    complete = built_periods(contracts, current)
    touched = set(complete) if touched is None else set(touched)
    readable = readable_loads(contracts, current)
    making = period_groups(contracts)
    seen = [load for load in readable if load.group_name not in making or load.period in touched]
    for contract in contracts.values():
        shown = readable if contract.reads_all_periods else seen
        _create_lake_view(connection, contract, [load for load in shown if load.entity == contract.entity], home)
    _create_quarantined_view(connection, seen, home)
    _create_contact_views(connection, readable, home, touched)
    _fill(
        connection,
        "run_context",
        [
            [
                period,
                region.region_code,
                region.region_name,
                region.region_hsa_id,
                region.county_prefix,
                region.main_variant,
                region.left_out_limit_share,
                region.left_out_limit_rows,
            ]
        ],
    )
    _fill(connection, "region_mvo", [[code] for code in region.mvo_list])
    _fill(connection, "region_activity", [[code] for code in region.activity_list])
    _fill(connection, "region_setting", _setting_rows(region, own_keys))
    _fill(connection, "loaded_period", complete_periods(contracts, current))
    _fill(connection, "complete_period", [[period] for period in complete])
    _fill(connection, "touched_period", [[period] for period in sorted(touched)])
    for table in _OF_REVIEWS:
        _fill(connection, table, [])
    write_state_copies(connection, state)
    return inputs_fingerprint(readable, region)
