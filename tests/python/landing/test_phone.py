"""The telephone's two extracts: their dialect, what may be wrong in them, and a group of their own."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.state.store import open_state

from .house import CONTRACTS, House, assert_balanced, file_bytes
from .samples import BY_ENTITY

CALLS = BY_ENTITY["telefoni_samtal"]
MONTH = "inera_1177"
PHONE = ("telefoni_samtal", MONTH)
CARE = ("cosmic_vardkontakt", "cosmic_vantelista")
ROW = {
    "period": "202407", "samtal_inkomna": "1200", "samtal_besvarade": "900", "besvarade_inom_15_min": "500",
    "vantetid_summa_sek": "648000.5",
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def month_file(*rows: dict[str, str]) -> bytes:
    return file_bytes(CONTRACTS[MONTH], rows)


def test_the_contracts_stand_in_the_project_itself_with_the_agreed_dialect() -> None:
    for entity in PHONE:
        contract = load_contracts()[entity]
        assert (contract.group, contract.may_be_empty, contract.is_optional) == ("phone", True, False)
        dialect = contract.dialect
        assert (dialect.separator, dialect.encoding, dialect.has_bom, dialect.line_end) == (",", "utf-8", True, "\n")
        assert (dialect.timestamp_separator, dialect.decimal_separator) == ("T", ".")
    assert load_contracts()["telefoni_samtal"].key == ("samtal_id",)
    assert load_contracts()[MONTH].key == ("period",)


def test_a_month_of_1177_lands_with_its_values(house: House) -> None:
    house.deliver(MONTH, month_file(ROW))
    house.land(MONTH)
    assert house.rows(MONTH) == [
        {
            "_line": 2, "period": "202407", "samtal_inkomna": 1200, "samtal_besvarade": 900,
            "besvarade_inom_15_min": 500, "vantetid_summa_sek": Decimal("648000.5"),
        }
    ]  # fmt: skip


def test_a_call_lands_with_both_its_times(house: House) -> None:
    row = CALLS.row(1) | {"hanterat": "2024-07-01T16:59:59"}
    house.deliver(CALLS.entity, CALLS.file([row]))
    house.land(CALLS.entity)
    assert house.rows(CALLS.entity)[0]["hanterat"] == datetime.datetime(2024, 7, 1, 16, 59, 59)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("vantetid_summa_sek", "648000,5"),
        ("vantetid_summa_sek", "10:48"),
        ("samtal_inkomna", "1 200"),
        ("samtal_inkomna", "1200.0"),
        ("period", "2024-07"),
        ("period", ""),
    ],
)
def test_a_value_of_the_wrong_type_is_quarantined(house: House, column: str, value: str) -> None:
    house.deliver(MONTH, month_file(ROW | {column: value}))
    house.land(MONTH)
    (load,) = house.loads()
    assert (load.rows_in_file, load.rows_loaded, load.rows_quarantined) == (1, 0, 1)
    assert_balanced(load)
    assert column in house.quarantine_text()


@pytest.mark.parametrize("entity", PHONE)
def test_a_header_without_rows_may_be_empty(house: House, entity: str) -> None:
    house.deliver(entity, file_bytes(CONTRACTS[entity], []))
    landing = house.land(entity)
    assert landing.group_states == {"phone": "complete"}
    assert house.rows(entity) == []


@pytest.mark.parametrize("entity", PHONE)
def test_a_required_column_that_is_missing_refuses_the_file_and_is_named(house: House, entity: str) -> None:
    required = CONTRACTS[entity].required_columns[-1]
    columns = [column.name for column in CONTRACTS[entity].columns if column.name != required]
    rows = CALLS.rows(3) if entity == CALLS.entity else [ROW]
    house.deliver(entity, file_bytes(CONTRACTS[entity], rows, columns=columns))
    landing = house.land(entity)
    assert landing.group_states == {"phone": "refused"}
    assert any(required in line for line in landing.refused)


@pytest.mark.parametrize("entity", PHONE)
def test_a_file_of_another_month_is_refused(house: House, entity: str) -> None:
    rows = CALLS.rows(3) if entity == CALLS.entity else [ROW]
    house.deliver(entity, file_bytes(CONTRACTS[entity], rows), period="2024-08")
    landing = house.land(entity, period="2024-08")
    assert landing.group_states == {"phone": "refused"}


def test_equal_rows_of_a_month_are_one_and_differing_ones_none(house: House) -> None:
    house.deliver(MONTH, month_file(ROW, ROW))
    house.land(MONTH)
    assert [(load.rows_loaded, load.rows_duplicate) for load in house.loads()] == [(1, 1)]
    house.deliver(MONTH, month_file(ROW, ROW | {"samtal_besvarade": "901"}))
    house.land(MONTH)
    assert [(load.rows_loaded, load.rows_quarantined) for load in house.loads("current")] == [(0, 2)]


def test_the_telephone_waits_for_both_its_files_and_care_for_neither(house: House) -> None:
    house.deliver(CALLS.entity, CALLS.file(CALLS.rows(5)))
    contacts = BY_ENTITY["cosmic_vardkontakt"]
    house.deliver("cosmic_vardkontakt", contacts.file(contacts.rows(5)))
    entry = contacts.row(9) | {"skapad_tid": "2024-05-02 08:30:00", "status": "V"}
    house.deliver("cosmic_vantelista", file_bytes(CONTRACTS["cosmic_vantelista"], [entry]))
    landing = house.land(*CARE, *PHONE)
    assert landing.group_states == {"care": "complete", "phone": "incomplete"}
    with open_state(house.home.state_file) as state:
        (row,) = state.rows("select message from period_group where group_name = 'phone'")
    assert MONTH in row["message"]
    house.deliver(MONTH, month_file(ROW))
    assert house.land(*CARE, *PHONE).group_states == {"care": "complete", "phone": "complete"}


def test_a_refused_file_of_calls_keeps_the_telephones_last_state_and_leaves_care_alone(house: House) -> None:
    house.deliver(CALLS.entity, CALLS.file(CALLS.rows(5)))
    house.deliver(MONTH, month_file(ROW))
    assert house.land(*PHONE).group_states == {"phone": "complete"}
    contacts = BY_ENTITY["cosmic_vardkontakt"]
    house.deliver("cosmic_vardkontakt", contacts.file(contacts.rows(5)))
    house.deliver(CALLS.entity, CALLS.file(CALLS.rows(8)).replace(b"TEL", b"FAX"))
    landing = house.land("cosmic_vardkontakt", *PHONE)
    assert landing.group_states == {"care": "complete", "phone": "refused"}
    assert len(house.rows(CALLS.entity)) == 5
    assert house.current("cosmic_vardkontakt") is not None
