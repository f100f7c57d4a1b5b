"""The wards: what each is for, how many beds it has at a region's scale, and which rest in the summer.

Beds follow from the care that a ward is for: the mean number of patients there, over the occupancy of Region
Västmanland's monthly report of July 2024 (94 percent at 06:00). A region too small for all wards opens some of
them; the others have no beds and no patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import day_number, days_of_month
from orchestration.synthetic_region.draws import Keys, Real, Whole, keys_for, uniform
from orchestration.synthetic_region.files import Columns
from orchestration.synthetic_region.flows import Region

Flags = npt.NDArray[np.bool_]
SOMATIC, PSYCHIATRIC, FORENSIC = 0, 1, 2
# Who lies there: places in AGES.
MEDICAL, SURGICAL, AGED, WOMEN, CHILDREN, MENTAL, YOUNG_MENTAL, HELD = range(8)
# Quantiles of the age at admission, in years.
AGES = (
    ((0, 0.1, 0.25, 0.5, 0.75, 0.95, 1), (18, 45, 62, 74, 82, 91, 98)),
    ((0, 0.25, 0.5, 0.75, 0.95, 1), (18, 45, 64, 75, 86, 95)),
    ((0, 0.25, 0.5, 0.75, 1), (65, 76, 82, 88, 98)),
    ((0, 0.2, 0.5, 0.8, 1), (19, 26, 31, 36, 48)),
    ((0, 0.4, 0.7, 1), (0.1, 2, 9, 17)),
    ((0, 0.3, 0.6, 0.85, 1), (18, 30, 45, 62, 85)),
    ((0, 0.3, 1), (11, 14, 17.5)),
    ((0, 0.5, 1), (20, 36, 62)),
)  # fmt: skip
ADULT_SOMATIC = (MEDICAL, SURGICAL, AGED)
# Nights on wards a year at scale 1, which the beds are for: somatic 174,834 bed days of 34,912 episodes, where a
# day of admission and one of discharge are both counted; psychiatric 39,774 bed days of some 2,400 episodes.
_NIGHTS_A_YEAR = (142_500, 36_300, 20_000)
# Patients over beds, as a mean of the year.
_OCCUPANCY = (0.94, 0.93, 0.92)
_SMALLEST_WARD, _MEAN_SMALL_WARD, _SPARE_BEDS = 3, 4, 0.5
_FEWEST_WARDS = (3, 1, 1)
# Each ward after the first of its clinic comes later when a small region chooses what to open.
_LATER_WARD = 0.8
_ESTABLISHED_OVER_AVAILABLE = 1.04
# January to December: winter needs more beds than summer, when holidays leave fewer staffed.
_BED_SEASON = (
    (1.03, 1.03, 1.02, 1.01, 1.00, 0.98, 0.92, 0.94, 1.00, 1.02, 1.02, 1.01),
    (1.01, 1.01, 1.01, 1.01, 1.01, 1.00, 0.96, 0.97, 1.00, 1.01, 1.01, 1.00),
    (1.0,) * 12,
)
_SUMMER_WEEKS = 5


@dataclass(frozen=True)
class Care:
    """What a clinic's wards are for: acute and planned admissions relative to others of the group, mean nights."""

    group: int
    acute: float
    planned: float
    nights: float
    ages: int
    rests_in_summer: bool = False


CARE = {
    "Medicinkliniken": Care(SOMATIC, 5600, 200, 4.6, MEDICAL),
    "Kardiologkliniken": Care(SOMATIC, 2900, 700, 3.4, MEDICAL),
    "Lung- och allergikliniken": Care(SOMATIC, 900, 150, 6.0, MEDICAL),
    "Njurmedicinska kliniken": Care(SOMATIC, 500, 150, 6.0, MEDICAL),
    "Neurologkliniken": Care(SOMATIC, 1500, 150, 5.6, MEDICAL, rests_in_summer=True),
    "Infektionskliniken": Care(SOMATIC, 1500, 50, 6.0, MEDICAL),
    "Onkologkliniken": Care(SOMATIC, 700, 400, 5.5, SURGICAL),
    "Geriatrik- och rehabkliniken": Care(SOMATIC, 1300, 350, 9.5, AGED, rests_in_summer=True),
    "Akutkliniken": Care(SOMATIC, 3200, 0, 1.2, SURGICAL),
    "Kirurgkliniken": Care(SOMATIC, 3300, 1300, 3.6, SURGICAL, rests_in_summer=True),
    "Ortopedkliniken": Care(SOMATIC, 1700, 1300, 4.4, SURGICAL, rests_in_summer=True),
    "Urologkliniken": Care(SOMATIC, 500, 650, 2.6, SURGICAL),
    "Kvinnokliniken": Care(SOMATIC, 2700, 900, 2.2, WOMEN),
    "Öron-näsa-halskliniken": Care(SOMATIC, 350, 500, 2.2, SURGICAL),
    "Barn- och ungdomskliniken": Care(SOMATIC, 1500, 300, 2.8, CHILDREN),
    "Närsjukvårdskliniken Köping": Care(SOMATIC, 1500, 200, 5.2, MEDICAL),
    "Närsjukvårdskliniken Sala": Care(SOMATIC, 600, 50, 5.5, MEDICAL),
    "Närsjukvårdskliniken Fagersta": Care(SOMATIC, 450, 50, 6.0, MEDICAL),
    "Vuxenpsykiatrin Västerås": Care(PSYCHIATRIC, 1200, 150, 17.0, MENTAL),
    "Vuxenpsykiatrin Köping-Sala": Care(PSYCHIATRIC, 350, 60, 18.0, MENTAL, rests_in_summer=True),
    "Beroendekliniken": Care(PSYCHIATRIC, 500, 100, 6.0, MENTAL),
    "Barn- och ungdomspsykiatriska kliniken": Care(PSYCHIATRIC, 150, 30, 10.0, YOUNG_MENTAL),
    "Rättspsykiatriska kliniken": Care(FORENSIC, 0, 52, 420.0, HELD),
}


@dataclass(frozen=True)
class Wards:
    """Every ward of the organisation, one value a ward; `unit` is a place in the organisation's units.

    `beds` is the mean number of available beds, 0 for a ward not open at this scale; `acute` and `planned` are the
    weights of admissions, `nights` the mean of a stay. `sister` takes over when a ward that `rests` closes.
    """

    unit: Whole
    clinic: Whole
    group: Whole
    ages: Whole
    beds: Real
    acute: Real
    planned: Real
    nights: Real
    sister: Whole
    rests: Flags
    key: Keys

    @property
    def is_open(self) -> Flags:
        """Whether the ward has beds at this scale."""
        return self.beds > 0

    def weights(self, is_planned: bool, group: int) -> Real:
        """How likely each ward is for an admission of the group."""
        return np.where(self.group == group, self.planned if is_planned else self.acute, 0.0)


def _opened(group: Whole, rank: Real, scale: float) -> Flags:
    """The wards that a region of this scale opens: so many that each has some beds, the largest clinics' first."""
    is_open = np.zeros(len(group), dtype=np.bool_)
    for number, nights in enumerate(_NIGHTS_A_YEAR):
        beds = nights * scale / 365 / _OCCUPANCY[number]
        count = max(_FEWEST_WARDS[number], int(beds / _MEAN_SMALL_WARD))
        of_group = np.flatnonzero(group == number)
        is_open[of_group[np.argsort(-rank[of_group], kind="stable")][:count]] = True
    return is_open


def make_wards(region: Region) -> Wards:
    """The wards of the region at its scale."""
    units = region.organisation.units
    places = [place for place, unit in enumerate(units) if unit.unit_type == "AVDELNING"]
    care = [CARE[units[place].clinic.name] for place in places]
    clinic = np.array([units[place].clinic.number for place in places], dtype=np.int64)
    within = np.array([int(np.sum(clinic[:number] == clinic[number])) for number in range(len(clinic))])
    group = np.array([of_ward.group for of_ward in care], dtype=np.int64)
    of_clinic = np.array([of_ward.acute + of_ward.planned for of_ward in care])
    is_open = _opened(group, of_clinic * _LATER_WARD**within, region.scale)
    open_wards = np.array([max(1, int(np.sum(is_open[clinic == number]))) for number in clinic])
    wards_of_clinic = np.array([int(np.sum(clinic == number)) for number in clinic])
    part = np.where(is_open, 1.0 / open_wards, 0.0)
    nights = np.array([of_ward.nights for of_ward in care])
    patients = np.zeros(len(places))
    for number, of_group in enumerate(_NIGHTS_A_YEAR):
        chosen = group == number
        # Where only some wards are open, stays are as long as in the whole region.
        everywhere = np.sum((of_clinic * nights / wards_of_clinic)[chosen]) / np.sum(
            (of_clinic / wards_of_clinic)[chosen]
        )
        need = (of_clinic * part * nights)[chosen]
        nights[chosen] *= everywhere * np.sum((of_clinic * part)[chosen]) / np.sum(need)
        patients[chosen] = of_group * region.scale / 365 * need / np.sum(need)
    # The smaller a region is, the more its beds must allow for chance.
    spare = _SPARE_BEDS * max(0.0, 1 - region.scale) * np.sqrt(patients)
    beds = np.maximum(patients / np.array(_OCCUPANCY)[group] + spare, _SMALLEST_WARD) * is_open
    first = np.array([int(np.flatnonzero(clinic == number)[0]) for number in clinic], dtype=np.int64)
    rests = (
        np.array([of_ward.rests_in_summer for of_ward in care]) & is_open & (within == open_wards - 1) & (within > 0)
    )
    return Wards(
        unit=np.array(places, dtype=np.int64),
        clinic=clinic,
        group=group,
        ages=np.array([of_ward.ages for of_ward in care], dtype=np.int64),
        beds=beds,
        acute=np.array([of_ward.acute for of_ward in care]) * part,
        planned=np.array([of_ward.planned for of_ward in care]) * part,
        nights=nights,
        sister=np.where(rests, first, np.arange(len(places))),
        rests=rests,
        key=keys_for("ward", clinic * 100 + within),
    )


def summer_rest(days: Whole) -> tuple[Whole, Whole]:
    """The first day of the summer's closure that has not ended on each day, and the first day after it."""
    year = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    years = np.unique(np.concatenate([year, year + 1]))
    july = np.array([day_number(int(one), 7, 1) for one in years], dtype=np.int64)
    # Day 0 was a Thursday: the first Monday of July.
    monday = july + -(july + 3) % 7
    this = monday[np.searchsorted(years, year)]
    following = monday[np.searchsorted(years, year + 1)]
    first = np.where(days < this + 7 * _SUMMER_WEEKS, this, following)
    return first, first + 7 * _SUMMER_WEEKS


def beds_of_month(region: Region, wards: Wards, month: int) -> tuple[Whole, Whole, Whole, Whole]:
    """(ward, day, established, available) of every ward and day of the month, in that order.

    A week's number is drawn from the ward and the week, so that staffing varies around the season's mean.
    """
    days = days_of_month(month, working_only=False)
    ward = np.repeat(np.arange(len(wards.unit), dtype=np.int64), len(days))
    day = np.tile(days, len(wards.unit))
    season = np.array(_BED_SEASON)[wards.group[ward], month % 12]
    week = (day + 3) // 7
    mean = wards.beds * 1.0
    first, after = summer_rest(day)
    is_resting = (day >= first) & (day < after)
    # The ward that stays open takes over half of the beds of the one that rests.
    taken_over = np.zeros(len(mean))
    np.add.at(taken_over, wards.sister[wards.rests], mean[wards.rests] * 0.5)
    expected = mean[ward] * season + np.where(is_resting, taken_over[ward], 0.0)
    chance = uniform(keys_for(f"{region.seed}/staffing/{region.scale}", wards.unit[ward] * 10_000 + week), "beds")
    available = np.maximum((expected + chance).astype(np.int64), 2)
    available = np.where((mean[ward] <= 0) | (is_resting & wards.rests[ward]), 0, available)
    established = np.where(mean > 0, np.ceil(mean * _ESTABLISHED_OVER_AVAILABLE + taken_over), 0).astype(np.int64) + (
        mean > 0
    )
    return ward, day, established[ward], available


def closed_to(wards: Wards, ward: Whole, days: Whole) -> Flags:
    """Whether the ward takes no one on that day: it rests, or empties for it the day after."""
    first, after = summer_rest(days)
    closed: Flags = wards.rests[ward] & (days >= first - 1) & (days < after)
    return closed


def bed_columns(region: Region, wards: Wards, ward: Whole, day: Whole, established: Whole, available: Whole) -> Columns:
    """The beds as columns of their file."""
    names = region.organisation.lookup([unit.hsa_id for unit in region.organisation.units])
    return {
        "avdelning_hsaid": list(names[wards.unit[ward]]),
        "datum": np.datetime_as_string(day.astype("datetime64[D]")).tolist(),
        "faststallda": established.astype("U6").tolist(),
        "disponibla": available.astype("U6").tolist(),
    }
