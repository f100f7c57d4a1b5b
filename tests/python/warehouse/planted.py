"""A build database made of rows written in a test, and dbt run on it in this process.

Nothing here comes from landing or synthetic data: a row is a plain dict of the extract's own columns, and
the lake and control relations are made with SQL of this module alone. Only the contracts are shared.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import PROJECT_ROOT, load_contracts

Row = dict[str, Any]

REGION_HSA_ID = "SE2321000131-E000000000001"
CLINIC = "SE2321000131-E000000001000"
OTHER_CLINIC = "SE2321000131-E000000002000"
UNIT = "SE2321000131-E000000001001"
CAP_UNIT = "SE2321000131-E000000001002"
FIRST_LINE_UNIT = "SE2321000131-E000000001003"
UNKNOWN_UNIT = "SE2321000131-E000000009999"

_TOLD_DEVIATION = (
    "clinic_id varchar, rule_id varchar, effect_case varchar, severity varchar, effect varchar, status varchar, "
    "entity varchar, contact_id varchar, unit_id varchar, unit_name varchar, care_level varchar, phase varchar, "
    "mvo_code varchar, decision_date date, start_date date, booked_date date, is_booked boolean, "
    "target_date date, wait_days bigint, is_left_out boolean, stay_number integer, admitted_at timestamp, "
    "discharged_at timestamp, event_date date, detail varchar, sort_order bigint"
)
CONTROL_TABLES = {
    "run_context": (
        "period varchar, region_code integer, region_name varchar, region_hsa_id varchar, "
        "county_prefix varchar, main_variant varchar, "
        "left_out_limit_share decimal(9,6), left_out_limit_rows integer"
    ),
    "region_mvo": "mvo_code varchar",
    "region_activity": "activity_code varchar",
    "quarantined_row": (
        "period varchar, entity varchar, group_name varchar, source_line bigint, column_name varchar, "
        "reason varchar, unit_id varchar"
    ),
    "region_setting": "name varchar, value varchar, source varchar",
    "loaded_period": "period varchar, group_name varchar",
    "complete_period": "period varchar",
    "touched_period": "period varchar",
    "load_account": (
        "load_id integer, period varchar, system varchar, entity varchar, file_name varchar, sha256 varchar, "
        "rows_in_file bigint, rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint, "
        "rows_filtered bigint, loaded_at timestamp, is_current boolean, outcome varchar"
    ),
    "period_state": (
        "period varchar, group_name varchar, state varchar, loads_count integer, last_loaded_at timestamp, "
        "message varchar"
    ),
    "validation_result": (
        "run_id varchar, period varchar, suite varchar, expectation varchar, severity varchar, "
        "is_success boolean, has_crashed boolean, observed varchar, checked_at timestamp"
    ),
    "delivery": (
        "receiver varchar, period varchar, version integer, created_at timestamp, contacts_completed bigint, "
        "contacts_waiting bigint, left_out_count bigint, replaced_version integer, status varchar, content_hash varchar"
    ),
    "delivery_call": (
        "receiver varchar, period varchar, version integer, call varchar, leverans_referens varchar, "
        "ersattnings_id varchar, rows bigint, sha256 varchar, status varchar, rejected_count bigint, "
        "answered_at timestamp"
    ),
    "earlier_deviation": _TOLD_DEVIATION,
    "accepted_deviation": _TOLD_DEVIATION,
    "clinic_approval": (
        "clinic_id varchar, approved_by varchar, approved_at timestamp, figures_hash varchar, "
        "is_withdrawn boolean, withdrawn_reason varchar"
    ),
    "clinic_acceptance": (
        "clinic_id varchar, rule_id varchar, reason varchar, accepted_by varchar, accepted_at timestamp"
    ),
}

LOADED_AT = datetime(2024, 8, 2, 8)
DELIVERED_AT = datetime(2024, 8, 18, 8)

CONTROL_ROWS: dict[str, tuple[Any, ...]] = {
    "region_setting": ("region_code", "56", "region.yml"),
    "load_account": (
        1, "2024-07", "cosmic", "cosmic_vardkontakt", "cosmic_vardkontakt_202407.csv", "x",
        10, 7, 1, 1, 1, LOADED_AT, True, "loaded",
    ),
    "validation_result": ("r1", "2024-07", "delivery", "unik", "critical", True, False, "0", LOADED_AT),
    "delivery": ("skr", "2024-07", 1, DELIVERED_AT, 5, 5, 1, None, "delivered", "another content"),
    "delivery_call": (
        "skr", "2024-07", 1, "kontakt_genomforda", "L1", "E1", 5, "x", "approved", 0, DELIVERED_AT,
    ),
}  # fmt: skip


def key_of(source_id: str) -> str:
    """A stand-in for the keyed pseudonym: what a test looks its planted row up by."""
    return hashlib.md5(source_id.encode()).hexdigest()


def day(text: str, days: int = 0) -> datetime:
    """Ten in the morning of an ISO date, moved by a number of days."""
    return datetime.fromisoformat(f"{text} 10:00:00") + timedelta(days=days)


def unit(period: str, unit_id: str = UNIT, **values: Any) -> Row:
    """A row of the unit register; the defaults are a somatic outpatient unit of the first clinic."""
    return {
        "_period": period, "enhet_hsaid": unit_id, "namn": "Mottagningen", "enhetstyp": "MOTTAGNING",
        "klinik_hsaid": CLINIC, "klinik_namn": "Kliniken", "vardgivare_hsaid": REGION_HSA_ID,
        "vardgivare_namn": "Regionen", "sjukhus_kod": "55011", "sjukhus_namn": "Lasarettet",
        "omrade": "Norra", "driftform": "REGION", "vardniva": "S", "verksamhetstyp": "SOM",
        "giltig_from": date(2015, 1, 1), "giltig_tom": None, **values,
    }  # fmt: skip


def _care_row(period: str, contact_id: str, values: Row) -> Row:
    return {
        "_period": period, "vardkontakt_id": contact_id, "contact_key": key_of(contact_id),
        "patient_key": key_of(f"patient {contact_id}"), "patient_id_type": "person",
        "patient_has_valid_check_digit": True, "patient_birth_year": 1970, "kon": "K",
        "skyddad_identitet": "N", "lkf": "1980", "vardniva": "S", "enhet_hsaid": UNIT, "vardgaranti": "J",
        "fas": "1", "mvo": "101", "bokningssatt": "2", "vardkontakttyp": "0", "yrkeskategori": "XS915",
        **values,
    }  # fmt: skip


def contact(period: str, contact_id: str, **values: Any) -> Row:
    """A contact carried out: a faultless first contact of ten days' wait, on the period's tenth day."""
    start = day(f"{period}-10")
    defaults: Row = {
        "start_tid": start, "beslut_tid": start - timedelta(days=10), "typ_akutverksamhet": "0",
        "kontaktform": "B",
    }  # fmt: skip
    return _care_row(period, contact_id, {**defaults, **values})


def waiting(period: str, contact_id: str, **values: Any) -> Row:
    """An entry that waits at the period's end: a faultless first contact, decided on its first day."""
    defaults: Row = {"beslut_tid": day(f"{period}-01"), "skapad_tid": day(f"{period}-01"), "status": "V"}
    return _care_row(period, contact_id, {**defaults, **values})


def call(period: str, call_id: str, **values: Any) -> Row:
    """A telephone call: answered within half an hour in the morning of the period's tenth day."""
    received = day(f"{period}-10")
    return {
        "_period": period, "samtal_id": call_id, "enhet_hsaid": UNIT, "kanal": "TEL", "inkommet": received,
        "hanterat": received + timedelta(minutes=30), "status": "HANTERAT", **values,
    }  # fmt: skip


def lines_of(rows: Sequence[Row]) -> list[int]:
    """The line each row of an entity has in its period's file: the first after the header is 2."""
    last: dict[str, int] = {}
    lines = []
    for row in rows:
        last[row["_period"]] = last.get(row["_period"], 1) + 1
        lines.append(last[row["_period"]])
    return lines


@dataclass
class Plant:
    """What a build database is made of: rows by entity, and what the control tables say."""

    contacts: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    stays: list[Row] = field(default_factory=list)
    permissions: list[Row] = field(default_factory=list)
    beds: list[Row] = field(default_factory=list)
    assessments: list[Row] = field(default_factory=list)
    operations: list[Row] = field(default_factory=list)
    listings: list[Row] = field(default_factory=list)
    region_code: int = 56
    county_prefix: str = "19"
    region_mvo: Sequence[str] = ()
    region_activity: Sequence[str] = ()
    quarantined: Sequence[Row] = ()

    def entities(self) -> dict[str, list[Row]]:
        """Rows by the entity's name in the contracts."""
        return {
            "cosmic_vardkontakt": self.contacts,
            "cosmic_vantelista": self.waiting,
            "register_enhet": self.units,
            "telefoni_samtal": self.calls,
            "cosmic_vardtillfalle": self.stays,
            "cosmic_permission": self.permissions,
            "cosmic_vardplats": self.beds,
            "cosmic_riskbedomning": self.assessments,
            "provisio_operation": self.operations,
            "cosmic_listning": self.listings,
        }

    def write(self, database: Path) -> None:
        """Make the schemas lake and control in a new database file."""
        with duckdb.connect(str(database)) as connection:
            connection.execute("begin")
            connection.execute("create schema planted")
            connection.execute("create schema lake")
            connection.execute("create schema control")
            self._write_lake(connection)
            self._write_control(connection)
            connection.execute("commit")

    def _write_lake(self, connection: duckdb.DuckDBPyConnection) -> None:
        rows_of = self.entities()
        for entity, contract in load_contracts().items():
            columns = [*contract.lake_columns(), ("_period", "varchar"), ("_load_id", "integer")]
            definition = ", ".join(f"{name} {data_type}" for name, data_type in columns)
            connection.execute(f"create table planted.{entity} ({definition})")
            connection.execute(f"create view lake.{entity} as select * from planted.{entity}")
            rows = rows_of.get(entity, [])
            for line, row in zip(lines_of(rows), rows, strict=True):
                whole = {"_line": line, "_load_id": 1, **row}
                unknown = set(whole) - {name for name, _ in columns}
                if unknown:
                    raise KeyError(f"{entity} has no column {sorted(unknown)}")
                names = ", ".join(whole)
                marks = ", ".join("?" for _ in whole)
                connection.execute(f"insert into planted.{entity} ({names}) values ({marks})", list(whole.values()))

    def _write_control(self, connection: duckdb.DuckDBPyConnection) -> None:
        for table, definition in CONTROL_TABLES.items():
            connection.execute(f"create table control.{table} ({definition})")
        care_periods = sorted({row["_period"] for row in [*self.contacts, *self.waiting]})
        call_periods = sorted({row["_period"] for row in self.calls})
        # A month of the wards is loaded with its stays and beds, or not at all.
        ward_periods = sorted({row["_period"] for row in [*self.stays, *self.beds]})
        operation_periods = sorted({row["_period"] for row in self.operations})
        listing_periods = sorted({row["_period"] for row in self.listings})
        register_periods = sorted({row["_period"] for row in self.units})
        connection.execute(
            "insert into control.run_context values (?, ?, 'Regionen', ?, ?, 'skr', 0.02, 5)",
            [(care_periods or ward_periods)[-1], self.region_code, REGION_HSA_ID, self.county_prefix],
        )
        # A first build: everything that is loaded is computed.
        for period in sorted({*care_periods, *call_periods, *ward_periods, *operation_periods, *listing_periods}):
            for table in ("complete_period", "touched_period"):
                connection.execute(f"insert into control.{table} values (?)", [period])
        connection.execute(
            "create view control.contact_history as "
            "select _period as period, contact_key, start_tid as started_at, kontaktform as contact_form "
            "from planted.cosmic_vardkontakt"
        )
        # Every period stands in it: how far a rule looks back is the rule's own matter.
        connection.execute(
            "create view control.earlier_contact as "
            "select _period as period, contact_key, patient_key, start_tid as started_at, "
            "kontaktform as contact_form, fas as phase, mvo as mvo_code, enhet_hsaid as unit_id, referral_key "
            "from planted.cosmic_vardkontakt"
        )
        groups = (
            ("care", care_periods), ("registers", register_periods), ("phone", call_periods), ("wards", ward_periods),
            ("operations", operation_periods), ("listing", listing_periods),
        )  # fmt: skip
        for group, periods in groups:
            for period in periods:
                connection.execute("insert into control.loaded_period values (?, ?)", [period, group])
                connection.execute(
                    "insert into control.period_state values (?, ?, 'loaded', 1, ?, null)",
                    [period, group, LOADED_AT],
                )
        for table, codes in (("region_mvo", self.region_mvo), ("region_activity", self.region_activity)):
            for code in codes:
                connection.execute(f"insert into control.{table} values (?)", [code])
        for row in self.quarantined:
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into control.quarantined_row ({', '.join(row)}) values ({marks})", list(row.values())
            )
        for table, values in CONTROL_ROWS.items():
            marks = ", ".join("?" for _ in values)
            connection.execute(f"insert into control.{table} values ({marks})", list(values))


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass(frozen=True)
class DbtOutcome:
    """Whether a dbt command succeeded, and the status and message of each node by its name."""

    is_success: bool
    nodes: dict[str, tuple[str, str]]

    def failures(self) -> dict[str, tuple[str, str]]:
        """Nodes that neither succeeded nor passed."""
        return {name: node for name, node in self.nodes.items() if node[0] not in ("success", "pass")}


def run_dbt(database: Path, working_dir: Path, *arguments: str) -> DbtOutcome:
    """Run dbt in this process on a build database and let go of the file.

    The file stands at one path of the working directory while dbt runs, since dbt parses the project anew
    when the path has changed. Its own name must be that of this path: views hold it as their catalog.

    Raises RuntimeError when dbt itself fails (parsing, connection), never for a failing node.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    running = working_dir / "build.duckdb"
    command = [
        *arguments, "--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT), "--quiet",
        "--log-level-file", "none",
    ]  # fmt: skip
    environment = {
        "VARDLAGER_BUILD_DB": str(running),
        "DBT_TARGET_PATH": str(working_dir / "target"),
        "DBT_LOG_PATH": str(working_dir / "logs"),
    }
    with _environment(environment):
        _close_readers()
        database.rename(running)
        try:
            result = dbtRunner().invoke(command)
        finally:
            DuckDBConnectionManager.close_all_connections()
            running.rename(database)
    if result.exception is not None:
        raise RuntimeError(f"dbt {' '.join(arguments)}: {result.exception}")
    nodes = {
        node.node.name: (str(node.status), str(node.message or "")) for node in getattr(result.result, "results", [])
    }
    return DbtOutcome(is_success=bool(result.success), nodes=nodes)


# Connections that stay open until dbt next runs: opening the file costs more than most queries on it.
_open_readers: dict[Path, duckdb.DuckDBPyConnection] = {}


def _close_readers() -> None:
    for database in list(_open_readers):
        _open_readers.pop(database).close()


def query(database: Path, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query on a database file that no other process writes."""
    if database not in _open_readers:
        _open_readers[database] = duckdb.connect(str(database), read_only=True)
    return _open_readers[database].execute(sql, list(parameters)).fetchall()


def table_hashes(database: Path, schemas: Sequence[str]) -> dict[str, str]:
    """A hash of each table's sorted rows, by `schema.table`: equal content gives equal hashes."""
    marks = ", ".join("?" for _ in schemas)
    tables = query(
        database,
        f"select table_schema, table_name from information_schema.tables where table_schema in ({marks}) "
        "order by table_schema, table_name",
        schemas,
    )
    hashes = {}
    for schema, table in tables:
        rows = sorted(repr(row) for row in query(database, f'select * from {schema}."{table}"'))
        hashes[f"{schema}.{table}"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return hashes
