"""The rules on single rows that ask for correction and leave nothing out, from planted rows through the whole build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.warehouse.case import Case
from tests.python.warehouse.cases_rows import ROW_CASES
from tests.python.warehouse.planted import key_of, query

RULES = ("A06", "A10", "A11", "A14", "A15", "A17", "A18", "A19", "A20", "A25", "A28", "A35", "A39", "A40", "E03")


@pytest.fixture(scope="module")
def broken(database: Path) -> dict[tuple[str, str, str], list[str]]:
    """The rules that a row breaks, with its case where a rule has several, by entity, period and contact."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for entity, period, key, rule, effect_case in query(
        database, "select entity, period, contact_key, rule_id, effect_case from quality.deviations order by all"
    ):
        token = f"{rule}/{effect_case}" if rule in ("A13", "A24", "A25", "A26", "E01") else rule
        found.setdefault((entity, period, key), []).append(token)
    return found


@pytest.mark.parametrize("case", ROW_CASES, ids=lambda case: f"{case.entity} {case.period} {case.contact_id}")
def test_a_row_breaks_the_rules_it_was_planted_for_and_no_other(
    case: Case, broken: dict[tuple[str, str, str], list[str]]
) -> None:
    assert broken.get((case.entity, case.period, key_of(case.contact_id)), []) == sorted(case.rules.split())


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_rows_that_break_it_and_rows_that_do_not(rule: str) -> None:
    own = [case for case in ROW_CASES if rule in case.contact_id]
    assert {any(token.split("/")[0] == rule for token in case.rules.split()) for case in own} == {True, False}
