"""The validation stage as an asset: the delivery frame against the national contract."""

import dagster as dg

from orchestration.guard import guarded
from orchestration.resources import MONTHS, Workplace
from orchestration.validation.stage import validate_period
from orchestration.warehouse.assets import warehouse_models


@dg.asset(
    partitions_def=MONTHS,
    group_name="validation",
    deps=[warehouse_models],
    description="Validering: leveransens rader mot det nationella kontraktet, attribut för attribut.",
)
@guarded
def validated_delivery(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Run the delivery suites; fails on bad data and on a crashed check alike."""
    with workplace.writing_work(context) as work:
        results = validate_period(work)
    return dg.MaterializeResult(metadata={"expectations": len(results), "suites": len({r.suite for r in results})})
