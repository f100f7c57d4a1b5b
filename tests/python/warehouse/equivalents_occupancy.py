"""Mutants of the marts of beds and readmissions that no row can tell from the model, with the reason."""

from __future__ import annotations

NO_DAY = "an episode that adds no day stands in the month of its discharge all the same"
TENS = "a hundred times the patients and ninety times the beds differ by tens"

OCCUPANCY_EQUIVALENTS: dict[str, dict[str, str]] = {
    "mart_occupancy": {
        "ready_row: ready_span.last_ready_date >= ready_span.ready_date → "
        "ready_span.last_ready_date >= ((ready_span.ready_date) - 1)": NO_DAY,
        "ready_row: ready_span.last_ready_date >= ward_period.first_date → "
        "ready_span.last_ready_date >= ((ward_period.first_date) - 1)": NO_DAY,
        "line_of_wards: ward_on_line.patient_days * 100 >= ward_on_line.bed_days_available * "
        "ward_period.over_full_percent → ward_on_line.patient_days * 100 >= "
        "((ward_on_line.bed_days_available * ward_period.over_full_percent) - 1)": TENS,
    },
    "mart_readmission": {
        "followed_period: follow_up.last_date < ward_period.first_date → "
        "follow_up.last_date < ((ward_period.first_date) + 1)": "no month begins on the last day of another",
    },
}
