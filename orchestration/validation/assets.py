"""The validation stage as an asset with a blocking check a suite."""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.guard import guarded_events
from orchestration.markdown import table
from orchestration.reporting.stage import LISTS_NAME, write_protocol
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.review.stage import renew_review
from orchestration.review.told import Told, read_told, summary_lines
from orchestration.state.domains import HeldDomain
from orchestration.validation.checks import check_results, check_specs, suites_table
from orchestration.validation.stage import demand_passed, held_back, run_suites, suites_to_run
from orchestration.warehouse.assets import models_in

NAME = "validated_delivery"
PROTOCOL_KEY, LISTS_KEY, HELD_KEY = "protocol", "lists", "domains_held_back"


def _told_held(held: Sequence[HeldDomain]) -> dict[str, dg.MetadataValue]:
    """The domains that are not published anew, for the asset's page and for whoever runs the month."""
    if not held:
        return {}
    told = [{"line": domain.in_words(), "exit_code": domain.exit_code} for domain in held]
    return {HELD_KEY: dg.MetadataValue.json(told)}


def _told_review(told: Told) -> dict[str, dg.MetadataValue]:
    """Deviations by status, and the clinics with most left, for the asset's page."""
    shown: dict[str, dg.MetadataValue] = {
        "deviations_new": dg.MetadataValue.int(told.new),
        "deviations_remaining": dg.MetadataValue.int(told.remaining),
        "deviations_fixed": dg.MetadataValue.int(told.fixed),
        "deviations_accepted": dg.MetadataValue.int(told.accepted),
    }
    if told.left:
        rows = [(name, clinic_id, count) for clinic_id, name, count in told.left]
        shown["deviations_left"] = dg.MetadataValue.md(table(("klinik", "HSA-id", "kvar att rätta"), rows))
    return shown


@dg.asset(
    name=NAME,
    partitions_def=MONTHS,
    group_name="validation",
    pool=ONE_WRITER,
    deps=models_in("validation", "delivery", "review"),
    check_specs=check_specs(NAME),
    description=(
        "Validering: filer, siffror och leveransens rader mot det som ska gälla, som en andra kontroll; och "
        "klinikernas avvikelselistor, vad kontrollerna än säger."
    ),
)
@guarded_events
def validated_delivery(
    context: dg.AssetExecutionContext, workplace: Workplace
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:  # type: ignore[type-arg]
    """Run the suites and report each as a check; fails on bad data and on a crashed check alike."""
    with workplace.writing_work(context) as work:
        asked = suites_to_run(work)
        results = run_suites(work)
        links: dict[str, dg.MetadataValue] = {"period": dg.MetadataValue.text(work.period)}
        if (quarantine := work.home.quarantine / work.period).is_dir():
            links["quarantine_lists"] = dg.MetadataValue.path(str(quarantine))
        # Lists, page and checks come first: they stand also when the asset then fails, and the checks without them.
        shown: dict[str, dg.MetadataValue] = {}
        try:
            review = renew_review(work)
            protocol = write_protocol(work, results, None if review is None else review.folder)
            told = None if review is None else read_told(review)
        except Exception:
            yield from check_results(results, links, asked)
            raise
        links[PROTOCOL_KEY] = dg.MetadataValue.path(str(protocol))
        if told is not None:
            links[LISTS_KEY] = dg.MetadataValue.path(str(protocol.parent / LISTS_NAME))
            shown = _told_review(told)
        yield from check_results(results, links, asked)
        work.progress(f"  Protokoll: {protocol}")
        if told is not None:
            for line in summary_lines(told):
                work.progress(f"  {line}")
            work.progress(f"  Klinikernas listor: {protocol.parent / LISTS_NAME}")
        demand_passed(work, results, asked)
        held = held_back(work)
        for domain in held:
            work.progress(f"  ! {domain.in_words()}")
    yield dg.MaterializeResult(
        metadata={
            "expectations": len(results),
            "suites": len({result.suite for result in results}),
            "by_suite": dg.MetadataValue.md(suites_table(results)),
            **{key: links[key] for key in (PROTOCOL_KEY, LISTS_KEY) if key in links},
            **shown,
            **_told_held(held),
        }
    )
