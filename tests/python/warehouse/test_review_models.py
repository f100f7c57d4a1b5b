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
from tests.python.warehouse.review_world import CHECKS, EXPECTED, MODELS, _plain, in_place
from tests.python.warehouse.test_mutations import told

EQUIVALENTS: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The review of May 2022 as it is planted."""
    recomputing = Recomputing(built, manifest, CHECKS)
    in_place(recomputing)
    yield recomputing
    recomputing.close()


@pytest.mark.parametrize("model", MODELS)
def test_a_model_of_the_review_holds_what_was_counted_by_hand(model: str, world: Recomputing) -> None:
    columns, expected = EXPECTED[model]
    order = " order by sort_order" if "sort_order" in columns else ""
    found = world.connection.execute(f"select {columns} from {world.relation(model)}{order}").fetchall()
    rows, wanted = ([tuple(map(_plain, row)) for row in these] for these in (found, expected))
    if not order:
        rows, wanted = sorted(rows, key=repr), sorted(wanted, key=repr)
    assert rows == wanted


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_the_review_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
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
    effect, is_block = rule["effect"], rule["severity"] == "block"
    # A37: the row is in no figure at all, whatever the effects that a loaded row may have.
    is_quarantined = rule["rule_id"] == "A37"
    assert is_told == {
        OUT_OF_WAITS: effect == "D",
        OUT_OF_DELIVERY: effect in ("D", "L") or is_quarantined,
        "Leveransen stoppas": is_block,
    }
    if effect == "L":
        assert "räknas i regionens egna väntetider" in text
