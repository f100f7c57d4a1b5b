"""The approvals as a check on the clinics' figures: a warning from the last day to approve."""

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.approval.approvals import ClinicState, remaining_clinics
from orchestration.approval.assets import clinic_figures
from orchestration.guard import guarded
from orchestration.privacy import mask_identities
from orchestration.resources import Workplace
from orchestration.services.schedules import TIMEZONE
from orchestration.state.store import open_state
from orchestration.working_days import Deadlines, deadlines


def judge_approvals(
    remaining: Sequence[ClinicState], is_delivered: bool, last: Deadlines, today: datetime.date
) -> dg.AssetCheckResult:
    """Passed while there is time, when nobody lacks, and when the period is delivered; else a warning with names."""
    table = "\n".join(
        ["| Klinik | Id | Läge |", "|---|---|---|"]
        + [f"| {mask_identities(e.clinic.clinic_name)} | {e.clinic.clinic_id} | {e.lack} |" for e in remaining]
    )
    is_late = today >= last.approval_working_day
    return dg.AssetCheckResult(
        passed=is_delivered or not remaining or not is_late,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(remaining)} kliniker återstår; godkänn senast {last.approval}.",
        metadata={"remaining": len(remaining), "clinics": dg.MetadataValue.md(table if remaining else "Inga.")},
    )


@dg.asset_check(
    asset=clinic_figures,
    name="all_clinics_approved",
    description="Godkännanden: från sista dagen att godkänna har varje klinik godkänt sina siffror.",
)
@guarded
def all_clinics_approved(context: dg.AssetCheckExecutionContext, workplace: Workplace) -> dg.AssetCheckResult:
    """Which clinics of the period have not approved the figures that are kept."""
    with workplace.writing_work(context.op_execution_context) as work, open_state(work.home.state_file) as state:
        remaining = remaining_clinics(state, work.period)
        is_delivered = bool(
            state.rows("select 1 from delivery where period = ? and status <> 'building'", [work.period])
        )
    last = deadlines(work.period, work.region.approval_day, work.region.delivery_day)
    return judge_approvals(remaining, is_delivered, last, datetime.datetime.now(tz=ZoneInfo(TIMEZONE)).date())
