"""The people of the region: synthetic identities and what a care contact says about a person.

No person here exists. Identities have a valid date and check digit but come from draws alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import NEVER, day_number
from orchestration.synthetic_region.draws import Keys, Whole, choose, keys_for, uniform, whole

PERSONS_AT_FULL_SCALE = 300_000
PERSON, COORDINATION, RESERVE = 0, 1, 2
_ID_TYPE_WEIGHTS = (0.980, 0.013, 0.007)
_SEX_WEIGHTS = (0.495, 0.505)
_PROTECTED_SHARE = 0.003
_OTHER_REGION_SHARE, _NO_MUNICIPALITY_SHARE = 0.040, 0.004
SEX_CODES = ("K", "M", "O")
_UNKNOWN_SEX = 2
_YEAR = 365.25
# Living at the start of 2023 by age, as cumulative shares from the oldest; then a child a day's
# worth of births to 2036, so that new-borns can be patients in later years.
_BIRTH_SHARES = (
    (1917, 0.0), (1923, 0.0005), (1933, 0.010), (1943, 0.060), (1953, 0.170), (1963, 0.280),
    (1973, 0.405), (1983, 0.525), (1993, 0.655), (2003, 0.775), (2013, 0.890), (2023, 1.0), (2036, 1.137),
)  # fmt: skip
_ORIGIN = day_number(2023, 1, 1)
HOME_MUNICIPALITIES = ("1980", "1981", "1983", "1984", "1982", "1961", "1907", "1960", "1962", "1904")
_HOME_WEIGHTS = (158, 23, 26, 14, 13, 16, 10, 9, 6, 4)
OTHER_MUNICIPALITIES = (
    "0380",
    "0381",
    "0484",
    "0180",
    "1880",
    "1885",
    "2081",
    "2080",
    "0305",
    "2180",
    "1480",
)
NO_MUNICIPALITY = "0000"


@dataclass(frozen=True)
class Population:
    """Persons in order of birth; every array has one value a person.

    Units: birth_day and death_day in days since 1970-01-01 (death_day NEVER while alive),
    number the twelve digits of the identity (0 for a reserve number).
    """

    keys: Keys
    birth_day: Whole
    birth_year: Whole
    death_day: Whole
    sex: Whole
    id_type: Whole
    number: Whole
    is_protected: npt.NDArray[np.bool_]
    municipality: npt.NDArray[np.object_]

    def draw(self, keys: Keys, on_day: Whole, youngest: Whole, oldest: Whole) -> Whole:
        """A living person for each key, of an age in [youngest, oldest] years on that day.

        Older persons are drawn more often than their share of the population, as they are in care.
        """
        low = np.searchsorted(self.birth_day, on_day - ((oldest + 1) * _YEAR).astype(np.int64))
        high = np.searchsorted(self.birth_day, on_day - (youngest * _YEAR).astype(np.int64) - 1)
        low = np.minimum(low, len(self.birth_day) - 1)
        width = np.maximum(high - low, 1)
        person: Whole = low + (uniform(keys, "person") ** 1.6 * width).astype(np.int64)
        for attempt in range(30):
            is_dead = self.death_day[person] <= on_day
            if not is_dead.any():
                break
            again = uniform(keys[is_dead], f"person again {attempt}")
            person[is_dead] = low[is_dead] + (again * width[is_dead]).astype(np.int64)
        return person

    def identity_texts(self, persons: Whole, with_hyphen: npt.NDArray[np.bool_], year: int) -> list[str]:
        """Identities as a file has them: twelve digits, hyphened where asked, `+` from a hundred years."""
        digits = self.number[persons].astype("U12").tolist()
        is_reserve = (self.id_type[persons] == RESERVE).tolist()
        is_old = (year - self.birth_year[persons] >= 100).tolist()
        return [
            f"R56{person:07d}" if reserve else f"{text[:8]}{'+' if old else '-'}{text[8:]}" if hyphen else text
            for person, text, reserve, old, hyphen in zip(
                persons.tolist(), digits, is_reserve, is_old, with_hyphen.tolist(), strict=True
            )
        ]


def _check_digit(ten_to_hundred_millions: Whole) -> Whole:
    """The modulus-10 digit over nine digits YYMMDDNNN (SKV 704)."""
    total = np.zeros(len(ten_to_hundred_millions), dtype=np.int64)
    for position in range(9):
        digit = ten_to_hundred_millions // 10 ** (8 - position) % 10
        doubled = digit * (2 if position % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10


def _numbers(birth_day: Whole, sex: Whole, id_type: Whole) -> Whole:
    """Twelve-digit identities, unique because each day's births are counted."""
    dates = birth_day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1 + np.where(id_type == COORDINATION, 60, 0)
    places = np.arange(len(birth_day))
    is_first = np.append(True, birth_day[1:] != birth_day[:-1])
    place_of_day = places - np.maximum.accumulate(np.where(is_first, places, 0))
    serial = 2 * (1 + (birth_day * 211 + place_of_day * 37) % 499) - (sex == 1)
    eight = (year * 100 + month) * 100 + day
    nine = eight % 1_000_000 * 1000 + serial
    numbers: Whole = (eight * 1000 + serial) * 10 + _check_digit(nine)
    return numbers


def _death_days(keys: Keys, birth_day: Whole) -> Whole:
    """Exponential lifetimes from 2023 on with a yearly risk by age; alive before."""
    age = np.maximum(_ORIGIN - birth_day, 0) / _YEAR
    yearly_risk = np.interp(age, [0, 50, 65, 75, 85, 95, 106], [0.0004, 0.002, 0.009, 0.024, 0.085, 0.24, 0.45])
    days = -np.log1p(-uniform(keys, "lifetime")) / yearly_risk * _YEAR
    return np.where(days < 60 * _YEAR, np.maximum(_ORIGIN, birth_day + 30) + days.astype(np.int64), NEVER)


def make_population(seed: int, scale: float) -> Population:
    """The region's persons: 300,000 at scale 1 (unborn ones of later years included)."""
    count = max(500, round(PERSONS_AT_FULL_SCALE * scale))
    places = np.arange(count, dtype=np.int64)
    keys = keys_for(f"{seed}/person", places)
    years, shares = zip(*_BIRTH_SHARES, strict=True)
    position = (places + uniform(keys, "birth")) / count * shares[-1]
    birth_day = np.interp(position, shares, [day_number(year, 1, 1) for year in years]).astype(np.int64)
    id_type = choose(keys, "id type", _ID_TYPE_WEIGHTS)
    sex = choose(keys, "sex", _SEX_WEIGHTS)
    sex = np.where((id_type == RESERVE) & (uniform(keys, "sex known") < 0.2), _UNKNOWN_SEX, sex)
    home = np.array(HOME_MUNICIPALITIES, dtype=object)[choose(keys, "home", _HOME_WEIGHTS)]
    other = np.array(OTHER_MUNICIPALITIES, dtype=object)[whole(keys, "other", 0, len(OTHER_MUNICIPALITIES))]
    place = uniform(keys, "place")
    no_place_share = np.where(id_type == PERSON, _NO_MUNICIPALITY_SHARE, 0.6)
    municipality = np.where(place > 1 - _OTHER_REGION_SHARE, other, home)
    return Population(
        keys=keys,
        birth_day=birth_day,
        birth_year=birth_day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970,
        death_day=_death_days(keys, birth_day),
        sex=sex,
        id_type=id_type,
        number=np.where(id_type == RESERVE, 0, _numbers(birth_day, sex, id_type)),
        is_protected=uniform(keys, "protected") < _PROTECTED_SHARE,
        municipality=np.where(place < no_place_share, NO_MUNICIPALITY, municipality),
    )
