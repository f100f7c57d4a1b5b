"""Ward-days and episodes as the facts hold them, planted so that each line of their marts can be counted by hand.

The facts stand in the built ones' place, so that nothing here depends on how a stay becomes a fact. Loaded are
two months of 2022, all of 2023, and then months whose follow-up reaches, or does not reach, what is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.python.warehouse.recomputing import Check, Recomputing

Row = dict[str, Any]

LOADED = [
    "2022-09", "2022-11", *(f"2023-{month:02}" for month in range(1, 13)), "2024-01", "2024-02", "2024-03",
    "2025-01", "2025-02", "2026-01", "2026-03", "2026-04", "2027-03", "2027-05",
    "2028-01", "2028-02",
]  # fmt: skip
ASSESSED = [period for period in LOADED if "2023-01" <= period <= "2024-02"]

WARD_DAY_TYPES = {
    "period": "varchar", "date": "date", "unit_id": "varchar", "clinic_id": "varchar", "area_name": "varchar",
    "specialty_group": "varchar", "is_known_unit": "boolean", "beds_available": "integer", "patients_count": "bigint",
    "overcrowded_count": "bigint", "outlier_count": "bigint",
}  # fmt: skip
EPISODE_TYPES = {
    "period": "varchar", "episode_key": "varchar", "unit_id": "varchar", "clinic_id": "varchar",
    "area_name": "varchar", "specialty_group": "varchar", "sex": "varchar", "admitted_at": "timestamp",
    "discharged_at": "timestamp", "age_at_admission_years": "integer", "bed_days": "integer",
    "is_readmission_30d": "boolean", "is_index_candidate": "boolean", "has_municipal_care": "boolean",
    "discharge_ready_at": "timestamp", "is_risk_assessed": "boolean", "is_reversed": "boolean",
}  # fmt: skip

# Clinic, area and specialty group of each ward; A2 moves to another clinic on 15 February 2024, U1 is unknown.
WARDS = {
    "A1": ("K1", "Norra", "SOM"),
    "A2": ("K1", "Norra", "SOM"),
    "A2 moved": ("K2", "Södra", "SOM"),
    "A3": ("K1", "Norra", "SOM"),
    "C1": ("K1", "Norra", "SOM"),
    "D1": ("K1", "Norra", "SOM"),
    "D2": ("K1", "Norra", "SOM"),
    "P1": ("K3", "Södra", "PSY"),
    "R1": ("K3", "Södra", "RATT"),
    "B1": ("K4", "Södra", "BUP"),
    "U1": (None, None, None),
}


def _place_of(ward: str) -> Row:
    clinic, area, group = WARDS[ward]
    return {"unit_id": ward.split()[0], "clinic_id": clinic, "area_name": area, "specialty_group": group}


def ward_day(day: str, ward: str, beds: int | None, patients: int, outliers: int = 0) -> Row:
    """A ward at 06:00: disponibla (None without a bed row), patients, and how many of them are another clinic's."""
    return {
        "period": day[:7], "date": date.fromisoformat(day), **_place_of(ward), "is_known_unit": ward != "U1",
        "beds_available": beds, "patients_count": patients,
        "overcrowded_count": None if beds is None else max(0, patients - beds), "outlier_count": outliers,
    }  # fmt: skip


def episode(name: str, ward: str, admitted: str, discharged: str | None, **values: Any) -> Row:
    """An episode of a woman of 50 that is no index: discharged dead, say. Open when `discharged` is None."""
    place = _place_of(ward)
    return {
        "period": discharged and discharged[:7], "episode_key": name, **place,
        "unit_id": None if ward == "U1" else place["unit_id"], "sex": "K", "admitted_at": at(admitted),
        "discharged_at": discharged and at(discharged), "age_at_admission_years": 50, "bed_days": 1,
        "is_readmission_30d": False, "is_index_candidate": False, "has_municipal_care": False,
        "discharge_ready_at": None, "is_risk_assessed": False, "is_reversed": False, **values,
    }  # fmt: skip


def at(day: str) -> datetime:
    """Ten in the morning of a date."""
    return datetime.fromisoformat(f"{day} 10:00:00")


def _index(name: str, ward: str, discharged: str, **values: Any) -> Row:
    """An episode after which the patient may come back."""
    return episode(name, ward, f"{discharged[:7]}-01", discharged, **{"is_index_candidate": True, **values})


# The week of 26 February to 3 March 2024 on ward A1, with the leap day and the month's end in it.
WEEK = [
    ward_day("2024-02-26", "A1", 20, 18),
    ward_day("2024-02-27", "A1", 20, 19),
    ward_day("2024-02-28", "A1", 20, 20),
    ward_day("2024-02-29", "A1", 20, 21, outliers=2),
    ward_day("2024-03-01", "A1", 20, 22),
    ward_day("2024-03-02", "A1", 20, 17),
    ward_day("2024-03-03", "A1", 20, 16),
]

WARD_DAYS = [
    ward_day("2022-09-30", "A1", 10, 2),
    ward_day("2022-11-01", "A1", 10, 1),
    ward_day("2023-01-01", "C1", 1, 1),
    ward_day("2023-12-31", "A1", 20, 20),
    ward_day("2024-01-01", "A1", 20, 10, outliers=1),
    *WEEK,
    ward_day("2024-02-25", "A1", None, 7, outliers=3),
    ward_day("2024-02-14", "A2", 10, 9, outliers=1),
    ward_day("2024-02-15", "A2 moved", 10, 8),
    ward_day("2024-02-01", "A3", 0, 2),
    ward_day("2024-02-01", "P1", 29, 26),
    ward_day("2024-02-01", "B1", 10, 9),
    ward_day("2024-02-01", "R1", 5, 5),
    ward_day("2024-02-01", "U1", 4, 1),
]

EPISODES = [
    # Discharged in February 2024, by age, ward, and what may follow.
    _index(
        "aged 65", "A1", "2024-02-10", age_at_admission_years=65, bed_days=5, is_readmission_30d=True,
        is_risk_assessed=True,
    ),
    _index(
        "aged 64", "A1", "2024-02-10", age_at_admission_years=64, bed_days=3, is_readmission_30d=True,
        is_risk_assessed=True, sex="M",
    ),
    _index(
        "old with municipal care", "A1", "2024-02-10", age_at_admission_years=80, bed_days=10,
        has_municipal_care=True, discharge_ready_at=datetime(2024, 2, 10, 8),
    ),
    _index(
        "young with municipal care", "A2 moved", "2024-02-20", age_at_admission_years=64, bed_days=2,
        has_municipal_care=True, is_readmission_30d=True, is_risk_assessed=True, sex="M",
    ),
    _index("of psychiatry", "P1", "2024-02-10", age_at_admission_years=70, bed_days=30, is_risk_assessed=True),
    _index(
        "of an unknown ward", "U1", "2024-02-10", age_at_admission_years=90, bed_days=4, is_readmission_30d=True,
        is_risk_assessed=True, sex="O",
    ),
    episode(
        "no index", "A1", "2024-02-01", "2024-02-10", age_at_admission_years=66, is_readmission_30d=True,
        has_municipal_care=True,
    ),
    episode(
        "with times in the wrong order", "A1", "2024-02-01", "2024-02-10", age_at_admission_years=75, bed_days=None,
        is_reversed=True, is_risk_assessed=True, discharge_ready_at=at("2024-02-05"),
    ),
    _index(
        "of no known age, ready when it had left", "A1", "2024-02-10", age_at_admission_years=None, bed_days=6,
        is_risk_assessed=True, discharge_ready_at=at("2024-02-12"),
    ),
    _index("of child psychiatry", "B1", "2024-02-10", age_at_admission_years=15, bed_days=7, has_municipal_care=None),
    episode(
        "left on the first of the month", "D1", "2024-01-29", "2024-02-01", bed_days=4,
        discharge_ready_at=at("2024-01-30"),
    ),
    # Ready over the month's end, open since the leap day and since the first of March, and ready before it came.
    episode(
        "ready over the months end", "A1", "2024-02-01", "2024-03-02", bed_days=31,
        discharge_ready_at=at("2024-02-27"),
    ),
    episode("open since the leap day", "P1", "2024-02-29", None, discharge_ready_at=datetime(2024, 2, 29, 23)),
    episode("open since the first of March", "D2", "2024-03-01", None, discharge_ready_at=at("2024-03-01")),
    episode(
        "ready before it came", "A1", "2024-01-05", "2024-01-06", bed_days=2, discharge_ready_at=at("2023-12-30")
    ),
    episode("ready in forensic care", "R1", "2024-03-04", "2024-03-06", discharge_ready_at=at("2024-03-05")),
    episode("ready in child psychiatry", "B1", "2024-03-04", "2024-03-08", discharge_ready_at=at("2024-03-07")),
    # The months before and after.
    _index("before", "A1", "2024-01-10", age_at_admission_years=70, is_readmission_30d=True, is_risk_assessed=True),
    # Assessed, but in a month without a file of assessments.
    _index("after", "A1", "2024-03-10", age_at_admission_years=85, bed_days=8, is_risk_assessed=True),
    episode("alone in the wrong order", "C1", "2025-01-09", "2025-01-08", bed_days=None, is_reversed=True),
    _index("in a month that is not loaded", "A1", "2024-05-10", age_at_admission_years=80),
    *(
        _index(f"of {period}", "A1", f"{period}-10", age_at_admission_years=65, sex="M")
        for period in (
            "2022-09", "2022-11", "2023-12", "2025-01", "2025-02", "2026-01", "2026-03", "2026-04", "2027-03",
            "2028-01", "2028-02",
        )
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a mart by its whole key, and the figures it must hold; None when the line must not exist."""

    key: tuple[str, ...]
    figures: Row | None


def table_of(rows: Sequence[Row], types: Mapping[str, str]) -> str:
    """A query that gives the rows, each column of its type."""

    def literal(value: Any, data_type: str) -> str:
        text = "null" if value is None else f"'{value}'"
        return f"cast({text} as {data_type})"

    values = ",\n".join("(" + ", ".join(literal(row[name], kind) for name, kind in types.items()) + ")" for row in rows)
    return f"select * from (values {values}) as planted ({', '.join(types)})"


def lines_are(expected: Sequence[Line], keys: Sequence[str], line_counts: Mapping[str, int]) -> Check:
    """Whether each line stands once with its figures, and a period whose lines were counted has no more."""
    columns = sorted({column for line in expected for column in line.figures or ()})

    def check(connection: Any, relation: str) -> bool:
        found: dict[tuple[Any, ...], list[Row]] = {}
        for row in connection.execute(f"select {', '.join([*keys, *columns])} from {relation}").fetchall():
            found.setdefault(row[: len(keys)], []).append(dict(zip(columns, row[len(keys) :], strict=True)))
        for line in expected:
            standing = found.get(line.key, [])
            if len(standing) != (line.figures is not None):
                return False
            if line.figures and not all(_is_close(standing[0][name], value) for name, value in line.figures.items()):
                return False
        lines = [key[0] for key, rows in found.items() for _ in rows]
        return all(lines.count(period) == count for period, count in line_counts.items())

    return check


def _is_close(found: Any, expected: Any) -> bool:
    if isinstance(found, float) and isinstance(expected, (int, float)):
        return abs(found - expected) < 1e-9
    return bool(found == expected)


MODELS = ("int_core__ward_period", "int_inpatient__window", "mart_occupancy", "mart_readmission")


def plant_facts(
    built: Path,
    manifest: dict[str, Any],
    checks: dict[str, Check],
    *,
    ward_days: Sequence[Row] = WARD_DAYS,
    episodes: Sequence[Row] = EPISODES,
    loaded: Sequence[str] = LOADED,
    assessed: Sequence[str] = ASSESSED,
) -> Recomputing:
    """The build with planted facts in the facts' place, and what is counted on them made anew. Close it afterwards."""
    world = Recomputing(built, manifest, checks)
    periods = [{"period": period, "group_name": "wards"} for period in loaded]
    # A month of another group makes no month of the wards.
    periods.append({"period": "2022-12", "group_name": "care"})
    world.exchange("loaded_period", table_of(periods, {"period": "varchar", "group_name": "varchar"}))
    # Two of each, so that a month with assessments is one month.
    assessments = [{"period": period} for period in assessed for _ in range(2)]
    assessments = assessments or [{"period": None}]
    world.exchange("stg_cosmic__riskbedomning", table_of(assessments, {"period": "varchar"}))
    world.exchange("fct_ward_day", table_of(ward_days, WARD_DAY_TYPES))
    world.exchange("fct_inpatient_episode", table_of(episodes, EPISODE_TYPES))
    for model in MODELS:
        world.exchange(model, world.code(model))
    return world
