"""The validation stage of a run: the delivery suites, their results and the evidence they are."""

from __future__ import annotations

from orchestration.errors import StoppedError
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.store import now, open_state
from orchestration.validation.results import ExpectationResult, failures
from orchestration.validation.run import validate_delivery
from orchestration.work import Work

# Evidence id of each suite, as seeds/required_checks.csv lists them.
CHECK_OF_SUITE = {
    "delivery_completed": "delivery_completed_suite",
    "delivery_waiting": "delivery_waiting_suite",
}
_SHOWN_FAILURES = 5


def _describe(failed: list[ExpectationResult]) -> str:
    shown = "; ".join(
        f"{result.suite} {result.expectation}: {'KRASCHAD, ' if result.has_crashed else ''}{result.observed}"
        for result in failed[:_SHOWN_FAILURES]
    )
    rest = len(failed) - _SHOWN_FAILURES
    return shown + (f"; och {rest} till" if rest > 0 else "")


def validate_period(work: Work) -> list[ExpectationResult]:
    """Run the suites on the period's delivery frame and store what they saw.

    Raises StoppedError when the data breaks an expectation or a check itself crashed; the
    results are stored first, so that the protocol and the status can show them.
    """
    work.progress("Validerar leveransen ...")
    connection = work.connect_build(read_only=True)
    try:
        results = validate_delivery(connection, work.period, work.delivery_key().secret, work.region.region_code)
    finally:
        connection.close()
    failed = failures(results)
    with open_state(work.home.state_file) as state, state.transaction():
        inputs = current_inputs(state, work.contracts, work.region)
        state.execute("delete from validation_result where run_id = ? and period = ?", [work.run_id, work.period])
        state.insert(
            "validation_result",
            [
                {
                    "run_id": work.run_id,
                    "period": work.period,
                    "suite": result.suite,
                    "expectation": result.expectation,
                    "severity": result.severity,
                    "is_success": int(result.is_success),
                    "has_crashed": int(result.has_crashed),
                    "observed": result.observed,
                    "meaning": result.meaning,
                    "checked_at": now(),
                }
                for result in results
            ],
        )
        for suite, check_id in CHECK_OF_SUITE.items():
            own = [result for result in results if result.suite == suite]
            bad = failures(own)
            detail = _describe(bad) if bad else f"{len(own)} kontroller godkända"
            evidence.record(state, check_id, work.run_id, inputs, work.period, bool(own) and not bad, detail)
    if failed:
        raise StoppedError(
            f"Valideringen av leveransen {work.period} stoppar den: {_describe(failed)}",
            f"vardlager status --period {work.period} visar kontrollerna; rätta orsaken och kör igen.",
        )
    work.progress(f"  {len(results)} kontroller godkända")
    return results


def stored_results(work: Work) -> list[ExpectationResult]:
    """What the suites of this run saw, as stored."""
    with open_state(work.home.state_file) as state:
        rows = state.rows(
            """
            select suite, expectation, severity, is_success, has_crashed, observed, meaning
            from validation_result where run_id = ? and period = ? order by rowid
            """,
            [work.run_id, work.period],
        )
    return [
        ExpectationResult(
            suite=row["suite"],
            expectation=row["expectation"],
            severity=row["severity"],
            is_success=bool(row["is_success"]),
            has_crashed=bool(row["has_crashed"]),
            observed=row["observed"],
            meaning=row["meaning"],
        )
        for row in rows
    ]
