"""Inpatients: who is admitted, to which ward, how long they stay, where they go, and whether they come back.

A course is all that follows from one admission: the episode, moves between wards in it, a transfer to another
clinic (an episode of its own), a return within some weeks. Its whole length is drawn from its own key, so a month is
written by looking back over the admissions that can still lie there. Nobody lies in two beds: a person can be
admitted only in every thirteenth month, and every course is shorter than the twelve months between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import MINUTES, NEVER, days_of_month, first_day, month_of
from orchestration.synthetic_region.draws import Keys, Real, Whole, child_keys, choose, keys_for, uniform, whole
from orchestration.synthetic_region.flows import Region
from orchestration.synthetic_region.wards import (
    ADULT_SOMATIC,
    AGED,
    AGES,
    CHILDREN,
    FORENSIC,
    MENTAL,
    PSYCHIATRIC,
    SOMATIC,
    WOMEN,
    YOUNG_MENTAL,
    Wards,
    closed_to,
    make_wards,
    summer_rest,
)

Flags = npt.NDArray[np.bool_]
HOME, NURSING_HOME, WARD, HOSPITAL, DECEASED = range(5)
DESTINATIONS = ("HEM", "SABO", "AVD", "SJUKHUS", "AVLIDEN")
_YEAR = 365.25
_PENSION_AGE = 65


@dataclass(frozen=True)
class Admissions:
    """One way into the wards: `volume` courses a year at scale 1, their season (January to December against the mean
    month), weekdays (Monday to Sunday) and hours (share, minute of the day)."""

    name: str
    group: int
    is_planned: bool
    volume: float
    season: tuple[float, ...]
    weekdays: tuple[float, ...]
    hours: tuple[tuple[float, float], ...]


_ROUND_THE_CLOCK = ((0, 0), (0.12, 360), (0.22, 540), (0.52, 840), (0.80, 1140), (1, 1440))
_MORNINGS = ((0, 400), (0.7, 540), (0.95, 780), (1, 960))
_EVERY_DAY, _WORKING_DAYS = (1.07, 1.04, 1.03, 1.02, 1.04, 0.90, 0.90), (1.5, 1.4, 1.3, 1.2, 0.5, 0.1, 0.5)
_WINTER = (1.05, 1.05, 1.04, 1.0, 0.99, 0.97, 0.95, 0.95, 0.98, 1.0, 1.01, 1.01)
_ELECTIVE = (1.06, 1.08, 1.10, 1.08, 1.10, 0.98, 0.55, 0.82, 1.08, 1.12, 1.10, 0.93)
_LEVEL = (1.0,) * 12
# Volumes are set so that a year has the episodes and bed days of Region Västmanland's monthly report of July 2024.
ADMISSIONS = (
    Admissions("somatic acute", SOMATIC, False, 22_350, _WINTER, _EVERY_DAY, _ROUND_THE_CLOCK),
    Admissions("somatic planned", SOMATIC, True, 5_580, _ELECTIVE, _WORKING_DAYS, _MORNINGS),
    Admissions("psychiatric acute", PSYCHIATRIC, False, 1_750, _LEVEL, _EVERY_DAY, _ROUND_THE_CLOCK),
    Admissions("psychiatric planned", PSYCHIATRIC, True, 270, _ELECTIVE, _WORKING_DAYS, _MORNINGS),
    Admissions("forensic", FORENSIC, True, 52, _LEVEL, _WORKING_DAYS, _MORNINGS),
)
_LAST_DAYS = len(ADMISSIONS)
# Quantiles of the stay as parts of its clinic's mean (the mean of these is 1).
_STAY = (
    ((0, 0.10, 0.30, 0.50, 0.70, 0.85, 0.95, 0.99, 1), (0.03, 0.15, 0.36, 0.61, 1.0, 1.65, 2.9, 5.2, 9.5)),
    ((0, 0.15, 0.40, 0.65, 0.85, 0.95, 1), (0.04, 0.13, 0.42, 0.95, 1.85, 3.2, 6.0)),
    ((0, 0.2, 0.6, 0.9, 1), (0.4, 0.65, 1.0, 1.5, 2.0)),
)
# Lengths against the clinics' means, set so that a year has the bed days that the beds are for.
_STAY_OVER_CLINIC = (0.93, 1.14, 1.0)
_LONGEST_STAY = (60.0, 150.0, 1_000.0)
_LONGEST_COURSE = 330
MONTHS_BETWEEN, _LOOK_BACK = 13, 12
_FORENSIC_MONTHS, _FORENSIC_LOOK_BACK, _FORENSIC_SHARE = 61, 36, 0.03
_MOST_COURSES = 10_000_000
# Persons who die on a ward are kept for that, so that no other course of theirs is near.
_DIES_ON_WARD_SHARE, _LAST_STAY = 0.34, ((0, 0.3, 0.6, 0.85, 1), (0.2, 2.0, 5.5, 13.0, 40.0))
_KEPT_FOR_DEATH, _LAST_STAY_DAYS = 430, 42
# How a part of a course goes on.
_TRANSFER_SHARE, _TRANSFER_SHARE_EMERGENCY, _EMERGENCY_CLINIC = (0.03, 0.03, 0.0), 0.22, "Akutkliniken"
_OTHER_GROUP_SHARE = (0.03, 0.6, 0.0)
_TRANSFER_MINUTES = 240
_RETURN_SHARE_OLD, _RETURN_SHARE, _RETURN_SHARE_PLANNED = 0.20, 0.10, 0.5
_RETURN_DAYS = ((0, 0.06, 0.3, 0.6, 0.85, 0.92, 1), (0.1, 1, 5, 12, 24, 30, 55))
_SAME_WARD_SHARE, _MOST_PARTS = 0.6, 5
_MOVE_SHARE, _OUTLIER_SHARE, _OUTLIER_LEAVES_SHARE = 0.15, 0.034, 0.6
_HOSPITAL_SHARE = 0.02
_NURSING_HOME_SHARE = 0.30


@dataclass(frozen=True)
class Episodes:
    """Episodes, one value an episode.

    Units: admitted, discharged and ready in minutes since 1970-01-01 local time (ready NEVER when it is not told);
    `home` is the ward whose clinic is responsible, `first` the ward of admission, person a place in the population,
    flow a place in ADMISSIONS (one more for the last days of a life), part 0 for a course's first episode.
    """

    key: Keys
    flow: Whole
    month: Whole
    number: Whole
    part: Whole
    person: Whole
    is_planned: Flags
    admitted: Whole
    discharged: Whole
    ready: Whole
    home: Whole
    destination: Whole
    has_municipal_care: Flags
    age: Whole

    def take(self, chosen: Flags | Whole) -> Episodes:
        """Those chosen, in that order."""
        return Episodes(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})


@dataclass(frozen=True)
class Stays:
    """Stays on a ward in order of time within each episode; `episode` is a place in the episodes, `number` 1, 2, ...

    start and end are in minutes since 1970-01-01; `is_last` marks the episode's last stay.
    """

    episode: Whole
    number: Whole
    ward: Whole
    start: Whole
    end: Whole
    is_last: Flags

    def take(self, chosen: Flags | Whole) -> Stays:
        """Those chosen, in that order."""
        return Stays(**{item.name: getattr(self, item.name)[chosen] for item in fields(self)})


@dataclass(frozen=True)
class Inpatients:
    """Every episode that can matter for one month, its stays, and the wards they are on."""

    wards: Wards
    episodes: Episodes
    stays: Stays


def _joined(parts: Sequence[Episodes]) -> Episodes:
    return Episodes(
        **{item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Episodes)}
    )


def _interpolated(quantiles: tuple[tuple[float, ...], tuple[float, ...]], chance: Real) -> Real:
    values: Real = np.interp(chance, *quantiles)
    return values


def _mean(quantiles: tuple[tuple[float, ...], tuple[float, ...]]) -> float:
    shares, values = (np.array(side) for side in quantiles)
    return float(np.sum(np.diff(shares) * (values[1:] + values[:-1]) / 2))


def _count(region: Region, flow: Admissions, month: int) -> int:
    chance = float(uniform(keys_for(f"{region.seed}/admissions/{flow.name}", np.array([month])), "whole")[0])
    days = len(days_of_month(month, working_only=False))
    return int(flow.volume * region.scale / 365 * days * flow.season[month % 12] + chance)


def _arrivals(flow: Admissions, keys: Keys, month: int) -> Whole:
    """When each course begins: evenly over the month's days as their weekdays have them."""
    days = days_of_month(month, working_only=False)
    weights = np.array(flow.weekdays)[(days + 3) % 7]
    edges = np.cumsum(weights) / np.sum(weights)
    place = (np.arange(len(keys)) + uniform(keys, "arrival")) / max(1, len(keys))
    day = days[np.minimum(np.searchsorted(edges, place, side="right"), len(days) - 1)]
    shares, minutes = np.array(flow.hours).T
    minute = np.interp(uniform(keys, "arrival minute"), shares, minutes).astype(np.int64)
    arrival: Whole = day * MINUTES + np.minimum(minute, MINUTES - 30)
    return arrival


def _spread(weights: Real, first: float, count: int) -> Whole:
    """Wards in turn, each as often as its weight: steps of the golden ratio leave no long gaps."""
    edges = np.cumsum(weights)
    place = (first + np.arange(count) * 0.6180339887498949) % 1.0
    ward: Whole = np.searchsorted(edges, place * edges[-1], side="right").astype(np.int64)
    return np.minimum(ward, len(weights) - 1)


@dataclass(frozen=True)
class _People:
    """Who can be admitted in which month: persons by slot, each list in order of birth."""

    slot: Whole
    forensic_slot: Whole
    dies_on_ward: Flags
    last_key: Keys


def _people(region: Region) -> _People:
    population = region.population
    is_forensic = uniform(population.keys, "forensic") < _FORENSIC_SHARE
    is_grown = population.death_day - population.birth_day > 18 * _YEAR
    return _People(
        slot=np.where(is_forensic, -1, whole(population.keys, "ward month", 0, MONTHS_BETWEEN)),
        forensic_slot=np.where(is_forensic, whole(population.keys, "forensic month", 0, _FORENSIC_MONTHS), -1),
        dies_on_ward=~is_forensic
        & is_grown
        & (population.death_day < NEVER)
        & (uniform(population.keys, "dies on a ward") < _DIES_ON_WARD_SHARE),
        last_key=child_keys(population.keys, f"{region.seed} last days"),
    )


def _distinct(wanted: Whole, size: int) -> Whole:
    """Places below `size` as near those wanted as can be, no two alike; negative where there is no room."""
    order = np.argsort(wanted, kind="stable")
    steps = np.arange(len(wanted), dtype=np.int64)
    upwards = np.maximum.accumulate(wanted[order] - steps) + steps
    places = np.empty(len(wanted), dtype=np.int64)
    places[order] = np.minimum(upwards, size - len(wanted) + steps)
    return places


def _assigned(region: Region, keys: Keys, ages: Whole, persons: Whole, day: int) -> Whole:
    """A person of `persons` (in order of birth) of about the age drawn for each key; -1 where none is left."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    chance = uniform(keys, "age")
    age = np.zeros(len(keys))
    for profile in np.unique(ages):
        age[ages == profile] = _interpolated(AGES[int(profile)], chance[ages == profile])
    born = region.population.birth_day[persons]
    wanted = np.searchsorted(born, day - (age * _YEAR).astype(np.int64))
    places = _distinct(np.clip(wanted, 0, max(0, len(persons) - 1)).astype(np.int64), len(persons))
    found = np.full(len(keys), -1, dtype=np.int64)
    found[places >= 0] = persons[places[places >= 0]]
    return found


def _patients(region: Region, people: _People, keys: Keys, ages: Whole, month: int, is_forensic: bool) -> Whole:
    """The month's patients, every one another person; -1 where nobody fits."""
    population, start, end = region.population, first_day(month), first_day(month + 1)
    slots, count = (people.forensic_slot, _FORENSIC_MONTHS) if is_forensic else (people.slot, MONTHS_BETWEEN)
    free = np.flatnonzero(slots == month % count)
    is_kept = people.dies_on_ward[free] & (population.death_day[free] < start + _KEPT_FOR_DEATH)
    free = free[~is_kept & (population.birth_day[free] < start) & (population.death_day[free] >= end)]
    born = population.birth_day[free]
    is_child = born >= start - int(18 * _YEAR)
    is_mother = (population.sex[free] == 0) & (born < start - int(19 * _YEAR)) & (born > start - int(50 * _YEAR))
    person = np.full(len(keys), -1, dtype=np.int64)
    for_children = (ages == CHILDREN) | (ages == YOUNG_MENTAL)
    person[for_children] = _assigned(region, keys[for_children], ages[for_children], free[is_child], start)
    for_women = ages == WOMEN
    person[for_women] = _assigned(region, keys[for_women], ages[for_women], free[is_mother], start)
    others = ~for_children & ~for_women
    is_taken = np.isin(free, person[for_women])
    person[others] = _assigned(region, keys[others], ages[others], free[~is_child & ~is_taken], start)
    return person


def _leaving(keys: Keys, admitted: Whole, nights: Real) -> Whole:
    """Discharge on the day that the nights lead to, between half past nine and six in the evening."""
    day = (admitted + (nights * MINUTES).astype(np.int64)) // MINUTES
    minute = day * MINUTES + whole(keys, "leaving", 570, 1080)
    return np.where(minute > admitted + 60, minute, admitted + whole(keys, "short stay", 90, 480))


def _part(
    region: Region, wards: Wards, keys: Keys, person: Whole, is_planned: Flags, admitted: Whole, home: Whole,
    ids: tuple[Whole, Whole, Whole, Whole],
) -> Episodes:  # fmt: skip
    """Episodes that begin then and there: how long they last and, when the patient dies, that they end with it."""
    population, group = region.population, wards.group[home]
    nights = np.zeros(len(keys))
    for number, quantiles in enumerate(_STAY):
        chosen = group == number
        part = _interpolated(quantiles, uniform(keys[chosen], "nights")) / _mean(quantiles)
        nights[chosen] = np.minimum(
            part * wards.nights[home[chosen]] * _STAY_OVER_CLINIC[number], _LONGEST_STAY[number]
        )
    discharged = _leaving(keys, admitted, nights)
    age = ((admitted // MINUTES - population.birth_day[person]) / _YEAR).astype(np.int64)
    has_care = (age >= _PENSION_AGE) & (uniform(population.keys[person], "municipal care") < (age - 60) / 50)
    is_ready = (group == SOMATIC) & (uniform(keys, "ready told") < np.where(has_care, 0.75, 0.25))
    ready_days = np.where(has_care, 5.0, 0.6) * uniform(keys, "ready days") ** 3
    ready = discharged - np.minimum(ready_days, nights * 0.7) * MINUTES
    chance = uniform(keys, "destination")
    destination = np.where(has_care & (chance < _NURSING_HOME_SHARE), NURSING_HOME, HOME)
    destination = np.where(chance > 1 - _HOSPITAL_SHARE, HOSPITAL, destination)
    destination = np.where(group == FORENSIC, HOME, destination)
    death = population.death_day[person]
    dies = death <= discharged // MINUTES
    at_death = np.maximum(
        admitted + 20, np.minimum(death, discharged // MINUTES) * MINUTES + whole(keys, "death", 0, 1430)
    )
    return Episodes(
        key=keys, flow=ids[0], month=ids[1], number=ids[2], part=ids[3], person=person, is_planned=is_planned,
        admitted=admitted, discharged=np.where(dies, at_death, discharged),
        ready=np.where(is_ready & ~dies, np.maximum(ready.astype(np.int64), admitted + 60), NEVER), home=home,
        destination=np.where(dies, DECEASED, destination), has_municipal_care=has_care, age=age,
    )  # fmt: skip


def _another_ward(wards: Wards, keys: Keys, name: str, group: Whole, by_nights: bool = False) -> Whole:
    """A ward for adults of each key's group, as likely as its acute admissions (or the nights of these)."""
    is_adult = np.isin(wards.ages, (*ADULT_SOMATIC, MENTAL))
    ward = np.zeros(len(keys), dtype=np.int64)
    for number in (SOMATIC, PSYCHIATRIC):
        weights = np.where(is_adult, wards.weights(False, number) * (wards.nights if by_nights else 1.0), 0.0)
        ward[group == number] = choose(keys[group == number], name, weights)
    return ward


def _continued(region: Region, wards: Wards, before: Episodes, course_ends: Whole) -> tuple[Episodes, Episodes, Whole]:
    """`before` marked where a transfer follows, the episodes that follow, and the days their courses end by."""
    key, group = before.key, wards.group[before.home]
    emergency = np.array([region.organisation.units[place].clinic.name == _EMERGENCY_CLINIC for place in wards.unit])
    share = np.where(emergency[before.home], _TRANSFER_SHARE_EMERGENCY, np.array(_TRANSFER_SHARE)[group])
    lives = before.destination != DECEASED
    is_adult = before.age >= 18
    crosses = uniform(key, "other group") < np.array(_OTHER_GROUP_SHARE)[group]
    to_group = np.where(crosses, np.where(group == SOMATIC, PSYCHIATRIC, SOMATIC), group)
    to_ward = _another_ward(wards, key, "transfer ward", to_group)
    is_other = (wards.clinic[to_ward] != wards.clinic[before.home]) & is_adult
    is_other &= (wards.ages[to_ward] != AGED) | (before.age >= _PENSION_AGE)
    is_transfer = lives & is_other & (uniform(key, "goes on") < share)
    returns = np.where(before.age >= _PENSION_AGE, _RETURN_SHARE_OLD, _RETURN_SHARE)
    returns = np.where(before.is_planned, returns * _RETURN_SHARE_PLANNED, returns)
    is_return = lives & ~is_transfer & (group != FORENSIC) & (uniform(key, "returns") < returns)
    gap = _interpolated(_RETURN_DAYS, uniform(key, "return days")) * MINUTES
    admitted = before.discharged + np.where(
        is_transfer, whole(key, "on the way", 0, _TRANSFER_MINUTES), gap.astype(np.int64)
    )
    back = _another_ward(wards, child_keys(key, "back"), "return ward", group)
    fits = (wards.ages[back] == wards.ages[before.home]) & (uniform(key, "same ward") >= _SAME_WARD_SHARE)
    home = np.where(is_transfer, to_ward, np.where(fits, back, before.home))
    # Who is brought in late in the evening comes before midnight.
    admitted = np.minimum(admitted, admitted // MINUTES * MINUTES + MINUTES - 25)
    admitted = np.maximum(admitted, before.discharged)
    is_alive = admitted // MINUTES <= region.population.death_day[before.person]
    goes_on = (is_transfer | is_return) & is_alive & (admitted % MINUTES < MINUTES - 24)
    after = before.take(goes_on)
    ids = (after.flow, after.month, after.number, after.part + 1)
    keys = child_keys(after.key, "next part")
    is_planned = after.is_planned & is_transfer[goes_on]
    following = _part(region, wards, keys, after.person, is_planned, admitted[goes_on], home[goes_on], ids)
    ends = course_ends[goes_on]
    fits_in = following.discharged <= ends
    moved = np.zeros(len(key), dtype=np.bool_)
    moved[np.flatnonzero(goes_on)[fits_in]] = is_transfer[goes_on][fits_in]
    marked = {item.name: getattr(before, item.name) for item in fields(Episodes)}
    marked |= {
        "destination": np.where(moved, WARD, before.destination),
        "ready": np.where(moved, NEVER, before.ready),
    }
    return Episodes(**marked), following.take(fits_in), ends[fits_in]


def _courses(region: Region, wards: Wards, roots: Episodes) -> Episodes:
    """The roots and every episode that follows from them."""
    ends = roots.admitted + _LONGEST_COURSE * MINUTES
    done: list[Episodes] = []
    part = roots
    for _ in range(_MOST_PARTS - 1):
        marked, following, ends = _continued(region, wards, part, ends)
        done.append(marked)
        part = following
    return _joined([*done, part])


def _roots(region: Region, wards: Wards, people: _People, month: int, is_forensic: bool) -> Episodes:
    """The courses that begin in the month on the psychiatric and somatic wards, or on the forensic ones."""
    parts: list[tuple[Keys, Whole, Whole, Whole]] = []
    for place, flow in enumerate(ADMISSIONS):
        if (flow.group == FORENSIC) != is_forensic:
            continue
        numbers = np.arange(_count(region, flow, month), dtype=np.int64)
        keys = keys_for(f"{region.seed}/ward/{flow.name}", month * _MOST_COURSES + numbers)
        first = float(uniform(keys_for(f"{region.seed}/turn/{flow.name}", np.array([month])), "first")[0])
        ward = _spread(wards.weights(flow.is_planned, flow.group), first, len(numbers))
        parts.append((keys, np.full(len(numbers), place, dtype=np.int64), numbers, ward))
    keys, flow_number, numbers, ward = (np.concatenate(column) for column in zip(*parts, strict=True))
    admitted = np.concatenate(
        [_arrivals(ADMISSIONS[int(part[1][0])], part[0], month) for part in parts if len(part[0])] or [numbers]
    )
    person = _patients(region, people, keys, wards.ages[ward], month, is_forensic)
    found = person >= 0
    is_planned = np.array([flow.is_planned for flow in ADMISSIONS], dtype=np.bool_)[flow_number]
    ids = (flow_number, np.full(len(keys), month, dtype=np.int64), numbers, np.zeros(len(keys), dtype=np.int64))
    return _part(
        region, wards, keys[found], person[found], is_planned[found], admitted[found], ward[found],
        (ids[0][found], ids[1][found], ids[2][found], ids[3][found]),
    )  # fmt: skip


def _last_days(region: Region, wards: Wards, people: _People, first: int, end: int) -> Episodes:
    """The stays of those who die on a ward from day `first` and were admitted before day `end`."""
    population = region.population
    death = population.death_day
    person = np.flatnonzero(people.dies_on_ward & (death >= first) & (death < end + _LAST_STAY_DAYS))
    keys = people.last_key[person]
    died = death[person] * MINUTES + whole(keys, "death", 0, 1430)
    admitted = died - (_interpolated(_LAST_STAY, uniform(keys, "last stay")) * MINUTES).astype(np.int64)
    home = _another_ward(wards, keys, "last ward", np.zeros(len(keys), dtype=np.int64), by_nights=True)
    ids = (
        np.full(len(keys), _LAST_DAYS, dtype=np.int64), month_of(admitted // MINUTES), person,
        np.zeros(len(keys), dtype=np.int64),
    )  # fmt: skip
    episodes = _part(region, wards, keys, person, np.zeros(len(keys), dtype=np.bool_), admitted, home, ids)
    return replace(
        episodes,
        discharged=died,
        ready=np.full(len(keys), NEVER),
        destination=np.full(len(keys), DECEASED, dtype=np.int64),
    )


def _move_time(episodes: Episodes, name: str, low: float, high: float) -> Whole:
    """A moment inside the episode, at least half an hour from its ends."""
    length = episodes.discharged - episodes.admitted
    part = low + (high - low) * uniform(episodes.key, name)
    return episodes.admitted + 30 + ((length - 60) * part).astype(np.int64)


def _moves(wards: Wards, episodes: Episodes) -> tuple[Whole, Whole, Whole]:
    """(episode, ward, from when) of every ward that holds a patient, before the summer's closures."""
    everyone = np.arange(len(episodes.key), dtype=np.int64)
    length = episodes.discharged - episodes.admitted
    guest = _another_ward(wards, episodes.key, "outlier ward", np.zeros(len(everyone), dtype=np.int64), True)
    is_adult = np.isin(wards.ages[episodes.home], ADULT_SOMATIC)
    is_outlier = is_adult & (uniform(episodes.key, "outlier") < _OUTLIER_SHARE)
    is_outlier &= wards.clinic[guest] != wards.clinic[episodes.home]
    leaves = is_outlier & (length > MINUTES) & (uniform(episodes.key, "comes home") < _OUTLIER_LEAVES_SHARE)
    siblings = wards.clinic[:, None] == wards.clinic[None, :]
    siblings &= wards.is_open[:, None] & wards.is_open[None, :] & ~np.eye(len(wards.unit), dtype=np.bool_)
    counts = siblings.sum(axis=1)
    order = np.argsort(~siblings, axis=1, kind="stable")
    turn = (uniform(episodes.key, "move to") * np.maximum(counts[episodes.home], 1)).astype(np.int64)
    to_ward = order[episodes.home, turn]
    is_move = ~is_outlier & (counts[episodes.home] > 0) & (length > 1.2 * MINUTES)
    is_move &= uniform(episodes.key, "moves") < _MOVE_SHARE
    first = np.where(is_outlier, guest, episodes.home)
    return (
        np.concatenate([everyone, everyone[leaves], everyone[is_move]]),
        np.concatenate([first, episodes.home[leaves], to_ward[is_move]]),
        np.concatenate(
            [
                episodes.admitted,
                _move_time(episodes, "home at", 0.2, 0.6)[leaves],
                _move_time(episodes, "moves at", 0.1, 0.8)[is_move],
            ]
        ),
    )


def _ends(episode: Whole, start: Whole, discharged: Whole) -> Whole:
    """When each piece ends, given in order of episode and start: when the next begins, or at the discharge."""
    is_last = np.append(episode[1:] != episode[:-1], True)[: len(episode)]
    return np.where(is_last, discharged[episode], np.append(start[1:], 0)[: len(episode)])


def _with_closures(wards: Wards, episode: Whole, ward: Whole, start: Whole, end: Whole) -> tuple[Whole, Whole, Whole]:
    """The pieces with who lies on a ward that rests in the summer moved to its sister the day before."""
    is_closed = closed_to(wards, ward, start // MINUTES)
    ward = np.where(is_closed, wards.sister[ward], ward)
    rest, _ = summer_rest(start // MINUTES)
    leaves = (rest - 1) * MINUTES + 600 + start % 300
    is_split = wards.rests[ward] & (start // MINUTES < rest - 1) & (end > leaves)
    return (
        np.concatenate([episode, episode[is_split]]),
        np.concatenate([ward, wards.sister[ward[is_split]]]),
        np.concatenate([start, leaves[is_split]]),
    )


def _stays(wards: Wards, episodes: Episodes) -> Stays:
    """The stays of the episodes, in order of episode and time."""
    episode, ward, start = _moves(wards, episodes)
    order = np.lexsort((start, episode))
    episode, ward, start = episode[order], ward[order], start[order]
    end = _ends(episode, start, episodes.discharged)
    episode, ward, start = _with_closures(wards, episode, ward, start, end)
    order = np.lexsort((start, episode))
    episode, ward, start = episode[order], ward[order], start[order]
    is_new = np.append(True, (episode[1:] != episode[:-1]) | (ward[1:] != ward[:-1]))[: len(episode)]
    episode, ward, start = episode[is_new], ward[is_new], start[is_new]
    end = _ends(episode, start, episodes.discharged)
    is_first = np.append(True, episode[1:] != episode[:-1])[: len(episode)]
    places = np.arange(len(episode), dtype=np.int64)
    number = places - np.maximum.accumulate(np.where(is_first, places, 0)) + 1
    return Stays(episode, number, ward, start, end, np.append(is_first[1:], True)[: len(episode)])


def inpatients_of_month(region: Region, month: int) -> Inpatients:
    """Every episode of which a stay lies in the month or ended in the month before, with all its stays."""
    wards, people = make_wards(region), _people(region)
    first, end = first_day(month - 1), first_day(month + 1)
    roots = [_roots(region, wards, people, back, False) for back in range(month - _LOOK_BACK, month + 1)]
    roots += [_roots(region, wards, people, back, True) for back in range(month - _FORENSIC_LOOK_BACK, month + 1)]
    episodes = _joined([_courses(region, wards, _joined(roots)), _last_days(region, wards, people, first, end)])
    # A transfer's continuation decides how the episode before it ended, so courses are made whole first.
    near = (episodes.discharged >= first * MINUTES) & (episodes.admitted < end * MINUTES)
    episodes = episodes.take(near)
    return Inpatients(wards, episodes, _stays(wards, episodes))
