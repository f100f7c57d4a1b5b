"""The delivery stage of a run: the gate, the package, and what the state remembers of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from orchestration import logbook
from orchestration.approval.approvals import Standing
from orchestration.delivery.gate import Gate, examine_gate
from orchestration.delivery.grounds import demand_lasting_keys, extracts_of, replaced_calls
from orchestration.delivery.kept import Keeper, is_kept, remove_kept
from orchestration.delivery.package import (
    Approval,
    PackageManifest,
    PackageRequest,
    build_package,
    package_folder,
    remove_package,
)
from orchestration.privacy import mask_identities
from orchestration.state.current import code_version, current_inputs
from orchestration.state.domains import has_care
from orchestration.state.store import State, now, open_state
from orchestration.validation.stage import results_of_the_delivery
from orchestration.work import Work

RECEIVER = "skr"


@dataclass(frozen=True)
class HeldBack:
    """Why a month was not delivered although nothing went wrong, in Swedish, a line each."""

    lines: tuple[str, ...]


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


def _begin(state: State, work: Work, inputs: str, content_hash: str, request: PackageRequest) -> None:
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
                "content_hash": content_hash,
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


def _version_of(state: State, work: Work, content_hash: str) -> int | None:
    """The newest delivered version when it holds exactly this content and its package is in its place."""
    rows = state.rows(
        """
        select version, content_hash from delivery
        where receiver = ? and period = ? and status <> 'building' order by version desc limit 1
        """,
        [RECEIVER, work.period],
    )
    if not rows or rows[0]["content_hash"] != content_hash:
        return None
    version = int(rows[0]["version"])
    return version if package_folder(work.home.delivery, RECEIVER, work.period, version).exists() else None


def _approval(standing: Standing) -> Approval:
    return Approval(
        clinic_id=standing.clinic.clinic_id,
        clinic_name=standing.clinic.clinic_name,
        approved_by=standing.approved_by,
        approved_at=standing.approved_at,
        accepted=tuple(f"{rule_id}: {reason}" for rule_id, reason in standing.accepted),
    )


def _build(state: State, work: Work, inputs: str, gate: Gate) -> PackageManifest:
    """The next version, through a gate that has been found open."""
    gate.demand_open()
    work.progress("Levererar ...")
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
        results=results_of_the_delivery(work),
        extracts=extracts_of(state, work),
        approvals=tuple(_approval(standing) for standing in gate.approvals),
        override_reason=mask_identities(work.override_reason) or None,
        overridden=gate.overridden,
        replaced_version=replaced,
        replaced_calls=replaced_calls(state, RECEIVER, work.period),
    )
    connection = work.connect_build(read_only=True)
    try:
        _begin(state, work, inputs, gate.content_hash, request)
        manifest = build_package(connection, work.home.delivery, request, Keeper(work.home.state, work.key))
    finally:
        connection.close()
    _finish(state, work, request, manifest)
    logbook.event(
        "delivered",
        receiver=RECEIVER,
        version=number,
        replaces=replaced,
        rows={account.population: account.delivered for account in manifest.populations},
        overridden=bool(request.override_reason),
    )
    work.progress(f"  {manifest.folder}")
    return manifest


def deliver_period(work: Work) -> PackageManifest:
    """Build the next version of the period's delivery.

    Raises InputRefusedError when a group of the period is not loaded and whole, StoppedError when evidence
    lacks, a deviation blocks, or a clinic has not approved exactly these figures; all reasons at once.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        _clear_interrupted(state, work)
        return _build(state, work, inputs, examine_gate(state, work, inputs))


def deliver_when_open(work: Work) -> PackageManifest | HeldBack:
    """Build the next version if the month is ready for it and has not been delivered as it stands.

    What would be delivered is compared, not what it rests on: another setting, another month's file or a new
    version of the code delivers nothing again by itself.
    A month without care has nothing to deliver yet. A clinic that has not approved is the normal course of a month
    and no error. Once all have, or a reason is given in their place, whatever stops the delivery is raised as by
    `deliver_period`.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        _clear_interrupted(state, work)
        if not has_care(work.contracts, state.loads("current"), work.period):
            return HeldBack((f"Ingen leverans av {work.period}: vården är inte inläst.",))
        gate = examine_gate(state, work, inputs)
        version = _version_of(state, work, gate.content_hash)
        if version is not None:
            return HeldBack((f"{work.period}: det som gäller är redan levererat, som v{version}.",))
        if not gate.lacking:
            return _build(state, work, inputs, gate)
        logbook.event("delivery_held_back", lacking=list(gate.lacking))
    return HeldBack(
        (
            f"Ingen leverans av {work.period}: klinikernas godkännanden saknas.",
            *(f"  - {line}" for line in gate.lacking),
            *(f"  - dessutom: {line}" for line in (*gate.unwhole, *gate.blocking)),
            f"  Gör så här: {gate.next_step}",
        )
    )
