"""Who is listed where at the end of a month: the living of the region's own municipalities, one health centre each."""

from __future__ import annotations

import numpy as np

from orchestration.synthetic_region.contacts import lives_here
from orchestration.synthetic_region.days import first_day
from orchestration.synthetic_region.draws import Whole, child_keys
from orchestration.synthetic_region.files import Table
from orchestration.synthetic_region.flows import Region, listed_unit
from orchestration.synthetic_region.population import SEX_CODES

LISTING = "cosmic_listning"
AGE_GROUPS = ("0-5", "6-64", "65-74", "75-")
_FIRST_AGES = (6, 65, 75)


def _ages(birth_day: Whole, day: int) -> Whole:
    """Whole years lived by that day."""
    born = birth_day.astype("datetime64[D]")
    today = np.datetime64(day, "D")

    def year_and_rest(dates: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> tuple[Whole, Whole]:
        months = dates.astype("datetime64[M]")
        rest = months.astype(np.int64) % 12 * 31 + (dates - months.astype("datetime64[D]")).astype(np.int64)
        return dates.astype("datetime64[Y]").astype(np.int64), rest

    year, rest = year_and_rest(born)
    this_year, this_rest = year_and_rest(np.array([today]))
    ages: Whole = this_year[0] - year - (rest > this_rest[0])
    return ages


def listing_table(region: Region, month: int) -> Table:
    """cosmic_listning: the listed by health centre, age group and sex on the month's last day."""
    population, organisation = region.population, region.organisation
    day = first_day(month + 1) - 1
    lives = (population.birth_day <= day) & (population.death_day > day) & lives_here(population.municipality)
    person = np.flatnonzero(lives)
    unit = organisation.at(listed_unit(region, person), np.full(len(person), day))
    group = np.searchsorted(np.array(_FIRST_AGES), _ages(population.birth_day[person], day), side="right")
    places = (unit * len(AGE_GROUPS) + group) * len(SEX_CODES) + population.sex[person]
    counts = np.bincount(places, minlength=len(organisation.units) * len(AGE_GROUPS) * len(SEX_CODES))
    filled = np.flatnonzero(counts)
    names = organisation.lookup([item.hsa_id for item in organisation.units])
    columns = {
        "enhet_hsaid": names[filled // len(SEX_CODES) // len(AGE_GROUPS)].tolist(),
        "aldersgrupp": np.array(AGE_GROUPS, dtype=object)[filled // len(SEX_CODES) % len(AGE_GROUPS)].tolist(),
        "kon": np.array(SEX_CODES, dtype=object)[filled % len(SEX_CODES)].tolist(),
        "antal": counts[filled].astype("U9").tolist(),
    }
    return Table(child_keys(filled.astype(np.uint64), f"{region.seed} listing"), columns)
