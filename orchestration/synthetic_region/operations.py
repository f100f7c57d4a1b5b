"""Operations: those that belong to a contact, acute ones of inpatients, those cancelled and those planned.

An operation of a contact keeps its id from the month when it is planned to the month when it is carried out. Volumes
and the parts of in-patient, day and clinic surgery follow Region Västmanland's monthly report of July 2024 (14,916
operations in seven months: 3,977, 3,324 and 7,514, and 101 of no kind; 8,696 hours of knife time).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.contacts import (
    INPATIENT_TYPE,
    PROCEDURES,
    by_specialty,
    contact_ids,
    contact_types,
    forms_of,
    timestamps,
)
from orchestration.synthetic_region.days import MINUTES, NEVER, days_of_month, first_day
from orchestration.synthetic_region.draws import Keys, Whole, child_keys, choose, uniform, whole
from orchestration.synthetic_region.files import Columns, Table
from orchestration.synthetic_region.flows import Entries, Region
from orchestration.synthetic_region.population import SEX_CODES
from orchestration.synthetic_region.stays import ADMISSIONS, Inpatients
from orchestration.synthetic_region.streams import STREAM_NUMBER
from orchestration.synthetic_region.ward_files import episode_ids
from orchestration.synthetic_region.wards import SOMATIC, Wards

Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
OPERATIONS = "provisio_operation"
DONE, CANCELLED, PLANNED = "G", "S", "P"
INPATIENT, DAY, CLINIC, UNCLASSIFIED = "S", "D", "K", ""
# Contacts of phase 2 that are carried out in an operating room; the others are treatments.
_OPERATED_SHARE = 0.86
# Kinds of the operations that are not of inpatients.
_KINDS = (DAY, CLINIC, UNCLASSIFIED)
_KIND_WEIGHTS = (3_324, 7_514, 101)
_ACUTE_A_YEAR = 3_750
_ACUTE_CLINICS = ("Kirurgkliniken", "Ortopedkliniken", "Kvinnokliniken", "Urologkliniken")
_CANCELLED_SHARE = 0.055
_REASONS = (
    ("Patientens önskan", 0.20), ("Patienten sjuk", 0.22), ("Patienten uteblev", 0.08), ("Tid saknas", 0.20),
    ("Personal saknas", 0.15), ("Akut patient går före", 0.15),
)  # fmt: skip
# Knife time in minutes: shortest, longest and how much the short ones dominate.
_KNIFE_MINUTES = {INPATIENT: (18, 172, 1.9), DAY: (10, 90, 1.8), CLINIC: (4, 36, 1.8), UNCLASSIFIED: (5, 50, 1.5)}


@dataclass(frozen=True)
class _Rows:
    """Operations, one value an operation; times in minutes since 1970-01-01, NEVER for those not known."""

    key: Keys
    operation_id: Sequence[str]
    contact_id: Sequence[str]
    person: Whole
    unit: Whole
    kind: Texts
    is_acute: Flags
    decided: Whole
    registered: Whole
    planned: Whole
    started: Whole
    status: Texts


def _of_contacts(entries: Entries) -> Entries:
    """The entries that are operations."""
    is_operation = entries.stream == STREAM_NUMBER["operation"]
    return entries.take(is_operation & (uniform(entries.key, "in an operating room") < _OPERATED_SHARE))


def _kinds(entries: Entries) -> Texts:
    is_inpatient = contact_types(entries, forms_of(entries)) == INPATIENT_TYPE
    drawn = np.array(_KINDS, dtype=object)[choose(entries.key, "kind of operation", _KIND_WEIGHTS)]
    kinds: Texts = np.where(is_inpatient, INPATIENT, drawn)
    return kinds


def _from_entries(
    entries: Entries, kind: Texts, planned: Whole, started: Whole, status: str, ending: str = ""
) -> _Rows:
    contact_id = contact_ids(entries)
    registered = np.minimum(entries.decided + whole(entries.key, "registered", 30, 4 * MINUTES), planned)
    return _Rows(
        key=child_keys(entries.key, f"operation {status}"),
        operation_id=[f"O{text[1:]}{ending}" for text in contact_id],
        contact_id=contact_id,
        person=entries.person,
        unit=entries.unit,
        kind=kind,
        is_acute=np.zeros(len(contact_id), dtype=np.bool_),
        decided=entries.decided,
        registered=registered,
        planned=planned,
        started=started,
        status=np.full(len(contact_id), status, dtype=object),
    )


def _done(entries: Entries, month: int) -> _Rows:
    start, end = first_day(month) * MINUTES, first_day(month + 1) * MINUTES
    done = entries.take((entries.start >= start) & (entries.start < end))
    return _from_entries(done, _kinds(done), done.start, done.start + whole(done.key, "into the room", 5, 35), DONE)


def _planned(entries: Entries, month: int) -> _Rows:
    """Those booked for the next month, as far as the booking had come."""
    end, next_end = first_day(month + 1) * MINUTES, first_day(month + 2) * MINUTES
    waits = (entries.start >= end) & (entries.start < next_end) & (entries.decided < end)
    planned = entries.take(waits)
    return _from_entries(planned, _kinds(planned), planned.start, np.full(len(planned.key), NEVER), PLANNED)


def _cancelled(entries: Entries, month: int) -> _Rows:
    """Operations planned in the month that did not come to be: the patient goes on waiting."""
    days = days_of_month(month, working_only=True)
    waits = entries.take(np.minimum(entries.start, entries.removed) >= first_day(month + 1) * MINUTES)
    keys = child_keys(waits.key, f"cancelled {month}")
    planned = days[whole(keys, "day", 0, len(days))] * MINUTES + 480 + 10 * whole(keys, "slot", 0, 42)
    is_cancelled = (uniform(keys, "is cancelled") < _CANCELLED_SHARE) & (planned > waits.decided + 7 * MINUTES)
    chosen = waits.take(is_cancelled)
    # A time of its own each month: what is cancelled twice is two operations.
    ending = f"S{month}"
    never = np.full(len(chosen.key), NEVER)
    return _from_entries(chosen, _kinds(chosen), planned[is_cancelled], never, CANCELLED, ending)


def _acute_share(wards: Wards, is_surgical: Flags) -> float:
    """How many of the acute admissions to the clinics that operate lead to an operation."""
    weights = wards.weights(False, SOMATIC)
    volume = sum(flow.volume for flow in ADMISSIONS if flow.group == SOMATIC and not flow.is_planned)
    expected = volume * float(np.sum(weights[is_surgical]) / np.sum(weights))
    return min(0.8, _ACUTE_A_YEAR / expected) if expected else 0.0


def _acute(region: Region, inpatients: Inpatients, month: int) -> _Rows:
    """Acute operations of those admitted to the clinics that operate, within the stay."""
    episodes, wards, units = inpatients.episodes, inpatients.wards, region.organisation.units
    is_surgical = np.array([units[place].clinic.name in _ACUTE_CLINICS for place in wards.unit], dtype=np.bool_)
    keys = child_keys(episodes.key, "acute operation")
    started = episodes.admitted + whole(keys, "after admission", 90, 2_200)
    start, end = first_day(month) * MINUTES, first_day(month + 1) * MINUTES
    is_operated = is_surgical[episodes.home] & ~episodes.is_planned & (episodes.part == 0)
    is_operated &= uniform(keys, "is operated") < _acute_share(wards, is_surgical)
    is_operated &= (started >= start) & (started < end) & (started + 300 < episodes.discharged)
    rows = np.flatnonzero(is_operated)
    theatres = {unit.clinic.number: place for place, unit in enumerate(units) if unit.unit_type == "OPERATION"}
    unit = np.array([theatres.get(units[place].clinic.number, int(place)) for place in wards.unit], dtype=np.int64)
    nowhere = [""] * len(rows)
    return _Rows(
        key=keys[rows],
        operation_id=[f"OA{text[1:]}" for text in episode_ids(episodes)[rows].tolist()],
        contact_id=nowhere,
        person=episodes.person[rows],
        unit=unit[episodes.home[rows]],
        kind=np.full(len(rows), INPATIENT, dtype=object),
        is_acute=np.ones(len(rows), dtype=np.bool_),
        decided=np.maximum(episodes.admitted[rows], started[rows] - whole(keys[rows], "decided before", 60, 1200)),
        registered=started[rows] - whole(keys[rows], "registered before", 20, 60),
        planned=np.full(len(rows), NEVER),
        started=started[rows],
        status=np.full(len(rows), DONE, dtype=object),
    )


def _knife_minutes(key: Keys, kind: Texts) -> Whole:
    chance = uniform(key, "knife time")
    minutes = np.zeros(len(key), dtype=np.int64)
    for name, (shortest, longest, power) in _KNIFE_MINUTES.items():
        chosen = kind == name
        minutes[chosen] = (shortest + (longest - shortest) * chance[chosen] ** power).astype(np.int64)
    return minutes


def _columns(region: Region, rows: _Rows, known_day: int) -> Columns:
    organisation, population = region.organisation, region.population
    day = np.where(rows.started < NEVER, rows.started, rows.planned) // MINUTES
    unit = organisation.at(rows.unit, day)
    names = organisation.lookup([item.hsa_id for item in organisation.units])
    mvo = organisation.lookup([item.clinic.mvo for item in organisation.units])[unit]
    person = rows.person
    year = int(np.datetime64(known_day, "D").astype("datetime64[Y]").astype(np.int64)) + 1970
    is_done = rows.status == DONE
    is_cancelled = rows.status == CANCELLED
    everyone = np.ones(len(rows.key), dtype=np.bool_)
    cut = rows.started + whole(rows.key, "to the cut", 8, 28)
    closed = cut + _knife_minutes(rows.key, rows.kind)
    texts, weights = zip(*_REASONS, strict=True)
    reason = np.array(texts, dtype=object)[choose(rows.key, "reason", weights)]
    return {
        "operation_id": list(rows.operation_id),
        "vardkontakt_id": list(rows.contact_id),
        "patient_id": population.identity_texts(person, uniform(rows.key, "hyphen") < 0.08, year),
        "fodelsear": population.birth_year[person].astype("U4").tolist(),
        "kon": np.array(SEX_CODES, dtype=object)[population.sex[person]].tolist(),
        "skyddad_identitet": np.where(population.is_protected[person], "J", "N").tolist(),
        "lkf": population.municipality[person].tolist(),
        "enhet_hsaid": names[unit].tolist(),
        "op_typ": rows.kind.tolist(),
        "akut": np.where(rows.is_acute, "J", "N").tolist(),
        "beslut_tid": timestamps(rows.decided, everyone),
        "anmald_tid": timestamps(rows.registered, everyone),
        "planerad_tid": timestamps(rows.planned, rows.planned < NEVER),
        "op_start": timestamps(rows.started, is_done),
        "op_slut": timestamps(closed + whole(rows.key, "out of the room", 5, 20), is_done),
        "knivstart": timestamps(cut, is_done),
        "knivslut": timestamps(closed, is_done),
        "kva_huvud": by_specialty(rows.key, "operation code", mvo, PROCEDURES).tolist(),
        "status": rows.status.tolist(),
        "struken_orsak": np.where(is_cancelled, reason, "").tolist(),
    }


def operation_table(region: Region, entries: Entries, inpatients: Inpatients, month: int, known_day: int) -> Table:
    """provisio_operation: what was carried out or cancelled in the month, and what is planned for the next.

    `entries` are all that the month's care files are made of.
    """
    ours = _of_contacts(entries)
    parts = [
        _done(ours, month),
        _acute(region, inpatients, month),
        _cancelled(ours, month),
        _planned(ours, month),
    ]
    columns = [_columns(region, part, known_day) for part in parts]
    joined = {name: [value for part in columns for value in part[name]] for name in columns[0]}
    moment = np.concatenate([np.where(part.started < NEVER, part.started, part.planned) for part in parts])
    order = np.lexsort((np.arange(len(moment)), moment)).tolist()
    key = np.concatenate([part.key for part in parts])
    ordered = {name: [values[place] for place in order] for name, values in joined.items()}
    status = np.array(ordered["status"], dtype=object)
    return Table(key[order], ordered, {"is_done": status == DONE})
