"""Rows for production (RULES section 4): contacts, operations, listing and plans in years of their own.

Each row says which product it counts in and where; the windows and the plans stand in places of their own, so that
their figures can be counted by hand (production_figures.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.python.warehouse.planted import Plant, Row, contact, key_of, unit

_PREFIX = "SE2321000131-E000003"
NORTH, SOUTH, BEYOND = "Norra", "Södra", "Bortre"
EYES, BONES, OUTSIDE, HEALTH, TIME, DIVIDED = (f"{_PREFIX}{number:02d}000" for number in range(6))
MIND, LEFT, LEAVING, COMING, AWAITED = (f"{_PREFIX}{number:02d}000" for number in (6, 7, 8, 9, 10))
EYES_UNIT, SECOND_EYES_UNIT, MOVING_UNIT = (f"{EYES[:-1]}{number}" for number in (1, 2, 3))
BONES_UNIT, CLOSING_UNIT = f"{BONES[:-1]}1", f"{BONES[:-1]}2"
PRIVATE_UNIT, SOLD_UNIT = f"{OUTSIDE[:-1]}1", f"{OUTSIDE[:-1]}2"
HEALTH_UNIT, PRIVATE_HEALTH_UNIT = f"{HEALTH[:-1]}1", f"{HEALTH[:-1]}2"
TIME_UNIT, STOPPED_UNIT, PLANNED_UNIT = (f"{TIME[:-1]}{number}" for number in (1, 2, 3))
NORTH_PART, SOUTH_PART = f"{DIVIDED[:-1]}1", f"{DIVIDED[:-1]}2"
LATE_UNIT, SOON_UNIT = f"{EYES[:-1]}4", f"{EYES[:-1]}5"
SOMATIC_WARD, MIND_WARD, YOUNG_WARD, FORENSIC_WARD = f"{BONES[:-1]}9", *(f"{MIND[:-1]}{number}" for number in (1, 2, 3))
UNKNOWN_UNIT = f"{_PREFIX}99001"

MONTH = "2020-02"
MOVE_MONTH = "2020-05"
# (clinic, area) of each unit as it is in February 2020.
PLACES = {
    EYES_UNIT: (EYES, NORTH), SECOND_EYES_UNIT: (EYES, NORTH), MOVING_UNIT: (EYES, NORTH),
    BONES_UNIT: (BONES, SOUTH), CLOSING_UNIT: (BONES, SOUTH), PRIVATE_UNIT: (OUTSIDE, BEYOND),
    SOLD_UNIT: (OUTSIDE, BEYOND), HEALTH_UNIT: (HEALTH, NORTH), PRIVATE_HEALTH_UNIT: (HEALTH, NORTH),
    TIME_UNIT: (TIME, BEYOND), STOPPED_UNIT: (TIME, BEYOND), PLANNED_UNIT: (TIME, BEYOND),
    # On the leap day: the one has moved that morning, the other moves the morning after.
    LATE_UNIT: (BONES, SOUTH), SOON_UNIT: (EYES, NORTH),
    SOMATIC_WARD: (BONES, SOUTH), MIND_WARD: (MIND, NORTH), YOUNG_WARD: (MIND, NORTH), FORENSIC_WARD: (MIND, NORTH),
    NORTH_PART: (DIVIDED, NORTH), SOUTH_PART: (DIVIDED, SOUTH),
    # A unit under the id that is another clinic's, and clinics of one unit around the leap day.
    HEALTH: (TIME, BEYOND),
    **{f"{clinic[:-1]}1": (clinic, BEYOND) for clinic in (LEFT, LEAVING, COMING, AWAITED)},
}  # fmt: skip
MOVED = (BONES, SOUTH)


def _register() -> Iterator[Row]:
    """The newest register: the eye clinic's third unit moves in the middle of May 2020, one unit is sold."""
    own: dict[str, Row] = {
        PRIVATE_UNIT: {"driftform": "PRIVAT"},
        HEALTH_UNIT: {"vardniva": "P", "verksamhetstyp": "PV"},
        PRIVATE_HEALTH_UNIT: {"vardniva": "P", "verksamhetstyp": "PV", "driftform": "PRIVAT"},
        SOMATIC_WARD: {"enhetstyp": "AVDELNING"},
        MIND_WARD: {"enhetstyp": "AVDELNING", "verksamhetstyp": "PSY"},
        YOUNG_WARD: {"enhetstyp": "AVDELNING", "verksamhetstyp": "BUP"},
        FORENSIC_WARD: {"enhetstyp": "AVDELNING", "verksamhetstyp": "RATT"},
        MOVING_UNIT: {"giltig_tom": date(2020, 5, 14)},
        SOLD_UNIT: {"giltig_tom": date(2020, 2, 14)},
        CLOSING_UNIT: {"giltig_tom": date(2020, 2, 20)},
        f"{LEFT[:-1]}1": {"giltig_tom": date(2020, 2, 28)},
        f"{LEAVING[:-1]}1": {"giltig_tom": date(2020, 2, 29)},
        f"{COMING[:-1]}1": {"giltig_from": date(2020, 2, 29)},
        f"{AWAITED[:-1]}1": {"giltig_from": date(2020, 3, 1)},
        LATE_UNIT: {"giltig_from": date(2020, 2, 29)},
        SOON_UNIT: {"giltig_tom": date(2020, 2, 29)},
    }
    for unit_id, (clinic, area) in PLACES.items():
        yield unit("2021-12", unit_id, klinik_hsaid=clinic, omrade=area, **own.get(unit_id, {}))
    yield unit("2021-12", MOVING_UNIT, klinik_hsaid=BONES, omrade=SOUTH, giltig_from=date(2020, 5, 15))
    yield unit("2021-12", LATE_UNIT, klinik_hsaid=EYES, omrade=NORTH, giltig_tom=date(2020, 2, 28))
    yield unit("2021-12", SOON_UNIT, klinik_hsaid=BONES, omrade=SOUTH, giltig_from=date(2020, 3, 1))
    yield unit("2021-12", SOLD_UNIT, klinik_hsaid=OUTSIDE, omrade=BEYOND, driftform="PRIVAT",
               giltig_from=date(2020, 2, 15))  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """A planted row, and the products it counts in with how much; none when it counts nowhere.

    `place` is (unit, clinic, area), None when the unit is unknown.
    """

    row: Row
    products: dict[str, float]
    place: tuple[str, str, str] | None


def _place(unit_id: str, moved: bool = False) -> tuple[str, str, str] | None:
    if unit_id not in PLACES:
        return None
    return (unit_id, *(MOVED if moved else PLACES[unit_id]))


def _met(name: str, product: str | None, unit_id: str = EYES_UNIT, period: str = MONTH, moved: bool = False,
         **values: Any) -> Counted:  # fmt: skip
    """A contact and the one product it is."""
    row = contact(period, f"production {name}", enhet_hsaid=unit_id, **values)
    return Counted(row, {product: 1} if product else {}, _place(unit_id, moved))


def _at(text: str) -> Row:
    return {"start_tid": datetime.fromisoformat(text)}


P: Row = {"vardniva": "P"}
OTHER: Row = {"yrkeskategori": "XS916"}

CONTACTS = [
    # A05: carried out in an earlier month too. Both stand on the first line of their file.
    _met("told twice", "visits_other", period="2020-01", **OTHER),
    _met("told twice", None, **OTHER),
    _met("a doctor's visit", "visits_doctor"),
    _met("a doctor's home visit", "visits_doctor", kontaktform="H"),
    _met("a doctor at a distance", "visits_doctor_distance", kontaktform="D"),
    _met("another profession's visit", "visits_other", **OTHER),
    _met("another profession's home visit", "visits_other", kontaktform="H", **OTHER),
    _met("a visit to an unknown profession", "visits_other", yrkeskategori=None),
    _met("a visit to a code that is longer than the doctors'", "visits_other", yrkeskategori="XS9150"),
    _met("another profession at a distance", "visits_other_distance", kontaktform="D", **OTHER),
    _met("an unknown profession at a distance", "visits_other_distance", kontaktform="D", yrkeskategori=None),
    _met("a doctor's day care", "day_care", kontaktform="G"),
    _met("another profession's day care", "day_care", kontaktform="G", **OTHER),
    _met("a vaccination", "vaccinations", kontaktform="V", **OTHER),
    _met("a no-show", "no_show", kontaktform="U"),
    _met("an acute visit", "visits_doctor", fas="5", typ_akutverksamhet="2"),
    # Primary care, of both ownerships; it has neither day care nor no-shows of its own.
    _met("a doctor's visit in primary care", "pc_visits_doctor", HEALTH_UNIT, **P),
    _met("a doctor's home visit in private primary care", "pc_visits_doctor", PRIVATE_HEALTH_UNIT,
         kontaktform="H", **P),
    _met("a doctor of primary care at a distance", "pc_visits_doctor_distance", HEALTH_UNIT, kontaktform="D", **P),
    _met("another profession's visit in private primary care", "pc_visits_other", PRIVATE_HEALTH_UNIT, **P, **OTHER),
    _met("another profession's home visit in primary care", "pc_visits_other", HEALTH_UNIT, kontaktform="H",
         **P, **OTHER),
    _met("another profession of primary care at a distance", "pc_visits_other_distance", HEALTH_UNIT,
         kontaktform="D", **P, **OTHER),
    _met("a private doctor of primary care at a distance", "pc_visits_doctor_distance", PRIVATE_HEALTH_UNIT,
         kontaktform="D", **P),
    _met("a private profession of primary care at a distance", "pc_visits_other_distance", PRIVATE_HEALTH_UNIT,
         kontaktform="D", **P, **OTHER),
    _met("a vaccination in primary care", "pc_vaccinations", HEALTH_UNIT, kontaktform="V", **P),
    _met("a vaccination in private primary care", "pc_vaccinations", PRIVATE_HEALTH_UNIT, kontaktform="V", **P),
    _met("day care in primary care", None, HEALTH_UNIT, kontaktform="G", **P),
    _met("a no-show in primary care", None, HEALTH_UNIT, kontaktform="U", **P),
    # The row says the level of care, the register whose the unit is.
    _met("specialised care at a health centre", "visits_doctor", HEALTH_UNIT),
    _met("primary care at the eye clinic", "pc_visits_doctor", EYES_UNIT, **P),
    # A unit and another clinic of one id are two places.
    _met("a doctor's visit to a unit that shares its id", "pc_visits_doctor", HEALTH, **P),
    # Private specialised care has visits alone.
    _met("a private doctor's visit", "priv_visits_doctor", PRIVATE_UNIT),
    _met("a private doctor's home visit", "priv_visits_doctor", PRIVATE_UNIT, kontaktform="H"),
    _met("a private doctor at a distance", "priv_visits_doctor_distance", PRIVATE_UNIT, kontaktform="D"),
    _met("a private profession's visit", "priv_visits_other", PRIVATE_UNIT, **OTHER),
    _met("a private profession's home visit", "priv_visits_other", PRIVATE_UNIT, kontaktform="H", **OTHER),
    _met("a private profession at a distance", "priv_visits_other_distance", PRIVATE_UNIT, kontaktform="D", **OTHER),
    *(_met(f"private care of the form {form}", None, PRIVATE_UNIT, kontaktform=form) for form in "GVU"),
    # CM02: the ownership of the day.
    _met("the day before the unit is sold", "visits_doctor", SOLD_UNIT, **_at("2020-02-14T23:59")),
    _met("the day the unit is sold", "priv_visits_doctor", SOLD_UNIT, **_at("2020-02-15T00:00")),
    # CM03: an unknown unit is the region's.
    _met("a visit to an unknown unit", "visits_doctor", UNKNOWN_UNIT),
    _met("a visit in primary care to an unknown unit", "pc_visits_doctor", UNKNOWN_UNIT, **P),
    _met("a no-show at an unknown unit", "no_show", UNKNOWN_UNIT, kontaktform="U"),
    # CM01, A30: the month is that of the start, also of a leap day and of what did not take place.
    _met("in the month's first moment", "visits_other", **OTHER, **_at("2020-02-01T00:00")),
    _met("in the leap day's last minute", "visits_other", **OTHER, **_at("2020-02-29T23:59")),
    _met("the minute before the month", None, **_at("2020-01-31T23:59")),
    _met("the moment after the month", None, **_at("2020-03-01T00:00")),
    _met("a no-show in the leap day's last minute", "no_show", kontaktform="U", **_at("2020-02-29T23:59")),
    _met("a no-show in the month's first moment", "no_show", kontaktform="U", **_at("2020-02-01T00:00")),
    _met("a no-show the minute before the month", None, kontaktform="U", **_at("2020-01-31T23:59")),
    _met("a no-show the moment after the month", None, kontaktform="U", **_at("2020-03-01T00:00")),
    # What did not take place was not carried out (A05).
    _met("came at the second time", "no_show", period="2020-01", kontaktform="U"),
    _met("came at the second time", "visits_other", **OTHER),
    _met("did not come the second time", "visits_other", period="2020-01", **OTHER),
    _met("did not come the second time", "no_show", kontaktform="U"),
    # CM08: other faults count, those that disqualify (A01, A02) or make undeliverable (A12) too.
    _met("without a decision", "visits_other", **OTHER, beslut_tid=None),
    _met("decided after the start", "visits_other", **OTHER, beslut_tid=datetime(2020, 2, 28)),
    _met("without a field of medicine", "visits_other", **OTHER, mvo=None),
    # CM02: the unit that moves.
    _met("the day before the unit moves", "visits_doctor", MOVING_UNIT, MOVE_MONTH, **_at("2020-05-14T12:00")),
    _met("the day the unit moves", "visits_doctor", MOVING_UNIT, MOVE_MONTH, moved=True, **_at("2020-05-15T00:00")),
]  # fmt: skip


def operation(period: str, operation_id: str, unit_id: str = EYES_UNIT, **values: Any) -> Row:
    """An operation carried out: inpatient, on the period's tenth day, without knife time."""
    started = datetime.fromisoformat(f"{period}-10T08:00")
    return {
        "_period": period, "operation_id": operation_id, "operation_key": key_of(operation_id),
        "patient_key": key_of(f"patient {operation_id}"), "patient_id_type": "person", "kon": "K",
        "skyddad_identitet": "N", "enhet_hsaid": unit_id, "op_typ": "S", "status": "G", "op_start": started, **values,
    }  # fmt: skip


def _operated(name: str, kind: str | None, unit_id: str = EYES_UNIT, period: str = MONTH, knife_hours: float = 0,
              moved: bool = False, **values: Any) -> Counted:  # fmt: skip
    """An operation and what it is: a type of those carried out, `cancelled`, or nothing; and its knife time."""
    row = operation(period, f"operation {name}", unit_id, **values)
    products: dict[str, float] = {}
    if kind == "cancelled":
        products = {"operations_cancelled": 1}
    elif kind:
        products = {"operations": 1, f"operations_{kind}": 1, "knife_hours": knife_hours}
    return Counted(row, products, _place(unit_id, moved))


def _knife(started: str | None, ended: str | None) -> Row:
    return {
        "knivstart": datetime.fromisoformat(started) if started else None,
        "knivslut": datetime.fromisoformat(ended) if ended else None,
    }


def _began(text: str | None) -> Row:
    return {"op_start": datetime.fromisoformat(text) if text else None}


def _planned_for(text: str | None, status: str = "S") -> Row:
    return {"planerad_tid": datetime.fromisoformat(text) if text else None, "status": status}


OPERATIONS = [
    _operated("inpatient", "inpatient", knife_hours=1.5, **_knife("2020-02-10T08:00", "2020-02-10T09:30")),
    _operated("of the day", "day", op_typ="D", knife_hours=0.75, **_knife("2020-02-10T08:00", "2020-02-10T08:45")),
    _operated("of the clinic's own", "clinic", op_typ="K"),
    _operated("of no type", "unclassified", op_typ=None),
    _operated("of no type at another unit", "unclassified", BONES_UNIT, op_typ=None),
    # Operations are counted whoever the unit belongs to.
    _operated("at a private unit", "day", PRIVATE_UNIT, op_typ="D"),
    _operated("at an unknown unit", "clinic", UNKNOWN_UNIT, op_typ="K"),
    # Knife time: the wall clock's, over midnight too; a pair that is missing or ends too early is in no sum.
    _operated("over midnight", "inpatient", knife_hours=2, **_knife("2020-02-10T23:00", "2020-02-11T01:00")),
    _operated("cut for no time", "inpatient", **_knife("2020-02-10T08:00", "2020-02-10T08:00")),
    _operated("that ends a second before it begins", "inpatient", **_knife("2020-02-10T08:00:01", "2020-02-10T08:00")),
    _operated("without knife start", "inpatient", **_knife(None, "2020-02-10T09:30")),
    _operated("without knife end", "inpatient", **_knife("2020-02-10T08:00", None)),
    _operated("for twenty minutes", "day", BONES_UNIT, op_typ="D", knife_hours=1 / 3,
              **_knife("2020-02-10T08:00", "2020-02-10T08:20")),
    _operated("on the night of the clock change", "inpatient", period="2020-03", knife_hours=2,
              **_began("2020-03-29T01:00"), **_knife("2020-03-29T01:30", "2020-03-29T03:30")),
    # CM01: the month is that of the start, of a cancelled one that of the plan.
    _operated("in the month's first moment", "clinic", op_typ="K", **_began("2020-02-01T00:00")),
    _operated("in the leap day's last minute", "clinic", op_typ="K", **_began("2020-02-29T23:59")),
    _operated("the minute before the month", None, **_began("2020-01-31T23:59")),
    _operated("the moment after the month", None, **_began("2020-03-01T00:00")),
    _operated("that never began", None, **_began(None)),
    _operated("planned in the month and begun after it", None, **_began("2020-03-02T08:00"),
              **_planned_for("2020-02-28T08:00", "G")),
    _operated("cancelled", "cancelled", **_began(None), **_planned_for("2020-02-10T08:00")),
    _operated("cancelled in the leap day's last minute", "cancelled", **_planned_for("2020-02-29T23:59")),
    _operated("cancelled in the month's first moment", "cancelled", BONES_UNIT, **_planned_for("2020-02-01T00:00")),
    _operated("cancelled with knife time", "cancelled", **_planned_for("2020-02-10T08:00"),
              **_knife("2020-02-10T08:00", "2020-02-10T09:30")),
    *(_operated(f"cancelled of the type {kind}", "cancelled", op_typ=kind, **_planned_for("2020-02-10T08:00"))
      for kind in ("D", "K", None)),
    _operated("cancelled of the day before the month", None, **_planned_for("2020-01-31T23:59")),
    _operated("cancelled of the day after the month", None, **_planned_for("2020-03-01T00:00")),
    _operated("cancelled and never planned for a day", None, **_planned_for(None)),
    _operated("still planned", None, **_planned_for("2020-02-10T08:00", "P")),
    # CM02
    _operated("the day before the unit moves", "inpatient", MOVING_UNIT, MOVE_MONTH, **_began("2020-05-14T23:59")),
    _operated("the day the unit moves", "inpatient", MOVING_UNIT, MOVE_MONTH, moved=True,
              **_began("2020-05-15T00:00")),
    _operated("cancelled the day the unit moves", "cancelled", MOVING_UNIT, MOVE_MONTH, moved=True,
              **_began("2020-05-10T08:00"), **_planned_for("2020-05-15T08:00")),
]  # fmt: skip

# Months in which operations are loaded for the windows: none before February 2017, all of 2018, and of 2019 only
# February. The first unit has so many hours of knife time in each; the second operated in March 2017 alone.
HOURS = {f"2017-{month:02d}": month for month in range(2, 13)} | {
    f"2018-{month:02d}": 10 * month for month in range(1, 13)
}
HOURS |= {"2018-06": 0, "2019-02": 7}
STOPPED_MONTH = "2017-03"


def _windows() -> Iterator[Counted]:
    for period, hours in HOURS.items():
        # June 2018 is loaded, and the first unit has no row in it.
        place = STOPPED_UNIT if period == STOPPED_MONTH else BONES_UNIT
        start = datetime.fromisoformat(f"{period}-10T08:00")
        yield _operated(f"beside the window {period}", "day", place, period, op_typ="D")
        if hours:
            yield _operated(f"in the window {period}", "clinic", TIME_UNIT, period, hours, op_typ="K",
                            op_start=start, knivstart=start, knivslut=start + timedelta(hours=hours))  # fmt: skip


WINDOWS = list(_windows())


def _listed(period: str, count: int, unit_id: str = HEALTH_UNIT, moved: bool = False, **values: Any) -> Counted:
    row = {"_period": period, "enhet_hsaid": unit_id, "aldersgrupp": "6-64", "kon": "K", "antal": count, **values}
    return Counted(row, {"listed_persons": count}, _place(unit_id, moved))


# A stock: loaded from December 2018 to December 2019, and in two months of 2020.
STOCK_MONTHS = ["2018-12", *(f"2019-{month:02d}" for month in range(1, 13))]
LISTED = [
    *(_listed(period, 1000 + 10 * number) for number, period in enumerate(STOCK_MONTHS)),
    _listed(MONTH, 700),
    _listed(MONTH, 300, aldersgrupp="75-", kon="M"),
    _listed(MONTH, 20, PRIVATE_HEALTH_UNIT),
    _listed(MONTH, 18, LATE_UNIT),
    _listed(MONTH, 12, SOON_UNIT),
    _listed(MONTH, 5, UNKNOWN_UNIT),
    # CM02: as the unit is on the last day.
    _listed(MOVE_MONTH, 40, MOVING_UNIT, moved=True),
]


def plan(file_period: str, version: str, month: str, product: str, planned: float, unit_id: str | None = None,
         load_id: int = 1) -> Row:  # fmt: skip
    """A row of a plan that came with the file of a period."""
    return {
        "_period": file_period, "_load_id": load_id, "version": version, "period": month.replace("-", ""),
        "enhet_hsaid": unit_id, "produkt": product, "antal": planned,
    }  # fmt: skip


def stay(period: str, name: str, ward: str, admitted: str, discharged: str | None, weight: float | None = None,
         number: int = 1, code: str | None = "HEM") -> Row:  # fmt: skip
    """A stay on a ward as the file of a period tells it."""
    return {
        "_period": period, "vardtillfalle_id": name, "episode_key": key_of(name), "vistelse_nr": number,
        "patient_key": key_of(f"patient {name}"), "patient_id_type": "person", "patient_birth_year": 1970, "kon": "K",
        "skyddad_identitet": "N", "avdelning_hsaid": ward, "in_tid": datetime.fromisoformat(admitted),
        "ut_tid": datetime.fromisoformat(discharged) if discharged else None, "in_satt": "P",
        "ut_till": code if discharged else None, "drg_vikt": weight,
    }  # fmt: skip


NEXT = "2020-03"
STAYS = [
    stay(MONTH, "five days", SOMATIC_WARD, "2020-02-10T08:00", "2020-02-14T08:00", 1.25),
    # Four days of January and the whole of a February with a leap day.
    stay(MONTH, "until the leap day", SOMATIC_WARD, "2020-01-28T08:00", "2020-02-29T23:00", 0.5),
    stay(MONTH, "over the end of the month", SOMATIC_WARD, "2020-02-27T08:00", None),
    stay(NEXT, "over the end of the month", SOMATIC_WARD, "2020-02-27T08:00", "2020-03-01T00:30", 0.6),
    stay(MONTH, "in the mind's ward", MIND_WARD, "2020-02-20T08:00", None),
    stay(NEXT, "in the mind's ward", MIND_WARD, "2020-02-20T08:00", "2020-03-03T08:00", 2),
    stay(MONTH, "young", YOUNG_WARD, "2020-02-28T08:00", "2020-02-28T18:00", 0.75),
    stay(MONTH, "forensic", FORENSIC_WARD, "2020-02-01T08:00", "2020-02-03T08:00", 3),
    stay(MONTH, "in an unknown ward", UNKNOWN_UNIT, "2020-02-05T08:00", "2020-02-06T08:00", 0.25),
    stay(MONTH, "never discharged", SOMATIC_WARD, "2020-02-09T08:00", None),
    stay(NEXT, "never discharged", SOMATIC_WARD, "2020-02-09T08:00", None),
    stay(MONTH, "without a weight", SOMATIC_WARD, "2020-02-08T08:00", "2020-02-08T18:00"),
    # B02: its days are unknown.
    stay(MONTH, "discharged before admission", SOMATIC_WARD, "2020-02-12T08:00", "2020-02-11T08:00", 0.1),
    # Told again for its weight, of a month that is not loaded.
    stay(MONTH, "of January", SOMATIC_WARD, "2020-01-10T08:00", "2020-01-20T08:00", 9),
    stay(MONTH, "on leave for a whole day", MIND_WARD, "2020-02-01T08:00", "2020-02-05T08:00", 0.4),
    stay(MONTH, "from ward to ward", MIND_WARD, "2020-02-15T08:00", "2020-02-17T12:00", code="AVD"),
    stay(MONTH, "from ward to ward", SOMATIC_WARD, "2020-02-17T12:00", "2020-02-19T08:00", 1, number=2),
]
PERMISSIONS = [
    {
        "_period": MONTH, "vardtillfalle_id": "on leave for a whole day", "vistelse_nr": 1,
        "episode_key": key_of("on leave for a whole day"), "fran_tid": datetime(2020, 2, 2, 10),
        "till_tid": datetime(2020, 2, 4, 10),
    },
]  # fmt: skip


def _care(period: str, ward: str, episodes: int = 0, days: float = 0, occupied: float = 0, drg: float = 0) -> Counted:
    """What the stays above come to on a ward in a month, counted by hand."""
    figures = {
        "episodes_somatic": episodes, "bed_days_somatic_discharged": days, "bed_days_psychiatric_occupied": occupied,
        "drg_points": drg,
    }  # fmt: skip
    return Counted({"_period": period}, {name: value for name, value in figures.items() if value}, _place(ward))


# Somatic: 5 + 33 + 1 + 5 days and one episode without; 1.25 + 0.5 + 0.1 + 1 points. On the mind's ward 10 days of
# February's last, 4 of 5 with a day's leave, and 2 before the patient moved on.
INPATIENT = [
    _care(MONTH, SOMATIC_WARD, episodes=5, days=44, drg=2.85),
    _care(MONTH, MIND_WARD, occupied=16, drg=0.4),
    _care(MONTH, YOUNG_WARD, occupied=1, drg=0.75),
    _care(MONTH, FORENSIC_WARD, drg=3),
    _care(MONTH, UNKNOWN_UNIT, drg=0.25),
    _care(NEXT, SOMATIC_WARD, episodes=1, days=4, drg=0.6),
    _care(NEXT, MIND_WARD, occupied=3, drg=2),
]

# Months in which the wards are loaded; two have rows.
WARD_MONTHS = ("2019-12", "2020-02", "2020-03", "2020-12", "2021-01")

_B20, _F20 = ("2020-01", "BUDGET"), ("2020-05", "PROGNOS")
PLANS = [
    # The first budget of 2020 is replaced whole by that of January, though it was loaded later.
    plan("2019-11", "BUDGET", "2020-02", "knife_hours", 999, load_id=9),
    plan("2019-11", "BUDGET", "2020-11", "operations", 999, load_id=9),
    # Another year's budget in a newer file replaces nothing of 2020; nor does it of 2019.
    plan("2020-11", "BUDGET", "2021-02", "knife_hours", 40),
    plan("2019-11", "BUDGET", "2019-02", "knife_hours", 14, TIME_UNIT),
    plan("2019-11", "BUDGET", "2019-12", "knife_hours", 100, TIME_UNIT),
    # knife_hours: a total, and units beside it.
    *(plan(*_B20, f"2020-{month:02d}", "knife_hours", 2 * month) for month in (1, 2)),
    # On the line that a unit has in the file of another year's budget.
    plan(*_B20, "2020-02", "operations_clinic", 30, EYES),
    *(plan(*_B20, f"2020-{month:02d}", "knife_hours", 2 * month) for month in range(3, 13)),
    plan(*_B20, "2020-02", "knife_hours", 50, EYES_UNIT),
    plan(*_B20, "2020-02", "knife_hours", 3, BONES_UNIT),
    # operations_day: no total in February: a unit told twice, another one, an unknown one, one that is closed by the
    # month's end; and in March a total beside the units.
    plan(*_B20, "2020-02", "operations_day", 1, EYES_UNIT),
    plan(*_B20, "2020-02", "operations_day", 1, EYES_UNIT),
    plan(*_B20, "2020-02", "operations_day", 2.5, BONES_UNIT),
    plan(*_B20, "2020-02", "operations_day", 10, UNKNOWN_UNIT),
    plan(*_B20, "2020-02", "operations_day", 20, CLOSING_UNIT),
    plan(*_B20, "2020-03", "operations_day", 100),
    plan(*_B20, "2020-03", "operations_day", 4, EYES_UNIT),
    # operations_clinic: a clinic under its own id, alone and beside a unit of it.
    plan(*_B20, "2020-02", "operations_clinic", 5, EYES_UNIT),
    plan(*_B20, "2020-02", "operations_clinic", 7, BONES_UNIT),
    plan(*_B20, "2020-02", "operations_clinic", 8, DIVIDED),
    plan(*_B20, "2020-03", "operations_clinic", 6, EYES_UNIT),
    # operations_unclassified: units and clinics around the leap day; an id that a unit has is the unit's.
    *(
        plan(*_B20, "2020-02", "operations_unclassified", planned, place)
        for planned, place in enumerate((HEALTH, LATE_UNIT, SOON_UNIT, LEFT, LEAVING, COMING, AWAITED), start=2)
    ),
    plan(*_B20, "2020-02", "pc_visits_doctor", 20, HEALTH),
    plan(*_B20, "2020-02", "pc_visits_doctor", 21, HEALTH_UNIT),
    # The unit that moves: in April and in May.
    plan(*_B20, "2020-04", "operations_inpatient", 11, MOVING_UNIT),
    plan(*_B20, "2020-05", "operations_inpatient", 12, MOVING_UNIT),
    # A place that is planned and never works, a budget of nothing, and what is no product.
    plan(*_B20, "2020-06", "operations_cancelled", 9, PLANNED_UNIT),
    plan(*_B20, "2020-02", "operations_cancelled", 0),
    plan(*_B20, "2020-02", "operations_minor", 77),
    plan(*_B20, "2020-03", "operations_minor", 77, UNKNOWN_UNIT),
    # Forecasts of 2020: the one of May holds, though that of March was loaded later. A stock is planned as a mean.
    plan("2020-03", "PROGNOS", "2020-02", "knife_hours", 500, load_id=9),
    plan("2020-01", "PROGNOS", "2020-02", "knife_hours", 500),
    *(plan(*_F20, f"2020-{month:02d}", "knife_hours", 3) for month in range(1, 13)),
    plan(*_B20, "2020-01", "listed_persons", 900),
    plan(*_B20, "2020-02", "listed_persons", 1000),
    plan(*_B20, "2020-12", "listed_persons", 1700),
    plan(*_F20, "2020-02", "listed_persons", 1060),
    plan(*_F20, "2020-03", "listed_persons", 1061),
]


@dataclass
class ProductionPlant(Plant):
    """A plant with plans, and with months of the wards in which nobody lies."""

    plans: list[Row] = field(default_factory=list)

    def entities(self) -> dict[str, list[Row]]:
        return {**super().entities(), "produktionsplan": self.plans}

    def _write_control(self, connection: duckdb.DuckDBPyConnection) -> None:
        super()._write_control(connection)
        for period in {*WARD_MONTHS} - {row["_period"] for row in self.stays}:
            note_loaded(connection, period, "wards")


def note_loaded(connection: duckdb.DuckDBPyConnection, period: str, group: str) -> None:
    """Let a group be loaded in a period, and the period be built."""
    connection.execute("insert into control.loaded_period values (?, ?)", [period, group])
    for table in ("complete_period", "touched_period"):
        connection.execute(
            f"insert into control.{table} select $1 where $1 not in (select period from control.{table})", [period]
        )


def write_production(database: Path) -> None:
    """Make a build database of what is planted here."""
    ProductionPlant(
        units=list(_register()),
        contacts=[counted.row for counted in CONTACTS],
        operations=[counted.row for counted in (*OPERATIONS, *WINDOWS)],
        listings=[counted.row for counted in LISTED],
        plans=list(PLANS),
        stays=list(STAYS),
        permissions=list(PERMISSIONS),
    ).write(database)
