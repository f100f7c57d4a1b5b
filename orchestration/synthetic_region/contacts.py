"""The columns of the two care files, made from the entries of a month.

Everything an extract says about an entry is drawn from the entry's own key, so the same entry reads
the same in every month's file except for what has happened to it since.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import MINUTES, NEVER, first_day, month_of
from orchestration.synthetic_region.draws import Keys, Real, Whole, choose, uniform, whole
from orchestration.synthetic_region.flows import (
    REASONS,
    Entries,
    Region,
    listed_unit,
)
from orchestration.synthetic_region.population import HOME_MUNICIPALITIES, SEX_CODES
from orchestration.synthetic_region.streams import STREAMS, Stream

Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Columns = dict[str, list[str]]

_VISIT_TYPES = (("0", 0.84), ("1", 0.08), ("2", 0.03), ("3", 0.01), ("6", 0.04))
_CONTACT_TYPES = {
    "B": _VISIT_TYPES,
    "D": (("8", 0.45), ("81", 0.20), ("82", 0.25), ("83", 0.10)),
    "H": (("4", 0.85), ("5", 0.15)),
    "G": (("0", 0.9), ("1", 0.1)),
    "V": (("0", 1.0),),
    "U": (("0", 1.0),),
}
_FORMS = tuple(_CONTACT_TYPES)
INPATIENT_TYPE, _INPATIENT_SHARE = "91", 0.28
_BOOKING = (("1", 0.12), ("2", 0.38), ("3", 0.38), ("4", 0.12))
_UNBOOKED = "5"
_FEES = ("0,00", "120,00", "200,00", "275,00", "350,00")
DIAGNOSES = {
    "1": ("I109", "I480", "E119", "K219", "J449", "D509", "N189", "I509"),
    "2": ("G409", "L209", "L400", "J459", "B182", "F009", "R104", "G439"),
    "3": ("K409", "K802", "M171", "M161", "S525", "N400", "C509", "N200"),
    "4": ("N812", "O809", "N920", "D259", "N719", "O039"),
    "5": ("H251", "H401", "H903", "J350", "J342", "H353", "M545", "R470"),
    "6": ("Z016", "R070", "R939", "M545", "R918"),
    "7": ("C509", "C619", "C189", "C349"),
    "8": ("J069", "I109", "M545", "F329", "N390", "E119", "L309", "R104", "J209", "F411"),
    "9": ("F329", "F411", "F900", "F840", "F319", "F102", "F209"),
    "0": ("R074", "S060", "R104", "J189", "S525", "I639"),
}
_EXTERNAL_CAUSES = ("W190", "W012", "V134", "X599", "W269", "Y099")
PROCEDURES = {
    "1": ("FPE00", "GAA10", "TNX10"),
    "2": ("QBE10", "QCA10", "KCH00"),
    "3": ("JKA21", "JAB30", "NFB49", "NGB49", "NDM19", "KED22", "KKD20"),
    "4": ("LCD00", "LEF03", "MBA03", "LDA00"),
    "5": ("CJE20", "CJC20", "EMB10", "DCA20", "DJD20"),
    "9": ("DU011", "DU023", "DU112"),
}
_EXAMINATIONS = ("UJC02", "UJF32", "AF021", "AK060", "AF037", "AU124")
_PRIORITIES = ("Hög", "Medelhög", "Låg", "Förtur")
_ACUTE_TYPE_BY_AREA = {"Område Psykiatri": "3", "Område Närsjukvård": "4", "Område Medicin": "1"}
_OTHER_ACUTE_TYPE = "2"
# When the people of this region begin to be called long waiters, in days from the decision.
_LONG_WAIT, _LONG_WAIT_CHILD, _LONG_WAIT_CENTRE = 90, 30, 3
_PATIENT_CHOICE_SHARE, _MEDICAL_SHARE, _SPECIAL_SHARE = 0.11, 0.025, 0.04
_COUNTY = HOME_MUNICIPALITIES[0][:2]


def _flags_of_stream(test: Callable[[Stream], bool], entries: Entries) -> Flags:
    return np.array([test(stream) for stream in STREAMS], dtype=np.bool_)[entries.stream]


def timestamps(minutes: Whole, is_filled: Flags) -> list[str]:
    """`YYYY-MM-DD HH:MM:SS`, empty where not filled."""
    safe = np.where(is_filled, minutes, 0)
    text = np.datetime_as_string((safe * 60).astype("datetime64[s]"))
    if len(text):
        text.view("U1").reshape(len(text), -1)[:, 10] = " "
    result: list[str] = np.where(is_filled, text, "").tolist()
    return result


def dates(days: Whole, is_filled: Flags) -> list[str]:
    """`YYYY-MM-DD`, empty where not filled."""
    text = np.datetime_as_string(np.where(is_filled, days, 0).astype("datetime64[D]"))
    result: list[str] = np.where(is_filled, text, "").tolist()
    return result


def _picked(entries: Entries, name: str, options: tuple[tuple[str, float], ...]) -> Texts:
    texts, weights = zip(*options, strict=True)
    return np.array(texts, dtype=object)[choose(entries.key, name, weights)]


def _by_stream(entries: Entries, name: str, options: Callable[[Stream], tuple[tuple[str, float], ...]]) -> Texts:
    result = np.full(len(entries.key), "", dtype=object)
    for number in np.unique(entries.stream):
        chosen = entries.stream == number
        result[chosen] = _picked(entries.take(chosen), name, options(STREAMS[number]))
    return result


def by_specialty(keys: Keys, name: str, mvo: Texts, options: dict[str, tuple[str, ...]]) -> Texts:
    """One of the codes that belong to the first digit of each MVO code; empty where none do."""
    result = np.full(len(keys), "", dtype=object)
    digit = np.array([code[:1] for code in mvo], dtype=object)
    for first, codes in options.items():
        chosen = digit == first
        result[chosen] = np.array(codes, dtype=object)[whole(keys[chosen], name, 0, len(codes))]
    return result


def _or_empty(texts: Texts, is_filled: Flags) -> Texts:
    return np.where(is_filled, texts, "")


def _yes_no(is_yes: Flags, is_filled: Flags | None = None) -> Texts:
    texts = np.where(is_yes, "J", "N").astype(object)
    return texts if is_filled is None else _or_empty(texts, is_filled)


def lives_here(municipality: Texts) -> Flags:
    """Whether each municipality is one of the region's own."""
    return np.array([text[:2] == _COUNTY for text in municipality.tolist()], dtype=np.bool_)


def contact_ids(entries: Entries) -> list[str]:
    """The region's own ids: month of decision, stream and running number; kept for good."""
    period = entries.month // 12 * 100 + entries.month % 12 + 1
    return [f"C{value}" for value in ((period * 100 + entries.stream) * 10_000_000 + entries.number).tolist()]


def forms_of(entries: Entries) -> Texts:
    """The form of contact (kontaktform) of each entry."""
    return _by_stream(entries, "form", lambda stream: stream.forms)


def _booking(entries: Entries) -> Texts:
    is_unbooked = _flags_of_stream(lambda stream: stream.is_drop_in or stream.is_acute, entries)
    return np.where(is_unbooked, _UNBOOKED, _picked(entries, "booking", _BOOKING))


def contact_types(entries: Entries, forms: Texts) -> Texts:
    """The kind of contact (vardkontakttyp) of each entry."""
    result = np.full(len(entries.key), "", dtype=object)
    for form in _FORMS:
        chosen = forms == form
        result[chosen] = _picked(entries.take(chosen), "contact type", _CONTACT_TYPES[form])
    is_operation = _flags_of_stream(lambda stream: stream.pool == "operation", entries)
    is_inpatient = is_operation & (forms == "B") & (uniform(entries.key, "inpatient") < _INPATIENT_SHARE)
    return np.where(is_inpatient, INPATIENT_TYPE, result)


def _deviations(entries: Entries, is_primary: Flags, day: Whole) -> Columns:
    """PvV, MoV and SoV with their interval, as far as they had come by `day`."""
    decided = entries.decided // MINUTES
    end = np.minimum(entries.start, entries.removed) // MINUTES
    is_child = _flags_of_stream(lambda stream: stream.cap_step > 0, entries)
    has_target = entries.target < NEVER
    patience = np.where(is_primary, _LONG_WAIT_CENTRE, np.where(is_child, _LONG_WAIT_CHILD, _LONG_WAIT))
    patience = np.where(has_target, entries.target - decided, patience)
    chance = uniform(entries.key, "deviation")
    waits = entries.start // MINUTES > decided
    is_choice = waits & (end - decided > patience) & (day - decided > patience) & (chance < _PATIENT_CHOICE_SHARE)
    share = np.where(is_child, _SPECIAL_SHARE, _MEDICAL_SHARE)
    is_medical = ~is_choice & ~is_primary & ~has_target & (chance > 1 - share) & (end - decided > 14)
    length = np.minimum(end, decided + 400) - decided
    from_choice = decided + np.maximum((patience * (0.4 + 0.5 * uniform(entries.key, "offer"))).astype(np.int64), 1)
    from_medical = decided + (length * 0.5 * uniform(entries.key, "pause")).astype(np.int64)
    is_medical &= from_medical <= day
    ends = from_medical + whole(entries.key, "pause days", 14, 80)
    code = np.where(is_choice, "1", np.where(is_medical, np.where(is_child, "3", "2"), ""))
    is_told = is_choice & (uniform(entries.key, "told") < 0.97)
    return {
        "avvikelse": code.tolist(),
        "avvikelse_from": dates(np.where(is_choice, from_choice, from_medical), is_choice | is_medical),
        "avvikelse_tom": dates(ends, is_medical & (ends <= day)),
        "erbjuden_tid": timestamps(from_choice * MINUTES + 540 + 10 * whole(entries.key, "offered", 0, 40), is_told),
        "vardgaranti_info": _yes_no(is_told, is_choice).tolist(),
    }


def _referrals(entries: Entries, region: Region, ids: list[str], day: Whole) -> Columns:
    """The referral, as far as it had come by `day`: first contacts have one or the patient's own request."""
    is_first = _flags_of_stream(lambda stream: stream.phase == 1, entries)
    is_primary = _flags_of_stream(lambda stream: stream.pool in ("primary", "first_line"), entries)
    chance = uniform(entries.key, "referral")
    has_referral = np.where(is_primary, chance < 0.01, np.where(is_first, chance < 0.80, chance < 0.25))
    is_own = is_first & ~has_referral
    decided = entries.decided // MINUTES
    arrives = decided + whole(entries.key, "referral days", 0, 7)
    organisation = region.organisation
    sender = choose(entries.key, "sender", organisation.weights("primary"))
    names = organisation.lookup([unit.hsa_id for unit in organisation.units])
    is_acute = _flags_of_stream(lambda stream: stream.is_acute or stream.is_drop_in, entries)
    has_referral &= ~is_acute
    is_own &= ~is_acute
    return {
        "remittenttyp": np.where(has_referral, "1", np.where(is_own, "2", "")).tolist(),
        "remittent_hsaid": _or_empty(names[organisation.at(sender, decided)], has_referral).tolist(),
        "remiss_id": [f"R{text[1:]}" if has else "" for text, has in zip(ids, has_referral.tolist(), strict=True)],
        "remiss_datum": dates(decided, has_referral),
        "ankomst_datum": dates(arrives, has_referral & (arrives <= day)),
    }


def _shared_columns(region: Region, entries: Entries, day: Whole, known_day: int, is_waiting: bool) -> Columns:
    """The columns that both files have; `day` is the day of the contact, or the month's last."""
    organisation, population = region.organisation, region.population
    unit = organisation.at(entries.unit, day)
    person = entries.person
    decided = entries.decided // MINUTES
    is_primary = _flags_of_stream(lambda stream: stream.pool in ("primary", "first_line"), entries)
    is_unplanned = _flags_of_stream(lambda stream: stream.is_acute or stream.is_drop_in, entries)
    phase = np.array([stream.phase for stream in STREAMS])[entries.stream]
    is_planned_first = (phase >= 1) & (phase <= 3)
    mvo = organisation.lookup([item.clinic.mvo for item in organisation.units])[unit]
    municipality = population.municipality[person]
    is_home = lives_here(municipality)
    ids = contact_ids(entries)
    forms = forms_of(entries)
    step = np.array([str(stream.cap_step or "") for stream in STREAMS], dtype=object)[entries.stream]
    chance = uniform(entries.key, "guarantee")
    in_guarantee = is_planned_first & (chance < np.where(is_home, 0.96, 0.05))
    listed = organisation.at(listed_unit(region, person), day)
    unit_ids = organisation.lookup([item.hsa_id for item in organisation.units])
    has_activity = ~is_primary & ((phase == 2) | (phase == 3))
    activity_number = np.char.zfill(whole(entries.key, "activity", 1, 7).astype("U2"), 2).astype(object)
    diagnosis = by_specialty(entries.key, "diagnosis", mvo, DIAGNOSES)
    has_diagnosis = uniform(entries.key, "coded") < (0.35 if is_waiting else 0.86)
    procedure = by_specialty(entries.key, "procedure", mvo, PROCEDURES)
    examination = np.array(_EXAMINATIONS, dtype=object)[whole(entries.key, "examination", 0, len(_EXAMINATIONS))]
    first_procedure = np.where(phase == 2, procedure, np.where(phase == 3, examination, ""))
    has_second = (phase == 2) & (uniform(entries.key, "second procedure") < 0.2)
    has_comorbidity = has_diagnosis & (uniform(entries.key, "comorbidity") < 0.18)
    is_injury = np.array([text[:1] == "S" for text in diagnosis.tolist()], dtype=np.bool_) & has_diagnosis
    death = population.death_day[person]
    is_priority = _flags_of_stream(lambda stream: stream.is_priority, entries)
    priority = np.array(_PRIORITIES, dtype=object)[choose(entries.key, "priority", (0.2, 0.4, 0.37, 0.03))]
    priority = np.where(is_priority & (uniform(entries.key, "in turn") < 0.7), "TUR", priority)
    has_priority = (uniform(entries.key, "has priority") < 0.994) & ~is_unplanned & ~is_primary
    sought = np.maximum(entries.decided - whole(entries.key, "sought", 5, 120), decided * MINUTES)
    hyphen = uniform(entries.key, "hyphen") < 0.08
    year = int(first_day_year(known_day))
    columns: Columns = {
        "vardkontakt_id": ids,
        "patient_id": population.identity_texts(person, hyphen, year),
        "fodelsear": population.birth_year[person].astype("U4").tolist(),
        "kon": np.array(SEX_CODES, dtype=object)[population.sex[person]].tolist(),
        "skyddad_identitet": _yes_no(population.is_protected[person]).tolist(),
        "avliden_datum": dates(death, death <= known_day),
        "lkf": municipality.tolist(),
        "listad_enhet_hsaid": _or_empty(unit_ids[listed], is_home).tolist(),
        "vardniva": np.where(is_primary, "P", "S").tolist(),
        "enhet_hsaid": unit_ids[unit].tolist(),
        "vardgaranti": _yes_no(in_guarantee).tolist(),
        "fas": phase.astype("U1").tolist(),
        "bup_steg": step.tolist(),
        "mvo": _or_empty(mvo, uniform(entries.key, "mvo known") > 0.0008).tolist(),
        "aktivitet": _or_empty(
            mvo + activity_number, has_activity & (uniform(entries.key, "activity known") > 0.001)
        ).tolist(),
        "kva_huvud": first_procedure.tolist(),
        "kva_ovriga": _or_empty(by_specialty(entries.key, "other procedure", mvo, PROCEDURES), has_second).tolist(),
        "icd_huvud": _or_empty(diagnosis, has_diagnosis).tolist(),
        "icd_bi": _or_empty(
            by_specialty(entries.key, "other diagnosis", mvo, DIAGNOSES)
            + np.where(uniform(entries.key, "third diagnosis") < 0.25, "|I109", "").astype(object),
            has_comorbidity,
        ).tolist(),
        "icd_orsak": _or_empty(
            np.array(_EXTERNAL_CAUSES, dtype=object)[whole(entries.key, "cause", 0, len(_EXTERNAL_CAUSES))],
            is_injury,
        ).tolist(),
        "bokningssatt": _booking(entries).tolist(),
        "vardkontakttyp": contact_types(entries, forms).tolist(),
        "yrkeskategori": _by_stream(entries, "profession", lambda stream: stream.professions).tolist(),
        "sokt_kontakt_tid": timestamps(sought, is_primary & (phase == 1)),
        "beslut_tid": timestamps(entries.decided, ~is_unplanned),
        "medicinskt_maldatum": dates(
            entries.target, (entries.target < NEVER) & (uniform(entries.key, "target known") > 0.002)
        ),
        "prioritet": _or_empty(priority, has_priority).tolist(),
    }
    return columns | _deviations(entries, is_primary, day) | _referrals(entries, region, ids, day)


def first_day_year(day: int) -> int:
    """The calendar year of a day number."""
    return int(np.datetime64(day, "D").astype("datetime64[Y]").astype(np.int64)) + 1970


def _acute_columns(region: Region, entries: Entries) -> Columns:
    organisation = region.organisation
    types = organisation.lookup(
        [_ACUTE_TYPE_BY_AREA.get(unit.clinic.area, _OTHER_ACUTE_TYPE) for unit in organisation.units]
    )[entries.unit]
    is_acute = _flags_of_stream(lambda stream: stream.is_acute, entries)
    has_times = is_acute & (types == "1")
    assessed = entries.start + 8 + (uniform(entries.key, "to doctor") ** 2 * 260).astype(np.int64)
    left = assessed + 25 + (uniform(entries.key, "to leaving") ** 1.5 * 420).astype(np.int64)
    broken = has_times & (uniform(entries.key, "left early") < 0.02)
    return {
        "typ_akutverksamhet": np.where(is_acute, types, "0").tolist(),
        "tid_start_akut": timestamps(entries.start, has_times),
        "tid_bedomning": timestamps(assessed, has_times),
        "tid_avslut_akut": timestamps(left, has_times),
        "vard_avbruten": _yes_no(broken, has_times).tolist(),
    }


def contact_columns(region: Region, entries: Entries, known_day: int) -> Columns:
    """Columns of cosmic_vardkontakt for contacts carried out, as known at the end of `known_day`."""
    day = entries.start // MINUTES
    columns = _shared_columns(region, entries, day, known_day, is_waiting=False)
    is_centre_first = _flags_of_stream(lambda stream: stream.pool == "primary" and stream.phase == 1, entries)
    is_first_line = _flags_of_stream(lambda stream: stream.pool == "first_line", entries)
    is_primary = _flags_of_stream(lambda stream: stream.pool in ("primary", "first_line"), entries)
    has_code = np.array(columns["icd_huvud"], dtype=object) != ""
    is_assessment = is_centre_first & has_code & (uniform(entries.key, "assessment") < 0.72)
    is_operation = _flags_of_stream(lambda stream: stream.pool == "operation", entries)
    everyone = np.ones(len(day), dtype=np.bool_)
    length: Real = 15 + uniform(entries.key, "length") * np.where(is_operation, 160, 45)
    fee = np.array(_FEES, dtype=object)[choose(entries.key, "fee", (0.25, 0.1, 0.25, 0.3, 0.1))]
    return columns | _acute_columns(region, entries) | {
        "medicinsk_bedomning": _yes_no(is_assessment, is_primary & ~is_first_line).tolist(),
        "start_tid": timestamps(entries.start, everyone),
        "avslut_tid": timestamps(entries.start + length.astype(np.int64), everyone),
        "kontaktform": forms_of(entries).tolist(),
        "patientavgift": fee.tolist(),
    }  # fmt: skip


def waiting_columns(region: Region, entries: Entries, month: int, known_day: int) -> Columns:
    """Columns of cosmic_vantelista for a month: bookings as at its end, removals as known at `known_day`."""
    last_day = first_day(month + 1) - 1
    day = np.full(len(entries.key), last_day, dtype=np.int64)
    columns = _shared_columns(region, entries, day, known_day, is_waiting=True)
    decided = entries.decided // MINUTES
    is_removed = entries.removed < (known_day + 1) * MINUTES
    month_end = np.array([first_day(int(value) + 1) for value in np.unique(month_of(decided))], dtype=np.int64)
    places = np.searchsorted(np.unique(month_of(decided)), month_of(decided))
    created = np.minimum(entries.decided + whole(entries.key, "created", 1, 1400), month_end[places] * MINUTES - 1)
    start_day = entries.start // MINUTES
    is_booked = (entries.start < NEVER) & (start_day - whole(entries.key, "notice", 8, 60) <= last_day)
    elapsed = last_day - decided
    is_passed = ~is_booked & (elapsed > 20) & (uniform(entries.key, "passed booking") < 0.012)
    passed_day = decided + (elapsed * (0.5 + 0.45 * uniform(entries.key, "passed day"))).astype(np.int64)
    booked = np.where(is_passed, passed_day * MINUTES + 600, entries.start)
    is_open = entries.removed >= (last_day + 1) * MINUTES
    return columns | {
        "skapad_tid": timestamps(created, np.ones(len(day), dtype=np.bool_)),
        "bokad_tid": timestamps(booked, (is_booked | is_passed) & is_open),
        "status": np.where(is_removed, "A", "V").tolist(),
        "avford_tid": timestamps(entries.removed, is_removed),
        "avford_orsak": _or_empty(np.array(REASONS, dtype=object)[entries.reason], is_removed).tolist(),
    }
