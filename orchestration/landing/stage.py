"""The landing stage of a run: take in the period's files and prove that the account balances."""

from __future__ import annotations

import duckdb

from orchestration.errors import InputRefusedError
from orchestration.landing.land import Landing, land
from orchestration.settings import Home
from orchestration.state import evidence
from orchestration.state.current import complete_periods, inputs_fingerprint, readable_loads
from orchestration.state.store import Load, open_state
from orchestration.work import Work

CHECK = "landing_account_balances"
DELIVERY_GROUPS = ("care", "registers")


def _unbalanced(home: Home, loads: list[Load]) -> list[str]:
    """Loads whose account does not add up, or whose Parquet holds another number of rows."""
    faults = []
    with duckdb.connect() as connection:
        for load in loads:
            path = home.root / (load.lake_path or "")
            row = connection.execute("select count(*) from read_parquet($1)", [str(path)]).fetchone()
            in_lake = row[0] if row else 0
            accounted = load.rows_loaded + load.rows_quarantined + load.rows_duplicate + load.rows_filtered
            if load.rows_in_file != accounted or load.rows_loaded != in_lake:
                faults.append(f"{load.file_name}: {load.rows_in_file} rader, {accounted} redovisade, {in_lake} i sjön")
    return faults


def land_period(work: Work) -> Landing:
    """Land inbox/<period> and store the evidence that every row is accounted for.

    Raises InputRefusedError when the period's care or the registers have no whole load, new or
    earlier: there is then nothing to build the period from.
    """
    work.progress(f"Läser in {work.period} ...")
    with open_state(work.home.state_file) as state:
        landing = land(work.period, work.home, work.region, work.key, work.contracts, state, work.progress)
        current = state.loads("current")
        readable = readable_loads(work.contracts, current)
        faults = _unbalanced(work.home, readable)
        inputs = inputs_fingerprint(readable, work.region)
        evidence.record(
            state,
            CHECK,
            work.run_id,
            inputs,
            work.period,
            not faults,
            "; ".join(faults) or "varje rad är redovisad",
        )
    for line in (*landing.reports, *landing.refused):
        work.progress(f"  ! {line}")
    complete = complete_periods(work.contracts, current)
    has_care = (work.period, "care") in complete
    has_registers = any(group == "registers" for _, group in complete)
    if not (has_care and has_registers):
        lacking = "; ".join(f"{group}: {state}" for group, state in sorted(landing.group_states.items()))
        raise InputRefusedError(
            f"Vården eller registren för {work.period} är inte kompletta ({lacking or 'inkorgen är tom'})."
            + "".join(f"\n    {line}" for line in landing.refused),
            f"Lägg filerna i {work.home.inbox / work.period} och kör igen.",
        )
    return landing
