"""Small hand-made delivery databases: good rows by the national contract, without the code under test."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

PROJECT_ROOT = Path(__file__).resolve().parents[3]
NATIONAL_DIR = PROJECT_ROOT.parent / "shared" / "national"
PERIOD = "2024-07"
REGION_CODE = 56
DELIVERY_KEY = bytes.fromhex("0f" * 32)

COMPLETED_COLUMNS = [
    "regionkod",
    "hsaid_region",
    "sjukhus",
    "sjukhus_namn",
    "hsaid_vardgivare",
    "hsaid_vardenhet",
    "hsaid_enhet",
    "vardkontakt_id",
    "vardgaranti",
    "fas",
    "mvo",
    "aktivitet",
    "aktivitet_kva",
    "aktivitet_icd",
    "fodelse_ar",
    "kon",
    "lkf",
    "hsaid_patient_listning",
    "bokningssatt",
    "vardkontakt",
    "yrkeskategori",
    "avvikelse",
    "beslut_aktivitet",
    "start_aktivitet",
    "medicinskt_maldatum",
    "typ_akutverksamhet",
    "tid_start_akut",
    "tid_bedomning",
    "tid_avslut",
    "vard_avbruten",
    "remittenttyp",
    "remittent",
    "remiss_id",
    "remiss_datum",
    "ankomst_datum",
]
ONLY_COMPLETED = [
    "start_aktivitet",
    "typ_akutverksamhet",
    "tid_start_akut",
    "tid_bedomning",
    "tid_avslut",
    "vard_avbruten",
]
WAITING_COLUMNS = [name for name in COMPLETED_COLUMNS if name not in ONLY_COMPLETED]
INTEGER_COLUMNS = {
    "regionkod",
    "vardgaranti",
    "fas",
    "fodelse_ar",
    "kon",
    "bokningssatt",
    "vardkontakt",
    "avvikelse",
    "typ_akutverksamhet",
    "vard_avbruten",
    "remittenttyp",
}
TIMESTAMP_COLUMNS = {
    "beslut_aktivitet",
    "start_aktivitet",
    "medicinskt_maldatum",
    "tid_start_akut",
    "tid_bedomning",
    "tid_avslut",
    "remiss_datum",
    "ankomst_datum",
}

HOUSE_COLUMNS = ["period", "contact_key", "clinic_id", "entity", "load_id", "source_line"]
HOUSE_TYPES = {"load_id": "integer", "source_line": "bigint"}

Row = dict[str, Any]


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _base(number: int) -> Row:
    return {
        "period": PERIOD,
        "contact_key": f"pseudonym-{number}",
        "clinic_id": "SE2321000131-E000000000100",
        "entity": "cosmic_vardkontakt",
        "load_id": 3,
        "source_line": 100 + number,
        "regionkod": REGION_CODE,
        "hsaid_region": "SE2321000131-E000000000001",
        "sjukhus": "11001",
        "sjukhus_namn": 'Åsjukhuset & "Lilla" <sta\'n>',
        "hsaid_vardgivare": "SE2321000131-E000000000002",
        "hsaid_vardenhet": "SE2321000131-E000000000100",
        "hsaid_enhet": "SE2321000131-E000000000101",
        "vardkontakt_id": f"KONTAKT-{number}",
        "vardgaranti": 1,
        "fas": 1,
        "mvo": "511",
        "fodelse_ar": 1950,
        "kon": 2,
        "lkf": "1980",
        "hsaid_patient_listning": "SE2321000131-E000000000900",
        "bokningssatt": 3,
        "vardkontakt": 0,
        "yrkeskategori": "XS915",
        "beslut_aktivitet": at("2024-05-02T08:30:00"),
        "remittenttyp": 1,
        "remittent": "SE2321000131-E000000000777",
        "remiss_id": f"REMISS-{number}",
        "remiss_datum": at("2024-05-02T00:00:00"),
        "ankomst_datum": at("2024-05-06T00:00:00"),
    }


def completed_row(number: int, **changes: Any) -> Row:
    """A good completed first contact, with `changes` on top."""
    row = {**_base(number), "start_aktivitet": at("2024-07-03T09:15:00"), "typ_akutverksamhet": 0, **changes}
    return {name: row.get(name) for name in (*HOUSE_COLUMNS, *COMPLETED_COLUMNS)}


def waiting_row(number: int, **changes: Any) -> Row:
    """A good waiting first contact, with `changes` on top."""
    row = {**_base(number), "entity": "cosmic_vantelista", "load_id": 4, **changes}
    return {name: row.get(name) for name in (*HOUSE_COLUMNS, *WAITING_COLUMNS)}


def good_completed() -> list[Row]:
    """First contact, operation, examination, follow-up, two emergencies and a bare minimum."""
    optional = [
        "hsaid_enhet",
        "hsaid_patient_listning",
        "avvikelse",
        "remittenttyp",
        "remittent",
        "remiss_id",
        "remiss_datum",
        "ankomst_datum",
    ]
    return [
        completed_row(1),
        completed_row(2, fas=2, aktivitet="51101", aktivitet_kva="CJE20", aktivitet_icd="H251", avvikelse=1),
        completed_row(3, fas=3, aktivitet="10502", vardkontakt=91, avvikelse=2),
        completed_row(4, fas=4, vardgaranti=2, medicinskt_maldatum=at("2024-07-15T00:00:00"), lkf="0380"),
        completed_row(
            5,
            fas=5,
            vardgaranti=2,
            typ_akutverksamhet=1,
            tid_start_akut=at("2024-07-03T09:15:00"),
            tid_bedomning=at("2024-07-03T10:00:00"),
            tid_avslut=at("2024-07-03T12:00:00"),
            vard_avbruten=1,
            beslut_aktivitet=at("2024-07-03T09:15:00"),
        ),
        completed_row(6, fas=5, vardgaranti=2, typ_akutverksamhet=3, beslut_aktivitet=at("2024-07-03T09:15:00")),
        completed_row(7, lkf="0000", kon=3, fodelse_ar=1901, **dict.fromkeys(optional)),
    ]


def good_waiting() -> list[Row]:
    """One row of each kind: first contact, operation, follow-up without target date, bare minimum."""
    optional = [
        "sjukhus",
        "sjukhus_namn",
        "hsaid_enhet",
        "hsaid_patient_listning",
        "remittenttyp",
        "remittent",
        "remiss_id",
    ]
    return [
        waiting_row(11),
        waiting_row(12, fas=2, aktivitet="51101", avvikelse=3, remiss_id="REMISS-1"),
        waiting_row(13, fas=4, vardgaranti=2),
        waiting_row(14, beslut_aktivitet=at("2024-07-31T23:59:00"), **dict.fromkeys(optional)),
    ]


def sql_type(column: str) -> str:
    if column in INTEGER_COLUMNS:
        return "integer"
    return "timestamp" if column in TIMESTAMP_COLUMNS else "varchar"


def make_database(
    completed: list[Row],
    waiting: list[Row],
    left_out: list[tuple[str, str | None, str, int]] | None = None,
    path: str | Path = ":memory:",
    types: dict[str, str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """The relations that the delivery reads, in a database. `left_out` = (population, clinic, rule, rows).

    What is staged is counted from `completed`, `waiting` and `left_out`, and each rule that leaves rows out applies
    to one row more, left out under another. `types` overrides the SQL type of a column
    in both models.
    """
    connection = duckdb.connect(str(path))
    for schema in ("delivery", "reference", "meta"):
        connection.execute(f"create schema {schema}")
    for seed in ("delivery_attributes", "national_codes", "rules"):
        file = PROJECT_ROOT / "seeds" / f"{seed}.csv"
        connection.execute(f"create table reference.{seed} as select * from read_csv('{file}', all_varchar = true)")
    for relation, columns, rows in (
        ("delivery_completed", COMPLETED_COLUMNS, completed),
        ("delivery_waiting", WAITING_COLUMNS, waiting),
    ):
        names = [*HOUSE_COLUMNS, *columns]
        declared = ", ".join(f"{name} {({**HOUSE_TYPES, **(types or {})}).get(name, sql_type(name))}" for name in names)
        connection.execute(f"create table delivery.{relation} ({declared})")
        if rows:
            marks = ", ".join("?" * len(names))
            connection.executemany(
                f"insert into delivery.{relation} values ({marks})",
                [[row[name] for name in names] for row in rows],
            )
    connection.execute(
        "create table delivery.delivery_left_out (period varchar, population varchar, clinic_id varchar, "
        "rule_id varchar, rows_count bigint, rows_with_rule_count bigint)"
    )
    staged = Counter(("completed", row["period"], row["clinic_id"]) for row in completed)
    staged.update(("waiting", row["period"], row["clinic_id"]) for row in waiting)
    for population, clinic, rule, rows in left_out or []:
        connection.execute(
            "insert into delivery.delivery_left_out values (?, ?, ?, ?, ?, ?)",
            [PERIOD, population, clinic, rule, rows, rows + 1 if rows else 0],
        )
        staged[population, PERIOD, clinic] += rows
    connection.execute(
        "create table delivery.delivery_staged (period varchar, population varchar, clinic_id varchar, "
        "rows_count bigint)"
    )
    for (population, period, clinic), rows in staged.items():
        connection.execute(
            "insert into delivery.delivery_staged values (?, ?, ?, ?)", [period, population, clinic, rows]
        )
    connection.execute(
        "create table meta.parameters (kind varchar, name varchar, value varchar, unit varchar, "
        "valid_from_date date, valid_to_date date, source varchar, meaning varchar)"
    )
    connection.execute(
        "insert into meta.parameters values "
        "('setting', 'left_out_limit_rows', '5', null, null, null, 'default', 'Regionens inställning.'), "
        "('parameter', 'guarantee_limit_days', '90', 'dagar', date '2010-01-01', null, 'HSF', 'Gränsen.'), "
        "('parameter', 'until_the_day_before', '61', 'dagar', date '2010-01-01', date '2024-07-30', 'HSF', 'Förut.'), "
        "('parameter', 'until_the_last_day', '62', 'dagar', date '2010-01-01', date '2024-07-31', 'HSF', 'Slut.'), "
        "('parameter', 'later_limit_days', '60', 'dagar', date '2024-08-01', null, 'HSF', 'Senare gräns.')"
    )
    return connection
