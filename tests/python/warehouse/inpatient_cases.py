"""Planted stays of the wards, and what the facts must make of each: counted by hand from RULES sections 3 and 4.

Every case stands on wards of its own. Loaded are October 2023, January to April and June 2024: November, December
and May are not. June is the newest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.python.warehouse.inpatient_rows import assessment, bed, moment, permission, stay, ward
from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, Plant, Row, call, key_of

OCT, JAN, FEB, MAR, APR, JUN = "2023-10", "2024-01", "2024-02", "2024-03", "2024-04", "2024-06"
PERIODS = (OCT, JAN, FEB, MAR, APR, JUN)
REGISTER = JUN

_PREFIX = "SE2321000131-E00000004"
# The first day of the wards that change on it.
CHANGE = date(2024, 2, 11)
MOVING, CLOSING, UNKNOWN = f"{_PREFIX}9001", f"{_PREFIX}9002", f"{_PREFIX}9003"
OUTLYING, CROWDED, WEEK, EMPTY = f"{_PREFIX}9004", f"{_PREFIX}9005", f"{_PREFIX}9006", f"{_PREFIX}9007"
SAME_CLINIC_UNIT, OTHER_CLINIC_UNIT = f"{_PREFIX}9008", f"{_PREFIX}9009"
MOVING_RESPONSIBLE, CLOSING_RESPONSIBLE = f"{_PREFIX}9010", f"{_PREFIX}9011"
UNTOLD, OPENING_RESPONSIBLE, MOVING_OUTLYING = f"{_PREFIX}9012", f"{_PREFIX}9013", f"{_PREFIX}9014"
OTHER_AREA = "Södra"

_own_wards: dict[str, str] = {}


def ward_of(name: str) -> str:
    """The ward that a case has for itself; the same each time for one name."""
    return _own_wards.setdefault(name, f"{_PREFIX}{len(_own_wards):04d}")


@dataclass(frozen=True)
class Episode:
    """An episode, the days at 06:00 by stay number, the days that each ward has, and the columns of its fact."""

    name: str
    stays: tuple[Row, ...]
    at_six: Mapping[int, str]
    occupied: Mapping[str, str]
    figures: Mapping[str, Any]
    permissions: tuple[Row, ...] = ()
    assessments: tuple[Row, ...] = ()
    # Columns of fct_inpatient_stay, by stay number, of what is told of the stay itself.
    stay_figures: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The pseudonym of its id."""
        return key_of(self.name)


PLAIN: Mapping[str, Any] = {
    "is_transfer": False, "is_continuation": False, "is_readmission_30d": False, "is_reversed": False,
    "is_risk_assessed": False, "is_acute": True, "age_at_admission_years": 73, "discharge_ready_days": None,
    "has_municipal_care": None, "clinic_id": CLINIC, "area_name": "Norra", "specialty_group": "SOM",
}  # fmt: skip


# CM03: where no unit is known.
NOWHERE: Mapping[str, Any] = dict.fromkeys(("unit_key", "unit_id", "clinic_id", "area_name", "specialty_group"))


def gone(discharged: str, length: int | None, bed_days: int | None, **more: Any) -> dict[str, Any]:
    """The columns of an episode that has ended, in the period of its end."""
    return {
        **PLAIN, "period": discharged[:7], "discharged_at": moment(discharged), "length_of_stay_days": length,
        "bed_days": bed_days, "is_index_candidate": True, **more,
    }  # fmt: skip


def still_in(**more: Any) -> dict[str, Any]:
    """The columns of an episode that has not ended."""
    return {
        **PLAIN, "period": None, "discharged_at": None, "length_of_stay_days": None, "bed_days": None,
        "is_index_candidate": False, **more,
    }  # fmt: skip


def one(
    name: str,
    admitted: str,
    discharged: str | None,
    at_six: str,
    occupied: str,
    figures: Mapping[str, Any],
    *,
    period: str | None = None,
    permissions: tuple[tuple[str, str | None], ...] = (),
    assessments: tuple[Row, ...] = (),
    told: Mapping[str, Any] | None = None,
    **values: Any,
) -> Episode:
    """An episode of one stay, in the file of the month in which it ends, or begins when it is open."""
    file = period or (discharged or admitted)[:7]
    place = values.pop("ward_id", ward_of(name))
    return Episode(
        name,
        (stay(file, name, admitted, discharged, avdelning_hsaid=place, **values),),
        {1: at_six},
        {place: occupied},
        {"unit_id": place, **figures},
        tuple(permission(file, name, left, returned) for left, returned in permissions),
        assessments,
        {1: told or {}},
    )


def several(
    name: str,
    stays: tuple[tuple[str, str, str | None], ...],
    at_six: Mapping[int, str],
    occupied: Mapping[str, str],
    figures: Mapping[str, Any],
    *,
    values: Mapping[int, Row] | None = None,
    permissions: tuple[Row, ...] = (),
    period: str | None = None,
) -> Episode:
    """An episode of stays (ward's letter, in, out), numbered from 1; the wards are the case's own by letter."""
    rows = []
    for number, (letter, admitted, discharged) in enumerate(stays, start=1):
        file = period or (discharged or admitted)[:7]
        own = {"vistelse_nr": number, "avdelning_hsaid": ward_of(f"{name} {letter}"), **(values or {}).get(number, {})}
        rows.append(stay(file, name, admitted, discharged, **own))
    place = figures["unit_id"]
    return Episode(
        name,
        tuple(rows),
        at_six,
        {ward_of(f"{name} {letter}"): told for letter, told in occupied.items()},
        {**figures, "unit_id": ward_of(f"{name} {place}")},
        permissions,
    )


def _at_six() -> Iterator[Episode]:
    """OC01: both sides of 06:00, and the days on which months, years and clocks change."""
    yield one("OC01 in at 06:00 sharp is counted that day", "2024-02-05 06:00:00", "2024-02-05 12:00",
              "2024-02-05", "2024-02-05", gone("2024-02-05 12:00", 0, 1))  # fmt: skip
    yield one("OC01 in a second before 06:00 is counted that day", "2024-02-05 05:59:59", "2024-02-05 12:00",
              "2024-02-05", "2024-02-05", gone("2024-02-05 12:00", 0, 1))  # fmt: skip
    yield one("OC01 in a second after 06:00 is not counted that day", "2024-02-05 06:00:01", "2024-02-06 05:00",
              "", "2024-02-05..2024-02-06", gone("2024-02-06 05:00", 1, 2))  # fmt: skip
    yield one("OC01 out at 06:00 sharp is not counted that day", "2024-02-05 05:00", "2024-02-06 06:00:00",
              "2024-02-05", "2024-02-05..2024-02-06", gone("2024-02-06 06:00", 1, 2))  # fmt: skip
    yield one("OC01 out a second after 06:00 is counted that day", "2024-02-05 12:00", "2024-02-06 06:00:01",
              "2024-02-06", "2024-02-05..2024-02-06", gone("2024-02-06 06:00:01", 1, 2))  # fmt: skip
    yield one("OC01 out a second before 06:00 is not counted that day", "2024-02-05 12:00", "2024-02-06 05:59:59",
              "", "2024-02-05..2024-02-06", gone("2024-02-06 05:59:59", 1, 2))  # fmt: skip
    yield one("OC01 the night with an hour less is by the wall clock", "2024-03-30 06:00:01", "2024-04-01 06:00:00",
              "2024-03-31", "2024-03-30..2024-04-01", gone("2024-04-01 06:00", 2, 3))  # fmt: skip
    yield one("OC01 in at 06:00 sharp after the night with an hour less", "2024-03-31 06:00:00", "2024-03-31 07:00",
              "2024-03-31", "2024-03-31", gone("2024-03-31 07:00", 0, 1))  # fmt: skip
    yield one("OC01 out at 06:00 sharp after the night with an hour more", "2023-10-28 20:00", "2023-10-29 06:00:00",
              "", "2023-10-28..2023-10-29", gone("2023-10-29 06:00", 1, 2))  # fmt: skip
    yield one("OC01 out a second after 06:00 after the night with an hour more", "2023-10-28 20:00",
              "2023-10-29 06:00:01", "2023-10-29", "2023-10-28..2023-10-29",
              gone("2023-10-29 06:00:01", 1, 2))  # fmt: skip
    yield one("OC01 PR02 the leap day is a day", "2024-02-28 20:00", "2024-03-01 10:00",
              "2024-02-29..2024-03-01", "2024-02-28..2024-03-01", gone("2024-03-01 10:00", 2, 3))  # fmt: skip
    yield one("OC01 PR02 over the end of a month", "2024-01-31 06:00", "2024-02-01 06:00:01",
              "2024-01-31..2024-02-01", "2024-01-31..2024-02-01", gone("2024-02-01 06:00:01", 1, 2))  # fmt: skip
    yield one("OC01 an open stay is counted in every loaded month to the last day", "2024-04-28 12:00", None,
              "2024-04-29..2024-04-30 2024-06-01..2024-06-30", "2024-04-28..2024-04-30 2024-06-01..2024-06-30",
              still_in())  # fmt: skip
    yield one("OC01 PR02 a month that is not loaded has no day, but days of a stay that has ended",
              "2024-04-29 12:00", "2024-06-02 12:00", "2024-04-30 2024-06-01..2024-06-02",
              "2024-04-29..2024-04-30 2024-06-01..2024-06-02", gone("2024-06-02 12:00", 34, 35))  # fmt: skip
    yield one("PR01 a stay told of the month after belongs to the month of its end", "2023-11-10 12:00",
              "2023-12-20 12:00", "", "", gone("2023-12-20 12:00", 40, 41), period=JAN)  # fmt: skip
    yield one("OC01 in before the first loaded month", "2023-09-20 12:00", "2023-10-02 12:00",
              "2023-10-01..2023-10-02", "2023-10-01..2023-10-02", gone("2023-10-02 12:00", 12, 13))  # fmt: skip
    yield one("PR01 out after the last loaded month", "2024-06-29 12:00", "2024-07-01 09:00",
              "2024-06-30", "2024-06-29..2024-06-30", gone("2024-07-01 09:00", 2, 3), period=JUN)  # fmt: skip
    yield one("OC01 in on the last day at noon", "2024-06-30 12:00", None, "", "2024-06-30", still_in())


def _on_permission() -> Iterator[Episode]:
    """OC01 and PR02: away at 06:00, and whole days away."""

    def away(
        name: str, at_six: str, occupied: str, bed_days: int, *permissions: tuple[str, str | None]
    ) -> Episode:  # fmt: skip
        return one(name, "2024-02-04 12:00", "2024-02-08 12:00", at_six, occupied,
                   gone("2024-02-08 12:00", 4, bed_days), permissions=permissions)  # fmt: skip

    all_days = "2024-02-04..2024-02-08"
    yield away("OC01 away from 06:00 sharp is away", "2024-02-05 2024-02-07..2024-02-08", all_days, 5,
               ("2024-02-06 06:00:00", "2024-02-06 18:00"))  # fmt: skip
    yield away("OC01 away from a second after 06:00 is there", "2024-02-05..2024-02-08", all_days, 5,
               ("2024-02-06 06:00:01", "2024-02-06 18:00"))  # fmt: skip
    yield away("OC01 back at 06:00 sharp is there", "2024-02-05..2024-02-08", all_days, 5,
               ("2024-02-05 18:00", "2024-02-06 06:00:00"))  # fmt: skip
    yield away("OC01 back a second after 06:00 is away", "2024-02-05 2024-02-07..2024-02-08", all_days, 5,
               ("2024-02-05 18:00", "2024-02-06 06:00:01"))  # fmt: skip
    yield away("PR02 a permission over two midnights has one whole day", "2024-02-05 2024-02-08",
               "2024-02-04..2024-02-05 2024-02-07..2024-02-08", 4,
               ("2024-02-05 10:00", "2024-02-07 10:00"))  # fmt: skip
    yield away("PR02 a permission over one midnight has no whole day", "2024-02-05 2024-02-07..2024-02-08", all_days,
               5, ("2024-02-05 10:00", "2024-02-06 10:00"))  # fmt: skip
    yield away("PR02 from midnight to midnight the dates between are whole", "2024-02-07..2024-02-08",
               "2024-02-04..2024-02-05 2024-02-07..2024-02-08", 4,
               ("2024-02-05 00:00:00", "2024-02-07 00:00:00"))  # fmt: skip
    yield away("PR02 an open permission has no end, the day of discharge neither", "2024-02-05..2024-02-06",
               "2024-02-04..2024-02-06", 3, ("2024-02-06 10:00", None))  # fmt: skip
    yield away("B06 PR02 a permission that began before the stay has whole days of the stay alone",
               "2024-02-07..2024-02-08", "2024-02-06..2024-02-08", 3,
               ("2024-02-01 10:00", "2024-02-06 10:00"))  # fmt: skip
    yield away("B06 PR02 a permission that lasts beyond the stay", "2024-02-05..2024-02-06",
               "2024-02-04..2024-02-06", 3, ("2024-02-06 10:00", "2024-02-20 10:00"))  # fmt: skip
    yield away("a permission that ends before it begins is none", "2024-02-05..2024-02-08", all_days, 5,
               ("2024-02-06 10:00", "2024-02-04 10:00"))  # fmt: skip
    name = "PR02 an open permission ends when the patient comes to another ward"
    yield several(name, (("A", "2024-02-04 12:00", "2024-02-08 12:00"), ("B", "2024-02-08 12:00", "2024-02-10 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-09..2024-02-10"},
                  {"A": "2024-02-04..2024-02-06", "B": "2024-02-08..2024-02-10"},
                  gone("2024-02-10 12:00", 6, 6, unit_id="B"),
                  permissions=(permission(FEB, name, "2024-02-06 10:00", None),))  # fmt: skip
    name = "PR02 an open permission ends when the patient comes to another ward, and another begins there"
    yield several(name, (("A", "2024-02-04 12:00", "2024-02-08 12:00"), ("B", "2024-02-08 12:00", None)),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-09"},
                  {"A": "2024-02-04..2024-02-06", "B": "2024-02-08..2024-02-09"}, still_in(unit_id="B"),
                  permissions=(permission(FEB, name, "2024-02-06 10:00", None),
                               permission(FEB, name, "2024-02-09 10:00", None, stay_number=2)))  # fmt: skip
    name = "PR02 an open permission ends when the patient comes to another ward for half a minute"
    yield several(name,
                  (("A", "2024-02-04 12:00", "2024-02-08 12:00"), ("B", "2024-02-08 12:00", "2024-02-08 12:00:30")),
                  {1: "2024-02-05..2024-02-06", 2: ""}, {"A": "2024-02-04..2024-02-06", "B": "2024-02-08"},
                  gone("2024-02-08 12:00:30", 4, 4, unit_id="B"),
                  permissions=(permission(FEB, name, "2024-02-06 10:00", None),))  # fmt: skip
    yield one("OC01 away for good", "2024-02-04 12:00", None, "2024-02-05..2024-02-20", "2024-02-04..2024-02-20",
              still_in(), permissions=(("2024-02-20 10:00", None),))  # fmt: skip
    yield one("PR02 several permissions", "2024-02-01 12:00", "2024-02-15 12:00",
              "2024-02-02..2024-02-03 2024-02-07..2024-02-08 2024-02-10 2024-02-13..2024-02-15",
              "2024-02-01..2024-02-03 2024-02-06..2024-02-10 2024-02-12..2024-02-15",
              gone("2024-02-15 12:00", 14, 12),
              permissions=(("2024-02-03 10:00", "2024-02-06 10:00"), ("2024-02-08 10:00", "2024-02-09 10:00"),
                           ("2024-02-10 10:00", "2024-02-12 10:00")))  # fmt: skip
    yield one("PR02 a day in two permissions is taken away once", "2024-03-04 12:00", "2024-03-12 12:00",
              "2024-03-05 2024-03-11..2024-03-12", "2024-03-04..2024-03-05 2024-03-10..2024-03-12",
              gone("2024-03-12 12:00", 8, 5),
              permissions=(("2024-03-05 10:00", "2024-03-09 10:00"),
                           ("2024-03-07 10:00", "2024-03-10 10:00")))  # fmt: skip
    name = "OC01 B06 a permission is that of its own stay"
    yield several(name, (("A", "2024-02-04 12:00", "2024-02-06 12:00"), ("B", "2024-02-06 12:00", "2024-02-08 12:00")),
                  {1: "2024-02-05", 2: "2024-02-07..2024-02-08"},
                  {"A": "2024-02-04..2024-02-05", "B": "2024-02-07..2024-02-08"},
                  gone("2024-02-08 12:00", 4, 4, unit_id="B"),
                  permissions=(permission(FEB, name, "2024-02-05 10:00", "2024-02-07 12:00"),))  # fmt: skip


def _newest() -> Iterator[Episode]:
    """CM10: the latest period that holds a stay tells of it, whatever was loaded last."""
    name = "CM10 the newest period wins, though the older was loaded later"
    place = {"avdelning_hsaid": ward_of(name)}
    yield Episode(
        name,
        (
            stay(JAN, name, "2024-01-25 12:00", "2024-01-28 12:00", _load_id=99, **place),
            stay(FEB, name, "2024-01-25 12:00", "2024-02-03 12:00", drg_vikt=1.5, drg_kod="A01", **place),
        ),
        {1: "2024-01-26..2024-02-03"},
        {ward_of(name): "2024-01-25..2024-02-03"},
        gone("2024-02-03 12:00", 9, 10, unit_id=ward_of(name), drg_weight=1.5),
        stay_figures={1: {"period": FEB, "discharged_at": moment("2024-02-03 12:00"), "drg_code": "A01"}},
    )
    name = "CM10 OC01 a permission that the newest file lacks is none"
    place = {"avdelning_hsaid": ward_of(name)}
    yield Episode(
        name,
        (
            stay(JAN, name, "2024-01-25 12:00", **place),
            stay(FEB, name, "2024-01-25 12:00", "2024-02-03 12:00", **place),
        ),
        {1: "2024-01-26..2024-02-03"},
        {ward_of(name): "2024-01-25..2024-02-03"},
        gone("2024-02-03 12:00", 9, 10, unit_id=ward_of(name)),
        (permission(JAN, name, "2024-01-28 10:00", None),),
    )
    name = "CM10 OC01 a permission that the newest file tells otherwise"
    place = {"avdelning_hsaid": ward_of(name)}
    yield Episode(
        name,
        (
            stay(JAN, name, "2024-01-25 12:00", **place),
            stay(FEB, name, "2024-01-25 12:00", "2024-02-03 12:00", **place),
        ),
        {1: "2024-01-26..2024-01-28 2024-01-30..2024-02-03"},
        {ward_of(name): "2024-01-25..2024-02-03"},
        gone("2024-02-03 12:00", 9, 10, unit_id=ward_of(name)),
        (
            permission(JAN, name, "2024-01-28 10:00", None),
            permission(FEB, name, "2024-01-28 10:00", "2024-01-29 10:00"),
        ),
    )
    name = "CM10 each stay of an episode is told by its own newest period"
    first, second = ward_of(f"{name} A"), ward_of(f"{name} B")
    yield Episode(
        name,
        (
            stay(JAN, name, "2024-01-29 12:00", "2024-01-31 12:00", avdelning_hsaid=first),
            stay(JAN, name, "2024-01-31 12:00", vistelse_nr=2, avdelning_hsaid=second),
            stay(FEB, name, "2024-01-31 12:00", "2024-02-02 12:00", vistelse_nr=2, avdelning_hsaid=second),
        ),
        {1: "2024-01-30..2024-01-31", 2: "2024-02-01..2024-02-02"},
        {first: "2024-01-29..2024-01-30", second: "2024-01-31..2024-02-02"},
        gone("2024-02-02 12:00", 4, 5, unit_id=second),
        # Of the second stay, in the file that is the first one's newest.
        (permission(JAN, name, "2024-01-31 18:00", None, stay_number=2),),
        stay_figures={1: {"period": JAN}, 2: {"period": FEB}},
    )


def _reversed() -> Iterator[Episode]:
    """B02: out of the census, and no length."""
    yield one("B02 out before in", "2024-02-10 12:00", "2024-02-08 12:00", "", "",
              gone("2024-02-08 12:00", None, None, is_reversed=True), told={"is_reversed": True})  # fmt: skip
    yield one("B02 out a second before in", "2024-02-10 05:00:01", "2024-02-10 05:00:00", "", "",
              gone("2024-02-10 05:00", None, None, is_reversed=True), told={"is_reversed": True})  # fmt: skip
    yield one("B02 in and out in the same second is no fault", "2024-02-10 05:00:00", "2024-02-10 05:00:00", "",
              "2024-02-10", gone("2024-02-10 05:00", 0, 1), told={"is_reversed": False})  # fmt: skip
    yield several("B02 one of two stays",
                  (("A", "2024-02-04 12:00", "2024-02-06 12:00"), ("B", "2024-02-08 12:00", "2024-02-07 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: ""}, {"A": "2024-02-04..2024-02-06"},
                  gone("2024-02-07 12:00", None, None, is_reversed=True, unit_id="B"))  # fmt: skip


def _of_several_stays() -> Iterator[Episode]:
    """PR01 and PR02: an episode is all its stays."""
    yield several("PR01 from the first in to the last out, on the last ward",
                  (("A", "2024-02-04 12:00", "2024-02-06 09:00"), ("B", "2024-02-06 09:00", "2024-02-09 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-07..2024-02-09"},
                  {"A": "2024-02-04..2024-02-05", "B": "2024-02-06..2024-02-09"},
                  gone("2024-02-09 12:00", 5, 6, unit_id="B", is_acute=False, age_at_admission_years=64,
                       drg_weight=2, admitted_at=moment("2024-02-04 12:00"), sex="M", birth_year=1960,
                       is_home_region=False, discharge_code="SABO", patient_key=key_of("another")),
                  values={1: {"in_satt": "P", "age_at_admission_years": 64, "drg_vikt": 7, "ut_till": "AVD"},
                          2: {"age_at_admission_years": 65, "drg_vikt": 2, "kon": "M", "patient_birth_year": 1960,
                              "lkf": "0180", "ut_till": "SABO", "patient_key": key_of("another")}})  # fmt: skip
    yield several("PR02 a day between two stays is the first ward's",
                  (("A", "2024-02-04 12:00", "2024-02-06 12:00"), ("B", "2024-02-09 12:00", "2024-02-10 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-10"},
                  {"A": "2024-02-04..2024-02-08", "B": "2024-02-09..2024-02-10"},
                  gone("2024-02-10 12:00", 6, 7, unit_id="B"))  # fmt: skip
    yield several("PR02 a day between two stays over the end of a month",
                  (("A", "2024-01-29 12:00", "2024-01-30 12:00"), ("B", "2024-02-02 12:00", "2024-02-03 12:00")),
                  {1: "2024-01-30", 2: "2024-02-03"},
                  {"A": "2024-01-29..2024-02-01", "B": "2024-02-02..2024-02-03"},
                  gone("2024-02-03 12:00", 5, 6, unit_id="B"))  # fmt: skip
    yield several("PR02 of three wards in a day the last has it",
                  (("A", "2024-02-04 08:00", "2024-02-04 12:00"), ("B", "2024-02-04 12:00", "2024-02-04 20:00"),
                   ("C", "2024-02-04 20:00", "2024-02-05 08:00")),
                  {1: "", 2: "", 3: "2024-02-05"}, {"C": "2024-02-04..2024-02-05"},
                  gone("2024-02-05 08:00", 1, 2, unit_id="C"))  # fmt: skip
    yield several("PR01 the order is that of time, not of numbers",
                  (("B", "2024-02-05 12:00", "2024-02-07 12:00"), ("A", "2024-02-04 12:00", "2024-02-05 12:00")),
                  {1: "2024-02-06..2024-02-07", 2: "2024-02-05"},
                  {"A": "2024-02-04", "B": "2024-02-05..2024-02-07"},
                  gone("2024-02-07 12:00", 3, 4, unit_id="B", age_at_admission_years=64),
                  values={1: {"age_at_admission_years": 65}, 2: {"age_at_admission_years": 64}})  # fmt: skip
    yield several("B01 PR02 of two that overlap, the one that keeps the patient",
                  (("A", "2024-02-04 12:00", "2024-02-10 12:00"), ("B", "2024-02-05 12:00", "2024-02-07 12:00")),
                  {1: "2024-02-05..2024-02-10", 2: "2024-02-06..2024-02-07"},
                  {"A": "2024-02-04 2024-02-07..2024-02-10", "B": "2024-02-05..2024-02-06"},
                  gone("2024-02-10 12:00", 6, 7, unit_id="A"))  # fmt: skip
    name = "B01 OC01 of two that overlap, one is away"
    yield several(name, (("A", "2024-02-04 12:00", "2024-02-08 12:00"), ("B", "2024-02-05 12:00", "2024-02-07 12:00")),
                  {1: "2024-02-05 2024-02-07..2024-02-08", 2: "2024-02-06..2024-02-07"},
                  {"A": "2024-02-04 2024-02-07..2024-02-08", "B": "2024-02-05..2024-02-06"},
                  gone("2024-02-08 12:00", 4, 5, unit_id="A"),
                  permissions=(permission(FEB, name, "2024-02-05 18:00", "2024-02-06 18:00"),))  # fmt: skip
    yield several("B01 PR02 two that end together, the one the patient came to last",
                  (("A", "2024-02-04 12:00", "2024-02-06 12:00"), ("B", "2024-02-05 12:00", "2024-02-06 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-06"}, {"A": "2024-02-04", "B": "2024-02-05..2024-02-06"},
                  gone("2024-02-06 12:00", 2, 3, unit_id="B"))  # fmt: skip
    yield several("B01 PR01 two at the same times are told apart by number",
                  (("A", "2024-02-04 12:00", "2024-02-06 12:00"), ("B", "2024-02-04 12:00", "2024-02-06 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-05..2024-02-06"}, {"B": "2024-02-04..2024-02-06"},
                  gone("2024-02-06 12:00", 2, 3, unit_id="B", is_acute=False),
                  values={1: {"in_satt": "P"}})  # fmt: skip
    yield several("B01 PR01 an open stay keeps the episode open",
                  (("A", "2024-06-26 12:00", None), ("B", "2024-06-27 12:00", "2024-06-28 12:00")),
                  {1: "2024-06-27..2024-06-30", 2: "2024-06-28"},
                  {"A": "2024-06-26 2024-06-28..2024-06-30", "B": "2024-06-27"}, still_in(unit_id="A"))  # fmt: skip
    yield several("B01 PR01 of two open stays the patient is in the later",
                  (("A", "2024-06-26 12:00", None), ("B", "2024-06-28 12:00", None)),
                  {1: "2024-06-27..2024-06-30", 2: "2024-06-29..2024-06-30"},
                  {"A": "2024-06-26..2024-06-27", "B": "2024-06-28..2024-06-30"}, still_in(unit_id="B"))  # fmt: skip


def _told_of_the_episode() -> Iterator[Episode]:
    """What is told of the patient, the wait for the discharge, and the risks."""
    noon, out = "2024-02-04 12:00", "2024-02-06 12:00"
    at_six, all_days = "2024-02-05..2024-02-06", "2024-02-04..2024-02-06"

    def plain(name: str, figures: Mapping[str, Any], **values: Any) -> Episode:
        return one(name, noon, out, at_six, all_days, gone(out, 2, 3, **figures), **values)

    for code, is_home in {
        "1980": True, "0180": False, "0000": None, "9999": None, None: None, "198": None, "19801": None,
        "19AB": None, "0280": None,
    }.items():  # fmt: skip
        yield plain(f"CM07 home is {code}", {"is_home_region": is_home}, lkf=code, told={"is_home_region": is_home})
    yield plain("CM04 the year of birth is that of the file when the id gives none",
                {"age_at_admission_years": 65, "birth_year": 1959}, patient_birth_year=None, fodelsear=1959,
                age_at_admission_years=None)  # fmt: skip
    yield plain("CM04 no age without a year of birth", {"age_at_admission_years": None, "birth_year": None},
                patient_birth_year=None, age_at_admission_years=None)  # fmt: skip
    yield plain("PR03 the patient has municipal care", {"has_municipal_care": True}, kommunala_insatser="J")
    yield plain("PR03 the patient has no municipal care", {"has_municipal_care": False}, kommunala_insatser="N")
    yield plain("PR01 planned", {"is_acute": False}, in_satt="P")
    yield several("PR03 municipal care and readiness are told by either stay",
                  (("A", noon, out), ("B", out, "2024-02-09 12:00")),
                  {1: at_six, 2: "2024-02-07..2024-02-09"},
                  {"A": "2024-02-04..2024-02-05", "B": "2024-02-06..2024-02-09"},
                  gone("2024-02-09 12:00", 5, 6, unit_id="B", has_municipal_care=True, discharge_ready_days=4,
                       discharge_ready_at=moment("2024-02-05 10:00")),
                  values={1: {"kommunala_insatser": "J", "utskrivningsklar_tid": moment("2024-02-05 10:00")},
                          2: {"kommunala_insatser": "N"}})  # fmt: skip
    yield several("PR05 ready twice, the last counts",
                  (("A", noon, out), ("B", out, "2024-02-09 12:00")),
                  {1: at_six, 2: "2024-02-07..2024-02-09"},
                  {"A": "2024-02-04..2024-02-05", "B": "2024-02-06..2024-02-09"},
                  gone("2024-02-09 12:00", 5, 6, unit_id="B", discharge_ready_days=2),
                  values={1: {"utskrivningsklar_tid": moment("2024-02-05 10:00")},
                          2: {"utskrivningsklar_tid": moment("2024-02-07 23:59")}})  # fmt: skip
    yield plain("PR05 ready on the day of discharge", {"discharge_ready_days": 0},
                utskrivningsklar_tid=moment("2024-02-06 00:00"))  # fmt: skip
    yield plain("PR05 ready the day before", {"discharge_ready_days": 1},
                utskrivningsklar_tid=moment("2024-02-05 23:59:59"))  # fmt: skip
    yield plain("PR05 ready after the discharge", {"discharge_ready_days": 0},
                utskrivningsklar_tid=moment("2024-02-08 12:00"))  # fmt: skip
    yield one("PR05 ready and still there", "2024-06-15 12:00", None, "2024-06-16..2024-06-30",
              "2024-06-15..2024-06-30", still_in(discharge_ready_days=10),
              utskrivningsklar_tid=moment("2024-06-20 12:00"))  # fmt: skip
    kinds = ("FALL", "TRYCKSAR", "NUTRITION")
    name = "PR04 all three risks, the last in a newer file, one twice"
    yield plain(name, {"is_risk_assessed": True},
                assessments=(assessment(FEB, name, "FALL", "2024-02-04"), assessment(FEB, name, "FALL", "2024-02-05"),
                             assessment(FEB, name, "TRYCKSAR", "2024-02-04"),
                             assessment(MAR, name, "NUTRITION", "2024-02-05")))  # fmt: skip
    for missing in kinds:
        name = f"PR04 all risks but {missing}"
        yield plain(name, {"is_risk_assessed": False},
                    assessments=tuple(assessment(FEB, name, kind, "2024-02-04") for kind in kinds if kind != missing)
                    )  # fmt: skip


def _left(name: str, patient: str, discharged: str, occupied: str, at_six: str = "", **figures: Any) -> Episode:
    """A planned stay of one night that ends with AVD; `length` None when it counts as open."""
    admitted = f"{occupied[:10]} 12:00"
    told = {**gone(discharged, 1, 2, is_acute=False, is_index_candidate=False), **figures}
    return one(name, admitted, discharged, at_six, occupied, told, in_satt="P", ut_till="AVD",
               patient_key=key_of(patient))  # fmt: skip


def _next(name: str, patient: str, admitted: str, at_six: str, **figures: Any) -> Episode:
    """An acute stay that begins at a time and ends the next day at noon."""
    first = date.fromisoformat(admitted[:10])
    last = date.fromordinal(first.toordinal() + 1)
    values = {"ut_till": figures.pop("ut_till", "HEM"), "in_satt": figures.pop("in_satt", "A")}
    told = gone(f"{last} 12:00", 1, 2, **{"is_acute": values["in_satt"] == "A", **figures})
    return one(name, admitted, f"{last} 12:00", at_six, f"{first}..{last}", told, patient_key=key_of(patient),
               **values)  # fmt: skip


def _transfers() -> Iterator[Episode]:
    """PR01: a transfer, its continuation, and what is open until the next period is loaded."""
    out, nights, six = "2024-02-06 12:00", "2024-02-05..2024-02-06", "2024-02-06"
    for rule, moved, morning in (
        ("PR01 exactly 24 hours", "2024-02-07 12:00:00", "2024-02-08"),
        ("PR01 the same second", "2024-02-06 12:00:00", "2024-02-07"),
    ):
        yield _left(f"{rule} later is a transfer: the first", rule, out, nights, six, is_transfer=True)
        yield _next(f"{rule} later is a transfer: the second", rule, moved, morning, is_continuation=True)
    rule = "PR01 24 hours and a second later is no transfer"
    yield _left(f"{rule}: the first", rule, out, nights, six, is_index_candidate=True, is_readmission_30d=True)
    yield _next(f"{rule}: the second", rule, "2024-02-07 12:00:01", "2024-02-08")
    rule = "PR01 a second before the end is no transfer, and no readmission"
    yield _left(f"{rule}: the first", rule, out, nights, six, is_index_candidate=True)
    yield _next(f"{rule}: the second", rule, "2024-02-06 11:59:59", "2024-02-07")
    rule = "PR01 what another patient begins is no transfer"
    yield _left(f"{rule}: the first", f"{rule} one", out, nights, six, is_index_candidate=True)
    yield _next(f"{rule}: the second", f"{rule} other", "2024-02-06 13:00", "2024-02-07")
    rule = "PR01 home and back within 24 hours is no transfer"
    yield _next(f"{rule}: the first", rule, "2024-02-05 12:00", six, is_readmission_30d=True)
    yield _next(f"{rule}: the second", rule, "2024-02-06 13:00", "2024-02-07")
    rule = "PR01 of two that begin within 24 hours the first continues"
    yield _left(f"{rule}: the transfer", rule, out, nights, six, is_transfer=True)
    yield one(f"{rule}: the first", "2024-02-06 13:00", "2024-02-06 20:00", "", "2024-02-06",
              gone("2024-02-06 20:00", 0, 1, is_continuation=True, is_readmission_30d=True),
              patient_key=key_of(rule))  # fmt: skip
    yield _next(f"{rule}: the second", rule, "2024-02-07 02:00", "2024-02-07..2024-02-08")
    rule = "PR01 PR03 a chain of three"
    yield _left(f"{rule}: the first", rule, out, nights, six, is_transfer=True)
    yield _next(f"{rule}: the second", rule, "2024-02-06 13:00", "2024-02-07", ut_till="AVD", is_transfer=True,
                is_continuation=True, is_index_candidate=False)  # fmt: skip
    yield _next(f"{rule}: the third", rule, "2024-02-07 13:00", "2024-02-08", is_continuation=True,
                is_readmission_30d=True)  # fmt: skip
    yield _next(f"{rule}: back", rule, "2024-02-20 13:00", "2024-02-21")
    rule = "PR01 stays of one id are no transfer"
    yield several(rule, (("A", "2024-02-04 12:00", "2024-02-06 09:00"), ("B", "2024-02-06 09:00", "2024-02-07 12:00")),
                  {1: "2024-02-05..2024-02-06", 2: "2024-02-07"},
                  {"A": "2024-02-04..2024-02-05", "B": "2024-02-06..2024-02-07"},
                  gone("2024-02-07 12:00", 3, 4, unit_id="B", discharge_code="AVD"),
                  values={1: {"ut_till": "AVD"}, 2: {"ut_till": "AVD"}})  # fmt: skip
    yield one("PR01 an episode does not continue itself", "2024-02-05 05:00", "2024-02-05 05:00", "", "2024-02-05",
              gone("2024-02-05 05:00", 0, 1), ut_till="AVD")  # fmt: skip
    waits: dict[str, Any] = {
        "period": None, "discharged_at": None, "length_of_stay_days": None, "bed_days": None,
    }  # fmt: skip
    yield _left("PR01 AVD in the newest period waits for the next", "waits in June", "2024-06-06 12:00",
                "2024-06-05..2024-06-06", "2024-06-06", **waits)  # fmt: skip
    yield _left("PR01 AVD in the last second before a loaded period is discharged", "last second",
                "2024-03-31 23:59:59", "2024-03-30..2024-03-31", "2024-03-31", is_index_candidate=True)  # fmt: skip
    yield _left("PR01 AVD in the first second of a period whose next is not loaded waits", "first second",
                "2024-04-01 00:00:00", "2024-03-31..2024-04-01", **waits)  # fmt: skip
    rule = "PR01 a transfer in the newest period is discharged"
    yield _left(f"{rule}: the first", rule, "2024-06-06 12:00", "2024-06-05..2024-06-06", "2024-06-06",
                is_transfer=True)  # fmt: skip
    yield _next(f"{rule}: the second", rule, "2024-06-06 13:00", "2024-06-07", is_continuation=True)
    rule = "PR01 AVD in a month that is not loaded, before one that is"
    yield one(rule, "2023-12-20 12:00", "2023-12-28 12:00", "", "", gone("2023-12-28 12:00", 8, 9), period=JAN,
              ut_till="AVD")  # fmt: skip
    rule = "PR01 no limit was in force when the patient left in 2009"
    yield one(f"{rule}: the first", "2009-12-20 12:00", "2009-12-21 12:00", "", "",
              {**still_in(), **NOWHERE}, period=JAN, ut_till="AVD", patient_key=key_of(rule))  # fmt: skip
    yield one(f"{rule}: the second", "2009-12-21 12:00", "2009-12-22 12:00", "", "",
              {**gone("2009-12-22 12:00", 1, 2), **NOWHERE}, period=JAN, patient_key=key_of(rule))  # fmt: skip


def _readmissions() -> Iterator[Episode]:
    """PR03: the index is marked, from 0 to 30 days."""

    def pair(rule: str, admitted: str, at_six: str, is_readmission: bool, **more: Any) -> Iterator[Episode]:
        """An index discharged home on 2024-02-01 at noon, and what follows; `first` is told of the index."""
        first = {"is_readmission_30d": is_readmission, **more.pop("first", {})}
        second = more.pop("patient", rule)
        yield _next(f"{rule}: the index", rule, "2024-01-31 12:00", "2024-02-01", **first)
        yield _next(f"{rule}: the next", second, admitted, at_six, **more)

    yield from pair("PR03 day 0 after the discharge", "2024-02-01 18:00", "2024-02-02", True)
    yield from pair("PR03 day 0 in the second of the discharge", "2024-02-01 12:00:00", "2024-02-02", True)
    yield from pair("PR03 day 0 a second before the discharge", "2024-02-01 11:59:59", "2024-02-02", False)
    yield from pair("PR03 day 30 in its last second", "2024-03-02 23:59:59", "2024-03-03", True)
    yield from pair("PR03 day 31 in its first second", "2024-03-03 00:00:00", "2024-03-03..2024-03-04", False)
    yield from pair("PR03 a planned one is none", "2024-02-05 12:00", "2024-02-06", False, in_satt="P")
    yield from pair("PR03 another patient's is none", "2024-02-05 12:00", "2024-02-06", False, patient="someone else")
    for code, is_index in {"AVLIDEN": False, "SJUKHUS": False, "SABO": True, None: True}.items():
        first = {"ut_till": code, "is_index_candidate": is_index}
        yield from pair(f"PR03 out to {code}", "2024-02-05 12:00", "2024-02-06", is_index, first=first)
    rule = "PR03 an open one counts"
    yield _next(f"{rule}: the index", rule, "2024-06-05 12:00", "2024-06-06", is_readmission_30d=True)
    yield one(f"{rule}: the next", "2024-06-20 12:00", None, "2024-06-21..2024-06-30", "2024-06-20..2024-06-30",
              still_in(), patient_key=key_of(rule))  # fmt: skip
    rule = "PR03 an index counts once"
    yield _next(f"{rule}: the first", rule, "2024-02-01 12:00", "2024-02-02", is_readmission_30d=True)
    yield _next(f"{rule}: the second", rule, "2024-02-10 12:00", "2024-02-11", is_readmission_30d=True)
    yield _next(f"{rule}: the third", rule, "2024-02-20 12:00", "2024-02-21")
    rule = "PR03 a continuation is no readmission of an earlier discharge"
    yield _next(f"{rule}: the index", rule, "2024-01-31 12:00", "2024-02-01")
    yield _left(f"{rule}: planned", rule, "2024-02-06 12:00", "2024-02-05..2024-02-06", "2024-02-06", is_transfer=True)
    yield _next(f"{rule}: acute", rule, "2024-02-06 13:00", "2024-02-07", is_continuation=True)


def _places() -> Iterator[Episode]:
    """CM02, CM03: the ward as it was on the day."""
    elsewhere = {"clinic_id": OTHER_CLINIC, "area_name": OTHER_AREA, "specialty_group": "PSY"}
    yield one("CM02 out on the ward's last day in the first clinic", "2024-02-09 12:00", "2024-02-10 12:00",
              "2024-02-10", "2024-02-09..2024-02-10", gone("2024-02-10 12:00", 1, 2), ward_id=MOVING,
              told={"clinic_id": CLINIC})  # fmt: skip
    yield one("CM02 out on the ward's first day in the second clinic", "2024-02-10 12:00", "2024-02-11 12:00",
              "2024-02-11", "2024-02-10..2024-02-11", gone("2024-02-11 12:00", 1, 2, **elsewhere), ward_id=MOVING,
              told={"clinic_id": CLINIC, "area_name": "Norra", "specialty_group": "SOM"})  # fmt: skip
    yield one("CM02 in on the ward's first day in the second clinic", "2024-02-11 12:00", "2024-02-12 12:00",
              "2024-02-12", "2024-02-11..2024-02-12", gone("2024-02-12 12:00", 1, 2, **elsewhere), ward_id=MOVING,
              told=elsewhere)  # fmt: skip
    yield one("CM02 open on a ward that has moved since", "2024-01-20 12:00", None,
              "2024-01-21..2024-01-31 2024-02-01..2024-02-29 2024-03-01..2024-03-31 2024-04-01..2024-04-30 "
              "2024-06-01..2024-06-30",
              "2024-01-20..2024-01-31 2024-02-01..2024-02-29 2024-03-01..2024-03-31 2024-04-01..2024-04-30 "
              "2024-06-01..2024-06-30", still_in(), ward_id=MOVING)  # fmt: skip
    yield one("CM03 on an unknown ward", "2024-02-10 12:00", "2024-02-11 12:00", "2024-02-11",
              "2024-02-10..2024-02-11", {**gone("2024-02-11 12:00", 1, 2), **NOWHERE}, ward_id=UNKNOWN,
              ansvarig_enhet_hsaid=OTHER_CLINIC,
              told={"unit_key": None, "clinic_id": None, "responsible_clinic_id": OTHER_CLINIC})  # fmt: skip
    yield one("CM03 out on a ward the day after its last", "2024-02-09 12:00", "2024-02-11 12:00",
              "2024-02-10..2024-02-11", "2024-02-09..2024-02-11",
              {**gone("2024-02-11 12:00", 2, 3), **NOWHERE}, ward_id=CLOSING,
              ansvarig_enhet_hsaid=OTHER_CLINIC)  # fmt: skip


def _outliers() -> Iterator[Episode]:
    """OC02: on the outlying ward, one a case, each a night of its own week; the last two over the change."""
    for day, (name, responsible, clinic) in enumerate(
        (
            ("the ward's own clinic", CLINIC, CLINIC),
            ("another clinic", OTHER_CLINIC, OTHER_CLINIC),
            ("a unit of the ward's clinic", SAME_CLINIC_UNIT, CLINIC),
            ("a unit of another clinic", OTHER_CLINIC_UNIT, OTHER_CLINIC),
            ("the ward itself", OUTLYING, CLINIC),
            ("none told", None, None),
        ),
        start=1,
    ):
        yield one(f"OC02 responsible: {name}", f"2024-03-{day:02d} 05:00", f"2024-03-{day:02d} 12:00",
                  f"2024-03-{day:02d}", f"2024-03-{day:02d}", gone(f"2024-03-{day:02d} 12:00", 0, 1),
                  ward_id=OUTLYING, ansvarig_enhet_hsaid=responsible,
                  told={"responsible_clinic_id": clinic})  # fmt: skip
    # From the 11th of February the first is of another clinic, and the second no unit at all.
    for name, responsible in (("moves", MOVING_RESPONSIBLE), ("closes", CLOSING_RESPONSIBLE)):
        yield one(f"OC02 the responsible unit {name}", "2024-02-09 12:00", "2024-02-12 12:00",
                  "2024-02-10..2024-02-12", "2024-02-09..2024-02-12", gone("2024-02-12 12:00", 3, 4),
                  ward_id=OUTLYING, ansvarig_enhet_hsaid=responsible,
                  told={"responsible_clinic_id": CLINIC})  # fmt: skip
    yield one("OC02 the responsible unit opens the day after the patient came", "2024-02-10 05:00", "2024-02-11 12:00",
              "2024-02-10..2024-02-11", "2024-02-10..2024-02-11", gone("2024-02-11 12:00", 1, 2),
              ward_id=OUTLYING, ansvarig_enhet_hsaid=OPENING_RESPONSIBLE,
              told={"responsible_clinic_id": OPENING_RESPONSIBLE})  # fmt: skip
    yield one("OC02 the responsible unit closes the day the patient came", "2024-02-10 05:00", "2024-02-10 12:00",
              "2024-02-10", "2024-02-10", gone("2024-02-10 12:00", 0, 1),
              ward_id=OUTLYING, ansvarig_enhet_hsaid=CLOSING_RESPONSIBLE,
              told={"responsible_clinic_id": CLINIC})  # fmt: skip
    yield one("OC02 the ward moves from the clinic that is responsible", "2024-02-10 05:00", "2024-02-11 12:00",
              "2024-02-10..2024-02-11", "2024-02-10..2024-02-11",
              gone("2024-02-11 12:00", 1, 2, clinic_id=OTHER_CLINIC, area_name=OTHER_AREA, specialty_group="PSY"),
              ward_id=MOVING_OUTLYING, ansvarig_enhet_hsaid=CLINIC)  # fmt: skip
    yield one("OC02 the responsible unit has moved when the patient comes", "2024-02-11 12:00", "2024-02-12 05:00",
              "", "2024-02-11..2024-02-12", gone("2024-02-12 05:00", 1, 2), ward_id=OUTLYING,
              ansvarig_enhet_hsaid=MOVING_RESPONSIBLE, told={"responsible_clinic_id": OTHER_CLINIC})  # fmt: skip


def _crowded() -> Iterator[Episode]:
    """Two patients from the 5th to the 9th of February, on a ward whose beds are told by _beds."""
    for number in (1, 2):
        for place, wards_name in ((CROWDED, "crowded"), (UNTOLD, "untold")):
            yield one(f"OC02 patient {number} on the {wards_name} ward", "2024-02-05 05:00", "2024-02-09 12:00",
                      "2024-02-05..2024-02-09", "2024-02-05..2024-02-09", gone("2024-02-09 12:00", 4, 5),
                      ward_id=place)  # fmt: skip


def _week() -> Iterator[Episode]:
    """Monday the 4th to Sunday the 10th of March 2024, a ward of four beds; on Sunday two are closed.

    At 06:00 (x there, p on permission, . not there):

                            Mo  Tu  We  Th  Fr  Sa  Su
                             4   5   6   7   8   9  10
    A  since February        x   x   x   x   x   x   x
    B  Mo 05:59 - We 06:00   x   x   .   .   .   .   .
    C  Mo 07:00 - Fr 10:00   .   x   x   x   x   .   .   of another clinic
    D  Tu 12:00 - Su 06:01   .   .   x   p   p   x   x   away We 18:00 - Fr 20:00
    E  Th 23:00 - Th 23:50   .   .   .   .   .   .   .
    F  Fr 02:00 -            .   .   .   .   x   p   p   away Sa 06:00 -
    G  Sa 04:00 - Sa 06:00   .   .   .   .   .   .   .
    H  Sa 22:00 - Su 20:00   .   .   .   .   .   .   x
    patients                 2   3   3   2   3   2   3
    beds                     4   4   4   4   4   4   2
    over                     0   0   0   0   0   0   1
    outlying                 0   1   1   1   1   0   0
    """

    def patient(
        letter: str, admitted: str, discharged: str | None, at_six: str, occupied: str, figures: Mapping[str, Any],
        **more: Any,
    ) -> Episode:  # fmt: skip
        return one(f"the week's patient {letter}", admitted, discharged, at_six, occupied, figures, ward_id=WEEK,
                   **more)  # fmt: skip

    yield patient("A", "2024-02-28 10:00", "2024-03-11 06:00", "2024-02-29..2024-03-10", "2024-02-28..2024-03-11",
                  gone("2024-03-11 06:00", 12, 13))  # fmt: skip
    yield patient("B", "2024-03-04 05:59", "2024-03-06 06:00", "2024-03-04..2024-03-05", "2024-03-04..2024-03-06",
                  gone("2024-03-06 06:00", 2, 3))  # fmt: skip
    yield patient("C", "2024-03-04 07:00", "2024-03-08 10:00", "2024-03-05..2024-03-08", "2024-03-04..2024-03-08",
                  gone("2024-03-08 10:00", 4, 5), ansvarig_enhet_hsaid=OTHER_CLINIC)  # fmt: skip
    yield patient("D", "2024-03-05 12:00", "2024-03-10 06:01", "2024-03-06 2024-03-09..2024-03-10",
                  "2024-03-05..2024-03-06 2024-03-08..2024-03-10", gone("2024-03-10 06:01", 5, 5),
                  permissions=(("2024-03-06 18:00", "2024-03-08 20:00"),))  # fmt: skip
    yield patient("E", "2024-03-07 23:00", "2024-03-07 23:50", "", "2024-03-07", gone("2024-03-07 23:50", 0, 1))
    yield patient("F", "2024-03-08 02:00", None, "2024-03-08", "2024-03-08..2024-03-09", still_in(),
                  permissions=(("2024-03-09 06:00", None),))  # fmt: skip
    yield patient("G", "2024-03-09 04:00", "2024-03-09 06:00", "", "2024-03-09", gone("2024-03-09 06:00", 0, 1))
    yield patient("H", "2024-03-09 22:00", "2024-03-10 20:00", "2024-03-10", "2024-03-09..2024-03-10",
                  gone("2024-03-10 20:00", 1, 2))  # fmt: skip


# By what they are told of; the tests name the rules.
PARTS: dict[str, tuple[Episode, ...]] = {
    "census": (*_at_six(), *_crowded(), *_week()),
    "permissions": tuple(_on_permission()),
    "newest": tuple(_newest()),
    "reversed": tuple(_reversed()),
    "stays": tuple(_of_several_stays()),
    "told": tuple(_told_of_the_episode()),
    "transfers": tuple(_transfers()),
    "readmissions": tuple(_readmissions()),
    "places": tuple(_places()),
    "outliers": tuple(_outliers()),
}
EPISODES = tuple(episode for part in PARTS.values() for episode in part)

BEDS = (
    # Two patients: a bed more, as many, one too few, none at all; on the 9th none is told.
    bed(FEB, CROWDED, "2024-02-05", 3), bed(FEB, CROWDED, "2024-02-06", 2), bed(FEB, CROWDED, "2024-02-07", 1, 4),
    bed(FEB, CROWDED, "2024-02-08", 0, 0),
    # Rows that do not say how many, with patients and without, and one that does not say how many are established.
    bed(FEB, UNTOLD, "2024-02-05", None), bed(FEB, UNTOLD, "2024-02-04", None), bed(FEB, UNTOLD, "2024-02-06", 2, None),
    # No patient: the first and the last day of the month, and the days before and after it in the same file.
    bed(FEB, EMPTY, "2024-02-01", 5), bed(FEB, EMPTY, "2024-02-29", 6), bed(FEB, EMPTY, "2024-01-31", 7),
    bed(FEB, EMPTY, "2024-03-01", 8), bed(MAR, EMPTY, "2024-03-02", 9),
    bed(FEB, UNKNOWN, "2024-02-11", 0),
    *(bed(MAR, WEEK, f"2024-03-{day:02d}", 2 if day == 10 else 4) for day in range(4, 11)),
)  # fmt: skip

# date, ward: known, established, available, patients, overcrowded, outlying. The wards that these tables name have
# no other day.
WardDay = tuple[bool, int | None, int | None, int, int | None, int]
WARD_DAYS: dict[tuple[date, str], WardDay] = {
    (date.fromisoformat(day), ward_id): told
    for ward_id, table in {
        CROWDED: {
            "2024-02-05": (True, 9, 3, 2, 0, 0), "2024-02-06": (True, 9, 2, 2, 0, 0),
            "2024-02-07": (True, 4, 1, 2, 1, 0), "2024-02-08": (True, 0, 0, 2, 2, 0),
            "2024-02-09": (True, None, None, 2, None, 0),
        },
        UNTOLD: {
            "2024-02-05": (True, None, None, 2, None, 0), "2024-02-06": (True, None, 2, 2, 0, 0),
            "2024-02-07": (True, None, None, 2, None, 0), "2024-02-08": (True, None, None, 2, None, 0),
            "2024-02-09": (True, None, None, 2, None, 0),
        },
        EMPTY: {
            "2024-02-01": (True, 9, 5, 0, 0, 0), "2024-02-29": (True, 9, 6, 0, 0, 0),
            "2024-03-02": (True, 9, 9, 0, 0, 0),
        },
        UNKNOWN: {"2024-02-11": (False, 9, 0, 1, 1, 0)},
        CLOSING: {"2024-02-10": (True, None, None, 1, None, 1), "2024-02-11": (False, None, None, 1, None, 0)},
        MOVING_OUTLYING: {
            "2024-02-10": (True, None, None, 1, None, 0), "2024-02-11": (True, None, None, 1, None, 1),
        },
        OUTLYING: {
            "2024-02-10": (True, None, None, 4, None, 1), "2024-02-11": (True, None, None, 3, None, 2),
            "2024-02-12": (True, None, None, 2, None, 2),
            "2024-03-01": (True, None, None, 1, None, 0), "2024-03-02": (True, None, None, 1, None, 1),
            "2024-03-03": (True, None, None, 1, None, 0), "2024-03-04": (True, None, None, 1, None, 1),
            "2024-03-05": (True, None, None, 1, None, 0), "2024-03-06": (True, None, None, 1, None, 0),
        },
        WEEK: {
            "2024-02-29": (True, None, None, 1, None, 0), "2024-03-01": (True, None, None, 1, None, 0),
            "2024-03-02": (True, None, None, 1, None, 0), "2024-03-03": (True, None, None, 1, None, 0),
            "2024-03-04": (True, 9, 4, 2, 0, 0), "2024-03-05": (True, 9, 4, 3, 0, 1),
            "2024-03-06": (True, 9, 4, 3, 0, 1), "2024-03-07": (True, 9, 4, 2, 0, 1),
            "2024-03-08": (True, 9, 4, 3, 0, 1), "2024-03-09": (True, 9, 4, 2, 0, 0),
            "2024-03-10": (True, 9, 2, 3, 1, 0),
        },
    }.items()
    for day, told in table.items()
}  # fmt: skip
# The clinic of a ward that moves, on the days around the change.
WARD_CLINICS = {
    (date(2024, 2, 10), MOVING): (CLINIC, "Norra", "SOM"),
    (date(2024, 2, 11), MOVING): (OTHER_CLINIC, OTHER_AREA, "PSY"),
    (date(2024, 2, 10), CLOSING): (CLINIC, "Norra", "SOM"),
    (date(2024, 2, 11), CLOSING): (None, None, None),
}
TOLD_WARDS = {ward_id for _, ward_id in WARD_DAYS}


def register_rows() -> list[Row]:
    """Every ward of a case, and those that move or close."""
    moved: Row = {
        "klinik_hsaid": OTHER_CLINIC, "klinik_namn": "Andra kliniken", "omrade": OTHER_AREA, "verksamhetstyp": "PSY",
    }  # fmt: skip
    before: Row = {"giltig_tom": date(2024, 2, 10)}
    plain = [*_own_wards.values(), OUTLYING, CROWDED, WEEK, EMPTY, UNTOLD, SAME_CLINIC_UNIT]
    return [
        *(ward(REGISTER, ward_id) for ward_id in plain),
        ward(REGISTER, OTHER_CLINIC_UNIT, **moved),
        *(
            row
            for unit_id in (MOVING, MOVING_OUTLYING, MOVING_RESPONSIBLE)
            for row in (ward(REGISTER, unit_id, **before), ward(REGISTER, unit_id, giltig_from=CHANGE, **moved))
        ),
        ward(REGISTER, OPENING_RESPONSIBLE, giltig_from=CHANGE),
        *(ward(REGISTER, unit_id, **before) for unit_id in (CLOSING, CLOSING_RESPONSIBLE)),
    ]


def inpatient_plant() -> Plant:
    """The months of the wards in one plant, without care."""
    return Plant(
        units=register_rows(),
        stays=[row for episode in EPISODES for row in episode.stays],
        permissions=[row for episode in EPISODES for row in episode.permissions],
        assessments=[row for episode in EPISODES for row in episode.assessments],
        beds=list(BEDS),
        # A month of another group is none of the wards'.
        calls=[call("2024-05", "a call in May")],
    )


def newest_of(episode: Episode) -> dict[int, Row]:
    """Each stay's row in its latest period, by number."""
    return {row["vistelse_nr"]: row for row in sorted(episode.stays, key=lambda row: str(row["_period"]))}
