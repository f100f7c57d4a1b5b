"""The figures of the waiting-time facts and mart, against figures counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.cases import FIXTURE_PERIOD, MOVING_UNIT, OVERLAPPING_UNIT
from tests.python.warehouse.figures import (
    ABSENT_LINES,
    AT_THE_TARGET,
    BOUNDARIES,
    DERIVED_DECISIONS,
    FIXTURE_SHARES,
    FIXTURE_STATISTICS,
    GUARANTEES,
    HOMES,
    LACKING,
    LEGAL_WAITS,
    LEVELS,
    LIMITS,
    LINE_COUNTS,
    MEASURE_ABSENT_LINES,
    MEASURE_LACKING,
    MEASURE_LINES,
    MEASURE_STATISTICS,
    OTHER_LINES,
    OWN_CLINIC_LINES,
    PLACES,
    WAIT_FIGURES,
    RowFigures,
)
from tests.python.warehouse.mart_lines import Line
from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, key_of, query


def line(database: Path, columns: str, **keys: Any) -> tuple[Any, ...] | None:
    """The one line of the mart at the keys; the region, all sexes and groups unless said."""
    keys = {"level": "region", "unit_id": "*", "sex": "all", "specialty_group": "all", **keys}
    where = " and ".join(f"{name} = ?" for name in keys)
    rows = query(database, f"select {columns} from marts.mart_waiting_times where {where}", list(keys.values()))
    assert len(rows) <= 1
    return rows[0] if rows else None


def holds(database: Path, expected: Line) -> None:
    """Asserts that a line of the mart stands once with the figures counted by hand, or not at all."""
    columns = ", ".join(expected.figures or {"denominator": None})
    found = line(database, columns, **expected.keys)
    if expected.figures is None:
        assert found is None
    else:
        assert found is not None
        assert found == pytest.approx(tuple(expected.figures.values()), abs=1e-12)


def has_figures(database: Path, row: RowFigures) -> None:
    """Asserts that a planted row of care has the columns counted by hand."""
    found = query(
        database,
        f"select {', '.join(row.figures)} from intermediate.int_waiting_times__row "
        "where entity = ? and period = ? and contact_key = ?",
        [row.entity, row.period, key_of(row.name)],
    )
    assert found == [tuple(row.figures.values())]


@pytest.mark.parametrize("expected", FIXTURE_SHARES, ids=["R12", "R13", "R14", "R15", *["R16"] * 4])
def test_wt31_the_published_fixture_gives_each_variant_its_own_share(expected: Line, database: Path) -> None:
    holds(database, expected)


def test_the_fixture_of_october_is_the_published_one() -> None:
    shares = [(line.figures["numerator"], line.figures["denominator"]) for line in FIXTURE_SHARES if line.figures]
    assert shares == [(3, 5), (3, 4), (4, 6), (4, 7), (3, 5), (3, 5), (3, 6), (3, 7)]


@pytest.mark.parametrize("expected", FIXTURE_STATISTICS, ids=str)
def test_wt33_statistics_hold_all_rows_and_are_equal_in_all_variants(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("row", GUARANTEES, ids=str)
def test_r17_wt30_only_a_marked_contact_that_is_neither_follow_up_nor_acute_is_in_the_guarantee(
    row: RowFigures, database: Path
) -> None:
    has_figures(database, row)


@pytest.mark.parametrize(
    ("name", "median"), [("G", 90.5), ("V", 91.0)], ids=["of eight waits, the middle two", "of seven, the middle one"]
)
def test_r18_the_median_is_the_mean_of_the_two_middle_waits(name: str, median: float, database: Path) -> None:
    population = {"G": "completed", "V": "waiting"}[name]
    keys = {"period": FIXTURE_PERIOD, "measure_id": "first_contact_90", "population": population, "variant": "all"}
    assert line(database, "median_wait_days", **keys) == (median,)


@pytest.mark.parametrize("expected", BOUNDARIES, ids=str)
def test_wt33_r21_r22_each_boundary_of_the_bands_and_of_an_over_long_wait_has_its_side(
    expected: Line, database: Path
) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", [*LACKING, *MEASURE_LACKING], ids=str)
def test_wt35_contacts_to_target_counts_what_the_share_lacks(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", AT_THE_TARGET, ids=str)
def test_wt35_a_share_that_meets_its_target_exactly_lacks_nothing(expected: Line, database: Path) -> None:
    holds(database, expected)


def waits_of(rule: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "row", [row for row in WAIT_FIGURES if row.name.startswith(rule)], ids=lambda row: row.name
    )


@waits_of("R01")
def test_r01_the_ninetieth_calendar_day_is_inside_and_the_next_outside(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@waits_of("R02")
def test_r02_a_leap_day_is_a_day(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@waits_of("R03")
def test_r03_neither_clock_change_nor_midnight_matters(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@waits_of("R04")
def test_r04_wt41_three_days_in_primary_care_with_the_weekend_counted(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@waits_of("R05")
def test_r05_wt41_thirty_days_in_child_psychiatry(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@waits_of("R06")
def test_r06_a_first_contact_waits_from_the_decision_and_not_from_the_referrals_arrival(
    row: RowFigures, database: Path
) -> None:
    has_figures(database, row)


@waits_of("R07")
def test_r07_an_operation_or_examination_waits_from_its_own_decision(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@pytest.mark.parametrize(
    ("name", "days", "is_counted"),
    [
        # R09: booked for 3 November, carried out on 31 October, removed on the 20th, decided on 1 November.
        ("V7", 152, True),
        ("V8", 60, False),
        ("V9", None, False),
        ("V6", -1, False),
        # R10: to the period's last day, never today; the day before the ninetieth and after.
        ("V1", 90, True),
        ("V2", 91, True),
        ("V5", 0, True),
        # R11: a booked time does not end the wait.
        ("V10", 31, True),
    ],
)
def test_r09_r10_r11_wt02_wt03_what_waits_at_the_end_of_october(
    name: str, days: int | None, is_counted: bool, database: Path
) -> None:
    fact = query(
        database,
        "select wait_days from marts.fct_waiting_contact where period = ? and contact_key = ?",
        [FIXTURE_PERIOD, key_of(name)],
    )
    assert fact == ([] if days is None else [(days,)])
    counted = query(
        database,
        "select measure_id from intermediate.int_waiting_times__population "
        "where period = ? and population = 'waiting' and contact_key = ?",
        [FIXTURE_PERIOD, key_of(name)],
    )
    assert counted == ([("first_contact_90",)] if is_counted else [])


@pytest.mark.parametrize("expected", MEASURE_LINES, ids=str)
def test_wt10_wt31_wt34_each_measure_in_every_variant_level_sex_and_group(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", MEASURE_STATISTICS, ids=str)
def test_wt33_the_statistics_of_each_measure(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", MEASURE_ABSENT_LINES, ids=str)
def test_wt34_a_group_that_a_measure_leaves_out_has_no_line(expected: Line, database: Path) -> None:
    holds(database, expected)


def test_wt34_a_measure_has_as_many_lines_as_places_sexes_and_groups_occur(database: Path) -> None:
    rows = query(database, "select period, measure_id, population, count(*) from marts.mart_waiting_times group by all")
    counts = {row[:3]: row[3] for row in rows}
    assert {key: counts[key] for key in LINE_COUNTS} == LINE_COUNTS


@pytest.mark.parametrize("expected", OWN_CLINIC_LINES, ids=str)
def test_cm03_a_unit_that_is_its_own_clinic_has_a_line_at_each_level(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("row", LEGAL_WAITS, ids=str)
def test_wt40_legal_wait_leaves_out_the_days_of_pvv_and_mov_inside_the_wait(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@pytest.mark.parametrize("row", LIMITS, ids=str)
def test_wt41_the_limit_is_that_of_the_guarantee(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@pytest.mark.parametrize("row", DERIVED_DECISIONS, ids=str)
def test_wt04_acute_contacts_and_drop_ins_without_decision_have_no_wait(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@pytest.mark.parametrize("row", HOMES, ids=str)
def test_cm07_home_region_is_unknown_when_the_code_tells_no_county(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


@pytest.mark.parametrize("row", PLACES, ids=str)
def test_cm02_a_row_of_care_has_the_clinic_and_area_of_its_day(row: RowFigures, database: Path) -> None:
    has_figures(database, row)


def test_where_a_protected_person_lives_is_not_in_the_facts(database: Path) -> None:
    rows = query(
        database,
        "select contact_key, municipality_code from marts.fct_completed_contact where contact_key in (?, ?) "
        "order by municipality_code nulls first",
        [key_of("protected"), key_of("plain")],
    )
    assert rows == [(key_of("protected"), None), (key_of("plain"), "1980")]


def test_cm02_a_contact_belongs_to_the_clinic_its_unit_had_that_day(database: Path) -> None:
    rows = query(
        database,
        "select fact.contact_key, unit.clinic_id, unit.area_name from marts.fct_completed_contact as fact "
        "inner join marts.dim_unit as unit on fact.unit_key = unit.unit_key "
        "where fact.unit_id = ? and fact.period = '2024-04' and fact.care_level = 'S'",
        [MOVING_UNIT],
    )
    assert set(rows) == {
        (key_of("last day in the first clinic"), CLINIC, "Norra"),
        (key_of("first day in the second clinic"), OTHER_CLINIC, "Södra"),
    }


def test_cm10_the_latest_period_of_the_register_holds_whatever_was_loaded_last(database: Path) -> None:
    names = query(database, "select distinct unit_name from marts.dim_unit where unit_id = ?", [MOVING_UNIT])
    assert names == [("Mottagningen",)]


def test_cm02_a_unit_that_left_the_register_keeps_its_last_intervals(database: Path) -> None:
    rows = query(
        database,
        "select ownership, clinic_id from marts.fct_completed_contact where contact_key = ?",
        [key_of("at the unit that left the register")],
    )
    assert rows == [("PRIVAT", CLINIC)]


def test_e02_a_day_of_overlapping_intervals_belongs_to_the_one_that_began_last(database: Path) -> None:
    rows = query(
        database,
        "select contact_key, clinic_id from marts.fct_completed_contact where unit_id = ?",
        [OVERLAPPING_UNIT],
    )
    assert set(rows) == {
        (key_of("at the overlapping unit before"), CLINIC),
        (key_of("at the overlapping unit inside"), OTHER_CLINIC),
        (key_of("at the overlapping unit after"), CLINIC),
    }
    assert len(rows) == 3


def test_cm03_an_unknown_unit_counts_at_the_region_only_as_its_own(database: Path) -> None:
    rows = query(
        database,
        "select unit_key, clinic_id, area_name, specialty_group, ownership from marts.fct_completed_contact "
        "where contact_key = ?",
        [key_of("at an unknown unit")],
    )
    assert rows == [(None, None, None, None, "REGION")]


@pytest.mark.parametrize("expected", LEVELS, ids=str)
def test_cm03_every_level_is_counted_from_the_rows(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", ABSENT_LINES, ids=str)
def test_wt34_lines_that_must_not_exist_do_not(expected: Line, database: Path) -> None:
    holds(database, expected)


def test_wt10_first_contacts_leave_out_child_psychiatry_first_line_and_primary_care(database: Path) -> None:
    holds(database, OTHER_LINES[0])


def test_cm08_disqualified_and_corrected_rows_are_in_no_count(database: Path) -> None:
    holds(database, OTHER_LINES[1])


def test_a_share_without_rows_is_empty(database: Path) -> None:
    rows = query(database, "select count(*) from marts.mart_waiting_times where (denominator = 0) <> (share is null)")
    assert rows == [(0,)]
    holds(database, OTHER_LINES[2])
