"""The publishing stage as an asset: marts to the file that analysts open."""

import dagster as dg

from orchestration.guard import guarded
from orchestration.publishing.stage import publish_period
from orchestration.resources import MONTHS, WRITER_POOL, Workplace
from orchestration.validation.assets import validated_delivery


@dg.asset(
    partitions_def=MONTHS,
    group_name="publishing",
    deps=[validated_delivery],
    pool=WRITER_POOL,
    description="Publicering: filen som analytiker öppnar, utbytt i ett steg.",
)
@guarded
def published_file(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Publish what was validated; fails without evidence."""
    counts = publish_period(workplace.work(context))
    return dg.MaterializeResult(metadata={"tables": len(counts), "rows": sum(counts.values())})
