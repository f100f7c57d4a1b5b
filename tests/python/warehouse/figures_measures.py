"""What the planted rows of cases_measures.py must give, counted by hand."""

from __future__ import annotations

from tests.python.warehouse.cases_measures import (
    CAP_MEASURES,
    LATER_PERIOD,
    MEASURED_ROWS,
    PATTERN_PERIOD,
    PATTERN_VALUES,
    SOUGHT_MEASURES,
)
from tests.python.warehouse.mart_lines import VARIANTS, Figures, Line, in_every_variant, share_of, statistics_of
from tests.python.warehouse.planted import CAP_UNIT, CLINIC, FIRST_LINE_UNIT, UNIT

# --- the population of May 2026 -------------------------------------------------------------------------------

# (measure, population, contact id, whether in the share, whether inside the limit). Beside the rows of
# cases_measures.py: what cases.py plants in every phase, where radiology asks for no guarantee.
MEASURES_COUNTED: list[tuple[str, str, str, bool, bool]] = [
    *(
        (measure, planted.population, planted.name, is_in_share, is_inside)
        for planted in MEASURED_ROWS
        for measure, (is_in_share, is_inside) in planted.counted.items()
    ),
    ("radiology_60", "completed", "completed fas 3, in turn after 60 days", True, True),
    ("radiology_60", "completed", "completed fas 3, in turn after 61 days, not in the guarantee", True, False),
    ("radiology_60", "completed", "completed fas 3, at an unknown unit after 10 days", True, True),
    ("radiology_60", "waiting", "waiting fas 3, in turn for 60 days", True, True),
    ("first_line_3", "completed", "completed fas 1, SoV after 95 days at the first line", True, False),
]

# --- the mart's lines of April 2026 ---------------------------------------------------------------------------

# Inside and counted of 21 rows, 4 inside: four deviations, one row outside the guarantee, 16 plain ones of which
# one is inside. In the order of VARIANTS; what asks for no guarantee counts the row outside it, which is inside.
PATTERN_SHARES = {
    "completed": ((2, 18), (1, 16), (3, 19), (3, 20)),
    "waiting": ((1, 16), (1, 16), (3, 19), (3, 20)),
}
SHARES_WITHOUT_GUARANTEE = {
    population: tuple((inside + 1, counted + 1) for inside, counted in shares)
    for population, shares in PATTERN_SHARES.items()
}
WITHOUT_GUARANTEE = ("radiology_60", "followup_target")

# The men: PvV on both sides of the limit, and SoV inside.
MENS_SHARES = {
    "completed": ((1, 1), (0, 0), (2, 2), (2, 3)),
    "waiting": ((0, 0), (0, 0), (2, 2), (2, 3)),
}

# 4 rows on the limit and 17 a day over it: 4 x 30 + 17 x 31 = 647, 4 x 60 + 17 x 61 = 1277, 4 x 3 + 17 x 4 = 80
# days; a follow-up's wait is the 200 days from its decision, whichever side of its target date it is on.
THIRTY_DAYS = statistics_of(21, 31, 647, 0, 4, 17, 0, 0, 0, 0, 0)
THREE_DAYS = statistics_of(21, 4, 80, 0, 21, 0, 0, 0, 0, 0, 0)
PATTERN_STATISTICS: dict[str, Figures] = {
    "radiology_60": statistics_of(21, 61, 1277, 0, 0, 4, 17, 0, 0, 0, 0),
    "followup_target": statistics_of(21, 200, 4200, 21, 0, 0, 0, 0, 0, 21, 0),
    **dict.fromkeys(CAP_MEASURES.values(), THIRTY_DAYS),
    **dict.fromkeys(SOUGHT_MEASURES, THREE_DAYS),
}

# Where each measure's rows are: the specialty group and the unit, of one clinic in one area.
PATTERN_PLACES = {
    "radiology_60": ("SOM", UNIT),
    "followup_target": ("SOM", UNIT),
    **dict.fromkeys(CAP_MEASURES.values(), ("BUP", CAP_UNIT)),
    "primary_assessment_3": ("SOM", UNIT),
    "first_line_3": ("FORSTA_LINJEN", FIRST_LINE_UNIT),
}

# 60 of 100 need 12 of 19, 11 of 17, 12 of 20 and 13 of 21 (11.4, 10.2, 12, 12.6); 90 of 100 need 17 of 18, 15 of
# 16 and 18 of 19 and 20 (16.2, 14.4, 17.1, 18); 80 of 100 need 15, 13, 16 and 16 (14.4, 12.8, 15.2, 16); 85 of
# 100 need 16, 14, 17 and 17 (15.3, 13.6, 16.15, 17). The region has no target for the other two.
PATTERN_LACKING = {
    ("radiology_60", "completed"): (9, 9, 8, 9),
    ("radiology_60", "waiting"): (9, 9, 8, 9),
    ("cap_assessment_30", "completed"): (15, 14, 15, 15),
    ("cap_assessment_30", "waiting"): (14, 14, 15, 15),
    ("cap_investigation_30", "completed"): (13, 12, 13, 13),
    ("cap_investigation_30", "waiting"): (12, 12, 13, 13),
    ("cap_treatment_30", "completed"): (13, 12, 13, 13),
    ("cap_treatment_30", "waiting"): (12, 12, 13, 13),
    ("primary_assessment_3", "completed"): (14, 13, 14, 14),
    ("first_line_3", "completed"): (None, None, None, None),
    ("followup_target", "completed"): (None, None, None, None),
    ("followup_target", "waiting"): (None, None, None, None),
}


def _keys(measure: str, population: str, variant: str, **place: str) -> Figures:
    return {"period": PATTERN_PERIOD, "measure_id": measure, "population": population, "variant": variant, **place}


def _shares(measure: str, population: str) -> tuple[tuple[int, int], ...]:
    return (SHARES_WITHOUT_GUARANTEE if measure in WITHOUT_GUARANTEE else PATTERN_SHARES)[population]


PATTERN_LINES = [
    Line(
        _keys(measure, population, variant, **place),
        {**share_of(*share), **PATTERN_STATISTICS[measure], "contacts_to_target_count": lacking},
    )
    for (measure, population), counts in PATTERN_LACKING.items()
    for variant, share, lacking in zip(VARIANTS, _shares(measure, population), counts, strict=True)
    for place in (
        {},
        {"specialty_group": PATTERN_PLACES[measure][0]},
        {"level": "area", "unit_id": "Norra"},
        {"level": "clinic", "unit_id": CLINIC},
        {"level": "unit", "unit_id": PATTERN_PLACES[measure][1]},
    )
]
MENS_LINES = [
    Line(_keys(measure, population, variant, sex="M"), {**share_of(*share), "contacts_count": 3})
    for measure, population in PATTERN_LACKING
    for variant, share in zip(VARIANTS, MENS_SHARES[population], strict=True)
]
# Every row of radiology is an examination too, inside 90 days; one is outside the guarantee.
RADIOLOGY_AS_EXAMINATIONS = [
    Line(
        {"period": PATTERN_PERIOD, "measure_id": "examination_90", "population": population, "variant": "all"},
        {"contacts_count": 21, **share_of(20, 20)},
    )
    for population in ("completed", "waiting")
]
# Measured when carried out alone, and by other measures than those of specialised care.
ABSENT_LINES = [
    line
    for measure, population in [
        *((measure, "waiting") for measure in SOUGHT_MEASURES),
        ("first_contact_90", "completed"),
        ("first_contact_90", "waiting"),
        ("operation_90", "completed"),
        ("operation_90", "waiting"),
    ]
    for line in in_every_variant({"period": PATTERN_PERIOD, "measure_id": measure, "population": population}, None)
]
# Two days each, one of them by an unlicensed profession.
LATER_LINES = [
    Line(
        {"period": LATER_PERIOD, "measure_id": "primary_assessment_3", "population": "completed", "variant": "all"},
        {"contacts_count": 1, "median_wait_days": 2, **share_of(1, 1)},
    )
]
MEASURES_LINES = [*LATER_LINES, *PATTERN_LINES, *MENS_LINES, *RADIOLOGY_AS_EXAMINATIONS, *ABSENT_LINES]
# Region and area by sex and group (6 each), clinic and unit by sex (3 each), in four variants.
MEASURES_LINE_COUNTS = {
    (PATTERN_PERIOD, measure, population): 4 * 18
    for measure in PATTERN_VALUES
    for population in ("completed", "waiting")
    if (measure, population) in PATTERN_LACKING
}

# --- a measure that is none of the house's ---------------------------------------------------------------------

# Only waiting, from the day on which contact was sought, and with no guarantee asked for: as a row of the seed.
OTHER_MEASURES = """
    select
        'test_sought_waiting_3' as measure_id, 'vantar' as measure_name, 'P' as care_level,
        null as phase, null as cap_step, null as specialty_group, null as excluded_specialty_groups,
        null as priority_code, false as is_assessment_required, false as is_license_required,
        false as is_code_required, false as is_guarantee_required, 'contact_sought' as wait_from,
        'wait' as limit_from, 'guarantee_limit_primary_care_days' as limit_parameter,
        true as is_waiting_measured, false as is_completed_measured,
        date '2010-01-01' as valid_from, null as valid_to, 'test' as source
"""
OTHER_MEASURES_COUNTED = [
    ("test_sought_waiting_3", "waiting", name, True, True)
    for name in ("primary care waits since contact was sought", "assessment that is waited for", "first line waits")
]
