"""The figures a clinic approves: read from the build, kept in the state, and guarded against change.

Rows of a unit that the register does not know have no clinic: they stand in the delivery's counts and in no
clinic's figures.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.state.store import Load, State, now

Figure = dict[str, Any]
_SHOWN_LOADS = 5


@dataclass(frozen=True)
class Clinic:
    """A clinic with rows in a period's delivery; `figures_hash` is one hash over its rows and figures."""

    clinic_id: str
    clinic_name: str
    figures_hash: str


@dataclass(frozen=True)
class ClinicFigures:
    """A clinic and the lines of its figures, as the model approval_figure describes them."""

    clinic: Clinic
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Renewed:
    """What a renewal left: clinics with rows, approvals that stand, and (clinic, why) of those withdrawn."""

    clinics: int
    standing: int
    withdrawn: tuple[tuple[Clinic, str], ...]


def read_clinics(connection: duckdb.DuckDBPyConnection, period: str) -> list[Clinic]:
    """The clinics with rows in the period's delivery, by id, with the hash of what they would approve."""
    return [
        Clinic(*row)
        for row in connection.execute(
            """
            select clinic_id, clinic_name, figures_hash from approval.approval_clinic
            where period = $1 order by clinic_id
            """,
            [period],
        ).fetchall()
    ]


def read_figures(connection: duckdb.DuckDBPyConnection, period: str) -> list[ClinicFigures]:
    """The clinics with rows in the period's delivery, by id, with every figure of theirs."""
    cursor = connection.execute(
        """
        select
            clinic_id, figure_kind, population, subject_id, case_id, severity, title, rows_count, numerator,
            denominator, share
        from approval.approval_figure
        where period = $1
        order by clinic_id, figure_kind, population, subject_id, case_id
        """,
        [period],
    )
    names = [column[0] for column in cursor.description]
    lines: dict[str, list[Figure]] = {}
    for row in cursor.fetchall():
        lines.setdefault(row[0], []).append(dict(zip(names[1:], row[1:], strict=True)))
    return [
        ClinicFigures(clinic, tuple(lines.get(clinic.clinic_id, ()))) for clinic in read_clinics(connection, period)
    ]


def _why(approved_loads: str, loads: Sequence[Load], is_gone: bool) -> str:
    """Why an approval does not hold: what was loaded after it, in Swedish."""
    known = set(json.loads(approved_loads))
    since = [load for load in loads if load.load_id not in known]
    lead = "kliniken har inga rader kvar" if is_gone else "klinikens rader eller siffror är andra"
    if not since:
        return f"{lead}; inget nytt är inläst, men regler, inställningar eller gällande filer har ändrats"
    shown = ", ".join(f"{load.file_name} (inläst {load.loaded_at})" for load in since[:_SHOWN_LOADS])
    rest = len(since) - _SHOWN_LOADS
    return f"{lead} efter {shown}" + (f" och {rest} till" if rest > 0 else "")


def renew_figures(
    state: State, period: str, run_id: str, inputs: str, found: Sequence[ClinicFigures], loads: Sequence[Load]
) -> Renewed:
    """Put the period's figures in place of the earlier ones, and withdraw what was approved of others.

    `loads` are those the figures rest on. All in one transaction: nobody meets new figures with an old approval.
    """
    by_id = {entry.clinic.clinic_id: entry.clinic for entry in found}
    moment = now()
    withdrawn: list[tuple[Clinic, str]] = []
    with state.transaction():
        state.execute("delete from clinic_figure where period = ?", [period])
        state.insert(
            "clinic_figure",
            [
                {
                    "period": period,
                    "clinic_id": entry.clinic.clinic_id,
                    "clinic_name": entry.clinic.clinic_name,
                    "run_id": run_id,
                    "inputs": inputs,
                    "figures_hash": entry.clinic.figures_hash,
                    "figures": json.dumps(entry.figures, ensure_ascii=False),
                    "recorded_at": moment,
                }
                for entry in found
            ],
        )
        standing = 0
        for row in state.rows(
            "select * from approval where period = ? and withdrawn_at is null order by clinic_id", [period]
        ):
            current = by_id.get(row["clinic_id"])
            if current is not None and current.figures_hash == row["figures_hash"]:
                standing += 1
                continue
            reason = _why(row["loads"], loads, is_gone=current is None)
            state.execute(
                "update approval set withdrawn_at = ?, withdrawn_reason = ? where approval_id = ?",
                [moment, reason, row["approval_id"]],
            )
            withdrawn.append((Clinic(row["clinic_id"], row["clinic_name"], row["figures_hash"]), reason))
    return Renewed(len(found), standing, tuple(withdrawn))
