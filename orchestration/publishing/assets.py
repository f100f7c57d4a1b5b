"""The publishing stage as an asset: marts to the file that analysts open."""

import dagster as dg

from orchestration.guard import guarded
from orchestration.publishing.stage import publish_period
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.validation.assets import validated_delivery


@dg.asset(
    partitions_def=MONTHS,
    group_name="publishing",
    pool=ONE_WRITER,
    deps=[validated_delivery],
    description="Publicering: filen som analytiker öppnar, utbytt i ett steg.",
)
@guarded
def published_file(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Publish what was validated; fails without evidence."""
    with workplace.writing_work(context) as work:
        counts = publish_period(work)
    return dg.MaterializeResult(metadata={"tables": len(counts), "rows": sum(counts.values())})
