"""Each promise of beds, episodes and production broken in turn: the suite finds it, and stops or only tells."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import duckdb
import pytest

from expectations.wording import Band
from orchestration.validation import occupancy, production
from orchestration.validation.bands import bands_in_force
from orchestration.validation.results import ExpectationResult, failures, warnings
from orchestration.validation.run import run_aggregates
from tests.python.validation.planted_tables import PERIOD, plant

SUITES = {suite.SUITE: suite for suite in (occupancy, production)}


@pytest.fixture(scope="module")
def planted() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        plant(connection)
        yield connection


@pytest.fixture
def world(planted: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The planted tables; what a test does to them is undone after it."""
    planted.execute("begin")
    yield planted
    planted.execute("rollback")


def results_of(connection: duckdb.DuckDBPyConnection, suite: ModuleType, *identifiers: str) -> list[ExpectationResult]:
    """The results of the named expectations, or of all, on the frames that the suite makes."""
    chosen = [
        (frame, [each for each in expectations if not identifiers or each.meta["id"] in identifiers])
        for frame, expectations in suite.checks(connection, PERIOD)
    ]
    return run_aggregates(suite.SUITE, [(frame, kept) for frame, kept in chosen if kept])


def _mart(change: str, where: str) -> str:
    return f"update marts.mart_occupancy set {change} where period = '{PERIOD}' and {where}"


def _level(level: str) -> str:
    return f"level = '{level}' and specialty_group = 'all' and unit_id in ('*', 'A', 'C', 'S')"


def _readmission(change: str, level: str, sex: str = "all") -> str:
    return f"update marts.mart_readmission set {change} where level = '{level}' and sex = '{sex}'"


def _production(change: str, product: str, level: str) -> str:
    return (
        f"update marts.mart_production set {change} "
        f"where period = '{PERIOD}' and product_id = '{product}' and level = '{level}'"
    )


# What breaks each promise: one statement on the tables, by the expectation that must find it.
FAULTS: dict[tuple[str, str], str] = {
    ("occupancy", "CM09.loaded_periods_only"): "update marts.fct_ward_day set period = '2031-01' where unit_id = 'U'",
    ("occupancy", "CM10.stays_accounted"): "delete from marts.fct_inpatient_stay where episode_key = 'e3'",
    ("occupancy", "OC03.bed_rows_accounted"): "update marts.fct_ward_day set beds_available = null where unit_id = 'U'",
    ("occupancy", "OC01.census_accounted"): (
        "update marts.fct_ward_day set patients_count = patients_count + 1 where unit_id = 'P'"
    ),
    ("occupancy", "OC02.within_patients"): "update marts.fct_ward_day set outlier_count = 4 where unit_id = 'P'",
    ("occupancy", "PR01.every_stay_in_an_episode"): (
        "delete from marts.fct_inpatient_episode where episode_key = 'e4'"
    ),
    ("occupancy", "PR02.possible_lengths"): (
        "update marts.fct_inpatient_episode set bed_days = length_of_stay_days + 2 where episode_key = 'e1'"
    ),
    ("occupancy", "PR03.possible_indexes"): (
        "update marts.fct_inpatient_episode set is_readmission_30d = true where episode_key = 'e4'"
    ),
    ("occupancy", "OC03.share_is_of_its_sums"): _mart("occupancy_share = 0.5", _level("region")),
    ("occupancy", "OC04.within_wards"): _mart("wards_over_90_count = 4", _level("region")),
    ("occupancy", "PR06.month_within_year"): _mart("ytd_patient_days = 0", _level("region")),
    ("occupancy", "PR03.numerator_sexes"): _readmission("numerator = 0", "region", "K"),
    ("occupancy", "PR03.denominator_sexes"): _readmission("denominator = 2", "region", "K"),
    ("occupancy", "PR03.denominator_within_indexes"): _readmission("denominator = 9", "region"),
    ("occupancy", "PR03.numerator_within_readmitted"): (
        "update marts.fct_inpatient_episode set is_readmission_30d = false"
    ),
    ("occupancy", "PR03.numerator_within_denominator"): _readmission("numerator = 2", "unit", "K"),
    ("production", "CM09.loaded_periods_only"): (
        "update marts.mart_production set period = '2031-01' where product_id = 'listed_persons'"
    ),
    ("production", "PRODUCTION.files_staged"): "delete from staging.stg_provisio__operation where unit_id = 'X'",
    ("production", "PRODUCTION.files_counted"): _production("actual = 999", "listed_persons", "region"),
    ("production", "PR02.products_of_episodes"): _production("actual = 2.1", "drg_points", "region"),
    ("production", "PR06.previous_year_is_its_own_line"): (
        "insert into marts.mart_production values ('2025-01', 'operations', 'region', '*', 3, 4, 3)"
    ),
    ("production", "PRODUCTION.not_negative"): _production("actual = -1", "operations_unclassified", "region"),
    ("production", "PR06.operations_of_parts"): _production("actual = 2", "operations_unclassified", "region"),
    ("production", "PR06.operations_of_parts_everywhere"): _production("actual = 2", "operations_day", "unit"),
}
for _column in (
    "patient_days", "bed_days_available", "overcrowded_count", "outlier_count", "discharged_episodes_count",
    "discharged_bed_days",
):  # fmt: skip
    _more = f"{_column} = {_column} + 1"
    FAULTS |= {
        ("occupancy", f"OCCUPANCY.{_column}_of_fact"): _mart(_more, _level("region")),
        ("occupancy", f"CM03.{_column}_units_and_unknown"): _mart(_more, _level("unit")),
        ("occupancy", f"CM03.{_column}_clinics"): _mart(_more, _level("clinic")),
        ("occupancy", f"CM03.{_column}_areas"): _mart(_more, _level("area")),
    }
for _column in ("numerator", "denominator"):
    FAULTS |= {
        ("occupancy", f"CM03.{_column}_clinics"): _readmission(f"{_column} = 0", "clinic"),
        ("occupancy", f"CM03.{_column}_areas"): _readmission(f"{_column} = 0", "area"),
        ("occupancy", f"CM03.{_column}_units_within_region"): _readmission(f"{_column} = 2", "unit"),
    }
for _prefix in ("", "ytd_"):
    _more = f"{_prefix}actual = {_prefix}actual + 1"
    FAULTS |= {
        ("production", f"CM03.{_prefix}clinics"): _production(_more, "operations_day", "clinic"),
        ("production", f"CM03.{_prefix}areas"): _production(_more, "operations_day", "area"),
        ("production", f"CM03.{_prefix}units_within_region"): _production(_more, "operations_day", "unit"),
    }


@pytest.mark.parametrize("suite", SUITES)
def test_sound_figures_stop_nothing_and_every_expectation_has_its_planted_fault(
    world: duckdb.DuckDBPyConnection, suite: str
) -> None:
    results = results_of(world, SUITES[suite])
    assert [result for result in results if not result.is_success] == []
    identifiers = [result.expectation for result in results]
    assert len(identifiers) == len(set(identifiers))
    blocking = {result.expectation for result in results if result.severity == "block"}
    assert blocking == {identifier for name, identifier in FAULTS if name == suite}
    bands = {band.name for band in bands_in_force(world, suite, PERIOD)}
    assert {result.expectation for result in results if result.severity == "warn"} <= {f"{b}.plausible" for b in bands}


@pytest.mark.parametrize(("suite", "identifier"), FAULTS)
def test_each_expectation_finds_the_fault_planted_for_it(
    world: duckdb.DuckDBPyConnection, suite: str, identifier: str
) -> None:
    world.execute(FAULTS[suite, identifier])
    (result,) = results_of(world, SUITES[suite], identifier)
    assert (result.severity, result.is_success, result.has_crashed) == ("block", False, False)
    assert failures([result]) == [result]
    assert result.meaning.endswith(".")


# What makes a figure implausible, whatever it rests on: a statement that moves it to or past a limit.
IMPLAUSIBLE = {
    "region_occupancy_share": _mart("occupancy_share = 1.31", _level("region")),
    "ward_occupancy_share": _mart("occupancy_share = 1.31", _level("unit")),
    "mean_length_of_stay_days": _mart("mean_length_of_stay_days = 1.4", _level("region")),
    "overcrowded_per_100_beds": _mart("overcrowded_per_100_beds = 30.1", _level("region")),
    "ward_unknown_unit_share": "select 1",
    "without_bed_row_share": f"update marts.fct_ward_day set beds_available = null where period = '{PERIOD}'",
    "episode_unknown_unit_share": "update marts.fct_inpatient_episode set unit_key = null",
    "discharges_median_ratio": "select 1",
    "production_median_ratio": _production("actual = 300", "operations", "region"),
    "production_same_month_ratio": _production("previous_year = 1000000, actual = 1", "operations", "region"),
    "unclassified_operations_share": "select 1",
    "cancelled_operations_share": (
        f"insert into marts.mart_production values ('{PERIOD}', 'operations_cancelled', 'region', '*', 2, 0, 2)"
    ),
    "knife_hours_per_operation": (
        f"insert into marts.mart_production values ('{PERIOD}', 'knife_hours', 'region', '*', 16, 0, 16)"
    ),
    "operation_unknown_unit_share": "select 1",
    "plan_months_count": "delete from staging.stg_plan__produktionsplan where plan_period = '2024-12'",
}


@pytest.mark.parametrize("name", IMPLAUSIBLE)
def test_an_implausible_figure_is_told_and_stops_nothing(world: duckdb.DuckDBPyConnection, name: str) -> None:
    suite = next(suite for suite in SUITES if name in {band.name for band in bands_in_force(world, suite, PERIOD)})
    world.execute("update reference.plausible_bands set least_rows = 0")
    world.execute(IMPLAUSIBLE[name])
    (result,) = results_of(world, SUITES[suite], f"{name}.plausible")
    assert warnings([result]) == [result] and failures([result]) == []
    world.execute("update reference.plausible_bands set least_rows = 10000000")
    assert warnings(results_of(world, SUITES[suite], f"{name}.plausible")) == []


def test_discharges_are_compared_with_the_same_month_a_year_before(world: duckdb.DuckDBPyConnection) -> None:
    world.execute("update reference.plausible_bands set least_rows = 0")
    world.execute("insert into control.loaded_period values ('2023-02', 'wards')")
    world.execute(
        "insert into marts.fct_inpatient_episode select '2023-02', 'old' || range, 'kS', 'SOM', "
        "timestamp '2023-02-05 10:00', 1, 2, 1, false, true, false, 'HEM' from range(2)"
    )
    rows = world.execute(
        "select figure_value from validation.validation_inpatient_figure "
        "where period = '2024-02' and figure_name = 'discharges_same_month_ratio'"
    ).fetchall()
    assert rows == [(0.5,)]
    (result,) = results_of(world, occupancy, "discharges_same_month_ratio.plausible")
    assert warnings([result]) == [result]


@pytest.mark.parametrize("suite", SUITES)
def test_without_any_of_the_groups_the_tables_must_be_empty_and_nothing_else_is_asked(
    world: duckdb.DuckDBPyConnection, suite: str
) -> None:
    world.execute("delete from control.loaded_period")
    world.execute("delete from control.complete_period")
    results = results_of(world, SUITES[suite])
    assert "CM09.loaded_periods_only" in {result.expectation for result in failures(results)}
    for schema, table in world.execute(
        "select schema_name, table_name from duckdb_tables() where schema_name in ('marts', 'staging')"
    ).fetchall():
        world.execute(f"delete from {schema}.{table}")
    results = results_of(world, SUITES[suite])
    assert [(result.expectation, result.is_success) for result in results] == [("CM09.loaded_periods_only", True)]


def test_a_month_whose_wards_are_not_loaded_is_no_fault_and_an_earlier_month_still_is(
    world: duckdb.DuckDBPyConnection,
) -> None:
    world.execute(f"delete from control.loaded_period where period = '{PERIOD}'")
    for table in ("fct_inpatient_stay", "fct_inpatient_episode", "fct_ward_day", "mart_occupancy", "mart_readmission"):
        world.execute(f"delete from marts.{table} where period = '{PERIOD}' or period is null")
    world.execute(f"delete from staging.stg_cosmic__vardtillfalle where period = '{PERIOD}'")
    world.execute("insert into marts.fct_inpatient_stay values ('2024-01', 'e2', 1)")
    world.execute("insert into marts.fct_inpatient_episode (episode_key) values ('e2')")
    results = results_of(world, occupancy)
    assert failures(results) == [] and {result.severity for result in results} == {"block"}
    world.execute("update marts.mart_occupancy set patient_days = 9 where level = 'clinic'")
    assert {result.expectation for result in failures(results_of(world, occupancy))} >= {"CM03.patient_days_clinics"}


def test_a_band_says_its_limits_in_both_suites(world: duckdb.DuckDBPyConnection) -> None:
    for suite in SUITES:
        for band in bands_in_force(world, suite, PERIOD):
            assert isinstance(band, Band) and band.sentence.endswith(").")
