"""Every small fault that can be put into the marts of beds and readmissions is told by a line counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.equivalents_occupancy import OCCUPANCY_EQUIVALENTS
from tests.python.warehouse.figures_occupancy import CHECKS
from tests.python.warehouse.inpatient_facts import MODELS, plant_facts
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import told

FOLLOWING = {
    "int_inpatient__window": ("mart_occupancy", "mart_readmission"),
    "mart_occupancy": (),
    "mart_readmission": (),
}


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    recomputing = plant_facts(built, manifest, CHECKS)
    yield recomputing
    recomputing.close()


@pytest.mark.parametrize("model", FOLLOWING)
def test_each_fault_in_a_mart_of_inpatients_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql, by=FOLLOWING[model])]
    wrong = told(model, mutants, survivors, OCCUPANCY_EQUIVALENTS.get(model, {}))
    assert not wrong, wrong
    assert len(mutants) > 1


@pytest.mark.parametrize(
    "parameter", ["readmission_days", "readmission_age_years", "risk_assessment_age_years", "over_full_percent"]
)
@pytest.mark.parametrize("by", [1, -1])
def test_each_parameter_of_inpatients_moved_by_one_changes_a_planted_figure(
    parameter: str, by: int, world: Recomputing
) -> None:
    parameters = world.relation("parameters")
    changed = (
        f"select * replace (case when name = '{parameter}' then cast(cast(value as integer) + {by} as varchar) "
        f"else value end as value) from {parameters}"
    )
    assert world.is_noticed("parameters", changed, by=MODELS)


# What fails in the build itself, not in a test of this project alone.
BROKEN = {
    "a ward that stands twice": (
        "mart_occupancy", "from {0} union all (from {0} where level = 'unit' and unit_id = 'A1')",
        "has_grain_mart_occupancy",
    ),
    "a clinic with a patient too many": (
        "mart_occupancy",
        "select * replace (patient_days + cast(level = 'clinic' as integer) as patient_days) from {0}",
        "occupancy_of_the_levels_adds_up",
    ),
    "a year that an area lacks": (
        "mart_occupancy",
        "select * replace (case when level <> 'area' then r12_discharged_bed_days end as r12_discharged_bed_days) "
        "from {0}",
        "occupancy_of_the_levels_adds_up",
    ),
    "an unknown ward that is lost": (
        "mart_occupancy",
        "select * replace (case when level = 'region' then 144 else bed_days_available end as bed_days_available) "
        "from {0} where period = '2024-02'",
        "occupancy_holds_every_row_of_the_facts",
    ),
    "a group that takes in forensic psychiatry": (
        "mart_occupancy",
        "select * replace (patient_days + cast(specialty_group = 'PSY' as integer) as patient_days) from {0}",
        "occupancy_holds_every_row_of_the_facts",
    ),
    "more full wards than wards": (
        "mart_occupancy", "select * replace (ytd_wards_count + 1 as ytd_wards_over_90_count) from {0}",
        "occupancy_counts_are_within_their_totals",
    ),
    "an index that is lost": (
        "mart_readmission",
        "select * replace (denominator - 1 as denominator) from {0} where level in ('region', 'unit')",
        "readmission_holds_every_index_of_the_facts",
    ),
    "a readmission that no sex has": (
        "mart_readmission",
        "select * replace (ytd_numerator + cast(sex = 'all' as integer) as ytd_numerator) from {0}",
        "readmission_of_the_levels_and_sexes_adds_up",
    ),
    "an area with an index too many": (
        "mart_readmission",
        "select * replace (denominator + cast(level = 'area' as integer) as denominator) from {0}",
        "readmission_of_the_levels_and_sexes_adds_up",
    ),
    "more that came back than left": (
        "mart_readmission", "select * replace (denominator + 1 as numerator) from {0}",
        "readmissions_are_within_their_totals",
    ),
}  # fmt: skip


def own_tests(manifest: dict[str, Any]) -> list[str]:
    """The build's own tests of the two marts."""
    return [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and any(parent.endswith((".mart_occupancy", ".mart_readmission")) for parent in node["depends_on"]["nodes"])
    ]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_mart_of_inpatients_that_does_not_hold_together_fails_the_builds_own_tests(
    broken: str, world: Recomputing, manifest: dict[str, Any]
) -> None:
    model, sql, test = BROKEN[broken]
    names = [name for name in own_tests(manifest) if name.startswith(test)]
    assert names
    with world.exchanged(model, sql.format(world.relation(model))):
        assert any(world.connection.execute(world.code(name)).fetchall() for name in names)


def test_the_builds_own_tests_pass_on_the_planted_facts(world: Recomputing, manifest: dict[str, Any]) -> None:
    names = own_tests(manifest)
    assert len(names) >= 8
    assert [name for name in names if world.connection.execute(world.code(name)).fetchall()] == []
