"""Rows for the rules on a clinic's rows as a whole (A37, A38), in a month of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.python.warehouse.planted import CLINIC, UNIT, Row, contact, unit, waiting

CLINIC_PERIOD = "2023-10"
_PREFIX = "SE2321000131-E0000001"


def clinic_id(name: str) -> str:
    """The HSA-id of a clinic of these cases."""
    return f"{_PREFIX}{list(CLINICS).index(name):04d}000"


def _unit_id(name: str) -> str:
    return f"{_PREFIX}{list(CLINICS).index(name):04d}001"


# Name: (sound contacts, left out contacts, sound entries, left out entries). With 2 % and 5 rows as limits,
# 6 of 299 is more than 5.98 and 6 of 300 is not.
CLINICS = {
    "six of 299": (293, 6, 0, 0),
    "six of 300": (294, 6, 0, 0),
    "five of five": (0, 5, 0, 0),
    "six of six": (0, 6, 0, 0),
    "three and three": (0, 3, 0, 3),
    "six entries of six": (6, 0, 0, 6),
    "only rows outside the delivery": (0, 0, 0, 0),
}
TOO_MANY = {
    ("cosmic_vardkontakt", "six of 299", "6 av 299 genomförda rader är utelämnade ur leveransen."),
    ("cosmic_vardkontakt", "six of six", "6 av 6 genomförda rader är utelämnade ur leveransen."),
    ("cosmic_vantelista", "six entries of six", "6 av 6 väntande rader är utelämnade ur leveransen."),
}
UNKNOWN_TOO_MANY = (
    "cosmic_vardkontakt",
    None,
    "6 av 6 genomförda rader är utelämnade ur leveransen (enheter som registret inte känner).",
)


# Units with an interval that ends or begins around the period's last day, and whether it holds that day.
UNITS_AT_THE_END = {
    "ends the day before": (f"{_PREFIX}8880001", date(2015, 1, 1), date(2023, 10, 30), False),
    "ends the last day": (f"{_PREFIX}8880002", date(2015, 1, 1), date(2023, 10, 31), True),
    "begins the last day": (f"{_PREFIX}8880003", date(2023, 10, 31), None, True),
    "begins the day after": (f"{_PREFIX}8880004", date(2023, 11, 1), None, False),
}


def clinic_units() -> list[Row]:
    """One unit for each clinic, and those that begin or end around the period's end."""
    return [
        unit("2024-07", unit_id, giltig_from=first, giltig_tom=last)
        for unit_id, first, last, _ in UNITS_AT_THE_END.values()
    ] + [
        unit("2024-07", _unit_id(name), klinik_hsaid=clinic_id(name), klinik_namn=name.capitalize()) for name in CLINICS
    ]


def clinic_rows() -> tuple[list[Row], list[Row]]:
    """Contacts and entries: half of the left out are disqualified (A04), half undeliverable (A12), one is both."""
    contacts: list[Row] = []
    entries: list[Row] = []
    old: Row = {"beslut_tid": date(2009, 12, 31)}
    for name, (sound, left_out, waits, waits_left_out) in CLINICS.items():
        here: dict[str, Any] = {"enhet_hsaid": _unit_id(name)}
        faults = [old, {"mvo": None}, {**old, "mvo": None}]
        contacts += [contact(CLINIC_PERIOD, f"{name} sound {number}", **here) for number in range(sound)]
        contacts += [
            contact(CLINIC_PERIOD, f"{name} left out {number}", **here, **faults[number % 3])
            for number in range(left_out)
        ]
        entries += [waiting(CLINIC_PERIOD, f"{name} waits {number}", **here) for number in range(waits)]
        entries += [
            waiting(CLINIC_PERIOD, f"{name} waits left out {number}", **here, **faults[number % 3])
            for number in range(waits_left_out)
        ]
    outside: Row = {"enhet_hsaid": _unit_id("only rows outside the delivery"), "mvo": None}
    for number in range(6):
        contacts.append(contact(CLINIC_PERIOD, f"outside no show {number}", kontaktform="U", **outside))
        contacts.append(contact(CLINIC_PERIOD, f"outside primary care {number}", vardniva="P", **outside))
        entries.append(
            waiting(CLINIC_PERIOD, f"outside corrected {number}", status="A", avford_orsak="FELREGISTRERAD",
                    avford_tid=date(2023, 11, 5), **outside)
        )  # fmt: skip
        contacts.append(contact(CLINIC_PERIOD, f"unknown unit {number}", enhet_hsaid=f"{_PREFIX}9999999"))
    return contacts, entries


def quarantined_rows() -> list[Row]:
    """Rows that the landing held back: faults of the care files, and one of a register."""

    def fault(entity: str, line: int, column: str, reason: str, unit_id: str | None, group: str = "care") -> Row:
        return {
            "period": CLINIC_PERIOD, "entity": entity, "group_name": group, "source_line": line,
            "column_name": column, "reason": reason, "unit_id": unit_id,
        }  # fmt: skip

    return [
        fault("cosmic_vardkontakt", 9001, "start_tid", "tomt fält", UNIT),
        fault("cosmic_vardkontakt", 9001, "kon", "okänd kod", UNIT),
        fault("cosmic_vardkontakt", 9002, "", "3 fält i stället för 60", None),
        fault("cosmic_vantelista", 9001, "kon", "okänd kod", f"{_PREFIX}9999999"),
        fault("register_enhet", 9003, "namn", "tomt fält", UNIT, "registers"),
        *(
            fault("cosmic_vantelista", 9100 + number, "kon", "okänd kod", unit_id)
            for number, (unit_id, _, _, _) in enumerate(UNITS_AT_THE_END.values())
        ),
    ]


# (entity, line, unit, clinic, what is said)
QUARANTINED = {
    (
        "cosmic_vardkontakt", 9001, UNIT, CLINIC,
        "Rad 9001 i filen lästes inte in. kon: okänd kod. start_tid: tomt fält.",
    ),
    ("cosmic_vardkontakt", 9002, None, None, "Rad 9002 i filen lästes inte in. 3 fält i stället för 60."),
    ("cosmic_vantelista", 9001, f"{_PREFIX}9999999", None, "Rad 9001 i filen lästes inte in. kon: okänd kod."),
    *(
        (
            "cosmic_vantelista", 9100 + number, unit_id, CLINIC if holds else None,
            f"Rad {9100 + number} i filen lästes inte in. kon: okänd kod.",
        )
        for number, (unit_id, _, _, holds) in enumerate(UNITS_AT_THE_END.values())
    ),
}  # fmt: skip
