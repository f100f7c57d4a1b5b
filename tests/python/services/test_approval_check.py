"""The check on approvals warns from the last working day to approve, and never stops anything."""

from __future__ import annotations

import datetime

import dagster as dg
import pytest

from orchestration.approval.approvals import ClinicState
from orchestration.approval.figures import Clinic
from orchestration.services.assets import all_clinics_approved, judge_approvals
from orchestration.working_days import deadlines

# The 16th of May 2026 is a Saturday, and the 14th is Ascension Day: the last working day is Friday the 15th.
LAST = deadlines("2026-04", 16, 20)
LACKING = (ClinicState(Clinic("SE2321000131-K1", "Kirurgkliniken", "x"), None, None),)


@pytest.mark.parametrize("day, passes", [(14, True), (15, False), (16, False), (30, False)])
def test_a_clinic_that_lacks_is_warned_of_from_the_last_working_day(day: int, passes: bool) -> None:
    result = judge_approvals(LACKING, False, LAST, datetime.date(2026, 5, day))
    assert result.passed is passes
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert "Kirurgkliniken" in str(result.metadata["clinics"].value)
    assert result.metadata["remaining"].value == 1


@pytest.mark.parametrize("remaining, is_delivered", [((), False), (LACKING, True)])
def test_nobody_lacking_or_a_delivered_period_passes_whatever_the_day(
    remaining: tuple[ClinicState, ...], is_delivered: bool
) -> None:
    assert judge_approvals(remaining, is_delivered, LAST, datetime.date(2026, 5, 30)).passed


def test_the_check_never_stops_what_is_downstream() -> None:
    (spec,) = all_clinics_approved.check_specs
    assert spec.blocking is False
    assert spec.description is not None and spec.description.startswith("Godkännanden:")
