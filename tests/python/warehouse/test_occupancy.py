"""OC03-OC05 and PR03-PR06: the marts of beds and readmissions on facts that are counted by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse import figures_occupancy as figures
from tests.python.warehouse.inpatient_facts import Line, plant_facts, ward_day
from tests.python.warehouse.recomputing import Recomputing


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    recomputing = plant_facts(built, manifest, figures.CHECKS)
    yield recomputing
    recomputing.close()


def told(world: Recomputing, mart: str, keys: Sequence[str], lines: Sequence[Line]) -> list[tuple[Line, Any]]:
    """The lines that do not stand as they must, each with what stands."""
    wrong = []
    for line in lines:
        columns = list(line.figures or ())
        where = " and ".join(f"{key} = ?" for key in keys)
        found = world.connection.execute(
            f"select {', '.join(columns) or '1'} from {world.relation(mart)} where {where}", line.key
        ).fetchall()
        expected = [] if line.figures is None else [tuple(pytest.approx(value) for value in line.figures.values())]
        if found != expected:
            wrong.append((line, found))
    return wrong


def wrong_lines(world: Recomputing, lines: Sequence[Line]) -> list[tuple[Line, Any]]:
    return told(world, "mart_occupancy", figures.OCCUPANCY_KEYS, lines)


def wrong_readmissions(world: Recomputing, lines: Sequence[Line]) -> list[tuple[Line, Any]]:
    return told(world, "mart_readmission", figures.READMISSION_KEYS, lines)


def test_oc03_a_ward_week_counted_by_hand_is_divided_between_february_and_march(world: Recomputing) -> None:
    assert wrong_lines(world, figures.THE_WEEK) == []


def test_oc03_days_without_a_bed_row_are_left_out_and_days_without_beds_keep_their_patients(world: Recomputing) -> None:
    assert wrong_lines(world, figures.BEDS) == []


def test_cm02_a_ward_that_moves_stands_where_it_stood_each_day(world: Recomputing) -> None:
    assert wrong_lines(world, figures.MOVED) == []


def test_oc04_nine_beds_of_ten_are_over_ninety_percent_and_twenty_six_of_twenty_nine_are_not(
    world: Recomputing,
) -> None:
    assert wrong_lines(world, figures.WARDS_OVER_90) == []


def test_oc05_psychiatry_holds_child_psychiatry_and_not_forensic_psychiatry(world: Recomputing) -> None:
    assert wrong_lines(world, figures.GROUPS) == []


def test_pr06_the_year_holds_its_loaded_months_and_twelve_months_are_told_when_all_are_loaded(
    world: Recomputing,
) -> None:
    assert wrong_lines(world, figures.SPANS) == []


def test_pr05_the_mean_stay_is_the_days_of_the_discharged_by_the_discharged_whose_days_are_known(
    world: Recomputing,
) -> None:
    assert wrong_lines(world, figures.STAYS) == []


def test_pr05_days_ready_for_discharge_stand_in_the_month_they_fall_in(world: Recomputing) -> None:
    assert wrong_lines(world, figures.READY) == []


def test_pr04_somatic_episodes_of_patients_of_65_are_to_be_assessed_and_those_of_64_are_not(world: Recomputing) -> None:
    assert wrong_lines(world, figures.ASSESSMENTS) == []


def test_pr03_an_index_of_65_at_admission_is_counted_and_one_of_64_is_not(world: Recomputing) -> None:
    assert wrong_readmissions(world, figures.OLD) == []


def test_pr03_an_index_with_municipal_care_is_counted_at_any_age(world: Recomputing) -> None:
    assert wrong_readmissions(world, figures.MUNICIPAL) == []


def test_pr06_readmissions_of_a_year_are_ratios_of_sums(world: Recomputing) -> None:
    assert wrong_readmissions(world, figures.READMISSION_SPANS) == []


def test_pr03_a_month_is_preliminary_until_every_month_its_follow_up_reaches_is_loaded(world: Recomputing) -> None:
    assert wrong_readmissions(world, figures.PRELIMINARY) == []


def test_the_marts_hold_no_other_lines_of_the_month_that_is_counted(world: Recomputing) -> None:
    assert [mart for mart in figures.CHECKS if not world.holds(mart)] == []


@pytest.mark.parametrize(("patients", "is_over"), [(899, 0), (900, 1), (901, 1)])
def test_oc04_the_limit_is_kept_to_the_patient(
    patients: int, is_over: int, built: Path, manifest: dict[str, Any]
) -> None:
    days = [ward_day(f"2024-02-{day:02}", "A1", 100, patients // 10) for day in range(1, 10)]
    days.append(ward_day("2024-02-10", "A1", 100, patients - 9 * (patients // 10)))
    world = plant_facts(built, manifest, {}, ward_days=days)
    found = world.connection.execute(
        "select patient_days, bed_days_available, wards_over_90_count "
        f"from {world.relation('mart_occupancy')} where period = '2024-02' and level = 'unit' and unit_id = 'A1' "
        "and specialty_group = 'SOM'"
    ).fetchall()
    world.close()
    assert found == [(patients, 1000, is_over)]
