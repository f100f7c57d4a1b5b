"""The suites as Dagster asset checks: one a suite, whether it passed, warned, failed or could not be run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.validation.results import ExpectationResult, failures, warnings
from orchestration.validation.stage import SUITES, Suite


def check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """What the suites check of an asset; blocking, so that a failed one stops what is downstream."""
    return [
        dg.AssetCheckSpec(name=suite.check_id, asset=asset, description=f"{suite.title}: {suite.name}.", blocking=True)
        for suite in SUITES
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(told: Sequence[ExpectationResult]) -> str:
    """A markdown table of expectations that are not met, crashed ones marked as such."""
    lines = ["| kontroll | utfall | observerat | ska gälla |", "| --- | --- | --- | --- |"]
    for result in told:
        verdict = "kunde inte köras" if result.has_crashed else "underkänd"
        if not result.has_crashed and result.severity == "warn":
            verdict = "påpekande"
        cells = (result.expectation, verdict, result.observed, result.meaning)
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines)


def _check_result(suite: Suite, results: Sequence[ExpectationResult]) -> dg.AssetCheckResult:
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
    is_stopped = bool(stopping) or has_crashed
    return dg.AssetCheckResult(
        check_name=suite.check_id,
        passed=not is_stopped and not warned,
        severity=dg.AssetCheckSeverity.WARN if warned and not is_stopped else dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
    )


def check_results(results: Sequence[ExpectationResult]) -> Iterator[dg.AssetCheckResult]:
    """One result a suite, in order; a suite without any expectation counts as crashed."""
    for suite in SUITES:
        yield _check_result(suite, [result for result in results if result.suite == suite.name])
