"""RULES.md CM04, CM05: how an identity is read, which key it gets, birth year and exact age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .house import SECRET, House
from .people import coordination, keyed, person, person_key, reserve_key
from .samples import BY_ENTITY

STAYS = BY_ENTITY["cosmic_vardtillfalle"]
EMPLOYED = "heroma_anstallning"


def read(tmp_path: Path, *written: str, at: str = "2024-07-01 12:00:00") -> list[dict[str, Any]]:
    """What the lake holds of patients written so, one stay each, admitted at `at`."""
    house = House(tmp_path / "home", {"quarantine_limit_rows": 1000})
    rows = [
        {**STAYS.row(0), "vardtillfalle_id": f"T{n}", "patient_id": text, "in_tid": at, "huvuddiagnos": ""}
        for n, text in enumerate(written)
    ]
    house.deliver(STAYS.entity, STAYS.file(rows))
    house.land(STAYS.entity)
    found = house.rows(STAYS.entity)
    assert len(found) == len(written), house.quarantine_text()
    return found


def test_cm05_all_written_forms_of_twelve_digits_give_one_key(tmp_path: Path) -> None:
    twelve = person("19460317", 42)
    rows = read(tmp_path, twelve, f"{twelve[:8]}-{twelve[8:]}", f"{twelve[:8]}+{twelve[8:]}")
    assert {row["patient_key"] for row in rows} == {person_key(SECRET, "patient", twelve)}
    assert {row["patient_id_type"] for row in rows} == {"person"}
    assert {row["patient_has_valid_check_digit"] for row in rows} == {True}
    assert {row["patient_birth_year"] for row in rows} == {1946}


@pytest.mark.parametrize("day,is_day", [("01", True), ("31", True), ("00", False), ("32", False)])
def test_cm05_a_coordination_number_is_the_day_plus_sixty(tmp_path: Path, day: str, is_day: bool) -> None:
    date = f"198001{int(day) + 60:02d}"
    twelve = person(date, 7)
    [row] = read(tmp_path, twelve)
    assert row["patient_id_type"] == ("coordination" if is_day else "reserve")
    assert row["patient_birth_year"] == (1980 if is_day else None)
    wanted = person_key(SECRET, "patient", twelve) if is_day else reserve_key(SECRET, "patient", twelve)
    assert row["patient_key"] == wanted


@pytest.mark.parametrize(
    "date,is_date",
    [
        ("20000229", True),
        ("19000229", False),
        ("20240229", True),
        ("20230229", False),
        ("20230431", False),
        ("20231301", False),
        ("20230001", False),
        ("20230100", False),
        ("20230132", False),
        ("00000101", False),
        ("19991231", True),
    ],
)
def test_cm05_twelve_digits_are_a_person_only_with_a_date_that_exists(tmp_path: Path, date: str, is_date: bool) -> None:
    twelve = person(date, 123)
    [row] = read(tmp_path, twelve)
    if is_date:
        assert row["patient_id_type"] == "person"
        assert row["patient_key"] == person_key(SECRET, "patient", twelve)
        assert row["patient_birth_year"] == int(date[:4])
    else:
        assert row["patient_id_type"] == "reserve"
        assert row["patient_key"] == reserve_key(SECRET, "patient", twelve)
        assert row["patient_birth_year"] is None
        assert row["patient_has_valid_check_digit"] is None
        assert row["age_at_admission_years"] is None


@pytest.mark.parametrize("wrong_by", range(1, 10))
def test_cm05_e03_a_wrong_check_digit_is_kept_as_a_person_and_marked(tmp_path: Path, wrong_by: int) -> None:
    twelve = person("19460317", 42, wrong_by)
    [row] = read(tmp_path, twelve)
    assert row["patient_id_type"] == "person"
    assert row["patient_has_valid_check_digit"] is False
    assert row["patient_key"] == person_key(SECRET, "patient", twelve)
    assert row["patient_birth_year"] == 1946


def test_e03_every_right_check_digit_passes(tmp_path: Path) -> None:
    numbers = [person(f"19{20 + n}{1 + n % 12:02d}{1 + n % 28:02d}", 7 * n) for n in range(80)]
    numbers += [coordination(f"19{20 + n}{1 + n % 12:02d}{1 + n % 28:02d}", 11 * n) for n in range(80)]
    rows = read(tmp_path, *numbers)
    assert all(row["patient_has_valid_check_digit"] for row in rows)
    assert [row["patient_key"] for row in rows] == [person_key(SECRET, "patient", n) for n in numbers]


@pytest.mark.parametrize(
    "written", ["R-12345678", "99TF12345678", "ABCDEFGH", "ÅÄÖ1234567890", "12345678", "1234567890123"]
)
def test_cm05_any_other_string_is_a_reservnummer_in_a_namespace_of_its_own(tmp_path: Path, written: str) -> None:
    [row] = read(tmp_path, written)
    assert row["patient_id_type"] == "reserve"
    assert row["patient_key"] == reserve_key(SECRET, "patient", written)
    assert row["patient_has_valid_check_digit"] is None
    assert row["patient_birth_year"] is None


def test_cm05_reservnummer_of_other_writing_are_other_patients_but_case_is_not_writing(tmp_path: Path) -> None:
    rows = read(tmp_path, "r1234567", "R1234567", "R1234568")
    keys = [row["patient_key"] for row in rows]
    assert keys[0] == keys[1] != keys[2]


def test_cm05_persons_that_differ_in_century_are_two(tmp_path: Path) -> None:
    old, young = person("19120101", 55), person("20120101", 55)
    assert old[2:] == young[2:]
    rows = read(tmp_path, old, young)
    assert rows[0]["patient_key"] != rows[1]["patient_key"]
    assert [row["patient_birth_year"] for row in rows] == [1912, 2012]


def test_a_patient_has_one_key_in_every_entity_and_month_and_an_employee_another(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    twelve = person("19460317", 42)
    contact, operation = BY_ENTITY["cosmic_vardkontakt"], BY_ENTITY["provisio_operation"]
    written = [twelve, f"{twelve[:8]}-{twelve[8:]}", f"{twelve[:8]}+{twelve[8:]}"]
    for sample, text in zip((contact, operation, STAYS), written, strict=True):
        house.deliver(sample.entity, sample.file([{**sample.row(0), "patient_id": text}]))
    columns = "anstallning_id;person_id;kon;fodelsear;heroma_enhet;yrkesgrupp;anstallningsform;from_datum"
    house.deliver(EMPLOYED, f"{columns}\r\n1;{twelve};K;1946;H;SSK;TV;2020-01-01\r\n".encode())
    house.land(contact.entity, operation.entity, STAYS.entity, EMPLOYED)
    keys = [house.rows(sample.entity)[0]["patient_key"] for sample in (contact, operation, STAYS)]
    assert keys == [person_key(SECRET, "patient", twelve)] * 3
    [employee] = house.rows(EMPLOYED)
    assert employee["person_key"] == person_key(SECRET, "person", twelve)
    assert employee["person_birth_year"] == 1946


def test_contact_and_referral_keys_are_keyed_and_equal_across_entities(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    contact, operation = BY_ENTITY["cosmic_vardkontakt"], BY_ENTITY["provisio_operation"]
    house.deliver(contact.entity, contact.file([{**contact.row(3), "remiss_id": "RÖ 1"}]))
    house.deliver(operation.entity, operation.file([{**operation.row(0), "vardkontakt_id": "VK-3"}]))
    house.land(contact.entity, operation.entity)
    [row], [surgery] = house.rows(contact.entity), house.rows(operation.entity)
    assert row["contact_key"] == surgery["contact_key"]
    assert row["contact_key"] == keyed(SECRET, "contact_key|VK-3")
    assert row["referral_key"] == keyed(SECRET, "referral_key|RÖ 1")
    assert row["vardkontakt_id"] == "VK-3"


@pytest.mark.parametrize(
    "born,at,age",
    [
        ("19460317", "2024-03-16 23:59:59", 77),
        ("19460317", "2024-03-17 00:00:00", 78),
        ("19460317", "2024-03-18 00:00:00", 78),
        ("19460317", "2024-02-29 12:00:00", 77),
        ("20000229", "2024-02-28 12:00:00", 23),
        ("20000229", "2024-02-29 00:00:00", 24),
        ("20000229", "2023-02-27 12:00:00", 22),
        ("20000229", "2023-03-01 00:00:00", 23),
        ("20240701", "2024-07-01 12:00:00", 0),
        ("19590702", "2024-07-01 12:00:00", 64),
        ("19590701", "2024-07-01 00:00:00", 65),
        ("19231231", "2024-01-01 00:00:00", 100),
        ("19240101", "2023-12-31 23:59:59", 99),
    ],
)
def test_cm04_age_at_admission_is_exact_on_the_days_around_the_birthday(
    tmp_path: Path, born: str, at: str, age: int
) -> None:
    rows = read(tmp_path, person(born, 12), coordination(born, 12), at=at)
    assert [row["age_at_admission_years"] for row in rows] == [age, age]
