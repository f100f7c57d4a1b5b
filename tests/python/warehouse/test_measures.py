"""The measures that count by more than care level and phase, against rows and lines counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.cases_measures import (
    ASSESSMENTS,
    CAP_MEASURES,
    FIRST_LINES,
    FOLLOW_UPS,
    IN_TURN,
    MEASURE_PERIOD,
    SOUGHT_AND_WAITING,
    STEPS,
    Measured,
)
from tests.python.warehouse.figures_measures import (
    ABSENT_LINES,
    LATER_LINES,
    MEASURES_LINE_COUNTS,
    MENS_LINES,
    PATTERN_LINES,
    RADIOLOGY_AS_EXAMINATIONS,
)
from tests.python.warehouse.mart_lines import Line
from tests.python.warehouse.planted import CAP_UNIT, key_of, query
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_waiting_times import holds


def is_counted_as_planted(planted: Measured, database: Path) -> None:
    """Asserts which measures count a planted row, in the share and inside the limit."""
    found = query(
        database,
        "select measure_id, is_in_share, is_inside_limit from intermediate.int_waiting_times__population "
        "where period = ? and population = ? and contact_key = ?",
        [MEASURE_PERIOD, planted.population, key_of(planted.name)],
    )
    assert {row[0]: row[1:] for row in found} == planted.counted
    assert len(found) == len(planted.counted)


def those_of(rows: list[Measured], rule: str | None = None) -> pytest.MarkDecorator:
    """The planted rows of a rule, or those that carry no rule of their own."""
    own = ("R04", "R05", "R19", "R20", "R38", "A35")
    chosen = [
        planted
        for planted in rows
        if (f" {rule} " in planted.name if rule else not any(f" {name} " in planted.name for name in own))
    ]
    assert chosen
    return pytest.mark.parametrize("planted", chosen, ids=lambda planted: planted.name)


@those_of(ASSESSMENTS, "R04")
def test_r04_three_days_to_an_assessment_with_the_weekend_counted(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@those_of(ASSESSMENTS, "R38")
def test_r38_an_assessment_has_a_licensed_profession_and_a_code(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@those_of(ASSESSMENTS, "A35")
def test_a35_an_assessment_whose_wait_cannot_be_counted_is_in_no_count(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@those_of(FIRST_LINES, "A35")
def test_a35_the_first_line_counts_from_the_decision_when_contact_was_never_sought(
    planted: Measured, database: Path
) -> None:
    is_counted_as_planted(planted, database)


@those_of(STEPS, "R05")
def test_r05_thirty_days_to_each_step_of_child_psychiatry(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@those_of(FOLLOW_UPS, "R19")
def test_r19_a_follow_up_is_inside_until_its_target_date(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@those_of(FOLLOW_UPS, "R20")
def test_r20_a_follow_up_that_waits_is_overdue_after_its_target_date(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@those_of([*ASSESSMENTS, *FIRST_LINES, *STEPS, *FOLLOW_UPS, *IN_TURN, *SOUGHT_AND_WAITING])
def test_wt10_each_side_of_each_filter_of_a_measure(planted: Measured, database: Path) -> None:
    is_counted_as_planted(planted, database)


@pytest.mark.parametrize("expected", PATTERN_LINES, ids=str)
def test_wt31_wt33_wt35_shares_waits_and_contacts_to_target_of_each_measure(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", [*MENS_LINES, *LATER_LINES], ids=str)
def test_wt10_a_line_of_a_measure_counts_its_own_rows(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", RADIOLOGY_AS_EXAMINATIONS, ids=str)
def test_wt10_what_radiology_counts_is_an_examination_too(expected: Line, database: Path) -> None:
    holds(database, expected)


@pytest.mark.parametrize("expected", ABSENT_LINES, ids=str)
def test_wt10_a_measure_has_no_line_of_what_it_does_not_measure(expected: Line, database: Path) -> None:
    holds(database, expected)


def test_wt34_a_measure_of_one_group_has_as_many_lines_as_its_places_sexes_and_groups(database: Path) -> None:
    rows = query(database, "select period, measure_id, population, count(*) from marts.mart_waiting_times group by all")
    counts = {row[:3]: row[3] for row in rows}
    assert {key: counts[key] for key in MEASURES_LINE_COUNTS} == MEASURES_LINE_COUNTS


def test_wt40_wt41_the_facts_tell_the_guarantees_limit_whatever_a_measures_own(database: Path) -> None:
    names = ["radiology_60 outside", "cap_treatment_30 outside", "primary_assessment_3 outside", "first_line_3 outside"]
    rows = query(
        database,
        "select contact_key, wait_days, legal_wait_days, limit_days, is_within_limit from marts.fct_completed_contact "
        "where period = '2026-04'",
    )
    found = {row[0]: row[1:] for row in rows}
    # From the decision; radiology's 60 days and the wait since contact was sought are the measures' own.
    assert [found[key_of(name)] for name in names] == [
        (61, 61, 90, True),
        (31, 31, 30, False),
        (None, None, 3, None),
        (None, None, 3, None),
    ]
    assert found[key_of("followup_target outside")] == (200, 200, 199, False)
    # PvV without an interval deducts nothing.
    assert found[key_of("cap_assessment_30 outside PvV")] == (31, 31, 30, False)


# --- the published rows ---------------------------------------------------------------------------------------

# Total, without PvV over the limit, inside the limit, PvV over the limit, and per cent as published.
PUBLISHED = [
    (3914, 3504, 2463, 410, 70),
    (4075, 3609, 2054, 466, 57),
    (90, 84, 11, 6, 13),
    (3791, 3227, 1805, 564, 56),
]
PUBLISHED_PERIODS = ("2024-01", "2024-02", "2024-03", "2024-04")
PUBLISHED_STEPS = ("1", "2", "3", "1")


def _published_contacts(template: str) -> str:
    """The rows of the four tables as a file of contacts: a month and a step each.

    The first rows waited 30 days and the others 31. PvV are the last ones, and one in ten of those inside the
    limit too, where it takes nothing away.
    """
    tables = ", ".join(
        f"('{period}', '{step}', {total}, {inside}, {over})"
        for period, step, (total, _, inside, over, _) in zip(PUBLISHED_PERIODS, PUBLISHED_STEPS, PUBLISHED, strict=True)
    )
    return f"""
        with published as (
            from (values {tables}) as t (period, step, total, inside, over),
            lateral (select unnest(range(total)) as number)
        )
        select template.* replace (
            published.period as _period,
            published.number + 2 as _line,
            'published ' || published.period || ' ' || published.number as vardkontakt_id,
            md5('published ' || published.period || ' ' || published.number) as contact_key,
            md5('published patient ' || published.period || ' ' || published.number) as patient_key,
            published.step as bup_steg,
            'J' as vardgaranti,
            case
                when published.number >= published.total - published.over then '1'
                when published.number < published.inside and published.number % 10 = 0 then '1'
            end as avvikelse,
            cast(published.period || '-10 10:00:00' as timestamp) as start_tid,
            cast(published.period || '-10 10:00:00' as timestamp)
            - to_days(cast(case when published.number < published.inside then 30 else 31 end as integer)) as beslut_tid
        )
        from ({template}) as template
        cross join published
    """


@pytest.fixture(scope="module")
def published(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """Every model from staging to the mart, as the build has it, on the published rows alone."""
    checks = {"mart_waiting_times": lambda connection, relation: True}
    recomputing = Recomputing(built, manifest, checks)
    lake = recomputing.relation("vardkontakt")
    name = key_of("step 1 R05 on the thirtieth day")
    template = f"select * from {lake} where contact_key = '{name}' and enhet_hsaid = '{CAP_UNIT}'"
    recomputing.exchange("vardkontakt", _published_contacts(template))
    recomputing.exchange("vantelista", f"from {recomputing.relation('vantelista')} where false")
    for staging in ("stg_cosmic__vardkontakt", "stg_cosmic__vantelista"):
        recomputing.exchange(staging, recomputing.code(staging))
    for model in recomputing.children("stg_cosmic__vardkontakt"):
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


@pytest.mark.parametrize(
    ("period", "step", "row"),
    zip(PUBLISHED_PERIODS, PUBLISHED_STEPS, PUBLISHED, strict=True),
    ids=[str(row[0]) for row in PUBLISHED],
)
def test_r35_the_published_rows_of_child_psychiatry_come_out_of_the_rows_behind_them(
    period: str, step: str, row: tuple[int, int, int, int, int], published: Recomputing
) -> None:
    total, without_pvv_over, inside, pvv_over, percent = row
    found = published.connection.execute(
        "select variant, contacts_count, denominator, numerator, "
        "cast(round(cast(share as decimal(18, 12)) * 100, 0) as integer) "
        f"from {published.relation('mart_waiting_times')} where period = ? and measure_id = ? "
        "and population = 'completed' and level = 'region' and sex = 'all' and specialty_group = 'all'",
        [period, CAP_MEASURES[step]],
    ).fetchall()
    lines = {line[0]: line[1:] for line in found}
    assert lines["pvv_over_limit"] == (total, without_pvv_over, inside, percent)
    # The table's own identities: what is left out is PvV over the limit, and the share is rounded half up.
    contacts, denominator, numerator, _ = lines["pvv_over_limit"]
    assert contacts - denominator == pvv_over
    exact = Decimal(100 * numerator) / Decimal(denominator)
    assert int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)) == percent
    # PvV inside the limit is left out in the other variants alone.
    assert lines["all"][:3] == (total, total, inside)
    tenth = -(-inside // 10)
    assert lines["skr"][:3] == (total, without_pvv_over - tenth, inside - tenth)


def test_r35_the_four_months_hold_nothing_else(published: Recomputing) -> None:
    counted = published.connection.execute(
        f"select measure_id, count(*) from {published.relation('int_waiting_times__population')} group by 1"
    ).fetchall()
    assert dict(counted) == {
        "cap_assessment_30": PUBLISHED[0][0] + PUBLISHED[3][0],
        "cap_investigation_30": PUBLISHED[1][0],
        "cap_treatment_30": PUBLISHED[2][0],
    }
