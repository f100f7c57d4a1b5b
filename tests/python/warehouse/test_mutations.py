"""Every small fault that can be put into a rule or a figure of waiting times is told by a planted row.

What is expected is what was counted by hand (cases.py, figures.py), never what the models give. A mutant that
survives is a hole among the planted rows, or stands in equivalents.py with the reason why no row can tell it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import PROJECT_ROOT
from tests.python.warehouse.case import RULE_EFFECTS
from tests.python.warehouse.cases import NATIONAL_CODES
from tests.python.warehouse.checks import checks_of, rules_are_those_of_the_cases, worlds_without_lists
from tests.python.warehouse.equivalents import EQUIVALENTS, equivalents_of_scope
from tests.python.warehouse.mutants import Mutant, mutants_of
from tests.python.warehouse.recomputing import Recomputing

RULE_MODELS = sorted(path.stem for path in (PROJECT_ROOT / "models" / "quality" / "rules").glob("rule_*.sql"))


def rule_of(model: str) -> str:
    return model.removeprefix("rule_").upper()


def seed_rows(name: str) -> list[dict[str, str]]:
    with (PROJECT_ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The one build, with the checks of every rule and figure."""
    recomputing = Recomputing(built, manifest, checks_of(map(rule_of, RULE_MODELS)))
    yield recomputing
    recomputing.close()


@pytest.fixture(scope="module")
def world_without_lists(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """A region that gives no lists of its codes, where A12 and A13 ask for the length alone."""
    recomputing = Recomputing(built, manifest, worlds_without_lists())
    for table in ("region_mvo", "region_activity"):
        recomputing.exchange(table, f"select * from {recomputing.relation(table)} where false")
    for model in recomputing.checks:
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


def told(model: str, mutants: list[Mutant], survivors: list[str], equivalents: dict[str, str]) -> str:
    """What is wrong with a model's mutants, one a line; empty when nothing is."""
    holes = [f"{model} survives | {change}" for change in survivors if change not in equivalents]
    changes = {mutant.change for mutant in mutants}
    stale = [
        f"{model} no longer has | {change}" if change not in changes else f"{model} is told after all | {change}"
        for change in equivalents
        if change not in survivors
    ]
    return "\n".join([f"{len(mutants)} mutants of {model}", *holes, *stale]) if holes or stale else ""


def test_the_models_themselves_hold_what_was_counted(world: Recomputing, world_without_lists: Recomputing) -> None:
    assert [model for model in world.checks if not world.holds(model)] == []
    assert [model for model in world_without_lists.checks if not world_without_lists.holds(model)] == []


def test_every_rule_has_planted_rows() -> None:
    assert checks_of(map(rule_of, RULE_MODELS)).keys() >= set(RULE_MODELS)
    with pytest.raises(KeyError, match="A00"):
        checks_of(["A00"])


@pytest.mark.parametrize("model", RULE_MODELS)
def test_each_fault_in_a_rule_is_told_by_a_planted_row(
    model: str, world: Recomputing, world_without_lists: Recomputing
) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [
        mutant.change
        for mutant in mutants
        if not world.is_noticed(model, mutant.sql)
        and not (model in world_without_lists.checks and world_without_lists.is_noticed(model, mutant.sql))
    ]
    scopes = [row for row in seed_rows("rules") if row["rule_id"] == rule_of(model) and row["care_scope"]]
    equivalents = {**equivalents_of_scope(scopes), **EQUIVALENTS.get(model, {})}
    wrong = told(model, mutants, survivors, equivalents)
    assert not wrong, wrong
    assert len(mutants) > 1


def scope_changes(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Other values of what a rule's row in the seed decides, as (column, SQL text)."""
    for column, values in {
        "care_scope": ("S", "P", "SP"), "row_scope": ("G", "W", "W G"), "effect": ("D", "L", "-"),
        "severity": ("fix", "info", "block"),
    }.items():  # fmt: skip
        yield from ((column, value) for value in values if row[column] and row[column] != value)


@pytest.mark.parametrize("model", RULE_MODELS)
def test_each_value_of_a_rules_row_in_the_seed_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    survivors = []
    for row in (row for row in seed_rows("rules") if row["rule_id"] == rule_of(model)):
        for column, value in scope_changes(row):
            changed = (
                f"select * replace (case when rule_id = '{row['rule_id']}' and effect_case = '{row['effect_case']}' "
                f"then '{value}' else {column} end as {column}) from {world.relation('rules')}"
            )
            if not world.is_noticed("rules", changed, by=[model]):
                survivors.append((row["effect_case"], column, row[column], value))
    assert survivors == [] or survivors == list(EQUIVALENT_SCOPES.get(model, [])), survivors


# Scopes that no row can tell: what the other state lacks cannot break the rule.
EQUIVALENT_SCOPES: dict[str, list[tuple[str, str, str, str]]] = {
    "rule_a10": [("passed", "row_scope", "W", "W G")],
    "rule_a21": [("contradicting", "row_scope", "G", "W G")],
    "rule_a22": [("disordered", "row_scope", "G", "W G")],
    "rule_a30": [("outside", "row_scope", "G", "W G")],
    "rule_a35": [("not_computable", "row_scope", "G", "W G")],
}


@pytest.mark.parametrize("code_list", NATIONAL_CODES)
def test_each_code_of_a_national_list_is_told_by_a_planted_row(code_list: str, world: Recomputing) -> None:
    codes = {row["code"] for row in seed_rows("national_codes") if row["code_list"] == code_list}
    assert codes == set(NATIONAL_CODES[code_list])
    survivors = [
        code
        for code in sorted(codes)
        if not world.is_noticed(
            "national_codes",
            f"from {world.relation('national_codes')} where code_list <> '{code_list}' or code <> '{code}'",
            by=["rule_a36"],
        )
    ]
    assert survivors == []


def test_severity_and_effect_of_the_seed_are_those_of_the_rules() -> None:
    cases: dict[str, list[dict[str, str]]] = {}
    for row in seed_rows("rules"):
        cases.setdefault(row["rule_id"], []).append(row)
    for token, expected in RULE_EFFECTS.items():
        rule_id, _, effect_case = token.partition("/")
        rows = [row for row in cases[rule_id] if not effect_case or row["effect_case"] == effect_case]
        # Cases of a rule that are not told apart by name (A31 has one for each family) are alike.
        assert {(row["severity"], row["effect"]) for row in rows} == {expected}, token


def test_a_check_fails_on_a_model_that_finds_nothing(world: Recomputing) -> None:
    for model in RULE_MODELS:
        assert world.is_noticed(model, f"select * from {world.relation(model)} where false", by=[]), model
    assert rules_are_those_of_the_cases("A01") is not None
