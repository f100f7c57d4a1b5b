"""The suites as Dagster asset checks: one a suite, whether it passed, warned, failed or could not be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from orchestration.markdown import table
from orchestration.validation.results import ExpectationResult, failures, warnings
from orchestration.validation.stage import SUITES, Suite


def check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """What the suites check of an asset; blocking, so that a failed one stops what is downstream."""
    return [
        dg.AssetCheckSpec(
            name=suite.check_id,
            asset=asset,
            description=(
                f"{suite.title}: kontrollerna i samlingen {suite.name}. En underkänd, eller en som inte kan köras, "
                f"{_what_a_failure_does(suite)}; påpekanden stoppar inget. Protokollet visar allt i klartext."
            ),
            blocking=suite.is_stopping,
        )
        for suite in SUITES
    ]


def _what_a_failure_does(suite: Suite) -> str:
    if suite.is_stopping:
        return "stoppar publicering och leverans"
    return "håller tillbaka områdets egna tabeller, som står kvar som de var publicerade; allt annat går vidare"


def _table(told: Sequence[ExpectationResult]) -> str:
    """Expectations that are not met, crashed ones marked as such."""

    def verdict(result: ExpectationResult) -> str:
        if result.has_crashed:
            return "kunde inte köras"
        return "påpekande" if result.severity == "warn" else "underkänd"

    rows = [(result.expectation, verdict(result), result.observed, result.meaning) for result in told]
    return table(("kontroll", "utfall", "observerat", "ska gälla"), rows)


def suites_table(results: Sequence[ExpectationResult]) -> str:
    """How many expectations each suite had, and how they went."""
    rows = []
    for suite in SUITES:
        own = [result for result in results if result.suite == suite.name]
        crashed = sum(result.has_crashed for result in own)
        stopped, warned = len(failures(own)) - crashed, len(warnings(own))
        rows.append((suite.title, len(own), len(own) - crashed - stopped - warned, warned, stopped, crashed))
    return table(("samling", "kontroller", "godkända", "påpekanden", "underkända", "kunde inte köras"), rows)


def _not_asked(suite: Suite, links: Mapping[str, dg.MetadataValue]) -> dg.AssetCheckResult:
    """A suite that the month cannot be asked for yet: no pass, and nothing that stops."""
    why = "inte körd: månadens vård är inte inläst"
    return dg.AssetCheckResult(
        check_name=suite.check_id,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"waits_for": dg.MetadataValue.text(why), **links},
    )


def _check_result(
    suite: Suite, results: Sequence[ExpectationResult], links: Mapping[str, dg.MetadataValue]
) -> dg.AssetCheckResult:
    stopping, warned = failures(results), warnings(results)
    told = [*stopping, *warned]
    has_crashed = not results or any(result.has_crashed for result in results)
    metadata: dict[str, dg.MetadataValue] = {
        "expectations": dg.MetadataValue.int(len(results)),
        "passed": dg.MetadataValue.int(len(results) - len(told)),
        "failed": dg.MetadataValue.int(sum(not result.has_crashed for result in stopping)),
        "crashed": dg.MetadataValue.int(sum(result.has_crashed for result in results)),
        "warned": dg.MetadataValue.int(len(warned)),
        "has_crashed": dg.MetadataValue.bool(has_crashed),
    }
    if told:
        metadata["not_met"] = dg.MetadataValue.md(_table(told))
    metadata |= links
    is_stopped = bool(stopping) or has_crashed
    return dg.AssetCheckResult(
        check_name=suite.check_id,
        passed=not is_stopped and not warned,
        severity=dg.AssetCheckSeverity.WARN if warned and not is_stopped else dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
    )


def check_results(
    results: Sequence[ExpectationResult],
    links: Mapping[str, dg.MetadataValue],
    asked: Sequence[Suite] = SUITES,
) -> Iterator[dg.AssetCheckResult]:
    """One result a suite, in order; an asked suite without any expectation counts as crashed.

    `links` lead to where the results are read in full. What was not asked waits, and says so.
    """
    for suite in SUITES:
        if suite not in asked:
            yield _not_asked(suite, links)
            continue
        yield _check_result(suite, [result for result in results if result.suite == suite.name], links)
