"""The planted rows that several tests read, by subject. One build holds them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.python.warehouse.clinic_cases import clinic_rows, clinic_units, quarantined_rows
from tests.python.warehouse.planted import OTHER_CLINIC, UNIT, Plant, Row, contact, day, unit, waiting

FIXTURE_PERIOD = "2026-10"
RULE_PERIOD = "2024-07"
EARLIER_PERIOD = "2024-06"
LATER_PERIOD = "2024-08"

CAP_UNIT = "SE2321000131-E000000001002"
FIRST_LINE_UNIT = "SE2321000131-E000000001003"
MOVING_UNIT = "SE2321000131-E000000001004"
CLOSED_UNIT = "SE2321000131-E000000001005"
OVERLAPPING_UNIT = "SE2321000131-E000000001006"
NO_HOSPITAL_UNIT = "SE2321000131-E000000001007"
LEFT_REGISTER_UNIT = "SE2321000131-E000000001008"
UNKNOWN_UNIT = "SE2321000131-E000000009999"


@dataclass(frozen=True)
class Case:
    """A planted row of the rule period and the rules it must break: all of them, and no other."""

    name: str
    row: Row
    rules: str

    @property
    def contact_id(self) -> str:
        return str(self.row["vardkontakt_id"])


def _done(name: str, rules: str, **values: Any) -> Case:
    return Case(name, contact(RULE_PERIOD, f"G {name}", **values), rules)


def _waits(name: str, rules: str, **values: Any) -> Case:
    return Case(name, waiting(RULE_PERIOD, f"W {name}", **values), rules)


START = day("2024-07-10")
ACUTE: Row = {"fas": "5", "typ_akutverksamhet": "1"}


def _times(arrived: str | None, assessed: str | None, ended: str | None) -> Row:
    """The three times of an acute visit on the contact's day, by the clock; empty where None."""
    clock = {"tid_start_akut": arrived, "tid_bedomning": assessed, "tid_avslut_akut": ended}
    return {name: datetime.fromisoformat(f"2024-07-10T{time}") for name, time in clock.items() if time}


RULE_CASES = [
    _done("a contact without fault breaks no rule", ""),
    _waits("an entry without fault breaks no rule", ""),
    # A01
    _done("A01 completed first contact without decision", "A01", beslut_tid=None),
    _done("A01 leaves an acute contact without decision alone", "", beslut_tid=None, **ACUTE),
    _done("A01 leaves a completed drop-in without decision alone", "", beslut_tid=None, bokningssatt="5"),
    _done("A01 leaves primary care alone", "", beslut_tid=None, vardniva="P"),
    _waits("A01 entry without decision", "A01", beslut_tid=None),
    _waits("A01 a waiting drop-in is not excepted", "A01", beslut_tid=None, bokningssatt="5"),
    # A02
    _done("A02 start the day before the decision", "A02", beslut_tid=day("2024-07-11")),
    _done("A02 same day is no negative wait", "", beslut_tid=datetime(2024, 7, 10, 23, 59)),
    _done("A02 holds in primary care", "A02", beslut_tid=day("2024-07-11"), vardniva="P"),
    # A03
    _waits("A03 decision the day after the period", "A03", beslut_tid=datetime(2024, 8, 1)),
    _waits("A03 decision in the last minute of the period", "", beslut_tid=datetime(2024, 7, 31, 23, 59)),
    _waits("A03 holds in primary care", "A03", beslut_tid=datetime(2024, 8, 1), vardniva="P"),
    # A04
    _done("A04 decision on the last day of 2009", "A04", beslut_tid=datetime(2009, 12, 31, 23, 59)),
    _done("A04 decision on the first day of 2010", "", beslut_tid=datetime(2010, 1, 1)),
    _waits("A04 entry decided in 2009", "A04", beslut_tid=datetime(2009, 12, 31)),
    _waits("A04 leaves primary care alone", "", beslut_tid=datetime(2009, 12, 31), vardniva="P"),
    # A09
    _waits("A09 died on the period's last day", "A09", avliden_datum=date(2024, 7, 31)),
    _waits("A09 died the day after the period", "", avliden_datum=date(2024, 8, 1)),
    _waits("A09 holds in primary care", "A09", avliden_datum=date(2024, 7, 31), vardniva="P"),
    # A12 (the region's list holds 101 and 511)
    _done("A12 empty", "A12", mvo=None),
    _done("A12 two characters", "A12", mvo="10"),
    _done("A12 four characters", "A12", mvo="1011"),
    _done("A12 outside the region's list", "A12", mvo="999"),
    _waits("A12 empty on the list", "A12", mvo=None),
    _waits("A12 in the region's list", "", mvo="511"),
    _done("A12 leaves primary care alone", "", mvo=None, vardniva="P"),
    # A13
    _done("A13 operation without activity", "A13", fas="2"),
    _done("A13 examination without activity", "A13", fas="3"),
    _done("A13 operation with four characters", "A13", fas="2", aktivitet="5110"),
    _done("A13 operation with an activity", "", fas="2", aktivitet="51101"),
    _waits("A13 operation without activity on the list", "A13", fas="2"),
    _waits("A13 examination with an activity", "", fas="3", aktivitet="51101"),
    _done("A13 activity on a first contact", "A13", aktivitet="51101"),
    _done("A13 activity on an acute contact", "A13", aktivitet="51101", **ACUTE),
    _waits("A13 activity on a follow-up", "A13", aktivitet="51101", fas="4"),
    _done("A13 leaves primary care alone", "", fas="2", vardniva="P"),
    # A16
    _done("A16 PvV after 90 days", "A16", avvikelse="1", beslut_tid=day("2024-07-10", -90)),
    _done("A16 PvV after 91 days", "", avvikelse="1", beslut_tid=day("2024-07-10", -91)),
    _done("A16 MoV after 90 days", "", avvikelse="2", beslut_tid=day("2024-07-10", -90)),
    _waits("A16 entry with PvV after 90 days", "A16", avvikelse="1", beslut_tid=day("2024-07-31", -90)),
    _waits("A16 entry with PvV after 91 days", "", avvikelse="1", beslut_tid=day("2024-07-31", -91)),
    _done("A16 child psychiatry after 30 days", "A16", avvikelse="1", enhet_hsaid=CAP_UNIT,
          beslut_tid=day("2024-07-10", -30)),
    _done("A16 child psychiatry after 31 days", "", avvikelse="1", enhet_hsaid=CAP_UNIT,
          beslut_tid=day("2024-07-10", -31)),
    _done("A16 primary care after 3 days", "A16", avvikelse="1", vardniva="P",
          beslut_tid=day("2024-07-10", -3)),
    _done("A16 primary care after 4 days", "", avvikelse="1", vardniva="P",
          beslut_tid=day("2024-07-10", -4)),
    _done("A16 follow-up on its target date", "A16", avvikelse="1", fas="4",
          medicinskt_maldatum=START.date()),
    _done("A16 follow-up the day after its target date", "", avvikelse="1", fas="4",
          medicinskt_maldatum=date(2024, 7, 9)),
    # A21
    _done("A21 acute contact without acute type", "A21", fas="5"),
    _done("A21 acute contact of the first type", "", **ACUTE),
    _done("A21 acute contact of the last type", "", fas="5", typ_akutverksamhet="5"),
    _done("A21 first contact with an acute type", "A21", typ_akutverksamhet="1"),
    _done("A21 operation with an acute type", "A21", fas="2", aktivitet="51101", typ_akutverksamhet="2"),
    _done("A21 examination with an acute type", "A21", fas="3", aktivitet="10502", typ_akutverksamhet="3"),
    _done("A21 follow-up with an acute type", "A21", fas="4", typ_akutverksamhet="5"),
    _done("A21 follow-up without acute type", "", fas="4"),
    _waits("A21 an acute entry, which has no type, is left alone", "", fas="5"),
    _done("A21 leaves primary care alone", "", fas="5", vardniva="P"),
    # A22
    _done("A22 times in order", "", **ACUTE, **_times("09:00", "09:01", "09:02")),
    _done("A22 the same minute is in order", "", **ACUTE, **_times("09:00", "09:00", "09:00")),
    _done("A22 assessed the minute before arriving", "A22", **ACUTE, **_times("09:01", "09:00", "09:30")),
    _done("A22 assessed before arriving and not ended", "A22", **ACUTE, **_times("09:01", "09:00", None)),
    _done("A22 ended the minute before the assessment", "A22", **ACUTE, **_times("09:00", "09:31", "09:30")),
    _done("A22 ended before an assessment without arrival", "A22", **ACUTE, **_times(None, "09:31", "09:30")),
    _done("A22 ended before arriving and never assessed", "A22", **ACUTE, **_times("09:31", None, "09:30")),
    _done("A22 ended on arrival and never assessed", "", **ACUTE, **_times("09:30", None, "09:30")),
    _done("A22 assessed after midnight", "", **ACUTE, tid_start_akut=datetime(2024, 7, 10, 23, 59),
          tid_bedomning=datetime(2024, 7, 11), tid_avslut_akut=datetime(2024, 7, 11, 0, 1)),
    _done("A22 type 1 without times", "", **ACUTE, **_times(None, None, None)),
    _done("A22 arrival on another type", "A22", fas="5", typ_akutverksamhet="2", **_times("09:00", None, None)),
    _done("A22 assessment on another type", "A22", fas="5", typ_akutverksamhet="3", **_times(None, "09:00", None)),
    _done("A22 end on another type", "A22", fas="5", typ_akutverksamhet="5", **_times(None, None, "09:00")),
    _done("A22 another type without times", "", fas="5", typ_akutverksamhet="2"),
    _done("A22 arrival on a planned contact", "A22", **_times("09:00", None, None)),
    _done("A22 leaves primary care alone", "", vardniva="P", **ACUTE, **_times("09:01", "09:00", "09:30")),
    # A23
    _done("A23 admitted at a first contact", "A23", vardkontakttyp="91"),
    _done("A23 admitted at a follow-up", "A23", vardkontakttyp="91", fas="4"),
    _done("A23 admitted at an acute contact", "A23", vardkontakttyp="91", **ACUTE),
    _done("A23 admitted for an operation", "", vardkontakttyp="91", fas="2", aktivitet="51101"),
    _done("A23 admitted for an examination", "", vardkontakttyp="91", fas="3", aktivitet="10502"),
    _done("A23 not admitted at a first contact", "", vardkontakttyp="82"),
    _waits("A23 waits to be admitted for a first contact", "A23", vardkontakttyp="91"),
    _waits("A23 waits to be admitted for an operation", "", vardkontakttyp="91", fas="2", aktivitet="51101"),
    _waits("A23 waits to be admitted for an examination", "", vardkontakttyp="91", fas="3", aktivitet="10502"),
    _done("A23 leaves primary care alone", "", vardkontakttyp="91", vardniva="P"),
    # A24
    _done("A24 letters", "A24", lkf="ABCD"),
    _done("A24 three digits", "A24", lkf="198"),
    _done("A24 E04 protected", "A24", lkf="198", skyddad_identitet="J"),
    _done("A24 five digits", "A24", lkf="19801"),
    _done("A24 county that does not exist", "A24", lkf="1180"),
    _done("A24 empty", "A24", lkf=None),
    _done("A24 zeros", "A24", lkf="0000"),
    _waits("A24 nines", "A24", lkf="9999"),
    _waits("A24 another region's municipality", "", lkf="0380"),
    _done("A24 leaves primary care alone", "", lkf="ABCD", vardniva="P"),
    # A26
    _done("A26 unknown birth year", "A26", patient_birth_year=None),
    _done("A26 born the year after", "A26", patient_birth_year=2025),
    _done("A26 born the same year", "", patient_birth_year=2024),
    _waits("A26 born 1900", "A26", patient_birth_year=1900),
    _waits("A26 106 years old", "A26", patient_birth_year=1918),
    _waits("A26 105 years old", "", patient_birth_year=1919),
    _done("A26 takes the extract's own year when the identity gives none", "", patient_birth_year=None,
          fodelsear=1950),
    _done("A26 holds in primary care", "A26", patient_birth_year=None, vardniva="P"),
    # A27
    _done("A27 listing without SE", "A27", listad_enhet_hsaid="2321000131-E1"),
    _done("A27 referrer with nine digits", "A27", remittent_hsaid="SE232100013-E1"),
    _waits("A27 referrer without suffix", "A27", remittent_hsaid="SE2321000131-"),
    _waits("A27 right form", "", remittent_hsaid="SE2321000131-E1", listad_enhet_hsaid=UNIT),
    _done("A27 unit in small letters is unknown too", "A27 E01", enhet_hsaid=UNIT.lower()),
    # A30
    _done("A30 start the minute before the period", "A30", start_tid=datetime(2024, 6, 30, 23, 59)),
    _done("A30 start at the period's first moment", "", start_tid=datetime(2024, 7, 1)),
    _done("A30 start in the period's last minute", "", start_tid=datetime(2024, 7, 31, 23, 59)),
    _done("A30 start the moment after the period", "A30", start_tid=datetime(2024, 8, 1)),
    _done("A30 holds in primary care", "A30", start_tid=datetime(2024, 8, 1), vardniva="P"),
    # A36
    _done("A36 no way of booking", "A36", bokningssatt=None),
    _done("A36 unknown way of booking", "A36", bokningssatt="6"),
    _done("A36 no contact type", "A36", vardkontakttyp=None),
    _done("A36 unknown contact type", "A36", vardkontakttyp="9"),
    _done("A36 last contact type of the list", "", vardkontakttyp="83"),
    _waits("A36 no profession", "A36", yrkeskategori=None),
    _waits("A36 unknown profession", "A36", yrkeskategori="XS927"),
    _waits("A36 last profession of the list", "", yrkeskategori="XS926"),
    _waits("A36 unknown deviation", "A36", avvikelse="4"),
    _done("A36 unknown phase", "A36", fas="6"),
    _done("A36 unknown referrer type", "A36", remittenttyp="3"),
    _done("A36 known referrer type", "", remittenttyp="2"),
    _done("A36 unknown child psychiatry step", "A36", bup_steg="4", enhet_hsaid=CAP_UNIT),
    _done("A36 unknown acute type", "A36", fas="5", typ_akutverksamhet="6"),
    _done("A36 leaves primary care alone", "", bokningssatt=None, vardniva="P"),
    # E01
    _done("E01 unit that no register holds", "E01", enhet_hsaid=UNKNOWN_UNIT),
    _done("E01 the day after the unit closed", "E01", enhet_hsaid=CLOSED_UNIT),
    _done("E01 on the unit's last day", "", enhet_hsaid=CLOSED_UNIT, start_tid=datetime(2024, 7, 9, 23, 59)),
    _waits("E01 a unit that closed before the last day", "E01", enhet_hsaid=CLOSED_UNIT),
    _done("E01 holds in primary care", "E01", enhet_hsaid=UNKNOWN_UNIT, vardniva="P"),
    # several at once, in the order of their ids
    _done("many faults stand in order", "A01 A12 A24 A30 E01", beslut_tid=None, mvo=None, lkf="1",
          start_tid=datetime(2024, 8, 1), enhet_hsaid=UNKNOWN_UNIT),
]  # fmt: skip

EVERYTHING_WRONG: Row = {
    "beslut_tid": None, "mvo": None, "lkf": "x", "enhet_hsaid": "x", "patient_birth_year": None,
    "bokningssatt": None, "vardkontakttyp": None, "yrkeskategori": None, "avvikelse": "9", "fas": "2",
}  # fmt: skip


def rule_rows() -> tuple[list[Row], list[Row]]:
    """Contacts and waiting entries of the rule cases, with those that need more than one row or period."""
    contacts = [case.row for case in RULE_CASES if "start_tid" in case.row]
    entries = [case.row for case in RULE_CASES if "start_tid" not in case.row]
    contacts += [
        contact(RULE_PERIOD, "U no show", kontaktform="U", **EVERYTHING_WRONG),
        # A05, A07: one id in several periods or files
        contact(EARLIER_PERIOD, "twice done"),
        contact(RULE_PERIOD, "twice done"),
        contact(LATER_PERIOD, "twice done"),
        contact(EARLIER_PERIOD, "no show, then done", kontaktform="U"),
        contact(RULE_PERIOD, "no show, then done"),
        contact(EARLIER_PERIOD, "in the wrong file, then done", start_tid=START),
        contact(RULE_PERIOD, "in the wrong file, then done"),
        contact(RULE_PERIOD, "waits but done"),
        contact(EARLIER_PERIOD, "waits but done earlier"),
        contact(LATER_PERIOD, "waits and is done later"),
        contact(RULE_PERIOD, "waits after a no show", kontaktform="U"),
        contact(RULE_PERIOD, "primary care, waits but done", vardniva="P"),
    ]
    entries += [
        waiting(RULE_PERIOD, "waits but done"),
        waiting(RULE_PERIOD, "waits but done earlier"),
        waiting(RULE_PERIOD, "waits and is done later"),
        waiting(RULE_PERIOD, "waits after a no show"),
        waiting(RULE_PERIOD, "primary care, waits but done", vardniva="P"),
        # WT02
        waiting(RULE_PERIOD, "removed on the last day", status="A", avford_tid=datetime(2024, 7, 31, 23, 59),
                avford_orsak="EJ_BEHOV"),
        waiting(RULE_PERIOD, "removed the day after", status="A", avford_tid=datetime(2024, 8, 1),
                avford_orsak="EJ_BEHOV"),
        waiting(RULE_PERIOD, "wrongly registered", status="A", avford_tid=day("2024-08-05"),
                avford_orsak="FELREGISTRERAD", **EVERYTHING_WRONG),
        waiting(RULE_PERIOD, "dead in the period", status="A", avford_tid=day("2024-08-05"),
                avford_orsak="AVLIDEN", avliden_datum=date(2024, 7, 31)),
        waiting(RULE_PERIOD, "dead after the period", status="A", avford_tid=day("2024-08-05"),
                avford_orsak="AVLIDEN", avliden_datum=date(2024, 8, 1)),
        waiting(RULE_PERIOD, "removed in the period", status="A", avford_tid=day("2024-07-05"),
                avford_orsak="FELREGISTRERAD"),
        waiting(RULE_PERIOD, "removed without a time", status="A"),
    ]  # fmt: skip
    return contacts, entries


def fixture_rows() -> tuple[list[Row], list[Row]]:
    """The published fixture: first contacts of October 2026, limit 90 days."""

    def done(name: str, decision: str, start: str, **values: Any) -> Row:
        return contact(FIXTURE_PERIOD, name, beslut_tid=day(decision), start_tid=day(start), **values)

    def waits(name: str, decision: str, **values: Any) -> Row:
        return waiting(FIXTURE_PERIOD, name, beslut_tid=day(decision), **values)

    contacts = [
        done("G1", "2026-07-20", "2026-10-18"),
        done("G2", "2026-07-20", "2026-10-19"),
        done("G3", "2026-02-20", "2026-10-05", avvikelse="1"),
        done("G4", "2026-05-01", "2026-10-05", avvikelse="2"),
        done("G5", "2026-10-02", "2026-10-02"),
        done("G6", "2026-01-10", "2026-10-12", vardgaranti="N"),
        done("G11", "2026-08-06", "2026-10-05", avvikelse="1"),
        done("G12", "2026-09-01", "2026-10-16"),
        # V8 was carried out on the last day; as an examination it is outside the measure.
        done("V8", "2026-09-01", "2026-10-31", fas="3", aktivitet="10502"),
        # R03: neither the hour between summer and normal time nor midnight makes a day.
        contact(FIXTURE_PERIOD, "clock change", beslut_tid=datetime(2026, 10, 24, 23, 30),
                start_tid=datetime(2026, 10, 28, 0, 10), vardniva="P"),
    ]  # fmt: skip
    entries = [
        waits("V1", "2026-08-02"),
        waits("V2", "2026-08-01"),
        waits("V3", "2026-05-20", avvikelse="1"),
        waits("V4", "2026-05-20", avvikelse="2"),
        waits("V5", "2026-10-31"),
        waits("V6", "2026-11-01"),
        waits("V7", "2026-06-01"),
        waits("V8", "2026-09-01"),
        waits("V9", "2026-09-01", status="A", avford_tid=day("2026-10-20"), avford_orsak="EJ_BEHOV"),
        waits("V10", "2026-09-30", bokad_tid=day("2026-12-01")),
    ]
    return contacts, entries


def history_rows() -> list[Row]:
    """Operations of April 2024 at units that move, close, overlap, leave the register or are unknown."""

    def done(name: str, start: str, decision: str = "2024-03-20", **values: Any) -> Row:
        times = {"start_tid": day(start), "beslut_tid": day(decision)}
        return contact("2024-04", name, fas="2", aktivitet="51101", **times, **values)

    return [
        done("last day in the first clinic", "2024-04-15", enhet_hsaid=MOVING_UNIT),
        done("first day in the second clinic", "2024-04-16", enhet_hsaid=MOVING_UNIT),
        done("at the unit that left the register", "2024-04-10", enhet_hsaid=LEFT_REGISTER_UNIT, kon="M"),
        done("at an unknown unit", "2024-04-10", enhet_hsaid=UNKNOWN_UNIT),
        done("at the overlapping unit before", "2024-04-09", enhet_hsaid=OVERLAPPING_UNIT),
        done("at the overlapping unit inside", "2024-04-10", enhet_hsaid=OVERLAPPING_UNIT),
        done("at the overlapping unit after", "2024-04-21", enhet_hsaid=OVERLAPPING_UNIT),
        done("in child psychiatry", "2024-04-10", enhet_hsaid=CAP_UNIT),
        done("at the first line", "2024-04-10", enhet_hsaid=FIRST_LINE_UNIT),
        # R02: 2024 has a leap day.
        done("leap year, inside", "2024-04-14", "2024-01-15"),
        done("leap year, outside", "2024-04-15", "2024-01-15"),
        # first contacts, for the specialty groups that the measure leaves out
        contact("2024-04", "first contact", fas="1"),
        contact("2024-04", "first contact in child psychiatry", fas="1", enhet_hsaid=CAP_UNIT),
        contact("2024-04", "first contact at the first line", fas="1", enhet_hsaid=FIRST_LINE_UNIT),
        contact("2024-04", "first contact at an unknown unit", fas="1", enhet_hsaid=UNKNOWN_UNIT),
        contact("2024-04", "first contact in primary care", fas="1", vardniva="P"),
    ]


def legal_wait_rows() -> list[Row]:
    """WT40: contacts of May 2024 decided 125 days before, with deviations of different extent."""

    def done(name: str, code: str, first: date | None, end: date | None) -> Row:
        times = {"beslut_tid": day("2024-01-27"), "start_tid": day("2024-05-31")}
        return contact("2024-05", name, avvikelse=code, avvikelse_from=first, avvikelse_tom=end, **times)

    return [
        done("interval inside", "2", date(2024, 3, 1), date(2024, 4, 10)),
        done("open interval", "1", date(2024, 5, 21), None),
        done("interval from before the decision", "1", date(2024, 1, 1), date(2024, 2, 6)),
        done("interval beyond the wait", "2", date(2024, 5, 21), date(2024, 7, 1)),
        done("interval before the decision", "2", date(2024, 1, 1), date(2024, 1, 27)),
        done("particular reasons", "3", date(2024, 3, 1), date(2024, 4, 10)),
        done("no interval", "2", None, None),
    ]


# R21, R22: both sides of each band's boundary, and of the limit for an over-long wait.
BOUNDARY_WAITS = (0, 30, 31, 60, 61, 90, 91, 120, 121, 150, 151, 180, 181, 365, 366)


def boundary_rows() -> list[Row]:
    """First contacts of February 2024 that waited exactly to each boundary."""
    start = day("2024-02-10")
    return [
        contact("2024-02", f"waited {days} days", start_tid=start, beslut_tid=day("2024-02-10", -days))
        for days in BOUNDARY_WAITS
    ]


def delivery_rows() -> tuple[list[Row], list[Row]]:
    """What DL01-DL03 say of single attributes, in March 2024."""
    early = datetime(2009, 12, 31, 12)

    def done(name: str, **values: Any) -> Row:
        return contact("2024-03", name, **values)

    acute: Row = {
        "tid_start_akut": datetime(2024, 3, 10, 9), "tid_bedomning": datetime(2024, 3, 10, 9, 30),
        "tid_avslut_akut": datetime(2024, 3, 10, 11), "vard_avbruten": "J",
    }  # fmt: skip
    contacts = [
        done("plain", kon="M"),
        done("protected", skyddad_identitet="J", listad_enhet_hsaid=UNIT, kon="O"),
        done("listed", listad_enhet_hsaid=UNIT),
        done("no home", lkf=None, vardgaranti="N"),
        done("another region", lkf="0380"),
        done("fitting codes", kva_huvud="AB123", icd_huvud="H251"),
        done("short codes", kva_huvud="AB12", icd_huvud="H25"),
        done("long codes", kva_huvud="AB1234", icd_huvud="H251234"),
        done("longest diagnosis", icd_huvud="H25123"),
        done("activity on an operation", fas="2", aktivitet="51101"),
        done("activity on a first contact", aktivitet="51101"),
        done("acute", fas="5", typ_akutverksamhet="1", beslut_tid=None, **acute),
        done("acute of another type", fas="5", typ_akutverksamhet="2", beslut_tid=None, vard_avbruten="J"),
        done("acute before 2010", fas="5", typ_akutverksamhet="1", tid_start_akut=early),
        done("drop-in", bokningssatt="5", beslut_tid=None),
        done("drop-in with a decision", bokningssatt="5"),
        done("no hospital", enhet_hsaid=NO_HOSPITAL_UNIT),
        done("old dates", medicinskt_maldatum=early.date(), remiss_datum=date(1899, 12, 31),
             ankomst_datum=date(1900, 1, 1)),
        done("first dates", medicinskt_maldatum=date(2010, 1, 1), remiss_datum=date(1900, 1, 1)),
        done("primary care", vardniva="P"),
        done("no show", kontaktform="U"),
        done("negative wait", beslut_tid=day("2024-03-11")),
        done("two faults", beslut_tid=day("2024-03-11"), mvo=None),
        done("undeliverable", mvo=None),
        done("unlikely but delivered", patient_birth_year=1910),
        done("acute without type", fas="5"),
        done("planned with an acute type", typ_akutverksamhet="1"),
        done("acute times of another type", fas="5", typ_akutverksamhet="2", **acute),
        done("acute times out of order", fas="5", typ_akutverksamhet="1",
             **{**acute, "tid_avslut_akut": datetime(2024, 3, 10, 9, 15)}),
        done("admitted at a first contact", vardkontakttyp="91"),
    ]  # fmt: skip
    entries = [
        waiting("2024-03", "waits"),
        waiting("2024-03", "waits in primary care", vardniva="P"),
        waiting("2024-03", "waits with an acute phase", fas="5"),
        waiting("2024-03", "waits with a future decision", beslut_tid=day("2024-04-01")),
        waiting("2024-03", "waits to be admitted for a follow-up", vardkontakttyp="91", fas="4"),
        waiting("2024-03", "never waited", status="A", avford_tid=day("2024-04-05"),
                avford_orsak="FELREGISTRERAD"),
        waiting("2024-03", "removed in March", status="A", avford_tid=day("2024-03-05"),
                avford_orsak="OVRIGT"),
    ]  # fmt: skip
    return contacts, entries


def register_rows() -> list[Row]:
    """The register of June, loaded last, and the newer one of July (CM10)."""

    def both(unit_id: str, **values: Any) -> list[Row]:
        return [unit("2024-06", unit_id, _load_id=9, **values), unit("2024-07", unit_id, **values)]

    moved: Row = {"klinik_hsaid": OTHER_CLINIC, "klinik_namn": "Andra kliniken", "omrade": "Södra"}
    return [
        *both(UNIT),
        *both(CAP_UNIT, verksamhetstyp="BUP"),
        *both(FIRST_LINE_UNIT, verksamhetstyp="FORSTA_LINJEN"),
        *both(CLOSED_UNIT, giltig_tom=date(2024, 7, 9)),
        *both(NO_HOSPITAL_UNIT, sjukhus_kod=None, sjukhus_namn=None),
        # June's register knows nothing of the move.
        unit("2024-06", MOVING_UNIT, _load_id=9, namn="Gamla namnet"),
        unit("2024-07", MOVING_UNIT, giltig_tom=date(2024, 4, 15)),
        unit("2024-07", MOVING_UNIT, giltig_from=date(2024, 4, 16), **moved),
        unit("2024-06", LEFT_REGISTER_UNIT, _load_id=9, driftform="PRIVAT"),
        unit("2024-07", OVERLAPPING_UNIT),
        unit("2024-07", OVERLAPPING_UNIT, giltig_from=date(2024, 4, 10), giltig_tom=date(2024, 4, 20), **moved),
    ]


def whole_plant() -> Plant:
    """Every planted row in one plant; the region lists its own codes."""
    plant = Plant(
        units=[*register_rows(), *clinic_units()],
        region_mvo=("101", "511"),
        quarantined=quarantined_rows(),
    )
    for contacts, entries in (rule_rows(), fixture_rows(), delivery_rows(), clinic_rows()):
        plant.contacts += contacts
        plant.waiting += entries
    plant.contacts += history_rows() + legal_wait_rows() + boundary_rows()
    return plant
