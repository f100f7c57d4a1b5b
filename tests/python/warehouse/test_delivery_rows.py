"""What stands in the rows of the national delivery, attribute by attribute where a rule says so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.planted import UNIT, key_of, query

STARTED = datetime(2024, 3, 10, 10)


def delivered(database: Path, columns: str, name: str, kind: str = "completed") -> tuple[Any, ...] | None:
    """The columns of a planted contact's row in March's delivery, None when it is not delivered."""
    rows = query(
        database,
        f"select {columns} from delivery.delivery_{kind} where period = '2024-03' and contact_key = ?",
        [key_of(name)],
    )
    return rows[0] if rows else None


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("plain", "kon", 1),
        ("listed", "kon", 2),
        ("protected", "kon", 3),
        ("protected", "lkf", "0000"),
        ("protected", "hsaid_patient_listning", None),
        ("listed", "hsaid_patient_listning", UNIT),
        ("plain", "lkf", "1980"),
        ("no home", "lkf", "0000"),
        ("another region", "lkf", "0380"),
        ("plain", "vardgaranti", 1),
        ("no home", "vardgaranti", 2),
        ("fitting codes", "aktivitet_kva", "AB123"),
        ("fitting codes", "aktivitet_icd", "H251"),
        ("short codes", "aktivitet_kva", None),
        ("short codes", "aktivitet_icd", None),
        ("long codes", "aktivitet_kva", None),
        ("long codes", "aktivitet_icd", None),
        ("longest diagnosis", "aktivitet_icd", "H25123"),
        ("activity on an operation", "aktivitet", "51101"),
        ("activity on a first contact", "aktivitet", None),
        ("acute", "beslut_aktivitet", STARTED),
        ("drop-in", "beslut_aktivitet", STARTED),
        ("drop-in with a decision", "beslut_aktivitet", datetime(2024, 2, 29, 10)),
        ("acute", "start_aktivitet", STARTED),
        ("acute", "tid_start_akut", datetime(2024, 3, 10, 9)),
        ("acute", "tid_bedomning", datetime(2024, 3, 10, 9, 30)),
        ("acute", "tid_avslut", datetime(2024, 3, 10, 11)),
        ("acute", "vard_avbruten", 1),
        ("acute of another type", "vard_avbruten", None),
        ("acute before 2010", "tid_start_akut", None),
        ("plain", "sjukhus", "55011"),
        ("no hospital", "sjukhus", "00000"),
        ("no hospital", "sjukhus_namn", "Sjukhus saknas"),
        ("old dates", "medicinskt_maldatum", None),
        ("first dates", "medicinskt_maldatum", datetime(2010, 1, 1)),
        ("old dates", "remiss_datum", None),
        ("old dates", "ankomst_datum", datetime(1900, 1, 1)),
        ("first dates", "remiss_datum", datetime(1900, 1, 1)),
        ("plain", "regionkod", 56),
        ("plain", "vardkontakt_id", "plain"),
        ("unlikely but delivered", "fodelse_ar", 1910),
    ],
)
def test_dl02_dl03_wt04_an_attribute_is_delivered_as_the_rules_say(
    name: str, column: str, value: Any, database: Path
) -> None:
    assert delivered(database, column, name) == (value,)


@pytest.mark.parametrize("name", ["primary care", "no show", "negative wait", "two faults", "undeliverable"])
def test_dl01_a_contact_outside_the_delivery_is_left_out(name: str, database: Path) -> None:
    assert delivered(database, "period", name) is None


@pytest.mark.parametrize(
    ("name", "is_delivered"),
    [
        ("waits", True),
        ("waits in primary care", False),
        ("waits with an acute phase", False),
        ("waits with a future decision", False),
        ("never waited", False),
        ("removed in March", False),
    ],
)
def test_dl01_only_entries_that_wait_in_specialised_care_are_delivered(
    name: str, is_delivered: bool, database: Path
) -> None:
    assert (delivered(database, "period", name, "waiting") is not None) == is_delivered


def test_a38_every_row_left_out_counts_once_under_its_first_rule(database: Path) -> None:
    rows = query(
        database,
        "select population, rule_id, rows_count, rows_with_rule_count from delivery.delivery_left_out "
        "where period = '2024-03' order by population, rule_id",
    )
    assert rows == [
        ("completed", "A02", 2, 2),
        ("completed", "A12", 1, 2),
        ("completed", "A21", 2, 2),
        ("completed", "A22", 2, 2),
        ("completed", "A23", 1, 1),
        ("waiting", "A03", 1, 1),
        ("waiting", "A23", 1, 1),
        ("waiting", "DL01", 1, 1),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "rule_id"),
    [
        ("completed", "acute without type", "A21"),
        ("completed", "planned with an acute type", "A21"),
        ("completed", "acute times out of order", "A22"),
        ("completed", "acute times of another type", "A22"),
        ("completed", "admitted at a first contact", "A23"),
        ("waiting", "waits to be admitted for a follow-up", "A23"),
    ],
)
def test_a21_a22_a23_what_the_checks_of_the_delivery_would_stop_is_left_out_instead(
    kind: str, name: str, rule_id: str, database: Path
) -> None:
    fault_rules = query(
        database,
        f"select fault_rules, is_undeliverable, is_disqualified from marts.fct_{kind}_contact "
        "where period = '2024-03' and contact_key = ?",
        [key_of(name)],
    )
    assert fault_rules == [(rule_id, True, False)]
    left_out = query(
        database,
        "select rows_count >= 1 from delivery.delivery_left_out "
        "where period = '2024-03' and population = ? and rule_id = ?",
        [kind, rule_id],
    )
    assert left_out == [(True,)]
    assert delivered(database, "period", name, kind) is None


@pytest.mark.parametrize("kind", ["completed", "waiting"])
def test_the_delivery_has_exactly_the_attributes_of_the_national_contract(kind: str, database: Path) -> None:
    columns = [row[0] for row in query(database, f"select column_name from (describe delivery.delivery_{kind})")]
    contract = query(
        database,
        "select column_name from reference.delivery_attributes where record_type = ? order by position",
        [kind],
    )
    house = ["period", "contact_key", "clinic_id", "entity", "load_id", "source_line"]
    assert columns == [*house, *(row[0] for row in contract)]


def test_dl02_a_delivered_row_tells_the_load_and_line_it_came_from(database: Path) -> None:
    for kind, entity in (("completed", "cosmic_vardkontakt"), ("waiting", "cosmic_vantelista")):
        unlike = query(
            database,
            f"""
            select delivered.contact_key
            from delivery.delivery_{kind} as delivered
            left join lake.{entity} as landed
                on landed._period = delivered.period and landed._load_id = delivered.load_id
                    and landed._line = delivered.source_line
            where delivered.entity <> '{entity}' or landed.contact_key is distinct from delivered.contact_key
            """,
        )
        assert unlike == []


def test_a38_what_is_staged_is_counted_for_itself_clinic_by_clinic(database: Path) -> None:
    rows = query(
        database,
        "select population, sum(rows_count) from delivery.delivery_staged where period = '2024-03' "
        "group by population order by population",
    )
    delivered = {
        kind: query(database, f"select count(*) from delivery.delivery_{kind} where period = '2024-03'")[0][0]
        for kind in ("completed", "waiting")
    }
    # 8 completed and 3 waiting rows are left out, as the test of A38 counts them.
    assert rows == [("completed", delivered["completed"] + 8), ("waiting", delivered["waiting"] + 3)]
