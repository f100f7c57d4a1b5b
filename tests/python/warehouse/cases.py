"""The planted rows that several tests read, by subject. One build holds them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.python.warehouse.case import (
    CLOSED_UNIT,
    EARLIER_PERIOD,
    FIXTURE_PERIOD,
    LATER_PERIOD,
    LEFT_REGISTER_UNIT,
    MALFORMED_UNIT,
    MOVING_UNIT,
    NO_HOSPITAL_UNIT,
    ONE_DAY_OVERLAP_UNIT,
    OVERLAPPING_UNIT,
    OWN_CLINIC_UNIT,
    RULE_PERIOD,
    SAME_START_UNIT,
    THREE_INTERVALS_UNIT,
    Case,
    done,
    entity_of,
    fitting,
    waits,
)
from tests.python.warehouse.cases_measures import MEASURE_PERIOD, measures_rows
from tests.python.warehouse.cases_rows import ROW_CASES
from tests.python.warehouse.clinic_cases import clinic_rows, clinic_units, quarantined_rows
from tests.python.warehouse.flow_cases import flow_rows, flow_units
from tests.python.warehouse.phone_cases import phone_rows
from tests.python.warehouse.planted import (
    CAP_UNIT,
    FIRST_LINE_UNIT,
    OTHER_CLINIC,
    UNIT,
    UNKNOWN_UNIT,
    Plant,
    Row,
    contact,
    day,
    unit,
    waiting,
)
from tests.python.warehouse.ward_cases import plant_wards

START = day("2024-07-10")
ACUTE: Row = {"fas": "5", "typ_akutverksamhet": "1"}


def _times(arrived: str | None, assessed: str | None, ended: str | None) -> Row:
    """The three times of an acute visit on the contact's day, by the clock; empty where None."""
    clock = {"tid_start_akut": arrived, "tid_bedomning": assessed, "tid_avslut_akut": ended}
    return {name: datetime.fromisoformat(f"2024-07-10T{time}") for name, time in clock.items() if time}


RULE_CASES = [
    done("a contact without fault breaks no rule", ""),
    waits("an entry without fault breaks no rule", ""),
    # A01
    done("A01 completed first contact without decision", "A01", beslut_tid=None),
    done("A01 leaves an acute contact without decision alone", "", beslut_tid=None, **ACUTE),
    done("A01 leaves a completed drop-in without decision alone", "", beslut_tid=None, bokningssatt="5"),
    done("A01 leaves primary care alone", "", beslut_tid=None, vardniva="P"),
    waits("A01 entry without decision", "A01", beslut_tid=None),
    done("A01 A36 neither decision nor way of booking", "A01 A36", beslut_tid=None, bokningssatt=None),
    waits("A01 a waiting drop-in is not excepted", "A01", beslut_tid=None, bokningssatt="5"),
    waits("A01 operation without decision", "A01", beslut_tid=None, fas="2", aktivitet="51101"),
    waits("A01 examination without decision", "A01", beslut_tid=None, fas="3", aktivitet="10502"),
    waits("A01 follow-up without decision", "A01", beslut_tid=None, fas="4"),
    waits("A01 leaves an acute entry without decision alone", "", beslut_tid=None, fas="5"),
    # A02
    done("A02 start the day before the decision", "A02", beslut_tid=day("2024-07-11")),
    done("A02 same day is no negative wait", "", beslut_tid=datetime(2024, 7, 10, 23, 59)),
    done("A02 holds in primary care", "A02", beslut_tid=day("2024-07-11"), vardniva="P"),
    # A03
    waits("A03 decision the day after the period", "A03", beslut_tid=datetime(2024, 8, 1)),
    waits("A03 decision in the last minute of the period", "", beslut_tid=datetime(2024, 7, 31, 23, 59)),
    waits("A03 holds in primary care", "A03", beslut_tid=datetime(2024, 8, 1), vardniva="P"),
    done("A03 leaves a contact carried out alone", "A02", beslut_tid=datetime(2024, 8, 1)),
    # A04
    done("A04 decision on the last day of 2009", "A04", beslut_tid=datetime(2009, 12, 31, 23, 59)),
    done("A04 decision on the first day of 2010", "", beslut_tid=datetime(2010, 1, 1)),
    waits("A04 entry decided in 2009", "A04 A11", beslut_tid=datetime(2009, 12, 31)),
    waits("A04 leaves primary care alone", "A11", beslut_tid=datetime(2009, 12, 31), vardniva="P"),
    # A09
    waits("A09 died on the period's last day", "A09", avliden_datum=date(2024, 7, 31)),
    waits("A09 died the day after the period", "", avliden_datum=date(2024, 8, 1)),
    waits("A09 holds in primary care", "A09", avliden_datum=date(2024, 7, 31), vardniva="P"),
    done("A09 leaves a contact carried out alone", "", avliden_datum=date(2024, 7, 31)),
    # A12 (the region's list holds 101 and 511, and 10, which no delivery could hold)
    done("A12 empty", "A12", "Medicinskt verksamhetsområde: tomt.", mvo=None),
    done("A12 two characters", "A12", "Medicinskt verksamhetsområde: 10.", mvo="10"),
    done("A12 four characters", "A12", mvo="1011"),
    done("A12 outside the region's list", "A12", mvo="999"),
    waits("A12 empty on the list", "A12", mvo=None),
    waits("A12 in the region's list", "", mvo="511"),
    done("A12 leaves primary care alone", "", mvo=None, vardniva="P"),
    # A13
    done("A13 operation without activity", "A13/missing", "Fas 2, aktivitet: tom.", fas="2"),
    done("A13 examination without activity", "A13/missing", fas="3"),
    done("A13 operation with four characters", "A13/missing", "Fas 2, aktivitet: 5110.", fas="2", aktivitet="5110"),
    done("A13 operation with five characters outside the region's list", "A13/missing", fas="2",
          aktivitet="99999"),
    done("A13 operation with an activity", "", fas="2", aktivitet="51101"),
    waits("A13 operation without activity on the list", "A13/missing", fas="2"),
    waits("A13 examination with an activity", "", fas="3", aktivitet="51101"),
    done("A13 activity on a first contact", "A13/superfluous", aktivitet="51101"),
    done("A13 activity on an acute contact", "A13/superfluous", aktivitet="51101", **ACUTE),
    waits("A13 activity on a follow-up", "A13/superfluous", aktivitet="51101", fas="4"),
    done("A13 leaves primary care alone", "", fas="2", vardniva="P"),
    done("A13 leaves an activity in primary care alone", "", aktivitet="51101", vardniva="P"),
    # A16
    done("A16 PvV after 90 days", "A16", avvikelse="1", beslut_tid=day("2024-07-10", -90)),
    done("A16 PvV after 91 days", "", avvikelse="1", beslut_tid=day("2024-07-10", -91)),
    done("A16 MoV after 90 days", "", avvikelse="2", beslut_tid=day("2024-07-10", -90)),
    waits("A16 entry with PvV after 90 days", "A16", avvikelse="1", beslut_tid=day("2024-07-31", -90)),
    waits("A16 entry with PvV after 91 days", "", avvikelse="1", beslut_tid=day("2024-07-31", -91)),
    done("A16 child psychiatry after 30 days", "A16", avvikelse="1", enhet_hsaid=CAP_UNIT,
          beslut_tid=day("2024-07-10", -30)),
    done("A16 child psychiatry after 31 days", "", avvikelse="1", enhet_hsaid=CAP_UNIT,
          beslut_tid=day("2024-07-10", -31)),
    done("A16 primary care after 3 days", "A16", avvikelse="1", vardniva="P",
          beslut_tid=day("2024-07-10", -3)),
    done("A16 primary care after 4 days", "", avvikelse="1", vardniva="P",
          beslut_tid=day("2024-07-10", -4)),
    done("A16 follow-up on its target date", "A16", avvikelse="1", fas="4",
          medicinskt_maldatum=START.date()),
    done("A16 follow-up the day after its target date", "", avvikelse="1", fas="4",
          medicinskt_maldatum=date(2024, 7, 9)),
    # A21
    done("A21 acute contact without acute type", "A21", fas="5"),
    done("A21 acute contact of the first type", "", **ACUTE),
    done("A21 acute contact of the last type", "", fas="5", typ_akutverksamhet="5"),
    done("A21 first contact with an acute type", "A21", typ_akutverksamhet="1"),
    done("A21 operation with an acute type", "A21", fas="2", aktivitet="51101", typ_akutverksamhet="2"),
    done("A21 examination with an acute type", "A21", fas="3", aktivitet="10502", typ_akutverksamhet="3"),
    done("A21 follow-up with an acute type", "A21", fas="4", typ_akutverksamhet="5"),
    done("A21 follow-up without acute type", "", fas="4"),
    waits("A21 an acute entry, which has no type, is left alone", "", fas="5"),
    done("A21 leaves primary care alone", "", fas="5", vardniva="P"),
    # A22
    done("A22 times in order", "", **ACUTE, **_times("09:00", "09:01", "09:02")),
    done("A22 the same minute is in order", "", **ACUTE, **_times("09:00", "09:00", "09:00")),
    done("A22 assessed the minute before arriving", "A22", **ACUTE, **_times("09:01", "09:00", "09:30")),
    done("A22 assessed before arriving and not ended", "A22",
          "Typ av akutverksamhet 1: start 2024-07-10 09:01:00, bedömning 2024-07-10 09:00:00, avslut tom.",
          **ACUTE, **_times("09:01", "09:00", None)),
    done("A22 ended the minute before the assessment", "A22", **ACUTE, **_times("09:00", "09:31", "09:30")),
    done("A22 ended before an assessment without arrival", "A22",
          "Typ av akutverksamhet 1: start tom, bedömning 2024-07-10 09:31:00, avslut 2024-07-10 09:30:00.",
          **ACUTE, **_times(None, "09:31", "09:30")),
    done("A22 ended before arriving and never assessed", "A22",
          "Typ av akutverksamhet 1: start 2024-07-10 09:31:00, bedömning tom, avslut 2024-07-10 09:30:00.",
          **ACUTE, **_times("09:31", None, "09:30")),
    done("A22 ended on arrival and never assessed", "", **ACUTE, **_times("09:30", None, "09:30")),
    done("A22 assessed after midnight", "", **ACUTE, tid_start_akut=datetime(2024, 7, 10, 23, 59),
          tid_bedomning=datetime(2024, 7, 11), tid_avslut_akut=datetime(2024, 7, 11, 0, 1)),
    done("A22 type 1 without times", "", **ACUTE, **_times(None, None, None)),
    done("A22 arrival on another type", "A22", fas="5", typ_akutverksamhet="2", **_times("09:00", None, None)),
    done("A22 assessment on another type", "A22", fas="5", typ_akutverksamhet="3", **_times(None, "09:00", None)),
    done("A22 end on another type", "A22", fas="5", typ_akutverksamhet="5", **_times(None, None, "09:00")),
    done("A22 another type without times", "", fas="5", typ_akutverksamhet="2"),
    done("A22 arrival on a planned contact", "A22", **_times("09:00", None, None)),
    done("A22 leaves primary care alone", "", vardniva="P", **ACUTE, **_times("09:01", "09:00", "09:30")),
    # A23
    done("A23 admitted at a first contact", "A23", vardkontakttyp="91"),
    done("A23 admitted at a follow-up", "A23", vardkontakttyp="91", fas="4"),
    done("A23 admitted at an acute contact", "A23", vardkontakttyp="91", **ACUTE),
    done("A23 admitted for an operation", "", vardkontakttyp="91", fas="2", aktivitet="51101"),
    done("A23 admitted for an examination", "", vardkontakttyp="91", fas="3", aktivitet="10502"),
    done("A23 not admitted at a first contact", "", vardkontakttyp="82"),
    waits("A23 waits to be admitted for a first contact", "A23", vardkontakttyp="91"),
    waits("A23 waits to be admitted for an operation", "", vardkontakttyp="91", fas="2", aktivitet="51101"),
    waits("A23 waits to be admitted for an examination", "", vardkontakttyp="91", fas="3", aktivitet="10502"),
    done("A23 leaves primary care alone", "", vardkontakttyp="91", vardniva="P"),
    # A24
    done("A24 letters", "A24/malformed", lkf="ABCD"),
    done("A24 three digits", "A24/malformed", "Län och kommun är ingen känd kod.", lkf="198"),
    done("A24 E04 protected", "A24/malformed", "Län och kommun är ingen känd kod.",
          lkf="198", skyddad_identitet="J"),
    done("A24 five digits", "A24/malformed", lkf="19801"),
    done("A24 county that does not exist", "A24/malformed", lkf="1180"),
    done("A24 empty", "A24/unknown", "Län och kommun är tomt.", lkf=None),
    done("A24 zeros", "A24/unknown", lkf="0000"),
    waits("A24 nines", "A24/unknown", lkf="9999"),
    waits("A24 another region's municipality", "", lkf="0380", vardgaranti="N"),
    waits("A24 letters on the list", "A24/malformed", lkf="ABCD"),
    done("A24 leaves an empty home in primary care alone", "", lkf=None, vardniva="P"),
    done("A24 leaves primary care alone", "", lkf="ABCD", vardniva="P"),
    # A26
    done("A26 unknown birth year", "A26/impossible", "Födelseåret är okänt.", patient_birth_year=None),
    done("A26 born the year after", "A26/impossible", "Födelseåret är ifyllt men orimligt.", patient_birth_year=2025),
    done("A26 born the same year", "", patient_birth_year=2024),
    waits("A26 born 1900", "A26/impossible", patient_birth_year=1900),
    waits("A26 born 1901", "A26/very_old", patient_birth_year=1901),
    waits("A26 106 years old", "A26/very_old", patient_birth_year=1918),
    waits("A26 105 years old", "", patient_birth_year=1919),
    done("A26 takes the extract's own year when the identity gives none", "", patient_birth_year=None,
          fodelsear=1950),
    done("A26 106 years old in primary care", "A26/very_old", patient_birth_year=1918, vardniva="P"),
    done("A26 holds in primary care", "A26/impossible", patient_birth_year=None, vardniva="P"),
    # A27
    done("A27 listing without SE", "A27", "Fel form: listning ", listad_enhet_hsaid="2321000131-E1"),
    done("A27 referrer with nine digits", "A27", "Fel form: remittent ", remittent_hsaid="SE232100013-E1"),
    waits("A27 referrer without suffix", "A27", remittent_hsaid="SE2321000131-"),
    waits("A27 right form", "", remittent_hsaid="SE2321000131-E1", listad_enhet_hsaid=UNIT),
    done("A27 unit that the register holds", "A27", "Fel form: enhet ", enhet_hsaid=MALFORMED_UNIT),
    done("A27 holds in primary care", "A27", listad_enhet_hsaid="2321000131-E1", vardniva="P"),
    done("A27 unit in small letters is unknown too", "A27 E01/unknown", enhet_hsaid=UNIT.lower()),
    # A30
    done("A30 start the minute before the period", "A30", start_tid=datetime(2024, 6, 30, 23, 59)),
    done("A30 start at the period's first moment", "", start_tid=datetime(2024, 7, 1)),
    done("A30 start in the period's last minute", "", start_tid=datetime(2024, 7, 31, 23, 59)),
    done("A30 start the moment after the period", "A30", start_tid=datetime(2024, 8, 1)),
    done("A30 holds in primary care", "A30", start_tid=datetime(2024, 8, 1), vardniva="P"),
    # A36
    done("A36 no way of booking", "A36", "bokningssätt saknas. ", bokningssatt=None),
    done("A36 neither way of booking nor profession", "A36", bokningssatt=None, yrkeskategori=None),
    done("A36 unknown way of booking", "A36", "bokningssätt har okänt värde. ", bokningssatt="6"),
    done("A36 no contact type", "A36", "vårdkontakttyp saknas. ", vardkontakttyp=None),
    done("A36 unknown contact type", "A36", "vårdkontakttyp har okänt värde. ", vardkontakttyp="9"),
    done("A36 last contact type of the list", "", vardkontakttyp="83"),
    waits("A36 no profession", "A36", "yrkeskategori saknas. ", yrkeskategori=None),
    waits("A36 unknown profession", "A36", "yrkeskategori har okänt värde. ", yrkeskategori="XS927"),
    waits("A36 last profession of the list", "", yrkeskategori="XS926"),
    waits("A36 unknown deviation", "A36", "orsak till väntan har okänt värde. ", avvikelse="4"),
    done("A36 unknown phase with a target date", "A36", fas="6", medicinskt_maldatum=date(2024, 7, 20)),
    done("A36 unknown phase", "A36", "fas har okänt värde. ", fas="6"),
    done("A36 unknown referrer type", "A36", "remittenttyp har okänt värde. ", remittenttyp="3"),
    done("A36 known referrer type", "", remittenttyp="2"),
    done("A36 unknown child psychiatry step", "A36", "BUP-steg har okänt värde. ", bup_steg="4",
          enhet_hsaid=CAP_UNIT),
    done("A36 unknown acute type", "A36", "typ av akutverksamhet har okänt värde. ", fas="5",
          typ_akutverksamhet="6"),
    done("A36 leaves primary care alone", "", bokningssatt=None, vardniva="P"),
    waits("E04 a protected person", "", skyddad_identitet="J"),
    # E01
    done("E01 unit that no register holds", "E01/unknown", enhet_hsaid=UNKNOWN_UNIT),
    done("E01 the day after the unit closed", "E01/unknown", enhet_hsaid=CLOSED_UNIT),
    done("E01 on the unit's last day", "", enhet_hsaid=CLOSED_UNIT, start_tid=datetime(2024, 7, 9, 23, 59)),
    waits("E01 a unit that closed before the last day", "E01/unknown", enhet_hsaid=CLOSED_UNIT),
    done("E01 holds in primary care", "E01/unknown", enhet_hsaid=UNKNOWN_UNIT, vardniva="P"),
    # several at once, in the order of their ids
    done("many faults stand in order", "A01 A12 A24/malformed A30 E01/unknown", beslut_tid=None, mvo=None, lkf="1",
          start_tid=datetime(2024, 8, 1), enhet_hsaid=UNKNOWN_UNIT),
]  # fmt: skip

# The national code lists as the contract of 2025 has them; A36 knows each of these codes and no other.
NATIONAL_CODES = {
    "fas": ("1", "2", "3", "4", "5"),
    "bup_steg": ("1", "2", "3"),
    "bokningssatt": ("1", "2", "3", "4", "5"),
    "vardkontakttyp": ("0", "1", "2", "3", "4", "5", "6", "7", "8", "81", "82", "83", "91"),
    "yrkeskategori": tuple(f"XS{number}" for number in range(910, 927)),
    "avvikelse": ("1", "2", "3"),
    "typ_akutverksamhet": ("0", "1", "2", "3", "4", "5"),
    "remittenttyp": ("1", "2"),
}
# What a code needs beside it to break no other rule.
FITTING: dict[tuple[str, str], Row] = {
    ("fas", "2"): {"aktivitet": "51101"}, ("fas", "3"): {"aktivitet": "51101"},
    ("fas", "5"): {"typ_akutverksamhet": "5"},
    ("vardkontakttyp", "91"): {"fas": "2", "aktivitet": "51101"},
    ("avvikelse", "1"): {"beslut_tid": day("2024-03-01")}, ("avvikelse", "3"): {"enhet_hsaid": CAP_UNIT},
    **{("typ_akutverksamhet", code): {"fas": "5"} for code in "12345"},
    **{("bup_steg", code): {"enhet_hsaid": CAP_UNIT} for code in "123"},
}  # fmt: skip
NATIONAL_CODE_CASES = [
    done(f"A36 knows {column} {code}", "", **{column: code}, **FITTING.get((column, code), {}))
    for column, codes in NATIONAL_CODES.items()
    for code in codes
]

# A05, A07: one id in several periods or files.
SHARED_ID_CASES = [
    Case(contact(EARLIER_PERIOD, "twice done"), ""),
    Case(contact(RULE_PERIOD, "twice done"), "A05", f"Kontakten står som genomförd redan i {EARLIER_PERIOD}."),
    Case(contact(LATER_PERIOD, "twice done"), "A05", f"Kontakten står som genomförd redan i {EARLIER_PERIOD}."),
    Case(contact(EARLIER_PERIOD, "no show, then done", kontaktform="U"), ""),
    Case(contact(RULE_PERIOD, "no show, then done"), ""),
    Case(contact(EARLIER_PERIOD, "in the wrong file, then done", start_tid=START), "A30"),
    Case(contact(RULE_PERIOD, "in the wrong file, then done"), ""),
    Case(contact(EARLIER_PERIOD, "begun the day after its file's month, then done", start_tid=day("2024-07-01")),
         "A30"),
    Case(contact(RULE_PERIOD, "begun the day after its file's month, then done"), ""),
    Case(contact(EARLIER_PERIOD, "begun before its file's month, then done", start_tid=day("2024-05-31")), "A30"),
    Case(contact(RULE_PERIOD, "begun before its file's month, then done"), ""),
    Case(contact(EARLIER_PERIOD, "done on the month's first day, then again", start_tid=day("2024-06-01")), ""),
    Case(contact(RULE_PERIOD, "done on the month's first day, then again"), "A05"),
    Case(contact(EARLIER_PERIOD, "done on the month's last day, then again", start_tid=day("2024-06-30")), ""),
    Case(contact(RULE_PERIOD, "done on the month's last day, then again"), "A05"),
    Case(contact(EARLIER_PERIOD, "done in primary care, then again", vardniva="P"), ""),
    Case(contact(RULE_PERIOD, "done in primary care, then again", vardniva="P"), "A05"),
    Case(contact(RULE_PERIOD, "waits but done"), ""),
    Case(waiting(RULE_PERIOD, "waits but done"), "A07", "Kontakten genomfördes 2024-07-10."),
    Case(contact(EARLIER_PERIOD, "waits but done earlier"), ""),
    Case(waiting(RULE_PERIOD, "waits but done earlier"), "A07", "Kontakten genomfördes 2024-06-10."),
    Case(contact(EARLIER_PERIOD, "waits but done twice"), ""),
    Case(contact(RULE_PERIOD, "waits but done twice"), "A05"),
    Case(waiting(RULE_PERIOD, "waits but done twice"), "A07", "Kontakten genomfördes 2024-06-10."),
    Case(waiting(EARLIER_PERIOD, "waits in two months and is done in the second"), ""),
    Case(contact(RULE_PERIOD, "waits in two months and is done in the second"), ""),
    Case(waiting(RULE_PERIOD, "waits in two months and is done in the second"), "A07"),
    Case(contact(RULE_PERIOD, "waits but done on the last day", start_tid=day("2024-07-31")), ""),
    Case(waiting(RULE_PERIOD, "waits but done on the last day"), "A07"),
    Case(contact(RULE_PERIOD, "waits and is done the day after", start_tid=day("2024-08-01")), "A30"),
    Case(waiting(RULE_PERIOD, "waits and is done the day after"), ""),
    Case(contact(LATER_PERIOD, "waits and is done later"), ""),
    Case(waiting(RULE_PERIOD, "waits and is done later"), ""),
    # The file of August tells it, so July's list could not know.
    Case(contact(LATER_PERIOD, "waits and is done in a later file", start_tid=START,
                 beslut_tid=day("2024-07-01")), "A30"),
    Case(waiting(RULE_PERIOD, "waits and is done in a later file"), ""),
    Case(contact(RULE_PERIOD, "waits after a no show", kontaktform="U"), ""),
    Case(waiting(RULE_PERIOD, "waits after a no show"), ""),
    Case(contact(RULE_PERIOD, "primary care, waits but done", vardniva="P"), ""),
    Case(waiting(RULE_PERIOD, "primary care, waits but done", vardniva="P"), "A07"),
    Case(contact(RULE_PERIOD, "removed but done"), ""),
    Case(waiting(RULE_PERIOD, "removed but done", status="A", avford_tid=day("2024-07-05"), avford_orsak="OVRIGT"),
         ""),
]  # fmt: skip

EVERYTHING_WRONG: Row = {
    "beslut_tid": None, "mvo": None, "lkf": "x", "enhet_hsaid": "x", "patient_birth_year": None,
    "bokningssatt": None, "vardkontakttyp": None, "yrkeskategori": None, "avvikelse": "9", "fas": "2",
}  # fmt: skip
# Wrong in the other ways that a row with a decision can be.
EVERYTHING_ELSE_WRONG: Row = {
    "beslut_tid": datetime(2009, 1, 1), "start_tid": datetime(2008, 1, 1), "avliden_datum": date(2024, 7, 1),
    "avvikelse": "1", "avvikelse_from": None, "aktivitet": "51101", "typ_akutverksamhet": "1",
    "vardkontakttyp": "91", "tid_start_akut": datetime(2024, 7, 10, 9), "tid_bedomning": datetime(2024, 7, 10, 8),
}  # fmt: skip
ELSE_WRONG_ON_THE_LIST: Row = {
    name: EVERYTHING_ELSE_WRONG[name] for name in ("avliden_datum", "avvikelse", "aktivitet", "vardkontakttyp")
}


def _removed(name: str, removed: datetime | None, why: str | None, **values: Any) -> Row:
    return waiting(RULE_PERIOD, name, status="A", avford_tid=removed, avford_orsak=why, **values)


# WT02 and CM06: the state a row has at the period's end. None of them breaks a rule, but for the dead patient
# who was removed for another reason and so stood on the list (A09).
STATES: list[tuple[Row, str]] = [
    (contact(RULE_PERIOD, "U no show", kontaktform="U", **EVERYTHING_WRONG), "not_carried_out"),
    (contact(RULE_PERIOD, "U no show, wrong in other ways", kontaktform="U", **EVERYTHING_ELSE_WRONG),
     "not_carried_out"),
    (contact(RULE_PERIOD, "U no show, PvV inside the limit", kontaktform="U", avvikelse="1"), "not_carried_out"),
    (_removed("removed on the last day", datetime(2024, 7, 31, 23, 59), "EJ_BEHOV"), "removed"),
    (_removed("removed the day after", datetime(2024, 8, 1), "EJ_BEHOV"), "waiting"),
    (_removed("wrongly registered", day("2024-08-05"), "FELREGISTRERAD", **EVERYTHING_WRONG), "corrected"),
    (_removed("wrongly registered, wrong in other ways", day("2024-08-05"), "FELREGISTRERAD",
              beslut_tid=day("2009-01-01"), **ELSE_WRONG_ON_THE_LIST), "corrected"),
    (_removed("wrongly registered, decided later", day("2024-08-05"), "FELREGISTRERAD",
              beslut_tid=day("2024-08-02"), **ELSE_WRONG_ON_THE_LIST), "corrected"),
    (_removed("dead in the period", day("2024-08-05"), "AVLIDEN", avliden_datum=date(2024, 7, 31)), "corrected"),
    (_removed("dead after the period", day("2024-08-05"), "AVLIDEN", avliden_datum=date(2024, 8, 1)), "waiting"),
    (_removed("removed in the period", day("2024-07-05"), "FELREGISTRERAD"), "removed"),
    (_removed("removed without a time", None, None), "removed"),
    (waiting(RULE_PERIOD, "still waits, though a time of removal is filled in", avford_tid=day("2024-07-05")),
     "waiting"),
]  # fmt: skip


DEAD_BUT_WAITED = _removed("dead in the period, removed for another reason", day("2024-08-05"), "EJ_BEHOV",
                           avliden_datum=date(2024, 7, 31))  # fmt: skip


def all_cases() -> list[Case]:
    """Every planted row whose rules are known, those of one row and those of several."""
    return [
        *RULE_CASES, *NATIONAL_CODE_CASES, *SHARED_ID_CASES, *R08_CASES, *ROW_CASES,
        *(Case(row, "") for row, _ in STATES), Case(DEAD_BUT_WAITED, "A09"),
    ]  # fmt: skip


def rule_rows() -> tuple[list[Row], list[Row]]:
    """Contacts and waiting entries of the rule cases, with those that need more than one row or period."""
    rows = [case.row for case in all_cases()]
    contacts = [row for row in rows if entity_of(row) == "cosmic_vardkontakt"]
    entries = [row for row in rows if entity_of(row) == "cosmic_vantelista"]
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
        # Two at the first clinic, one of them outside the limit.
        done("leap year, inside", "2024-04-14", "2024-01-15", kva_huvud="JKA21"),
        done("leap year, outside", "2024-04-15", "2024-01-15", kva_huvud="JKA21"),
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
        done("interval long before the decision", "2", date(2024, 1, 1), date(2024, 1, 20)),
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


OPERATION: Row = {"fas": "2", "aktivitet": "51101", "kva_huvud": "JKA21"}
EXAMINATION: Row = {"fas": "3", "aktivitet": "10502"}
PRIMARY: Row = {"vardniva": "P"}
CAP: Row = {"enhet_hsaid": CAP_UNIT}

# Contacts of each of the measures' phases in May 2026, both sides of 90 days and each filter among them.
MEASURE_OF_PHASE = {"1": "first_contact_90", "2": "operation_90", "3": "examination_90"}


@dataclass(frozen=True)
class Counted:
    """A planted wait of a measure's period: planted once for each phase, and counted as said.

    `is_counted` is by WT10-WT20, `is_in_share` by WT30. A first contact at the first line is another measure's.
    """

    name: str
    days: int
    is_counted: bool = True
    is_in_share: bool = True
    values: tuple[tuple[str, Any], ...] = ()

    def contact_id(self, population: str, phase: str) -> str:
        return f"{population} fas {phase}, {self.name}"

    def row(self, population: str, phase: str) -> Row:
        values: Row = {"fas": phase, "aktivitet": "10502" if phase in "23" else None, **dict(self.values)}
        if population == "completed":
            decided = day("2026-05-10", -self.days)
            return contact(MEASURE_PERIOD, self.contact_id(population, phase), **{"beslut_tid": decided, **values})
        decided = day("2026-05-31", -self.days)
        return waiting(MEASURE_PERIOD, self.contact_id(population, phase), **{"beslut_tid": decided, **values})

    def is_counted_in(self, phase: str) -> bool:
        is_first_line = dict(self.values).get("enhet_hsaid") == FIRST_LINE_UNIT
        return self.is_counted and not (phase == "1" and is_first_line)


def _counted(name: str, days: int, **values: Any) -> Counted:
    is_guaranteed = values.get("vardgaranti") != "N"
    return Counted(name, days, is_in_share=is_guaranteed, values=tuple(values.items()))


def _uncounted(name: str, days: int, **values: Any) -> Counted:
    return Counted(name, days, is_counted=False, is_in_share=False, values=tuple(values.items()))


NOT_COUNTED = [
    _uncounted("in child psychiatry", 200, enhet_hsaid=CAP_UNIT),
    _uncounted("in primary care", 200, vardniva="P"),
    _uncounted("decided before 2010, so disqualified", 6000),
    _uncounted("without a decision", 0, beslut_tid=None),
]
MEASURED = {
    "completed": [
        # Contact was sought long before, and the profession is unlicensed: no measure of specialised care asks.
        _counted("after 90 days", 90, sokt_kontakt_tid=day("2026-05-10", -100), yrkeskategori="XS920"),
        _counted("after 91 days", 91),
        _counted("in turn after 60 days", 60, kon="M", prioritet="TUR", sokt_kontakt_tid=day("2026-05-10", -70),
                 yrkeskategori="XS921"),
        _counted("in turn after 61 days, not in the guarantee", 61, prioritet="TUR", vardgaranti="N"),
        _counted("PvV after 120 days in the other clinic", 120, kon="M", avvikelse="1", enhet_hsaid=MOVING_UNIT),
        _counted("PvV after 20 days in the other clinic", 20, avvikelse="1", enhet_hsaid=MOVING_UNIT),
        _counted("MoV after 151 days", 151, avvikelse="2"),
        _counted("SoV after 95 days at the first line", 95, kon="M", avvikelse="3", enhet_hsaid=FIRST_LINE_UNIT),
        _counted("at an unknown unit after 10 days", 10, kon="O", enhet_hsaid=UNKNOWN_UNIT, prioritet="TUR"),
        *NOT_COUNTED,
        _uncounted("a drop-in without a decision", 0, beslut_tid=None, bokningssatt="5"),
        _uncounted("did not come", 200, kontaktform="U"),
        _uncounted("began the day before the decision", -1),
    ],
    "waiting": [
        _counted("for 90 days", 90),
        _counted("for 91 days", 91, kon="M"),
        _counted("in turn for 60 days", 60, prioritet="TUR"),
        _counted("PvV for 120 days in the other clinic", 120, avvikelse="1", enhet_hsaid=MOVING_UNIT),
        _counted("PvV for 20 days", 20, kon="M", avvikelse="1"),
        _counted("MoV for 151 days", 151, avvikelse="2"),
        _counted("SoV for 10 days at the first line", 10, avvikelse="3", enhet_hsaid=FIRST_LINE_UNIT),
        _counted("for 61 days, not in the guarantee", 61, kon="M", vardgaranti="N"),
        _counted("at an unknown unit for 30 days", 30, kon="O", enhet_hsaid=UNKNOWN_UNIT),
        *NOT_COUNTED,
        _uncounted("removed in the period", 200, status="A", avford_tid=day("2026-05-30"), avford_orsak="OVRIGT"),
        _uncounted("wrongly registered", 200, status="A", avford_tid=day("2026-06-02"),
                   avford_orsak="FELREGISTRERAD"),
        _uncounted("decided the day after the period", -1),
    ],
}  # fmt: skip

# Targets that are met exactly, and missed by one (WT35): 20 rows by sex, in January 2024.
TARGET_PERIOD = "2024-01"


def measure_rows() -> tuple[list[Row], list[Row]]:
    """The measures' rows of May 2026 in each phase, and those that stand beside a target in January 2024."""
    contacts = [case.row("completed", phase) for phase in MEASURE_OF_PHASE for case in MEASURED["completed"]]
    entries = [case.row("waiting", phase) for phase in MEASURE_OF_PHASE for case in MEASURED["waiting"]]
    # Neither a follow-up nor an acute contact is any measure's, though both are marked as in the guarantee (R17).
    contacts += [
        contact(MEASURE_PERIOD, "a follow-up marked as in the guarantee", fas="4"),
        contact(MEASURE_PERIOD, "an acute contact marked as in the guarantee", fas="5", typ_akutverksamhet="1"),
        contact(
            MEASURE_PERIOD,
            "an acute contact in child psychiatry",
            fas="5",
            typ_akutverksamhet="3",
            enhet_hsaid=CAP_UNIT,
        ),
    ]
    contacts.append(
        contact(EARLIER_PERIOD, "at a unit that is its own clinic", enhet_hsaid=OWN_CLINIC_UNIT, **EXAMINATION)
    )
    entries.append(
        waiting(
            EARLIER_PERIOD,
            "SoV over the limit",
            enhet_hsaid=OWN_CLINIC_UNIT,
            avvikelse="3",
            beslut_tid=day("2024-01-01"),
            **EXAMINATION,
        )
    )
    for sex, late in (("K", 1), ("M", 2), ("O", 0)):
        contacts += [
            contact(TARGET_PERIOD, f"target {sex} {number}", kon=sex,
                    beslut_tid=day("2024-01-10", -91 if number < late else -90))
            for number in range(20)
        ]  # fmt: skip
    return contacts, entries


# R01-R11: the worked examples of the waits, each on both sides of its boundary. October 2026 holds the published
# fixture of first contacts, so what would be counted among them stands in another phase, or a year earlier.
@dataclass(frozen=True)
class Wait:
    """A contact carried out, and its wait and its side of the guarantee's limit, counted by hand."""

    rule: str
    name: str
    decided: datetime
    started: datetime
    days: int
    is_within: bool
    values: tuple[tuple[str, Any], ...] = ()

    @property
    def period(self) -> str:
        return self.started.strftime("%Y-%m")

    @property
    def contact_id(self) -> str:
        return f"{self.rule} {self.name}"

    @property
    def row(self) -> Row:
        times = {"beslut_tid": self.decided, "start_tid": self.started}
        return contact(self.period, self.contact_id, **times, **dict(self.values))


def _wait(rule: str, name: str, decided: str, started: str, days: int, is_within: bool, **values: Any) -> Wait:
    at = [datetime.fromisoformat(text if "T" in text else f"{text}T10:00") for text in (decided, started)]
    return Wait(rule, name, at[0], at[1], days, is_within, tuple(values.items()))


WAITS = [
    # calendar days, the decision's day is 0, and the ninetieth day is inside
    _wait("R01", "on the ninetieth day", "2026-07-20", "2026-10-18", 90, True, **OPERATION),
    _wait("R01", "on the ninety-first day", "2026-07-20", "2026-10-19", 91, False, **OPERATION),
    _wait("R01", "the same day", "2026-10-02T08:00", "2026-10-02T23:59", 0, True, **OPERATION),
    # 2024 has a 29 February, 2025 has none: the same dates are a day apart
    _wait("R02", "over a leap day, inside", "2024-01-15", "2024-04-14", 90, True, **EXAMINATION),
    _wait("R02", "over a leap day, outside", "2024-01-15", "2024-04-15", 91, False, **EXAMINATION),
    _wait("R02", "without a leap day, inside", "2025-01-15", "2025-04-15", 90, True, **EXAMINATION),
    _wait("R02", "without a leap day, outside", "2025-01-15", "2025-04-16", 91, False, **EXAMINATION),
    _wait("R02", "decided on the leap day, inside", "2024-02-29", "2024-05-29", 90, True, **EXAMINATION),
    _wait("R02", "decided on the leap day, outside", "2024-02-29", "2024-05-30", 91, False, **EXAMINATION),
    _wait("R02", "begun on the leap day, inside", "2023-12-01T23:59", "2024-02-29T00:00", 90, True, **EXAMINATION),
    _wait("R02", "begun the day after the leap day", "2023-12-01", "2024-03-01", 91, False, **EXAMINATION),
    # the published example, and the nights: 02:30 does not exist on 29 March 2026 and exists twice on 25 October
    _wait("R03", "over the clock change", "2026-10-24T23:30", "2026-10-28T00:10", 4, False, **PRIMARY),
    _wait("R03", "a day less over the clock change", "2026-10-24T23:30", "2026-10-27T23:59", 3, True, **PRIMARY),
    _wait("R03", "in the hour that never is", "2025-12-29T23:59", "2026-03-29T02:30", 90, True, **OPERATION),
    _wait("R03", "the day after the hour that never is", "2025-12-29T00:00", "2026-03-30T00:00", 91, False,
          **OPERATION),
    _wait("R03", "in the hour that is twice", "2026-07-27T23:59", "2026-10-25T02:30", 90, True, **OPERATION),
    _wait("R03", "the day after the hour that is twice", "2026-07-27T00:00", "2026-10-26T00:00", 91, False,
          **OPERATION),
    _wait("R03", "decided in the hour that never is, inside", "2026-03-29T02:30", "2026-06-27T23:59", 90, True,
          **OPERATION),
    _wait("R03", "decided in the hour that never is, outside", "2026-03-29T02:30", "2026-06-28T00:00", 91, False,
          **OPERATION),
    _wait("R03", "decided in the hour that is twice, inside", "2025-10-26T02:30", "2026-01-24T23:59", 90, True,
          **OPERATION),
    _wait("R03", "decided in the hour that is twice, outside", "2025-10-26T02:30", "2026-01-25T00:00", 91, False,
          **OPERATION),
    # Friday to Monday and Tuesday. RULES: the facts count from beslut_tid (WT01) with primary care's limit (WT41);
    # the wait from sokt_kontakt_tid is primary_assessment_3's own.
    _wait("R04", "Friday to Monday in primary care", "2026-10-09", "2026-10-12", 3, True, **PRIMARY),
    _wait("R04", "Friday to Tuesday in primary care", "2026-10-09", "2026-10-13", 4, False, **PRIMARY),
    _wait("R04", "the same day in primary care", "2026-10-09", "2026-10-09", 0, True, **PRIMARY),
    # RULES WT41: the limit of child psychiatry is its unit's, whatever the step
    _wait("R05", "in child psychiatry on the thirtieth day", "2026-09-10", "2026-10-10", 30, True, **CAP),
    _wait("R05", "in child psychiatry on the thirty-first day", "2026-09-10", "2026-10-11", 31, False, **CAP),
    # from the decision, not from the referral's arrival (84 days)
    _wait("R06", "from the decision to refer, outside", "2025-07-20", "2025-10-19", 91, False,
          ankomst_datum=date(2025, 7, 27)),
    _wait("R06", "from the decision to refer, inside", "2025-07-20", "2025-10-18", 90, True,
          ankomst_datum=date(2025, 7, 10)),
    # from the decision, not from the referral's date (231 days)
    _wait("R07", "an operation from its decision, inside", "2026-07-20", "2026-10-18", 90, True,
          remiss_datum=date(2026, 3, 1), **OPERATION),
    _wait("R07", "an operation from its decision, outside", "2026-07-20", "2026-10-19", 91, False,
          remiss_datum=date(2026, 9, 1), **OPERATION),
    _wait("R07", "an examination from its decision, inside", "2026-07-20", "2026-10-18", 90, True,
          remiss_datum=date(2026, 3, 1), **EXAMINATION),
    _wait("R07", "an examination from its decision, outside", "2026-07-20", "2026-10-19", 91, False,
          remiss_datum=date(2026, 9, 1), **EXAMINATION),
]  # fmt: skip

# R08: the last minute of October and the first of November, in the files of both months. RULES A30 holds over
# the page of waiting times: a contact in another month's file is disqualified there, not moved.
R08_CASES = [
    Case(contact("2026-10", "R08 the last minute of October in October's file",
                 start_tid=datetime(2026, 10, 31, 23, 50), **OPERATION), ""),
    Case(contact("2026-10", "R08 the first moment of November in October's file",
                 start_tid=datetime(2026, 11, 1), **OPERATION), "A30"),
    Case(contact("2026-11", "R08 the first moment of November in November's file",
                 start_tid=datetime(2026, 11, 1), **OPERATION), ""),
    Case(contact("2026-11", "R08 the last minute of October in November's file",
                 start_tid=datetime(2026, 10, 31, 23, 59), **OPERATION), "A30"),
]  # fmt: skip


def worked_example_rows() -> tuple[list[Row], list[Row]]:
    """The worked examples of R01-R07; those of R08 stand among the rules' cases."""
    return [wait.row for wait in WAITS], []


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
        done("acute without type", fas="5", vardgaranti="N"),
        done("planned with an acute type", typ_akutverksamhet="1"),
        done("acute times of another type", fas="5", typ_akutverksamhet="2", vardgaranti="N", **acute),
        done("acute times out of order", fas="5", typ_akutverksamhet="1", vardgaranti="N",
             **{**acute, "tid_avslut_akut": datetime(2024, 3, 10, 9, 15)}),
        done("admitted at a first contact", vardkontakttyp="91"),
    ]  # fmt: skip
    entries = [
        waiting("2024-03", "waits"),
        waiting("2024-03", "waits in primary care", vardniva="P"),
        waiting("2024-03", "waits with an acute phase", fas="5"),
        waiting("2024-03", "waits with a future decision", beslut_tid=day("2024-04-01")),
        waiting("2024-03", "waits to be admitted for a follow-up", vardkontakttyp="91",
                **{**fitting({"fas": "4"}), "fas": "4"}),
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
        unit("2024-07", ONE_DAY_OVERLAP_UNIT, giltig_tom=date(2024, 4, 10)),
        unit("2024-07", ONE_DAY_OVERLAP_UNIT, giltig_from=date(2024, 4, 10), **moved),
        unit("2024-07", SAME_START_UNIT),
        unit("2024-07", SAME_START_UNIT),
        unit("2024-07", THREE_INTERVALS_UNIT, giltig_from=date(2015, 1, 2)),
        unit("2024-07", THREE_INTERVALS_UNIT),
        unit("2024-07", THREE_INTERVALS_UNIT, giltig_from=date(2024, 1, 1)),
        unit("2024-07", MALFORMED_UNIT),
        unit("2024-07", OWN_CLINIC_UNIT, klinik_hsaid=OWN_CLINIC_UNIT, omrade="Västra"),
    ]


def whole_plant() -> Plant:
    """Every planted row in one plant; the region lists its own codes."""
    plant = Plant(
        units=[*register_rows(), *clinic_units(), *flow_units()],
        region_mvo=("101", "511", "10"),
        region_activity=("51101", "10502", "5110"),
        quarantined=quarantined_rows(),
        calls=phone_rows(),
    )
    for contacts, entries in (
        rule_rows(), fixture_rows(), delivery_rows(), measure_rows(), worked_example_rows(), clinic_rows(),
        flow_rows(),
        measures_rows(),
    ):  # fmt: skip
        plant.contacts += contacts
        plant.waiting += entries
    plant.contacts += history_rows() + legal_wait_rows() + boundary_rows()
    plant_wards(plant)
    return plant
