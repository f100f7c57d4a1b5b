"""What Dagster shows of a landing: for each entity the load that its rows stand on, with its shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.contracts import REGISTERS, Contract
from orchestration.landing.land import Landing
from orchestration.settings import Home
from orchestration.state.store import State

# A register without a file of the period serves it with another period's, the latest (CM10).
_STANDING = """
    with current_load as (
        select
            entity,
            load_id,
            period,
            file_name,
            sha256,
            lake_path,
            loaded_at,
            rows_in_file,
            rows_loaded,
            rows_quarantined,
            rows_duplicate,
            rows_filtered,
            round(1.0 * rows_loaded / nullif(rows_in_file, 0), 6) as loaded_share,
            round(1.0 * rows_quarantined / nullif(rows_in_file, 0), 6) as quarantined_share,
            row_number() over (partition by entity order by period = ?1 desc, period desc) as place
        from load
        where outcome = 'current' and (period = ?1 or group_name = ?2)
    )
    select * from current_load where place = 1
"""
_HELD = "select entity from load where outcome = 'held' and period = ?"
COUNTS = ("rows_in_file", "rows_loaded", "rows_quarantined", "rows_duplicate", "rows_filtered")
SHARES = ("loaded_share", "quarantined_share")


@dataclass(frozen=True)
class Standing:
    """What an entity stands on in a period. `load` holds the load's facts, COUNTS in rows and SHARES from 0 to 1.

    `in_words` says in Swedish whether it came in with this landing; `load` is None when nothing is in force.
    `quarantine_list` is the list of the load's quarantined rows, None when it has none.
    """

    in_words: str
    load: Mapping[str, Any] | None
    quarantine_list: Path | None = None


def _quarantine_list(home: Home, load: Mapping[str, Any]) -> Path | None:
    """The list beside which the load's rows were kept: both names end in the load's number of the period."""
    number = Path(load["lake_path"]).stem
    path = home.quarantine / load["period"] / f"{load['file_name'].partition('.')[0]}.{number}.csv"
    return path if path.is_file() else None


def _in_words(contract: Contract, load: Mapping[str, Any] | None, landing: Landing, has_held: bool) -> str:
    waiting = "en nyare fil väntar på resten av sin grupp" if has_held else ""
    if load is None:
        return waiting or "ingen inläsning gäller, och tabellen är tom"
    names = {(new.entity, new.sha256) for new in landing.loaded}
    if (contract.entity, load["sha256"]) in names:
        return "inläst i den här körningen"
    if load["period"] != landing.period:
        stands = f"registret från {load['period']} gäller"
    else:
        stands = "oförändrad: den tidigare inläsningen gäller"
    return f"{stands}; {waiting}" if waiting else stands


def standings(state: State, home: Home, contracts: Mapping[str, Contract], landing: Landing) -> dict[str, Standing]:
    """What each entity stands on after a landing, by entity."""
    loads = {row["entity"]: dict(row) for row in state.rows(_STANDING, [landing.period, REGISTERS])}
    held = {row["entity"] for row in state.rows(_HELD, [landing.period])}
    return {
        entity: Standing(
            in_words=_in_words(contract, load := loads.get(entity), landing, entity in held),
            load=load,
            quarantine_list=None if load is None else _quarantine_list(home, load),
        )
        for entity, contract in contracts.items()
    }
