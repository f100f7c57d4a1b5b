"""The review of a run: what the reporters' lists are made of, renewed whenever the build stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import duckdb

from orchestration import logbook
from orchestration.approval.approvals import TAKEN_BACK
from orchestration.approval.rules import groups_of_rules
from orchestration.contracts import CARE, REGISTERS
from orchestration.errors import VardlagerError
from orchestration.review.store import is_whole, point_at, told_loads, write_review
from orchestration.state.current import code_version, current_inputs, readable_loads
from orchestration.state.evidence import stands
from orchestration.state.reviews import (
    DEVIATIONS,
    Review,
    review_seen_at,
    review_to_compare_with,
    reviews_of,
)
from orchestration.state.store import Load, State, now, open_state
from orchestration.warehouse.inputs import Acceptance, write_review_inputs
from orchestration.warehouse.stage import CHECK
from orchestration.work import Work


def _latest_approvals(state: State, period: str) -> list[Mapping[str, object]]:
    """Each clinic's latest approval of the period, whether it stands or not."""
    return [
        dict(row)
        for row in state.rows(
            """
            select approval_id, clinic_id, approved_by, approved_at, figures_hash, withdrawn_at, withdrawn_reason
            from approval
            where approval_id in (select max(approval_id) from approval where period = ? group by clinic_id)
            order by clinic_id
            """,
            [period],
        )
    ]


def _acceptances(
    state: State, approvals: Sequence[Mapping[str, object]], reviews: Sequence[Review]
) -> list[Acceptance]:
    """What the clinics have accepted and not taken back, each with the deviations that the clinic saw then.

    An approval that fell because the figures changed lets its acceptances stand, for those deviations alone.
    """
    found = []
    for approval in approvals:
        if str(approval["withdrawn_reason"] or "").startswith(TAKEN_BACK):
            continue
        seen = review_seen_at(reviews, str(approval["approved_at"]))
        path = None if seen is None else seen.folder / DEVIATIONS
        found += [
            Acceptance(
                clinic_id=str(approval["clinic_id"]),
                rule_id=row["rule_id"],
                reason=row["reason"],
                accepted_by=str(approval["approved_by"]),
                accepted_at=str(approval["approved_at"]),
                seen=path if path is not None and path.is_file() else None,
            )
            for row in state.rows(
                "select rule_id, reason from acceptance where approval_id = ? order by rule_id",
                [approval["approval_id"]],
            )
        ]
    return found


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode("utf-8")).hexdigest()


def _is_of_the_period(connection: duckdb.DuckDBPyConnection, period: str) -> bool:
    """Whether the build was last made for this period: the models of the review show the run's own."""
    return connection.execute("select period from control.run_context").fetchall() == [(period,)]


def renew_review(work: Work) -> Review | None:
    """The review of the run's period as things stand, written when it is not written already, and in force.

    None, told to whoever runs, when the build does not stand on exactly what is loaded now: a review of a half
    build would be of no load. Raises VardlagerError when it cannot be made; the earlier one is then in force.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        current = readable_loads(work.contracts, state.loads("current"))
        # The registers of every period serve them all; what the month's own files tell is what a review is of.
        told = groups_of_rules() - {REGISTERS}
        loads = [load for load in current if load.group_name in told and load.period == work.period]
        has_care = any(load.group_name == CARE for load in loads)
        is_built = stands(state, CHECK, inputs)
        # One that is not as it was written is compared with nothing, and made again.
        reviews = [review for review in reviews_of(work.home, work.period) if is_whole(review)]
        approvals = _latest_approvals(state, work.period)
        acceptances = _acceptances(state, approvals, reviews)
        # The review says whether the period is preliminary.
        delivered = state.rows(
            "select receiver, version, content_hash from delivery where period = ? and status <> 'building' "
            "order by receiver, version",
            [work.period],
        )
    if not (has_care and is_built):
        waits = "vården är inte inläst, och listorna väntar på den"
        why = "lagret är inte byggt på det som gäller" if has_care else waits
        work.progress(f"  Avvikelselistorna förnyas inte: {why}.")
        return None
    earlier = review_to_compare_with(reviews, [load.load_id or 0 for load in loads])
    compared = None if earlier is None else earlier.number
    state_of_all = _digest(
        [inputs, [load.load_id for load in loads], approvals, compared, [tuple(row) for row in delivered]]
    )
    newest = reviews[-1] if reviews else None
    if newest is not None and newest.note.get("state") == state_of_all:
        point_at(work.home, work.period, newest.number)
        return newest
    try:
        return _write(work, inputs, loads, earlier, approvals, acceptances, state_of_all)
    except (duckdb.Error, OSError) as fault:
        # The engine's own text may quote a value; only the kind of fault passes on.
        raise VardlagerError(
            f"Underlaget för avvikelselistorna i {work.period} kunde inte göras ({type(fault).__name__}); "
            "den förra genomgången gäller.",
            "Kör vardlager doctor, och sedan samma kommando igen.",
        ) from fault


def _write(
    work: Work,
    inputs: str,
    loads: Sequence[Load],
    earlier: Review | None,
    approvals: Sequence[Mapping[str, object]],
    acceptances: Sequence[Acceptance],
    state_of_all: str,
) -> Review | None:
    connection = work.connect_build()
    try:
        if not _is_of_the_period(connection, work.period):
            work.progress("  Avvikelselistorna förnyas inte: lagret är byggt för en annan månad.")
            return None
        told = [
            [
                approval["clinic_id"],
                approval["approved_by"],
                approval["approved_at"],
                approval["figures_hash"],
                approval["withdrawn_at"] is not None,
                approval["withdrawn_reason"],
            ]
            for approval in approvals
        ]
        write_review_inputs(connection, None if earlier is None else earlier.folder / DEVIATIONS, told, acceptances)
        try:
            review = write_review(
                work.home,
                connection,
                work.period,
                {
                    "compared_with": None if earlier is None else earlier.number,
                    "made_at": now().replace(" ", "T"),
                    "run_id": work.run_id,
                    "code_version": code_version(),
                    "inputs": inputs,
                    "loads": told_loads(loads),
                    "state": state_of_all,
                },
            )
        finally:
            # The build holds figures of files, settings and code; what people said is the state's.
            write_review_inputs(connection, None, [], [])
    finally:
        connection.close()
    logbook.event("review_written", number=review.number, compared_with=review.compared_with)
    return review
