"""Each promise of the period's figures broken in turn: the suite must find it, and stop or only tell, as it should."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from expectations.wording import Band, shown
from orchestration.validation import waiting_times
from orchestration.validation.bands import bands_in_force
from orchestration.validation.results import ExpectationResult, failures, warnings
from orchestration.validation.run import run_aggregates
from tests.python.warehouse.cases import RULE_PERIOD as PERIOD

# The planted rows are a handful, and full of faults on purpose.
_REST_ON_ANYTHING = "update reference.plausible_bands set least_rows = 0"


@pytest.fixture(scope="module")
def opened(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the build whose account tells of exactly the rows that were planted."""
    copy = tmp_path_factory.mktemp("suites") / database.name
    shutil.copy(database, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from quality.load_account")
        for entity in ("cosmic_vardkontakt", "cosmic_vantelista"):
            connection.execute(
                "insert into quality.load_account (period, entity, rows_loaded, is_current) "
                f"select _period, '{entity}', count(*), true from lake.{entity} group by _period"
            )
        yield connection


@pytest.fixture
def build_file(opened: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build; what a test does to it is undone after it."""
    opened.execute("begin")
    yield opened
    opened.execute("rollback")


def verdict(connection: duckdb.DuckDBPyConnection, identifier: str) -> ExpectationResult:
    """The result of one expectation alone, for speed: on its frame as the suite makes it."""
    chosen = [
        (frame, [expectation for expectation in expectations if expectation.meta["id"] == identifier])
        for frame, expectations in waiting_times.checks(connection, PERIOD)
    ]
    (result,) = run_aggregates(waiting_times.SUITE, [(frame, kept) for frame, kept in chosen if kept])
    return result


REGION_LINE = "level = 'region' and sex = 'all' and specialty_group = 'all'"
LINE = f"period = '{PERIOD}' and measure_id = 'first_contact_90' and population = 'completed' and {REGION_LINE}"
PART = LINE.replace("sex = 'all'", "sex = 'K'")


def _one_contact(change: str, among: str) -> str:
    """A change of one contact carried out in the period."""
    return (
        f"update marts.fct_completed_contact set {change} where period = '{PERIOD}' and contact_key = (select "
        f"min(contact_key) from marts.fct_completed_contact where period = '{PERIOD}' and {among})"
    )


def _mart(change: str, where: str = LINE) -> str:
    return f"update marts.mart_waiting_times set {change} where {where}"


def _level(level: str) -> str:
    return LINE.replace("level = 'region'", f"level = '{level}'")


# What breaks each promise: one statement on what is published, by the expectation that must find it.
FAULT_OF: dict[str, str] = {
    "CM09.loaded_periods_only": (
        "insert into quality.deviations (period, rule_id, entity) values ('2031-01', 'A01', 'cosmic_vantelista')"
    ),
    "POPULATION.all_rows_accounted": _one_contact("period = '2024-06'", "true"),
    "CM08.disqualified": _one_contact("is_disqualified = true", "not is_disqualified"),
    "CM08.undeliverable": _one_contact("is_undeliverable = true", "not is_undeliverable"),
    "WT32.numerator_within_denominator": _mart("numerator = denominator + 1"),
    "WT33.counts_within_contacts": _mart("over_150_days_count = contacts_count + 1"),
    "WT32.lowest_share": _mart("share = -0.01"),
    "WT32.highest_share": _mart("share = 1.01"),
    "WT33.bands_add_up": _mart("band_0_30_count = band_0_30_count + 1"),
    "WT33.equal_in_all_variants": _mart("contacts_count = contacts_count + 1", f"{LINE} and variant = 'skr'"),
    "WT31.skr_in_all": _mart("denominator = 0", f"{LINE} and variant = 'all'"),
    "WT31.skr_in_pvv_over_limit": _mart("denominator = 0", f"{LINE} and variant = 'pvv_over_limit'"),
    "WT31.pvv_over_limit_in_all": _mart("denominator = 10000", f"{LINE} and variant = 'pvv_over_limit'"),
    "WT31.socialstyrelsen_in_skr": _mart("denominator = 10000", f"{LINE} and variant = 'socialstyrelsen'"),
    "CM08.measure_within_fact": "update marts.fct_completed_contact set is_disqualified = true",
}
for _column, _name in (("contacts_count", "contacts"), ("denominator", "denominator"), ("numerator", "numerator")):
    _more = f"{_column} = {_column} + 1"
    FAULT_OF |= {
        f"CM03.{_name}_by_sex": _mart(_more, PART),
        f"CM03.{_name}_by_specialty": _mart(_more, LINE.replace("specialty_group = 'all'", "specialty_group = 'SOM'")),
        f"CM03.{_name}_units_and_unknown": _mart(
            _more, LINE.replace("specialty_group = 'all'", "specialty_group = 'unknown'")
        ),
        f"CM03.{_name}_clinics": _mart(_more, _level("clinic")),
        f"CM03.{_name}_areas": _mart(_more, _level("area")),
    }

BAND_OF = {
    band.name: band
    for band in [
        Band("measure_contacts_count", 1, None, "antal", 0, ""),
        Band("median_wait_days", 1, 365, "dagar", 50, ""),
        Band("share_within_limit", 0.3, 1, "andel", 50, ""),
        Band("primary_assessment_3_median_wait_days", 0, 14, "dagar", 50, ""),
        Band("first_line_3_median_wait_days", 0, 31, "dagar", 50, ""),
        Band("radiology_60_share_within_limit", 0.15, 1, "andel", 50, ""),
        Band("cap_assessment_30_share_within_limit", 0.05, 1, "andel", 50, ""),
        Band("cap_investigation_30_share_within_limit", 0.05, 1, "andel", 50, ""),
        Band("cap_treatment_30_share_within_limit", 0.05, 1, "andel", 50, ""),
        Band("unknown_unit_share", 0, 0.01, "andel", 50, ""),
        Band("other_sex_share", 0, 0.01, "andel", 50, ""),
        Band("unknown_home_region_share", 0, 0.05, "andel", 50, ""),
        Band("visitor_share", 0, 0.2, "andel", 50, ""),
        Band("disqualified_share", 0, 0.02, "andel", 50, ""),
        Band("undeliverable_share", 0, 0.02, "andel", 50, ""),
        Band("faulty_share", 0, 0.25, "andel", 50, ""),
        Band("volume_same_month_ratio", 0.7, 1.3, "kvot", 50, ""),
        Band("volume_median_ratio", 0.5, 1.5, "kvot", 50, ""),
    ]
}


def test_sound_figures_stop_nothing_and_every_expectation_has_its_planted_fault(
    build_file: duckdb.DuckDBPyConnection,
) -> None:
    results = waiting_times.validate_waiting_times(build_file, PERIOD)
    assert failures(results) == []
    identifiers = [result.expectation for result in results]
    assert len(identifiers) == len(set(identifiers))
    assert set(identifiers) == set(FAULT_OF) | {f"{name}.plausible" for name in BAND_OF}
    assert {r.expectation for r in results if r.severity == "block"} == set(FAULT_OF)


@pytest.mark.parametrize("identifier", FAULT_OF)
def test_each_expectation_finds_the_fault_planted_for_it(
    build_file: duckdb.DuckDBPyConnection, identifier: str
) -> None:
    build_file.execute(FAULT_OF[identifier])
    result = verdict(build_file, identifier)
    assert (result.severity, result.is_success, result.has_crashed) == ("block", False, False)
    assert failures([result]) == [result]
    assert result.meaning.endswith(".")


def test_the_bands_in_force_are_those_of_the_periods_last_day(build_file: duckdb.DuckDBPyConnection) -> None:
    in_force = {band.name: band for band in bands_in_force(build_file, waiting_times.SUITE, PERIOD)}
    assert set(in_force) == set(BAND_OF)
    for name, band in BAND_OF.items():
        assert (in_force[name].lower, in_force[name].upper, in_force[name].least_rows) == (
            band.lower,
            band.upper,
            band.least_rows,
        )
    build_file.execute("update reference.plausible_bands set valid_to = date '2024-07-30' where name = 'visitor_share'")
    build_file.execute("update reference.plausible_bands set valid_to = date '2024-07-31' where name = 'faulty_share'")
    in_force = {band.name: band for band in bands_in_force(build_file, waiting_times.SUITE, PERIOD)}
    assert set(in_force) == set(BAND_OF) - {"visitor_share"}


@pytest.mark.parametrize(
    ("name", "value", "is_success"),
    [
        case
        for name, band in BAND_OF.items()
        for case in [
            *([(name, band.lower, True), (name, band.lower - 0.001, False)] if band.lower is not None else []),
            *([(name, band.upper, True), (name, band.upper + 0.001, False)] if band.upper is not None else []),
            (name, None, True),
        ]
    ],
)
def test_an_implausible_figure_is_told_on_its_side_of_the_limit_and_never_stops(
    name: str, value: float | None, is_success: bool
) -> None:
    import pandas as pd

    from expectations.waiting_times import figure_expectation

    frame = pd.DataFrame({"line": ["genomförda"], "figure_value": [value], "rests_on_count": [100]})
    frame = frame.astype({"figure_value": float})
    (result,) = run_aggregates("waiting_times", [(frame, [figure_expectation(BAND_OF[name])])])
    assert (result.severity, result.is_success, result.has_crashed) == ("warn", is_success, False)
    assert failures([result]) == []
    assert warnings([result]) == ([] if is_success else [result])


@pytest.mark.parametrize(
    ("identifier", "fault"),
    [
        ("median_wait_days", _mart("median_wait_days = 366")),
        ("share_within_limit", _mart("share = 0.29")),
        ("measure_contacts_count", "delete from marts.mart_waiting_times where measure_id = 'operation_90'"),
        ("unknown_unit_share", "update marts.fct_completed_contact set unit_key = null"),
        ("other_sex_share", "update marts.fct_waiting_contact set sex = 'O'"),
        ("unknown_home_region_share", "update marts.fct_waiting_contact set is_home_region = null"),
        ("visitor_share", "update marts.fct_completed_contact set is_home_region = false"),
        ("disqualified_share", "update marts.fct_waiting_contact set is_disqualified = true"),
        (
            "undeliverable_share",
            "update marts.fct_completed_contact set is_undeliverable = true, is_disqualified = false",
        ),
        ("faulty_share", "update marts.fct_completed_contact set fault_rules = 'A10'"),
        ("volume_median_ratio", f"delete from marts.fct_waiting_contact where period = '{PERIOD}' and sex = 'K'"),
    ],
)
def test_each_plausible_figure_follows_what_is_published(
    build_file: duckdb.DuckDBPyConnection, identifier: str, fault: str
) -> None:
    build_file.execute(_REST_ON_ANYTHING)
    build_file.execute(fault)
    result = verdict(build_file, f"{identifier}.plausible")
    assert (result.severity, result.is_success, result.has_crashed) == ("warn", False, False)


@pytest.mark.parametrize(
    ("measure", "figure", "value", "outside"),
    [
        ("cap_assessment_30", "share_within_limit", 0.05, 0.049),
        ("cap_investigation_30", "share_within_limit", 0.05, 0.049),
        ("cap_treatment_30", "share_within_limit", 0.05, 0.049),
        ("radiology_60", "share_within_limit", 0.15, 0.149),
        ("primary_assessment_3", "median_wait_days", 0, 15),
        ("first_line_3", "median_wait_days", 0, 32),
    ],
)
def test_a_measure_with_a_band_of_its_own_is_judged_by_it_and_not_by_that_of_all_measures(
    build_file: duckdb.DuckDBPyConnection, measure: str, figure: str, value: float, outside: float
) -> None:
    build_file.execute(_REST_ON_ANYTHING)
    # The lines of another measure in the place of this one's, which the period may lack.
    build_file.execute(f"delete from marts.mart_waiting_times where measure_id = '{measure}'")
    build_file.execute(
        f"insert into marts.mart_waiting_times select * replace ('{measure}' as measure_id) "
        "from marts.mart_waiting_times where measure_id = 'first_contact_90'"
    )
    column = figure.replace("share_within_limit", "share")
    own = f"{measure}_{figure}.plausible"
    for figures, is_success in ((value, True), (outside, False)):
        build_file.execute(_mart(f"{column} = {figures}", LINE.replace("first_contact_90", measure)))
        assert verdict(build_file, own).is_success == is_success
        assert measure not in verdict(build_file, f"{figure}.plausible").observed


def test_a_figure_of_too_few_rows_is_not_judged(build_file: duckdb.DuckDBPyConnection) -> None:
    build_file.execute("update reference.plausible_bands set least_rows = 1000000 where name = 'median_wait_days'")
    build_file.execute(_mart("median_wait_days = 366"))
    result = verdict(build_file, "median_wait_days.plausible")
    assert result.is_success
    assert "366" not in result.observed


def test_a_population_that_lost_all_its_rows_is_no_pass(build_file: duckdb.DuckDBPyConnection) -> None:
    build_file.execute(f"delete from marts.fct_waiting_contact where period = '{PERIOD}'")
    result = verdict(build_file, "POPULATION.all_rows_accounted")
    assert (result.is_success, result.has_crashed) == (False, False)
    assert result.observed.startswith("väntande: ")


def test_a_mart_without_the_period_proves_nothing(build_file: duckdb.DuckDBPyConnection) -> None:
    build_file.execute(f"delete from marts.mart_waiting_times where period = '{PERIOD}'")
    result = verdict(build_file, "WT32.lowest_share")
    assert (result.is_success, result.has_crashed) == (False, True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1\u00a0234\u00a0567"),
        (0.1235, "0,124"),
        (0.0625, "0,063"),
        (-0.0005, "-0,001"),
        (2.0, "2"),
        (float("nan"), "–"),
        (None, "–"),
        ("VARCHAR", "VARCHAR"),
    ],
)
def test_a_figure_is_shown_as_a_swedish_reader_writes_it(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (0.3, 1, "Rimligt (andel: 0,3 till 1)."),
        (1, None, "Rimligt (andel: minst 1)."),
        (None, 0.02, "Rimligt (andel: högst 0,02)."),
    ],
)
def test_a_band_says_its_limits(lower: float | None, upper: float | None, text: str) -> None:
    assert Band("x", lower, upper, "andel", 0, "Rimligt.").sentence == text
