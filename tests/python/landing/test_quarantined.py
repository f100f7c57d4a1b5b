"""The list of quarantined rows in the lake: what A37 tells of them, and nothing of what stood in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.landing.account import CHECK, check_account
from orchestration.state.lake import quarantined_path
from orchestration.state.store import open_state
from orchestration.work import Work

from .house import PERIOD, House
from .people import person, written_forms
from .samples import BY_ENTITY

CONTACT = BY_ENTITY["cosmic_vardkontakt"]
UNIT = "SE2321000131-E000000001001"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home", {"quarantine_limit_share": 1})


def land(house: House, rows: list[dict[str, str]], tail: bytes = b"") -> None:
    house.deliver(CONTACT.entity, CONTACT.file(rows) + tail)
    assert house.land(CONTACT.entity).loaded


def listed(house: House) -> list[tuple[Any, ...]]:
    """(source line, column, reason, unit) of each fault in the lake; none when the load has no list."""
    load = house.current(CONTACT.entity) or house.loads("held")[-1]
    path = house.root / quarantined_path(str(load.lake_path))
    if not path.exists():
        return []
    with duckdb.connect() as connection:
        return connection.execute("select * from read_parquet($1, hive_partitioning = false)", [str(path)]).fetchall()


def rows_with(number: int, **values: str) -> list[dict[str, str]]:
    rows = CONTACT.rows(number)
    rows[0] = {**rows[0], **values}
    return rows


def test_a37_each_fault_of_a_quarantined_row_stands_with_the_rows_unit(house: House) -> None:
    land(house, rows_with(3, kon="X", start_tid="i går", enhet_hsaid=UNIT))
    assert [(line, column, unit) for line, column, _, unit in listed(house)] == [
        (2, "kon", UNIT),
        (2, "start_tid", UNIT),
    ]


def test_a37_a_row_that_cannot_be_taken_apart_has_no_unit(house: House) -> None:
    land(house, CONTACT.rows(3), b"en;rad;som;inte;har;alla;falt\r\n")
    assert [(line, column, unit) for line, column, _, unit in listed(house)] == [(5, "", None)]


def test_a_file_without_fault_has_no_list(house: House) -> None:
    land(house, CONTACT.rows(3))
    assert listed(house) == []
    assert not (house.home.lake / "quarantined_row").exists()


@pytest.mark.parametrize("unit", ["KIRURGEN", "SE232100013-E1", "", " "])
def test_a37_a_unit_that_is_no_hsa_id_is_not_readable(unit: str, house: House) -> None:
    land(house, rows_with(3, kon="X", enhet_hsaid=unit))
    assert {row[3] for row in listed(house)} == {None}


@pytest.mark.parametrize("form", range(4))
def test_an_identity_in_the_unit_column_never_reaches_the_list(form: int, house: House) -> None:
    written = written_forms(person("19500101", 7))
    planted = written[form % len(written)]
    land(house, rows_with(3, kon="X", enhet_hsaid=f"SE2321000131-{planted}".replace("--", "-")))
    assert {row[3] for row in listed(house)} == {None}
    for path in house.home.lake.rglob("*.parquet"):
        assert planted.encode() not in path.read_bytes()


def test_rows_of_one_key_with_different_contents_are_all_listed(house: House) -> None:
    rows = CONTACT.rows(3)
    rows[1] = {**rows[1], "vardkontakt_id": rows[0]["vardkontakt_id"]}
    land(house, rows)
    assert [line for line, _, _, _ in listed(house)] == [2, 3]


def verdict(house: House) -> tuple[int, str]:
    work = Work(PERIOD, "r1", house.home, house.region, frozenset(), house.key, {}, house.said.append)
    contracts = {CONTACT.entity: CONTACT.contract}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orchestration.landing.account.demand_whole", lambda *_: None)
        check_account(Work(**{**work.__dict__, "contracts": contracts}))
    with open_state(house.home.state_file) as state:
        row = state.rows("select is_passed, detail from evidence where check_id = ?", [CHECK])[0]
    return int(row["is_passed"]), str(row["detail"])


def test_the_account_knows_how_many_rows_the_list_must_hold(house: House) -> None:
    land(house, rows_with(3, kon="X", start_tid="i går"))
    assert verdict(house)[0] == 1


def test_a_lost_list_of_quarantined_rows_fails_the_account(house: House) -> None:
    land(house, rows_with(3, kon="X"))
    next((house.home.lake / "quarantined_row").rglob("*.parquet")).unlink()
    is_passed, detail = verdict(house)
    assert is_passed == 0
    assert "1 rader i karantän, 0 i förteckningen" in detail


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    contents, told = [], []
    for name in ("one", "two"):
        house = House(tmp_path / name, {"quarantine_limit_share": 1})
        land(house, rows_with(3, kon="X", start_tid="i går"))
        contents.append(next((house.home.lake / "quarantined_row").rglob("*.parquet")).read_bytes())
        told.append({path.name: path.read_bytes() for path in house.home.quarantine.rglob("*.csv")})
    assert contents[0] == contents[1]
    assert told[0] == told[1]
    assert len(told[0]) == 1
