"""Every small fault that can be put into the models of waiting times is told by a figure counted by hand.

The models read seeds whose rows have a validity: here each row is in force in several pieces, of which one holds
on the last day of the measures' period alone, and rows with other values are in force on no period's last day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.cases import RULE_PERIOD
from tests.python.warehouse.cases_measures import CAP_MEASURES, MEASURE_PERIOD
from tests.python.warehouse.checks import checks_of, mart_holds_the_specialised_lines, population_with_other_measures
from tests.python.warehouse.equivalents import EQUIVALENTS
from tests.python.warehouse.figures import MART_LINES
from tests.python.warehouse.figures_measures import OTHER_MEASURES
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.phone_cases import PHONE_PARAMETERS
from tests.python.warehouse.planted import UNIT
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import RULE_MODELS, rule_of, seed_rows, told

MODELS = [
    "fct_completed_contact",
    "fct_waiting_contact",
    "int_core__period",
    "int_core__unit_overlap",
    "int_quality__row_flag",
    "int_waiting_times__carried_out",
    "int_waiting_times__earlier_contact",
    "int_waiting_times__flagged_row",
    "int_waiting_times__measure",
    "int_waiting_times__membership",
    "int_waiting_times__population",
    "int_waiting_times__row",
    "mart_waiting_times",
]

MART = "mart_waiting_times"
# The models that apply a measure's filters.
POPULATION = "int_waiting_times__population"
MEMBERSHIP = "int_waiting_times__membership"
FILTERING = ["int_waiting_times__measure", MEMBERSHIP, POPULATION]

# The value that a row in force on no period's last day has instead: one that would change a figure.
DATED_SEEDS = {
    "measures": "'guarantee_limit_cap_days' as limit_parameter",
    "parameters": (
        "case when unit = 'datum' then cast(cast(value as date) + 1 as varchar) "
        "else cast(cast(value as integer) + 1 as varchar) end as value"
    ),
    "measure_targets": "cast(1 as decimal(9, 6)) as target_share",
    "unlicensed_professions": "'XS915' as profession_code",
    "variants": "'2' as excluded_deviations",
    "wait_bands": "0 as from_days",
}
# The measures' period is May 2026: its last day is the 31st, and June's the 30th.
PIECES = [
    ("valid_from", "2026-05-01", False),
    ("2026-05-02", "2026-05-30", True),
    ("2026-05-31", "2026-05-31", False),
    ("2026-06-01", "2026-06-29", True),
    ("2026-06-30", None, False),
]


def in_pieces(relation: str, wrong: str, pieces: Sequence[tuple[str, str | None, bool]] = PIECES) -> str:
    """A seed whose open rows are cut in pieces, with wrong values where no period ends."""
    queries = [f"select * from {relation} where valid_to is not null"]
    for first, last, is_wrong in pieces:
        start = first if first == "valid_from" else f"date '{first}'"
        end = f"date '{last}'" if last else "cast(null as date)"
        value = f", {wrong}" if is_wrong else ""
        queries.append(
            f"select * replace ({start} as valid_from, {end} as valid_to{value}) from {relation} where valid_to is null"
        )
    return " union all ".join(queries)


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The build with seeds in pieces, a measure of another kind and another region's targets."""
    checks = {**checks_of(map(rule_of, RULE_MODELS)), "int_waiting_times__population": population_with_other_measures}
    recomputing = Recomputing(built, manifest, checks)
    for seed, wrong in DATED_SEEDS.items():
        recomputing.exchange(seed, in_pieces(recomputing.relation(seed), wrong))
    recomputing.exchange("measures", f"from {recomputing.relation('measures')} union all by name ({OTHER_MEASURES})")
    targets = recomputing.relation("measure_targets")
    recomputing.exchange(
        "measure_targets",
        f"from {targets} union all (select * replace (54 as region_code, 0.5 as target_share) from {targets} "
        "where region_code = 56)",
    )
    for model in ("int_core__period", *recomputing.children("int_core__period")):
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


@pytest.fixture(scope="module")
def plain_world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The build as it is."""
    recomputing = Recomputing(built, manifest, checks_of(map(rule_of, RULE_MODELS)))
    yield recomputing
    recomputing.close()


def test_seeds_in_pieces_change_no_figure(world: Recomputing) -> None:
    assert [model for model in world.checks if not world.holds(model)] == []


def test_what_is_made_anew_for_a_mutant_does_not_stay_in_memory(world: Recomputing) -> None:
    def tables() -> list[tuple[str]]:
        return world.connection.execute("select table_name from duckdb_tables() order by 1").fetchall()

    before = tables()
    parameters = world.relation("parameters")
    assert not world.is_noticed("parameters", f"from {parameters} order by name desc")
    assert world.is_noticed("parameters", f"from {parameters} where false")
    with world.exchanged(MART, world.code(MART)):
        world.failing_tests(MART, f"from {world.relation(MART)}")
    assert tables() == before


@contextmanager
def only_the_specialised_lines(world: Recomputing) -> Iterator[None]:
    """The rows of the lines counted by hand alone: the mart is by far the largest query, and others only cost time."""
    asserted = sorted({line.key[:3] for line in MART_LINES})
    rows = f"from {world.relation(POPULATION)} where (period, measure_id, population) in {tuple(asserted)}"
    check = world.checks[MART]
    world.checks[MART] = mart_holds_the_specialised_lines
    try:
        with world.exchanged(POPULATION, rows):
            world.exchange(MART, world.code(MART))
            assert world.holds(MART)
            yield
    finally:
        world.checks[MART] = check


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_waiting_times_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    with only_the_specialised_lines(world) if model == MART else nullcontext():
        survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
    wrong = told(model, mutants, survivors, EQUIVALENTS.get(model, {}))
    assert not wrong, wrong
    assert len(mutants) > 1


# Parameters that no model of a figure or rule reads, and what does.
READ_ELSEWHERE = {
    "first_referral_date": "the delivery's rows (test_delivery_rows.py)",
    **dict.fromkeys(PHONE_PARAMETERS, "the telephone measure (test_phone.py)"),
    "work_list_ahead_days": "the work list (test_review_models.py)",
    **dict.fromkeys(
        ("readmission_days", "readmission_age_years", "risk_assessment_age_years", "over_full_percent"),
        "episodes and beds (test_mutations_of_occupancy.py)",
    ),
}


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("name", [row["name"] for row in seed_rows("parameters")])
def test_each_parameter_moved_by_one_is_told_by_a_planted_row(name: str, by: int, world: Recomputing) -> None:
    value = (
        f"case when unit = 'datum' then cast(cast(value as date) + {by} as varchar) "
        f"else cast(cast(value as integer) + {by} as varchar) end"
    )
    changed = (
        f"select * replace (case when name = '{name}' then {value} else value end as value) "
        f"from {world.relation('parameters')}"
    )
    assert world.is_noticed("parameters", changed) == (name not in READ_ELSEWHERE)


@pytest.mark.parametrize(
    ("band", "column"),
    [(row["band"], column) for row in seed_rows("wait_bands") for column in ("from_days", "to_days")],
)
def test_each_limit_of_a_band_moved_by_one_is_told_by_a_planted_row(band: str, column: str, world: Recomputing) -> None:
    survivors = []
    for by in (1, -1):
        changed = (
            f"select * replace (case when band = '{band}' then {column} + {by} else {column} end as {column}) "
            f"from {world.relation('wait_bands')}"
        )
        if not world.is_noticed("wait_bands", changed):
            survivors.append(by)
    # No wait is negative, and the last band has no end.
    assert survivors == {("0_30", "from_days"): [-1], ("366", "to_days"): [1, -1]}.get((band, column), [])


@pytest.mark.parametrize(
    ("variant", "population"), [(row["variant"], row["population"]) for row in seed_rows("variants")]
)
def test_each_deviation_of_a_variant_is_told_by_a_planted_row(
    variant: str, population: str, world: Recomputing
) -> None:
    own = f"variant = '{variant}' and population = '{population}'"
    survivors = []
    excluded = next(
        row["excluded_deviations"]
        for row in seed_rows("variants")
        if (row["variant"], row["population"]) == (variant, population)
    )
    for code in ("1", "2", "3"):
        codes = set(excluded.split("|")) - {""} ^ {code}
        changed = (
            f"select * replace (case when {own} then '{'|'.join(sorted(codes))}' else excluded_deviations end "
            f"as excluded_deviations) from {world.relation('variants')}"
        )
        if not world.is_noticed("variants", changed):
            survivors.append(code)
    changed = (
        f"select * replace (case when {own} then not is_only_over_limit else is_only_over_limit end "
        f"as is_only_over_limit) from {world.relation('variants')}"
    )
    if not world.is_noticed("variants", changed):
        survivors.append("is_only_over_limit")
    # What leaves nothing out leaves nothing out over the limit either.
    assert survivors == (["is_only_over_limit"] if variant == "all" else [])


# What each column of a measure may say instead: its filter taken away, another one, or one where it has none.
MEASURE_VALUES = {
    "care_level": ("null", "'S'", "'P'"),
    "phase": ("null", "'1'", "'2'", "'3'", "'4'"),
    "cap_step": ("null", "'1'", "'2'", "'3'"),
    "specialty_group": ("null", "'BUP'", "'FORSTA_LINJEN'", "'SOM'"),
    "excluded_specialty_groups": ("null", "'BUP'", "'FORSTA_LINJEN'", "'SOM'"),
    "priority_code": ("null", "'TUR'"),
    "is_assessment_required": ("true", "false"),
    "is_license_required": ("true", "false"),
    "is_code_required": ("true", "false"),
    "is_guarantee_required": ("true", "false"),
    "wait_from": ("'decision'", "'contact_sought'", "'contact_sought|decision'"),
    "limit_from": ("'wait'", "'target_date'"),
    "limit_parameter": ("'guarantee_limit_cap_days'", "'over_long_wait_days'"),
    "is_waiting_measured": ("true", "false"),
    "is_completed_measured": ("true", "false"),
}
# What no row can tell, and why: each in the words of the seed's row, changed.
FILTERS_OF_THE_OTHER_STATE = {
    ("primary_assessment_3", "is_waiting_measured", "true"): "an entry that waits is never an assessment (contract)",
}
# Child psychiatry's measures ask for its units alone, and so leave the others out already.
EXCLUDED_BY_THE_GROUP_ASKED_FOR = {
    (measure, "excluded_specialty_groups", f"'{group}'")
    for measure, own in [
        *((measure, "BUP") for measure in CAP_MEASURES.values()),
        ("first_line_3", "FORSTA_LINJEN"),
    ]
    for group in ("BUP", "FORSTA_LINJEN", "SOM")
    if group != own
}


def told_as_in_the_seed(value: str) -> str:
    """A value of a column as SQL text, from how the seed's file has it."""
    return {"": "null", "true": "true", "false": "false"}.get(value, f"'{value}'")


@pytest.mark.parametrize("filtered", MEASURE_VALUES)
@pytest.mark.parametrize("measure", [row["measure_id"] for row in seed_rows("measures") if row["limit_parameter"]])
def test_each_filter_of_a_measure_removed_changes_a_planted_figure(
    measure: str, filtered: str, world: Recomputing
) -> None:
    own = next(row[filtered] for row in seed_rows("measures") if row["measure_id"] == measure)
    values = {*MEASURE_VALUES[filtered]} - {told_as_in_the_seed(own)}
    if filtered == "excluded_specialty_groups" and own:
        values |= {f"'{'|'.join(set(own.split('|')) - {group})}'" for group in own.split("|")}
    survivors = set()
    for value in values:
        changed = (
            f"select * replace (case when measure_id = '{measure}' then {value} else {filtered} end as {filtered}) "
            f"from {world.relation('measures')}"
        )
        if not world.is_noticed("measures", changed, by=FILTERING):
            survivors.add((measure, filtered, value))
    untold = {*FILTERS_OF_THE_OTHER_STATE} | EXCLUDED_BY_THE_GROUP_ASKED_FOR
    assert survivors == {key for key in untold if key[:2] == (measure, filtered) and key[2] in values}


def test_no_column_of_a_measure_is_left_untold() -> None:
    told_elsewhere = {"measure_id", "measure_name", "valid_from", "valid_to", "source"}
    assert {*seed_rows("measures")[0]} - told_elsewhere == {*MEASURE_VALUES}


@pytest.mark.parametrize("code", [row["profession_code"] for row in seed_rows("unlicensed_professions")])
def test_r38_each_unlicensed_profession_taken_away_changes_a_planted_figure(code: str, world: Recomputing) -> None:
    changed = f"from {world.relation('unlicensed_professions')} where profession_code <> '{code}'"
    assert world.is_noticed("unlicensed_professions", changed, by=FILTERING)


@pytest.mark.parametrize(
    "column", ["main_diagnosis_code", "other_diagnosis_codes", "main_procedure_code", "other_procedure_codes"]
)
def test_r38_each_field_of_a_code_taken_away_changes_a_planted_figure(column: str, world: Recomputing) -> None:
    changed = f"select * replace (cast(null as varchar) as {column}) from {world.relation('int_waiting_times__row')}"
    assert world.is_noticed("int_waiting_times__row", changed, by=[MEMBERSHIP, POPULATION])


# The telephone's target is told by its own lines (test_phone.py).
@pytest.mark.parametrize(
    "measure",
    sorted(
        {row["measure_id"] for row in seed_rows("measure_targets") if row["region_code"] == "56"} - {"phone_same_day"}
    ),
)
def test_wt35_a_target_moved_by_one_in_twenty_is_told_by_a_planted_row(measure: str, world: Recomputing) -> None:
    for by in ("0.05", "-0.05"):
        changed = (
            f"select * replace (case when measure_id = '{measure}' and region_code = 56 "
            f"then cast(target_share + {by} as decimal(9, 6)) else target_share end as target_share) "
            f"from {world.relation('measure_targets')}"
        )
        assert world.is_noticed("measure_targets", changed), by


# A join that takes a row twice, or not at all.
BROKEN_JOINS = {
    "a unit that has its days twice": (
        "int_core__unit", "from {0} union all (from {0} where unit_id = '{1}')",
        ("has_grain_int_waiting_times__row", "staged_rows_all_stand_in_rows_of_care"),
    ),
    "a period that stands twice": (
        "int_core__period", "from {0} union all (from {0} where period = '{2}')",
        ("has_grain_int_waiting_times__row", "staged_rows_all_stand_in_rows_of_care"),
    ),
    "a period that is not there": (
        "int_core__period", "from {0} where period <> '{2}'",
        ("staged_rows_all_stand_in_rows_of_care", "facts_hold_every_staged_row"),
    ),
    "a contact that is dropped": (
        "int_waiting_times__row", "from {0} where not (entity = 'cosmic_vardkontakt' and period = '{2}' "
        "and source_line = 2)", ("staged_rows_all_stand_in_rows_of_care", "facts_hold_every_staged_row"),
    ),
    "an entry that is dropped": (
        "int_waiting_times__row", "from {0} where not (entity = 'cosmic_vantelista' and period = '{2}' "
        "and source_line = 2)", ("staged_rows_all_stand_in_rows_of_care", "facts_hold_every_staged_row"),
    ),
    "a row that loses its place in the fact": (
        "fct_completed_contact", "from {0} where not is_disqualified", ("facts_hold_every_staged_row",),
    ),
    "a finding that stands twice": (
        "int_quality__row_flag", "from {0} union all (from {0} where period = '{3}')",
        ("has_grain_int_quality__row_flag", "facts_hold_every_staged_row"),
    ),
    "a measure that stands twice": (
        "int_waiting_times__measure", "from {0} union all (from {0} where period = '{2}')",
        ("has_grain_int_waiting_times__measure", "has_grain_int_waiting_times__population"),
    ),
    "a row of a measure that is in no line": (
        "mart_waiting_times", "select * replace (contacts_count - 1 as contacts_count) from {0}",
        ("waiting_times_hold_every_row_of_the_population",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN_JOINS)
def test_a_join_that_takes_a_row_twice_or_not_at_all_fails_the_builds_own_tests(
    broken: str, plain_world: Recomputing
) -> None:
    model, sql, tests = BROKEN_JOINS[broken]
    whole = sql.format(plain_world.relation(model), UNIT, MEASURE_PERIOD, RULE_PERIOD)
    failing = plain_world.failing_tests(model, whole)
    assert [test for test in tests if not any(name.startswith(test) for name in failing)] == [], failing
    assert plain_world.is_noticed(model, whole)


def test_the_builds_own_tests_pass_on_what_is_not_broken(plain_world: Recomputing) -> None:
    relation = plain_world.relation("int_core__unit")
    assert plain_world.failing_tests("int_core__unit", f"from {relation}") == []
