"""A region with its own codes and no lists of them: nothing of the example region holds there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.warehouse.planted import Plant, contact, key_of, query, run_dbt, unit


@pytest.fixture(scope="module")
def other_region(working_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Region 54: codes of its own and no lists of them, no target that year, an empty waiting list."""
    database = tmp_path_factory.mktemp("other_region") / "build.duckdb"
    plant = Plant(
        contacts=[
            contact("2024-07", "own code", mvo="999", lkf="1780"),
            contact("2024-07", "own activity", fas="2", aktivitet="99999", kva_huvud="JKA21", lkf="1980"),
        ],
        units=[unit("2024-07")],
        region_code=54,
        county_prefix="17",
    )
    plant.write(database)
    outcome = run_dbt(database, working_dir, "build", "--exclude", "test_type:unit")
    assert outcome.failures() == {}
    return database


def test_a12_a13_without_a_list_of_the_region_any_code_of_the_right_length_is_known(
    other_region: Path,
) -> None:
    # A40: the second lives in Västmanland, which is another region here.
    assert query(other_region, "select rule_id from quality.deviations") == [("A40",)]


def test_cm07_another_region_has_its_own_home(other_region: Path) -> None:
    rows = query(other_region, "select contact_key, is_home_region from marts.fct_completed_contact")
    assert set(rows) == {(key_of("own code"), True), (key_of("own activity"), False)}


def test_wt35_a_region_without_a_target_has_no_contacts_to_it(other_region: Path) -> None:
    rows = query(other_region, "select distinct denominator, contacts_to_target_count from marts.mart_waiting_times")
    assert rows == [(1, None)]
