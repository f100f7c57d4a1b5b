"""What the review is made of, planted by hand, and what each of its models must then hold, counted by hand.

The relations below the review are exchanged for these rows (recomputing.py): nothing rests on other planted worlds.
Clinics are called EYE, EAR, NOSE and THROAT, and units, contacts and rows by what they are there for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from tests.python.warehouse.recomputing import Check, Recomputing

Values = tuple[Any, ...]
DONE, LIST = "cosmic_vardkontakt", "cosmic_vantelista"
MAY, APRIL, MAY_BEFORE = "2022-05", "2022-04", "2021-05"
TEN, FIFTEEN, SIXTEEN = date(2022, 5, 10), date(2022, 5, 15), date(2022, 5, 16)
LAST = date(2022, 5, 31)
NEVER = date(9999, 12, 31)
NOON = datetime(2022, 6, 10, 12)


def relation(columns: str, rows: Sequence[Values]) -> str:
    """A query of these rows, with columns of these names and types (`name type, name type`)."""
    named = [column.strip().split(" ", 1) for column in columns.split(",")]

    def text(value: Any) -> str:
        if value is None:
            return "null"
        return str(value) if isinstance(value, (bool, int, float)) else "'" + str(value).replace("'", "''") + "'"

    places = [f"cast(column{place} as {kind}) as {name}" for place, (name, kind) in enumerate(named)]
    if not rows:
        return "select " + ", ".join(f"cast(null as {kind}) as {name}" for name, kind in named) + " where false"
    lines = ", ".join("(" + ", ".join(map(text, row)) + ")" for row in rows)
    names = ", ".join(f"column{place}" for place in range(len(named)))
    return f"select {', '.join(places)} from (values {lines}) as planted ({names})"


ROW_COLUMNS = (
    "period varchar, entity varchar, source_line bigint, row_state varchar, event_date date, contact_id varchar, "
    "contact_key varchar, clinic_id varchar, unit_id varchar, unit_key varchar, care_level varchar, phase varchar, "
    "mvo_code varchar, activity_code varchar, decision_date date, started_at timestamp, booked_at timestamp, "
    "target_date date, wait_days integer, limit_days integer, is_in_guarantee boolean, is_disqualified boolean, "
    "is_undeliverable boolean"
)
_DEFAULTS: dict[str, Any] = {
    "period": MAY, "clinic_id": "EYE", "unit_id": "E1", "unit_key": "E1 old", "care_level": "S", "phase": "1",
    "mvo_code": "511", "activity_code": None, "decision_date": date(2022, 5, 1), "started_at": None,
    "booked_at": None, "target_date": None, "wait_days": 9, "limit_days": 90, "is_in_guarantee": True,
    "is_disqualified": False, "is_undeliverable": False,
}  # fmt: skip


def _row(entity: str, line: int, state: str, contact: str, **values: Any) -> Values:
    day = values.pop("day", TEN if entity == DONE else LAST)
    known = {
        **_DEFAULTS, "entity": entity, "source_line": line, "row_state": state, "event_date": day,
        "contact_id": contact, "contact_key": contact, "started_at": day if entity == DONE else None, **values,
    }  # fmt: skip
    return tuple(known[column.split()[0]] for column in ROW_COLUMNS.split(", "))


NEW_KEY: dict[str, Any] = {"unit_key": "E1 new"}
EAR: dict[str, Any] = {"clinic_id": "EAR", "unit_id": "R1", "unit_key": "R1"}
LEFT: dict[str, Any] = {"is_undeliverable": True}


def _listed(line: int, name: str, wait: int, **values: Any) -> Values:
    """An entry that waits, decided so many days before the period's last."""
    decided = date.fromordinal(LAST.toordinal() - wait)
    return _row(LIST, line, "waiting", name, wait_days=wait, decision_date=decided, **values)


ROWS = [
    _row(DONE, 2, "completed", "sound"),
    _row(DONE, 3, "completed", "new", **LEFT),
    _row(DONE, 4, "completed", "stays", day=FIFTEEN, is_disqualified=True),
    _row(DONE, 5, "completed", "taken", day=SIXTEEN, **NEW_KEY, **LEFT),
    _row(DONE, 6, "completed", "primary", care_level="P", **LEFT),
    _row(DONE, 7, "completed", "unknown unit", clinic_id=None, unit_id="X9", unit_key=None, **LEFT),
    _row(DONE, 8, "completed", "ear", **EAR, **LEFT),
    _row(DONE, 9, "not_carried_out", "waits again", day=date(2022, 5, 1), **LEFT),
    _row(DONE, 10, "not_carried_out", "last day", day=LAST, **NEW_KEY),
    _row(DONE, 11, "not_carried_out", "day before", day=date(2022, 4, 30)),
    _row(DONE, 12, "not_carried_out", "day after", day=date(2022, 6, 1)),
    _row(DONE, 13, "not_carried_out", "removed", day=date(2022, 5, 1)),
    _row(DONE, 14, "completed", "nose", clinic_id="NOSE", unit_id="N1", unit_key=None),
    _row(DONE, 15, "completed", "throat", clinic_id="THROAT", unit_id="T1", unit_key=None),
    _row(DONE, 2, "completed", "of April", period=APRIL, clinic_id="GONE", **LEFT),
    _row(LIST, 2, "waiting", "waits new", booked_at=datetime(2022, 6, 3, 9), **LEFT),
    _row(LIST, 3, "corrected", "corrected alone", booked_at=datetime(2022, 6, 3, 9), **LEFT),
    _row(LIST, 4, "corrected", "corrected fixed"),
    _row(LIST, 5, "waiting", "waits again"),
    _row(LIST, 7, "corrected", "corrected unbooked"),
    _row(LIST, 6, "removed", "removed"),
    _listed(20, "thirty days left", 60, booked_at=datetime(2022, 6, 30, 23, 59)),
    _listed(21, "thirty-one days left", 59),
    _listed(22, "no day left", 90, booked_at=datetime(2022, 6, 1)),
    _listed(23, "a day past", 91, **EAR, is_in_guarantee=False),
    _listed(24, "thirty past", 120, limit_days=30),
    _listed(25, "without limit", 100, limit_days=None),
    _listed(26, "of no measure", 100),
    _listed(27, "strictest of two", 80, limit_days=70),
    _listed(28, "long ago", 366),
    _listed(29, "between bands", 200),
]  # fmt: skip

UNITS = [
    ("E1 old", "E1", "Ögon före", "EYE", "Ögonkliniken", "Norra", date(2015, 1, 1), FIFTEEN),
    ("E1 new", "E1", "Ögon efter", "EYE", "Ögonkliniken Nord", "Norra", SIXTEEN, NEVER),
    # Later in the alphabet, and after the period.
    ("E2", "E2", "Ögon två", "EYE", "Ögonkliniken Syd", "Norra", SIXTEEN, NEVER),
    ("E3", "E3", "Ögon tre", "EYE", "Framtidens ögonklinik", "Norra", date(2022, 6, 1), NEVER),
    ("R1", "R1", "Öron", "EAR", "Öronkliniken", "Södra", date(2015, 1, 1), LAST),
    ("N1", "N1", "Näsa", "NOSE", "Näskliniken", "Södra", LAST, NEVER),
]

DEVIATION_COLUMNS = (
    "period varchar, rule_id varchar, effect_case varchar, severity varchar, effect varchar, entity varchar, "
    "clinic_id varchar, unit_id varchar, contact_key varchar, source_line bigint, detail varchar, stay_number integer, "
    "event_date date"
)


def _found(rule: str, case: str, entity: str | None, line: int | None, detail: str = "Fel.", **values: Any) -> Values:
    known: dict[str, Any] = {
        "severity": "fix", "effect": "L", "clinic_id": "EYE", "unit_id": "E1", "period": MAY, "contact_key": None,
        "stay_number": None, "event_date": None,
    }  # fmt: skip
    known |= {"rule_id": rule, "effect_case": case, "entity": entity, "source_line": line, "detail": detail, **values}
    return tuple(known[column.split()[0]] for column in DEVIATION_COLUMNS.split(", "))


QUARANTINED = "Rad {} i filen lästes inte in. kon: okänd kod."
JUMP = "{} genomförda rader mot {} samma månad i fjol."
EMPTY = "Rad {} i filen lästes inte in. start_tid: tomt fält."
TOO_MANY = "{} av {} väntande rader är utelämnade ur leveransen."
DEVIATIONS = [
    _found("A12", "unknown", DONE, 3),
    _found("A12", "unknown", DONE, 4),
    _found("A12", "unknown", DONE, 5),
    _found("A12", "unknown", LIST, 2),
    _found("A01", "missing", DONE, 4, effect="D"),
    _found("A13", "superfluous", DONE, 2, severity="info", effect="-"),
    _found("A13", "superfluous", DONE, 4, severity="info", effect="-"),
    _found("A27", "malformed", DONE, 6),
    _found("E01", "unknown", DONE, 7, clinic_id=None, unit_id="X9"),
    _found("A05", "repeated", DONE, 8, effect="D", clinic_id="EAR", unit_id="R1"),
    _found("A38", "too_many", LIST, None, TOO_MANY.format(7, 20), severity="block", effect="-", unit_id=None),
    _found("A37", "quarantined", DONE, 101, QUARANTINED.format(101), effect="-"),
    _found("A37", "quarantined", DONE, 102, QUARANTINED.format(102), effect="-"),
    _found("A37", "quarantined", DONE, 103, EMPTY.format(103), effect="-"),
    # Of a clinic's month as a whole, in no file.
    _found("A32", "jump", None, None, JUMP.format(63, 41), effect="-", clinic_id="NOSE", unit_id=None),
    _found("A32", "jump", None, None, JUMP.format(24, 9), effect="-", clinic_id="EAR", unit_id=None),
    # A clinic that only informs has a list too.
    _found("A40", "other_region", DONE, 999, severity="info", effect="-", clinic_id="INFO", unit_id=None),
    _found("A12", "unknown", DONE, 3, period=APRIL),
    _found("A12", "unknown", DONE, 4, period=APRIL),
    _found("A30", "outside", DONE, 5, period=APRIL, effect="D"),
    _found("A12", "unknown", DONE, 6, period=APRIL, clinic_id="GONE"),
    _found("A12", "unknown", DONE, 3, period=MAY_BEFORE),
    _found("A02", "negative", DONE, 3, period="2022-03"),
    # Another case of a rule, and another rule with a case of the same name.
    _found("A13", "missing", DONE, 2),
    _found("E01", "unknown", DONE, 3, period=APRIL),
    _found("E01", "unknown", DONE, 9, period=MAY_BEFORE, clinic_id=None),
]

TOLD_COLUMNS = (
    "clinic_id varchar, rule_id varchar, effect_case varchar, severity varchar, effect varchar, status varchar, "
    "entity varchar, contact_id varchar, unit_id varchar, unit_name varchar, care_level varchar, phase varchar, "
    "mvo_code varchar, decision_date date, start_date date, booked_date date, is_booked boolean, target_date date, "
    "wait_days bigint, is_left_out boolean, stay_number integer, admitted_at timestamp, discharged_at timestamp, "
    "event_date date, detail varchar, sort_order bigint"
)


def _told(number: int, rule: str, case: str, entity: str | None, contact: str | None, **values: Any) -> Values:
    known: dict[str, Any] = {
        "clinic_id": "EYE", "severity": "fix", "effect": "L", "status": "new", "unit_id": "E1", "unit_name": "Då",
        "care_level": "S", "phase": "3", "mvo_code": "511", "decision_date": TEN, "start_date": TEN,
        "booked_date": None, "is_booked": None, "target_date": None, "wait_days": 1, "is_left_out": True,
        "stay_number": None, "admitted_at": None, "discharged_at": None, "event_date": None,
        "detail": "Då.", "rule_id": rule, "effect_case": case, "entity": entity, "contact_id": contact,
        "sort_order": number, **values,
    }  # fmt: skip
    return tuple(known[column.split()[0]] for column in TOLD_COLUMNS.split(", "))


EARLIER = [
    # What stands still: by contact, by the clinic's words without their numbers, by the n-th of the same words.
    _told(1, "A12", "unknown", DONE, "stays"),
    _told(2, "A12", "unknown", DONE, "taken", status="remaining"),
    _told(3, "A38", "too_many", LIST, None, severity="block", unit_id=None, detail=TOO_MANY.format(9, 21)),
    _told(4, "A37", "quarantined", DONE, None, detail=QUARANTINED.format(55)),
    # What was fixed then already stands no more.
    _told(5, "A12", "unknown", DONE, "new", status="fixed"),
    # Alike but for one thing: another rule, case, file, place; all are fixed.
    _told(6, "A99", "unknown", DONE, "new"),
    _told(7, "A12", "another", DONE, "new"),
    _told(8, "A12", "unknown", LIST, "new"),
    _told(9, "A37", "quarantined", DONE, None, detail=QUARANTINED.format(9), unit_id="E7"),
    _told(10, "A37", "quarantined", DONE, None, detail="Rad 56 i filen lästes inte in. mvo: tomt fält."),
    # Fixed, but the row is left out by another rule; or it is of the other file.
    _told(11, "A26", "impossible", DONE, "stays", status="accepted"),
    _told(12, "A26", "impossible", LIST, "stays", is_booked=False),
    _told(13, "A09", "deceased", LIST, "corrected fixed", is_booked=True),
    _told(14, "A09", "deceased", DONE, "corrected alone"),
    _told(15, "A09", "deceased", LIST, "gone", clinic_id="CLOSED"),
    # Three of the same words, of which two are left.
    _told(16, "A37", "quarantined", DONE, None, detail=QUARANTINED.format(57)),
    _told(17, "A37", "quarantined", DONE, None, detail=QUARANTINED.format(58)),
    _told(18, "A32", "jump", None, None, clinic_id="NOSE", unit_id=None, detail=JUMP.format(62, 40)),
]
ACCEPTED = [
    _told(1, "A12", "unknown", DONE, "taken"),
    # The second of two was corrected since: the words are those of the first that is left.
    _told(2, "A37", "quarantined", DONE, None, detail=QUARANTINED.format(55)),
    _told(3, "A12", "unknown", DONE, "new", clinic_id="EAR"),
    _told(4, "A99", "unknown", DONE, "new"),
    _told(5, "A12", "another", DONE, "new"),
    _told(6, "A12", "unknown", LIST, "new"),
    _told(7, "A32", "jump", None, None, clinic_id="EAR", unit_id=None, detail=JUMP.format(23, 9)),
]
_AT = datetime(2022, 6, 9, 8)
ACCEPTANCES = [
    ("EYE", "A12", "känt sedan i våras", "chefen", _AT),
    ("EYE", "A37", "exporten görs om", "chefen", _AT),
    # Of what the clinic has none that is accepted.
    ("EYE", "A01", "finns inte", "chefen", _AT),
    ("EAR", "A37", "en annans", "en annan", _AT),
    ("EAR", "A32", "ny mottagning", "chefen", _AT),
]

FIRST, FOLLOW = "Första kontakt", "Återbesök och annan planerad kontakt"
THIRD = "Undersökning"
WT02 = (
    "Posten är avförd efter periodens slut som felregistrerad eller för att patienten var avliden; den väntade aldrig."
)
# clinic, rule, case, status, entity, contact, unit's name, phase, booked, left out, detail; in their order.
DEVIATION_LINES: list[Values] = [
    ("*", "E01", "unknown", "new", DONE, "unknown unit", None, FIRST, None, True, "Fel."),
    ("CLOSED", "A09", "deceased", "fixed", LIST, "gone", "Då", THIRD, None, False, "Då."),
    ("EAR", "A05", "repeated", "new", DONE, "ear", "Öron", FIRST, None, True, "Fel."),
    ("EAR", "A32", "jump", "accepted", None, None, None, None, None, False, JUMP.format(24, 9)),
    ("EYE", "A38", "too_many", "remaining", LIST, None, None, None, None, False, TOO_MANY.format(7, 20)),
    ("EYE", "A01", "missing", "new", DONE, "stays", "Ögon före", FIRST, None, True, "Fel."),
    ("EYE", "A09", "deceased", "fixed", DONE, "corrected alone", "Då", THIRD, None, False, "Då."),
    ("EYE", "A09", "deceased", "fixed", LIST, "corrected fixed", "Då", THIRD, True, False, "Då."),
    ("EYE", "A12", "another", "fixed", DONE, "new", "Då", THIRD, None, True, "Då."),
    ("EYE", "A12", "unknown", "new", DONE, "new", "Ögon före", FIRST, None, True, "Fel."),
    ("EYE", "A12", "unknown", "new", LIST, "waits new", "Ögon efter", FIRST, True, True, "Fel."),
    ("EYE", "A12", "unknown", "remaining", DONE, "stays", "Ögon före", FIRST, None, True, "Fel."),
    ("EYE", "A12", "unknown", "accepted", DONE, "taken", "Ögon efter", FIRST, None, True, "Fel."),
    ("EYE", "A12", "unknown", "fixed", LIST, "new", "Då", THIRD, None, False, "Då."),
    ("EYE", "A13", "missing", "new", DONE, "sound", "Ögon före", FIRST, None, False, "Fel."),
    ("EYE", "A26", "impossible", "fixed", LIST, "stays", "Då", THIRD, False, False, "Då."),
    ("EYE", "A26", "impossible", "fixed", DONE, "stays", "Då", THIRD, None, True, "Då."),
    ("EYE", "A27", "malformed", "new", DONE, "primary", "Ögon före", FIRST, None, False, "Fel."),
    ("EYE", "A37", "quarantined", "new", DONE, None, "Ögon efter", None, None, False, EMPTY.format(103)),
    ("EYE", "A37", "quarantined", "remaining", DONE, None, "Ögon efter", None, None, False, QUARANTINED.format(102)),
    ("EYE", "A37", "quarantined", "accepted", DONE, None, "Ögon efter", None, None, False, QUARANTINED.format(101)),
    ("EYE", "A37", "quarantined", "fixed", DONE, None, "Då", THIRD, None, False,
     "Rad 56 i filen lästes inte in. mvo: tomt fält."),
    ("EYE", "A37", "quarantined", "fixed", DONE, None, "Då", THIRD, None, False, QUARANTINED.format(58)),
    ("EYE", "A37", "quarantined", "fixed", DONE, None, "Då", THIRD, None, False, QUARANTINED.format(9)),
    ("EYE", "A99", "unknown", "fixed", DONE, "new", "Då", THIRD, None, True, "Då."),
    ("EYE", "WT02", "corrected", "fixed", LIST, "corrected alone", "Ögon före", FIRST, True, False, WT02),
    ("EYE", "WT02", "corrected", "fixed", LIST, "corrected unbooked", "Ögon före", FIRST, False, False, WT02),
    ("NOSE", "A32", "jump", "remaining", None, None, None, None, None, False, JUMP.format(63, 41)),
]  # fmt: skip

# entity, line, clinic, unit's name, start, booked, left out
ROW_LINES: list[Values] = [
    (
        row[1], row[2], row[7] or "*", {"E1 old": "Ögon före", "E1 new": "Ögon efter", "R1": "Öron"}.get(row[9]),
        row[15], None if row[16] is None else row[16].date(),
        (row[1], row[2]) in {(DONE, 3), (DONE, 4), (DONE, 5), (DONE, 7), (DONE, 8), (LIST, 2)},
    )
    for row in ROWS
    if row[0] == MAY
]  # fmt: skip

CLINIC_NAMES: list[Values] = [
    ("*", "Utan klinik", None),
    ("CLOSED", "CLOSED", None),
    ("EAR", "Öronkliniken", "Södra"),
    ("EYE", "Ögonkliniken Nord", "Norra"),
    ("INFO", "INFO", None),
    ("NOSE", "Näskliniken", "Södra"),
    ("THROAT", "THROAT", None),
    ("WARD", "WARD", None),
]

# clinic, rule, case, standing, new, remaining, fixed, accepted, April, May before, reason, by, at; in their order.
RULE_LINES: list[Values] = [
    ("*", "E01", "unknown", 1, 1, 0, 0, 0, 0, 1, None, None, None),
    ("CLOSED", "A09", "deceased", 0, 0, 0, 1, 0, 0, 0, None, None, None),
    ("EAR", "A05", "repeated", 1, 1, 0, 0, 0, 0, 0, None, None, None),
    ("EAR", "A32", "jump", 1, 0, 0, 0, 1, 0, 0, "ny mottagning", "chefen", _AT),
    ("EYE", "A38", "too_many", 1, 0, 1, 0, 0, 0, 0, None, None, None),
    ("EYE", "A01", "missing", 1, 1, 0, 0, 0, 0, 0, None, None, None),
    ("EYE", "A09", "deceased", 0, 0, 0, 2, 0, 0, 0, None, None, None),
    ("EYE", "A12", "unknown", 4, 2, 1, 1, 1, 2, 1, "känt sedan i våras", "chefen", _AT),
    ("EYE", "A13", "missing", 1, 1, 0, 0, 0, 0, 0, None, None, None),
    ("EYE", "A26", "impossible", 0, 0, 0, 2, 0, 0, 0, None, None, None),
    ("EYE", "A27", "malformed", 1, 1, 0, 0, 0, 0, 0, None, None, None),
    ("EYE", "A30", "outside", 0, 0, 0, 0, 0, 1, 0, None, None, None),
    ("EYE", "A37", "quarantined", 3, 1, 1, 3, 1, 0, 0, "exporten görs om", "chefen", _AT),
    ("EYE", "E01", "unknown", 0, 0, 0, 0, 0, 1, 0, None, None, None),
    ("EYE", "WT02", "corrected", 0, 0, 0, 2, 0, 0, 0, None, None, None),
    ("EYE", "A13", "superfluous", 2, 0, 0, 0, 0, 0, 0, None, None, None),
    ("INFO", "A40", "other_region", 1, 0, 0, 0, 0, 0, 0, None, None, None),
    ("NOSE", "A32", "jump", 1, 0, 1, 0, 0, 0, 0, None, None, None),
    ("WARD", "B01", "overlap", 2, 1, 1, 1, 0, 0, 0, None, None, None),
    ("WARD", "B03", "no_beds", 2, 1, 1, 1, 0, 0, 0, None, None, None),
    ("WARD", "B05", "vanished", 1, 1, 0, 0, 0, 0, 0, None, None, None),
    ("WARD", "B06", "outside", 2, 2, 0, 0, 0, 0, 0, None, None, None),
    ("WARD", "E01", "unknown_surgical_unit", 1, 1, 0, 0, 0, 0, 0, None, None, None),
]

STAGED = [
    (MAY, "completed", "EYE", 40), (MAY, "waiting", "EYE", 30), (MAY, "completed", None, 3), (MAY, "waiting", "EAR", 5),
    (APRIL, "completed", "EYE", 1000), (MAY, "other", "EYE", 500),
]  # fmt: skip
LEFT_OUT = [
    (MAY, "completed", "EYE", "A12", 2), (MAY, "completed", "EYE", "A26", 1), (MAY, "waiting", "EYE", "A12", 4),
    (MAY, "waiting", "EYE", "DL01", 3), (MAY, "waiting", "EYE", "A27", 0), (MAY, "completed", None, "E01", 2),
    (APRIL, "completed", "EYE", "A12", 100), (MAY, "other", "EYE", "A12", 60),
    (MAY, "other", "EYE", "Z01", 1), (MAY, "other", "EYE", "Z02", 1),
]  # fmt: skip
# clinic, completed, waiting, delivered twice, left out twice, new, remaining, fixed, accepted, info, approval
CLINIC_LINES: list[Values] = [
    ("*", 3, 0, 1, 0, 2, 0, 1, 0, 0, 0, 0, None, None, "not_needed", None),
    ("CLOSED", 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, None, None, "not_needed", None),
    ("EAR", 0, 5, 0, 5, 0, 0, 1, 0, 0, 1, 0, None, None, "withdrawn",
     "klinikens rader eller siffror är andra än de som godkändes"),
    ("EYE", 40, 30, 37, 23, 3, 7, 6, 3, 10, 2, 2, "chefen", NOON, "approved", None),
    ("INFO", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, None, None, "not_needed", None),
    ("NOSE", 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, None, None, "withdrawn", "taget tillbaka av chefen"),
    ("THROAT", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, None, "missing", None),
    ("WARD", 0, 0, 0, 0, 0, 0, 6, 2, 2, 0, 0, None, None, "not_needed", None),
]  # fmt: skip
APPROVABLE = [
    (MAY, "EYE", "hash of EYE"), (MAY, "EAR", "other hash"), (MAY, "NOSE", "hash of NOSE"), (MAY, "THROAT", "t"),
    (APRIL, "EYE", "hash of April"), (APRIL, "INFO", "hash of INFO"),
]  # fmt: skip
APPROVALS = [
    ("EYE", "chefen", NOON, "hash of EYE", False, None),
    ("EAR", "chefen", NOON, "hash of EAR", False, None),
    ("NOSE", "chefen", NOON, "hash of NOSE", True, "taget tillbaka av chefen"),
]
LEFT_OUT_LINES: list[Values] = [
    ("*", "completed", "E01", "Okänd enhet", "L", 2, 1),
    ("EYE", "completed", "A12", "Medicinskt verksamhetsområde saknas eller är okänt", "L", 2, 2),
    ("EYE", "completed", "A26", "Omöjligt födelseår", "L", 1, 3),
    ("EYE", "other", "A12", "Medicinskt verksamhetsområde saknas eller är okänt", "L", 60, 4),
    ("EYE", "other", "Z01", "Alfa", "D", 1, 5),
    ("EYE", "other", "Z02", None, None, 1, 6),
    ("EYE", "waiting", "A12", "Medicinskt verksamhetsområde saknas eller är okänt", "L", 4, 7),
    ("EYE", "waiting", "DL01", "Akut kontakt på väntelistan", "L", 3, 8),
]

# A rule with several cases, beside those of the seed.
MORE_RULES = relation(
    "rule_id varchar, effect_case varchar, severity varchar, effect varchar, title varchar",
    [("Z01", "one", "fix", "L", "Beta"), ("Z01", "two", "fix", "D", "Alfa"), ("Z01", "three", "fix", "-", "Aaa")],
)

MEASURES = [
    ("first", "Gamla namnet", date(2010, 1, 1), date(2022, 5, 30)),
    ("first", "Första kontakt", LAST, LAST),
    ("first", "Nya namnet", date(2022, 6, 1), None),
    ("second", "Undersökning", date(2010, 1, 1), None),
    ("phone", "Telefon", date(2010, 1, 1), None),
]
MART_COLUMNS = (
    "period varchar, measure_id varchar, population varchar, variant varchar, level varchar, unit_id varchar, "
    "sex varchar, specialty_group varchar, numerator bigint, denominator bigint, share double, "
    "contacts_count bigint, median_wait_days double"
)


def _line(period: str, measure: str, numerator: int, denominator: int, contacts: int, **values: Any) -> Values:
    known: dict[str, Any] = {
        "population": "completed", "variant": "skr", "level": "clinic", "unit_id": "EYE", "sex": "all",
        "specialty_group": "all", "share": numerator / denominator if denominator else None,
        "median_wait_days": 10.5, "period": period, "measure_id": measure, "numerator": numerator,
        "denominator": denominator, "contacts_count": contacts, **values,
    }  # fmt: skip
    return tuple(known[column.split()[0]] for column in MART_COLUMNS.split(", "))


MART = [
    _line(MAY, "first", 1, 2, 3),
    _line(MAY, "first", 9, 9, 9, variant="all"),
    _line(MAY, "first", 8, 9, 9, variant="socialstyrelsen"),
    _line(MAY, "first", 7, 9, 9, sex="K"),
    _line(MAY, "first", 6, 9, 9, specialty_group="SOM"),
    _line(MAY, "first", 5, 9, 9, level="region", unit_id="*"),
    _line(MAY, "first", 4, 8, 12, population="waiting", median_wait_days=None),
    _line(MAY, "first", 2, 5, 6, unit_id="EAR"),
    _line(MAY, "second", 0, 0, 1),
    _line(MAY, "phone", 3, 4, 4, variant="all"),
    _line(APRIL, "first", 10, 20, 30),
    _line(APRIL, "first", 11, 22, 33, population="waiting"),
    _line(APRIL, "first", 12, 24, 36, variant="all"),
    _line(APRIL, "phone", 2, 4, 4, variant="all"),
    _line(MAY_BEFORE, "first", 5, 10, 15),
    _line(MAY_BEFORE, "second", 6, 12, 18, unit_id="EAR"),
    _line("2022-03", "first", 90, 90, 90),
    # Of no name, and lines that are not the clinic's own: of one sex, one group, another variant.
    _line(MAY, "nameless", 1, 1, 1),
    _line(MAY, "odd", 1, 1, 1, sex="K"),
    _line(MAY, "odd", 1, 1, 1, specialty_group="SOM", population="waiting"),
    _line(MAY, "odd", 1, 1, 1, variant="socialstyrelsen", unit_id="EAR"),
]
TARGETS = [(MAY, "first", 0.9), (APRIL, "first", 0.5), (MAY, "phone", None)]
# clinic, measure, name, population, counts and share, contacts, median, target, April's four, those of May before
FIGURE_LINES: list[Values] = [
    ("EAR", "first", "Första kontakt", "completed", 2, 5, 0.4, 6, 10.5, 0.9, 0, 0, None, 0, 0, 0, None, 0, 1),
    ("EYE", "first", "Första kontakt", "completed", 1, 2, 0.5, 3, 10.5, 0.9, 10, 20, 0.5, 30, 5, 10, 0.5, 15, 2),
    ("EYE", "first", "Första kontakt", "waiting", 4, 8, 0.5, 12, None, 0.9, 11, 22, 0.5, 33, *[None] * 4, 3),
    ("EYE", "nameless", None, "completed", 1, 1, 1.0, 1, 10.5, None, *[None] * 8, 4),
    ("EYE", "phone", "Telefon", "completed", 3, 4, 0.75, 4, 10.5, None, 2, 4, 0.5, 4, *[None] * 4, 5),
    ("EYE", "second", "Undersökning", "completed", 0, 0, None, 1, 10.5, None, *[None] * 4, 0, 0, None, 0, 6),
]

POPULATION_COLUMNS = (
    "period varchar, measure_id varchar, population varchar, entity varchar, source_line bigint, "
    "deviation_code varchar, limit_days integer"
)
POPULATION = [
    (MAY, "first", "waiting", LIST, 20, None, 90),
    (MAY, "first", "waiting", LIST, 21, None, 90),
    (MAY, "first", "waiting", LIST, 22, "1", 90),
    (MAY, "first", "waiting", LIST, 23, "2", 90),
    (MAY, "first", "waiting", LIST, 24, "3", 30),
    (MAY, "first", "waiting", LIST, 25, None, 90),
    # The guarantee's own limit before a stricter one; the strictest where none is the guarantee's.
    (MAY, "second", "waiting", LIST, 20, None, 60),
    (MAY, "first", "waiting", LIST, 27, None, 90),
    (MAY, "second", "waiting", LIST, 27, None, 60),
    (MAY, "second", "waiting", LIST, 28, None, 90),
    # Carried out; of another file, period.
    (MAY, "first", "completed", DONE, 2, None, 90),
    (MAY, "first", "completed", LIST, 26, None, 90),
    (MAY, "first", "waiting", DONE, 26, None, 90),
    (MAY, "nameless", "waiting", LIST, 29, None, 90),
    (APRIL, "first", "waiting", LIST, 26, None, 90),
]
AHEAD = [
    ("work_list_ahead_days", "29", date(2010, 1, 1), date(2022, 5, 30)),
    ("work_list_ahead_days", "30", LAST, LAST),
    ("work_list_ahead_days", "31", date(2022, 6, 1), None),
    ("another_limit_days", "365", date(2010, 1, 1), None),
]
# The bands of the period's last day, without that of 121 to 365 days; others hold before and after it.
BANDS = [
    (31, 60, LAST, LAST), (61, 90, date(2010, 1, 1), None), (91, 120, date(2010, 1, 1), None),
    (366, None, date(2010, 1, 1), None), (1, 500, date(2010, 1, 1), date(2022, 5, 30)),
    (2, 501, date(2022, 6, 1), None),
]  # fmt: skip
# clinic, its name, contact, measure, its name, deviation, limit, its date, days left, band, waited, booked, in time,
# guarantee; in their order
WORK_LIST_LINES: list[Values] = [
    ("EAR", "Öronkliniken", "a day past", "first", "Första kontakt", "Medicinskt orsakad väntan", 90,
     date(2022, 5, 30), -1, "passed", "91-120", False, None, False),
    ("EYE", "Ögonkliniken Nord", "long ago", "second", "Undersökning", None, 90, date(2021, 8, 28), -276, "passed",
     "366-", False, None, True),
    ("EYE", "Ögonkliniken Nord", "between bands", "nameless", None, None, 90, date(2022, 2, 10), -110, "passed",
     "-", False, None, True),
    ("EYE", "Ögonkliniken Nord", "thirty past", "first", "Första kontakt", "Särskilt orsakad väntan", 30,
     date(2022, 3, 2), -90, "passed", "91-120", False, None, True),
    ("EYE", "Ögonkliniken Nord", "strictest of two", "second", "Undersökning", None, 70, date(2022, 5, 21), -10,
     "passed", "61-90", False, None, True),
    ("EYE", "Ögonkliniken Nord", "no day left", "first", "Första kontakt", "Patientvald väntan", 90, LAST, 0,
     "within_30", "61-90", True, False, True),
    ("EYE", "Ögonkliniken Nord", "thirty days left", "first", "Första kontakt", None, 90, date(2022, 6, 30), 30,
     "within_30", "31-60", True, True, True),
]  # fmt: skip
# clinic, measure, band, waited, booked, deviation, rows
WORK_LIST_SUMS: list[Values] = [
    ("EAR", "first", "passed", "91-120", False, "2", 1),
    ("EYE", "second", "passed", "366-", False, None, 1),
    ("EYE", "nameless", "passed", "-", False, None, 1),
    ("EYE", "first", "passed", "91-120", False, "3", 1),
    ("EYE", "second", "passed", "61-90", False, None, 1),
    ("EYE", "first", "within_30", "61-90", True, "1", 1),
    ("EYE", "first", "within_30", "31-60", True, None, 1),
]
# clinic, unit's name, contact, start, waits again
NO_SHOW_LINES: list[Values] = [
    ("EYE", "Ögon efter", "last day", LAST, False),
    ("EYE", "Ögon före", "removed", date(2022, 5, 1), False),
    ("EYE", "Ögon före", "waits again", date(2022, 5, 1), True),
]
# clinic, its name, unit's name, measure, rows
NO_SHOW_SUMS: list[Values] = [
    ("EYE", "Ögonkliniken Nord", "Ögon efter", None, 1),
    ("EYE", "Ögonkliniken Nord", "Ögon före", None, 2),
]
STAY_COLUMNS = (
    "period varchar, is_of_own_file boolean, is_newest boolean, source_line bigint, episode_id varchar, "
    "episode_key varchar, stay_number integer, admitted_at timestamp, admitted_date date, discharged_at timestamp"
)
EARLY, LATE = datetime(2022, 5, 10, 8), datetime(2022, 5, 20, 9)
STAYS = [
    (MAY, True, True, 2, "episode", "key", 1, EARLY, TEN, LATE),
    (MAY, True, True, 3, "episode", "key", 2, LATE, LATE.date(), None),
    # Of April's file: one that May's file tells otherwise, and one that it lacks.
    (MAY, False, False, 3, "episode", "key", 2, EARLY, TEN, EARLY),
    (MAY, False, True, 4, "episode", "key", 3, EARLY, TEN, None),
    (APRIL, True, True, 2, "of April", "of April", 1, EARLY, TEN, None),
]
PERMISSION_COLUMNS = (
    "period varchar, source_line bigint, episode_id varchar, episode_key varchar, stay_number integer, "
    "left_at timestamp, admitted_at timestamp, discharged_at timestamp"
)
PERMISSIONS = [
    (MAY, 2, "episode", "key", 1, datetime(2022, 5, 17, 8), EARLY, LATE),
    (MAY, 3, "no stay", "no stay", 9, datetime(2022, 5, 18, 8), None, None),
]
OPERATIONS = [(MAY, 2, "surgery", "surgery key", SIXTEEN), (APRIL, 3, "of April", "of April", TEN)]
STAY, PERMISSION, BEDS = "cosmic_vardtillfalle", "cosmic_permission", "cosmic_vardplats"
SURGERY = "provisio_operation"
# entity, place in the file, id, number, in, out, day, the day of the unit's name
WARD_ROW_LINES: list[Values] = [
    (STAY, "2", "episode", 1, EARLY, LATE, None, TEN),
    (STAY, "3", "episode", 2, LATE, None, None, LATE.date()),
    (STAY, "key 3", "episode", 3, EARLY, None, None, TEN),
    (PERMISSION, "2", "episode", 1, EARLY, LATE, date(2022, 5, 17), TEN),
    (PERMISSION, "3", "no stay", 9, None, None, date(2022, 5, 18), None),
    (SURGERY, "2", "surgery", None, None, None, SIXTEEN, SIXTEEN),
]
WARD_DEVIATIONS = [
    _found("B01", "overlap", STAY, 2, effect="-", clinic_id="WARD", contact_key="key", stay_number=1),
    _found("B01", "overlap", STAY, 3, effect="-", clinic_id="WARD", contact_key="key", stay_number=2),
    _found("B05", "vanished", STAY, None, effect="-", clinic_id="WARD", contact_key="key", stay_number=3),
    _found("B06", "outside", PERMISSION, 2, effect="-", clinic_id="WARD", contact_key="key", stay_number=1),
    _found("B06", "outside", PERMISSION, 3, effect="-", clinic_id="WARD", unit_id=None, contact_key="no stay",
           stay_number=9),
    _found("E01", "unknown_surgical_unit", SURGERY, 2, effect="-", clinic_id="WARD", contact_key="surgery key"),
    _found("B03", "no_beds", BEDS, None, "1 patient.", effect="-", clinic_id="WARD", event_date=FIFTEEN),
    _found("B03", "no_beds", BEDS, 7, "1 patient.", effect="-", clinic_id="WARD", event_date=SIXTEEN),
]  # fmt: skip
# By stay, by ward and day: the first stands still, as one of the days does; the others are fixed.
WARD_EARLIER = [
    _told(31, "B01", "overlap", STAY, "episode", clinic_id="WARD", stay_number=2, admitted_at=EARLY,
          discharged_at=LATE, phase=None),
    _told(32, "B01", "overlap", STAY, "episode", clinic_id="WARD", stay_number=4, admitted_at=EARLY,
          discharged_at=LATE, phase=None),
    _told(33, "B03", "no_beds", BEDS, None, clinic_id="WARD", event_date=SIXTEEN, detail="3 patient.", phase=None),
    _told(34, "B03", "no_beds", BEDS, None, clinic_id="WARD", event_date=LAST, detail="3 patient.", phase=None),
]  # fmt: skip
# rule, status, entity, id, unit's name, number, in, out, day; in their order
WARD_LINES: list[Values] = [
    ("B01", "new", STAY, "episode", "Ögon före", 1, EARLY, LATE, None),
    ("B01", "remaining", STAY, "episode", "Ögon efter", 2, LATE, None, None),
    ("B01", "fixed", STAY, "episode", "Då", 4, EARLY, LATE, None),
    ("B03", "new", BEDS, None, "Ögon före", None, None, None, FIFTEEN),
    ("B03", "remaining", BEDS, None, "Ögon efter", None, None, None, SIXTEEN),
    ("B03", "fixed", BEDS, None, "Då", None, None, None, LAST),
    ("B05", "new", STAY, "episode", "Ögon före", 3, EARLY, None, None),
    ("B06", "new", PERMISSION, "episode", "Ögon före", 1, EARLY, LATE, date(2022, 5, 17)),
    ("B06", "new", PERMISSION, "no stay", None, 9, None, None, date(2022, 5, 18)),
    ("E01", "new", SURGERY, "surgery", "Ögon efter", None, None, None, SIXTEEN),
]
DEVIATIONS += WARD_DEVIATIONS
EARLIER += WARD_EARLIER
# Days on which offices are open: the 16th is none, the 20th is.
# fmt: off
OPEN = [(date(2022, 6, 14), True), (date(2022, 6, 15), True), (date(2022, 6, 16), False), (date(2022, 6, 17), True),
        (date(2022, 6, 18), False), (date(2022, 6, 19), False), (date(2022, 6, 20), True), (date(2022, 6, 21), True)]
# fmt: on
SETTINGS = [("approval_day", "16"), ("delivery_day", "20"), ("retention_months", "24"), ("region_name", "Regionen")]
PERIOD_LINES: list[Values] = [
    (MAY, date(2022, 5, 1), LAST, "Regionen", "skr", APRIL, True, MAY_BEFORE, True, date(2022, 6, 15),
     date(2022, 6, 20), False),
]  # fmt: skip


def _with_wards(lines: Sequence[Values]) -> list[Values]:
    """The lines of contacts with those of the wards, whose clinic comes last."""
    cases = {row[1]: row[2] for row in WARD_DEVIATIONS}
    words = {("B03", "fixed"): "3 patient.", ("B03", "new"): "1 patient.", ("B03", "remaining"): "1 patient."}
    of_wards: list[Values] = []
    for rule, status, entity, contact, name, *times in WARD_LINES:
        detail = words.get((rule, status), "Då." if status == "fixed" else "Fel.")
        row = ("WARD", rule, cases[rule], status, entity, contact, name, None, None, False, detail, *times)
        of_wards.append(row)
    return [*((*line, None, None, None, None) for line in lines), *of_wards]


# The rows of a relation in the order of the columns that are told; with sort_order they must stand in it.
EXPECTED: dict[str, tuple[str, list[Values]]] = {
    "review_period": ("*", PERIOD_LINES),
    "review_row": ("entity, source_line, clinic_id, unit_name, start_date, booked_date, is_left_out", ROW_LINES),
    "review_ward_row": (
        "entity, place_in_file, contact_id, stay_number, admitted_at, discharged_at, event_date, unit_date",
        WARD_ROW_LINES,
    ),
    "review_deviation": (
        "clinic_id, rule_id, effect_case, status, entity, contact_id, unit_name, phase_name, is_booked, is_left_out, "
        "detail, stay_number, admitted_at, discharged_at, event_date, sort_order",
        [(*line, number) for number, line in enumerate(_with_wards(DEVIATION_LINES), start=1)],
    ),
    "review_listed_clinic": ("*", CLINIC_NAMES),
    "review_rule": (
        "clinic_id, rule_id, effect_case, deviations_count, new_count, remaining_count, fixed_count, accepted_count, "
        "previous_month_count, previous_year_count, accepted_reason, accepted_by, accepted_at, sort_order",
        [(*line, number) for number, line in enumerate(RULE_LINES, start=1)],
    ),
    "review_clinic": (
        "clinic_id, completed_count, waiting_count, delivered_completed_count, delivered_waiting_count, "
        "left_out_completed_count, left_out_waiting_count, new_count, remaining_count, fixed_count, accepted_count, "
        "info_count, approved_by, approved_at, approval_state, withdrawn_reason",
        CLINIC_LINES,
    ),
    "review_left_out": ("*", LEFT_OUT_LINES),
    "review_figure": ("*", FIGURE_LINES),
    "review_work_list": (
        "clinic_id, clinic_name, contact_id, measure_id, measure_name, deviation_name, limit_days, limit_date, "
        "days_left, band, wait_band, is_booked, is_booked_in_time, is_in_guarantee, sort_order",
        [(*line, number) for number, line in enumerate(WORK_LIST_LINES, start=1)],
    ),
    "review_work_list_sum": (
        "clinic_id, measure_id, band, wait_band, is_booked, deviation_code, rows_count", WORK_LIST_SUMS,
    ),
    "review_no_show_row": ("clinic_id, unit_name, contact_id, start_date, has_new_time", NO_SHOW_LINES),
    "review_no_show": ("clinic_id, clinic_name, unit_name, measure_id, rows_count", NO_SHOW_SUMS),
}  # fmt: skip
MODELS = list(EXPECTED)


def plain(value: Any) -> Any:
    """A value as it is compared: midnight as its date, a share to nine decimals."""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()
    return round(value, 9) if isinstance(value, float) else value


def holds(columns: str, expected: Sequence[Values]) -> Check:
    """Whether a relation has exactly these rows, however they lie."""
    counted = Counter(tuple(map(plain, row)) for row in expected)

    def check(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
        found = connection.execute(f"select {columns} from {name}").fetchall()
        return Counter(tuple(map(plain, row)) for row in found) == counted

    return check


CHECKS: dict[str, Check] = {model: holds(*told) for model, told in EXPECTED.items()}


def inputs() -> dict[str, str]:
    """The queries that stand in the place of what the review reads, by model, seed or control table."""
    return {
        "run_context": relation(
            "period varchar, region_name varchar, main_variant varchar", [(MAY, "Regionen", "skr")]
        ),
        "loaded_period": relation(
            "period varchar, group_name varchar",
            [(MAY, "care"), (APRIL, "care"), (APRIL, "registers"), (MAY_BEFORE, "care")],
        ),
        "region_setting": relation("name varchar, value varchar", SETTINGS),
        "periods": relation(
            "period varchar, group_name varchar, is_preliminary boolean",
            [(MAY, "care", False), (MAY, "registers", True), (APRIL, "care", True)],
        ),
        "int_core__period": relation(
            "period varchar, first_date date, last_date date",
            [(MAY, date(2022, 5, 1), LAST), (APRIL, date(2022, 4, 1), date(2022, 4, 30))],
        ),
        "int_core__calendar": relation("date date, is_working_day boolean", OPEN),
        "int_core__unit": relation(
            "unit_key varchar, unit_id varchar, unit_name varchar, clinic_id varchar, clinic_name varchar, "
            "area_name varchar, valid_from_date date, valid_to_date date",
            UNITS,
        ),
        "int_waiting_times__flagged_row": relation(ROW_COLUMNS, ROWS),
        "int_quality__file_stay": relation(STAY_COLUMNS, STAYS),
        "int_quality__file_permission": relation(PERMISSION_COLUMNS, PERMISSIONS),
        "int_quality__file_operation": relation(
            "period varchar, source_line bigint, operation_id varchar, operation_key varchar, event_date date",
            OPERATIONS,
        ),
        "deviations": relation(DEVIATION_COLUMNS, DEVIATIONS),
        "earlier_deviation": relation(TOLD_COLUMNS, EARLIER),
        "accepted_deviation": relation(TOLD_COLUMNS, ACCEPTED),
        "clinic_acceptance": relation(
            "clinic_id varchar, rule_id varchar, reason varchar, accepted_by varchar, accepted_at timestamp",
            ACCEPTANCES,
        ),
        "clinic_approval": relation(
            "clinic_id varchar, approved_by varchar, approved_at timestamp, figures_hash varchar, "
            "is_withdrawn boolean, withdrawn_reason varchar",
            APPROVALS,
        ),
        "approval_clinic": relation("period varchar, clinic_id varchar, figures_hash varchar", APPROVABLE),
        "delivery_staged": relation(
            "period varchar, population varchar, clinic_id varchar, rows_count bigint", STAGED
        ),
        "delivery_left_out": relation(
            "period varchar, population varchar, clinic_id varchar, rule_id varchar, rows_count bigint", LEFT_OUT
        ),
        "mart_waiting_times": relation(MART_COLUMNS, MART),
        "measures": relation("measure_id varchar, measure_name varchar, valid_from date, valid_to date", MEASURES),
        "int_waiting_times__measure": relation(
            "period varchar, measure_id varchar, target_share double", TARGETS
        ),
        "int_waiting_times__population": relation(POPULATION_COLUMNS, POPULATION),
        "wait_bands": relation("from_days integer, to_days integer, valid_from date, valid_to date", BANDS),
        "parameters": relation("name varchar, value varchar, valid_from date, valid_to date", AHEAD),
    }  # fmt: skip


# The same month where neither month before is loaded and nothing is delivered, and whose last day to approve is open.
ALONE_CHECKS: dict[str, Check] = {
    "review_period": holds(
        "*",
        [(MAY, date(2022, 5, 1), LAST, "Regionen", "skr", APRIL, False, MAY_BEFORE, False, date(2022, 6, 15),
          date(2022, 6, 17), True)],
    ),
    "review_rule": holds(
        "clinic_id, rule_id, effect_case, deviations_count, previous_month_count, previous_year_count",
        [(*line[:4], None, None) for line in RULE_LINES],
    ),
    "review_work_list": holds("contact_id, days_left", [(line[2], line[8]) for line in WORK_LIST_LINES]),
}  # fmt: skip


def alone(name: str, sql: str) -> str:
    """What the review reads in that month."""
    if name == "loaded_period":
        return relation("period varchar, group_name varchar", [(MAY, "care"), (APRIL, "registers")])
    if name == "periods":
        return relation("period varchar, group_name varchar, is_preliminary boolean", [(APRIL, "care", False)])
    if name == "parameters":
        return relation(
            "name varchar, value varchar, valid_from date, valid_to date", [("work_list_ahead_days", "30", LAST, None)]
        )
    if name == "region_setting":
        return relation("name varchar, value varchar", [("approval_day", "15"), ("delivery_day", "19")])
    return sql


def in_place(world: Recomputing, changed: Callable[[str, str], str] = lambda _, sql: sql) -> None:
    """Exchange all that the review reads, changed where a test wants it, and make the review's models of it."""
    world.exchange("rules", f"from {world.relation('rules')} union all by name ({MORE_RULES})")
    for name, sql in inputs().items():
        world.exchange(name, changed(name, sql))
    for model in MODELS:
        world.exchange(model, world.code(model))
