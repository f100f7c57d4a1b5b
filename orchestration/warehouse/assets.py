"""The warehouse stage as an asset: lake to marts in the build database."""

import dagster as dg

from orchestration.guard import guarded
from orchestration.landing.account import check_account
from orchestration.landing.assets import landed_files
from orchestration.resources import MONTHS, Workplace
from orchestration.warehouse.stage import build_warehouse


@dg.asset(
    partitions_def=MONTHS,
    group_name="warehouse",
    deps=[landed_files],
    description="Lagret: alla modeller, av de perioder som något har ändrats för, byggda och testade med dbt.",
)
@guarded
def warehouse_models(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Check the account of what will be read, then build and test every model."""
    with workplace.writing_work(context) as work:
        check_account(work)
        built = build_warehouse(work)
    return dg.MaterializeResult(
        metadata={
            "models": built.models,
            "tests": built.tests,
            "inputs": built.inputs,
            "touched_periods": dict(built.touched),
        }
    )
