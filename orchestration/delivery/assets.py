"""The delivery stage as an asset: canonical rows to the national package."""

from collections.abc import Iterator

import dagster as dg

from orchestration.approval.assets import clinic_figures
from orchestration.delivery.stage import HeldBack, deliver_period, deliver_when_open
from orchestration.guard import guarded
from orchestration.jobs import DELIVERY_JOB
from orchestration.publishing.assets import published_file
from orchestration.publishing.stage import renew_published
from orchestration.resources import MONTHS, ONE_WRITER, Workplace

HELD_BACK_KEY = "held_back"
FOLDER_KEY = "folder"

Told = dg.MaterializeResult | dg.AssetObservation  # type: ignore[type-arg]


@guarded
def _deliver(context: dg.AssetExecutionContext, workplace: Workplace) -> Told:
    """Build the package, then let the published file tell of it; a month not ready is only noted."""
    with workplace.writing_work(context) as work:
        outcome = deliver_period(work) if context.job_name == DELIVERY_JOB else deliver_when_open(work)
        if isinstance(outcome, HeldBack):
            return dg.AssetObservation(
                asset_key=context.asset_key,
                partition=context.partition_key,
                description="Ingen ny leverans.",
                metadata={HELD_BACK_KEY: list(outcome.lines)},
            )
        renew_published(work)
    return dg.MaterializeResult(
        metadata={FOLDER_KEY: str(outcome.folder)}
        | {f"rows_{account.population}": account.delivered for account in outcome.populations}
    )


@dg.asset(
    partitions_def=MONTHS,
    group_name="delivery",
    pool=ONE_WRITER,
    deps=[published_file, clinic_figures],
    output_required=False,
    description="Leverans: nästa version av periodens nationella väntetidsleverans.",
)
def national_delivery(context: dg.AssetExecutionContext, workplace: Workplace) -> Iterator[Told]:
    """The next version; nothing is materialised when the month was not ready or stands delivered as it is."""
    yield _deliver(context, workplace)
