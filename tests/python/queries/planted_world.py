"""A small region of three clinics, built by the models and published: what the example queries are counted on.

Three months, mostly of first contacts in specialised care; July 2024 is the last. Each list tells month, name, unit,
days, sex and what differs; the answers in test_answers_from_the_models.py are counted from these lines by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.settings import Home
from tests.python.publishing.builds import publish_build
from tests.python.warehouse.planted import (
    CLINIC,
    OTHER_CLINIC,
    Plant,
    Row,
    contact,
    day,
    key_of,
    run_dbt,
    unit,
    waiting,
)

NOW, BEFORE, LAST_YEAR = "2024-07", "2024-06", "2023-07"
THIRD_CLINIC = "SE2321000131-E000000003000"
MEDICINE, SURGERY, PSYCHIATRY = "Medicinkliniken", "Kirurgkliniken", "Psykiatrikliniken"
WARD, THEATRE, LISTENING, MOVED = (f"SE2321000131-E00000000{number}" for number in ("1001", "2001", "3001", "1002"))

PATIENTS_CHOICE: Row = {"avvikelse": "1", "vardgaranti_info": "J"}
MEDICAL: Row = {"avvikelse": "2"}
VISITOR: Row = {"lkf": "0380", "vardgaranti": "N"}
OPERATION: Row = {"fas": "2", "aktivitet": "51101", "kva_huvud": "ABC10"}
PRIMARY_CARE: Row = {"vardniva": "P"}

# Contacts carried out on the tenth of the month, after so many days.
COMPLETED: list[tuple[str, str, str, int, str, Row]] = [
    (NOW, "c1", WARD, 10, "K", {}),
    (NOW, "c2", WARD, 90, "M", {}),
    (NOW, "c3", WARD, 91, "K", {}),
    (NOW, "c4", WARD, 200, "M", {}),
    (NOW, "c5", WARD, 120, "K", PATIENTS_CHOICE),
    (NOW, "c6", WARD, 100, "M", MEDICAL),
    (NOW, "h1", WARD, 40, "K", VISITOR),
    (NOW, "negative wait", WARD, -1, "K", {}),
    (NOW, "no show", WARD, 50, "K", {"kontaktform": "U"}),
    (NOW, "d1", THEATRE, 30, "K", {}),
    (NOW, "d2", THEATRE, 60, "M", {}),
    (NOW, "d3", THEATRE, 151, "K", {}),
    (NOW, "no mvo", THEATRE, 20, "M", {"mvo": None}),
    (NOW, "f1", MOVED, 365, "M", {}),
    (NOW, "e1", LISTENING, 5, "K", {}),
    (NOW, "o1", THEATRE, 80, "K", OPERATION),
    (NOW, "p1", WARD, 2, "M", PRIMARY_CARE),
    (NOW, "negative wait in primary care", WARD, -1, "K", PRIMARY_CARE),
    (NOW, "q1", WARD, 33, "K", {"fas": "4", "medicinskt_maldatum": date(2024, 7, 9)}),
    (BEFORE, "j1", WARD, 45, "K", {}),
    (BEFORE, "j2", MOVED, 95, "M", {}),
    (BEFORE, "negative wait in June", WARD, -1, "K", {}),
    (LAST_YEAR, "i1", WARD, 20, "K", {}),
    (LAST_YEAR, "i2", WARD, 100, "M", {}),
    (LAST_YEAR, "i3", MOVED, 30, "M", {}),
    (LAST_YEAR, "i4", LISTENING, 80, "K", {}),
]
# Entries that wait since so many days at the month's end; an interval of so many days that ended ten days before.
WAITING: list[tuple[str, str, str, int, str, Row, int]] = [
    (NOW, "w1", WARD, 15, "K", {}, 0),
    (NOW, "w2", WARD, 45, "M", {}, 0),
    (NOW, "w3", WARD, 150, "K", {}, 0),
    (NOW, "w4", WARD, 151, "M", {}, 0),
    (NOW, "w5", WARD, 200, "K", MEDICAL, 100),
    (NOW, "w6", WARD, 120, "K", MEDICAL, 40),
    (NOW, "w7", WARD, 400, "M", {}, 0),
    (NOW, "x1", THEATRE, 80, "M", {}, 0),
    (NOW, "x2", THEATRE, 95, "K", PATIENTS_CHOICE, 10),
    (NOW, "x3 no mvo", THEATRE, 10, "M", {"mvo": None}, 0),
    (NOW, "y1", LISTENING, 30, "K", {}, 0),
    (NOW, "died", LISTENING, 250, "K", {"avliden_datum": date(2024, 7, 20)}, 0),
    (NOW, "o2", THEATRE, 100, "M", OPERATION, 0),
    (NOW, "p2", WARD, 10, "K", PRIMARY_CARE, 0),
    (NOW, "q2", WARD, 70, "M", {"fas": "4", "medicinskt_maldatum": date(2024, 7, 1)}, 0),
    (NOW, "acute", WARD, 20, "K", {"fas": "5"}, 0),
    (NOW, "misregistered", LISTENING, 300, "K",
     {"status": "A", "avford_orsak": "FELREGISTRERAD", "avford_tid": day("2024-08-05")}, 0),
    (BEFORE, "z1", WARD, 160, "M", {}, 0),
]  # fmt: skip
LAST_DAY = {NOW: "2024-07-31", BEFORE: "2024-06-30"}
# The newest delivery of July: d1 came afterwards, and the misregistered one was still on the list.
DELIVERED = {
    "completed": [
        *((name, CLINIC) for name in ("c1", "c2", "c3", "c4", "c5", "c6", "h1", "q1", "taken away")),
        *((name, OTHER_CLINIC) for name in ("d2", "d3", "f1", "o1")),
        ("e1", THIRD_CLINIC),
    ],
    "waiting": [
        *((name, CLINIC) for name in ("w1", "w2", "w3", "w4", "w5", "w6", "w7", "q2")),
        *((name, OTHER_CLINIC) for name in ("x1", "x2", "o2")),
        *((name, THIRD_CLINIC) for name in ("y1", "misregistered")),
    ],
}


def _born(number: int) -> int:
    return 1940 + 7 * number % 63


def _offered(values: Row, decided: date) -> Row:
    """Patient's own choice tells the time that was offered."""
    return {"erbjuden_tid": decided + timedelta(days=20)} if values.get("avvikelse") == "1" else {}


def _contacts() -> list[Row]:
    rows = []
    for number, (period, name, unit_id, days, sex, values) in enumerate(COMPLETED):
        decided = day(f"{period}-10", -days)
        common: Row = {"enhet_hsaid": unit_id, "kon": sex, "beslut_tid": decided, "patient_birth_year": _born(number)}
        rows.append(contact(period, name, **common, **values, **_offered(values, decided)))
    return rows


def _entries() -> list[Row]:
    rows = []
    for number, (period, name, unit_id, days, sex, values, interval) in enumerate(WAITING):
        decided, last = day(LAST_DAY[period], -days), day(LAST_DAY[period]).date()
        common: Row = {"enhet_hsaid": unit_id, "kon": sex, "beslut_tid": decided, "patient_birth_year": _born(number)}
        if interval:
            ended = last - timedelta(days=10)
            common |= {"avvikelse_from": ended - timedelta(days=interval), "avvikelse_tom": ended}
        rows.append(waiting(period, name, **common, **values, **_offered(values, decided)))
    return rows


def _units() -> list[Row]:
    surgery: Row = {"klinik_hsaid": OTHER_CLINIC, "klinik_namn": SURGERY, "omrade": "Södra"}
    psychiatry: Row = {"klinik_hsaid": THIRD_CLINIC, "klinik_namn": PSYCHIATRY, "verksamhetstyp": "PSY"}
    return [
        unit(NOW, WARD, klinik_namn=MEDICINE),
        unit(NOW, THEATRE, **surgery),
        unit(NOW, LISTENING, **psychiatry),
        unit(NOW, MOVED, namn="Dagkirurgen", klinik_namn=MEDICINE, giltig_tom=date(2024, 6, 30)),
        unit(NOW, MOVED, namn="Dagkirurgen", giltig_from=date(2024, 7, 1), **surgery),
    ]


def _delivered_files(home: Home) -> list[Path]:
    """Two versions of July's delivery as they are kept; the first holds one contact alone."""
    names = []
    for version, rows_of in ((1, {"completed": [("c1", CLINIC)], "waiting": []}), (2, DELIVERED)):
        folder = Path("receiver=skr") / f"period={NOW}" / f"version={version}"
        (home.state / "delivered_rows" / folder).mkdir(parents=True, mode=0o700)
        for population, rows in rows_of.items():
            names.append(folder / f"{population}.parquet")
            _write_rows(home.state / "delivered_rows" / names[-1], version, population, rows)
    return names


def _write_rows(path: Path, version: int, population: str, rows: Sequence[tuple[str, str]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table delivered (receiver varchar, period varchar, version integer, population varchar, "
            "contact_key varchar, clinic_id varchar)"
        )
        for name, clinic_id in rows:
            values: list[Any] = ["skr", NOW, version, population, key_of(name), clinic_id]
            connection.execute("insert into delivered values (?, ?, ?, ?, ?, ?)", values)
        connection.execute(f"copy delivered to '{path}' (format parquet)")
    path.chmod(0o600)


def publish_world(folder: Path) -> Home:
    """The world built by the models and published, in a home under `folder`."""
    home = Home(folder / "home")
    home.make()
    plant = Plant(contacts=_contacts(), waiting=_entries(), units=_units())
    plant.write(home.build_file)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("insert into control.region_setting values ('small_denominator_limit', '4', 'region.yml')")
    working_dir = folder / "dbt"
    working_dir.mkdir()
    outcome = run_dbt(home.build_file, working_dir, "build", "--resource-type", "model", "--resource-type", "seed")
    if not outcome.is_success:
        raise RuntimeError(f"dbt: {outcome.failures()}")
    publish_build(home, tuple(_delivered_files(home)))
    return home
