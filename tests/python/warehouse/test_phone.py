"""phone_same_day: each planted call counts as the rules say, and each fault in its models is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.warehouse.equivalents import EQUIVALENTS
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.phone_cases import (
    AUTUMN,
    CALL_PERIODS,
    CALLS,
    IN_TIME,
    LATE,
    LINES,
    MIDSUMMER,
    NEW,
    NOT_COUNTED,
    OLD,
    OUTSIDE,
    PHONE_PARAMETERS,
    Call,
)
from tests.python.warehouse.planted import query
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import told

MEASURE = "phone_same_day"
MODELS = ("int_phone__measure", "int_phone__call", "int_phone__line")
NO_STATISTICS = (
    "median_wait_days", "mean_wait_days", "over_150_days_count", "band_0_30_count", "band_31_60_count",
    "band_61_90_count", "band_91_120_count", "band_121_180_count", "band_181_365_count", "band_366_count",
)  # fmt: skip


def counted_as(is_outside: bool | None, is_in_time: bool | None) -> str:
    """What the two answers about a call come to; an answer that is missing is told."""
    if is_outside is None or is_in_time is None:
        return "unknown"
    return OUTSIDE if is_outside else IN_TIME if is_in_time else LATE


def counted_calls(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[tuple[str, str], list[str]]:
    """What each call counts as, by period and call; more than once when it stands more than once."""
    found: dict[tuple[str, str], list[str]] = {}
    for period, name, is_outside, is_in_time in connection.execute(
        f"select period, call_id, is_outside_hours, is_handled_in_time from {relation}"
    ).fetchall():
        found.setdefault((period, name), []).append(counted_as(is_outside, is_in_time))
    return found


def calls_are_those_counted(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    return counted_calls(connection, relation) == {
        (call.period, call.name): [call.is_counted_as] for call in CALLS if call.is_counted_as != NOT_COUNTED
    }


def lines_are_those_counted(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    found = connection.execute(
        f"select period, level, unit_id, numerator, denominator, outside_hours_count, contacts_to_target_count, "
        f"contacts_count, share, population, variant, sex, specialty_group, {', '.join(NO_STATISTICS)} "
        f"from {relation} where measure_id = '{MEASURE}'"
    ).fetchall()
    expected = {
        key: (
            numerator, denominator, outside, lacking, denominator, numerator / denominator if denominator else None,
            "completed", "all", "all", "all", *(None for _ in NO_STATISTICS),
        )
        for key, (numerator, denominator, outside, lacking) in LINES.items()
    }  # fmt: skip
    return len(found) == len(expected) and {row[:3]: row[3:] for row in found} == expected


CHECKS = {
    "int_phone__call": calls_are_those_counted,
    "int_phone__line": lines_are_those_counted,
    "mart_waiting_times": lines_are_those_counted,
}


def in_pieces(relation: str, wrong: str = "") -> str:
    """A dated seed cut so that each piece holds on the last day of a month with calls alone, or on none of them.

    The last piece is open.

    `wrong` is what stands instead in the pieces that hold on no such day.
    """
    days = ", ".join(f"last_day(date '{period}-01')" for period in CALL_PERIODS)
    return f"""
        with right_day as (select unnest([{days}]) as day),
        piece as (
            select day as first, nullif(day, max(day) over ()) as last, false as is_wrong from right_day
            union all
            select lag(day, 1, date '2000-01-01') over (order by day) + 1, day - 1, true from right_day
        )
        select seed.* replace (
            greatest(seed.valid_from, piece.first)::date as valid_from,
            least(seed.valid_to, piece.last)::date as valid_to
            {f", {wrong}" if wrong else ""}
        )
        from {relation} as seed
        inner join piece
            on greatest(seed.valid_from, piece.first) <= coalesce(least(seed.valid_to, piece.last), date '9999-12-31')
    """


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The build with the seeds that the measure reads in pieces, and another region's targets."""
    recomputing = Recomputing(built, manifest, dict(CHECKS))
    for seed, wrong in {
        "parameters": (
            "case when is_wrong and unit in ('timmar', 'minuter') then cast(value::integer + 1 as varchar) "
            "else value end as value"
        ),
        "measures": "",
        # A target that every call of December meets with room to spare asks for no fewer than none.
        "measure_targets": (
            "cast(case when is_wrong then 0.5 when piece.first = date '2024-12-31' then 0.25 else target_share end "
            "as decimal(9, 6)) as target_share"
        ),
    }.items():
        recomputing.exchange(seed, in_pieces(recomputing.relation(seed), wrong))
    targets = recomputing.relation("measure_targets")
    recomputing.exchange(
        "measure_targets",
        f"from {targets} union all (select * replace (54 as region_code, 0.25 as target_share) from {targets} "
        f"where measure_id = '{MEASURE}')",
    )
    for model in MODELS:
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


def test_the_models_and_the_mart_hold_the_lines_counted_by_hand(world: Recomputing, database: Path) -> None:
    assert [model for model in CHECKS if not world.holds(model)] == []
    with duckdb.connect(str(database), read_only=True) as connection:
        assert calls_are_those_counted(connection, "intermediate.int_phone__call")
        assert lines_are_those_counted(connection, "marts.mart_waiting_times")


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.period} {call.name}")
def test_phone_same_day_counts_a_call_as_the_rules_say(call: Call, database: Path) -> None:
    found = [
        counted_as(*answers)
        for answers in query(
            database,
            "select is_outside_hours, is_handled_in_time from intermediate.int_phone__call "
            "where period = ? and call_id = ?",
            [call.period, call.name],
        )
    ]
    assert found == ([] if call.is_counted_as == NOT_COUNTED else [call.is_counted_as])


def test_r37_a_call_on_a_monday_at_16_50_handled_at_17_10_is_in_time_until_march_2024_and_late_from_april() -> None:
    counted = {
        call.period: (call.received[11:], (call.handled or "")[11:], call.is_counted_as)
        for call in CALLS
        if "R37" in call.name
    }
    assert counted == {OLD: ("16:50:00", "17:10:00", IN_TIME), NEW: ("16:50:00", "17:10:00", LATE)}


def test_a_month_with_calls_alone_has_the_lines_of_the_telephone_and_nothing_of_care(database: Path) -> None:
    for table in ("fct_completed_contact", "fct_waiting_contact"):
        assert query(database, f"select count(*) from marts.{table} where period = ?", [AUTUMN]) == [(0,)]
    measures = query(database, "select distinct measure_id from marts.mart_waiting_times where period = ?", [AUTUMN])
    assert measures == [(MEASURE,)]
    assert query(database, "select count(*) from quality.deviations where period = ?", [AUTUMN]) == [(0,)]
    assert query(database, "select count(*) from delivery.delivery_content where period = ?", [AUTUMN]) == [(0,)]


def test_the_suite_and_the_approval_of_care_see_no_call(database: Path) -> None:
    for view, column in (("validation.validation_measure", "measure_id"), ("approval.approval_figure", "subject_id")):
        assert query(database, f"select count(*) from {view} where {column} = ?", [MEASURE]) == [(0,)]
    # There is something to be seen: June has both.
    assert query(database, "select count(*) > 0 from validation.validation_measure where period = ?", [MIDSUMMER]) == [
        (True,)
    ]


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_the_telephone_is_told_by_a_planted_call(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
    wrong = told(model, mutants, survivors, EQUIVALENTS.get(model, {}))
    assert not wrong, wrong
    assert len(mutants) > 1


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("name", PHONE_PARAMETERS)
def test_each_parameter_of_the_telephone_moved_by_one_is_told_by_a_planted_call(
    name: str, by: int, world: Recomputing
) -> None:
    changed = (
        f"select * replace (case when name = '{name}' then cast(value::integer + {by} as varchar) else value end "
        f"as value) from {world.relation('parameters')}"
    )
    assert world.is_noticed("parameters", changed, by=[*MODELS])


# Of 13 calls in April 6 are in time: 5.98 needs 6, 6.11 and 6.5 need 7, 12.35 needs 13.
@pytest.mark.parametrize(("target", "lacking"), [("0.25", 0), ("0.46", 0), ("0.47", 1), ("0.5", 1), ("0.95", 7)])
def test_wt35_calls_to_target_are_what_the_share_lacks(target: str, lacking: int, world: Recomputing) -> None:
    changed = (
        f"select * replace (cast({target} as decimal(9, 6)) as target_share) from {world.relation('measure_targets')}"
    )
    measure, line = MODELS[0], MODELS[2]
    with world.exchanged("measure_targets", changed), world.exchanged(measure, world.code(measure)):
        found = world.connection.execute(
            f"select contacts_to_target_count from ({world.code(line)}) where period = ? and level = 'region'",
            [NEW],
        ).fetchall()
    assert found == [(lacking,)]


# Of fewer than twenty calls, nineteen in twenty are as many as all.
@pytest.mark.parametrize("by", ["0.05", "-0.25"])
def test_wt35_the_target_of_the_telephone_moved_is_told_by_a_planted_call(by: str, world: Recomputing) -> None:
    changed = (
        f"select * replace (case when measure_id = 'phone_same_day' and region_code = 56 "
        f"then cast(target_share + {by} as decimal(9, 6)) else target_share end as target_share) "
        f"from {world.relation('measure_targets')}"
    )
    assert world.is_noticed("measure_targets", changed)


@pytest.mark.parametrize("eve", ["2024-06-21", "2024-12-24", "2024-12-31"])
def test_an_eve_taken_out_of_the_calendar_is_told_by_a_planted_call(eve: str, world: Recomputing) -> None:
    changed = f"from {world.relation('swedish_holidays')} where date <> date '{eve}'"
    assert world.is_noticed("swedish_holidays", changed, by=["int_core__calendar", *MODELS])
