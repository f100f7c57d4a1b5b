"""The validation stage as an asset with a blocking check a suite."""

from collections.abc import Iterator

import dagster as dg

from orchestration.guard import guarded_events
from orchestration.reporting.stage import write_protocol
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.validation.checks import check_results, check_specs, suites_table
from orchestration.validation.stage import demand_passed, run_suites
from orchestration.warehouse.assets import models_in

NAME = "validated_delivery"
PROTOCOL_KEY = "protocol"


@dg.asset(
    name=NAME,
    partitions_def=MONTHS,
    group_name="validation",
    pool=ONE_WRITER,
    deps=models_in("validation", "delivery"),
    check_specs=check_specs(NAME),
    description="Validering: filer, siffror och leveransens rader mot det som ska gälla, som en andra kontroll.",
)
@guarded_events
def validated_delivery(
    context: dg.AssetExecutionContext, workplace: Workplace
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
    """Run the suites and report each as a check; fails on bad data and on a crashed check alike."""
    with workplace.writing_work(context) as work:
        results = run_suites(work)
        links: dict[str, dg.MetadataValue] = {"period": dg.MetadataValue.text(work.period)}
        if (quarantine := work.home.quarantine / work.period).is_dir():
            links["quarantine_lists"] = dg.MetadataValue.path(str(quarantine))
        # Page and checks come first: they stand also when the asset then fails, and the checks without the page.
        try:
            protocol = write_protocol(work, results)
        except Exception:
            yield from check_results(results, links)
            raise
        links[PROTOCOL_KEY] = dg.MetadataValue.path(str(protocol))
        yield from check_results(results, links)
        work.progress(f"  Protokoll: {protocol}")
        demand_passed(work, results)
    yield dg.MaterializeResult(
        metadata={
            "expectations": len(results),
            "suites": len({result.suite for result in results}),
            "by_suite": dg.MetadataValue.md(suites_table(results)),
            PROTOCOL_KEY: dg.MetadataValue.path(str(protocol)),
        }
    )
