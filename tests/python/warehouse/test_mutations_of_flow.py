"""Every small fault that can be put into the flow of the waiting list is told by a line counted by hand.

The seed of families is cut in pieces of which one holds on the last day of the flow's month alone, and rows of
another family are in force on no period's last day.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.checks import findings_are_those_counted
from tests.python.warehouse.equivalents import EQUIVALENTS
from tests.python.warehouse.flow_figures import FLOW_FINDINGS, flow_holds_the_lines
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import seed_rows, told
from tests.python.warehouse.test_mutations_of_waiting_times import in_pieces

MODELS = ["int_core__unit_absent", "int_core__window", "int_waiting_times__flow_month", "mart_waiting_flow"]
# The flow's month is June 2018: its last day is the 30th, and July's the 31st. In January 2020 no flow is counted by
# hand, so that what holds then shows where it is taken for June.
PIECES = [
    ("valid_from", "2018-06-01", False),
    ("2018-06-02", "2018-06-29", True),
    ("2018-06-30", "2018-06-30", False),
    ("2018-07-01", "2018-07-30", True),
    ("2018-07-31", None, False),
    ("2020-01-31", "2020-01-31", True),
]


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The build with the families in pieces."""
    rules = {f"rule_{rule_id.lower()}": findings_are_those_counted(rule_id) for rule_id in FLOW_FINDINGS}
    recomputing = Recomputing(built, manifest, {"mart_waiting_flow": flow_holds_the_lines, **rules})
    families = recomputing.relation("flow_families")
    wrong = "'of another day' as measure_family, 0 as place"
    recomputing.exchange("flow_families", in_pieces(families, wrong, PIECES))
    for model in recomputing.children("flow_families"):
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


def test_families_in_pieces_change_no_figure(world: Recomputing) -> None:
    assert [model for model in world.checks if not world.holds(model)] == []


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_the_flow_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
    wrong = told(model, mutants, survivors, EQUIVALENTS.get(model, {}))
    assert not wrong, wrong
    assert len(mutants) > 1


@pytest.mark.parametrize("filtered", ["phase", "excluded_phase", "specialty_group", "cap_steps"])
@pytest.mark.parametrize("family", [row["measure_family"] for row in seed_rows("flow_families")])
def test_each_filter_of_a_family_removed_changes_a_planted_figure(
    family: str, filtered: str, world: Recomputing
) -> None:
    [row] = [row for row in seed_rows("flow_families") if row["measure_family"] == family]
    codes = row[filtered].split("|")
    values = ["null", *("'" + "|".join(set(codes) - {code}) + "'" for code in codes if len(codes) > 1)]
    for value in values:
        changed = (
            f"select * replace (case when measure_family = '{family}' then {value} else {filtered} end as {filtered}) "
            f"from {world.relation('flow_families')}"
        )
        assert world.is_noticed("flow_families", changed) == bool(row[filtered]), value


def test_the_order_of_the_families_changes_a_planted_figure(world: Recomputing) -> None:
    changed = f"select * replace (10 - place as place) from {world.relation('flow_families')}"
    assert world.is_noticed("flow_families", changed)


# What fails in the build itself, not in a test of this project alone.
BROKEN = {
    "a month whose end is lost": (
        "int_waiting_times__flow_month", "select * replace (0 as waiting_end_count) from {0}",
        "waiting_flow_holds_every_row_of_the_facts",
    ),
    "a month that stands twice": (
        "int_waiting_times__flow_month", "from {0} union all (from {0} where period = '2018-06')",
        "has_grain_int_waiting_times__flow_month",
    ),
    "a start that is another than the end before it": (
        "mart_waiting_flow", "select * replace (waiting_start_count + 1 as waiting_start_count) from {0}",
        "waiting_flow_starts_where_the_month_before_ended",
    ),
    "a start of a month before that is not loaded": (
        "mart_waiting_flow", "select * replace (coalesce(waiting_start_count, 0) as waiting_start_count) from {0}",
        "waiting_flow_starts_where_the_month_before_ended",
    ),
    "a line that only the month before has, lost": (
        "mart_waiting_flow", "from {0} where not (period = '2018-11' and waiting_start_count = 102)",
        "waiting_flow_starts_where_the_month_before_ended",
    ),
    "a difference that is not that of its parts": (
        "mart_waiting_flow", "select * replace (difference_count + 1 as difference_count) from {0}",
        "columns_add_up_mart_waiting_flow_completed_count",
    ),
    "a clinic that counts a row too many": (
        "mart_waiting_flow",
        "select * replace (completed_count + cast(level = 'clinic' as integer) as completed_count) from {0}",
        "waiting_flow_of_the_levels_adds_up",
    ),
    "an id that a level has and the one below it lacks": (
        "mart_waiting_flow", "select * replace (new_count + cast(level = 'area' as integer) as new_count) from {0}",
        "waiting_flow_of_the_levels_adds_up",
    ),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_flow_that_does_not_hold_together_fails_the_builds_own_tests(broken: str, world: Recomputing) -> None:
    model, sql, test = BROKEN[broken]
    failing = world.failing_tests(model, sql.format(world.relation(model)))
    assert any(name.startswith(test) for name in failing), failing
