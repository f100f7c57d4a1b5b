"""Every small fault that can be put into the models of inpatients is told by a planted stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.inpatient_checks import CHECKS
from tests.python.warehouse.inpatient_equivalents import EQUIVALENTS
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import told

# In the order in which they read each other.
MODELS = (
    "int_core__ward_period",
    "int_inpatient__stay",
    "int_inpatient__permission",
    "int_inpatient__episode",
    "int_inpatient__transfer",
    "int_inpatient__permission_day",
    "int_inpatient__stay_day",
    "int_inpatient__census",
    "int_inpatient__bed_day",
    "int_inpatient__occupied_day",
    "fct_inpatient_stay",
    "fct_inpatient_episode",
    "fct_ward_day",
)
PARAMETERS = (
    "census_minutes", "transfer_hours", "readmission_days", "readmission_age_years", "risk_assessment_age_years",
    "over_full_percent",
)  # fmt: skip
# Days on which no loaded month ends and no limit of an episode is asked for, between those on which they do.
PIECES = (
    ("2010-01-01", "2023-10-30", True),
    ("2023-10-31", "2023-10-31", False),
    ("2023-11-01", "2024-01-30", True),
    ("2024-01-31", "2024-01-31", False),
    ("2024-02-01", "2024-02-28", True),
    ("2024-02-29", "2024-02-29", False),
    ("2024-03-01", "2024-03-30", True),
    ("2024-03-31", "2024-03-31", False),
    ("2024-04-01", "2024-04-29", True),
    ("2024-04-30", "2024-04-30", False),
    ("2024-05-01", "2024-06-29", True),
    ("2024-06-30", None, False),
)


def in_pieces(relation: str) -> str:
    """The parameters cut so that each piece holds on the last day of a loaded month alone, or is wrong on all others.

    The last piece is open.
    """
    names = ", ".join(f"'{name}'" for name in PARAMETERS)
    queries = [f"select * from {relation} where name not in ({names})"]
    for first, last, is_wrong in PIECES:
        end = f"date '{last}'" if last else "cast(null as date)"
        value = "cast(cast(value as integer) + 600 as varchar)" if is_wrong else "value"
        queries.append(
            f"select * replace (date '{first}' as valid_from, {end} as valid_to, {value} as value) from {relation} "
            f"where name in ({names})"
        )
    return " union all ".join(queries)


@pytest.fixture(scope="module")
def world(inpatient_built: Path) -> Iterator[Recomputing]:
    """The build of the months of the wards, with the limits in pieces."""
    manifest: dict[str, Any] = json.loads((inpatient_built / "manifest.json").read_text(encoding="utf-8"))
    # The others were not asked for in this build.
    made = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "seed" or "compiled_code" in node
    }
    recomputing = Recomputing(inpatient_built, {**manifest, "nodes": made}, CHECKS)
    recomputing.exchange("parameters", in_pieces(recomputing.relation("parameters")))
    for model in MODELS:
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


def test_limits_in_pieces_change_no_figure(world: Recomputing) -> None:
    assert [model for model in CHECKS if not world.holds(model)] == []


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_inpatients_is_told_by_a_planted_stay(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
    wrong = told(model, mutants, survivors, EQUIVALENTS.get(model, {}))
    assert not wrong, wrong


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("name", PARAMETERS)
def test_each_limit_moved_by_one_is_told_by_a_planted_stay(
    name: str, by: int, world: Recomputing, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = (
        f"select * replace (case when name = '{name}' then cast(value::integer + {by} as varchar) else value end "
        f"as value) from {world.relation('parameters')}"
    )
    # That the periods hold the limits is told by their own check, and asked first: the figures by themselves here.
    assert world.is_noticed("parameters", changed, by=MODELS[:1])
    monkeypatch.setattr(world, "checks", {model: check for model, check in CHECKS.items() if model != MODELS[0]})
    is_read_here = name in ("census_minutes", "transfer_hours", "readmission_days")
    assert world.is_noticed("parameters", changed, by=MODELS) == is_read_here
