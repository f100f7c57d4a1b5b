"""The validation stage of a run: all suites of the period, their results and the evidence they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.contracts import REGISTERS, WAITING_TIME_GROUPS
from orchestration.errors import StoppedError, VardlagerError
from orchestration.national.contract import COMPLETED, WAITING, RecordType
from orchestration.privacy import mask_identities
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.domains import HeldDomain, has_care, held_domains
from orchestration.state.evidence import WAITING_TIMES
from orchestration.state.keys import delivery_key
from orchestration.state.store import now, open_state
from orchestration.validation import landing, occupancy, production, waiting_times
from orchestration.validation.results import ExpectationResult, crash_of_suite, failures, warnings
from orchestration.validation.run import NOTHING_TO_CHECK, validate_record_type
from orchestration.work import Work

_SHOWN_FAILURES = 5
Runner = Callable[[Work, duckdb.DuckDBPyConnection], list[ExpectationResult]]


@dataclass(frozen=True)
class Suite:
    """A suite that must be run for every period: its name, Swedish title, and what runs it."""

    name: str
    title: str
    run: Runner

    @property
    def check_id(self) -> str:
        """The suite's id among the required checks."""
        return f"{self.name}_suite"

    @property
    def domain(self) -> str:
        """What the suite guards: a domain of what is published, or everything."""
        return evidence.domain_of(self.check_id)

    @property
    def is_stopping(self) -> bool:
        """Whether a failure stops the run and the delivery, and not its own domain's tables alone."""
        return self.domain in evidence.OF_THE_DELIVERY


def _has_care(work: Work) -> bool:
    with open_state(work.home.state_file) as state:
        return has_care(work.contracts, state.loads("current"), work.period)


def _landing(work: Work, connection: duckdb.DuckDBPyConnection) -> list[ExpectationResult]:
    demanded = WAITING_TIME_GROUPS if _has_care(work) else (REGISTERS,)
    return landing.validate_landing(connection, work.period, work.contracts, work.region, demanded)


def _waiting_times(work: Work, connection: duckdb.DuckDBPyConnection) -> list[ExpectationResult]:
    return waiting_times.validate_waiting_times(connection, work.period)


def _occupancy(work: Work, connection: duckdb.DuckDBPyConnection) -> list[ExpectationResult]:
    return occupancy.validate_occupancy(connection, work.period, work.contracts, work.region)


def _production(work: Work, connection: duckdb.DuckDBPyConnection) -> list[ExpectationResult]:
    return production.validate_production(connection, work.period, work.contracts, work.region)


def _record_type(record_type: RecordType) -> Runner:
    def run(work: Work, connection: duckdb.DuckDBPyConnection) -> list[ExpectationResult]:
        with open_state(work.home.state_file) as state:
            key = delivery_key(state, work.home)
        return validate_record_type(connection, record_type, work.period, key.secret, work.region.region_code)

    return run


SUITES = (
    Suite(landing.SUITE, "Inlästa filer mot sina kontrakt", _landing),
    Suite(waiting_times.SUITE, "Väntetidernas siffror", _waiting_times),
    Suite(occupancy.SUITE, "Beläggning och vårdtillfällen", _occupancy),
    Suite(production.SUITE, "Produktion", _production),
    Suite(COMPLETED.suite, "Leveransens genomförda kontakter", _record_type(COMPLETED)),
    Suite(WAITING.suite, "Leveransens väntande kontakter", _record_type(WAITING)),
)


def suites_to_run(work: Work) -> list[Suite]:
    """The suites that the period can be asked for: those of the waiting times wait for its care."""
    is_with_care = _has_care(work)
    return [suite for suite in SUITES if is_with_care or suite.domain != WAITING_TIMES]


def _describe(told: list[ExpectationResult]) -> str:
    shown = "; ".join(f"{result.suite} {result.expectation}: {result.observed}" for result in told[:_SHOWN_FAILURES])
    rest = len(told) - _SHOWN_FAILURES
    return shown + (f"; och {rest} till" if rest > 0 else "")


def _reason(fault: Exception) -> str:
    """What kept a suite from running: the house's own words, else the kind alone, for a text may quote a value."""
    return mask_identities(fault.what) if isinstance(fault, VardlagerError) else type(fault).__name__


def _run_suite(work: Work, suite: Suite) -> list[ExpectationResult]:
    """The suite's results. One that breaks down, or says nothing, is itself a result: crashed."""
    try:
        connection = work.connect_build(read_only=True)
        try:
            results = suite.run(work, connection)
        finally:
            connection.close()
    except Exception as fault:
        return [crash_of_suite(suite.name, _reason(fault))]
    return results or [crash_of_suite(suite.name, NOTHING_TO_CHECK)]


def _store(work: Work, by_suite: Mapping[Suite, list[ExpectationResult]]) -> None:
    checked_at = now()
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
                    "checked_at": checked_at,
                }
                for results in by_suite.values()
                for result in results
            ],
        )
        for suite, results in by_suite.items():
            bad = failures(results)
            detail = _describe(bad) if bad else f"{len(results)} kontroller godkända"
            evidence.record(state, suite.check_id, work.run_id, inputs, work.period, not bad, detail)


def run_suites(work: Work) -> list[ExpectationResult]:
    """Run the suites on the period's build, store what they saw, and record it as evidence.

    Never raises for what a suite finds or for one that breaks down: the others run all the same, and the results
    tell. `demand_passed` decides.
    """
    work.progress("Validerar ...")
    by_suite = {suite: _run_suite(work, suite) for suite in suites_to_run(work)}
    _store(work, by_suite)
    results = [result for own in by_suite.values() for result in own]
    for result in warnings(results):
        work.progress(f"  ! {result.expectation}: {result.observed}")
    return results


def demand_passed(work: Work, results: Iterable[ExpectationResult], asked: Sequence[Suite] | None = None) -> None:
    """Raise StoppedError unless every asked suite that may stop the run has results and nothing in them does.

    A check that could not be run is told apart from data that failed one. A suite of another domain holds back
    the domain's tables and stops nothing: its evidence decides. All suites count as asked when none are given.
    """
    results = list(results)
    seen = {result.suite for result in results}
    asked = SUITES if asked is None else asked
    results += [crash_of_suite(suite.name, "inget resultat") for suite in asked if suite.name not in seen]
    holding = {suite.name for suite in asked if not suite.is_stopping}
    stopping = [result for result in failures(results) if result.suite not in holding]
    crashed = [result for result in stopping if result.has_crashed]
    failed = [result for result in stopping if not result.has_crashed]
    if not stopping:
        told = f", {len(warnings(results))} påpekanden" if warnings(results) else ""
        told += f", {len(failures(results))} underkända eller inte körda" if failures(results) else ""
        work.progress(f"  {len(results)} kontroller körda{told}")
        return
    what, next_steps = [], []
    if crashed:
        what.append(f"{len(crashed)} kontroller av {work.period} kunde inte köras: {_describe(crashed)}")
        next_steps.append("en kontroll som inte kan köras säger inget om filerna: kör vardlager doctor och kör igen")
    if failed:
        what.append(f"{work.period} är underkänd i {len(failed)} kontroller: {_describe(failed)}")
        next_steps.append(
            f"vardlager status --period {work.period} visar de underkända kontrollerna; rätta orsaken och kör igen"
        )
    next_step = "; ".join(next_steps)
    raise StoppedError(". ".join(what), f"{next_step[0].upper()}{next_step[1:]}.")


def held_back(work: Work) -> tuple[HeldDomain, ...]:
    """The domains whose tables this run may not publish, from its evidence."""
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        return held_domains(state, work.contracts, work.run_id, inputs, work.period)


def validate_period(work: Work) -> list[ExpectationResult]:
    """Run the suites, store what they saw, and return it; StoppedError as `demand_passed`."""
    results = run_suites(work)
    demand_passed(work, results)
    return results


def results_of_the_delivery(work: Work) -> list[ExpectationResult]:
    """What the suites of this run that guard the delivery saw, as stored: another domain's are no part of it."""
    guarding = {suite.name for suite in SUITES if suite.is_stopping}
    return [result for result in stored_results(work) if result.suite in guarding]


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
