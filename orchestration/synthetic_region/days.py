"""Months and days of the region: day numbers since 1970-01-01, local time in minutes since then."""

from __future__ import annotations

import functools
import re
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from orchestration.errors import UsageError
from orchestration.synthetic_region.draws import Whole

MINUTES = 1440
NEVER = np.int64(2**60)
FIRST_YEAR, LAST_YEAR = 2018, 2035
_TABLE_YEARS = (FIRST_YEAR - 8, LAST_YEAR + 8)
_EPOCH = date(1970, 1, 1)
_TABLE_START = (date(_TABLE_YEARS[0], 1, 1) - _EPOCH).days


def month_index(period: str) -> int:
    """Months since year 0 of a period `YYYY-MM`. Raises UsageError for anything else."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        raise UsageError(f"Perioden {period!r} är ingen månad.", "Skriv den som ÅÅÅÅ-MM, t.ex. 2024-07.")
    year, month = int(period[:4]), int(period[5:])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UsageError(
            f"Perioden {period} ligger utanför den syntetiska regionens tid.",
            f"Välj en månad från {FIRST_YEAR}-01 till {LAST_YEAR}-12.",
        )
    return year * 12 + month - 1


def period_name(month: int) -> str:
    """The period `YYYY-MM` of a month index."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01."""
    return (date(year, month, day) - _EPOCH).days


def first_day(month: int) -> int:
    """Day number of the month's first day."""
    return day_number(month // 12, month % 12 + 1, 1)


def month_of(days: Whole) -> Whole:
    """Month index of each day number."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def _easter_sunday(year: int) -> date:
    """Gauss's rule in the form of the anonymous Gregorian algorithm."""
    golden = year % 19
    century, rest = divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _closed_days(year: int) -> set[date]:
    """Weekdays when planned care rests: Swedish public holidays and the eves."""
    easter = _easter_sunday(year)
    midsummer_eve = next(date(year, 6, d) for d in range(19, 26) if date(year, 6, d).weekday() == 4)
    fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
    return {
        *(date(year, month, day) for month, day in fixed),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        easter + timedelta(days=39),
        midsummer_eve,
    }


@functools.cache
def _working_table() -> npt.NDArray[np.bool_]:
    last = (date(_TABLE_YEARS[1], 12, 31) - _EPOCH).days
    days = np.arange(_TABLE_START, last + 1)
    is_working = (days + 3) % 7 < 5
    for year in range(_TABLE_YEARS[0], _TABLE_YEARS[1] + 1):
        for closed in _closed_days(year):
            is_working[(closed - _EPOCH).days - _TABLE_START] = False
    return is_working


@functools.cache
def _next_working_table() -> Whole:
    is_working = _working_table()
    positions = np.where(is_working, np.arange(len(is_working)), len(is_working))
    return np.minimum.accumulate(positions[::-1])[::-1].astype(np.int64) + _TABLE_START


def next_working_day(days: Whole) -> Whole:
    """Each day itself when planned care is open, else the first day after when it is."""
    table = _next_working_table()
    return table[np.clip(days - _TABLE_START, 0, len(table) - 1)]


@functools.cache
def days_of_month(month: int, working_only: bool) -> Whole:
    """The month's day numbers, or those of them when planned care is open."""
    days = np.arange(first_day(month), first_day(month + 1), dtype=np.int64)
    return days[_working_table()[days - _TABLE_START]] if working_only else days
