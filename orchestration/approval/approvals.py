"""A clinic's word on exactly its figures: given, taken back, and asked for. Works on the state alone."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from orchestration import logbook
from orchestration.approval.figures import Clinic, Figure
from orchestration.approval.rules import Rule, read_rules
from orchestration.contracts import Contract
from orchestration.errors import StoppedError, UsageError
from orchestration.privacy import mask_identities
from orchestration.settings import Home, Region
from orchestration.state import evidence
from orchestration.state.current import inputs_fingerprint, readable_loads
from orchestration.state.lock import writing
from orchestration.state.store import State, now, open_state

REPLACED = "ersatt av nytt godkännande"
# How the reason begins when a person takes an approval back: what was accepted with it is then accepted no more.
TAKEN_BACK = "taget tillbaka av"


@dataclass(frozen=True)
class Standing:
    """An approval that nobody and nothing has withdrawn; `accepted` holds (rule id, reason)."""

    approval_id: int
    clinic: Clinic
    approved_by: str
    approved_at: datetime.datetime
    accepted: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ClinicState:
    """Where a clinic of a period stands: its approval, or why the last one was withdrawn."""

    clinic: Clinic
    standing: Standing | None
    withdrawn_reason: str | None

    @property
    def is_approved(self) -> bool:
        """Whether the approval that stands is of these figures."""
        return self.standing is not None and self.standing.clinic.figures_hash == self.clinic.figures_hash

    @property
    def lack(self) -> str:
        """Why the clinic has not approved, in Swedish; empty when it has."""
        if self.is_approved:
            return ""
        if self.standing is not None:
            return "godkännandet gäller andra siffror än de som nu är räknade"
        if self.withdrawn_reason is not None:
            return f"godkännandet återtaget: {self.withdrawn_reason}"
        return "godkännande saknas"

    def in_words(self) -> str:
        """The clinic and what it lacks, in Swedish."""
        return f"{self.clinic.clinic_name} ({self.clinic.clinic_id}): {self.lack or 'godkänt'}"


@dataclass(frozen=True)
class Given:
    """An approval just given, the figures it is of, and the clinics of the period that remain.

    `lapsed` holds (rule id, reason) of what the clinic had accepted before and does not accept now.
    """

    period: str
    standing: Standing
    figures: tuple[Figure, ...]
    remaining: tuple[ClinicState, ...]
    lapsed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TakenBack:
    """What taking back an approval came to: whether there was one, and the clinics that remain."""

    period: str
    clinic: Clinic
    had_one: bool
    remaining: tuple[ClinicState, ...]


def standing_approvals(state: State, period: str) -> dict[str, Standing]:
    """The approvals of a period that stand, by clinic id."""
    accepted: dict[int, list[tuple[str, str]]] = {}
    for row in state.rows(
        """
        select acceptance.approval_id, acceptance.rule_id, acceptance.reason
        from acceptance inner join approval on approval.approval_id = acceptance.approval_id
        where approval.period = ? and approval.withdrawn_at is null
        order by acceptance.approval_id, acceptance.rule_id
        """,
        [period],
    ):
        accepted.setdefault(row["approval_id"], []).append((row["rule_id"], row["reason"]))
    return {
        row["clinic_id"]: Standing(
            approval_id=row["approval_id"],
            clinic=Clinic(row["clinic_id"], row["clinic_name"], row["figures_hash"]),
            approved_by=row["approved_by"],
            approved_at=datetime.datetime.fromisoformat(row["approved_at"]),
            accepted=tuple(accepted.get(row["approval_id"], ())),
        )
        for row in state.rows(
            "select * from approval where period = ? and withdrawn_at is null order by clinic_id", [period]
        )
    }


def _accepted_before(state: State, period: str, clinic_id: str) -> list[tuple[str, str]]:
    """(rule id, reason) of the clinic's latest approval of the period, unless a person took it back."""
    latest = state.rows(
        "select approval_id, withdrawn_reason from approval where period = ? and clinic_id = ? "
        "order by approval_id desc limit 1",
        [period, clinic_id],
    )
    if not latest or (latest[0]["withdrawn_reason"] or "").startswith(TAKEN_BACK):
        return []
    return [
        (row["rule_id"], row["reason"])
        for row in state.rows(
            "select rule_id, reason from acceptance where approval_id = ? order by rule_id", [latest[0]["approval_id"]]
        )
    ]


def clinic_states(state: State, period: str, clinics: Sequence[Clinic]) -> list[ClinicState]:
    """Where each of these clinics stands, in their order."""
    standing = standing_approvals(state, period)
    reasons = {
        row["clinic_id"]: row["withdrawn_reason"]
        for row in state.rows(
            "select clinic_id, withdrawn_reason from approval where period = ? order by approval_id", [period]
        )
    }
    return [ClinicState(clinic, standing.get(clinic.clinic_id), reasons.get(clinic.clinic_id)) for clinic in clinics]


def _kept(state: State, period: str) -> dict[str, sqlite3.Row]:
    return {
        row["clinic_id"]: row
        for row in state.rows("select * from clinic_figure where period = ? order by clinic_name, clinic_id", [period])
    }


def known_clinics(state: State, period: str) -> list[Clinic]:
    """The clinics whose figures of the period are kept, by name."""
    return [Clinic(row["clinic_id"], row["clinic_name"], row["figures_hash"]) for row in _kept(state, period).values()]


def remaining_clinics(state: State, period: str) -> tuple[ClinicState, ...]:
    """The clinics of the period that have not approved the figures that are kept."""
    return tuple(entry for entry in clinic_states(state, period, known_clinics(state, period)) if not entry.is_approved)


def _demand_figures(kept: Mapping[str, sqlite3.Row], period: str) -> None:
    if not kept:
        raise UsageError(
            f"Det finns inga siffror att godkänna för {period}.", f"Kör vardlager validate --period {period}."
        )


def _demand_known(kept: Mapping[str, sqlite3.Row], period: str, clinic_id: str) -> sqlite3.Row:
    if clinic_id not in kept:
        told = ", ".join(f"{row['clinic_id']} ({row['clinic_name']})" for row in kept.values())
        raise UsageError(f"Kliniken {clinic_id!r} har inget att godkänna i {period}.", f"Välj en av {told}.")
    return kept[clinic_id]


def _words(text: str, what: str) -> str:
    """What a person typed: on one line, identities masked. UsageError when nothing is left."""
    shown = mask_identities(" ".join(text.split()))
    if not shown:
        raise UsageError(f"{what} är tomt.", "Skriv vem som godkänner, och varför en regel godtas.")
    return shown


def _acceptances(accepted: Sequence[tuple[str, str]], rules: Mapping[str, Rule]) -> dict[str, str]:
    """Reason by rule id; UsageError for a rule that is unknown, stops the delivery, or is named twice."""
    reasons: dict[str, str] = {}
    for written, reason in accepted:
        rule_id = written.strip().upper()
        if rule_id not in rules:
            known = ", ".join(sorted(rule.rule_id for rule in rules.values() if not rule.is_blocking))
            raise UsageError(f"Regeln {written!r} finns inte.", f"Välj en av {known}.")
        if rules[rule_id].is_blocking:
            raise UsageError(
                f"{rule_id} ({rules[rule_id].title}) stoppar leveransen och kan inte godtas av en klinik.",
                "Rätta orsaken och läs in perioden igen.",
            )
        if rule_id in reasons:
            raise UsageError(f"Regeln {rule_id} är angiven två gånger.", "Ange ett skäl för varje regel.")
        reasons[rule_id] = _words(reason, f"Skälet för {rule_id}")
    return reasons


@contextmanager
def _state_of(home: Home, period: str) -> Iterator[State]:
    if not home.state_file.exists():
        _demand_figures({}, period)
    with open_state(home.state_file) as state:
        yield state


def _demand_proven(state: State, row: sqlite3.Row, period: str, inputs: str) -> None:
    """Figures of other inputs than today's, or of an unproven run, are nobody's to approve."""
    next_step = f"Kör vardlager validate --period {period}, se siffrorna och godkänn sedan."
    if row["inputs"] != inputs:
        raise StoppedError(
            f"Siffrorna för {period} räknades {row['recorded_at']} på annat än det som nu gäller "
            "(filer, inställningar eller regler).",
            next_step,
        )
    lacking = evidence.lacking(state, row["run_id"], inputs, period)
    if lacking:
        raise StoppedError(f"Siffrorna för {period} är inte validerade: {'; '.join(lacking)}.", next_step)


def approve(
    home: Home,
    region: Region,
    contracts: Mapping[str, Contract],
    period: str,
    clinic_id: str,
    by: str,
    accepted: Sequence[tuple[str, str]],
    say: Callable[[str], None],
) -> Given:
    """Let a clinic approve exactly the figures that are kept of it; an earlier approval is replaced.

    `accepted` holds (rule id, reason) of what is known and left as it is. Raises UsageError for a period
    without figures, an unknown clinic or rule, a rule that stops the delivery, or an empty name or reason;
    StoppedError when the figures are not those of the current inputs or are not proven.
    """
    with _state_of(home, period) as state:
        before = _kept(state, period)
        _demand_figures(before, period)
        seen = _demand_known(before, period, clinic_id)
    name = _words(by, "Namnet")
    reasons = _acceptances(accepted, read_rules())
    with writing(home, f"godkännande {period}", say), _state_of(home, period) as state, state.transaction():
        row = _kept(state, period).get(clinic_id)
        if row is None or row["figures_hash"] != seen["figures_hash"]:
            raise StoppedError(
                f"Siffrorna för {period} räknades om medan godkännandet väntade på en annan körning.",
                "Se de nya siffrorna och godkänn sedan.",
            )
        loads = readable_loads(contracts, state.loads("current"))
        _demand_proven(state, row, period, inputs_fingerprint(loads, region))
        moment = now()
        before_it = _accepted_before(state, period, clinic_id)
        _withdraw(state, period, clinic_id, REPLACED, moment)
        state.insert(
            "approval",
            [
                {
                    "period": period,
                    "clinic_id": clinic_id,
                    "clinic_name": row["clinic_name"],
                    "approved_by": name,
                    "approved_at": moment,
                    "figures_hash": row["figures_hash"],
                    "figures": row["figures"],
                    "loads": json.dumps([load.load_id for load in loads]),
                }
            ],
        )
        approval_id = standing_approvals(state, period)[clinic_id].approval_id
        state.insert(
            "acceptance",
            [{"approval_id": approval_id, "rule_id": rule_id, "reason": reason} for rule_id, reason in reasons.items()],
        )
        given = Given(
            period,
            standing_approvals(state, period)[clinic_id],
            tuple(json.loads(row["figures"])),
            remaining_clinics(state, period),
            tuple((rule_id, told) for rule_id, told in before_it if rule_id not in reasons),
        )
    logbook.event("approved", clinic_id=clinic_id, approved_by=name, accepted=reasons)
    return given


def _withdraw(state: State, period: str, clinic_id: str, reason: str, moment: str) -> None:
    state.execute(
        """
        update approval set withdrawn_at = ?, withdrawn_reason = ?
        where period = ? and clinic_id = ? and withdrawn_at is null
        """,
        [moment, reason, period, clinic_id],
    )


def take_back(home: Home, period: str, clinic_id: str, by: str, say: Callable[[str], None]) -> TakenBack:
    """Withdraw a clinic's approval of the period, whatever has become of the figures since.

    Raises UsageError for a clinic that neither has rows nor ever approved, and for an empty name.
    """
    name = _words(by, "Namnet")
    with writing(home, f"godkännande {period}", say), _state_of(home, period) as state, state.transaction():
        standing = standing_approvals(state, period).get(clinic_id)
        kept = _kept(state, period)
        if standing is None:
            _demand_figures(kept, period)
            _demand_known(kept, period, clinic_id)
        clinic = (
            standing.clinic
            if standing is not None
            else Clinic(clinic_id, kept[clinic_id]["clinic_name"], kept[clinic_id]["figures_hash"])
        )
        reason = f"{TAKEN_BACK} {name}"
        _withdraw(state, period, clinic_id, reason, now())
        taken_back = TakenBack(period, clinic, standing is not None, remaining_clinics(state, period))
    if taken_back.had_one:
        logbook.event("approval_withdrawn", clinic_id=clinic_id, reason=reason)
    return taken_back
