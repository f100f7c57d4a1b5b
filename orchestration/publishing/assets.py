"""The publishing stage as an asset: marts to the file that analysts open."""

import dagster as dg

from orchestration.guard import guarded
from orchestration.markdown import table
from orchestration.publishing.figures import HEADERS, month_figures
from orchestration.publishing.stage import publish_period
from orchestration.publishing.versions import version_folder, version_in_force
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.validation.assets import validated_delivery
from orchestration.warehouse.assets import models_in


@dg.asset(
    partitions_def=MONTHS,
    group_name="publishing",
    pool=ONE_WRITER,
    deps=[validated_delivery, *models_in("marts", "quality", "meta")],
    description="Publicering: filen som analytiker öppnar, utbytt i ett steg.",
)
@guarded
def published_file(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Publish what was validated; fails without evidence."""
    with workplace.writing_work(context) as work:
        counts = publish_period(work)
        version = version_in_force(work.home)
        connection = work.connect_build(read_only=True)
        try:
            figures = month_figures(connection, work.period, work.region.main_variant)
        finally:
            connection.close()
    metadata: dict[str, dg.MetadataValue] = {
        "tables": dg.MetadataValue.int(len(counts)),
        "rows": dg.MetadataValue.int(sum(counts.values())),
        "file": dg.MetadataValue.path(str(work.home.published_file)),
        "figures": dg.MetadataValue.md(table(HEADERS, figures)),
    }
    if version is not None:
        metadata["version"] = dg.MetadataValue.int(version)
        metadata["version_folder"] = dg.MetadataValue.path(str(version_folder(work.home, version)))
    return dg.MaterializeResult(metadata=metadata)
