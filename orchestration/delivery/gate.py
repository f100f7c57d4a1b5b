"""The gate before a delivery: everything that stops it, told at once.

The override (`--approve-all`) stands in for approvals and for the rules that the seed marks as overridable. It
never stands in for evidence, for a group that is not whole, or for any other deviation that stops the delivery.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration.approval.approvals import ClinicState, Standing, clinic_states
from orchestration.approval.figures import read_clinics
from orchestration.contracts import CARE, REGISTERS
from orchestration.errors import InputRefusedError, StoppedError
from orchestration.state import evidence
from orchestration.state.current import complete_periods, has_registers
from orchestration.state.domains import stopping_domains
from orchestration.state.evidence import WAITING_TIMES
from orchestration.state.store import State
from orchestration.work import Work


@dataclass(frozen=True)
class Gate:
    """What stands before a delivery, each a line in Swedish, and the approvals it would rest on.

    `unproven`: required checks without a passed result of this run and these inputs. `unwhole`: groups that
    are not loaded and whole. `blocking`: deviations that stop the delivery. `lacking`: clinics without an
    approval of exactly these figures; empty when an override covers them. `overridden`: what an override
    covers, so that it is told. `content_hash` tells what would be delivered from any other content; empty, and so
    that of no delivery, when the build is unproven.
    """

    period: str
    unproven: tuple[str, ...]
    unwhole: tuple[str, ...]
    blocking: tuple[str, ...]
    lacking: tuple[str, ...]
    approvals: tuple[Standing, ...]
    overridden: tuple[str, ...] = ()
    content_hash: str = ""

    @property
    def hindrances(self) -> tuple[str, ...]:
        """Everything that stops the delivery."""
        return (*self.unproven, *self.unwhole, *self.blocking, *self.lacking)

    @property
    def next_step(self) -> str:
        """What to do about what lacks, in Swedish."""
        steps = []
        if self.unproven:
            steps.append(f"rätta orsaken och kör vardlager run --period {self.period} igen")
        if self.unwhole:
            steps.append("rätta filerna och läs in perioden igen, eller ta bort de avvisade filerna ur inkorgen")
        if self.blocking:
            steps.append(
                "se avvikelserna med vardlager sql \"select * from quality.deviations where severity = 'block'\""
            )
        if self.lacking:
            steps.append(
                f"låt klinikerna godkänna (vardlager approve --period {self.period} --clinic HSAID --by NAMN), "
                f'eller ange skälet att leverera ändå (vardlager deliver --period {self.period} --approve-all "skäl")'
            )
        told = "; ".join(steps)
        return f"{told[:1].upper()}{told[1:]}."

    def demand_open(self) -> None:
        """Raise unless nothing stops the delivery: InputRefusedError for a group, StoppedError otherwise."""
        if not self.hindrances:
            return
        lines = "".join(f"\n  - {line}" for line in self.hindrances)
        error = InputRefusedError if self.unwhole and not self.unproven else StoppedError
        raise error(f"Kan inte leverera {self.period}:{lines}", self.next_step)


def _unwhole(state: State, work: Work) -> list[str]:
    """Groups of the delivery that are not loaded, or of which the latest that was handed over is not."""
    told = {
        row["group_name"]: f"gruppen {row['group_name']} är inte inläst som den senast lämnades: {row['message']}"
        for row in state.rows(
            """
            select group_name, message from period_group
            where period = ? and state <> 'complete' and group_name in (?, ?) order by group_name
            """,
            [work.period, CARE, REGISTERS],
        )
    }
    current = state.loads("current")
    if (work.period, CARE) not in complete_periods(work.contracts, current):
        told.setdefault(CARE, f"gruppen {CARE} är inte inläst")
    if not has_registers(work.contracts, current):
        told.setdefault(REGISTERS, f"gruppen {REGISTERS} är inte inläst")
    return [told[group] for group in sorted(told)]


def _blocking(connection: duckdb.DuckDBPyConnection, period: str, is_overridable: bool) -> list[str]:
    """Deviations of the period that stop the delivery, of the rules that an override covers or of the others.

    A rule that the seed does not know is never covered.
    """
    return [
        f"{rule_id} {title}: {who}, {count} st"
        for rule_id, title, who, count in connection.execute(
            """
            select
                deviation.rule_id,
                coalesce(rule.title, '') as title,
                coalesce(clinic.clinic_name || ' (' || deviation.clinic_id || ')', deviation.clinic_id, 'regionen'),
                count(*)
            from quality.deviations as deviation
            left join reference.rules as rule
                on deviation.rule_id = rule.rule_id and deviation.effect_case = rule.effect_case
            left join approval.approval_clinic as clinic
                on clinic.period = $1 and deviation.clinic_id = clinic.clinic_id
            where
                deviation.severity = 'block' and deviation.period = $1
                and coalesce(rule.is_overridable, false) = $2
            group by 1, 2, 3
            order by 1, 3, 2
            """,
            [period, is_overridable],
        ).fetchall()
    ]


def _content_hash(connection: duckdb.DuckDBPyConnection, period: str) -> str:
    """One hash over all that would be delivered of the period, or left out of it."""
    rows = connection.execute(
        "select content_hash from delivery.delivery_content where period = $1", [period]
    ).fetchall()
    if not rows:
        raise StoppedError(
            f"Bygget säger inte vad som ska levereras av {period}.", f"Kör vardlager validate --period {period}."
        )
    return str(rows[0][0])


def _lacking(states: list[ClinicState]) -> list[str]:
    """Clinics without an approval of what stands in the build; nobody at all is no consent either."""
    if not states:
        return ["ingen klinik har rader att godkänna i leveransen"]
    return [entry.in_words() for entry in states if not entry.is_approved]


def examine_gate(state: State, work: Work, inputs: str) -> Gate:
    """What stops the period's delivery now.

    The approvals are held against hashes read from the very build that the package is made of. Without
    evidence the build proves nothing, and is not asked.
    """
    guarding = stopping_domains(work.contracts, state.loads("current"), work.period)
    unproven = tuple(evidence.lacking(state, work.run_id, inputs, work.period, guarding))
    unwhole = tuple(_unwhole(state, work))
    # Without care its suites have not been run, and the build holds nothing of it to ask for.
    if unproven or WAITING_TIMES not in guarding:
        return Gate(work.period, unproven, unwhole, (), (), ())
    connection = work.connect_build(read_only=True)
    try:
        clinics = read_clinics(connection, work.period)
        blocking = _blocking(connection, work.period, is_overridable=False)
        overridable = _blocking(connection, work.period, is_overridable=True)
        content_hash = _content_hash(connection, work.period)
    finally:
        connection.close()
    states = clinic_states(state, work.period, clinics)
    covered = (*overridable, *_lacking(states))
    is_overridden = bool(work.override_reason)
    return Gate(
        work.period,
        unproven,
        unwhole,
        blocking=tuple(blocking) if is_overridden else tuple(sorted((*blocking, *overridable))),
        lacking=() if is_overridden else tuple(_lacking(states)),
        approvals=tuple(entry.standing for entry in states if entry.standing is not None and entry.is_approved),
        overridden=covered if is_overridden else (),
        content_hash=content_hash,
    )
