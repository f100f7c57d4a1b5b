"""The account of what the warehouse is about to read: whole groups, and every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from orchestration.contracts import CARE, period_groups
from orchestration.errors import InputRefusedError
from orchestration.settings import Home
from orchestration.state import evidence
from orchestration.state.current import complete_periods, has_registers, inputs_fingerprint, readable_loads
from orchestration.state.lake import quarantined_path
from orchestration.state.store import Load, State, open_state
from orchestration.work import Work

CHECK = "landing_account_balances"


def demand_whole(state: State, work: Work, refused: list[str]) -> None:
    """Raise InputRefusedError unless some group that makes the period, and some period's registers, are whole.

    Each group is built and validated on its own, but none without the registers, which all of them need. `refused`
    holds what this landing refused, to be told beside what is missing.
    """
    current = state.loads("current")
    loaded = _loaded_groups(work, current)
    if loaded and has_registers(work.contracts, current):
        return
    raise InputRefusedError(
        f"Vården eller registren för {work.period} är inte kompletta ({_lacking(state, work)})."
        + (f" Inläst är {', '.join(loaded)}, som räknas när registren är inlästa." if loaded else "")
        + "".join(f"\n    {line}" for line in refused),
        f"Lägg filerna i {work.home.inbox / work.period} och kör vardlager run --period {work.period}.",
    )


def _loaded_groups(work: Work, current: Sequence[Load]) -> list[str]:
    """The groups that make periods and are whole in the run's own, by name."""
    complete = complete_periods(work.contracts, current)
    return [group for period, group in complete if period == work.period and group in period_groups(work.contracts)]


def _lacking(state: State, work: Work) -> str:
    """What the period's groups wait for, in words."""
    rows = state.rows("select group_name, message from period_group where period = ?", [work.period])
    told = "; ".join(f"{row['group_name']}: {row['message']}" for row in rows if row["message"])
    return told or "inget är inläst"


def groups_in_words(state: State, work: Work) -> list[str]:
    """Lines on the groups that the period goes without: none of their files is loaded in it.

    The figures that rest on them are not there; those of the others stand.
    """
    loaded = _loaded_groups(work, state.loads("current"))
    missing = sorted(period_groups(work.contracts) - set(loaded))
    if not missing:
        return []
    lines = [f"Inläst för {work.period} är {', '.join(loaded)}; inte {', '.join(missing)}."]
    if CARE in missing:
        lines.append(f"Väntetiderna för {work.period} väntar på vården; inget levereras.")
    return lines


def _lines_in_lake(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> dict[str, int]:
    """Rows by Parquet file, from the files' own accounts: no row is read."""
    return dict(
        connection.execute("select file_name, num_rows from parquet_file_metadata($1)", [list(paths)]).fetchall()
    )


def _lines_in_quarantine(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> dict[str, int]:
    """Source lines with a fault by Parquet file."""
    return dict(
        connection.execute(
            "select filename, count(distinct source_line) from read_parquet($1, filename = true) group by filename",
            [list(paths)],
        ).fetchall()
    )


def _counted(
    count: Callable[[duckdb.DuckDBPyConnection, Sequence[str]], dict[str, int]],
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[str],
) -> dict[str, int]:
    """Counts by file of those that can be read: of all at once, and one by one when some cannot."""
    try:
        return count(connection, paths) if paths else {}
    except duckdb.Error:
        if len(paths) == 1:
            return {}
        return {path: rows for one in paths for path, rows in _counted(count, connection, [one]).items()}


def _unbalanced(home: Home, loads: Sequence[Load]) -> list[str]:
    """Loads whose account does not add up, or whose Parquet holds another number of rows, sound or quarantined."""
    faults = []
    rows_of = {load: str(home.root / (load.lake_path or "")) for load in loads}
    listed_of = {load: str(home.root / quarantined_path(load.lake_path or "")) for load in loads if load.lake_path}
    standing = {load: path for load, path in rows_of.items() if Path(path).is_file()}
    listed = {load: path for load, path in listed_of.items() if Path(path).is_file()}
    with duckdb.connect() as connection:
        in_lake = _counted(_lines_in_lake, connection, list(standing.values()))
        in_list = _counted(_lines_in_quarantine, connection, list(listed.values()))
    for load in loads:
        if load not in standing:
            faults.append(f"{load.file_name}: {load.lake_path} saknas i sjön")
            continue
        held = in_list.get(listed[load]) if load in listed else 0
        if load.rows_quarantined != held:
            told = "en förteckning som inte går att läsa" if held is None else f"{held} i förteckningen"
            faults.append(f"{load.file_name}: {load.rows_quarantined} rader i karantän, {told}")
        rows = in_lake.get(standing[load])
        accounted = load.rows_loaded + load.rows_quarantined + load.rows_duplicate + load.rows_filtered
        if load.rows_in_file != accounted or load.rows_loaded != rows:
            told = "en fil i sjön som inte går att läsa" if rows is None else f"{rows} i sjön"
            faults.append(f"{load.file_name}: {load.rows_in_file} rader, {accounted} redovisade, {told}")
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
