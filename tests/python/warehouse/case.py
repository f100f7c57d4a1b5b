"""What a planted row and the rules that it must break are, and the units and months that they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.python.warehouse.planted import CAP_UNIT, Row, contact, day, waiting

FIXTURE_PERIOD = "2026-10"
RULE_PERIOD = "2024-07"
EARLIER_PERIOD = "2024-06"
LATER_PERIOD = "2024-08"

MOVING_UNIT = "SE2321000131-E000000001004"
CLOSED_UNIT = "SE2321000131-E000000001005"
OVERLAPPING_UNIT = "SE2321000131-E000000001006"
NO_HOSPITAL_UNIT = "SE2321000131-E000000001007"
LEFT_REGISTER_UNIT = "SE2321000131-E000000001008"
ONE_DAY_OVERLAP_UNIT = "SE2321000131-E000000001009"
SAME_START_UNIT = "SE2321000131-E000000001010"
THREE_INTERVALS_UNIT = "SE2321000131-E000000001011"
OWN_CLINIC_UNIT = "SE2321000131-E000000001012"
MALFORMED_UNIT = "SE232100013-E1"


# Severity and effect of each rule, and of each case of a rule that has several (RULES section 8).
RULE_EFFECTS = {
    "A01": ("fix", "D"), "A02": ("fix", "D"), "A03": ("fix", "D"), "A04": ("fix", "D"), "A05": ("fix", "D"),
    "A06": ("fix", "-"), "A07": ("fix", "D"), "A09": ("fix", "D"), "A10": ("fix", "-"), "A11": ("fix", "-"),
    "A12": ("fix", "L"), "A13/missing": ("fix", "L"), "A13/superfluous": ("info", "-"), "A14": ("fix", "-"),
    "A15": ("fix", "-"), "A16": ("fix", "-"), "A17": ("fix", "-"), "A18": ("fix", "-"), "A19": ("info", "-"),
    "A20": ("fix", "-"), "A21": ("fix", "L"), "A22": ("fix", "L"), "A23": ("fix", "L"),
    "A24/malformed": ("fix", "L"), "A24/unknown": ("info", "-"), "A25/missing": ("info", "-"),
    "A25/disordered": ("fix", "-"), "A26/impossible": ("fix", "L"), "A26/very_old": ("fix", "-"),
    "A27": ("fix", "L"), "A28": ("fix", "-"), "A30": ("fix", "D"),
    "A31": ("info", "-"), "A32": ("fix", "-"), "A33": ("info", "-"), "A34": ("info", "-"),
    "A35": ("fix", "-"), "A36": ("fix", "L"),
    "A37": ("fix", "-"), "A38": ("block", "-"), "A39": ("fix", "-"), "A40": ("info", "-"), "E01/unknown": ("fix", "L"),
    "E01/unknown_ward": ("fix", "-"), "E01/unknown_surgical_unit": ("fix", "-"),
    "E01/unknown_listing_unit": ("fix", "-"),
    "E02": ("block", "-"), "E03": ("info", "-"), "E05": ("info", "-"),
    **dict.fromkeys(("B01", "B02", "B03", "B04", "B05", "B06", "B07"), ("fix", "-")),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A planted row and the rules it must break: all of them, and no other.

    A rule that has several cases is written with the case (`A13/missing`). The detail is what the deviation
    of a row that breaks one rule must say; None where it is not asked for.
    """

    row: Row
    rules: str
    detail: str | None = None

    @property
    def contact_id(self) -> str:
        return str(self.row["vardkontakt_id"])

    @property
    def period(self) -> str:
        return str(self.row["_period"])

    @property
    def entity(self) -> str:
        return entity_of(self.row)

    @property
    def rule_ids(self) -> str:
        """The ids as the facts hold them: each once, in order, between blanks."""
        return " ".join(sorted({rule.split("/")[0] for rule in self.rules.split()}))

    def has_effect(self, effect: str) -> bool:
        return any(RULE_EFFECTS[rule][1] == effect for rule in self.rules.split())


def entity_of(row: Row) -> str:
    """Which of the two care files a planted row stands in."""
    return "cosmic_vardkontakt" if "kontaktform" in row else "cosmic_vantelista"


def fitting(values: Row) -> Row:
    """What a row of these values needs beside them to break no rule by its phase, deviation, referral or unit."""
    phase = values.get("fas", "1")
    beside: Row = {}
    if phase == "2":
        beside["kva_huvud"] = "JKA21"
    if phase in ("4", "5"):
        beside["vardgaranti"] = "N"
    if phase == "4":
        beside |= {"medicinskt_maldatum": date(2024, 8, 15), "prioritet": "Hög"}
    if values.get("avvikelse") == "1":
        beside |= {"erbjuden_tid": day("2024-04-01"), "vardgaranti_info": "J"}
    if values.get("remittenttyp") == "1":
        beside["remiss_datum"] = date(2024, 6, 1)
    if values.get("enhet_hsaid") == CAP_UNIT and phase in ("1", "2", "3"):
        beside["bup_steg"] = "1"
    return beside


def done(name: str, rules: str, detail: str | None = None, **values: Any) -> Case:
    """A contact of the rules' month, without other faults than those that its values plant."""
    return Case(contact(RULE_PERIOD, f"G {name}", **{**fitting(values), **values}), rules, detail)


def waits(name: str, rules: str, detail: str | None = None, **values: Any) -> Case:
    """An entry that waits at the end of the rules' month, without other faults than those that its values plant."""
    return Case(waiting(RULE_PERIOD, f"W {name}", **{**fitting(values), **values}), rules, detail)
