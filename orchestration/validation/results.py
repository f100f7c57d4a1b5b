"""What one expectation found, as it is stored, shown in the protocol and asked for by the gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectationResult:
    """One expectation of one suite over the whole frame.

    `expectation` is '<subject>.<what>'. A failure of `severity` 'block' stops the delivery, one of 'warn' is told only.
    `has_crashed` means that the check itself did not run: that is no statement on the data, and never a pass.
    `observed` and `meaning` are Swedish; `observed` holds counts, shares and at most pseudonyms (contact_key).
    """

    suite: str
    expectation: str
    severity: str
    is_success: bool
    has_crashed: bool
    observed: str
    meaning: str

    @property
    def subject(self) -> str:
        """The attribute or the rule the expectation is about."""
        return self.expectation.split(".", 1)[0]


def failures(results: Iterable[ExpectationResult]) -> list[ExpectationResult]:
    """The results that stop a delivery: bad data at severity 'block', and every check that crashed."""
    return [
        result for result in results if result.has_crashed or (result.severity == "block" and not result.is_success)
    ]


def warnings(results: Iterable[ExpectationResult]) -> list[ExpectationResult]:
    """The results that are told and stop nothing: implausible data at severity 'warn'."""
    return [
        result for result in results if result.severity == "warn" and not result.is_success and not result.has_crashed
    ]


def crash_of_suite(suite: str, reason: str) -> ExpectationResult:
    """The one result of a suite that could not be run at all; `reason` is Swedish and holds no value of the data."""
    return ExpectationResult(
        suite=suite,
        expectation="SUITE.runs",
        severity="block",
        is_success=False,
        has_crashed=True,
        observed=f"kontrollen kunde inte köras ({reason})",
        meaning="Hela samlingen av kontroller går att köra.",
    )
