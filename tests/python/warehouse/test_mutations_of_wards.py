"""Every small fault that can be put into what the rules on the wards' files read is told by a planted row.

The limits are cut in pieces of which one holds on the last day of the planted months alone; on all other days they
have other values.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.checks import ward_findings_are_those_planted
from tests.python.warehouse.equivalents import EQUIVALENTS
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import told
from tests.python.warehouse.test_mutations_of_waiting_times import in_pieces

MODELS = [
    "int_quality__ward_file",
    "int_quality__file_stay",
    "int_quality__file_permission",
    "int_quality__file_ward_day",
    "int_quality__file_operation",
    "int_quality__file_listing",
]
RULES = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "E01", "E03")
PIECES = [
    ("valid_from", "2012-02-28", True),
    ("2012-02-29", "2012-02-29", False),
    ("2012-03-01", "2012-03-30", True),
    ("2012-03-31", "2012-03-31", False),
    ("2012-04-01", "2012-05-30", True),
    ("2012-05-31", None, False),
]


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The build with the limits in pieces."""
    recomputing = Recomputing(
        built, manifest, {f"rule_{rule.lower()}": ward_findings_are_those_planted(rule) for rule in RULES}
    )
    parameters = recomputing.relation("parameters")
    wrong = (
        "case when name in ('census_minutes', 'transfer_hours') then cast(cast(value as integer) + 1 as varchar) "
        "else value end as value"
    )
    recomputing.exchange("parameters", in_pieces(parameters, wrong, PIECES))
    for model in recomputing.children("parameters"):
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


def test_limits_in_pieces_change_no_finding(world: Recomputing) -> None:
    assert [model for model in world.checks if not world.holds(model)] == []


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_what_the_ward_rules_read_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
    wrong = told(model, mutants, survivors, EQUIVALENTS.get(model, {}))
    assert not wrong, wrong
    assert len(mutants) > 1
