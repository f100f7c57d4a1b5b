"""B01-B07, and E01 and E03 of stays, beds, operations and listing: planted rows through the whole build."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.python.warehouse.planted import query
from tests.python.warehouse.ward_cases import WARD_PERIODS, found_columns, found_of_rule

RULES = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "E01", "E03")


@pytest.mark.parametrize("rule_id", RULES)
def test_each_ward_rule_finds_what_was_planted_for_it_and_nothing_else(rule_id: str, database: Path) -> None:
    found = query(
        database,
        f"select {', '.join(found_columns(rule_id))} from quality.deviations "
        "where rule_id = ? and list_contains(?, period)",
        [rule_id, list(WARD_PERIODS)],
    )
    assert Counter(found) == found_of_rule(rule_id)


def test_the_months_of_the_wards_break_no_other_rule(database: Path) -> None:
    rules = query(
        database, "select distinct rule_id from quality.deviations where list_contains(?, period)", [list(WARD_PERIODS)]
    )
    assert {rule for (rule,) in rules} == set(RULES)
