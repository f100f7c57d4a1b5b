"""The approval stage of a run: the clinics' figures renewed, outdated approvals withdrawn."""

from __future__ import annotations

from orchestration import logbook
from orchestration.approval.figures import Renewed, read_figures, renew_figures
from orchestration.contracts import WAITING_TIME_GROUPS
from orchestration.state import evidence
from orchestration.state.current import current_inputs, readable_loads
from orchestration.state.domains import has_care
from orchestration.state.store import open_state
from orchestration.work import Work


def renew_clinic_figures(work: Work) -> Renewed | None:
    """Keep the figures that each clinic is to approve, and withdraw approvals of other figures than these.

    None, and nothing is changed, for a month without care: there is nothing to approve yet.
    Raises StoppedError unless every required check of this run passed: started alone, it would read whatever an
    earlier or interrupted run left in the build, and take standing approvals back for it.
    """
    with open_state(work.home.state_file) as state:
        if not has_care(work.contracts, state.loads("current"), work.period):
            return None
        inputs = current_inputs(state, work.contracts, work.region)
        evidence.demand(state, work.run_id, inputs, work.period, "räkna klinikernas siffror för")
    work.progress("Räknar klinikernas siffror ...")
    connection = work.connect_build(read_only=True)
    try:
        found = read_figures(connection, work.period)
    finally:
        connection.close()
    with open_state(work.home.state_file) as state:
        # No other group's file can move what a clinic approves, and none is told as the reason.
        loads = [
            load
            for load in readable_loads(work.contracts, state.loads("current"))
            if load.group_name in WAITING_TIME_GROUPS
        ]
        renewed = renew_figures(state, work.period, work.run_id, inputs, found, loads)
    for clinic, reason in renewed.withdrawn:
        logbook.event("approval_withdrawn", logbook.WARNING, clinic_id=clinic.clinic_id, reason=reason)
        work.progress(f"  Godkännandet är återtaget för {clinic.clinic_name} ({clinic.clinic_id}): {reason}")
    work.progress(f"  kliniker: {renewed.clinics}, godkännanden som står: {renewed.standing}")
    return renewed
