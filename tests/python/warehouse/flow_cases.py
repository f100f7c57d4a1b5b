"""Rows for the flow of the waiting list (WT50) and for the rules that compare a clinic with itself (A31, A32).

The flow stands in fourteen months of its own, the volumes in another fourteen, and the patterns of A33 and A34 in
one month. The units are those of the register of July 2024.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from tests.python.warehouse.planted import Row, contact, day, key_of, unit, waiting

_PREFIX = "SE2321000131-E000002"
_NAMES = ("STEADY", "R36", "LEAK", "FAM", "OTHER", "EDGE")
STEADY, R36, LEAK, FAM, OTHER, EDGE = (f"{_PREFIX}{number:02d}000" for number in range(len(_NAMES)))
STEADY_UNIT, R36_UNIT, LEAK_UNIT, FAM_UNIT, OTHER_UNIT, EDGE_UNIT = (
    f"{clinic[:-1]}1" for clinic in (STEADY, R36, LEAK, FAM, OTHER, EDGE)
)
FAM_CAP_UNIT, SECOND_EDGE_UNIT = f"{FAM[:-1]}2", f"{EDGE[:-1]}2"
UNKNOWN_UNIT = f"{_PREFIX}99001"
ABSENT_UNIT = f"{_PREFIX}98001"
ABSENT_CLINIC, LEFT_CLINIC = f"{_PREFIX}97000", f"{_PREFIX}98000"

FLOW_MONTHS = [f"2018-{month:02d}" for month in range(1, 13)] + ["2019-01", "2019-02"]
# The month before the first is not loaded; between them nothing lacks.
FLOW_PERIOD, BEFORE = "2018-06", "2018-05"
FIRST_MOMENT, LAST_MINUTE = datetime(2018, 6, 1), datetime(2018, 6, 30, 23, 59)
MINUTE_BEFORE, MOMENT_AFTER = datetime(2018, 5, 31, 23, 59), datetime(2018, 7, 1)
EARLIER, WITHIN = day("2018-05-20"), day("2018-06-02")
REASONS = (
    "ANNAN_VARDGIVARE", "PATIENTENS_ONSKAN", "EJ_BEHOV", "AVLIDEN", "UTEBLIVIT", "FELREGISTRERAD", "OVRIGT",
)  # fmt: skip


def _steady_rows() -> Iterator[Row]:
    """As many contacts as the month's number, decided in it, and two who wait all the time; a third leaves early."""
    here: Row = {"enhet_hsaid": STEADY_UNIT}
    old: Row = {**here, "beslut_tid": day("2017-12-01"), "skapad_tid": day("2017-12-01")}
    for number, period in enumerate(FLOW_MONTHS, start=1):
        for nth in range(number):
            yield contact(period, f"steady {period} {nth}", beslut_tid=day(f"{period}-02"), **here)
        for name in ("one", "two"):
            yield waiting(period, f"steady waits {name}", **old)
    yield waiting(FLOW_MONTHS[0], "steady leaves", **old)
    yield waiting(
        FLOW_MONTHS[1], "steady leaves", status="A", avford_tid=day("2018-02-10"), avford_orsak="EJ_BEHOV", **old
    )


def _r36_rows() -> Iterator[Row]:
    """W(Sep) 100 + 30 new - 25 carried out - 3 removed = 102; in November nobody is told of any more."""
    here: Row = {"enhet_hsaid": R36_UNIT}
    old: Row = {**here, "beslut_tid": day("2018-09-05"), "skapad_tid": day("2018-09-05")}
    names = [f"R36 {number}" for number in range(1, 101)]
    for name in names:
        yield waiting("2018-09", name, **old)
    for name in names[:20]:
        yield contact("2018-10", name, beslut_tid=day("2018-09-05"), **here)
    for name in names[20:23]:
        yield waiting("2018-10", name, status="A", avford_tid=day("2018-10-15"), avford_orsak="OVRIGT", **old)
    for name in names[23:]:
        yield waiting("2018-10", name, **old)
    for number in range(5):
        yield contact("2018-10", f"R36 new and done {number}", beslut_tid=day("2018-10-03"), **here)
    for number in range(25):
        new: Row = {"beslut_tid": day("2018-10-20"), "skapad_tid": day("2018-10-20")}
        yield waiting("2018-10", f"R36 new and waits {number}", **here, **new)


def _leaking_rows() -> Iterator[Row]:
    """Two wait in September; in October a third has come who was decided before it. All are removed in November."""
    for name, period in (("one", "2018-09"), ("two", "2018-09"), ("late", "2018-10")):
        decided: Row = {
            "enhet_hsaid": LEAK_UNIT, "beslut_tid": day("2018-09-20"), "skapad_tid": day("2018-09-20"),
        }  # fmt: skip
        for month in ("2018-09", "2018-10"):
            if month >= period:
                yield waiting(month, f"leak {name}", **decided)
        removed: Row = {"status": "A", "avford_tid": day("2018-11-10"), "avford_orsak": "UTEBLIVIT"}
        yield waiting("2018-11", f"leak {name}", **decided, **removed)


def _edge_rows() -> Iterator[Row]:
    """One carried out and one who waits, in February 2018 alone: twelve months before February 2019."""
    operation: Row = {"fas": "2", "aktivitet": "51101"}
    yield contact("2018-02", "edge done", enhet_hsaid=EDGE_UNIT, beslut_tid=day("2018-02-05"), **operation)
    yield waiting("2018-02", "edge waits", enhet_hsaid=SECOND_EDGE_UNIT, beslut_tid=day("2018-02-05"), **operation)


def _done(name: str, decided: datetime | None = EARLIER, unit_id: str = FAM_UNIT, **values: Any) -> Row:
    return contact(FLOW_PERIOD, f"flow done {name}", beslut_tid=decided, enhet_hsaid=unit_id, **values)


def _waits(name: str, decided: datetime, registered: datetime, unit_id: str = FAM_UNIT, **values: Any) -> Row:
    times: Row = {"beslut_tid": decided, "skapad_tid": registered}
    return waiting(FLOW_PERIOD, f"flow waits {name}", enhet_hsaid=unit_id, **times, **values)


def _leaves(
    name: str, removed: datetime | None, why: str | None, decided: datetime = EARLIER, **values: Any
) -> Row:  # fmt: skip
    gone: Row = {"status": "A", "avford_tid": removed, "avford_orsak": why}
    return _waits(name, decided, decided, **gone, **values)


OPERATION: Row = {"fas": "2", "aktivitet": "51101"}
EXAMINATION: Row = {"fas": "3", "aktivitet": "10502"}


def _first_contact_rows() -> Iterator[Row]:
    """First contacts of June 2018: each column of the flow, from both sides."""
    yield waiting(BEFORE, "flow waits since May", enhet_hsaid=FAM_UNIT, beslut_tid=day("2018-05-02"))
    yield waiting(BEFORE, "flow waits with an impossible decision", enhet_hsaid=FAM_UNIT, beslut_tid=day("2009-01-01"))
    # Carried out: four at the unit, of which that of the first moment and the drop-in are new.
    yield _done("decided in the first moment", FIRST_MOMENT)
    yield _done("decided the minute before")
    yield _done("drop-in without a decision", None, bokningssatt="5")
    yield _done("with a step outside child psychiatry", bup_steg="1")
    yield _done("disqualified", day("2009-12-31"))
    yield _done("in primary care", WITHIN, vardniva="P")
    yield _done("did not come", WITHIN, kontaktform="U")
    yield _done("acute", WITHIN, fas="5", typ_akutverksamhet="1")
    yield _done("of an unknown phase", WITHIN, fas="6")
    yield _done("at an unknown unit", WITHIN, UNKNOWN_UNIT)
    yield _done("in the other clinic", WITHIN, OTHER_UNIT)
    # Waiting: six at the end, three of them new and two registered in the month.
    yield _waits("since May", day("2018-05-02"), day("2018-05-02"))
    yield _waits("registered in the first moment", LAST_MINUTE, FIRST_MOMENT)
    yield _waits("registered in the last minute", WITHIN, LAST_MINUTE)
    yield _waits("registered the minute before", MINUTE_BEFORE, MINUTE_BEFORE)
    yield _waits("registered the moment after", WITHIN, MOMENT_AFTER)
    yield _waits("removed the moment after", EARLIER, EARLIER, status="A", avford_tid=MOMENT_AFTER,
                 avford_orsak="EJ_BEHOV")  # fmt: skip
    yield _waits("with an impossible decision", day("2009-01-01"), WITHIN)
    yield _waits("decided the moment after", MOMENT_AFTER, WITHIN)
    yield _waits("in primary care", WITHIN, WITHIN, vardniva="P")
    # Removed: one for each reason, one for none; two were carried out too, the second in the other clinic.
    for reason in REASONS:
        moment = {"EJ_BEHOV": FIRST_MOMENT, "OVRIGT": LAST_MINUTE}.get(reason, day("2018-06-15"))
        yield _leaves(f"for {reason}", moment, reason)
    yield _leaves("before the decision", day("2018-06-15"), "OVRIGT", MOMENT_AFTER)
    yield _leaves("without a reason", day("2018-06-15"), None)
    for name, unit_id, decided in (("here", FAM_UNIT, day("2018-06-03")), ("there", OTHER_UNIT, day("2018-06-04"))):
        both = _leaves("", day("2018-06-15"), "OVRIGT", decided)
        yield {**both, "vardkontakt_id": f"flow both {name}", "contact_key": key_of(f"flow both {name}")}
        yield contact(FLOW_PERIOD, f"flow both {name}", beslut_tid=decided, enhet_hsaid=unit_id)
    yield _leaves("the minute before", MINUTE_BEFORE, "EJ_BEHOV")
    yield _leaves("at no time", None, "EJ_BEHOV")
    yield _leaves("in primary care", day("2018-06-15"), "EJ_BEHOV", vardniva="P")
    # Corrected, the first of them decided and registered in the month.
    yield _leaves("as wrongly registered", day("2018-07-05"), "FELREGISTRERAD", day("2018-06-06"))
    yield _leaves("as dead by then", day("2018-07-05"), "AVLIDEN", avliden_datum=date(2018, 6, 20))


def _family_rows() -> Iterator[Row]:
    """June 2018: each family apart from the others, with child psychiatry in and outside its own."""
    for number in range(2):
        yield _done(f"operation {number}", **OPERATION)
    for number in range(3):
        yield _done(f"examination {number}", **EXAMINATION)
    yield _done("follow-up with a target", fas="4", medicinskt_maldatum=date(2018, 6, 20))
    yield _done("follow-up without a target", fas="4")
    yield _waits("for a follow-up", WITHIN, WITHIN, fas="4")
    cap: Row = {"unit_id": FAM_CAP_UNIT}
    yield _done("child psychiatry without a step", WITHIN, **cap)
    yield _done("child psychiatry of an unknown step", bup_steg="9", **cap)
    yield _done("child psychiatry, examination without a step", **cap, **EXAMINATION)
    yield _done("step 1", bup_steg="1", **cap)
    yield _done("step 2 at a follow-up", bup_steg="2", fas="4", **cap)
    yield _done("step 3 at an operation", bup_steg="3", **cap, **OPERATION)
    yield _done("step 1 in an unknown phase", bup_steg="1", fas="6", **cap)
    yield _done("step 1 at an acute contact", bup_steg="1", fas="5", typ_akutverksamhet="1", **cap)
    yield _waits("for step 2", WITHIN, WITHIN, bup_steg="2", **cap, **EXAMINATION)


# --- A32 --------------------------------------------------------------------------------------------------------

VOLUME_MONTHS = [f"2020-{month:02d}" for month in range(1, 13)] + ["2021-01", "2021-02"]
_JANUARY, _YEAR_AFTER = VOLUME_MONTHS[0], VOLUME_MONTHS[12]


def _rows_in(first: str, last: str, rows: int = 1) -> dict[str, int]:
    return {month: rows for month in VOLUME_MONTHS if first <= month <= last}


# Rows of a clinic by month; a month that is not named has none.
VOLUMES: dict[str, dict[str, int]] = {
    "seven of ten": {_JANUARY: 10, _YEAR_AFTER: 7},
    "69 of a hundred": {_JANUARY: 100, _YEAR_AFTER: 69},
    "thirteen of ten": {_JANUARY: 10, _YEAR_AFTER: 13},
    "131 of a hundred": {_JANUARY: 100, _YEAR_AFTER: 131},
    "one of ten": {_JANUARY: 10, _YEAR_AFTER: 1},
    "two of one": {_JANUARY: 1, _YEAR_AFTER: 2},
    # No row last January, and twelve months whose median is the mean of none and two.
    "new, twice its median": {**_rows_in("2020-07", "2020-12", 2), _YEAR_AFTER: 2},
    "new, at its median": {**_rows_in("2020-07", "2020-12", 2), _YEAR_AFTER: 1},
    "new, with no median": {_YEAR_AFTER: 1},
    # Months of which last year's is not loaded: from July six months before are.
    "twice its median in July": {**_rows_in(_JANUARY, "2021-02"), "2020-07": 2},
    "twice its median in June": {**_rows_in(_JANUARY, "2021-02"), "2020-06": 2},
    "gone after six months": _rows_in("2020-07", "2020-12"),
    "gone after five months": _rows_in("2020-08", "2020-12"),
    "gone after six months of which one is a year ago": {_JANUARY: 1, **_rows_in("2020-08", "2020-12")},
}
VOLUME_CLINICS = {name: f"{_PREFIX}{30 + number:02d}000" for number, name in enumerate(VOLUMES)}
# (period, clinic, what is said)
JUMPS = [
    ("2020-07", "twice its median in July", "2 genomförda rader mot 1 i median de tolv månaderna före."),
    (_YEAR_AFTER, "69 of a hundred", "69 genomförda rader mot 100 samma månad i fjol."),
    (_YEAR_AFTER, "131 of a hundred", "131 genomförda rader mot 100 samma månad i fjol."),
    (_YEAR_AFTER, "one of ten", "1 genomförda rader mot 10 samma månad i fjol."),
    (_YEAR_AFTER, "two of one", "2 genomförda rader mot 1 samma månad i fjol."),
    (_YEAR_AFTER, "new, twice its median", "2 genomförda rader mot 1 i median de tolv månaderna före."),
    *(
        (_YEAR_AFTER, name, "Inga genomförda rader; kliniken har rader i 6 av de tolv månaderna före.")
        for name in ("gone after six months", "gone after six months of which one is a year ago")
    ),
    # The last month, of which January 2020 is a year and a month ago.
    ("2021-02", "gone after six months", "Inga genomförda rader; kliniken har rader i 6 av de tolv månaderna före."),
    *(
        ("2021-02", name, "Inga genomförda rader; kliniken har rader i 7 av de tolv månaderna före.")
        for name in ("new, twice its median", "new, at its median")
    ),
]  # fmt: skip


def _volume_rows() -> Iterator[Row]:
    for name, months in VOLUMES.items():
        here: Row = {"enhet_hsaid": f"{VOLUME_CLINICS[name][:-1]}1"}
        for period, rows in months.items():
            for number in range(rows):
                # Primary care and faulty rows count too.
                odd: Row = [{}, {"vardniva": "P"}, {"beslut_tid": day("2009-01-01")}][number % 3]
                yield contact(period, f"volume {name} {period} {number}", **here, **odd)
        # What did not take place and who waits is no volume.
        yield contact(_YEAR_AFTER, f"volume {name} no show", kontaktform="U", **here)
    for period, rows in ((_JANUARY, 2), (_YEAR_AFTER, 1)):
        for number in range(rows):
            yield contact(period, f"volume of no unit {period} {number}", enhet_hsaid=UNKNOWN_UNIT)


# --- A33, A34 ---------------------------------------------------------------------------------------------------

PATTERN_PERIOD = "2022-03"
# Rows with the pattern and rows without it: 95 percent is the limit, and twenty rows.
DECADES = {
    "19 of 20 born in the seventies": (19, 1),
    "19 of 19 born in the seventies": (19, 0),
    "47 of 50 born in the seventies": (47, 3),
}
SAME_DATES = {
    "19 of 20 on one day": (19, 1),
    "19 of 19 on one day": (19, 0),
    "47 of 50 on one day": (47, 3),
}
YEARS_UNKNOWN = "twenty of whom no year is known"
PATTERN_CLINICS = {
    name: f"{_PREFIX}{70 + number:02d}000" for number, name in enumerate([*DECADES, *SAME_DATES, YEARS_UNKNOWN])
}


def _decade_rows() -> Iterator[Row]:
    others = (1980, 1969, None)
    for name, (inside, outside) in DECADES.items():
        here: Row = {"enhet_hsaid": f"{PATTERN_CLINICS[name][:-1]}1"}
        years = [(1970, 1975, 1979)[number % 3] for number in range(inside)] + list(others[:outside])
        for number, year in enumerate(years):
            make = waiting if number % 2 else contact
            yield make(PATTERN_PERIOD, f"{name} {number}", patient_birth_year=year, **here)
        yield contact(PATTERN_PERIOD, f"{name} no show", kontaktform="U", patient_birth_year=1990, **here)
        yield waiting(PATTERN_PERIOD, f"{name} removed", status="A", avford_tid=day("2022-03-10"),
                      avford_orsak="OVRIGT", patient_birth_year=1990, **here)  # fmt: skip
    unknown: Row = {"enhet_hsaid": f"{PATTERN_CLINICS[YEARS_UNKNOWN][:-1]}1", "patient_birth_year": None}
    for number in range(20):
        yield contact(PATTERN_PERIOD, f"{YEARS_UNKNOWN} {number}", **unknown)


def _same_date_rows() -> Iterator[Row]:
    start, day_before = datetime(2022, 3, 10, 15), day("2022-03-09")
    same: Row = {
        "start_tid": start, "beslut_tid": datetime(2022, 3, 10, 8), "remiss_datum": date(2022, 3, 1),
        "ankomst_datum": start.date(),
    }  # fmt: skip
    others: tuple[Row, ...] = (
        {"ankomst_datum": None}, {"beslut_tid": day_before}, {"ankomst_datum": day_before.date()},
    )  # fmt: skip
    for name, (inside, outside) in SAME_DATES.items():
        here: Row = {"enhet_hsaid": f"{PATTERN_CLINICS[name][:-1]}1"}
        for number in range(inside + outside):
            other = others[number - inside] if number >= inside else {}
            # No decade holds nearly all of them.
            born: Row = {"patient_birth_year": 1960 + number % 20}
            yield contact(PATTERN_PERIOD, f"{name} {number}", **{**same, **here, **born, **other})
        yield waiting(PATTERN_PERIOD, f"{name} waits", beslut_tid=start, **here)
    # Rows of units that the register does not know are no clinic's.
    for number in range(20):
        yield contact(PATTERN_PERIOD, f"pattern of no unit {number}", **{**same, "enhet_hsaid": UNKNOWN_UNIT})


def flow_rows() -> tuple[list[Row], list[Row]]:
    """Contacts and entries of the flow, the volumes and the patterns."""
    rows = [
        *_steady_rows(), *_r36_rows(), *_leaking_rows(), *_edge_rows(), *_first_contact_rows(), *_family_rows(),
        *_volume_rows(), *_decade_rows(), *_same_date_rows(),
    ]  # fmt: skip
    return [row for row in rows if "kontaktform" in row], [row for row in rows if "kontaktform" not in row]


def flow_units() -> list[Row]:
    """The units in the register in force, one in an earlier register of care's own month, and one that has left."""
    places = [
        (STEADY_UNIT, STEADY, "Stadiga", "SOM"), (R36_UNIT, R36, "Kön", "SOM"), (LEAK_UNIT, LEAK, "Läckan", "SOM"),
        (FAM_UNIT, FAM, "Flödet", "SOM"), (FAM_CAP_UNIT, FAM, "Flödet", "BUP"), (OTHER_UNIT, OTHER, "Flödet", "SOM"),
        (EDGE_UNIT, EDGE, "Kanten", "SOM"), (SECOND_EDGE_UNIT, EDGE, "Kanten", "SOM"),
        *((f"{clinic[:-1]}1", clinic, "Volym", "SOM") for clinic in VOLUME_CLINICS.values()),
        *((f"{clinic[:-1]}1", clinic, "Mönster", "SOM") for clinic in PATTERN_CLINICS.values()),
    ]  # fmt: skip
    return [
        *(
            unit("2024-07", unit_id, klinik_hsaid=clinic, omrade=area, verksamhetstyp=group)
            for unit_id, clinic, area, group in places
        ),
        unit("2018-04", STEADY_UNIT),
        # E05: the last of its intervals tells the clinic and the end.
        unit("2024-06", ABSENT_UNIT, klinik_hsaid=LEFT_CLINIC, giltig_tom=date(2020, 1, 1)),
        unit("2024-06", ABSENT_UNIT, klinik_hsaid=ABSENT_CLINIC, giltig_from=date(2020, 1, 2),
             giltig_tom=date(2023, 5, 31)),
        unit("2018-04", ABSENT_UNIT, klinik_hsaid=LEFT_CLINIC, giltig_from=date(2023, 6, 1)),
    ]  # fmt: skip
