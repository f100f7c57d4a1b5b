"""The account that stands before every build: whole groups, and as many rows in the lake as were loaded."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.errors import InputRefusedError
from orchestration.landing.account import CHECK, check_account
from orchestration.state.store import Load, open_state
from orchestration.synthetic_region import write_region
from orchestration.work import Work

from .house import CONTRACTS, PERIOD, House

ENTITIES = (
    "cosmic_vardkontakt",
    "cosmic_vantelista",
    "register_enhet",
    "register_ansvar",
    "register_heroma_enhet",
    "register_konto",
)
OURS = {entity: CONTRACTS[entity] for entity in ENTITIES}


def landed_house(root: Path, lacking: str | None = None) -> House:
    house = House(root)
    write_region(house.home.inbox, PERIOD, PERIOD, scale=0.002)
    folder = house.home.inbox / PERIOD
    (folder / "kontroll.csv").unlink()
    if lacking is not None:
        (folder / f"{lacking}_{PERIOD.replace('-', '')}.csv").unlink()
    house.land(*ENTITIES)
    return house


def work_of(house: House) -> Work:
    return Work(PERIOD, "r1", house.home, house.region, frozenset(), house.key, OURS, house.said.append)


def verdict(house: House) -> tuple[int, str]:
    with open_state(house.home.state_file) as state:
        row = state.rows("select is_passed, detail from evidence where check_id = ?", [CHECK])[0]
    return int(row["is_passed"]), str(row["detail"])


def contact_load(house: House) -> Load:
    load = house.current("cosmic_vardkontakt")
    assert load is not None
    return load


def test_a_whole_landing_passes(tmp_path: Path) -> None:
    house = landed_house(tmp_path)
    check_account(work_of(house))
    assert verdict(house)[0] == 1


def test_a_row_lost_from_the_lake_fails_and_names_the_file(tmp_path: Path) -> None:
    house = landed_house(tmp_path)
    load = contact_load(house)
    path = house.home.root / str(load.lake_path)
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from '{path}' where _line > 2) to '{path}.new' (format parquet)")
    Path(f"{path}.new").replace(path)
    check_account(work_of(house))
    is_passed, detail = verdict(house)
    assert is_passed == 0
    rows = load.rows_loaded
    assert f"cosmic_vardkontakt_202407.csv: {rows} rader, {rows} redovisade, {rows - 1} i sjön" in detail


def test_a_file_lost_from_the_lake_fails(tmp_path: Path) -> None:
    house = landed_house(tmp_path)
    (house.home.root / str(contact_load(house).lake_path)).unlink()
    check_account(work_of(house))
    assert verdict(house)[0] == 0


@pytest.mark.parametrize("lacking", ["cosmic_vantelista", "register_konto"])
def test_a_group_that_is_not_whole_is_refused(lacking: str, tmp_path: Path) -> None:
    house = landed_house(tmp_path, lacking)
    with pytest.raises(InputRefusedError, match=lacking):
        check_account(work_of(house))
