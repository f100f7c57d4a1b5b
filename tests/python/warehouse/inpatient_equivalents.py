"""Mutants of the models of inpatients that no stay can tell from the model, with the reason (as in equivalents.py)."""

from __future__ import annotations

LIMITS = (
    "census_minutes", "transfer_hours", "readmission_days", "readmission_age_years", "risk_assessment_age_years",
    "over_full_percent",
)  # fmt: skip
IN_FORCE = (
    "neighbouring_period.last_date >= parameter.valid_from AND neighbouring_period.last_date <= "
    "COALESCE(parameter.valid_to, neighbouring_period.last_date)"
)
NO_DAYS = "DuckDB makes no series from a later day to an earlier; Spark goes backwards, which is why it is asked for"
STAYS = "COUNT(*) OVER (PARTITION BY stay.episode_key)"
FIRST, LAST = (
    "held_stay.first_date <= ward_period.last_date",
    "COALESCE(held_stay.last_date, ward_period.last_date) >= ward_period.first_date",
)

EQUIVALENTS: dict[str, dict[str, str]] = {
    "int_core__ward_period": {
        f"parameter_in_force: LEFT JOIN parameter ON {IN_FORCE} → INNER JOIN parameter ON {IN_FORCE}": (
            "every period has parameters in force"
        ),
        **{
            f"one_row_a_period: MAX(CASE WHEN name = '{name}' THEN CAST(value AS INT) END) → "
            f"MIN(CASE WHEN name = '{name}' THEN CAST(value AS INT) END)": "one row of a parameter is in force"
            for name in LIMITS
        },
    },
    "int_inpatient__permission_day": {
        "span_with_days: first_date <= last_date → TRUE": NO_DAYS,
        "span_with_days: first_date <= last_date → first_date <= ((last_date) + 1)": NO_DAYS,
    },
    "int_inpatient__stay_day": {
        "followed_stay: COALESCE(stay.discharged_at, CAST('9999-12-31' AS TIMESTAMP)) → stay.discharged_at": (
            "DuckDB orders an empty time last; Spark first, which is why it is filled"
        ),
        f"followed_stay: {STAYS} = 1 → FALSE": (
            "the days of an only stay are put in order like the others, which only takes longer"
        ),
        f"followed_stay: {STAYS} = 1 → {STAYS} = 0": ("as when it is false: no episode is without a stay"),
        f"stay_in_period: {FIRST} AND {LAST} → TRUE": NO_DAYS,
        f"stay_in_period: {FIRST} → TRUE": NO_DAYS,
        f"stay_in_period: {LAST} → TRUE": NO_DAYS,
        "stay_in_period: held_stay.first_date <= ward_period.last_date → held_stay.first_date <= "
        "((ward_period.last_date) + 1)": NO_DAYS,
        f"stay_in_period: {LAST} → COALESCE(held_stay.last_date, ward_period.last_date) >= "
        "((ward_period.first_date) - 1)": NO_DAYS,
    },
}
