"""The review's models on rows planted by hand: what they hold, and that every small fault in them is told."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import PROJECT_ROOT
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.review_world import ALONE_CHECKS, CHECKS, EXPECTED, MODELS, alone, in_place, plain
from tests.python.warehouse.test_mutations import told

PASSED_OVER = "this engine's concat passes over what is empty; the other engine's does not"
ONE_SETTING = "a setting has one row"
OTHER_PERIODS = "a line of another period is joined by none of the three"
_THREE = "own_period.period, own_period.previous_period, own_period.previous_year_period"
_WITH_FIX = "CASE united.severity WHEN 'block' THEN 1 WHEN 'fix' THEN 2 ELSE 3 END"
_WITHOUT_FIX = "CASE united.severity WHEN 'block' THEN 1 ELSE 3 END"
EQUIVALENTS: dict[str, dict[str, str]] = {
    "review_period": {
        f"last_day_setting: MAX({case}) → MIN({case})": ONE_SETTING
        for case in (f"CASE WHEN name = '{day}_day' THEN CAST(value AS INT) END" for day in ("approval", "delivery"))
    },
    "review_deviation": {
        **{
            f"subject_of_{name}: COALESCE({told}, '') → {told}": PASSED_OVER
            for name, relation in (
                ("standing", "standing"), ("earlier", "earlier_deviation"), ("accepted", "accepted_deviation"),
            )
            for told in (
                f"{relation}.unit_id",
                f"CAST({relation}.event_date AS TEXT)",
                f"CAST({relation}.stay_number AS TEXT)",
            )
        },
        f"ordered: {_WITH_FIX} → {_WITHOUT_FIX}": (
            "what only informs is not among the rows, so that fix is the last"
        ),
    },
    "review_figure": {f"clinic_line: mart_waiting_times.period IN ({_THREE}) → TRUE": OTHER_PERIODS},
    "review_work_list": {
        "listed_row: COALESCE(CAST(wait_band.to_days AS TEXT), '') → CAST(wait_band.to_days AS TEXT)": PASSED_OVER,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The review of May 2022 as it is planted."""
    recomputing = Recomputing(built, manifest, CHECKS)
    in_place(recomputing)
    yield recomputing
    recomputing.close()


@pytest.fixture(scope="module")
def alone_world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The same month where nothing else is loaded or delivered."""
    recomputing = Recomputing(built, manifest, ALONE_CHECKS)
    in_place(recomputing, alone)
    yield recomputing
    recomputing.close()


def test_without_the_months_before_their_figures_are_unknown(alone_world: Recomputing) -> None:
    assert [model for model in ALONE_CHECKS if not alone_world.holds(model)] == []


@pytest.mark.parametrize("model", MODELS)
def test_a_model_of_the_review_holds_what_was_counted_by_hand(model: str, world: Recomputing) -> None:
    columns, expected = EXPECTED[model]
    order = " order by sort_order" if "sort_order" in columns else ""
    found = world.connection.execute(f"select {columns} from {world.relation(model)}{order}").fetchall()
    rows, wanted = ([tuple(map(plain, row)) for row in these] for these in (found, expected))
    if not order:
        rows, wanted = sorted(rows, key=repr), sorted(wanted, key=repr)
    assert rows == wanted


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_the_review_is_told_by_a_planted_row(
    model: str, world: Recomputing, alone_world: Recomputing
) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [
        mutant.change
        for mutant in mutants
        if not world.is_noticed(model, mutant.sql)
        and not (model in ALONE_CHECKS and alone_world.is_noticed(model, mutant.sql, by=[]))
    ]
    wrong = told(model, mutants, survivors, EQUIVALENTS.get(model, {}))
    assert not wrong, wrong


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT_ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OUT_OF_WAITS, OUT_OF_DELIVERY, STOPPED = "räknas inte i väntetiderna", "följer inte med i leveransen", "stoppas"


@pytest.mark.parametrize("rule", seed("rules"), ids=lambda rule: f"{rule['rule_id']}/{rule['effect_case']}")
def test_the_consequence_of_a_rule_says_what_its_severity_and_effect_do(rule: dict[str, str]) -> None:
    text = rule["consequence"]
    assert text.endswith(".") and len(text.split()) >= 5
    is_told = {word: word in text for word in (OUT_OF_WAITS, OUT_OF_DELIVERY, "Leveransen stoppas")}
    # E04 has no model that could stop anything: it is looked for by tests.
    effect, is_block = rule["effect"], rule["severity"] == "block" and rule["rule_id"] != "E04"
    # A37: the row is in no figure at all, whatever the effects that a loaded row may have.
    is_quarantined = rule["rule_id"] == "A37"
    assert is_told == {
        OUT_OF_WAITS: effect == "D",
        OUT_OF_DELIVERY: effect in ("D", "L") or is_quarantined,
        "Leveransen stoppas": is_block,
    }
    if effect == "L":
        assert "regionens egna siffror" in text
