"""The Swedish words of the lists: what a status, a phase or a yes is called, and how days and waits are written."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from orchestration.contracts import CARE, REGISTERS, load_contracts
from orchestration.reporting import wording

Row = Mapping[str, Any]

NOTHING: Final = "–"
NO_CLINIC: Final = "*"
NO_CLINIC_NAME: Final = "Utan klinik"
WORK_LIST_TITLE: Final = "Vårdgarantienhetens arbetslista"

STATUSES: Final = {"new": "Ny", "remaining": "Kvarstår", "fixed": "Åtgärdad", "accepted": "Godtagen"}
POPULATION_OF_ENTITY: Final = {"cosmic_vardkontakt": "Genomförd", "cosmic_vantelista": "Väntande"}
CARE_LEVELS: Final = {"S": "Specialiserad vård", "P": "Primärvård"}
PHASES: Final = {
    "1": "Första kontakt",
    "2": "Operation eller åtgärd",
    "3": "Undersökning",
    "4": "Återbesök",
    "5": "Akut kontakt",
}
BANDS: Final = {"passed": "Gränsen passerad", "within_30": "Inom 30 dagar"}
APPROVALS: Final = {
    "approved": "Godkänd",
    "withdrawn": "Godkännandet gäller inte längre",
    "missing": "Inte godkänd än",
    "not_needed": "Inget att godkänna",
}
_WEEKDAYS: Final = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


@cache
def _sources() -> Mapping[str, str]:
    return {entity: contract.description.split(":")[0] for entity, contract in load_contracts().items()}


def source_name(entity: str) -> str:
    """The Swedish term of a kind of file, as its contract says it; the entity's own name when it has none."""
    return _sources().get(entity) or entity


def named(table: Mapping[str, str], value: str | None) -> str:
    """The word for a code; the code itself when there is none, a dash when it is empty."""
    return table.get(value, value) if value else NOTHING


def yes_or_no(value: bool | None) -> str:
    """'Ja', 'Nej', or a dash when the question does not apply."""
    return NOTHING if value is None else "Ja" if value else "Nej"


def day(date: datetime.date) -> str:
    """'2024-08-16' as 'fredag 16 augusti 2024'."""
    return f"{_WEEKDAYS[date.weekday()]} {date.day} {wording.month(date.isoformat()[:7])}"


def clinic_name(row: Row) -> str:
    """The clinic's name, its id when it has no name, and 'Utan klinik' for rows of none."""
    if row["clinic_id"] == NO_CLINIC:
        return NO_CLINIC_NAME
    return str(row["clinic_name"] or row["clinic_id"])


def list_of(row: Row) -> str:
    """Which list a deviation's row stands on: 'Genomförd', 'Väntande', or the kind of file it came in."""
    entity = row["entity"]
    return POPULATION_OF_ENTITY.get(entity) or (source_name(entity) if entity else NOTHING)


def is_of_contacts(row: Row) -> bool:
    """Whether a rule, or a deviation of it, speaks of the care files or the registers, and not of other files."""
    return row["group_name"] in (CARE, REGISTERS)


def minute(moment: datetime.datetime | None) -> str | None:
    """A moment as '2024-07-01 10:00'."""
    return None if moment is None else moment.isoformat(sep=" ", timespec="minutes")


def discharged(row: Row) -> str | None:
    """When a stay ended, 'Pågår' when it has not; nothing when the deviation is of no stay."""
    return "Pågår" if row["admitted_at"] and not row["discharged_at"] else minute(row["discharged_at"])


def contact(row: Row) -> str:
    """The source's id of the contact; what the deviation is about when it is no single contact."""
    if row["contact_id"]:
        return str(row["contact_id"])
    if row["unit_id"]:
        return "Ingen enskild kontakt"
    return "Ingen klinik" if row["clinic_id"] == NO_CLINIC else "Hela kliniken"


def left_out(row: Row) -> str:
    """Whether the row goes with the national delivery: 'Utelämnas', 'Med', or why the question does not apply."""
    if row["is_left_out"]:
        return "Utelämnas"
    if row["contact_id"] is None:
        return NOTHING
    if row["care_level"] == "P":
        return "Ingår inte"
    return NOTHING if row["is_left_out"] is None else "Med"


def booked(row: Row) -> str:
    """Whether a waiting row has a time; a dash for one that is carried out."""
    return yes_or_no(row["is_booked"])


def start_or_booked(row: Row) -> str:
    """When the contact was carried out or is booked: '2024-07-03', 'Bokad 2024-08-20', 'Inte bokad', or a dash."""
    if row["start_date"] is not None:
        return str(row["start_date"])
    if row["is_booked"] is None:
        return NOTHING
    return f"Bokad {row['booked_date'] or ''}".rstrip() if row["is_booked"] else "Inte bokad"


def booked_in_time(row: Row) -> str:
    """When a waiting row is booked and whether in time: 'Nej', or the day with 'i tid' or 'för sent'."""
    if not row["is_booked"]:
        return "Nej"
    in_time = {True: ", i tid", False: ", för sent", None: ""}[row["is_booked_in_time"]]
    return f"{row['booked_date'] or 'Ja'}{in_time}"


def days_to_limit(days_left: int) -> str:
    """'12 dagar över' or '9 dagar kvar', of `days_left` (negative when the limit is passed)."""
    count = abs(days_left)
    unit = "dag" if count == 1 else "dagar"
    return f"{wording.spaced(count)} {unit} {'över' if days_left < 0 else 'kvar'}"


def approve_command(period: str, clinic_id: str, rule_id: str | None = None) -> str:
    """The command that approves a clinic's figures, or approves them and accepts one rule with a reason."""
    command = f'vardlager approve --period {period} --clinic {shlex.quote(clinic_id)} --by "NAMN"'
    return command if rule_id is None else f'{command} --accept {rule_id} "SKÄL"'


def effect(row: Row) -> str:
    """What happens to the rows that break a rule."""
    if row["severity"] == "block":
        return wording.SEVERITIES["block"]
    return wording.effect_of_rule(row)


def left_out_title(row: Row) -> str:
    """What a rule that leaves rows out finds, also when it is no fault and so no rule of the seed."""
    told = wording.LEFT_OUT_WITHOUT_FAULT.get(row["rule_id"], (NOTHING, ""))
    return str(row["title"] or told[0])


def left_out_effect(row: Row) -> str:
    """What it does to a row that it leaves it out."""
    told = wording.LEFT_OUT_WITHOUT_FAULT.get(row["rule_id"])
    return told[1] if told else named(wording.EFFECTS, row["effect"])
