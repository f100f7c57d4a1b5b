"""Whether a relation in an inpatient model's place holds what the planted stays must give."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import duckdb

from tests.python.warehouse.inpatient_cases import (
    APR,
    CHANGE,
    CLOSING,
    EPISODES,
    FEB,
    JAN,
    JUN,
    MAR,
    OCT,
    TOLD_WARDS,
    UNKNOWN,
    WARD_CLINICS,
    WARD_DAYS,
    Episode,
    WardDay,
    newest_of,
)
from tests.python.warehouse.inpatient_rows import days
from tests.python.warehouse.planted import Row
from tests.python.warehouse.recomputing import Check

Connection = duckdb.DuckDBPyConnection

LIMITS = (360, 24, 30, 65, 65, 90)
# period, first and last day, the period before, whether the next is loaded.
WARD_PERIODS = {
    (OCT, date(2023, 10, 1), date(2023, 10, 31), None, False, *LIMITS),
    (JAN, date(2024, 1, 1), date(2024, 1, 31), None, True, *LIMITS),
    (FEB, date(2024, 2, 1), date(2024, 2, 29), JAN, True, *LIMITS),
    (MAR, date(2024, 3, 1), date(2024, 3, 31), FEB, True, *LIMITS),
    (APR, date(2024, 4, 1), date(2024, 4, 30), MAR, False, *LIMITS),
    (JUN, date(2024, 6, 1), date(2024, 6, 30), None, False, *LIMITS),
}


def ward_periods_are_those_loaded(connection: Connection, relation: str) -> bool:
    found = connection.execute(
        "select period, first_date, last_date, previous_period, is_next_period_loaded, census_minutes, "
        "transfer_hours, readmission_days, readmission_age_years, risk_assessment_age_years, over_full_percent "
        f"from {relation}"
    ).fetchall()
    return Counter(found) == Counter(WARD_PERIODS)


def expected_census() -> Counter[tuple[str, int, date, str]]:
    """Episode, stay, day and ward of each patient at 06:00."""
    return Counter(
        (episode.key, number, day, newest_of(episode)[number]["avdelning_hsaid"])
        for episode in EPISODES
        for number, text in episode.at_six.items()
        for day in days(text)
    )


def census_is_that_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(f"select period, episode_key, stay_number, date, ward_id from {relation}").fetchall()
    return all(row[0] == f"{row[3]:%Y-%m}" for row in found) and Counter(row[1:] for row in found) == expected_census()


def occupied_days_of(episode: Episode) -> list[tuple[date, str]]:
    """The episode's days with the ward that has each."""
    return sorted((day, ward_id) for ward_id, text in episode.occupied.items() for day in days(text))


def occupied_days_are_those_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(
        f"select period, episode_key, date, unit_id, unit_key, clinic_id, area_name, specialty_group from {relation}"
    ).fetchall()
    expected = Counter(
        (episode.key, day, unit_of(day, ward_id)) for episode in EPISODES for day, ward_id in occupied_days_of(episode)
    )
    return (
        Counter(row[1:4] for row in found) == expected
        and all(row[0] == f"{row[2]:%Y-%m}" for row in found)
        and all((row[3] is None) == (row[4] is None) for row in found)
        and all(row[5:] == WARD_CLINICS.get((row[2], row[3]), row[5:]) for row in found)
    )


def unit_of(day: date, ward_id: str) -> str | None:
    """The ward's id where the register knows it that day."""
    return None if ward_id == UNKNOWN or (ward_id == CLOSING and day >= CHANGE) else ward_id


_STAY_COLUMNS = {
    "period": "_period", "patient_key": "patient_key", "ward_id": "avdelning_hsaid",
    "responsible_unit_id": "ansvarig_enhet_hsaid", "sex": "kon", "admitted_at": "in_tid", "discharged_at": "ut_tid",
    "admission_code": "in_satt", "discharge_code": "ut_till", "discharge_ready_at": "utskrivningsklar_tid",
    "drg_code": "drg_kod", "drg_weight": "drg_vikt",
}  # fmt: skip


def stays_are_those_planted(connection: Connection, relation: str) -> bool:
    """Each stay once, as its newest row tells it, and with what was counted of it."""
    told = sorted({name for episode in EPISODES for figures in episode.stay_figures.values() for name in figures})
    columns = [*_STAY_COLUMNS, *(name for name in told if name not in _STAY_COLUMNS)]
    found = connection.execute(f"select episode_key, stay_number, {', '.join(columns)} from {relation}").fetchall()
    stays: dict[tuple[str, int], tuple[Episode, Row]] = {
        (episode.key, number): (episode, row) for episode in EPISODES for number, row in newest_of(episode).items()
    }
    if Counter(row[:2] for row in found) != Counter(stays.keys()):
        return False
    for row in found:
        episode, planted = stays[row[:2]]
        values: dict[str, Any] = dict(zip(columns, row[2:], strict=True))
        expected = {name: planted.get(column) for name, column in _STAY_COLUMNS.items()}
        expected |= episode.stay_figures.get(row[1], {})
        if any(values[name] != value for name, value in expected.items()):
            return False
    return True


def wrong_columns_of(connection: Connection, relation: str, episode: Episode) -> dict[str, tuple[Any, Any]]:
    """The columns of an episode that are not as counted, with what they are and should be; empty when none is."""
    cursor = connection.execute(f"select * from {relation} where episode_key = ?", [episode.key])
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    if len(rows) != 1:
        return {"rows": (len(rows), 1)}
    found = dict(zip(names, rows[0], strict=True))
    return {name: (found[name], value) for name, value in episode.figures.items() if found[name] != value}


def episodes_are_those_counted(connection: Connection, relation: str) -> bool:
    columns = sorted({name for episode in EPISODES for name in episode.figures})
    found = connection.execute(f"select episode_key, {', '.join(columns)} from {relation}").fetchall()
    episodes = {episode.key: episode for episode in EPISODES}
    if Counter(row[0] for row in found) != Counter(episodes.keys()):
        return False
    for row in found:
        values = dict(zip(columns, row[1:], strict=True))
        if any(values[name] != value for name, value in episodes[row[0]].figures.items()):
            return False
    return True


def expected_ward_days() -> dict[tuple[date, str], WardDay]:
    """Every ward's day: those that were counted, and those of the wards that have nothing but their case's patients."""
    patients = Counter((day, ward_id) for _, _, day, ward_id in expected_census().elements())
    others: dict[tuple[date, str], WardDay] = {
        (day, ward_id): (True, None, None, count, None, 0)
        for (day, ward_id), count in patients.items()
        if ward_id not in TOLD_WARDS
    }
    return {**others, **WARD_DAYS}


def ward_days_are_those_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(
        "select date, unit_id, is_known_unit, beds_established, beds_available, patients_count, overcrowded_count, "
        f"outlier_count, period, unit_key, clinic_id, area_name, specialty_group from {relation}"
    ).fetchall()
    return (
        len(found) == len(expected_ward_days())
        and {row[:2]: row[2:8] for row in found} == expected_ward_days()
        and all(row[8] == f"{row[0]:%Y-%m}" and (row[9] is not None) == row[2] for row in found)
        and all(row[10:] == WARD_CLINICS.get(row[:2], row[10:]) for row in found)
    )


CHECKS: dict[str, Check] = {
    "int_core__ward_period": ward_periods_are_those_loaded,
    "int_inpatient__census": census_is_that_counted,
    "int_inpatient__occupied_day": occupied_days_are_those_counted,
    "fct_inpatient_stay": stays_are_those_planted,
    "fct_inpatient_episode": episodes_are_those_counted,
    "fct_ward_day": ward_days_are_those_counted,
}
