"""Rows of the wards' files as dicts of the extracts' own columns, each faultless unless told otherwise."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.python.warehouse.planted import UNIT, Row, key_of, unit


def moment(text: str) -> datetime:
    """A time of the wall clock, as `2024-02-05 06:00`."""
    return datetime.fromisoformat(text)


def stay(period: str, episode_id: str, admitted: str, discharged: str | None = None, **values: Any) -> Row:
    """A stay of a period's file: acute, and discharged to the home when it has ended."""
    return {
        "_period": period, "vardtillfalle_id": episode_id, "episode_key": key_of(episode_id), "vistelse_nr": 1,
        "patient_key": key_of(f"patient {episode_id}"), "patient_id_type": "person",
        "patient_has_valid_check_digit": True, "patient_birth_year": 1950, "age_at_admission_years": 73,
        "kon": "K", "skyddad_identitet": "N", "lkf": "1980", "avdelning_hsaid": UNIT,
        "in_tid": moment(admitted), "ut_tid": None if discharged is None else moment(discharged),
        "in_satt": "A", "ut_till": None if discharged is None else "HEM", **values,
    }  # fmt: skip


def permission(period: str, episode_id: str, left: str, returned: str | None, stay_number: int = 1) -> Row:
    """A permission of a stay in a period's file; open when the patient is not back."""
    return {
        "_period": period, "vardtillfalle_id": episode_id, "episode_key": key_of(episode_id),
        "vistelse_nr": stay_number, "fran_tid": moment(left),
        "till_tid": None if returned is None else moment(returned),
    }  # fmt: skip


def bed(period: str, ward_id: str, day: str, available: int | None, established: int | None = 9) -> Row:
    """A ward's beds on a day."""
    return {
        "_period": period, "avdelning_hsaid": ward_id, "datum": date.fromisoformat(day),
        "faststallda": established, "disponibla": available,
    }  # fmt: skip


def assessment(period: str, episode_id: str, kind: str, day: str) -> Row:
    """A risk assessed at noon of a day."""
    return {
        "_period": period, "vardtillfalle_id": episode_id, "episode_key": key_of(episode_id), "typ": kind,
        "bedomd_tid": moment(f"{day} 12:00"),
    }  # fmt: skip


def ward(period: str, ward_id: str, **values: Any) -> Row:
    """A somatic ward of the register."""
    return unit(period, ward_id, **{"namn": "Avdelningen", "enhetstyp": "AVDELNING", **values})


def days(text: str) -> list[date]:
    """Dates written out: `2024-02-05 2024-02-07..2024-02-09` is four days."""
    found = []
    for part in text.split():
        first, _, last = part.partition("..")
        one = date.fromisoformat(first)
        while one <= date.fromisoformat(last or first):
            found.append(one)
            one += timedelta(days=1)
    return found
