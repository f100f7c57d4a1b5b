"""The account of what the warehouse is about to read: whole groups, and every row accounted for."""

from __future__ import annotations

import duckdb

from orchestration.contracts import CARE
from orchestration.errors import InputRefusedError
from orchestration.settings import Home
from orchestration.state import evidence
from orchestration.state.current import complete_periods, has_registers, inputs_fingerprint, readable_loads
from orchestration.state.lake import quarantined_path
from orchestration.state.store import Load, State, open_state
from orchestration.work import Work

CHECK = "landing_account_balances"


def demand_whole(state: State, work: Work, refused: list[str]) -> None:
    """Raise InputRefusedError unless the period's care and some period's registers are whole.

    `refused` holds what this landing refused, to be told beside what is missing.
    """
    current = state.loads("current")
    if (work.period, CARE) in complete_periods(work.contracts, current) and has_registers(work.contracts, current):
        return
    rows = state.rows("select group_name, message from period_group where period = ?", [work.period])
    lacking = "; ".join(f"{row['group_name']}: {row['message']}" for row in rows if row["message"])
    raise InputRefusedError(
        f"Vården eller registren för {work.period} är inte kompletta ({lacking or 'inget är inläst'})."
        + "".join(f"\n    {line}" for line in refused),
        f"Lägg filerna i {work.home.inbox / work.period} och kör vardlager run --period {work.period}.",
    )


def _quarantined_lines(connection: duckdb.DuckDBPyConnection, home: Home, load: Load) -> int:
    path = home.root / quarantined_path(load.lake_path or "")
    if not path.is_file():
        return 0
    row = connection.execute("select count(distinct source_line) from read_parquet($1)", [str(path)]).fetchone()
    return row[0] if row else 0


def _unbalanced(home: Home, loads: list[Load]) -> list[str]:
    """Loads whose account does not add up, or whose Parquet holds another number of rows, sound or quarantined."""
    faults = []
    with duckdb.connect() as connection:
        for load in loads:
            path = home.root / (load.lake_path or "")
            if not path.is_file():
                faults.append(f"{load.file_name}: {load.lake_path} saknas i sjön")
                continue
            row = connection.execute("select count(*) from read_parquet($1)", [str(path)]).fetchone()
            in_lake = row[0] if row else 0
            listed = _quarantined_lines(connection, home, load)
            if load.rows_quarantined != listed:
                faults.append(f"{load.file_name}: {load.rows_quarantined} rader i karantän, {listed} i förteckningen")
            accounted = load.rows_loaded + load.rows_quarantined + load.rows_duplicate + load.rows_filtered
            if load.rows_in_file != accounted or load.rows_loaded != in_lake:
                faults.append(f"{load.file_name}: {load.rows_in_file} rader, {accounted} redovisade, {in_lake} i sjön")
    return faults


def check_account(work: Work) -> None:
    """Store the evidence that every row of every load the warehouse will read is accounted for.

    A fault is stored as a failed check, which stops publishing and delivering.
    """
    with open_state(work.home.state_file) as state:
        demand_whole(state, work, [])
        readable = readable_loads(work.contracts, state.loads("current"))
        faults = _unbalanced(work.home, readable)
        inputs = inputs_fingerprint(readable, work.region)
        detail = "; ".join(faults) or "varje rad är redovisad"
        evidence.record(state, CHECK, work.run_id, inputs, work.period, not faults, detail)
