"""The landing stage of a run: take in the period's files and say what became of them."""

from __future__ import annotations

from orchestration import logbook
from orchestration.landing.account import demand_whole, groups_in_words
from orchestration.landing.land import Landing, land
from orchestration.state.store import open_state
from orchestration.work import Work


def land_period(work: Work) -> Landing:
    """Land inbox/<period>.

    Raises InputRefusedError when no group of the period, or not the registers, have a whole load, new or
    earlier: there is then nothing to build the period from.
    """
    work.progress(f"Läser in {work.period} ...")
    with open_state(work.home.state_file) as state:
        landing = land(work.period, work.home, work.region, work.key, work.contracts, state, work.progress)
        for line in (*landing.reports, *landing.refused):
            work.progress(f"  ! {line}")
        for line in landing.refused:
            logbook.event("refused", logbook.WARNING, what=line)
        logbook.event(
            "landed",
            files=len(landing.loaded),
            unchanged=len(landing.skipped),
            refused=len(landing.refused),
            rows=sum(load.rows_in_file for load in landing.loaded),
            rows_quarantined=sum(load.rows_quarantined for load in landing.loaded),
        )
        demand_whole(state, work, landing.refused)
        for line in groups_in_words(state, work):
            work.progress(f"  {line}")
    return landing
