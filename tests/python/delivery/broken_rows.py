"""Every attribute of both records broken in every way that applies, written by hand from the national contract.

Nothing here is read from the project's own contract, which is what the tests judge.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from delivery_rows import (
    COMPLETED_COLUMNS,
    INTEGER_COLUMNS,
    TIMESTAMP_COLUMNS,
    WAITING_COLUMNS,
    Row,
    at,
    completed_row,
    waiting_row,
)

COLUMNS = {"completed": COMPLETED_COLUMNS, "waiting": WAITING_COLUMNS}
ROW_OF = {"completed": completed_row, "waiting": waiting_row}

# The attributes' names on the wire, as the national contract spells them.
NAMES = {
    "regionkod": "Regionkod",
    "hsaid_region": "HSAIdRegion",
    "sjukhus": "Sjukhus",
    "sjukhus_namn": "SjukhusNamn",
    "hsaid_vardgivare": "HSAIdVardgivare",
    "hsaid_vardenhet": "HSAIdVardenhet",
    "hsaid_enhet": "HSAIdEnhet",
    "vardkontakt_id": "VardkontaktId",
    "vardgaranti": "Vardgaranti",
    "fas": "Fas",
    "mvo": "Mvo",
    "aktivitet": "Aktivitet",
    "aktivitet_kva": "AktivitetKVA",
    "aktivitet_icd": "AktivitetICD",
    "fodelse_ar": "FodelseAr",
    "kon": "Kon",
    "lkf": "Lkf",
    "hsaid_patient_listning": "HSAIdPatientListning",
    "bokningssatt": "Bokningssatt",
    "vardkontakt": "Vardkontakt",
    "yrkeskategori": "Yrkeskategori",
    "avvikelse": "Avvikelse",
    "beslut_aktivitet": "BeslutAktivitet",
    "start_aktivitet": "StartAktivitet",
    "medicinskt_maldatum": "MedicinsktMaldatum",
    "typ_akutverksamhet": "TypAkutverksamhet",
    "tid_start_akut": "TidStartAkut",
    "tid_bedomning": "TidBedomning",
    "tid_avslut": "TidAvslut",
    "vard_avbruten": "VardAvbruten",
    "remittenttyp": "Remittenttyp",
    "remittent": "Remittent",
    "remiss_id": "RemissId",
    "remiss_datum": "RemissDatum",
    "ankomst_datum": "AnkomstDatum",
}

# 15 attributes are required in both records, 4 more of what is completed.
REQUIRED_IN_BOTH = {
    *["regionkod", "hsaid_region", "hsaid_vardgivare", "hsaid_vardenhet", "vardkontakt_id", "vardgaranti", "fas"],
    *["mvo", "fodelse_ar", "kon", "lkf", "bokningssatt", "vardkontakt", "yrkeskategori", "beslut_aktivitet"],
}
REQUIRED = {
    "completed": REQUIRED_IN_BOTH | {"sjukhus", "sjukhus_namn", "start_aktivitet", "typ_akutverksamhet"},
    "waiting": REQUIRED_IN_BOTH,
}
HSA_COLUMNS = [name for name in COMPLETED_COLUMNS if name.startswith("hsaid_")] + ["remittent"]
# Ids of the source never reach the frame: it holds 32 hexadecimal digits in their place.
KEYED = {"vardkontakt_id", "remiss_id"}

# A number put together from a date of birth and a serial, so that none stands here as one piece.
PERSONAL_NUMBER = "-".join(["19121212", "1212"])

ACUTE = {"fas": 5, "vardgaranti": 2, "typ_akutverksamhet": 1}
EMERGENCY_TIMES = ["tid_start_akut", "tid_bedomning", "tid_avslut"]


@dataclass(frozen=True)
class Break:
    """One attribute of a good row broken in one way.

    `expectation` is what must refuse it, `context` what the row needs so that nothing else is wrong with it.
    """

    record: str
    column: str
    way: str
    value: Any
    expectation: str
    context: Row = field(default_factory=dict)

    @property
    def attribute(self) -> str:
        """The attribute's name on the wire."""
        return NAMES[self.column]

    def row(self, number: int) -> Row:
        """The broken row."""
        return ROW_OF[self.record](number, **{**self.context, self.column: self.value})

    def __str__(self) -> str:
        return f"{self.record} {self.attribute} {self.way}"


def _is_text(column: str) -> bool:
    return column not in INTEGER_COLUMNS | TIMESTAMP_COLUMNS


# What a good value of a text is made of, so that what is planted in it is the only fault.
_GOOD_TEXT = {"aktivitet": "51101", "aktivitet_kva": "CJE20", "aktivitet_icd": "H251"}
_CONTEXT: dict[str, Row] = {
    "aktivitet": {"fas": 2},
    **dict.fromkeys((*EMERGENCY_TIMES, "vard_avbruten"), ACUTE),
}

# (column, way, value, kind of expectation) of values outside the domain.
_OUTSIDE: list[tuple[str, str, Any, str]] = [
    ("regionkod", "below minimum", 9, "code_list"),
    ("regionkod", "above maximum", 66, "code_list"),
    ("regionkod", "code outside list", 11, "code_list"),
    *((column, "wrong pattern", "2321000131", "pattern") for column in HSA_COLUMNS),
    *((column, "too short", "S", "pattern") for column in HSA_COLUMNS),
    ("sjukhus", "too short", "1100", "length"),
    ("sjukhus_namn", "too short", "X", "length"),
    ("vardgaranti", "below minimum", 0, "code_list"),
    ("vardgaranti", "above maximum", 3, "code_list"),
    ("fas", "below minimum", 0, "code_list"),
    ("fas", "above maximum", 6, "code_list"),
    ("mvo", "too short", "51", "length"),
    ("mvo", "too long", "5111", "length"),
    ("aktivitet", "too short", "5110", "length"),
    ("aktivitet", "too long", "511011", "length"),
    ("aktivitet_kva", "too short", "CJE2", "length"),
    ("aktivitet_kva", "too long", "CJE200", "length"),
    ("aktivitet_icd", "too short", "H25", "length"),
    ("aktivitet_icd", "too long", "H251000", "length"),
    ("fodelse_ar", "below minimum", 1900, "range"),
    ("kon", "below minimum", 0, "code_list"),
    ("kon", "above maximum", 4, "code_list"),
    ("lkf", "too short", "198", "pattern"),
    ("lkf", "too long", "19800", "pattern"),
    ("lkf", "wrong pattern", "198X", "pattern"),
    ("bokningssatt", "below minimum", 0, "code_list"),
    ("bokningssatt", "above maximum", 6, "code_list"),
    ("vardkontakt", "below minimum", -1, "code_list"),
    ("vardkontakt", "above maximum", 92, "code_list"),
    ("vardkontakt", "code outside list", 9, "code_list"),
    ("yrkeskategori", "below minimum", "XS909", "code_list"),
    ("yrkeskategori", "above maximum", "XS927", "code_list"),
    ("yrkeskategori", "wrong pattern", "xs915", "code_list"),
    ("avvikelse", "below minimum", 0, "code_list"),
    ("avvikelse", "above maximum", 4, "code_list"),
    *(
        (column, "below minimum", at("2009-12-31T23:59:59"), "range")
        for column in ("beslut_aktivitet", "start_aktivitet", "medicinskt_maldatum", *EMERGENCY_TIMES)
    ),
    ("typ_akutverksamhet", "below minimum", -1, "code_list"),
    ("typ_akutverksamhet", "above maximum", 6, "code_list"),
    ("vard_avbruten", "below minimum", 0, "range"),
    ("vard_avbruten", "above maximum", 2, "range"),
    ("remittenttyp", "below minimum", 0, "code_list"),
    ("remittenttyp", "above maximum", 3, "code_list"),
    ("remiss_datum", "below minimum", at("1899-12-31T23:59:59"), "range"),
    ("ankomst_datum", "below minimum", at("1899-12-31T23:59:59"), "range"),
]

# (records, column, way, value, expectation, context) of what the national schema has no word for, and its like.
_BOTH = ("completed", "waiting")
_ACTIVITY_GIVEN = [("given for fas 1", {"fas": 1}), ("given for fas 4", {"fas": 4})]
_CONDITIONAL: list[tuple[tuple[str, ...], str, str, Any, str, Row]] = [
    (_BOTH, "regionkod", "another region", 55, "R28.own_region", {}),
    (_BOTH, "aktivitet", "missing for fas 2", None, "A13.activity_given", {"fas": 2}),
    (_BOTH, "aktivitet", "missing for fas 3", None, "A13.activity_given", {"fas": 3}),
    *((_BOTH, "aktivitet", way, "51101", "A13.activity_empty", row) for way, row in _ACTIVITY_GIVEN),
    (("completed",), "aktivitet", "given for fas 5", "51101", "A13.activity_empty", ACUTE),
    (_BOTH, "fodelse_ar", "after the delivered year", 2025, "A26.born_before_event", {}),
    (_BOTH, "lkf", "unknown county", "0280", "A24.known_county", {}),
    (_BOTH, "lkf", "foreign country", "9999", "A24.known_county", {}),
    (_BOTH, "vardkontakt", "inpatient for fas 1", 91, "A23.inpatient_phase", {}),
    (_BOTH, "vardkontakt", "inpatient for fas 4", 91, "A23.inpatient_phase", {"fas": 4}),
    (("waiting",), "fas", "acute contact waiting", 5, "DL01.no_emergency_waiting", {}),
    (("waiting",), "beslut_aktivitet", "after the snapshot", at("2024-08-01T00:00:00"), "A03.decision_by_snapshot", {}),
    (("completed",), "beslut_aktivitet", "after the start", at("2024-07-04T00:00:00"), "A02.no_negative_wait", {}),
    (("completed",), "start_aktivitet", "before the month", at("2024-06-30T23:59:59"), "A30.start_in_period", {}),
    (("completed",), "start_aktivitet", "after the month", at("2024-08-01T00:00:00"), "A30.start_in_period", {}),
    (("completed",), "typ_akutverksamhet", "0 for fas 5", 0, "A21.emergency_has_type", {"fas": 5}),
    (("completed",), "typ_akutverksamhet", "given for fas 1", 2, "A21.planned_has_none", {}),
    *(
        (
            ("completed",),
            column,
            "given for another type",
            at("2024-07-03T09:15:00"),
            f"A22.{column}_only_type_1",
            {**ACUTE, "typ_akutverksamhet": 2},
        )
        for column in EMERGENCY_TIMES
    ),
    *(
        (
            ("completed",),
            later,
            f"before {NAMES[earlier]}",
            at("2024-07-03T10:00:00"),
            f"A22.{later}_after_{earlier}",
            {**ACUTE, earlier: at("2024-07-03T10:00:01")},
        )
        for earlier, later in itertools.combinations(EMERGENCY_TIMES, 2)
    ),
    (
        ("completed",),
        "vard_avbruten",
        "given for another type",
        1,
        "VardAvbruten.only_type_1",
        {**ACUTE, "typ_akutverksamhet": 2},
    ),
]


# (column, value, context) on the right side of each boundary: refused by nobody.
INSIDE: list[tuple[str, Any, Row]] = [
    *((column, "SE0000000000-1", {}) for column in HSA_COLUMNS),
    ("sjukhus", "11001", {}),
    ("sjukhus", "110011", {}),
    ("sjukhus_namn", "Ås", {}),
    *(("vardgaranti", code, {}) for code in (1, 2)),
    *(("fas", code, {}) for code in (1, 4)),
    *(("fas", code, {"aktivitet": "51101"}) for code in (2, 3)),
    ("mvo", "ÅÄÖ", {}),
    ("aktivitet_kva", "CJE20", {}),
    ("aktivitet_icd", "H251", {}),
    ("aktivitet_icd", "H25123", {}),
    *(("fodelse_ar", year, {}) for year in (1901, 2024)),
    *(("kon", code, {}) for code in (1, 2, 3)),
    *(("lkf", code, {}) for code in ("0000", "0100", "2599", "0999")),
    *(("bokningssatt", code, {}) for code in (1, 2, 3, 4, 5)),
    *(("vardkontakt", code, {}) for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 81, 82, 83)),
    ("vardkontakt", 91, {"fas": 2, "aktivitet": "51101"}),
    *(("yrkeskategori", f"XS{number}", {}) for number in range(910, 927)),
    *(("avvikelse", code, {}) for code in (1, 2, 3)),
    ("beslut_aktivitet", at("2010-01-01T00:00:00"), {}),
    ("medicinskt_maldatum", at("2010-01-01T00:00:00"), {}),
    *(("remittenttyp", code, {}) for code in (1, 2)),
    *((column, at("1900-01-01T00:00:00"), {}) for column in ("remiss_datum", "ankomst_datum")),
]
INSIDE_COMPLETED: list[tuple[str, Any, Row]] = [
    ("beslut_aktivitet", at("2024-07-03T23:59:59"), {}),
    ("start_aktivitet", at("2024-07-01T00:00:00"), {}),
    ("start_aktivitet", at("2024-07-31T23:59:59"), {}),
    ("typ_akutverksamhet", 0, {}),
    *(("typ_akutverksamhet", code, {"fas": 5}) for code in (1, 2, 3, 4, 5)),
    ("tid_start_akut", at("2010-01-01T00:00:00"), ACUTE),
    ("tid_bedomning", at("2024-07-03T10:00:00"), {**ACUTE, "tid_start_akut": at("2024-07-03T10:00:00")}),
    ("tid_avslut", at("2024-07-03T10:00:00"), {**ACUTE, "tid_bedomning": at("2024-07-03T10:00:00")}),
    ("vard_avbruten", 1, ACUTE),
]
INSIDE_WAITING: list[tuple[str, Any, Row]] = [("beslut_aktivitet", at("2024-07-31T23:59:59"), {})]


def _breaks_of(record: str, column: str) -> Iterator[Break]:
    name, context = NAMES[column], _CONTEXT.get(column, {})
    if column in REQUIRED[record]:
        yield Break(record, column, "missing", None, f"{name}.required", context)
        if _is_text(column):
            yield Break(record, column, "empty", "", f"{name}.required", context)
    for broken, way, value, kind in _OUTSIDE:
        if broken == column:
            yield Break(record, column, way, value, f"{name}.{kind}", context)
    if _is_text(column) and column not in KEYED:
        good = _GOOD_TEXT.get(column) or str(ROW_OF[record](1)[column])
        # The last character is exchanged, so that the length stays what it was.
        characters = f"{name}.{'code_list' if column == 'yrkeskategori' else 'characters'}"
        yield Break(record, column, "control character", good[:-1] + "\x01", characters, context)
        yield Break(record, column, "line break", good[:-1] + "\n", characters, context)
        yield Break(record, column, "personal number", PERSONAL_NUMBER, f"DL05.{column}", context)
    for records, broken, way, value, expectation, needed in _CONDITIONAL:
        if broken == column and record in records:
            yield Break(record, column, way, value, expectation, needed)


SOUND = [
    Break(record, column, f"is {value}{' ' if context else ''}{context or ''}", value, "", context)
    for record, own in (("completed", INSIDE_COMPLETED), ("waiting", INSIDE_WAITING))
    for column, value, context in (*INSIDE, *own)
]
ROW_BREAKS = [item for record, columns in COLUMNS.items() for column in columns for item in _breaks_of(record, column)]

# What a typed column cannot hold: the text that would stand in the XML, by column.
_WRONG_NUMBER = {"sjukhus": 11001, "mvo": 511, "aktivitet": 51101, "lkf": 1980}


def _wrong_type(column: str) -> tuple[str, Any]:
    """(way, value) of a column stored as another type."""
    if column in INTEGER_COLUMNS:
        return "text for a number", "ett"
    return ("text for a moment", "i går") if column in TIMESTAMP_COLUMNS else ("number for a text", 12345)


TYPE_BREAKS = [
    Break(
        record,
        column,
        _wrong_type(column)[0],
        _WRONG_NUMBER.get(column, _wrong_type(column)[1]),
        f"{NAMES[column]}.type",
    )
    for record, columns in COLUMNS.items()
    for column in columns
] + [
    Break(record, column, "the schema's own word", word, f"{NAMES[column]}.type")
    for record in COLUMNS
    for column, word in (("vardgaranti", "ja"), ("kon", "kvinna"))
]
