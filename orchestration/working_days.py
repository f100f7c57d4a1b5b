"""The calendar of the month's work: working days, and the last days to approve and to deliver.

Holidays and the eves on which offices are shut are rows of seeds/swedish_holidays.csv, the same that the
model int_core__calendar reads. Saturdays and Sundays are never working days.
"""

from __future__ import annotations

import csv
import datetime
import functools
from dataclasses import dataclass

from orchestration.contracts import PROJECT_ROOT
from orchestration.errors import UsageError

HOLIDAYS_FILE = PROJECT_ROOT / "seeds" / "swedish_holidays.csv"
_SATURDAY = 6


@functools.cache
def _holidays() -> frozenset[datetime.date]:
    with HOLIDAYS_FILE.open(encoding="utf-8", newline="") as handle:
        return frozenset(datetime.date.fromisoformat(row["date"]) for row in csv.DictReader(handle))


def is_working_day(day: datetime.date) -> bool:
    """Whether offices are open that day; UsageError for a year without holidays in the calendar."""
    holidays = _holidays()
    if not min(holidays).year <= day.year <= max(holidays).year:
        raise UsageError(
            f"Året {day.year} finns inte i kalendern.", f"Fyll på {HOLIDAYS_FILE.name} med årets helgdagar."
        )
    return day.isoweekday() < _SATURDAY and day not in holidays


def working_day_by(day: datetime.date) -> datetime.date:
    """`day` itself when it is a working day, else the last working day before it."""
    while not is_working_day(day):
        day -= datetime.timedelta(days=1)
    return day


@dataclass(frozen=True)
class Deadlines:
    """The last days of a period's work: those that region.yml names, and the working days they come to."""

    approval: datetime.date
    approval_working_day: datetime.date
    delivery: datetime.date
    delivery_working_day: datetime.date


def month_after(period: str) -> datetime.date:
    """The first day of the month after a period, in which its work is done."""
    year, month = int(period[:4]), int(period[5:])
    return datetime.date(year + month // 12, month % 12 + 1, 1)


def month_before(day: datetime.date) -> str:
    """The period before the month of `day`: the one that is worked on."""
    return (day.replace(day=1) - datetime.timedelta(days=1)).strftime("%Y-%m")


def deadlines(period: str, approval_day: int, delivery_day: int) -> Deadlines:
    """The last days to approve and deliver `period` (YYYY-MM), in the month after it.

    A last day on which offices are shut is moved to the working day before it (R30): what is
    due on Sunday the 20th is done on Friday the 18th.
    """
    following = month_after(period)
    approval, delivery = following.replace(day=approval_day), following.replace(day=delivery_day)
    return Deadlines(approval, working_day_by(approval), delivery, working_day_by(delivery))
