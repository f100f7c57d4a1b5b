"""What the marts of beds and readmissions must hold of the planted facts, counted by hand rule by rule."""

from __future__ import annotations

from typing import Any

from tests.python.warehouse.inpatient_facts import Line, lines_are

OCCUPANCY_KEYS = ("period", "level", "unit_id", "specialty_group")
READMISSION_KEYS = ("period", "population", "level", "unit_id", "sex")

REGION = "region *"
Figures = dict[str, Any]


def _line(period: str, place: str, figures: Figures | None, group: str = "all") -> Line:
    level, unit_id = place.split()
    return Line((period, level, unit_id, group), figures)


def _beds(bed_days: int, patient_days: int, days: int, span: str = "") -> Figures:
    """Of wards: bed days, patient days, and calendar days of the loaded months."""
    return {
        f"{span}bed_days_available": bed_days,
        f"{span}patient_days": patient_days,
        f"{span}beds_available_mean": bed_days / days,
        f"{span}occupancy_share": patient_days / bed_days if bed_days else None,
    }


def _per_100(bed_days: int, overcrowded: int, outliers: int, span: str = "") -> Figures:
    return {
        f"{span}overcrowded_count": overcrowded,
        f"{span}outlier_count": outliers,
        f"{span}overcrowded_per_100_beds": 100 * overcrowded / bed_days if bed_days else None,
        f"{span}outliers_per_100_beds": 100 * outliers / bed_days if bed_days else None,
    }


def _wards(count: int, over_90: int, span: str = "") -> Figures:
    return {f"{span}wards_count": count, f"{span}wards_over_90_count": over_90}


def _discharged(episodes: int, with_days: int, bed_days: int, span: str = "") -> Figures:
    return {
        f"{span}discharged_episodes_count": episodes,
        f"{span}bed_days_episodes_count": with_days,
        f"{span}discharged_bed_days": bed_days,
        f"{span}mean_length_of_stay_days": bed_days / with_days if with_days else None,
    }


def _assessed(numerator: int | None, denominator: int | None, span: str = "") -> Figures:
    return {
        f"{span}risk_assessed_episodes_count": numerator,
        f"{span}risk_assessment_episodes_count": denominator,
        f"{span}risk_assessed_share": numerator / denominator if numerator is not None and denominator else None,
    }


# 26-29 February: 18 + 19 + 20 + 21 patients; 1-3 March: 22 + 17 + 16. Beds 20 a day. Above them 1, and 2.
THE_WEEK = [
    _line("2024-02", "unit A1", {**_beds(80, 78, 29), **_per_100(80, 1, 2), **_wards(1, 1)}),
    _line("2024-03", "unit A1", {**_beds(60, 55, 31), **_per_100(60, 2, 0), **_wards(1, 1)}),
]

# OC03. A3 has no beds and two patients, A1 seven patients on a day without a bed row. U1 is unknown.
BEDS = [
    _line("2024-02", "unit A3", {**_beds(0, 2, 29), **_per_100(0, 2, 0), **_wards(0, 0)}),
    _line("2024-02", "unit P1", _beds(29, 26, 29)),
    _line("2024-02", "unit U1", None),
    _line("2024-02", "clinic K1", {**_beds(90, 89, 29), **_per_100(90, 3, 3)}),
    _line("2024-02", "area Norra", _beds(90, 89, 29)),
    _line("2024-02", "area Södra", _beds(54, 48, 29)),
    _line("2024-02", REGION, {**_beds(148, 138, 29), **_per_100(148, 3, 3)}),
]

# CM02. A2 stands with K1 on the 14th and with K2 on the 15th; its own line holds both days.
MOVED = [
    _line("2024-02", "unit A2", {**_beds(20, 17, 29), **_wards(1, 0), **_per_100(20, 0, 1)}),
    _line("2024-02", "clinic K2", {**_beds(10, 8, 29), **_wards(1, 0), **_per_100(10, 0, 0)}),
]

# OC04. Sharp: A2 in K1 with 9 of 10, B1 with 9 of 10. Under: P1 with 26 of 29. A3 has no beds and is no ward; a
# ward of one bed is one.
WARDS_OVER_90 = [
    _line("2023-01", "unit C1", _wards(1, 1)),
    _line("2024-02", "unit P1", _wards(1, 0)),
    _line("2024-02", "unit B1", _wards(1, 1)),
    _line("2024-02", "clinic K1", _wards(2, 2)),
    _line("2024-02", "clinic K3", _wards(2, 1)),
    _line("2024-02", "area Norra", _wards(2, 2)),
    _line("2024-02", "area Södra", _wards(4, 2)),
    _line("2024-02", REGION, _wards(6, 3)),
]

# OC05. Forensic psychiatry (R1) and the unknown ward (U1) are in `all` alone.
GROUPS = [
    _line("2024-02", REGION, {**_beds(100, 97, 29), **_per_100(100, 3, 3), **_wards(2, 1)}, "SOM"),
    _line("2024-02", REGION, {**_beds(39, 35, 29), **_per_100(39, 0, 0), **_wards(2, 1)}, "PSY"),
    _line("2024-02", "unit B1", _beds(10, 9, 29), "PSY"),
    _line("2024-02", "unit R1", _beds(5, 5, 29)),
    _line("2024-02", "unit R1", None, "PSY"),
    _line("2024-02", "clinic K3", _beds(29, 26, 29), "PSY"),
    _line("2024-02", "area Södra", _beds(10, 8, 29), "SOM"),
    _line("2024-02", "area Södra", _beds(39, 35, 29), "PSY"),
    _line("2024-02", "area Norra", None, "PSY"),
    _line("2024-02", REGION, None, "BUP"),
    _line("2024-02", REGION, None, "RATT"),
]

NO_TWELVE_MONTHS = dict.fromkeys(
    (
        "r12_bed_days_available", "r12_beds_available_mean", "r12_patient_days", "r12_occupancy_share",
        "r12_wards_count", "r12_wards_over_90_count", "r12_overcrowded_count", "r12_overcrowded_per_100_beds",
        "r12_outlier_count", "r12_outliers_per_100_beds", "r12_discharged_episodes_count",
        "r12_bed_days_episodes_count", "r12_discharged_bed_days", "r12_mean_length_of_stay_days",
        "r12_discharge_ready_days", "r12_risk_assessment_episodes_count", "r12_risk_assessed_episodes_count",
        "r12_risk_assessed_share",
    )
)  # fmt: skip

# PR06. Loaded are September and November 2022, all of 2023, and January to March 2024.
SPANS = [
    _line(
        "2022-11", REGION,
        {**_beds(10, 1, 30), **_beds(20, 3, 60, "ytd_"), **NO_TWELVE_MONTHS},
    ),
    _line(
        "2023-11", REGION,
        {**_beds(0, 0, 30), **_beds(1, 1, 334, "ytd_"), **_wards(0, 0), **_wards(1, 1, "ytd_"), **NO_TWELVE_MONTHS},
    ),
    _line("2023-12", REGION, {**_beds(20, 20, 31), **_beds(21, 21, 365, "ytd_"), **_beds(21, 21, 365, "r12_")}),
    _line("2023-12", "unit C1", {**_beds(0, 0, 31), **_wards(0, 0), **_beds(1, 1, 365, "r12_")}),
    _line("2024-01", "unit C1", None),
    _line(
        "2024-01", REGION,
        {**_beds(20, 10, 31), **_beds(20, 10, 31, "ytd_"), **_beds(40, 30, 365, "r12_"), **_wards(1, 0),
         **_wards(1, 0, "ytd_"), **_wards(2, 1, "r12_")},
    ),
    _line("2024-02", REGION, {**_beds(168, 148, 60, "ytd_"), **_beds(188, 168, 366, "r12_")}),
    _line(
        "2024-03", REGION,
        {**_beds(60, 55, 31), **_beds(228, 203, 91, "ytd_"), **_beds(248, 223, 366, "r12_"),
         **_per_100(228, 5, 4, "ytd_"), **_per_100(248, 5, 4, "r12_"), **_wards(8, 4, "ytd_"), **_wards(9, 5, "r12_")},
    ),
    _line("2024-03", "unit A2", {**_beds(0, 0, 31), **_beds(20, 17, 91, "ytd_"), **_beds(20, 17, 366, "r12_")}),
]  # fmt: skip

# PR05. Eleven discharged in February 2024, one of them (B02) without days; 72 days in the other ten.
STAYS = [
    _line("2024-02", REGION, _discharged(11, 10, 72)),
    _line("2024-02", REGION, _discharged(8, 7, 31), "SOM"),
    _line("2024-02", REGION, _discharged(2, 2, 37), "PSY"),
    _line("2024-02", "unit A1", _discharged(6, 5, 25)),
    _line("2024-02", "unit A2", _discharged(1, 1, 2)),
    _line("2024-02", "clinic K2", _discharged(1, 1, 2)),
    _line("2024-02", "unit A3", _discharged(0, 0, 0)),
    _line("2024-02", "area Norra", _discharged(7, 6, 29)),
    _line("2024-02", "area Södra", _discharged(3, 3, 39)),
    _line(
        "2024-03", REGION,
        {**_discharged(4, 4, 41), **_discharged(17, 16, 116, "ytd_"), **_discharged(18, 17, 117, "r12_")},
    ),
    _line("2025-01", "unit C1", _discharged(1, 0, 0)),
    _line("2024-05", REGION, None),
]  # fmt: skip

# PR05. From 27 February to 2 March: 3 days and 1. Open since 29 February: 1 day and 31; since 1 March: 31. A day
# each of forensic and of child psychiatry in March.
# Ready the day it left, after it had left, or with its times in the wrong order: none.
READY = [
    _line("2024-01", REGION, {"discharge_ready_days": 3}),
    _line("2024-01", "unit D1", {"discharge_ready_days": 2}),
    _line("2024-02", "unit D1", {"discharge_ready_days": 0}),
    _line("2024-02", "unit D2", None),
    _line("2024-02", "unit A1", {"discharge_ready_days": 3}),
    _line("2024-02", REGION, {"discharge_ready_days": 4}),
    _line("2024-02", REGION, {"discharge_ready_days": 1}, "PSY"),
    _line("2024-03", "unit D2", {"discharge_ready_days": 31}),
    _line(
        "2024-03", REGION,
        {"discharge_ready_days": 65, "ytd_discharge_ready_days": 72, "r12_discharge_ready_days": 72},
    ),
    _line("2024-03", REGION, {"discharge_ready_days": 32}, "SOM"),
    _line("2024-03", REGION, {"discharge_ready_days": 32}, "PSY"),
    _line("2024-03", "unit R1", {"discharge_ready_days": 1}),
    _line("2025-02", "unit P1", {"discharge_ready_days": 28}),
]  # fmt: skip

# PR04. Of February's in somatic care: aged 65 assessed, 80 not, 66 not, 75 assessed. No assessments in March.
ASSESSMENTS = [
    _line("2024-02", REGION, {**_assessed(2, 4), **_assessed(3, 5, "ytd_"), **_assessed(3, 6, "r12_")}),
    _line("2024-02", "unit A1", _assessed(2, 4)),
    _line("2024-02", REGION, _assessed(2, 4), "SOM"),
    _line("2024-02", REGION, _assessed(0, 0), "PSY"),
    _line("2024-03", REGION, {**_assessed(None, None), **_assessed(3, 5, "ytd_"), **_assessed(None, None, "r12_")}),
    _line("2023-12", REGION, {**_assessed(0, 1), **_assessed(0, 1, "r12_")}),
    _line("2023-11", REGION, {**_assessed(0, 0), **_assessed(None, None, "r12_")}),
    _line("2023-01", REGION, {**_assessed(0, 0), **_assessed(0, 0, "ytd_")}),
    _line("2022-11", REGION, {**_assessed(None, None), **_assessed(None, None, "ytd_")}),
    _line("2025-01", REGION, {**_assessed(None, None), **_assessed(None, None, "ytd_")}),
]

OCCUPANCY_LINES = [
    *THE_WEEK, *BEDS, *MOVED, *WARDS_OVER_90, *GROUPS, *SPANS, *STAYS, *READY, *ASSESSMENTS,
]  # fmt: skip
# Units: two lines each of A1, A2, A3, D1, P1 and B1, and one of R1. Clinics: two each of K1, K2, K3 and K4. Areas:
# two of Norra and three of Södra. Region: three.
OCCUPANCY_COUNTS = {"2024-02": 13 + 8 + 5 + 3}


def _back(
    period: str,
    population: str,
    place: str,
    numerator: int | None,
    denominator: int | None,
    sex: str = "all",
    /,
    span: str = "",
    **more: Any,
) -> Line:
    level, unit_id = place.split()
    share = numerator / denominator if numerator is not None and denominator else None
    figures = {f"{span}numerator": numerator, f"{span}denominator": denominator, f"{span}share": share}
    return Line((period, population, level, unit_id, sex), {**figures, **more})


def _no_line(period: str, population: str, place: str, sex: str = "all") -> Line:
    level, unit_id = place.split()
    return Line((period, population, level, unit_id, sex), None)


# PR03. Of February's indexes: aged 65, 80, 70 and 90, of whom the first and last came back; 64 is too young.
OLD = [
    _back("2024-02", "65_plus", REGION, 2, 4),
    _back("2024-02", "65_plus", REGION, 1, 3, "K"),
    _back("2024-02", "65_plus", REGION, 1, 1, "O"),
    _back("2024-02", "65_plus", "unit A1", 1, 2),
    _back("2024-02", "65_plus", "unit P1", 0, 1),
    _back("2024-02", "65_plus", "clinic K1", 1, 2),
    _back("2024-02", "65_plus", "clinic K3", 0, 1),
    _back("2024-02", "65_plus", "area Norra", 1, 2),
    _back("2024-02", "65_plus", "area Södra", 0, 1),
    _no_line("2024-02", "65_plus", "unit B1"),
    _no_line("2024-02", "65_plus", "unit U1"),
    _no_line("2024-05", "65_plus", REGION),
]

# PR03. With municipal care, aged 80 and 64; the one that is no index is not counted.
MUNICIPAL = [
    _back("2024-02", "municipal_care", REGION, 1, 2),
    _back("2024-02", "municipal_care", REGION, 1, 1, "M"),
    _back("2024-02", "municipal_care", REGION, 0, 1, "K"),
    _back("2024-02", "municipal_care", "unit A2", 1, 1),
    _back("2024-02", "municipal_care", "clinic K2", 1, 1),
    _back("2024-02", "municipal_care", "unit A1", 0, 1),
    _no_line("2024-02", "municipal_care", "unit B1"),
    _no_line("2024-01", "municipal_care", REGION),
]

# PR06. A man of December, a woman of January who came back, and a woman of March; ratios of sums.
READMISSION_SPANS = [
    _back("2022-11", "65_plus", REGION, 0, 2, span="ytd_", r12_numerator=None, r12_denominator=None, r12_share=None),
    _back("2023-12", "65_plus", REGION, 0, 1, span="r12_", ytd_numerator=0, ytd_denominator=1),
    _back("2024-01", "65_plus", REGION, 1, 2, span="r12_", numerator=1, denominator=1, ytd_denominator=1),
    _back("2024-01", "65_plus", REGION, 0, 1, "M", span="r12_", numerator=0, denominator=0, share=None, ytd_share=None),
    _back("2024-02", "65_plus", REGION, 3, 6, span="r12_", ytd_numerator=3, ytd_denominator=5, ytd_share=0.6),
    _back("2025-01", "65_plus", REGION, 0, 1, span="ytd_", numerator=0, denominator=1),
    _back("2024-03", "65_plus", "unit A1", 2, 4, span="ytd_", numerator=0, denominator=1),
]

# PR03. 30 days after the last of the month: 31 January reaches 2 March, or 1 March in a leap year.
PRELIMINARY = [
    Line((period, "65_plus", "region", "*", "all"), {"is_preliminary": is_preliminary})
    for period, is_preliminary in {
        "2022-09": True,  # October is not loaded
        "2022-11": True,  # nor December
        "2023-12": False,  # to 30 January
        "2024-01": False,  # to 1 March, which is loaded
        "2024-02": False,  # to 30 March
        "2024-03": True,  # to 30 April
        "2025-01": True,  # to 2 March: February is loaded, March is not
        "2025-02": True,  # to 30 March
        "2026-01": True,  # to 2 March, which is loaded; February is not
        "2026-03": False,  # to 30 April, the last day of what is loaded
        "2026-04": True,
        "2027-03": True,  # to 30 April, which is not loaded; May is
        "2028-01": True,  # a leap year, to 1 March
        "2028-02": True,
    }.items()
]

READMISSION_LINES = [*OLD, *MUNICIPAL, *READMISSION_SPANS, *PRELIMINARY]
# Of 65 and older: region all, K, M and O; A1, K1 and Norra all, K and M; P1, K3 and Södra all and K. With municipal
# care: region all, K and M; A1, K1 and Norra all and K; A2, K2 and Södra all and M.
READMISSION_COUNTS = {"2024-02": 4 + 9 + 6 + 3 + 6 + 6}

CHECKS = {
    "mart_occupancy": lines_are(OCCUPANCY_LINES, OCCUPANCY_KEYS, OCCUPANCY_COUNTS),
    "mart_readmission": lines_are(READMISSION_LINES, READMISSION_KEYS, READMISSION_COUNTS),
}
