"""The landing stage as an asset: inbox to lake."""

import dagster as dg

from orchestration.guard import guarded
from orchestration.landing.stage import land_period
from orchestration.resources import MONTHS, ONE_WRITER, Workplace

REFUSED_KEY = "refused"


@dg.asset(
    partitions_def=MONTHS,
    group_name="landing",
    pool=ONE_WRITER,
    description="Inläsning: periodens filer, pseudonymiserade och typade, med varje rad redovisad.",
)
@guarded
def landed_files(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Land inbox/<period>; fails when care or the registers are not whole."""
    with workplace.writing_work(context) as work:
        landing = land_period(work)
    return dg.MaterializeResult(
        metadata={
            "files_loaded": len(landing.loaded),
            "files_skipped": len(landing.skipped),
            "rows_loaded": sum(load.rows_loaded for load in landing.loaded),
            "rows_quarantined": sum(load.rows_quarantined for load in landing.loaded),
            REFUSED_KEY: dg.MetadataValue.json(landing.refused),
        }
    )
