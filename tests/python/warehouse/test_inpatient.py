"""The facts of inpatients hold what was counted by hand of each planted stay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.python.warehouse.inpatient_cases import BEDS, EPISODES, WARD_DAYS, WEEK, Episode, newest_of
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


@pytest.mark.parametrize("episode", EPISODES, ids=lambda episode: episode.name)
def test_inpatient(episode: Episode, connection: duckdb.DuckDBPyConnection) -> None:
    assert wrong_columns_of(connection, "marts.fct_inpatient_episode", episode) == {}
    stays = connection.execute(
        "select stay_number, date from intermediate.int_inpatient__census where episode_key = ? order by all",
        [episode.key],
    ).fetchall()
    assert stays == sorted((number, day) for number, text in episode.at_six.items() for day in days(text))
    occupied = connection.execute(
        "select date, unit_id from intermediate.int_inpatient__occupied_day where episode_key = ? order by date",
        [episode.key],
    ).fetchall()
    assert occupied == [(day, unit_of(day, ward_id)) for day, ward_id in occupied_days_of(episode)]


def test_names_of_cases_are_their_own() -> None:
    assert [name for name, count in Counter(episode.name for episode in EPISODES).items() if count > 1] == []


@pytest.mark.parametrize("day", sorted({day for day, _ in WARD_DAYS}), ids=str)
def test_oc01_oc02_b03_b04_the_wards_of_a_day_are_as_counted(day: date, connection: duckdb.DuckDBPyConnection) -> None:
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
