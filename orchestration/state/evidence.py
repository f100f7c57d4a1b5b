"""Evidence: a stored result of each required check, for exactly one run and its inputs.

Publishing and delivering ask here and nowhere else. Missing, failed or borrowed evidence is a
refusal; a green run proves nothing. A check guards everything or one domain of what is published, as its row in
the seed says.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import PROJECT_ROOT
from orchestration.errors import StoppedError
from orchestration.state.store import State, now

REQUIRED_CHECKS_FILE = PROJECT_ROOT / "seeds" / "required_checks.csv"
# What a check guards when it guards all that is published and delivered, and the domain that is delivered.
EVERYTHING, WAITING_TIMES = "all", "waiting_times"
OF_THE_DELIVERY = frozenset({EVERYTHING, WAITING_TIMES})


@dataclass(frozen=True)
class ListedCheck:
    """A row of the seed: `domain` is `all`, or the one whose tables the check guards; `meaning` is Swedish."""

    check_id: str
    stage: str
    domain: str
    meaning: str


def listed_checks(path: Path = REQUIRED_CHECKS_FILE) -> list[ListedCheck]:
    """The checks that must have passed, in the seed's order."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            ListedCheck(row["check_id"], row["stage"], row["domain"], row["meaning"]) for row in csv.DictReader(handle)
        ]


def required_checks(domains: Collection[str] | None = None) -> list[str]:
    """Ids of the checks that must have passed for these domains, or of every listed one."""
    return [check.check_id for check in listed_checks() if domains is None or check.domain in domains]


def domain_of(check_id: str) -> str:
    """What a check guards; everything when the seed does not know it."""
    return next((check.domain for check in listed_checks() if check.check_id == check_id), EVERYTHING)


def record(state: State, check_id: str, run_id: str, inputs: str, period: str, is_passed: bool, detail: str) -> None:
    """Store a check's result; a later one of the same run takes its place."""
    state.execute(
        """
        insert into evidence (check_id, run_id, inputs, period, is_passed, detail, recorded_at)
        values (?, ?, ?, ?, ?, ?, ?)
        on conflict (check_id, run_id, period) do update set
            inputs = excluded.inputs, is_passed = excluded.is_passed,
            detail = excluded.detail, recorded_at = excluded.recorded_at
        """,
        [check_id, run_id, inputs, period, int(is_passed), detail, now()],
    )


def stands(state: State, check_id: str, inputs: str) -> bool:
    """Whether a check passed on these inputs when it was last made, in whichever run and for whichever period."""
    last = state.rows(
        "select inputs, is_passed from evidence where check_id = ? order by recorded_at desc, rowid desc limit 1",
        [check_id],
    )
    return bool(last and last[0]["inputs"] == inputs and last[0]["is_passed"])


def lacking(
    state: State, run_id: str, inputs: str, period: str, domains: Collection[str] = OF_THE_DELIVERY
) -> list[str]:
    """The checks of these domains that did not pass for this run, period and inputs, each with why, in Swedish."""
    found = {
        row["check_id"]: row
        for row in state.rows("select * from evidence where run_id = ? and period = ?", [run_id, period])
    }
    told = []
    for check_id in required_checks(domains):
        row = found.get(check_id)
        if row is None:
            told.append(f"{check_id}: har inte körts i denna körning")
        elif row["inputs"] != inputs:
            told.append(f"{check_id}: kördes på andra indata")
        elif not row["is_passed"]:
            told.append(f"{check_id}: {row['detail']}")
    return told


def demand(
    state: State,
    run_id: str,
    inputs: str,
    period: str,
    what: str,
    domains: Collection[str] = OF_THE_DELIVERY,
) -> None:
    """Raise StoppedError unless every check of these domains passed for this run, period and inputs.

    `what` names the act that is refused, in Swedish ("publicera").
    """
    told = lacking(state, run_id, inputs, period, domains)
    if told:
        raise StoppedError(
            f"Kan inte {what} {period}: " + "; ".join(told) + ".",
            f"Rätta orsaken och kör vardlager run --period {period} igen.",
        )
