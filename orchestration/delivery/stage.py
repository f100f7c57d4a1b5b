"""The delivery stage of a run: the gate, the package, and what the state remembers of it."""

from __future__ import annotations

import datetime

import duckdb

from orchestration.delivery.grounds import demand_lasting_keys, extracts_of, replaced_calls
from orchestration.delivery.kept import Keeper, is_kept, remove_kept
from orchestration.delivery.package import (
    PackageManifest,
    PackageRequest,
    build_package,
    package_folder,
    remove_package,
)
from orchestration.errors import InputRefusedError, StoppedError
from orchestration.state import evidence
from orchestration.state.current import code_version, current_inputs
from orchestration.state.store import State, now, open_state
from orchestration.validation.stage import stored_results
from orchestration.work import Work

RECEIVER = "skr"
NEEDED_GROUPS = ("care", "registers")


def _demand_whole_groups(state: State, work: Work) -> None:
    refused = state.rows(
        f"""
        select group_name, message from period_group
        where period = ? and state <> 'complete' and group_name in ({", ".join("?" for _ in NEEDED_GROUPS)})
        """,
        [work.period, *NEEDED_GROUPS],
    )
    if refused:
        told = "; ".join(f"{row['group_name']}: {row['message']}" for row in refused)
        raise InputRefusedError(
            f"Kan inte leverera {work.period}: det senast lämnade är inte inläst ({told}).",
            "Rätta filerna och läs in perioden igen, eller ta bort de avvisade filerna ur inkorgen.",
        )


def _demand_no_block(connection: duckdb.DuckDBPyConnection, work: Work) -> None:
    blocking = connection.execute(
        """
        select rule_id, count(*) from quality.deviations
        where severity = 'block' and period = $1 group by rule_id order by rule_id
        """,
        [work.period],
    ).fetchall()
    if blocking:
        told = ", ".join(f"{rule_id} ({count})" for rule_id, count in blocking)
        raise StoppedError(
            f"Kan inte leverera {work.period}: stoppande avvikelser {told}.",
            "Se vilka: vardlager sql \"select * from quality.deviations where severity = 'block'\".",
        )


def _clear_interrupted(state: State, work: Work) -> None:
    """Take away what an interrupted run left: it was never told as delivered, and its number is free."""
    for row in state.rows(
        "select version from delivery where receiver = ? and period = ? and status = 'building'",
        [RECEIVER, work.period],
    ):
        remove_package(package_folder(work.home.delivery, RECEIVER, work.period, row["version"]))
        remove_kept(work.home.state, RECEIVER, work.period, row["version"])
    state.execute(
        "delete from delivery where receiver = ? and period = ? and status = 'building'", [RECEIVER, work.period]
    )


def _next_version(state: State, work: Work) -> tuple[int, int | None]:
    """(next version, the one it replaces). A folder, map or rows that the state does not know keep their number."""
    known = [
        int(row["version"])
        for row in state.rows("select version from delivery where receiver = ? and period = ?", [RECEIVER, work.period])
    ]
    number = max(known, default=0) + 1
    while package_folder(work.home.delivery, RECEIVER, work.period, number).exists() or is_kept(
        work.home.state, RECEIVER, work.period, number
    ):
        number += 1
    return number, max(known, default=None)


def _begin(state: State, work: Work, inputs: str, request: PackageRequest) -> None:
    """Write the version down before its folder exists, so that an interrupted one is known for what it is."""
    state.insert(
        "delivery",
        [
            {
                "receiver": RECEIVER,
                "period": work.period,
                "version": request.version,
                "created_at": str(request.created_at),
                "run_id": work.run_id,
                "inputs": inputs,
                "contacts_completed": 0,
                "contacts_waiting": 0,
                "left_out_count": 0,
                "replaced_version": request.replaced_version,
                "override_reason": request.override_reason,
                "status": "building",
            }
        ],
    )


def _finish(state: State, work: Work, request: PackageRequest, manifest: PackageManifest) -> None:
    account = {population.population: population for population in manifest.populations}
    with state.transaction():
        state.execute(
            """
            update delivery
            set status = 'built', contacts_completed = ?, contacts_waiting = ?, left_out_count = ?
            where receiver = ? and period = ? and version = ?
            """,
            [
                account["completed"].delivered,
                account["waiting"].delivered,
                sum(population.left_out for population in manifest.populations),
                RECEIVER,
                work.period,
                request.version,
            ],
        )
        # What the figures of the period rest on: another load of it makes them preliminary again.
        state.execute(
            """
            insert into delivery_load (receiver, period, version, load_id)
            select ?, period, ?, load_id from load
            where outcome = 'current' and group_name = 'care' and period = ?
            """,
            [RECEIVER, request.version, work.period],
        )
        state.insert(
            "delivery_call",
            [
                {
                    "receiver": RECEIVER,
                    "period": work.period,
                    "version": request.version,
                    "call": file.call,
                    "leverans_referens": file.leverans_referens,
                    "ersattnings_id": None,
                    "rows": file.rows,
                    "sha256": file.sha256,
                    "status": "built",
                    "rejected_count": None,
                    "answered_at": None,
                }
                for file in manifest.files
                if file.call is not None
            ],
        )


def deliver_period(work: Work) -> PackageManifest:
    """Build the next version of the period's delivery.

    Raises InputRefusedError when a group of the period was refused or is not whole, StoppedError
    when evidence lacks, a deviation blocks, or nobody has approved.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        evidence.demand(state, work.run_id, inputs, work.period, "leverera")
        _demand_whole_groups(state, work)
        if not work.override_reason:
            raise StoppedError(
                f"Kan inte leverera {work.period}: klinikerna har inte godkänt.",
                f'Kör vardlager deliver --period {work.period} --approve-all "skäl".',
            )
        work.progress("Levererar ...")
        _clear_interrupted(state, work)
        number, replaced = _next_version(state, work)
        delivery_key = demand_lasting_keys(state, work)
        request = PackageRequest(
            region_code=work.region.region_code,
            region_name=work.region.region_name,
            period=work.period,
            version=number,
            delivery_key=delivery_key.secret,
            created_at=datetime.datetime.fromisoformat(now()),
            code_version=code_version(),
            results=stored_results(work),
            extracts=extracts_of(state, work),
            override_reason=work.override_reason,
            replaced_version=replaced,
            replaced_calls=replaced_calls(state, RECEIVER, work.period),
        )
        connection = work.connect_build(read_only=True)
        try:
            _demand_no_block(connection, work)
            _begin(state, work, inputs, request)
            manifest = build_package(connection, work.home.delivery, request, Keeper(work.home.state, work.key))
        finally:
            connection.close()
        _finish(state, work, request, manifest)
    work.progress(f"  {manifest.folder}")
    return manifest
