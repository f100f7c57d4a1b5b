"""Rows of stays, permissions, beds, operations and listing for the rules on them, in months of their own.

Two months in a row, the first with a leap day, and one whose month before is not loaded. Beside each row stands what
it must break, with the words; all else that these months hold breaks nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, Plant, Row, key_of, lines_of, unit

FEBRUARY, MARCH, ALONE = "2012-02", "2012-03", "2012-05"
WARD_PERIODS = (FEBRUARY, MARCH, ALONE)
STAY, PERMISSION, BEDS = "cosmic_vardtillfalle", "cosmic_permission", "cosmic_vardplats"
OPERATION, LISTING = "provisio_operation", "cosmic_listning"

_PREFIX = "SE2321000131-E0000003"
# Wards that have beds every day of the three months.
WARD, OTHER_WARD = f"{_PREFIX}001", f"{_PREFIX}002"
UNKNOWN_WARD = f"{_PREFIX}999"
# The register knows the first until the tenth of March, the second from the eleventh.
CLOSED, NEW = f"{_PREFIX}003", f"{_PREFIX}004"
# Around the end of March: the day on which those listed are counted.
ENDS_LAST, ENDS_BEFORE, BEGINS_LAST, BEGINS_AFTER = (f"{_PREFIX}01{number}" for number in range(4))
# Wards of which no bed is told unless a case does.
(BARE, SECOND_BARE, EMPTY, SHUT, AWAY, OPEN_AWAY, LONG, NUMBER, TWICE, LEAP) = (
    f"{_PREFIX}1{number:02d}" for number in range(10)
)
_TENTH = date(2012, 3, 10)


def ward_units() -> list[Row]:
    """The units of these months, in a register that is in force with the others."""

    def own(unit_id: str, **values: Any) -> Row:
        return unit("2024-07", unit_id, **{"enhetstyp": "AVDELNING", "giltig_from": date(2010, 1, 1), **values})

    return [
        own(WARD),
        own(OTHER_WARD, klinik_hsaid=OTHER_CLINIC, klinik_namn="Andra kliniken", omrade="Södra"),
        own(CLOSED, giltig_tom=_TENTH),
        own(NEW, giltig_from=_TENTH + timedelta(days=1)),
        own(ENDS_LAST, giltig_tom=date(2012, 3, 31)),
        own(ENDS_BEFORE, giltig_tom=date(2012, 3, 30)),
        own(BEGINS_LAST, giltig_from=date(2012, 3, 31)),
        own(BEGINS_AFTER, giltig_from=date(2012, 4, 1)),
        *map(own, (BARE, SECOND_BARE, EMPTY, SHUT, AWAY, OPEN_AWAY, LONG, NUMBER, TWICE, LEAP)),
    ]


def at(text: str) -> datetime:
    """A moment of 2012: '03-10 10:00', or with seconds."""
    return datetime.fromisoformat(f"2012-{text}")


def stay(period: str, episode: str, admitted: str, discharged: str | None, **values: Any) -> Row:
    """A stay of a patient that has the episode's name, on the ward with beds."""
    return {
        "_period": period, "vardtillfalle_id": episode, "episode_key": key_of(episode), "vistelse_nr": 1,
        "patient_key": key_of(f"patient {episode}"), "patient_id_type": "person",
        "patient_has_valid_check_digit": True, "patient_birth_year": 1970, "kon": "K", "skyddad_identitet": "N",
        "lkf": "1980", "avdelning_hsaid": WARD, "in_tid": at(admitted),
        "ut_tid": None if discharged is None else at(discharged), "in_satt": "A",
        "ut_till": None if discharged is None else "HEM", **values,
    }  # fmt: skip


def permission(period: str, episode: str, left: str, returned: str | None, number: int = 1) -> Row:
    """A permission of a stay."""
    return {
        "_period": period, "vardtillfalle_id": episode, "episode_key": key_of(episode), "vistelse_nr": number,
        "fran_tid": at(left), "till_tid": None if returned is None else at(returned),
    }  # fmt: skip


def beds(period: str, ward: str, of: date, available: int | None = 10) -> Row:
    """The beds of a ward on a day."""
    return {"_period": period, "avdelning_hsaid": ward, "datum": of, "faststallda": 10, "disponibla": available}


def operation(name: str, **values: Any) -> Row:
    """An operation carried out on the tenth of March."""
    return {
        "_period": MARCH, "operation_id": name, "operation_key": key_of(name), "patient_key": key_of(f"patient {name}"),
        "patient_id_type": "person", "patient_has_valid_check_digit": True, "patient_birth_year": 1970, "kon": "K",
        "skyddad_identitet": "N", "enhet_hsaid": WARD, "op_start": at("03-10 10:00"), "status": "G", **values,
    }  # fmt: skip


def listed(unit_id: str, group: str = "6-64") -> Row:
    """Those of an age group listed with a unit."""
    return {"_period": MARCH, "enhet_hsaid": unit_id, "aldersgrupp": group, "kon": "K", "antal": 100}


# Rule (and case) to the words of its deviation.
Broken = Mapping[str, str]
Planted = tuple[Row, Broken]


def overlaps(ward: str, times: str, more: str = "") -> Broken:
    return {"B01": f"Överlappar vistelsen på {ward}: {times}{more}."}


def of(patient: str) -> Row:
    """The key of a patient with several episodes."""
    return {"patient_key": key_of(f"patient {patient}")}


_TENTH_TO_ELEVENTH = "in 2012-03-10 10:00, ut 2012-03-11 10:00"

OVERLAPPING: list[Planted] = [
    (stay(MARCH, "B01 ends as", "03-10 10:00", "03-11 10:00", **of("ends as")), {}),
    (stay(MARCH, "B01 the other begins", "03-11 10:00", "03-12 10:00", **of("ends as")), {}),
    (stay(MARCH, "B01 ends a minute after", "03-10 10:00", "03-11 10:01", **of("minute")),
     overlaps(OTHER_WARD, "in 2012-03-11 10:00, ut 2012-03-12 10:00")),
    (stay(MARCH, "B01 the other begins, a minute before", "03-11 10:00", "03-12 10:00", avdelning_hsaid=OTHER_WARD,
          **of("minute")), overlaps(WARD, "in 2012-03-10 10:00, ut 2012-03-11 10:01")),
    (stay(MARCH, "B01 open", "03-10 10:00", None, **of("open")),
     overlaps(WARD, "in 2012-03-20 10:00, ut 2012-03-21 10:00")),
    (stay(MARCH, "B01 while another is open", "03-20 10:00", "03-21 10:00", **of("open")),
     overlaps(WARD, "in 2012-03-10 10:00, inte utskriven")),
    (stay(MARCH, "B01 before one that is open", "03-10 10:00", "03-11 10:00", **of("opens")), {}),
    (stay(MARCH, "B01 open afterwards", "03-11 10:00", None, **of("opens")), {}),
    (stay(MARCH, "B01 one episode", "03-10 10:00", "03-11 10:00"),
     overlaps(WARD, "in 2012-03-11 09:00, ut 2012-03-12 09:00")),
    (stay(MARCH, "B01 one episode", "03-11 09:00", "03-12 09:00", vistelse_nr=2), overlaps(WARD, _TENTH_TO_ELEVENTH)),
    (stay(MARCH, "B01 across two", "03-10 10:00", "03-15 10:00", **of("two")),
     overlaps(WARD, "in 2012-03-10 11:00, ut 2012-03-11 10:00", "; och 1 till")),
    (stay(MARCH, "B01 second of two", "03-12 10:00", "03-13 10:00", **of("two")),
     overlaps(WARD, "in 2012-03-10 10:00, ut 2012-03-15 10:00")),
    (stay(MARCH, "B01 first of two", "03-10 11:00", "03-11 10:00", **of("two")),
     overlaps(WARD, "in 2012-03-10 10:00, ut 2012-03-15 10:00")),
    # What ends before it begins is B02 and overlaps nothing.
    (stay(MARCH, "B01 beside one out of order", "03-10 10:00", "03-13 10:00", **of("disorder")), {}),
    (stay(MARCH, "B02 out of order", "03-12 10:00", "03-11 10:00", **of("disorder")),
     {"B02": "In 2012-03-12 10:00, ut 2012-03-11 10:00."}),
    # Told in the files of two months, each time.
    *(
        (stay(period, "B01 in both files", "02-20 10:00", "03-02 10:00", **of("both")),
         overlaps(WARD, "in 2012-02-21 10:00, ut 2012-03-03 10:00"))
        for period in (FEBRUARY, MARCH)
    ),
    *(
        (stay(period, "B01 in both files too", "02-21 10:00", "03-03 10:00", **of("both")),
         overlaps(WARD, "in 2012-02-20 10:00, ut 2012-03-02 10:00"))
        for period in (FEBRUARY, MARCH)
    ),
    # Overlapping in files of different months.
    (stay(FEBRUARY, "B01 in the file before", "02-10 10:00", "02-20 10:00", **of("files")), {}),
    (stay(MARCH, "B01 overlaps in the file before", "02-15 10:00", "03-02 10:00", **of("files")), {}),
]  # fmt: skip

REVERSED: list[Planted] = [
    (stay(MARCH, "B02 out a minute before in", "03-10 10:00", "03-10 09:59"),
     {"B02": "In 2012-03-10 10:00, ut 2012-03-10 09:59."}),
    (stay(MARCH, "B02 out as in", "03-10 10:00", "03-10 10:00"), {}),
    (stay(FEBRUARY, "B02 in February", "02-10 10:00", "02-09 10:00"),
     {"B02": "In 2012-02-10 10:00, ut 2012-02-09 10:00."}),
]  # fmt: skip

COUNTED: list[Planted] = [
    # There at 06:00 sharp on the tenth and the eleventh, gone at 06:00 sharp on the twelfth.
    (stay(MARCH, "census sharp", "03-10 06:00", "03-12 06:00", avdelning_hsaid=BARE), {}),
    (stay(MARCH, "census a second", "03-10 06:00:01", "03-11 06:00:01", avdelning_hsaid=SECOND_BARE), {}),
    (stay(MARCH, "census empty", "03-09 10:00", "03-10 10:00", avdelning_hsaid=EMPTY), {}),
    (stay(MARCH, "census empty too", "03-09 10:00", "03-10 10:00", avdelning_hsaid=EMPTY), {}),
    (stay(MARCH, "census shut", "03-09 10:00", "03-11 10:00", avdelning_hsaid=SHUT), {}),
    (stay(MARCH, "census shut too", "03-10 10:00", "03-14 05:00", avdelning_hsaid=SHUT), {}),
    (stay(MARCH, "census shut three", "03-12 10:00", "03-13 10:00", avdelning_hsaid=SHUT), {}),
    (stay(MARCH, "census away", "03-09 22:00", "03-12 05:00", avdelning_hsaid=AWAY), {}),
    (stay(MARCH, "census away and not back", "03-09 22:00", "03-11 12:00", avdelning_hsaid=OPEN_AWAY), {}),
    (stay(FEBRUARY, "census long", "02-28 10:00", None, avdelning_hsaid=LONG), {}),
    (stay(MARCH, "census long", "02-28 10:00", "03-01 12:00", avdelning_hsaid=LONG), {}),
    (stay(MARCH, "census number", "03-09 10:00", "03-10 10:00"), {}),
    (stay(MARCH, "census number", "03-10 10:00", "03-11 12:00", vistelse_nr=2, avdelning_hsaid=NUMBER), {}),
    (stay(MARCH, "census twice", "03-09 10:00", "03-11 10:00"),
     overlaps(TWICE, "in 2012-03-09 10:00, ut 2012-03-11 05:00")),
    (stay(MARCH, "census twice", "03-09 10:00", "03-11 05:00", vistelse_nr=2, avdelning_hsaid=TWICE),
     overlaps(WARD, "in 2012-03-09 10:00, ut 2012-03-11 10:00")),
    (stay(ALONE, "census sharp in May and not out", "05-31 06:00", None, avdelning_hsaid=BARE), {}),
    (stay(FEBRUARY, "census leap day", "02-28 10:00", "02-29 10:00", avdelning_hsaid=LEAP), {}),
]  # fmt: skip

# A ward, a day, what is told (B03, B04) and the row of beds, when there is one.
_MISSING, _EMPTY = "dygnet saknas i filen över vårdplatser.", "disponibla vårdplatser är tomt."
_SHUT = "inga disponibla vårdplatser."
WARD_DAYS: list[tuple[str, str, date, str, str, bool]] = [
    (MARCH, BARE, date(2012, 3, 10), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, BARE, date(2012, 3, 11), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, SECOND_BARE, date(2012, 3, 11), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, EMPTY, date(2012, 3, 10), "B03", f"2 patienter klockan 06; {_EMPTY}", True),
    (MARCH, SHUT, date(2012, 3, 10), "B04", f"1 patient klockan 06; {_SHUT}", True),
    (MARCH, SHUT, date(2012, 3, 13), "B04", f"2 patienter klockan 06; {_SHUT}", True),
    (MARCH, AWAY, date(2012, 3, 11), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, OPEN_AWAY, date(2012, 3, 10), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, LONG, date(2012, 3, 1), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, NUMBER, date(2012, 3, 11), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, TWICE, date(2012, 3, 10), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (ALONE, BARE, date(2012, 5, 31), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (FEBRUARY, LEAP, date(2012, 2, 29), "B03", f"1 patient klockan 06; {_MISSING}", False),
    (MARCH, UNKNOWN_WARD, date(2012, 3, 11), "B03", f"1 patient klockan 06; {_MISSING}", False),
]

VANISHED: list[Planted] = [
    (stay(FEBRUARY, "B05 repeated", "02-20 10:00", None), {}),
    (stay(MARCH, "B05 repeated", "02-20 10:00", "03-02 10:00"), {}),
    (stay(FEBRUARY, "B05 a later stay", "02-20 10:00", "02-25 10:00"), {}),
    (stay(MARCH, "B05 a later stay", "02-20 10:00", "02-25 10:00"), {}),
    (stay(FEBRUARY, "B05 out the day before", "02-20 10:00", "02-29 23:59"), {}),
]
# Told in the month after that in whose file they stand.
VANISHED_STAYS: list[Planted] = [
    (stay(FEBRUARY, "B05 open", "02-20 10:00", None, avdelning_hsaid=OTHER_WARD),
     {"B05": "Stod i filen för 2012-02 (in 2012-02-20 10:00, inte utskriven) men saknas i filen för 2012-03."}),
    (stay(FEBRUARY, "B05 out on the first day", "02-20 10:00", "03-01 00:00"),
     {"B05": "Stod i filen för 2012-02 (in 2012-02-20 10:00, ut 2012-03-01 00:00) men saknas i filen för 2012-03."}),
    (stay(FEBRUARY, "B05 a later stay", "02-25 10:00", None, vistelse_nr=2),
     {"B05": "Stod i filen för 2012-02 (in 2012-02-25 10:00, inte utskriven) men saknas i filen för 2012-03."}),
    (stay(FEBRUARY, "B05 a later stay", "02-26 10:00", "03-01 10:00", vistelse_nr=3),
     {"B05": "Stod i filen för 2012-02 (in 2012-02-26 10:00, ut 2012-03-01 10:00) men saknas i filen för 2012-03."}),
]  # fmt: skip
# The second and third stay of the episode overlap.
VANISHED_OVERLAPS = {
    2: "Överlappar vistelsen på {}: in 2012-02-26 10:00, ut 2012-03-01 10:00.",
    3: "Överlappar vistelsen på {}: in 2012-02-25 10:00, inte utskriven.",
}

ON_LEAVE: list[Planted] = [
    (stay(MARCH, "B06 stay", "03-10 10:00", "03-20 10:00", avdelning_hsaid=OTHER_WARD), {}),
    (stay(MARCH, "B06 open stay", "03-10 10:00", None), {}),
    (stay(MARCH, "B06 reversed stay", "03-10 10:00", "03-09 10:00"),
     {"B02": "In 2012-03-10 10:00, ut 2012-03-09 10:00."}),
    (stay(FEBRUARY, "B06 stay of February", "02-10 10:00", "02-12 10:00"), {}),
]  # fmt: skip


def _outside(left: str, returned: str | None, fault: str) -> Broken:
    until = " och tills vidare" if returned is None else f" till 2012-{returned}"
    return {"B06": f"Permission från 2012-{left}{until}: {fault}."}


PERMISSIONS: list[Planted] = [
    (permission(MARCH, "B06 stay", "03-10 10:00", "03-11 10:00"), {}),
    (permission(MARCH, "B06 stay", "03-10 09:59", "03-10 12:00"),
     _outside("03-10 09:59", "03-10 12:00", "börjar före vistelsen")),
    (permission(MARCH, "B06 stay", "03-20 09:59", "03-20 10:00"), {}),
    (permission(MARCH, "B06 stay", "03-20 10:00", "03-20 12:00"),
     _outside("03-20 10:00", "03-20 12:00", "börjar när vistelsen är slut")),
    (permission(MARCH, "B06 stay", "03-19 10:00", "03-20 10:01"),
     _outside("03-19 10:00", "03-20 10:01", "slutar efter vistelsen")),
    (permission(MARCH, "B06 stay", "03-12 10:00", "03-12 09:59"),
     _outside("03-12 10:00", "03-12 09:59", "slutar innan den börjar")),
    (permission(MARCH, "B06 stay", "03-13 10:00", "03-13 10:00"), {}),
    # One that is still open ends with the stay.
    (permission(MARCH, "B06 stay", "03-19 12:00", None), {}),
    (permission(MARCH, "B06 stay", "03-20 11:00", None),
     _outside("03-20 11:00", None, "börjar när vistelsen är slut")),
    (permission(MARCH, "B06 stay", "03-12 10:00", "03-13 10:00", number=2),
     _outside("03-12 10:00", "03-13 10:00", "vistelsen finns inte i filen")),
    (permission(MARCH, "B06 open stay", "03-12 10:00", None), {}),
    (permission(MARCH, "B06 open stay", "03-14 10:00", "04-20 10:00"), {}),
    (permission(MARCH, "B06 reversed stay", "03-12 10:00", "03-13 10:00"), {}),
    (permission(MARCH, "B06 reversed stay", "03-14 10:00", "03-13 10:00"),
     _outside("03-14 10:00", "03-13 10:00", "slutar innan den börjar")),
    (permission(MARCH, "B06 stay of February", "02-11 10:00", "02-11 12:00"),
     _outside("02-11 10:00", "02-11 12:00", "vistelsen finns inte i filen")),
    (permission(FEBRUARY, "B06 stay of February", "02-11 10:00", "02-11 12:00"), {}),
    (permission(FEBRUARY, "B06 stay", "03-12 10:00", "03-13 10:00"),
     _outside("03-12 10:00", "03-13 10:00", "vistelsen finns inte i filen")),
    (permission(MARCH, "census away", "03-10 06:00", "03-11 06:00"), {}),
    (permission(MARCH, "census away and not back", "03-10 06:00:30", "03-11 06:00:30"), {}),
    (permission(FEBRUARY, "census long", "02-29 05:00", None), {}),
    (permission(MARCH, "census long", "02-29 05:00", "03-01 05:00"), {}),
    (permission(MARCH, "census number", "03-10 05:00", None), {}),
    (permission(MARCH, "census twice", "03-10 05:00", "03-10 07:00"), {}),
]  # fmt: skip


def transfer(episode: str, discharged: str, admitted: str = "02-09 10:00", **values: Any) -> Row:
    """A stay in February's file that ended on a transfer."""
    return stay(FEBRUARY, episode, admitted, discharged, **{"ut_till": "AVD", **values})


def _nothing_follows(discharged: str, until: str) -> Broken:
    return {
        "B07": f"Utskriven till annan avdelning 2012-{discharged}; inget nytt vårdtillfälle till och med 2012-{until}."
    }


# Told in March, of stays that ended in February.
TRANSFERS: list[Planted] = [
    (transfer("B07 nothing follows", "02-10 10:00", avdelning_hsaid=OTHER_WARD),
     _nothing_follows("02-10 10:00", "02-11 10:00")),
    (transfer("B07 follows at once", "02-10 10:00", **of("at once")), {}),
    (transfer("B07 follows after a day", "02-10 10:00", **of("a day")), {}),
    (transfer("B07 follows too late", "02-10 10:00", **of("too late")),
     _nothing_follows("02-10 10:00", "02-11 10:00")),
    (transfer("B07 began before", "02-10 10:00", **of("before")), _nothing_follows("02-10 10:00", "02-11 10:00")),
    (transfer("B07 follows in March", "02-29 23:00", **of("march")), {}),
    (transfer("B07 goes on", "02-10 10:00"), {}),
    (transfer("B07 goes on in March", "02-29 22:00"), {}),
    (transfer("B07 is last by its time", "02-10 10:00"), _nothing_follows("02-10 10:00", "02-11 10:00")),
    (transfer("B07 is last by its number alone", "02-10 10:00", vistelse_nr=2), {}),
    (transfer("B07 is still in by a lower number", "02-10 10:00", vistelse_nr=2), {}),
    (transfer("B07 beside one that began before", "02-10 10:00", **of("began earlier")),
     _nothing_follows("02-10 10:00", "02-11 10:00")),
    (transfer("B07 in no time", "02-12 10:00", admitted="02-12 10:00"),
     _nothing_follows("02-12 10:00", "02-13 10:00")),
    (transfer("B07 in January", "01-31 23:59", admitted="01-30 10:00"), {}),
    (transfer("B07 on the first day", "02-01 00:00", admitted="01-30 10:00"),
     _nothing_follows("02-01 00:00", "02-02 00:00")),
    (transfer("B07 on the leap day", "02-29 23:59"), _nothing_follows("02-29 23:59", "03-01 23:59")),
    (transfer("B07 home after all", "02-10 10:00"), {}),
    (transfer("B07 follows later after all", "02-10 10:00", **of("moved")),
     _nothing_follows("02-10 10:00", "02-11 10:00")),
]  # fmt: skip
# In March's own file, and told on its line there.
TRANSFERS_TOLD_AGAIN: list[Planted] = [
    (stay(MARCH, "B07 told again", "02-09 10:00", "02-10 10:00", ut_till="AVD"),
     _nothing_follows("02-10 10:00", "02-11 10:00")),
    (stay(MARCH, "B07 a transfer after all", "02-09 10:00", "02-10 10:00", ut_till="AVD"),
     _nothing_follows("02-10 10:00", "02-11 10:00")),
]  # fmt: skip
BESIDE_TRANSFERS: list[Planted] = [
    (transfer("B07 told again", "02-10 10:00"), {}),
    (stay(FEBRUARY, "B07 a transfer after all", "02-09 10:00", "02-10 10:00"), {}),
    (stay(FEBRUARY, "B07 at once", "02-10 10:00", "02-11 10:00", **of("at once")), {}),
    (stay(FEBRUARY, "B07 after a day", "02-11 10:00", "02-12 10:00", **of("a day")), {}),
    (stay(FEBRUARY, "B07 too late", "02-11 10:00:01", "02-12 10:00", **of("too late")), {}),
    (stay(FEBRUARY, "B07 before", "02-10 09:59:59", "02-12 10:00", **of("before")),
     overlaps(WARD, "in 2012-02-09 10:00, ut 2012-02-10 10:00")),
    (stay(MARCH, "B07 in March", "03-01 22:00", "03-02 10:00", **of("march")), {}),
    (stay(FEBRUARY, "B07 goes on", "02-10 10:00", "02-12 10:00", vistelse_nr=2), {}),
    (stay(MARCH, "B07 goes on in March", "03-02 22:00", "03-03 10:00", vistelse_nr=2), {}),
    (stay(FEBRUARY, "B07 is last by its time", "02-08 10:00", "02-09 10:00", vistelse_nr=2), {}),
    (stay(FEBRUARY, "B07 is last by its number alone", "02-10 11:00", "02-12 10:00"), {}),
    (stay(MARCH, "B07 is still in by a lower number", "02-10 11:00", None), {}),
    (stay(FEBRUARY, "B07 began earlier", "02-07 10:00", "02-08 10:00", **of("began earlier")), {}),
    (stay(FEBRUARY, "B07 began earlier", "02-10 11:00", "02-12 10:00", vistelse_nr=2, **of("began earlier")), {}),
    (transfer("B07 out of order", "02-10 09:00", admitted="02-10 10:00"),
     {"B02": "In 2012-02-10 10:00, ut 2012-02-10 09:00."}),
    (stay(MARCH, "B07 home after all", "02-09 10:00", "02-10 10:00"), {}),
    (stay(FEBRUARY, "B07 moved", "02-10 11:00", "02-12 10:00", **of("moved")), {}),
    (stay(MARCH, "B07 moved", "02-14 11:00", "02-15 10:00", **of("moved")), {}),
    # Of March, which April's file would tell of.
    (stay(MARCH, "B07 in March's own days", "03-04 10:00", "03-05 10:00", ut_till="AVD"), {}),
    (stay(ALONE, "B07 in a file without the one before", "05-04 10:00", "05-05 10:00", ut_till="AVD"), {}),
]  # fmt: skip
TRANSFER_OVERLAP = overlaps(WARD, "in 2012-02-10 09:59, ut 2012-02-12 10:00")


def _unknown(of: str) -> Broken:
    return {"E01/unknown_ward": f"Avdelningen finns inte i registret 2012-{of}."}


OF_UNKNOWN_WARDS: list[Planted] = [
    (stay(MARCH, "E01 unknown", "03-10 10:00", "03-11 10:00", avdelning_hsaid=UNKNOWN_WARD), _unknown("03-10")),
    (stay(MARCH, "E01 on the last day", "03-10 23:59", "03-11 10:00", avdelning_hsaid=CLOSED), {}),
    (stay(MARCH, "E01 the day after", "03-11 00:00", "03-11 10:00", avdelning_hsaid=CLOSED), _unknown("03-11")),
    (stay(MARCH, "E01 the day before", "03-10 23:59", "03-11 05:00", avdelning_hsaid=NEW), _unknown("03-10")),
    (stay(MARCH, "E01 on the first day", "03-11 00:00", "03-11 05:00", avdelning_hsaid=NEW), {}),
    (stay(MARCH, "E03 wrong", "03-10 10:00", "03-11 10:00", patient_has_valid_check_digit=False),
     {"E03/check_digit_stay": "Kontrollsiffran stämmer inte."}),
    (stay(MARCH, "E03 none", "03-10 10:00", "03-11 10:00", patient_id_type="reserve",
          patient_has_valid_check_digit=None), {}),
    # Told in its own month alone, though March reads it too.
    (stay(FEBRUARY, "E01 E03 in February", "02-10 10:00", "02-10 11:00", avdelning_hsaid=UNKNOWN_WARD,
          patient_has_valid_check_digit=False),
     {**_unknown("02-10"), "E03/check_digit_stay": "Kontrollsiffran stämmer inte."}),
]  # fmt: skip
BED_ROWS: list[Row] = [
    beds(MARCH, EMPTY, date(2012, 3, 10), None),
    beds(MARCH, EMPTY, date(2012, 3, 11), None),
    beds(MARCH, SHUT, date(2012, 3, 10), 0),
    beds(MARCH, SHUT, date(2012, 3, 11), 1),
    beds(MARCH, SHUT, date(2012, 3, 12), 10),
    beds(MARCH, SHUT, date(2012, 3, 13), 0),
    beds(MARCH, SHUT, date(2012, 3, 14), 0),
    *(beds(MARCH, CLOSED, date(2012, 3, number)) for number in (10, 11, 12)),
    *(beds(MARCH, NEW, date(2012, 3, number)) for number in (10, 11)),
    # Of other months than the file's.
    beds(MARCH, UNKNOWN_WARD, date(2012, 2, 29)),
    beds(MARCH, UNKNOWN_WARD, date(2012, 4, 1)),
]
_UNKNOWN_BEDS = "Avdelningen har vårdplatser men finns inte i registret "
UNKNOWN_BEDS = {CLOSED: f"{_UNKNOWN_BEDS}2 dagar, först 2012-03-11.", NEW: f"{_UNKNOWN_BEDS}1 dag, 2012-03-10."}

_UNKNOWN_SURGERY = "Enheten finns inte i registret 2012-{}."


def _unknown_surgery(of: str) -> Broken:
    return {"E01/unknown_surgical_unit": _UNKNOWN_SURGERY.format(of)}


_ELEVENTH: Row = {"op_start": at("03-11 10:00")}
_STRUCK: Row = {"status": "S", "op_start": None}
OPERATIONS: list[Planted] = [
    (operation("E01 known"), {}),
    (operation("E01 unknown unit", enhet_hsaid=UNKNOWN_WARD), _unknown_surgery("03-10")),
    (operation("E01 closed", enhet_hsaid=CLOSED, planerad_tid=at("03-11 10:00")), {}),
    (operation("E01 closed the day after", enhet_hsaid=CLOSED, planerad_tid=at("03-10 10:00"), **_ELEVENTH),
     _unknown_surgery("03-11")),
    (operation("E01 new the day before", enhet_hsaid=NEW), _unknown_surgery("03-10")),
    (operation("E01 new", enhet_hsaid=NEW, **_ELEVENTH), {}),
    (operation("E01 struck", enhet_hsaid=CLOSED, status="S", planerad_tid=at("03-11 10:00")),
     _unknown_surgery("03-11")),
    (operation("E01 planned", enhet_hsaid=CLOSED, planerad_tid=at("03-10 10:00"), **{**_STRUCK, "status": "P"}), {}),
    (operation("E01 never planned", enhet_hsaid=ENDS_BEFORE, **_STRUCK), _unknown_surgery("03-31")),
    (operation("E01 never planned, known then", enhet_hsaid=ENDS_LAST, **_STRUCK), {}),
    (operation("E03 wrong", patient_has_valid_check_digit=False),
     {"E03/check_digit_operation": "Kontrollsiffran stämmer inte."}),
    (operation("E03 none", patient_has_valid_check_digit=None, patient_id_type="reserve"), {}),
]  # fmt: skip
LISTED: list[Row] = [
    listed(WARD),
    listed(UNKNOWN_WARD),
    listed(UNKNOWN_WARD, "75-"),
    *map(listed, (ENDS_LAST, ENDS_BEFORE, BEGINS_LAST, BEGINS_AFTER)),
]
UNKNOWN_LISTED = {UNKNOWN_WARD: "2 rader", ENDS_BEFORE: "1 rad", BEGINS_AFTER: "1 rad"}

STAYS: list[Planted] = [
    *OVERLAPPING, *REVERSED, *COUNTED, *VANISHED, *VANISHED_STAYS, *ON_LEAVE, *TRANSFERS, *TRANSFERS_TOLD_AGAIN,
    *BESIDE_TRANSFERS, *OF_UNKNOWN_WARDS,
]  # fmt: skip


def _every_day(period: str) -> list[date]:
    first = date.fromisoformat(f"{period}-01")
    days = (first + timedelta(days=number) for number in range(31))
    return [one for one in days if one.month == first.month]


ALL_BEDS: list[Row] = [
    *BED_ROWS,
    *(beds(period, ward, one) for period in WARD_PERIODS for ward in (WARD, OTHER_WARD) for one in _every_day(period)),
]


def plant_wards(plant: Plant) -> None:
    """Put these months' rows in a plant."""
    plant.units += ward_units()
    plant.stays += [row for row, _ in STAYS]
    plant.permissions += [row for row, _ in PERMISSIONS]
    plant.beds += ALL_BEDS
    plant.operations += [row for row, _ in OPERATIONS]
    plant.listings += LISTED


@dataclass(frozen=True)
class Found:
    """A deviation as it must stand; `line` is that of its row in the period's file."""

    period: str
    rule: str
    effect_case: str
    entity: str
    unit_id: str | None
    clinic_id: str | None
    key: str | None
    line: int | None
    detail: str
    stay_number: int | None = None
    event_date: date | None = None


EFFECT_CASES = {
    "B01": "overlap", "B02": "reversed", "B03": "no_beds", "B04": "closed", "B05": "vanished", "B06": "outside",
    "B07": "no_continuation",
}  # fmt: skip
_CLINICS = {
    **dict.fromkeys((WARD, CLOSED, NEW, BARE, SECOND_BARE, EMPTY, SHUT, AWAY, OPEN_AWAY, LONG, NUMBER, TWICE, LEAP,
                     ENDS_LAST), CLINIC),
    OTHER_WARD: OTHER_CLINIC,
}  # fmt: skip


def _found_of(row: Row, broken: Broken, entity: str, line: int | None, period: str, key: str) -> list[Found]:
    found = []
    for token, detail in broken.items():
        rule, _, case = token.partition("/")
        is_unknown = rule == "E01"
        ward = row.get("avdelning_hsaid") or row.get("enhet_hsaid")
        found.append(
            Found(
                period, rule, case or EFFECT_CASES[rule], entity, ward,
                None if is_unknown or ward is None else _CLINICS.get(ward), key, line, detail,
                row["vistelse_nr"] if rule.startswith("B") else None,
            )
        )  # fmt: skip
    return found


def every_finding() -> list[Found]:
    """All that the rules on these files must find in these months."""
    found: list[Found] = []
    told_in_march = [row for row, _ in [*VANISHED_STAYS, *TRANSFERS]]
    stays = [row for row, _ in STAYS]
    for (row, broken), line in zip(STAYS, lines_of(stays), strict=True):
        is_later = any(row is one for one in told_in_march)
        period, told_line = (MARCH, None) if is_later else (row["_period"], line)
        found += _found_of(row, broken, STAY, told_line, period, row["episode_key"])
        of_own_month: dict[str, str] = {}
        if row["vardtillfalle_id"] == "B05 a later stay" and is_later:
            of_own_month["B01"] = VANISHED_OVERLAPS[row["vistelse_nr"]].format(WARD)
        if row["vardtillfalle_id"] == "B07 began before":
            of_own_month |= TRANSFER_OVERLAP
        found += _found_of(row, of_own_month, STAY, line, FEBRUARY, row["episode_key"])
    wards = {(row["_period"], row["vardtillfalle_id"], row["vistelse_nr"]): row["avdelning_hsaid"] for row in stays}
    permissions = [row for row, _ in PERMISSIONS]
    for (row, broken), line in zip(PERMISSIONS, lines_of(permissions), strict=True):
        ward = wards.get((row["_period"], row["vardtillfalle_id"], row["vistelse_nr"]))
        of_ward = {**row, "avdelning_hsaid": ward}
        found += _found_of(of_ward, broken, PERMISSION, line, row["_period"], row["episode_key"])
    bed_lines = {
        (row["_period"], row["avdelning_hsaid"], row["datum"]): line
        for row, line in zip(ALL_BEDS, lines_of(ALL_BEDS), strict=True)
    }
    for period, ward, of, rule, detail, has_row in WARD_DAYS:
        line = bed_lines[period, ward, of] if has_row else None
        found.append(
            Found(period, rule, EFFECT_CASES[rule], BEDS, ward, _CLINICS.get(ward), None, line, detail, None, of)
        )
    for ward, detail in UNKNOWN_BEDS.items():
        found.append(Found(MARCH, "E01", "unknown_ward", BEDS, ward, None, None, None, detail))
    operations = [row for row, _ in OPERATIONS]
    for (row, broken), line in zip(OPERATIONS, lines_of(operations), strict=True):
        found += _found_of(row, broken, OPERATION, line, MARCH, row["operation_key"])
    for unit_id, rows in UNKNOWN_LISTED.items():
        detail = f"{_UNKNOWN_SURGERY.format('03-31')[:-1]} ({rows})."
        found.append(Found(MARCH, "E01", "unknown_listing_unit", LISTING, unit_id, None, None, None, detail))
    return found


def found_of_rule(rule_id: str) -> Counter[tuple[Any, ...]]:
    """What a rule must find in these months, as the columns of `FOUND_COLUMNS`."""
    severity = "info" if rule_id == "E03" else "fix"
    return Counter(
        (
            one.period, one.rule, one.effect_case, severity, "-", one.entity, one.unit_id, one.clinic_id, one.key,
            one.line, one.detail, *((one.stay_number, one.event_date) if rule_id.startswith("B") else ()),
        )
        for one in every_finding()
        if one.rule == rule_id
    )  # fmt: skip


def found_columns(rule_id: str) -> Sequence[str]:
    """The columns that `found_of_rule` tells."""
    told = (
        "period", "rule_id", "effect_case", "severity", "effect", "entity", "unit_id", "clinic_id", "contact_key",
        "source_line", "detail",
    )  # fmt: skip
    return (*told, "stay_number", "event_date") if rule_id.startswith("B") else told
