"""The facts of inpatients hold what was counted by hand of each planted stay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.python.warehouse.inpatient_cases import BEDS, EPISODES, PARTS, WARD_DAYS, WEEK, Episode, newest_of
from tests.python.warehouse.inpatient_checks import (
    CHECKS,
    expected_census,
    expected_ward_days,
    occupied_days_of,
    unit_of,
    wrong_columns_of,
)
from tests.python.warehouse.inpatient_rows import days


@pytest.fixture(scope="module")
def connection(inpatient_built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build of the months of the wards, read only."""
    with duckdb.connect(str(inpatient_built / "build.duckdb"), read_only=True) as opened:
        yield opened


def schema_of(model: str) -> str:
    return "marts" if model.startswith("fct_") else "intermediate"


def test_every_model_and_test_of_dbt_passes_on_the_planted_stays(inpatient_built: Path) -> None:
    is_success, nodes = json.loads((inpatient_built / "outcome.json").read_text(encoding="utf-8"))
    assert {name: node for name, node in nodes.items() if node[0] not in ("success", "pass")} == {}
    assert is_success and {"fct_inpatient_stay", "fct_inpatient_episode", "fct_ward_day"} <= set(nodes)


@pytest.mark.parametrize("model", CHECKS)
def test_a_model_holds_what_was_planted_and_no_more(model: str, connection: duckdb.DuckDBPyConnection) -> None:
    assert CHECKS[model](connection, f"{schema_of(model)}.{model}")


def name_of(episode: Episode) -> str:
    return episode.name


def assert_is_as_counted(episode: Episode, connection: duckdb.DuckDBPyConnection) -> None:
    """The columns of the episode, the days at 06:00 of each of its stays, and the ward of each of its days."""
    assert wrong_columns_of(connection, "marts.fct_inpatient_episode", episode) == {}
    at_six = connection.execute(
        "select stay_number, date from intermediate.int_inpatient__census where episode_key = ? order by all",
        [episode.key],
    ).fetchall()
    assert at_six == sorted((number, day) for number, text in episode.at_six.items() for day in days(text))
    occupied = connection.execute(
        "select date, unit_id from intermediate.int_inpatient__occupied_day where episode_key = ? order by date",
        [episode.key],
    ).fetchall()
    assert occupied == [(day, unit_of(day, ward_id)) for day, ward_id in occupied_days_of(episode)]


@pytest.mark.parametrize("episode", PARTS["census"], ids=name_of)
def test_oc01_the_census_is_taken_at_six_by_the_wall_clock(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["permissions"], ids=name_of)
def test_oc01_pr02_a_patient_on_permission_is_away_and_whole_days_are_taken_off(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["newest"], ids=name_of)
def test_cm10_the_newest_period_tells_of_a_stay_and_its_permissions(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["reversed"], ids=name_of)
def test_oc01_a_stay_that_runs_backwards_is_left_out_of_the_census(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["stays"], ids=name_of)
def test_pr01_pr02_an_episode_is_all_its_stays_and_a_day_is_that_of_the_last_ward(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["told"], ids=name_of)
def test_cm04_cm07_pr03_pr04_pr05_what_is_told_of_the_patient(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["transfers"], ids=name_of)
def test_pr01_a_transfer_continues_within_24_hours_and_is_awaited(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["readmissions"], ids=name_of)
def test_pr03_an_acute_episode_within_30_days_marks_the_index(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["places"], ids=name_of)
def test_cm02_cm03_a_ward_is_as_it_was_that_day(episode: Episode, connection: duckdb.DuckDBPyConnection) -> None:
    assert_is_as_counted(episode, connection)


@pytest.mark.parametrize("episode", PARTS["outliers"], ids=name_of)
def test_oc02_a_responsible_unit_is_its_clinic_that_day(
    episode: Episode, connection: duckdb.DuckDBPyConnection
) -> None:
    assert_is_as_counted(episode, connection)


def test_names_of_cases_are_their_own() -> None:
    assert [name for name, count in Counter(episode.name for episode in EPISODES).items() if count > 1] == []


@pytest.mark.parametrize("day", sorted({day for day, _ in WARD_DAYS}), ids=str)
def test_oc01_oc02_the_wards_of_a_day_are_as_counted(day: date, connection: duckdb.DuckDBPyConnection) -> None:
    found = connection.execute(
        "select unit_id, is_known_unit, beds_established, beds_available, patients_count, overcrowded_count, "
        "outlier_count from marts.fct_ward_day where date = ?",
        [day],
    ).fetchall()
    assert {row[0]: row[1:] for row in found} == {
        ward_id: told for (one, ward_id), told in expected_ward_days().items() if one == day
    }


def test_oc01_the_week_counted_by_hand_is_that_of_its_patients() -> None:
    """The table of the week and the days written for each patient say the same."""
    counted = Counter(day for _, _, day, ward_id in expected_census().elements() if ward_id == WEEK)
    assert counted == {day: told[3] for (day, ward_id), told in WARD_DAYS.items() if ward_id == WEEK}
    sums = [told[3:] for (day, ward_id), told in WARD_DAYS.items() if ward_id == WEEK and day >= date(2024, 3, 4)]
    assert ([sum(column) for column in zip(*sums, strict=True)], len(sums)) == ([18, 1, 4], 7)


def test_every_newest_stay_and_every_row_of_beds_has_its_place(connection: duckdb.DuckDBPyConnection) -> None:
    stays = sum(len(newest_of(episode)) for episode in EPISODES)
    assert connection.execute("select count(*) from marts.fct_inpatient_stay").fetchall() == [(stays,)]
    of_own_month = [
        row for row in BEDS if row["disponibla"] is not None and f"{row['datum']:%Y-%m}" == row["_period"]
    ]  # fmt: skip
    with_beds = connection.execute("select count(*) from marts.fct_ward_day where beds_available is not null")
    assert with_beds.fetchall() == [(len(of_own_month),)]
