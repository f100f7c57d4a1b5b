"""The production plan: what the region means to give in a calendar year, by month, product and sometimes unit.

A month's file holds the plan in force: the year's budget, and from April its forecast, which is made anew in August.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from orchestration.synthetic_region.days import days_of_month
from orchestration.synthetic_region.draws import Keys, Real, keys_for, uniform
from orchestration.synthetic_region.files import Table
from orchestration.synthetic_region.flows import Region
from orchestration.synthetic_region.streams import STREAMS
from orchestration.synthetic_region.wards import SOMATIC, make_wards

PLAN = "produktionsplan"
BUDGET, FORECAST = "BUDGET", "PROGNOS"
_FORECASTS_MADE = (4, 8)
_BASE_YEAR = 2024
# How far a unit's plan, the whole region's and a forecast may lie from what is to be expected.
_UNIT_BAND, _TOTAL_BAND, _FORECAST_BAND = 0.08, 0.02, 0.01
# January to December: care a working day, and inpatients a month.
_CONTACTS = (1.04, 0.99, 1.02, 1.08, 1.02, 1.04, 0.63, 0.92, 1.14, 1.00, 1.03, 1.06)
_WARDS = (1.04, 0.97, 1.05, 0.99, 1.01, 0.97, 0.92, 0.94, 0.98, 1.03, 1.01, 1.03)


@dataclass(frozen=True)
class _Product:
    """A product in the plan: `yearly` at scale 1, its growth a year, months against the mean, and where it stands.

    `pools` and `forms` say whose units share it (a doctor's, or another's, where `is_doctor` is told).
    """

    product_id: str
    yearly: float
    growth: float
    season: tuple[float, ...]
    has_total: bool = True
    forms: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    is_doctor: bool = True
    is_of_wards: bool = False


_OWN = ("first", "follow", "day", "exam", "radiology", "operation", "emergency", "bup")
_VISITS = ("B", "H")
# Budgets of 2024 in Region Västmanland's monthly report of July 2024; health centres have none there, so that the
# closing figures of 2023 stand for them.
_PRODUCTS = (
    _Product("visits_doctor", 305_007, 0.0, _CONTACTS, True, _VISITS, _OWN),
    _Product("visits_doctor_distance", 53_937, 0.0, _CONTACTS),
    _Product("visits_other", 372_322, 0.03, _CONTACTS, False, _VISITS, _OWN, is_doctor=False),
    _Product("visits_other_distance", 70_493, 0.03, _CONTACTS),
    _Product("day_care", 55_127, 0.0, _CONTACTS),
    _Product("episodes_somatic", 35_632, 0.0, _WARDS, False, is_of_wards=True),
    _Product("bed_days_somatic_discharged", 178_186, 0.0, _WARDS),
    _Product("bed_days_psychiatric_occupied", 39_026, 0.0, (1.0,) * 12),
    _Product("operations", 25_356, 0.03, _CONTACTS),
    _Product("operations_inpatient", 7_280, 0.03, _CONTACTS),
    _Product("operations_day", 5_821, 0.03, _CONTACTS),
    _Product("operations_clinic", 12_255, 0.03, _CONTACTS),
    _Product("pc_visits_doctor", 287_567, 0.0, _CONTACTS, False, _VISITS, ("primary",)),
    _Product("priv_visits_doctor", 31_500, 0.0, _CONTACTS),
    _Product("priv_visits_other", 108_700, 0.0, _CONTACTS),
)
_PARTS_OF_OPERATIONS = ("operations_inpatient", "operations_day", "operations_clinic")


def _unit_shares(region: Region, product: _Product) -> Real:
    """Each unit's share of a product that units plan for; 0 for others."""
    organisation = region.organisation
    shares = np.zeros(len(organisation.units))
    if product.is_of_wards:
        wards = make_wards(region)
        shares[wards.unit] = np.where(wards.group == SOMATIC, wards.acute + wards.planned, 0.0)
    for stream in STREAMS:
        if stream.pool not in product.pools:
            continue
        of_form = sum(share for form, share in stream.forms if form in product.forms)
        doctors = sum(share for profession, share in stream.professions if profession == "XS915")
        weights = organisation.weights(stream.pool)
        volume = stream.volume * of_form * (doctors if product.is_doctor else 1 - doctors)
        shares += volume * weights / np.sum(weights)
    return shares / np.sum(shares) if np.sum(shares) > 0 else shares


def _guess(region: Region, name: str, year: int, place: int, band: float) -> float:
    key: Keys = keys_for(f"{region.seed}/plan/{name}", np.array([year * 10_000 + place], dtype=np.int64))
    return 1 + band * (2 * float(uniform(key, "guess")[0]) - 1)


def _monthly(product: _Product, region: Region, year: int) -> Real:
    season = np.array(product.season)
    if product.season is _CONTACTS:
        season *= [len(days_of_month(year * 12 + month, working_only=True)) for month in range(12)]
    growth = (1 + product.growth) ** (year - _BASE_YEAR)
    months: Real = product.yearly * region.scale * growth * season / np.sum(season)
    return months


def _totals(region: Region, version: str, year: int, band: float) -> dict[str, Real]:
    """The region's plan by product, twelve months each; all operations are the sum of their kinds."""
    totals = {
        product.product_id: np.round(_monthly(product, region, year) * _guess(region, version, year, place, band), 1)
        for place, product in enumerate(_PRODUCTS)
    }
    totals["operations"] = np.sum([totals[part] for part in _PARTS_OF_OPERATIONS], axis=0)
    return totals


def _rows(region: Region, version: str, year: int, made_in: int) -> Iterator[tuple[str, str, str, str, str]]:
    """(version, period, unit, product, number) of one version of a year's plan."""
    name = f"{version}{made_in}"
    totals = _totals(region, name, year, _TOTAL_BAND if version == BUDGET else _FORECAST_BAND)
    for product in _PRODUCTS:
        parts: list[tuple[str, Real]] = [("", totals[product.product_id])] if product.has_total else []
        shares = _unit_shares(region, product)
        for place in np.flatnonzero(shares):
            guess = _guess(region, f"{name}/{product.product_id}", year, int(place), _UNIT_BAND)
            unit = region.organisation.units[int(place)]
            parts.append((unit.hsa_id, totals[product.product_id] * shares[place] * guess))
        for unit_id, months in parts:
            for month, number in enumerate(months.tolist(), start=1):
                yield version, f"{year:04d}{month:02d}", unit_id, product.product_id, f"{number:.1f}".replace(".", ",")


def plan_table(region: Region, month: int) -> Table:
    """produktionsplan: the budget of the month's year and, from April, the forecast last made."""
    year, month_number = month // 12, month % 12 + 1
    rows = list(_rows(region, BUDGET, year, 0))
    made = [first for first in _FORECASTS_MADE if first <= month_number]
    if made:
        rows += _rows(region, FORECAST, year, made[-1])
    names = ("version", "period", "enhet_hsaid", "produkt", "antal")
    columns = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    keys = keys_for(f"{region.seed}/plan row", np.arange(len(rows), dtype=np.int64))
    return Table(keys, columns)
