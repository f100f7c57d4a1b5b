"""Months that are done, and what they rested on: so that a run of many months goes on where it was.

A month is done as long as its basis is what it was: the files it reads (its own and earlier periods', with
the registers among them), the settings, the code, the override, and the approvals that its delivery asks for.
A register of a later period is no part of it: the build brings its effect into earlier periods' rows by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.contracts import Contract
from orchestration.privacy import mask_identities
from orchestration.settings import Region
from orchestration.state.current import inputs_fingerprint, readable_loads
from orchestration.state.store import State, now

# (file name, sha256 of its content) of files in a period's inbox.
Files = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class FinishedMonth:
    """A job of a month that succeeded: its basis, the files its inbox held beside the current loads, and what it
    refused, a line each."""

    period: str
    job: str
    run_id: str
    basis: str
    inbox: Files
    refused: tuple[str, ...]


def month_basis(
    state: State, contracts: Mapping[str, Contract], region: Region, period: str, override_reason: str
) -> str:
    """What the month would rest on now, as one sha256."""
    loads = [load for load in readable_loads(contracts, state.loads("current")) if load.period <= period]
    approvals = state.rows(
        "select clinic_id, approval_id from approval where period = ? and withdrawn_at is null order by 1", [period]
    )
    content = {
        "inputs": inputs_fingerprint(loads, region),
        "approvals": [tuple(row) for row in approvals],
        "override": mask_identities(override_reason),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8")).hexdigest()


def beside_current(state: State, period: str, files: Files) -> Files:
    """Of the inbox's files, those that are not what is loaded and current."""
    return files - {(load.file_name, load.sha256) for load in state.loads("current", period=period)}


def has_news(state: State, period: str, known: Files, present: Files) -> bool:
    """Whether the inbox holds what the month has not seen.

    `known` and `present` are the files beside the current loads, then and now. While a group of the period waits
    or stands refused, a file that was taken away is news too: its group is let go.
    """
    unsettled = state.rows("select 1 from period_group where period = ? and state <> 'complete'", [period])
    return present != known if unsettled else not present <= known


def finished_month(state: State, period: str, job: str) -> FinishedMonth | None:
    """The month as it was finished, None when it was not or was begun again since."""
    for row in state.rows("select * from finished_month where period = ? and job = ?", [period, job]):
        return FinishedMonth(
            period=row["period"],
            job=row["job"],
            run_id=row["run_id"],
            basis=row["basis"],
            inbox=frozenset((name, sha256) for name, sha256 in json.loads(row["inbox"])),
            refused=tuple(json.loads(row["refused"])),
        )
    return None


def forget_finished(state: State, period: str, job: str) -> None:
    """The month is begun again: until it is finished, nothing says that it is."""
    state.execute("delete from finished_month where period = ? and job = ?", [period, job])


def note_finished(state: State, month: FinishedMonth) -> None:
    """Write down that the month is done."""
    with state.transaction():
        forget_finished(state, month.period, month.job)
        state.insert(
            "finished_month",
            [
                {
                    "period": month.period,
                    "job": month.job,
                    "run_id": month.run_id,
                    "basis": month.basis,
                    "inbox": json.dumps(sorted(month.inbox)),
                    "refused": json.dumps(month.refused, ensure_ascii=False),
                    "finished_at": now(),
                }
            ],
        )
