"""Planted telephone calls, and what the measure must make of each: counted by hand from RULES section 2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, UNIT, Row, call

# Units of cases.py, which imports this module.
ONLY_OUTSIDE_UNIT, MOVING_UNIT = (f"{UNIT[:-1]}{digit}" for digit in "34")
UNKNOWN_UNIT = "SE2321000131-E000000009999"
# The last month of the old way of measuring, the first of the new, and months that only calls make periods of.
OLD, NEW = "2024-03", "2024-04"
AUTUMN, MIDSUMMER, CHRISTMAS = "2022-10", "2024-06", "2024-12"

OUTSIDE, IN_TIME, LATE, NOT_COUNTED = "outside", "in time", "late", "not counted"


@dataclass(frozen=True)
class Call:
    """A planted call, why it stands there, and what the measure makes of it."""

    period: str
    name: str
    received: str
    handled: str | None
    is_counted_as: str
    unit_id: str = UNIT
    channel: str = "TEL"
    status: str = "HANTERAT"

    @property
    def row(self) -> Row:
        """The row of the extract."""
        return call(
            self.period,
            self.name,
            inkommet=datetime.fromisoformat(self.received),
            hanterat=None if self.handled is None else datetime.fromisoformat(self.handled),
            enhet_hsaid=self.unit_id,
            kanal=self.channel,
            status=self.status,
        )


def _old() -> Iterator[Call]:
    def march(name: str, received: str, handled: str | None, is_counted_as: str, **values: Any) -> Call:
        return Call(OLD, name, f"2024-{received}", handled and f"2024-{handled}", is_counted_as, **values)

    yield march("24 hours sharp", "03-01 10:00:00", "03-02 10:00:00", IN_TIME)
    yield march("24 hours and a second", "03-01 10:00:00", "03-02 10:00:01", LATE)
    yield march("R37 Monday 16:50 handled 17:10", "03-18 16:50:00", "03-18 17:10:00", IN_TIME)
    yield march("Saturday at night", "03-09 23:00:00", "03-10 09:00:00", IN_TIME)
    yield march("handled the same second", "03-04 09:00:00", "03-04 09:00:00", IN_TIME)
    yield march("not handled", "03-04 09:00:00", None, LATE, status="EJ_HANTERAT")
    yield march("not handled but with a time", "03-04 09:00:00", "03-04 09:30:00", LATE, status="EJ_HANTERAT")
    yield march("abandoned", "03-04 09:00:00", "03-04 09:30:00", NOT_COUNTED, status="AVBRUTET")
    yield march("a chat", "03-04 09:00:00", "03-04 09:30:00", NOT_COUNTED, channel="CHATT")
    yield march("handled, no one knows when", "03-04 09:00:00", None, NOT_COUNTED)
    yield march("handled before it came", "03-04 09:00:00", "03-04 08:59:59", NOT_COUNTED)
    yield march("the month's first second", "03-01 00:00:00", "03-01 08:00:00", IN_TIME)
    yield march("the second before the month", "02-29 23:59:59", "03-01 08:00:00", NOT_COUNTED)
    yield march("the month's last second, handled in the next", "03-31 23:59:59", "04-01 10:00:00", IN_TIME)
    yield march("the second after the month", "04-01 00:00:00", "04-01 10:00:00", NOT_COUNTED)
    yield march("over the night when an hour is lost, by the clock", "03-30 12:00:00", "03-31 12:00:00", IN_TIME)
    yield march("a second too late over that night", "03-30 12:00:00", "03-31 12:00:01", LATE)
    yield march("to a unit that will move", "03-20 10:00:00", "03-20 10:05:00", IN_TIME, unit_id=MOVING_UNIT)
    yield march("to an unknown unit", "03-20 10:00:00", "03-22 10:00:00", LATE, unit_id=UNKNOWN_UNIT)


def _autumn() -> Iterator[Call]:
    yield Call(AUTUMN, "over the night with an hour more", "2022-10-29 12:00:00", "2022-10-30 12:00:00", IN_TIME)
    yield Call(AUTUMN, "and a second", "2022-10-29 12:00:00", "2022-10-30 12:00:01", LATE)


def _new() -> Iterator[Call]:
    def april(name: str, received: str, handled: str | None, is_counted_as: str, **values: Any) -> Call:
        return Call(NEW, name, f"2024-{received}", handled and f"2024-{handled}", is_counted_as, **values)

    yield april("the second before eight", "04-02 07:59:59", "04-02 08:30:00", OUTSIDE)
    yield april("eight sharp", "04-02 08:00:00", "04-02 08:30:00", IN_TIME)
    yield april("the last second before five", "04-02 16:59:59", "04-02 16:59:59", IN_TIME)
    yield april("five sharp", "04-02 17:00:00", "04-02 17:10:00", OUTSIDE)
    yield april("handled the second before five", "04-02 10:00:00", "04-02 16:59:59", IN_TIME)
    yield april("handled at five sharp", "04-02 10:00:00", "04-02 17:00:00", LATE)
    yield april("R37 Monday 16:50 handled 17:10", "04-15 16:50:00", "04-15 17:10:00", LATE)
    yield april("handled the next morning", "04-03 10:00:00", "04-04 09:00:00", LATE)
    yield april("Saturday", "04-06 10:00:00", "04-06 10:05:00", OUTSIDE)
    yield april("Sunday", "04-07 10:00:00", "04-07 10:05:00", OUTSIDE)
    yield april("Easter Monday", "04-01 10:00:00", "04-01 10:05:00", OUTSIDE)
    yield april("the day before the first of May", "04-30 16:30:00", "04-30 16:45:00", IN_TIME)
    yield april("late on that day", "04-30 16:59:30", "05-02 08:05:00", LATE)
    yield april("the month's last second", "04-30 23:59:59", "05-02 08:05:00", OUTSIDE)
    yield april("the next month's first working hour", "05-02 08:00:00", "05-02 08:05:00", NOT_COUNTED)
    yield april("not handled", "04-02 10:00:00", None, LATE, status="EJ_HANTERAT")
    yield april("not handled outside hours", "04-02 06:00:00", None, OUTSIDE, status="EJ_HANTERAT")
    yield april("not handled but with a time", "04-02 10:00:00", "04-02 10:05:00", LATE, status="EJ_HANTERAT")
    yield april("abandoned", "04-02 10:00:00", None, NOT_COUNTED, status="AVBRUTET")
    yield april("a chat", "04-02 10:00:00", "04-02 10:05:00", NOT_COUNTED, channel="CHATT")
    yield april("handled outside hours, no one knows when", "04-02 06:00:00", None, NOT_COUNTED)
    yield april("the moved unit's last day", "04-15 10:00:00", "04-15 10:05:00", IN_TIME, unit_id=MOVING_UNIT)
    yield april("the moved unit's first day", "04-16 10:00:00", "04-16 17:05:00", LATE, unit_id=MOVING_UNIT)
    yield april("to an unknown unit", "04-10 10:00:00", "04-10 10:05:00", IN_TIME, unit_id=UNKNOWN_UNIT)
    yield april("to an unknown unit at night", "04-10 22:00:00", "04-11 08:05:00", OUTSIDE, unit_id=UNKNOWN_UNIT)
    yield april("nothing but a call at night", "04-10 22:00:00", "04-11 08:05:00", OUTSIDE, unit_id=ONLY_OUTSIDE_UNIT)


def _holidays() -> Iterator[Call]:
    def noon(period: str, name: str, date: str, is_counted_as: str) -> Call:
        return Call(period, name, f"{date} 12:00:00", f"{date} 12:30:00", is_counted_as)

    yield noon(MIDSUMMER, "the day before the national day", "2024-06-05", IN_TIME)
    yield noon(MIDSUMMER, "the national day", "2024-06-06", OUTSIDE)
    yield noon(MIDSUMMER, "the day before midsommarafton", "2024-06-20", IN_TIME)
    yield noon(MIDSUMMER, "midsommarafton", "2024-06-21", OUTSIDE)
    yield noon(MIDSUMMER, "midsommardagen", "2024-06-22", OUTSIDE)
    yield noon(CHRISTMAS, "the day before julafton", "2024-12-23", IN_TIME)
    yield noon(CHRISTMAS, "julafton", "2024-12-24", OUTSIDE)
    yield noon(CHRISTMAS, "a working day between the holidays", "2024-12-27", IN_TIME)
    yield noon(CHRISTMAS, "nyårsafton", "2024-12-31", OUTSIDE)


CALLS = (*_autumn(), *_old(), *_new(), *_holidays())
CALL_PERIODS = sorted({planted.period for planted in CALLS})


def phone_rows() -> list[Row]:
    """The planted calls as rows of their file."""
    return [planted.row for planted in CALLS]


# (period, level, unit): numerator, denominator, outside_hours_count, contacts_to_target_count. The target is 100 %.
# The planted units have the area Norra; the moved one Södra from the sixteenth of April.
_Counts = tuple[int, int, int | None, int | None]
LINES: dict[tuple[str, str, str], _Counts] = {
    # Before 2023 the region has no target.
    (AUTUMN, "region", "*"): (1, 2, None, None),
    (AUTUMN, "area", "Norra"): (1, 2, None, None),
    (AUTUMN, "clinic", CLINIC): (1, 2, None, None),
    (AUTUMN, "unit", UNIT): (1, 2, None, None),
    # Seven in time, four late and one in time at the unit that will move; one late at the unknown unit.
    (OLD, "region", "*"): (8, 13, None, 5),
    (OLD, "area", "Norra"): (8, 12, None, 4),
    (OLD, "clinic", CLINIC): (8, 12, None, 4),
    (OLD, "unit", UNIT): (7, 11, None, 4),
    (OLD, "unit", MOVING_UNIT): (1, 1, None, 0),
    # At the unit: four in time, six late, seven outside hours.
    (NEW, "region", "*"): (6, 13, 9, 7),
    (NEW, "area", "Norra"): (5, 11, 8, 6),
    (NEW, "area", "Södra"): (0, 1, 0, 1),
    (NEW, "clinic", CLINIC): (5, 11, 8, 6),
    (NEW, "clinic", OTHER_CLINIC): (0, 1, 0, 1),
    (NEW, "unit", UNIT): (4, 10, 7, 6),
    (NEW, "unit", MOVING_UNIT): (1, 2, 0, 1),
    (NEW, "unit", ONLY_OUTSIDE_UNIT): (0, 0, 1, None),
    **{(MIDSUMMER, level, unit_id): (2, 2, 3, 0) for level, unit_id in (
        ("region", "*"), ("area", "Norra"), ("clinic", CLINIC), ("unit", UNIT),
    )},
    **{(CHRISTMAS, level, unit_id): (2, 2, 2, 0) for level, unit_id in (
        ("region", "*"), ("area", "Norra"), ("clinic", CLINIC), ("unit", UNIT),
    )},
}  # fmt: skip
PHONE_PARAMETERS = (
    "phone_handled_within_hours", "phone_opens_minute", "phone_closes_minute", "phone_handled_before_minute",
)  # fmt: skip
