"""The delivery stage as an asset: canonical rows to the national package."""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.approval.assets import clinic_figures
from orchestration.delivery.package import PopulationAccount
from orchestration.delivery.stage import HeldBack, deliver_period, deliver_when_open
from orchestration.guard import guarded
from orchestration.jobs import DELIVERY_JOB
from orchestration.markdown import table
from orchestration.publishing.assets import published_file
from orchestration.publishing.stage import renew_published
from orchestration.resources import MONTHS, ONE_WRITER, Workplace

HELD_BACK_KEY = "held_back"
FOLDER_KEY = "folder"

Told = dg.MaterializeResult | dg.AssetObservation  # type: ignore[type-arg]


def _accounts(populations: Sequence[PopulationAccount]) -> dict[str, dg.MetadataValue]:
    """Rows of each population, and what was left out of them under which rule."""
    rows = [(account.population, account.staged, account.delivered, account.left_out) for account in populations]
    left_out = [
        (account.population, left.rule_id, left.rows, left.rows_with_rule)
        for account in populations
        for left in account.left_out_by_rule
    ]
    return {
        "rows": dg.MetadataValue.md(table(("population", "i underlaget", "levererade", "utelämnade"), rows)),
        "left_out": dg.MetadataValue.md(table(("population", "regel", "rader", "rader med regeln"), left_out)),
        **{f"rows_{account.population}": dg.MetadataValue.int(account.delivered) for account in populations},
    }


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
        metadata={FOLDER_KEY: dg.MetadataValue.path(str(outcome.folder)), **_accounts(outcome.populations)}
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
