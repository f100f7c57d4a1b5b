"""The delivery stage as an asset: canonical rows to the national package."""

import dagster as dg

from orchestration.delivery.stage import deliver_period
from orchestration.guard import guarded
from orchestration.publishing.assets import published_file
from orchestration.publishing.stage import renew_published
from orchestration.resources import MONTHS, Workplace


@dg.asset(
    partitions_def=MONTHS,
    group_name="delivery",
    deps=[published_file],
    description="Leverans: nästa version av periodens nationella väntetidsleverans.",
)
@guarded
def national_delivery(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Build the package, then let the published file tell of it."""
    with workplace.writing_work(context) as work:
        manifest = deliver_period(work)
        renew_published(work)
    return dg.MaterializeResult(
        metadata={"folder": str(manifest.folder)}
        | {f"rows_{account.population}": account.delivered for account in manifest.populations}
    )
