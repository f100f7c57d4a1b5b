"""Planted rows of the rules on single rows that have no effect on counts or delivery: each side of each boundary."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.python.warehouse.case import (
    EARLIER_PERIOD,
    LATER_PERIOD,
    MOVING_UNIT,
    NO_HOSPITAL_UNIT,
    RULE_PERIOD,
    Case,
    done,
    fitting,
    waits,
)
from tests.python.warehouse.planted import CAP_UNIT, FIRST_LINE_UNIT, UNKNOWN_UNIT, Row, contact, day, key_of, waiting

OPERATION: Row = {"fas": "2", "aktivitet": "51101"}
EXAMINATION: Row = {"fas": "3", "aktivitet": "51101"}


def _of(patient: str) -> Row:
    return {"patient_key": key_of(f"patient {patient}")}


def _twice(first: str, values: Row, other: Row, detail: str | None = None, rules: str = "A06") -> list[Case]:
    """Two entries of one patient, of these values; both break the same rules."""
    return [
        waits(f"A06 {first}, {name}", rules, detail, **{**_of(f"A06 {first}"), **one})
        for name, one in (("one", values), ("other", other))
    ]


def _one_of(first: str, name: str, rules: str = "", **values: Any) -> Case:
    """One more entry of a patient of `_twice`."""
    return waits(f"A06 {first}, {name}", rules, **{**_of(f"A06 {first}"), **values})


FIRST_TWICE = "first contact at two units of the clinic"
SAME_MATTER = [
    *_twice(FIRST_TWICE, {}, {"enhet_hsaid": NO_HOSPITAL_UNIT},
            "2 poster väntar på samma sak: fas 1, område 101."),
    _one_of(FIRST_TWICE, "in another area", mvo="511"),
    _one_of(FIRST_TWICE, "in another clinic", enhet_hsaid=MOVING_UNIT),
    _one_of(FIRST_TWICE, "for an operation", **OPERATION),
    *_twice("operation", OPERATION, OPERATION,
            "2 poster väntar på samma sak: fas 2, område 101, aktivitet 51101."),
    _one_of("operation", "of another kind", **{**OPERATION, "aktivitet": "10502"}),
    _one_of("operation", "examined by the same activity", **EXAMINATION),
    *_twice("examination", EXAMINATION, EXAMINATION),
    _one_of("examination", "of another kind", **{**EXAMINATION, "aktivitet": "10502"}),
    *(waits(f"A06 three times, {number}", "A06",
            "3 poster väntar på samma sak: fas 1, område 101.", **_of("A06 three times")) for number in range(3)),
    # an activity says nothing of a first contact
    *_twice("first contact with activities", {"aktivitet": "51101"}, {"aktivitet": "10502"},
            rules="A06 A13/superfluous"),
    # the same follow-up twice is no rule's matter
    *_twice("follow-up", {"fas": "4"}, {"fas": "4"}, rules=""),
    *_twice("without area", {"mvo": None}, {"mvo": None}, rules="A12"),
    *_twice("at an unknown unit", {"enhet_hsaid": UNKNOWN_UNIT}, {"enhet_hsaid": UNKNOWN_UNIT}, rules="E01/unknown"),
    *_twice("without activity", {"fas": "2"}, {"fas": "2"}, rules="A13/missing"),
    *_twice("in primary care", {"vardniva": "P"}, {"vardniva": "P"}, rules=""),
    # WT02: who was removed after the period waited in it, and who was removed before its end did not
    *_twice("one removed later", {}, {"status": "A", "avford_tid": day("2024-08-02"), "avford_orsak": "OVRIGT"}),
    *_twice("one removed in the month", {},
            {"status": "A", "avford_tid": day("2024-07-30"), "avford_orsak": "OVRIGT"}, rules=""),
    *_twice("one that never should have waited", {},
            {"status": "A", "avford_tid": day("2024-08-02"), "avford_orsak": "FELREGISTRERAD"}, rules=""),
    # carried out is another thing than waiting
    done("A06 carried out, and waits", "", **_of("A06 carried out"), mvo="511"),
    done("A06 carried out at the same time, and waits", "", **_of("A06 carried out"), mvo="511"),
    waits("A06 waits, and was carried out", "", **_of("A06 carried out"), mvo="511"),
    # each month by itself
    Case(waiting(EARLIER_PERIOD, "A06 in June, one", **_of("A06 in June")), "A06"),
    Case(waiting(EARLIER_PERIOD, "A06 in June, other", **_of("A06 in June")), "A06"),
    waits("A06 the same matter in July alone", "", **_of("A06 in June")),
]  # fmt: skip

WAITS = [
    # A10
    waits("A10 booked in the period's last minute", "A10", "Bokad tid 2024-07-31.",
          bokad_tid=datetime(2024, 7, 31, 23, 59)),
    waits("A10 booked on the moment after the period", "", bokad_tid=datetime(2024, 8, 1)),
    waits("A10 booked long ago", "A10", "Bokad tid 2023-12-01.", bokad_tid=day("2023-12-01"),
          beslut_tid=day("2023-11-01")),
    waits("A10 holds in primary care", "A10", bokad_tid=day("2024-07-20"), vardniva="P"),
    # A11
    waits("A11 waits for 365 days", "", beslut_tid=day("2024-07-31", -365)),
    waits("A11 waits for 366 days", "A11", "Väntan 366 dagar.", beslut_tid=day("2024-07-31", -366)),
    waits("A11 waits for 730 days", "A11", "Väntan 730 dagar.", beslut_tid=day("2024-07-31", -730)),
    waits("A11 waits for 731 days", "A11", "Brådskande: väntan 731 dagar.", beslut_tid=day("2024-07-31", -731)),
    waits("A11 holds in primary care", "A11", beslut_tid=day("2024-07-31", -366), vardniva="P"),
    done("A11 leaves a contact carried out alone", "", beslut_tid=day("2024-07-10", -800)),
    # A14, A15
    done("A14 follow-up without target date", "A14", "Medicinskt måldatum är tomt.", fas="4",
         medicinskt_maldatum=None),
    waits("A14 follow-up that waits without target date", "A14", fas="4", medicinskt_maldatum=None),
    waits("A14 follow-up with a target date", "", fas="4"),
    done("A14 leaves primary care alone", "", fas="4", medicinskt_maldatum=None, vardniva="P"),
    waits("A15 follow-up without priority", "A15", "Prioriteten är tom.", fas="4", prioritet=None),
    waits("A14 A15 follow-up without both", "A14 A15", fas="4", medicinskt_maldatum=None, prioritet=None),
    done("A15 leaves a follow-up carried out alone", "", fas="4", prioritet=None),
    waits("A15 leaves primary care alone", "", fas="4", prioritet=None, vardniva="P"),
]  # fmt: skip

LATE: Row = {"beslut_tid": day("2024-07-10", -91)}
PVV: Row = {"avvikelse": "1", **LATE}
NOT_INFORMED = "Information om vårdgarantin är inte ifylld som J."
DEVIATIONS = [
    # A17
    done("A17 PvV with both", "", **PVV),
    done("A17 PvV without offered time", "A17", "Erbjuden tid är tom.", **PVV, erbjuden_tid=None),
    done("A17 PvV of a patient who was not informed", "A17", NOT_INFORMED, **PVV, vardgaranti_info="N"),
    done("A17 PvV without a word of information", "A17", NOT_INFORMED, **PVV, vardgaranti_info=None),
    waits("A17 PvV without both", "A17", f"Erbjuden tid är tom. {NOT_INFORMED}", **PVV, erbjuden_tid=None,
          vardgaranti_info=None),
    done("A17 holds in primary care", "A17", **PVV, erbjuden_tid=None, vardniva="P"),
    done("A17 MoV needs neither", "", avvikelse="2", **LATE),
    done("A17 no deviation needs neither", "", **LATE),
    # A18
    done("A18 MoV in primary care", "A18", "Medicinskt orsakad väntan i primärvården.", avvikelse="2",
         vardniva="P"),
    waits("A18 MoV that waits in primary care", "A18", avvikelse="2", vardniva="P"),
    done("A18 MoV in specialised care", "", avvikelse="2"),
    done("A18 PvV in primary care", "", **PVV, vardniva="P"),
    done("A18 SoV outside child psychiatry", "A18", "Särskilt orsakad väntan utanför barn- och ungdomspsykiatrin.",
         avvikelse="3"),
    waits("A18 SoV that waits outside child psychiatry", "A18", avvikelse="3"),
    done("A18 SoV in primary care", "A18", avvikelse="3", vardniva="P"),
    done("A18 SoV at an unknown unit", "A18 E01/unknown", avvikelse="3", enhet_hsaid=UNKNOWN_UNIT),
    done("A18 SoV in child psychiatry", "", avvikelse="3", enhet_hsaid=CAP_UNIT),
    done("A18 MoV in child psychiatry", "", avvikelse="2", enhet_hsaid=CAP_UNIT),
]  # fmt: skip

MARKED: Row = {"vardgaranti": "J"}
GUARANTEE = [
    # A19
    done("A19 follow-up marked as in the guarantee", "A19", "Fas 4 är märkt med vårdgaranti.", fas="4", **MARKED),
    done("A19 acute contact marked as in the guarantee", "A19", fas="5", typ_akutverksamhet="1", **MARKED),
    waits("A19 follow-up that waits, marked", "A19", fas="4", **MARKED),
    done("A19 examination marked as in the guarantee", "", fas="3", aktivitet="10502", **MARKED),
    done("A19 follow-up that is not marked", "", fas="4", vardgaranti="N"),
    done("A19 leaves primary care alone", "", fas="4", vardniva="P", **MARKED),
    # A40: where the home is told by no county, it is in no other region
    done("A40 another region's patient, marked", "A40", "Patienten bor i en annan region.", lkf="0380", **MARKED),
    waits("A40 another region's patient that waits, marked", "A40", lkf="0380", **MARKED),
    done("A40 another region's patient, not marked", "", lkf="0380", vardgaranti="N"),
    done("A40 the region's own patient, marked", "", **MARKED),
    done("A40 patient without known home, marked", "A24/unknown", lkf=None, **MARKED),
    done("A40 patient of a malformed home, marked", "A24/malformed", lkf="038", **MARKED),
    done("A40 leaves primary care alone", "", lkf="0380", vardniva="P", **MARKED),
]  # fmt: skip


def _referred(written: int | None, arrived: int | None) -> Row:
    """A referral of June, by its days; empty where None."""
    return {
        "remiss_datum": written and date(2024, 6, written),
        "ankomst_datum": arrived and date(2024, 6, arrived),
    }


REFERRALS = [
    # A25
    done("A25 referred, without date", "A25/missing", "Remissdatum är tomt.", remittenttyp="1", **_referred(None, 9)),
    waits("A25 referred and waits, without date", "A25/missing", remittenttyp="1", remiss_datum=None),
    done("A25 referred, with a date", "", remittenttyp="1", **_referred(9, None)),
    done("A25 the patient's own request, without date", "", remittenttyp="2"),
    done("A25 neither referral nor request, without date", ""),
    done("A25 arrived the day before it was written", "A25/disordered",
         "Remiss 2024-06-10, ankomst 2024-06-09.", remittenttyp="1", **_referred(10, 9)),
    waits("A25 arrived before it was written, and waits", "A25/disordered", **_referred(10, 9)),
    done("A25 arrived the same day", "", remittenttyp="1", **_referred(9, 9)),
    done("A25 leaves a missing date in primary care alone", "", remittenttyp="1", remiss_datum=None, vardniva="P"),
    done("A25 leaves the order in primary care alone", "", vardniva="P", **_referred(10, 9)),
]  # fmt: skip

MAIN, OTHERS = "Huvudåtgärden har fel form.", "En övrig åtgärd har fel form."
DIAGNOSIS, OTHER_DIAGNOSES = "Huvuddiagnosen har fel form.", "En bidiagnos har fel form."
CAUSES, NO_PROCEDURE = "En yttre orsak har fel form.", "Operationen saknar åtgärdskod."
CODES = [
    # A28: of procedures two letters, a letter or digit, two digits; of diagnoses a letter, two digits, one to three
    *(done(f"A28 procedure {code}", "", kva_huvud=code) for code in ("AB123", "JKA21")),
    *(done(f"A28 procedure {code}", "A28", MAIN, kva_huvud=code)
      for code in ("AB12", "AB1234", "A1234", "ABCD1", "ab123", "AB123|JKA21")),
    *(done(f"A28 other procedures {codes}", "", kva_ovriga=codes) for codes in ("AB123", "AB123|JKA21 | DU011")),
    *(done(f"A28 other procedures {codes}", "A28", OTHERS, kva_ovriga=codes)
      for codes in ("AB12", "AB123|", "AB123|AB12", "AB123,JKA21", "AB123JKA21")),
    *(done(f"A28 diagnosis {code}", "", icd_huvud=code) for code in ("H251", "H25123", "F99A", "J06-", "J06-P")),
    *(done(f"A28 diagnosis {code}", "A28", DIAGNOSIS, icd_huvud=code)
      for code in ("H25", "H251234", "H25.1", "2511", "h251", "H251|I109")),
    *(done(f"A28 other diagnoses {codes}", "", icd_bi=codes) for codes in ("H251", "H251|I109|E119")),
    *(done(f"A28 other diagnoses {codes}", "A28", OTHER_DIAGNOSES, icd_bi=codes) for codes in ("H25", "H251|I1")),
    *(done(f"A28 external causes {codes}", "", icd_orsak=codes) for codes in ("V134", "W190|Y099")),
    *(done(f"A28 external causes {codes}", "A28", CAUSES, icd_orsak=codes)
      for codes in ("H251", "U071", "Z016", "W19", "W190|H251")),
    done("A28 operation without procedure", "A28", NO_PROCEDURE, **OPERATION, kva_huvud=None),
    done("A28 operation with another procedure alone", "", **OPERATION, kva_huvud=None, kva_ovriga="JKA21"),
    done("A28 operation with a procedure", "", **OPERATION),
    done("A28 examination without procedure", "", **EXAMINATION),
    done("A28 operation in primary care without procedure", "A28", NO_PROCEDURE, fas="2", kva_huvud=None,
         vardniva="P"),
    done("A28 two codes", "A28", f"{MAIN} {CAUSES}", kva_huvud="x", icd_orsak="x"),
    waits("A28 leaves an operation that waits alone", "", **OPERATION, kva_huvud=None),
    waits("A28 leaves codes of what waits alone", "", kva_huvud="x", icd_huvud="x"),
]  # fmt: skip

SOUGHT = "Tid för sökt kontakt är tom."
START = day("2024-07-10")
ASSESSMENT: Row = {"vardniva": "P", "medicinsk_bedomning": "J", "icd_huvud": "H251"}
FIRST_LINE: Row = {"enhet_hsaid": FIRST_LINE_UNIT}


def _assessed(name: str, rules: str, **values: Any) -> Case:
    """An assessment in primary care, without a time when contact was sought unless it is given."""
    return done(f"A35 {name}", rules, SOUGHT if rules == "A35" else None, **{**ASSESSMENT, **values})


SOUGHT_CONTACT = [
    # A35: what primary_assessment_3 and first_line_3 speak of
    _assessed("assessment without sought contact", "A35"),
    _assessed("assessment sought the minute before the start", "", sokt_kontakt_tid=datetime(2024, 7, 10, 9, 59)),
    _assessed("assessment sought when it started", "", sokt_kontakt_tid=START),
    done("A35 assessment sought the minute after the start", "A35",
         "Sökt kontakt 2024-07-10 10:01:00, start 2024-07-10 10:00:00.", **ASSESSMENT,
         sokt_kontakt_tid=datetime(2024, 7, 10, 10, 1)),
    *(_assessed(f"assessment by {code}", rules, yrkeskategori=code)
      for code, rules in (("XS919", "A35"), ("XS923", "A35"), ("XS920", ""), ("XS921", ""), ("XS922", ""),
                          ("XS999", "A35"), ("919", ""), (None, ""))),
    *(_assessed(f"assessment with {column} alone", "A35", icd_huvud=None, **{column: code})
      for column, code in (("icd_bi", "H251"), ("kva_huvud", "AB123"), ("kva_ovriga", "AB123"))),
    _assessed("assessment with an external cause alone", "", icd_huvud=None, icd_orsak="W190"),
    _assessed("no assessment", "", medicinsk_bedomning="N"),
    _assessed("not told whether an assessment", "", medicinsk_bedomning=None),
    _assessed("assessment in specialised care", "", vardniva="S"),
    # also where the wait falls back on the decision
    done("A35 first contact at the first line without sought contact", "A35", SOUGHT, **FIRST_LINE),
    done("A35 first contact at the first line in primary care, by an unlicensed profession", "A35", SOUGHT,
         **FIRST_LINE, vardniva="P", yrkeskategori="XS922"),
    _assessed("assessment at the first line, told once", "A35", **FIRST_LINE),
    done("A35 first contact at the first line with sought contact", "", **FIRST_LINE, sokt_kontakt_tid=START),
    done("A35 follow-up at the first line", "", **FIRST_LINE, fas="4"),
    waits("A35 leaves what waits at the first line alone", "", **FIRST_LINE),
    # The unlicensed are those of the seed on the period's last day.
    *(Case(contact(period, f"G A35 assessment of {period} by {code}", yrkeskategori=code, **ASSESSMENT), rules,
           SOUGHT if rules else None)
      for period, code, rules in (("2026-05", "XS915", "A35"), ("2026-05", "XS920", ""), ("2026-10", "XS920", ""))),
]  # fmt: skip

UNDER_STEPS: Row = {"enhet_hsaid": CAP_UNIT}
STEP_OUTSIDE = "Steget är ifyllt utanför barn- och ungdomspsykiatrin."
STEPS = [
    # A39
    done("A39 step outside child psychiatry", "A39", STEP_OUTSIDE, bup_steg="1"),
    done("A39 follow-up with a step outside child psychiatry", "A39", STEP_OUTSIDE, fas="4", bup_steg="2"),
    done("A39 step at an unknown unit", "A39 E01/unknown", bup_steg="1", enhet_hsaid=UNKNOWN_UNIT),
    waits("A39 step that waits outside child psychiatry", "A39", bup_steg="1"),
    done("A39 step in primary care", "A39", bup_steg="1", vardniva="P"),
    done("A39 first contact without step", "A39", "Fas 1 utan steg.", **UNDER_STEPS, bup_steg=None),
    done("A39 operation without step", "A39", "Fas 2 utan steg.", **UNDER_STEPS, bup_steg=None, **OPERATION),
    done("A39 examination without step", "A39", "Fas 3 utan steg.", **UNDER_STEPS, bup_steg=None, **EXAMINATION),
    waits("A39 waits without step", "A39", **UNDER_STEPS, bup_steg=None),
    done("A39 without step in child psychiatry's primary care", "A39", **UNDER_STEPS, bup_steg=None, vardniva="P"),
    done("A39 follow-up without step", "", **UNDER_STEPS, fas="4"),
    done("A39 follow-up with a step", "", **UNDER_STEPS, fas="4", bup_steg="3"),
    done("A39 acute contact without step", "", **UNDER_STEPS, fas="5", typ_akutverksamhet="3"),
    # E03: a reservnummer has no check digit
    done("E03 wrong check digit", "E03", "Kontrollsiffran stämmer inte.", patient_has_valid_check_digit=False),
    done("E03 wrong check digit of a coordination number", "E03", patient_id_type="coordination",
         patient_has_valid_check_digit=False),
    done("E03 reservnummer", "", patient_id_type="reserve", patient_has_valid_check_digit=None),
    done("E03 holds in primary care", "E03", patient_has_valid_check_digit=False, vardniva="P"),
    waits("E03 wrong check digit of one who waits", "E03", patient_has_valid_check_digit=False),
]  # fmt: skip

# A20. What came before is a follow-up with a referral of its own unless said; in other months than these it stands
# in primary care, so that no figure of specialised care counts it.
BEFORE: Row = {"fas": "4", "remiss_id": "R1", "referral_key": key_of("R1")}


def _before(patient: str, period: str = EARLIER_PERIOD, rules: str = "", **values: Any) -> Case:
    """A contact that a patient of `_again` has had; on the tenth unless said."""
    whole = {**BEFORE, **values}
    name = f"A20 {patient}, before {values.get('start_tid', period)}"
    return Case(contact(period, name, **{**fitting(whole), **whole, **_of(f"A20 {patient}")}), rules)


def _again(patient: str, rules: str = "A20", detail: str | None = None, **values: Any) -> Case:
    """A first contact of July."""
    return done(f"A20 {patient}, first {' '.join(map(str, values.values()))}", rules, detail,
                **{**_of(f"A20 {patient}"), **values})  # fmt: skip


def _referral(name: str | None) -> Row:
    return {"remiss_id": name, "referral_key": name and key_of(name)}


IN_JUNE = "Tidigare kontakt 2024-06-10."
PRIMARY: Row = {"vardniva": "P"}
RETURNS = [
    _before("follow-up before"), _again("follow-up before", detail=IN_JUNE),
    _before("first contact before", fas="1"), _again("first contact before", detail=IN_JUNE),
    *(case for phase, more in (("2", OPERATION), ("3", EXAMINATION), ("5", {"typ_akutverksamhet": "1"}))
      for case in (_before(f"phase {phase} before", **{**more, "fas": phase}), _again(f"phase {phase} before", ""))),
    _before("now a follow-up"), _again("now a follow-up", "", fas="4"),
    _before("now an operation"), _again("now an operation", "", **OPERATION),
    _before("same day", RULE_PERIOD, start_tid=datetime(2024, 7, 10, 8)), _again("same day", ""),
    _before("the day before", RULE_PERIOD, start_tid=datetime(2024, 7, 9, 23, 59)),
    _again("the day before", detail="Tidigare kontakt 2024-07-09."),
    _before("the day after", RULE_PERIOD, start_tid=day("2024-07-11")), _again("the day after", ""),
    _before("365 days before", "2023-07", start_tid=day("2023-07-11"), beslut_tid=day("2023-07-01")),
    _again("365 days before", detail="Tidigare kontakt 2023-07-11."),
    _before("366 days before", "2023-07", start_tid=day("2023-07-10"), beslut_tid=day("2023-07-01")),
    _again("366 days before", ""),
    _before("several before", "2024-05", **PRIMARY), _before("several before"),
    _again("several before", detail=IN_JUNE),
    _before("in another area", mvo="511"), _again("in another area", ""),
    _before("in another clinic", enhet_hsaid=MOVING_UNIT), _again("in another clinic", ""),
    _before("at another unit", enhet_hsaid=NO_HOSPITAL_UNIT), _again("at another unit", detail=IN_JUNE),
    _before("without area", rules="A12", mvo=None), _again("without area", "A12", mvo=None),
    _before("at an unknown unit", rules="E01/unknown", enhet_hsaid=UNKNOWN_UNIT),
    _again("at an unknown unit", "E01/unknown", enhet_hsaid=UNKNOWN_UNIT),
    # CM02: the clinic of the day, on both sides of the unit's move between the fifteenth and the sixteenth of April
    *(case for last, places in (("15", {"": "A20", MOVING_UNIT: ""}), ("16", {"": "", MOVING_UNIT: "A20"}))
      for case in (
          _before(f"moved, {last}", "2024-04", start_tid=day(f"2024-04-{last}"), enhet_hsaid=MOVING_UNIT, **PRIMARY),
          *(_again(f"moved, {last}", rules, **({"enhet_hsaid": place} if place else {}))
            for place, rules in places.items()),
      )),
    # a referral that the earlier contact did not have is a new matter
    _before("by the same referral"), _again("by the same referral", **_referral("R1")),
    _before("by another referral"), _again("by another referral", "", **_referral("R2")),
    _before("by its first referral", **_referral(None)), _again("by its first referral", "", **_referral("R2")),
    _before("without any referral", **_referral(None)), _again("without any referral"),
    _before("did not come before", kontaktform="U"), _again("did not come before", ""),
    _before("in primary care before", **PRIMARY), _again("in primary care before"),
    _before("now in primary care"), _again("now in primary care", "", **PRIMARY),
    # what a later file tells of July is not known to July's, and what is further back than a year of files is not asked
    _before("told in a later file", LATER_PERIOD, "A30", start_tid=day("2024-07-05"), beslut_tid=day("2024-07-01")),
    _again("told in a later file", ""),
    _before("in a file thirteen months back", "2023-06", "A30", start_tid=day("2023-07-20"),
            beslut_tid=day("2023-07-01")),
    _again("in a file thirteen months back", ""),
    _before("waits again"), waits("A20 waits again", "", **_of("A20 waits again")),
    # the same contact in the files of two months, of which one alone is of the matter
    _before("twice"), done("A20 twice, first", "A20", **_of("A20 twice")),
    Case(contact(LATER_PERIOD, "G A20 twice, first", mvo="511", **_of("A20 twice")), "A05"),
]  # fmt: skip

# CM06, WT02: what did not take place, or never waited, breaks no rule.
WRONG: Row = {
    "enhet_hsaid": FIRST_LINE_UNIT, "avvikelse": "3", "bup_steg": "1", "lkf": "0380", "kva_huvud": "x",
    "remittenttyp": "1", "remiss_datum": None, "ankomst_datum": date(2024, 6, 1),
    "patient_has_valid_check_digit": False,
}  # fmt: skip
WRONG_FOLLOW_UP: Row = {
    "fas": "4", "avvikelse": "1", "remiss_datum": date(2024, 6, 2), "ankomst_datum": date(2024, 6, 1),
    "beslut_tid": day("2022-07-01"), "bokad_tid": day("2024-07-02"),
}  # fmt: skip
NEVER_WAITED: Row = {"status": "A", "avford_tid": day("2024-08-05"), "avford_orsak": "FELREGISTRERAD"}
OUTSIDE_EVERY_RULE = [
    _before("no show"),
    Case(contact(RULE_PERIOD, "U first contact of one who returns", kontaktform="U", **_of("A20 no show")), ""),
    Case(contact(RULE_PERIOD, "U wrong", kontaktform="U", **WRONG), ""),
    Case(contact(RULE_PERIOD, "U follow-up, wrong", kontaktform="U",
                 **{name: value for name, value in WRONG_FOLLOW_UP.items() if name != "bokad_tid"}), ""),
    Case(waiting(RULE_PERIOD, "never waited, wrong", **WRONG, **NEVER_WAITED), ""),
    Case(waiting(RULE_PERIOD, "never waited, follow-up, wrong", **WRONG_FOLLOW_UP, **NEVER_WAITED), ""),
    *(Case(waiting(RULE_PERIOD, f"never waited, {name}", **_of("never waited twice"), **NEVER_WAITED), "")
      for name in ("one", "other")),
]  # fmt: skip

ROW_CASES = [
    *SAME_MATTER, *WAITS, *DEVIATIONS, *GUARANTEE, *REFERRALS, *CODES, *SOUGHT_CONTACT, *STEPS, *RETURNS,
    *OUTSIDE_EVERY_RULE,
]  # fmt: skip
