"""Planted rows of the measures that count by more than care level and phase (WT10-WT20).

May 2026 holds a row for each side of each filter and limit. April 2026 holds one pattern of rows for every
measure, whose lines of the mart are counted by hand in figures_measures.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.python.warehouse.planted import CAP_UNIT, FIRST_LINE_UNIT, UNIT, UNKNOWN_UNIT, Row, contact, day, waiting

MEASURE_PERIOD = "2026-05"
PATTERN_PERIOD = "2026-04"
LATER_PERIOD = "2026-10"

# The planted day of a contact, and the last day of the month, which an entry waits until.
STARTED = "2026-05-10"
LAST = "2026-05-31"

CAP_MEASURES = {"1": "cap_assessment_30", "2": "cap_investigation_30", "3": "cap_treatment_30"}


@dataclass(frozen=True)
class Measured:
    """A planted row of May 2026, and each measure that counts it: (in the share, inside the limit)."""

    row: Row
    counted: dict[str, tuple[bool, bool]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.row["vardkontakt_id"])

    @property
    def population(self) -> str:
        return "completed" if "kontaktform" in self.row else "waiting"


def _done(name: str, counted: dict[str, tuple[bool, bool]] | None = None, **values: Any) -> Measured:
    return Measured(contact(MEASURE_PERIOD, name, **values), counted or {})


def _waits(name: str, counted: dict[str, tuple[bool, bool]] | None = None, **values: Any) -> Measured:
    return Measured(waiting(MEASURE_PERIOD, name, **values), counted or {})


# --- primary care's medical assessment ------------------------------------------------------------------------

# Decided long before contact was sought: only the day of seeking counts.
ASSESSMENT: Row = {
    "vardniva": "P", "medicinsk_bedomning": "J", "yrkeskategori": "XS919", "icd_huvud": "J069",
    "sokt_kontakt_tid": day(STARTED, -3), "beslut_tid": day(STARTED, -10),
}  # fmt: skip
NO_CODES: Row = {"icd_huvud": None}


def _assessed(name: str, is_in_share: bool | None = True, is_inside: bool = True, **values: Any) -> Measured:
    """A contact that is an assessment but for the values; counted in no measure when `is_in_share` is None."""
    counted = {} if is_in_share is None else {"primary_assessment_3": (is_in_share, is_inside)}
    return _done(f"assessment {name}", counted, **{**ASSESSMENT, **values})


ASSESSMENTS = [
    _assessed("on the third day"),
    _assessed("on the fourth day", is_inside=False, sokt_kontakt_tid=day(STARTED, -4)),
    # R04: from Friday to Monday and Tuesday, with the weekend counted, and on the same day.
    _assessed("R04 from Friday to Monday", sokt_kontakt_tid=day("2026-05-08"), start_tid=day("2026-05-11")),
    _assessed("R04 from Friday to Tuesday", is_inside=False, sokt_kontakt_tid=day("2026-05-08"),
              start_tid=day("2026-05-12")),
    _assessed("R04 on the same Friday", sokt_kontakt_tid=day("2026-05-08"), start_tid=day("2026-05-08")),
    # CM01: a day is a date, whatever the clock says.
    _assessed("sought in the first minute of the third day before", sokt_kontakt_tid=day(STARTED, -3).replace(hour=0)),
    _assessed("A35 sought when it started", sokt_kontakt_tid=day(STARTED)),
    _assessed("A35 sought the second after it started", None, sokt_kontakt_tid=day(STARTED) + timedelta(seconds=1)),
    _assessed("A35 sought the day after", None, sokt_kontakt_tid=day(STARTED, 1)),
    _assessed("A35 never sought, but decided", None, sokt_kontakt_tid=None),
    _assessed("without a decision", beslut_tid=None),
    _assessed("decided after the start, so disqualified", None, beslut_tid=day(STARTED, 1)),
    _assessed("not in the guarantee", False, vardgaranti="N"),
    _assessed("at a follow-up", False, fas="4"),
    _assessed("at an operation", fas="2"),
    _assessed("at an acute contact", None, fas="5", typ_akutverksamhet="1"),
    _assessed("at a drop-in without a decision", None, bokningssatt="5", beslut_tid=None),
    _assessed("at a drop-in with a decision", bokningssatt="5"),
    _assessed("that is none", None, medicinsk_bedomning="N"),
    _assessed("that nothing is said of", None, medicinsk_bedomning=None),
    _assessed("in specialised care", None, vardniva="S", fas="4"),
    _assessed("that did not take place", None, kontaktform="U"),
    _assessed("at an unknown unit", enhet_hsaid=UNKNOWN_UNIT),
    _assessed("in child psychiatry", enhet_hsaid=CAP_UNIT),
    # R38: any licensed profession, and at least one code of a diagnosis or a procedure.
    _assessed("R38 by a doctor", yrkeskategori="XS915"),
    _assessed("R38 by the last before the unlicensed", yrkeskategori="XS919"),
    _assessed("R38 by XS920", None, yrkeskategori="XS920"),
    _assessed("R38 by XS921", None, yrkeskategori="XS921"),
    _assessed("R38 by XS922", None, yrkeskategori="XS922"),
    _assessed("R38 by XS922 without a code", None, yrkeskategori="XS922", **NO_CODES),
    _assessed("R38 by the first after the unlicensed", yrkeskategori="XS923"),
    _assessed("R38 by an XS code of no national list", yrkeskategori="XS999"),
    _assessed("R38 by a code that is no XS code", None, yrkeskategori="915"),
    _assessed("R38 by nobody known", None, yrkeskategori=None),
    _assessed("R38 with a main diagnosis alone", icd_huvud="J069"),
    _assessed("R38 with another diagnosis alone", **NO_CODES, icd_bi="J069"),
    _assessed("R38 with a main procedure alone", **NO_CODES, kva_huvud="AU124"),
    _assessed("R38 with another procedure alone", **NO_CODES, kva_ovriga="AU124|DV042"),
    _assessed("R38 with an external cause alone", None, **NO_CODES, icd_orsak="W010"),
    _assessed("R38 without any code", None, **NO_CODES),
    _assessed("PvV on the fourth day", is_inside=False, avvikelse="1", sokt_kontakt_tid=day(STARTED, -4)),
    Measured(
        contact(
            MEASURE_PERIOD, "assessment at the first line", **{**ASSESSMENT, "enhet_hsaid": FIRST_LINE_UNIT}
        ),
        {"primary_assessment_3": (True, True), "first_line_3": (True, True)},
    ),
    _waits("assessment that is waited for", vardniva="P", icd_huvud="J069", sokt_kontakt_tid=day(LAST, -3)),
]  # fmt: skip

# --- the first line -------------------------------------------------------------------------------------------

FIRST_LINE: Row = {"enhet_hsaid": FIRST_LINE_UNIT, "vardniva": "P", "beslut_tid": day(STARTED, -10)}


def _first_line(name: str, is_in_share: bool | None = True, is_inside: bool = True, **values: Any) -> Measured:
    counted = {} if is_in_share is None else {"first_line_3": (is_in_share, is_inside)}
    whole = {**FIRST_LINE, "sokt_kontakt_tid": day(STARTED, -3), **values}
    return _done(f"first line {name}", counted, **whole)


FIRST_LINES = [
    _first_line("on the third day, by an unlicensed profession", yrkeskategori="XS922"),
    _first_line("on the fourth day", is_inside=False, sokt_kontakt_tid=day(STARTED, -4)),
    _first_line("A35 never sought, decided three days before", sokt_kontakt_tid=None, beslut_tid=day(STARTED, -3)),
    _first_line("A35 never sought, decided four days before", is_inside=False, sokt_kontakt_tid=None,
                beslut_tid=day(STARTED, -4)),
    _first_line("A35 neither sought nor decided", None, sokt_kontakt_tid=None, beslut_tid=None),
    _first_line("A35 sought the day after, decided three days before", None, sokt_kontakt_tid=day(STARTED, 1),
                beslut_tid=day(STARTED, -3)),
    _first_line("A35 sought the second after it started, decided three days before", None,
                sokt_kontakt_tid=day(STARTED) + timedelta(seconds=1), beslut_tid=day(STARTED, -3)),
    _first_line("sought four days before, decided three days before", is_inside=False,
                sokt_kontakt_tid=day(STARTED, -4), beslut_tid=day(STARTED, -3)),
    _first_line("in specialised care", vardniva="S"),
    _first_line("not in the guarantee", False, vardgaranti="N"),
    _first_line("at a follow-up", None, fas="4"),
    _first_line("at an acute contact", None, fas="5", typ_akutverksamhet="1"),
    _first_line("at another unit", None, enhet_hsaid=UNIT),
    _first_line("at an unknown unit", None, enhet_hsaid=UNKNOWN_UNIT),
    _waits("first line waits", enhet_hsaid=FIRST_LINE_UNIT, vardniva="P", sokt_kontakt_tid=day(LAST, -3)),
]  # fmt: skip

# --- the steps of child psychiatry ----------------------------------------------------------------------------


def _steps() -> Iterator[Measured]:
    for step, measure in CAP_MEASURES.items():
        here: Row = {"enhet_hsaid": CAP_UNIT, "bup_steg": step}
        inside, outside = {measure: (True, True)}, {measure: (True, False)}

        def done(
            name: str,
            counted: dict[str, tuple[bool, bool]],
            days: int,
            *,
            here: Row = here,
            step: str = step,
            **values: Any,
        ) -> Measured:
            whole = {**here, "beslut_tid": day(STARTED, -days), **values}
            return _done(f"step {step} {name}", counted, **whole)  # fmt: skip

        # R05; contact was sought long before, which this measure does not ask for.
        yield done("R05 on the thirtieth day", inside, 30, sokt_kontakt_tid=day(STARTED, -40))
        yield done("R05 on the thirty-first day", outside, 31)
        yield done("at an operation, by an unlicensed profession", inside, 30, fas="2", yrkeskategori="XS920")
        yield done("at an examination in turn", inside, 30, fas="3", prioritet="TUR")
        yield done("at a follow-up", {measure: (False, True)}, 30, fas="4")
        yield done("at a follow-up with a target date", {measure: (False, True)}, 30, fas="4",
                   medicinskt_maldatum=date(2026, 5, 10))  # fmt: skip
        yield done("at an acute contact", {}, 30, fas="5", typ_akutverksamhet="3")
        yield done("at a drop-in without a decision", {}, 30, bokningssatt="5", beslut_tid=None)
        yield done("not in the guarantee", {measure: (False, True)}, 30, vardgaranti="N")
        yield done("in primary care", inside, 30, vardniva="P")
        yield done("outside child psychiatry", {}, 30, enhet_hsaid=UNIT, fas="4")
        yield done("at an unknown unit", {}, 30, enhet_hsaid=UNKNOWN_UNIT, fas="4")
        yield done("decided the day after", {}, -1)
        yield _waits(f"step {step} R05 for thirty days", inside, beslut_tid=day(LAST, -30), **here)
        yield _waits(f"step {step} R05 for thirty-one days", outside, beslut_tid=day(LAST, -31), **here)
        yield _waits(f"step {step} waits for an acute contact", {}, fas="5", **here)


STEPS = [
    *_steps(),
    _done("a step that does not exist", enhet_hsaid=CAP_UNIT, bup_steg="4"),
]

# --- follow-ups against their target date, and radiology -------------------------------------------------------


def _follow_up(name: str, target: str | None, is_inside: bool | None, **values: Any) -> Measured:
    """A follow-up carried out on STARTED; counted in no measure when `is_inside` is None."""
    counted = {} if is_inside is None else {"followup_target": (True, is_inside)}
    return _done(f"follow-up {name}", counted, **{"fas": "4", "medicinskt_maldatum": _date(target), **values})


def _overdue(name: str, target: str | None, is_inside: bool | None, **values: Any) -> Measured:
    """A follow-up that waits at the end of May."""
    counted = {} if is_inside is None else {"followup_target": (True, is_inside)}
    return _waits(f"follow-up {name}", counted, **{"fas": "4", "medicinskt_maldatum": _date(target), **values})


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


FOLLOW_UPS = [
    _follow_up("R19 the day before its target", "2026-05-11", True, yrkeskategori="XS920"),
    # Contact was sought before the decision: no other measure's wait, and not this one's.
    _follow_up("R19 on its target date", "2026-05-10", True, sokt_kontakt_tid=day(STARTED, 1)),
    _follow_up("R19 late on its target date", "2026-05-10", True, start_tid=day(STARTED).replace(hour=23, minute=59)),
    _follow_up("R19 the day after its target date", "2026-05-09", False),
    _follow_up("R19 without a target date", None, None),
    _follow_up("not in the guarantee", "2026-05-10", True, vardgaranti="N"),
    _follow_up("due before it was decided", "2026-04-20", False),
    _follow_up("decided the same day", "2026-05-10", True, beslut_tid=day(STARTED)),
    _follow_up("decided the day after, so disqualified", "2026-05-10", None, beslut_tid=day(STARTED, 1)),
    _follow_up("at a drop-in without a decision", "2026-05-10", None, beslut_tid=None, bokningssatt="5"),
    _follow_up("in child psychiatry", "2026-05-10", None, enhet_hsaid=CAP_UNIT),
    _follow_up("at the first line", "2026-05-10", True, enhet_hsaid=FIRST_LINE_UNIT),
    _follow_up("at an unknown unit", "2026-05-09", False, enhet_hsaid=UNKNOWN_UNIT),
    _follow_up("in primary care", "2026-05-10", None, vardniva="P"),
    _follow_up("of an unknown phase", "2026-05-10", None, fas="6"),
    _follow_up("that is acute", "2026-05-10", None, fas="5", typ_akutverksamhet="1"),
    _follow_up("with a step, outside child psychiatry", "2026-05-10", True, bup_steg="1"),
    _follow_up("in turn", "2026-05-10", True, prioritet="TUR"),
    _overdue("R20 that is due on the last day", "2026-05-31", True),
    _overdue("R20 that was due the day before the last", "2026-05-30", False),
    _overdue("R20 that waits without a target date", None, None),
    _overdue("that is due in June", "2026-06-01", True),
    _overdue("that waits outside the guarantee", "2026-05-30", False, vardgaranti="N"),
    _overdue("that waits in child psychiatry", "2026-05-31", None, enhet_hsaid=CAP_UNIT),
    _overdue("that waits in primary care", "2026-05-31", None, vardniva="P"),
]  # fmt: skip

# Those of the specialised measures' own rows in turn (cases.py) that radiology counts too, and what it leaves out.
IN_TURN = [
    _done("in turn in child psychiatry", fas="3", aktivitet="10502", prioritet="TUR", enhet_hsaid=CAP_UNIT),
    _done("in turn in primary care", fas="3", prioritet="TUR", vardniva="P"),
    _waits("waits in turn in child psychiatry", fas="3", aktivitet="10502", prioritet="TUR", enhet_hsaid=CAP_UNIT),
    _waits("waits in turn in primary care", fas="3", prioritet="TUR", vardniva="P"),
]

# Entries that only a measure of entries in primary care counts, which is none of the house's (OTHER_MEASURES).
SOUGHT_AND_WAITING = [
    _waits("primary care waits since contact was sought", vardniva="P", fas="4",
           sokt_kontakt_tid=day(LAST, -3)),
    _waits("primary care waits, sought the day after the last", vardniva="P", fas="4",
           sokt_kontakt_tid=day(LAST, 1)),
    _waits("primary care waits for an acute contact", vardniva="P", fas="5",
           sokt_kontakt_tid=day(LAST, -3)),
]  # fmt: skip

MEASURED_ROWS = [*ASSESSMENTS, *FIRST_LINES, *STEPS, *FOLLOW_UPS, *IN_TURN, *SOUGHT_AND_WAITING]

# --- one pattern of rows for every measure ---------------------------------------------------------------------

# What each measure asks of its rows beside the pattern.
PATTERN_VALUES: dict[str, Row] = {
    "radiology_60": {"fas": "3", "aktivitet": "10502", "prioritet": "TUR"},
    "followup_target": {"fas": "4"},
    "cap_assessment_30": {"enhet_hsaid": CAP_UNIT, "bup_steg": "1"},
    "cap_investigation_30": {"enhet_hsaid": CAP_UNIT, "bup_steg": "2"},
    "cap_treatment_30": {"enhet_hsaid": CAP_UNIT, "bup_steg": "3"},
    "primary_assessment_3": {"vardniva": "P", "medicinsk_bedomning": "J", "icd_huvud": "J069"},
    "first_line_3": {"vardniva": "P", "enhet_hsaid": FIRST_LINE_UNIT},
}
PATTERN_LIMITS = {
    "radiology_60": 60, "cap_assessment_30": 30, "cap_investigation_30": 30, "cap_treatment_30": 30,
    "primary_assessment_3": 3, "first_line_3": 3,
}  # fmt: skip
SOUGHT_MEASURES = ("primary_assessment_3", "first_line_3")
# (name, whether on the limit or a day over it, the other values); the last ones make a target's twentieth a contact.
PATTERN: list[tuple[str, bool, Row]] = [
    ("inside", True, {}),
    ("outside", False, {}),
    ("inside PvV", True, {"avvikelse": "1", "kon": "M"}),
    ("outside PvV", False, {"avvikelse": "1", "kon": "M"}),
    ("outside MoV", False, {"avvikelse": "2"}),
    ("inside SoV", True, {"avvikelse": "3", "kon": "M"}),
    ("inside, not in the guarantee", True, {"vardgaranti": "N"}),
    *((f"outside {number}", False, Row()) for number in range(14)),
]
# A follow-up is decided so long before; its limit is its target date.
FOLLOW_UP_DAYS = 200


def _pattern_times(measure: str, last: str, is_inside: bool) -> Row:
    """When a row was decided, or contact was sought, and a follow-up's target date; `last` is where its wait ends."""
    if measure == "followup_target":
        target = date.fromisoformat(last) - timedelta(days=0 if is_inside else 1)
        return {"beslut_tid": day(last, -FOLLOW_UP_DAYS), "medicinskt_maldatum": target}
    since = day(last, -PATTERN_LIMITS[measure] - (0 if is_inside else 1))
    return {"sokt_kontakt_tid": since, "beslut_tid": None} if measure in SOUGHT_MEASURES else {"beslut_tid": since}


def pattern_rows() -> tuple[list[Row], list[Row]]:
    """The pattern carried out and waiting in April 2026, for each measure; entries of three days' measures too."""
    contacts, entries = [], []
    for measure, values in PATTERN_VALUES.items():
        of_entries = {name: value for name, value in values.items() if name != "medicinsk_bedomning"}
        for name, is_inside, others in PATTERN:
            done = {**values, **others, **_pattern_times(measure, "2026-04-10", is_inside)}
            contacts.append(contact(PATTERN_PERIOD, f"{measure} {name}", **done))
            waits = {**of_entries, **others, **_pattern_times(measure, "2026-04-30", is_inside)}
            entries.append(waiting(PATTERN_PERIOD, f"{measure} waits {name}", **waits))
    return contacts, entries


# Assessments of October 2026, one of them by an unlicensed profession.
LATER_ASSESSMENTS = [
    contact(LATER_PERIOD, f"assessment of October by {code}", yrkeskategori=code, sokt_kontakt_tid=day("2026-10-08"),
            beslut_tid=None, **PATTERN_VALUES["primary_assessment_3"])
    for code in ("XS919", "XS920")
]  # fmt: skip


def measures_rows() -> tuple[list[Row], list[Row]]:
    """Contacts and entries of May 2026, of the pattern's month and of October."""
    contacts, entries = pattern_rows()
    contacts += LATER_ASSESSMENTS
    contacts += [planted.row for planted in MEASURED_ROWS if planted.population == "completed"]
    entries += [planted.row for planted in MEASURED_ROWS if planted.population == "waiting"]
    return contacts, entries
