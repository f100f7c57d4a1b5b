"""The flow of care: entries decided, waiting, carried out or removed, month by month.

An entry's whole course is drawn from its own key when it is decided, so a month is written by looking
back over the entries decided in it and in the months before: no earlier month needs to be written first.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import (
    MINUTES,
    NEVER,
    days_of_month,
    first_day,
    next_working_day,
)
from orchestration.synthetic_region.draws import (
    Keys,
    Real,
    Whole,
    child_keys,
    choose,
    keys_for,
    uniform,
    whole,
)
from orchestration.synthetic_region.organisation import LONGEST_UNIT_FACTOR, Organisation
from orchestration.synthetic_region.population import Population
from orchestration.synthetic_region.streams import STREAM_NUMBER, STREAMS, Stream

REASONS = (
    "ANNAN_VARDGIVARE", "PATIENTENS_ONSKAN", "EJ_BEHOV", "AVLIDEN", "UTEBLIVIT", "FELREGISTRERAD", "OVRIGT",
)  # fmt: skip
_REASON_WEIGHTS = (0.20, 0.27, 0.24, 0.0, 0.12, 0.07, 0.10)
_DECEASED = REASONS.index("AVLIDEN")
_BASE_YEAR = 2023
_MEAN_WORKING_DAYS = 20.8
# Entries of one stream made at a time, and room for them in a month.
_BATCH_ENTRIES = 400_000
_MOST_ENTRIES = 10_000_000
# Quantiles of a follow-up's wait as a part of the days to its medical target.
_LONGEST_OVER_TARGET = 2.0
_TARGET_KEPT = ((0, 0.5, 0.8, 0.95, 1), (0.4, 0.85, 1.0, 1.35, _LONGEST_OVER_TARGET))
# Days that a wait may grow by a closed holiday, a weekend and a death reported late.
_LONGEST_DELAY = 66 + 10 + 25


@dataclass(frozen=True)
class Entries:
    """Entries of the region, one value an entry.

    Units: decided, start and removed in minutes since 1970-01-01 local time (NEVER when it does not
    happen); target in day numbers (NEVER without). reason is a place in REASONS, person in the
    population, unit in the organisation, stream in STREAMS, number counts within stream and month.
    """

    key: Keys
    stream: Whole
    month: Whole
    number: Whole
    decided: Whole
    start: Whole
    removed: Whole
    reason: Whole
    target: Whole
    person: Whole
    unit: Whole

    def take(self, chosen: npt.NDArray[np.bool_] | Whole) -> Entries:
        """Those chosen, in that order."""
        return Entries(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})


def joined(parts: list[Entries]) -> Entries:
    """All entries of the parts, in order."""
    return Entries(
        **{item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Entries)}
    )


@dataclass(frozen=True)
class Region:
    """What stands still in the region while months pass."""

    seed: int
    scale: float
    population: Population
    organisation: Organisation


def _quantile(stream: Stream, keys: Keys) -> Real:
    shares, days = zip(*stream.wait, strict=True)
    days_waited: Real = np.interp(uniform(keys, "wait"), shares, days)
    return days_waited


def _planned_day(stream: Stream, keys: Keys, days: Whole) -> Whole:
    """The day when care can be given: a working day; in July and at Christmas some care is closed."""
    dates = days.astype("datetime64[D]")
    day_of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    chance = uniform(keys, "holiday")
    is_summer = (day_of_year >= 180) & (day_of_year <= 214) & (chance > stream.holiday_open_share)
    is_christmas = ((day_of_year >= 354) | (day_of_year <= 5)) & (chance > stream.holiday_open_share)
    later = np.where(is_summer, whole(keys, "after summer", 36, 66), 0)
    later = np.where(is_christmas, whole(keys, "after christmas", 10, 25), later)
    return next_working_day(days + later)


def _decision_minutes(stream: Stream, keys: Keys, months: Sequence[int], counts: Whole) -> Whole:
    """When each entry is decided; the entries stand month by month, `counts` of each."""
    days = [days_of_month(month, working_only=not stream.is_acute) for month in months]
    lengths = np.array([len(of_month) for of_month in days], dtype=np.int64)
    first = np.repeat(np.cumsum(lengths) - lengths, counts)
    place = (uniform(keys, "decision day") * np.repeat(lengths, counts)).astype(np.int64)
    day = np.concatenate(days)[first + place]
    if stream.is_acute:
        hour = choose(keys, "hour", [2, 1.5, 1.2, 1, 1, 1.3, 2, 3, 5, 7, 8, 8, 7.5, 7, 7, 7, 7, 7, 7, 6.5, 6, 5, 4, 3])
        return day * MINUTES + hour * 60 + whole(keys, "minute", 0, 60)
    return day * MINUTES + 450 + whole(keys, "minute", 0, 510)


def _start_minutes(stream: Stream, keys: Keys, decided: Whole, wait: Real) -> Whole:
    if stream.is_acute or stream.is_drop_in:
        return decided
    day = decided // MINUTES
    planned = day + wait.astype(np.int64)
    is_later = planned > day
    planned = np.where(is_later, _planned_day(stream, keys, planned), planned)
    slot = planned * MINUTES + 480 + 10 * whole(keys, "slot", 0, 49)
    return np.where(is_later, slot, np.maximum(slot, decided + 20))


def _counts(region: Region, stream: Stream, months: Sequence[int]) -> Whole:
    """How many entries are decided in each month."""
    month = np.array(months, dtype=np.int64)
    chance = uniform(keys_for(f"{region.seed}/count/{stream.name}", month), "whole")
    expected = stream.volume * region.scale * np.array(stream.season)[month % 12]
    expected = expected * (1 + stream.growth) ** (month // 12 - _BASE_YEAR)
    if not stream.is_acute:
        working_days = [len(days_of_month(of_month, working_only=True)) for of_month in months]
        expected = expected * np.array(working_days) / _MEAN_WORKING_DAYS
    counts: Whole = (expected * (0.985 + 0.03 * chance) + chance).astype(np.int64)
    return counts


def _with_deaths(region: Region, entries: Entries) -> Entries:
    """A patient who dies before the contact is taken off the list some days after."""
    death = region.population.death_day[entries.person]
    delay = np.where(uniform(entries.key, "late report") < 0.93, 0, whole(entries.key, "report delay", 1, 25))
    reported = np.where(death < NEVER, (death + delay) * MINUTES + 18 * 60, NEVER)
    has_died = (death < NEVER) & (np.minimum(entries.start, entries.removed) // MINUTES > death)
    return Entries(
        **{item.name: getattr(entries, item.name) for item in fields(Entries)}
        | {
            "start": np.where(has_died, NEVER, entries.start),
            "removed": np.where(has_died, np.minimum(reported, entries.removed), entries.removed),
            "reason": np.where(has_died & (reported < entries.removed), _DECEASED, entries.reason),
        }
    )


def _course(
    region: Region, stream: Stream, month: Whole, keys: Keys, numbers: Whole, decided: Whole, unit: Whole
) -> tuple[Entries, Whole]:
    """Entries without a patient yet, and the day by which each has left the list."""
    wait = _quantile(stream, keys)
    target = np.full(len(keys), NEVER)
    if stream.has_target:
        target = decided // MINUTES + np.maximum(wait.astype(np.int64), 1)
        wait = wait * np.interp(uniform(keys, "kept"), *_TARGET_KEPT)
    elif stream.pool not in ("primary", "first_line") and stream.cap_step == 0:
        wait = wait * region.organisation.wait_factor[unit]
    start = _start_minutes(stream, keys, decided, wait)
    is_removed = (uniform(keys, "is removed") < stream.removed_share) & (start // MINUTES > decided // MINUTES + 1)
    leave = decided + MINUTES + ((start - decided - MINUTES) * uniform(keys, "leave") ** 0.8).astype(np.int64)
    leave = leave // MINUTES * MINUTES + 480 + whole(keys, "leave minute", 0, 500)
    removed = np.where(is_removed, np.maximum(leave, decided + 60), NEVER)
    start = np.where(is_removed, NEVER, start)
    entries = Entries(
        key=keys,
        stream=np.full(len(keys), STREAM_NUMBER[stream.name], dtype=np.int64),
        month=month,
        number=numbers,
        decided=decided,
        start=start,
        removed=removed,
        reason=choose(keys, "reason", _REASON_WEIGHTS),
        target=target,
        person=np.zeros(len(keys), dtype=np.int64),
        unit=unit,
    )
    return entries, np.minimum(start, removed) // MINUTES


def _with_persons(region: Region, entries: Entries, person_keys: Keys, decided: Whole) -> Entries:
    """Patients of the unit's age; at a health centre most are listed there."""
    ages = region.organisation.ages[entries.unit]
    person = region.population.draw(person_keys, decided // MINUTES, ages[:, 0], ages[:, 1])
    return Entries(**{item.name: getattr(entries, item.name) for item in fields(Entries)} | {"person": person})


def listed_unit(region: Region, persons: Whole) -> Whole:
    """The health centre where each person is listed."""
    return choose(region.population.keys[persons], "listed", region.organisation.weights("primary"))


def _roots(region: Region, stream: Stream, months: Sequence[int], from_day: int) -> Entries:
    """Entries of the stream decided in the months that had not left the list before `from_day`."""
    counts = _counts(region, stream, months)
    month = np.repeat(np.array(months, dtype=np.int64), counts)
    numbers = np.arange(len(month), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = keys_for(f"{region.seed}/{stream.name}", month * _MOST_ENTRIES + numbers)
    decided = _decision_minutes(stream, keys, months, counts)
    unit = choose(keys, "unit", region.organisation.weights(stream.pool))
    entries, left = _course(region, stream, month, keys, numbers, decided, unit)
    entries = entries.take(left >= from_day)
    entries = _with_deaths(region, _with_persons(region, entries, entries.key, entries.decided))
    if stream.pool != "primary":
        return entries
    at_home = uniform(entries.key, "at the listed centre") < 0.93
    home = np.where(at_home, listed_unit(region, entries.person), entries.unit)
    return Entries(**{item.name: getattr(entries, item.name) for item in fields(Entries)} | {"unit": home})


def _children(region: Region, stream: Stream, months: Sequence[int], from_day: int) -> Entries:
    """The next step of the parent's entries of the months: same patient, decided when that was done."""
    before = _roots(region, STREAMS[STREAM_NUMBER[stream.parent]], months, first_day(months[0]))
    goes_on = (before.start < NEVER) & (uniform(before.key, stream.name) < stream.parent_share)
    before = before.take(goes_on)
    keys = child_keys(before.key, stream.name)
    entries, left = _course(region, stream, before.month, keys, before.number, before.start + 45, before.unit)
    entries = Entries(
        **{item.name: getattr(entries, item.name) for item in fields(Entries)} | {"person": before.person}
    )
    return _with_deaths(region, entries).take(left >= from_day)


def _longest_wait(stream: Stream) -> float:
    """The most days an entry of the stream can stay on the list, from its first step's decision."""
    if stream.is_acute or stream.is_drop_in:
        return 0.0
    parent = _longest_wait(STREAMS[STREAM_NUMBER[stream.parent]]) if stream.parent else 0.0
    growth = _LONGEST_OVER_TARGET if stream.has_target else LONGEST_UNIT_FACTOR
    return parent + stream.wait[-1][1] * growth + _LONGEST_DELAY


@functools.cache
def look_back(stream: Stream) -> int:
    """How many months before a month its entries of the stream can have been decided."""
    return math.ceil(_longest_wait(stream) / 28)


def _batches(region: Region, stream: Stream, months: Sequence[int]) -> Iterator[Sequence[int]]:
    """The months in runs of bounded numbers of entries, so that memory does not grow with the look back."""
    batch: list[int] = []
    size = 0
    for month, count in zip(months, _counts(region, stream, months).tolist(), strict=True):
        if batch and size + count > _BATCH_ENTRIES:
            yield batch
            batch, size = [], 0
        batch.append(month)
        size += count
    yield batch


def entries_of_month(region: Region, month: int) -> Entries:
    """Every entry decided by the month's end that was carried out, removed or still waiting in the month."""
    start, end = first_day(month), first_day(month + 1)
    parts = []
    for stream in STREAMS:
        make = _children if stream.parent else _roots
        decided_in = range(month - look_back(stream), month + 1)
        source = STREAMS[STREAM_NUMBER[stream.parent]] if stream.parent else stream
        for months in _batches(region, source, decided_in):
            entries = make(region, stream, months, start)
            left = np.minimum(entries.start, entries.removed)
            parts.append(entries.take((left >= start * MINUTES) & (entries.decided < end * MINUTES)))
    return joined(parts)
