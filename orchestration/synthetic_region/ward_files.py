"""The files of the wards, made from a month's inpatients: stays, permissions and risk assessments.

A row says what was known at the end of a day: a stay that went on then has no end, a DRG weight that was set later
is empty. The same stay reads the same in every month's file except for what has come to be known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.contacts import DIAGNOSES, by_specialty, timestamps
from orchestration.synthetic_region.days import MINUTES, NEVER, first_day
from orchestration.synthetic_region.draws import Keys, Real, Whole, child_keys, uniform, whole
from orchestration.synthetic_region.files import Columns, Table
from orchestration.synthetic_region.flows import Region
from orchestration.synthetic_region.population import SEX_CODES
from orchestration.synthetic_region.stays import DECEASED, DESTINATIONS, WARD, Episodes, Inpatients, Stays
from orchestration.synthetic_region.wards import SOMATIC, Wards, bed_columns, beds_of_month

Flags = npt.NDArray[np.bool_]
STAYS, PERMISSIONS, BEDS = "cosmic_vardtillfalle", "cosmic_permission", "cosmic_vardplats"
RISK_ASSESSMENTS = "cosmic_riskbedomning"
_CENSUS_MINUTE, _TWO_DAYS = 360, 2 * MINUTES
# When the DRG weight is set, in days after the discharge: most within some days, some after the month's file is
# made, a few after the next one too.
_CODED_DAYS = ((0, 0.55, 0.80, 0.93, 0.985, 1), (0, 3, 8, 24, 50, 110))
_DRG_LETTERS = "ABCDEFGHJKLMNPQRSTU"
# Who answers for a stay: the clinic's own id, the ward, another unit of the clinic, or nobody is told.
_RESPONSIBLE = (0.55, 0.80, 0.90)
_LEAVE_LONGEST_WEEKS = 144
# The chance of a leave in a week of the stay, by group; and the leave's nights.
_LEAVE_SHARE, _LEAVE_NIGHTS = (0.0, 0.30, 0.12), (0.35, 0.72)
RISKS = ("FALL", "TRYCKSAR", "NUTRITION")
_ALL_ASSESSED_SHARE, _ONE_ASSESSED_SHARE, _ASSESSED_FROM_AGE = 0.74, 0.55, 65


def episode_ids(episodes: Episodes) -> npt.NDArray[np.object_]:
    """The region's own ids: month of the course, way in, running number and part; kept for good."""
    period = episodes.month // 12 * 100 + episodes.month % 12 + 1
    number = ((period * 10 + episodes.flow) * 10_000_000 + episodes.number) * 10 + episodes.part
    return np.array([f"V{value}" for value in number.tolist()], dtype=object)


def stays_in_file(inpatients: Inpatients, month: int) -> Stays:
    """The stays that the month's file holds: those that lie in it, and those that ended in the month before."""
    stays = inpatients.stays
    first, end = first_day(month - 1) * MINUTES, first_day(month + 1) * MINUTES
    chosen = stays.take((stays.start < end) & (stays.end >= first))
    admitted = inpatients.episodes.admitted[chosen.episode]
    return chosen.take(np.lexsort((chosen.number, chosen.episode, admitted)))


def _responsible(region: Region, wards: Wards, episodes: Episodes, stays: Stays) -> npt.NDArray[np.object_]:
    """Who has the medical responsibility: always told where the patient lies on another clinic's ward."""
    units = region.organisation.units
    home = episodes.home[stays.episode]
    clinics = region.organisation.lookup([unit.clinic.hsa_id for unit in units])[wards.unit[home]]
    ward_ids = region.organisation.lookup([unit.hsa_id for unit in units])
    first_of = {unit.clinic.number: unit.hsa_id for unit in reversed(units) if unit.unit_type != "AVDELNING"}
    others = np.array([first_of[units[place].clinic.number] for place in wards.unit], dtype=object)[home]
    chance = uniform(episodes.key[stays.episode], "responsible")
    is_guest = wards.clinic[stays.ward] != wards.clinic[home]
    told = np.where(
        chance < _RESPONSIBLE[0],
        clinics,
        np.where(chance < _RESPONSIBLE[1], ward_ids[wards.unit[home]], others),
    )
    result: npt.NDArray[np.object_] = np.where(is_guest | (chance < _RESPONSIBLE[2]), told, "")
    return result


def _weights(episodes: Episodes, group: Whole) -> tuple[list[str], list[str]]:
    """DRG codes and weights: the longer the stay, the heavier."""
    nights: Real = (episodes.discharged - episodes.admitted) / MINUTES
    weight = 0.30 + 0.15 * nights * (0.7 + 0.6 * uniform(episodes.key, "drg weight"))
    weight = np.where(group == SOMATIC, weight, 0.5 + weight * 0.4)
    letter = whole(episodes.key, "drg letter", 0, len(_DRG_LETTERS))
    number = whole(episodes.key, "drg number", 2, 98)
    ending = np.where(weight > 2, "A", np.where(weight > 1, "C", "E"))
    codes = [
        f"{_DRG_LETTERS[first]}{second:02d}{last}"
        for first, second, last in zip(letter.tolist(), number.tolist(), ending.tolist(), strict=True)
    ]
    return codes, [f"{value:.4f}".replace(".", ",") for value in weight.tolist()]


def _or_empty(texts: list[str], is_filled: Flags) -> list[str]:
    return [text if filled else "" for text, filled in zip(texts, is_filled.tolist(), strict=True)]


def _per_stay(texts: list[str], stays: Stays) -> list[str]:
    values: list[str] = np.array(texts, dtype=object)[stays.episode].tolist()
    return values


def _is_followed(episodes: Episodes) -> Flags:
    """Whether another episode of the patient begins within two days after each."""
    order = np.lexsort((episodes.admitted, episodes.person))
    person, begins, ends = episodes.person[order], episodes.admitted[order], episodes.discharged[order]
    is_near = np.append((person[1:] == person[:-1]) & (begins[1:] <= ends[:-1] + _TWO_DAYS), False)[: len(order)]
    followed = np.zeros(len(order), dtype=np.bool_)
    followed[order] = is_near
    return followed


def _marks(inpatients: Inpatients, stays: Stays, month: int) -> dict[str, Flags]:
    """Stays that suit a fault: ended in the month or the one before with nothing after, or gone on into the month.

    All are whole episodes of more than two days. The last two days of a month are left out, since what follows
    there lies in the next month's file.
    """
    start, end = first_day(month) * MINUTES, first_day(month + 1) * MINUTES
    episodes = inpatients.episodes
    is_whole = stays.is_last & (stays.number == 1) & (stays.end - stays.start > _TWO_DAYS)
    goes_home = ~np.isin(episodes.destination, (WARD, DECEASED)) & ~_is_followed(episodes)
    is_over = is_whole & goes_home[stays.episode] & (stays.end >= first_day(month - 1) * MINUTES)
    is_somatic = inpatients.wards.group[stays.ward] == SOMATIC
    return {
        "is_over": is_over & (stays.end >= start) & (stays.end < end - _TWO_DAYS),
        "was_over": is_over & (stays.end < start - _TWO_DAYS),
        "went_on": is_whole & is_somatic & (stays.start < start) & (stays.end >= start) & (stays.end < end),
    }


def stay_table(region: Region, inpatients: Inpatients, stays: Stays, month: int, known_day: int) -> Table:
    """cosmic_vardtillfalle: the stays as known at the end of `known_day`."""
    episodes, wards, population = inpatients.episodes, inpatients.wards, region.population
    known_end = (known_day + 1) * MINUTES
    units = region.organisation.units
    names = region.organisation.lookup([unit.hsa_id for unit in units])
    mvo = region.organisation.lookup([unit.clinic.mvo for unit in units])[wards.unit[episodes.home]]
    person = episodes.person
    year = int(np.datetime64(known_day, "D").astype("datetime64[Y]").astype(np.int64)) + 1970
    hyphen = uniform(episodes.key, "hyphen") < 0.08
    is_closed = stays.end < known_end
    is_left = is_closed & stays.is_last
    coded = episodes.discharged // MINUTES + np.interp(uniform(episodes.key, "coded"), *_CODED_DAYS).astype(np.int64)
    is_coded = is_left & (coded[stays.episode] <= known_day)
    drg_code, drg_weight = _weights(episodes, wards.group[episodes.home])
    destination = np.where(stays.is_last, episodes.destination[stays.episode], WARD)
    ready = np.maximum(episodes.ready[stays.episode], stays.start)
    is_told = episodes.age >= 18
    columns: Columns = {
        "vardtillfalle_id": episode_ids(episodes)[stays.episode].tolist(),
        "vistelse_nr": stays.number.astype("U3").tolist(),
        "patient_id": _per_stay(population.identity_texts(person, hyphen, year), stays),
        "fodelsear": population.birth_year[person][stays.episode].astype("U4").tolist(),
        "kon": np.array(SEX_CODES, dtype=object)[population.sex[person]][stays.episode].tolist(),
        "skyddad_identitet": np.where(population.is_protected[person], "J", "N")[stays.episode].tolist(),
        "lkf": population.municipality[person][stays.episode].tolist(),
        "avdelning_hsaid": names[wards.unit[stays.ward]].tolist(),
        "ansvarig_enhet_hsaid": _responsible(region, wards, episodes, stays).tolist(),
        "in_tid": timestamps(stays.start, np.ones(len(stays.start), dtype=np.bool_)),
        "ut_tid": timestamps(stays.end, is_closed),
        "in_satt": np.where(episodes.is_planned, "P", "A")[stays.episode].tolist(),
        "ut_till": _or_empty(np.array(DESTINATIONS, dtype=object)[destination].tolist(), is_closed),
        "utskrivningsklar_tid": timestamps(ready, stays.is_last & (ready < known_end) & (ready < NEVER)),
        "drg_kod": _or_empty(_per_stay(drg_code, stays), is_coded),
        "drg_vikt": _or_empty(_per_stay(drg_weight, stays), is_coded),
        "huvuddiagnos": _or_empty(
            by_specialty(episodes.key, "diagnosis", mvo, DIAGNOSES)[stays.episode].tolist(), is_closed
        ),
        "kommunala_insatser": _or_empty(
            np.where(episodes.has_municipal_care, "J", "N")[stays.episode].tolist(), is_told[stays.episode]
        ),
    }
    return Table(
        child_keys(episodes.key[stays.episode] + stays.number.astype(np.uint64), "stay row"),
        columns,
        _marks(inpatients, stays, month),
    )


def permission_table(inpatients: Inpatients, stays: Stays, known_day: int) -> Table:
    """cosmic_permission: every leave of those stays that had begun by the end of `known_day`.

    At most one in each week of a stay and never on its first or last day.
    """
    episodes, wards = inpatients.episodes, inpatients.wards
    known_end = (known_day + 1) * MINUTES
    shares = np.array(_LEAVE_SHARE)[wards.group[stays.ward]]
    begins = stays.start // MINUTES + 2
    weeks = np.where(
        shares > 0, np.minimum((np.minimum(stays.end, known_end) // MINUTES - begins) // 7 + 1, _LEAVE_LONGEST_WEEKS), 0
    )
    weeks = np.maximum(weeks, 0)
    stay = np.repeat(np.arange(len(weeks), dtype=np.int64), weeks)
    week = np.arange(len(stay), dtype=np.int64) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    keys = child_keys(
        episodes.key[stays.episode[stay]] + (stays.number[stay] * 1_000 + week).astype(np.uint64), "leave"
    )
    day = begins[stay] + 7 * week + whole(keys, "leave day", 0, 3)
    chance = uniform(keys, "leave nights")
    nights = np.where(
        chance < _LEAVE_NIGHTS[0], 0, np.where(chance < _LEAVE_NIGHTS[1], 1, whole(keys, "nights away", 2, 4))
    )
    leaves = day * MINUTES + whole(keys, "leaves at", 540, 960)
    returns = np.where(
        nights == 0,
        leaves + whole(keys, "hours away", 120, 420),
        (day + nights) * MINUTES + whole(keys, "back at", 600, 1200),
    )
    is_taken = (uniform(keys, "takes leave") < shares[stay]) & (returns < stays.end[stay]) & (leaves < known_end)
    rows = np.flatnonzero(is_taken)
    of_stay = stay[rows]
    columns: Columns = {
        "vardtillfalle_id": episode_ids(episodes)[stays.episode[of_stay]].tolist(),
        "vistelse_nr": stays.number[of_stay].astype("U3").tolist(),
        "fran_tid": timestamps(leaves[rows], np.ones(len(rows), dtype=np.bool_)),
        "till_tid": timestamps(returns[rows], returns[rows] < known_end),
    }
    return Table(keys[rows], columns)


def risk_table(inpatients: Inpatients, month: int) -> Table:
    """cosmic_riskbedomning: the assessments of the month, of most who are 65 or older on a somatic ward."""
    episodes, wards = inpatients.episodes, inpatients.wards
    is_meant = (wards.group[episodes.home] == SOMATIC) & (episodes.age >= _ASSESSED_FROM_AGE)
    is_whole = uniform(episodes.key, "all assessed") < _ALL_ASSESSED_SHARE
    first, end = first_day(month) * MINUTES, first_day(month + 1) * MINUTES
    parts: list[tuple[Keys, Whole, Whole, Whole]] = []
    for place, risk in enumerate(RISKS):
        keys = child_keys(episodes.key, f"risk {risk}")
        assessed = episodes.admitted + whole(keys, "assessed", 30, 1500)
        is_done = is_meant & (is_whole | (uniform(keys, "is assessed") < _ONE_ASSESSED_SHARE))
        is_done &= (assessed < episodes.discharged) & (assessed >= first) & (assessed < end)
        rows = np.flatnonzero(is_done)
        parts.append((keys[rows], rows, np.full(len(rows), place, dtype=np.int64), assessed[rows]))
    keys, rows, risk_number, assessed = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((risk_number, rows, assessed))
    columns: Columns = {
        "vardtillfalle_id": episode_ids(episodes)[rows[order]].tolist(),
        "typ": np.array(RISKS, dtype=object)[risk_number[order]].tolist(),
        "bedomd_tid": timestamps(assessed[order], np.ones(len(order), dtype=np.bool_)),
    }
    return Table(keys[order], columns)


def bed_table(region: Region, inpatients: Inpatients, month: int) -> Table:
    """cosmic_vardplats: every ward and day of the month; `is_occupied` marks those with patients at six o'clock."""
    wards, stays = inpatients.wards, inpatients.stays
    ward, day, established, available = beds_of_month(region, wards, month)
    start, days = first_day(month), first_day(month + 1) - first_day(month)
    patients = np.zeros((len(wards.unit), days), dtype=np.int64)
    for place in range(days):
        census = (start + place) * MINUTES + _CENSUS_MINUTE
        lies = (stays.start <= census) & (stays.end > census)
        patients[:, place] = np.bincount(stays.ward[lies], minlength=len(wards.unit))
    columns = bed_columns(region, wards, ward, day, established, available)
    keys = child_keys(wards.key[ward] + day.astype(np.uint64), "bed row")
    return Table(keys, columns, {"is_occupied": (patients.ravel() > 0) & (available > 0)})
