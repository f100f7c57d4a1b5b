"""What the planted rows must give, counted by hand: one place for the tests of figures and of mutants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.python.warehouse.cases import (
    DEAD_BUT_WAITED,
    EARLIER_PERIOD,
    FIXTURE_PERIOD,
    MEASURE_OF_PHASE,
    MEASURED,
    MOVING_UNIT,
    ONE_DAY_OVERLAP_UNIT,
    OVERLAPPING_UNIT,
    OWN_CLINIC_UNIT,
    RULE_PERIOD,
    SAME_START_UNIT,
    STATES,
    TARGET_PERIOD,
    THREE_INTERVALS_UNIT,
    WAITS,
    entity_of,
)
from tests.python.warehouse.cases_measures import MEASURE_PERIOD
from tests.python.warehouse.clinic_cases import (
    CLINIC_PERIOD,
    QUARANTINED,
    TOO_MANY,
    UNKNOWN_TOO_MANY,
    clinic_id,
)
from tests.python.warehouse.figures_measures import (
    MEASURES_COUNTED,
)
from tests.python.warehouse.flow_figures import FLOW_FINDINGS
from tests.python.warehouse.mart_lines import (
    VARIANTS,
    Figures,
    Line,
    in_every_variant,
    share_of,
    statistics_of,
)
from tests.python.warehouse.planted import CLINIC, FIRST_LINE_UNIT, OTHER_CLINIC, UNIT

# --- rows of care -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RowFigures:
    """The columns of a planted row of care that are counted by hand."""

    name: str
    period: str
    figures: Figures
    entity: str = "cosmic_vardkontakt"

    def __str__(self) -> str:
        return f"{self.name}: {self.figures}"


# WT40: 27 January to 31 May 2024 is 4 + 29 + 31 + 30 + 31 = 125 days.
LEGAL_WAITS = [
    RowFigures(name, "2024-05", {"wait_days": 125, "legal_wait_days": days})
    for name, days in [
        ("interval inside", 85),
        ("open interval", 115),
        ("interval from before the decision", 115),
        ("interval beyond the wait", 115),
        ("interval before the decision", 125),
        ("interval long before the decision", 125),
        ("particular reasons", 125),
        ("no interval", 125),
    ]
] + [
    RowFigures("R01 the same day", "2026-10", {"wait_days": 0, "legal_wait_days": 0}),
    RowFigures("G A02 start the day before the decision", RULE_PERIOD, {"wait_days": -1, "legal_wait_days": None}),
]
LIMITS = [
    RowFigures(name, RULE_PERIOD, {"limit_days": limit, "is_within_limit": is_within})
    for name, limit, is_within in [
        ("G A16 child psychiatry after 30 days", 30, True),
        ("G A16 child psychiatry after 31 days", 30, False),
        ("G A16 primary care after 3 days", 3, True),
        ("G A16 primary care after 4 days", 3, False),
        ("G A16 PvV after 90 days", 90, True),
        ("G A16 PvV after 91 days", 90, False),
        ("G A16 follow-up on its target date", 10, True),
        ("G A16 follow-up the day after its target date", 9, False),
        ("G A01 leaves an acute contact without decision alone", None, None),
        ("G A02 start the day before the decision", 90, None),
        ("G A13 operation with an activity", 90, True),
        ("G A36 unknown phase with a target date", None, None),
    ]
]
DERIVED_DECISIONS = [
    RowFigures(name, "2024-03", {"wait_days": days, "is_decision_derived": is_derived})
    for name, days, is_derived in [
        ("acute", None, True),
        ("acute of another type", None, True),
        ("drop-in", None, True),
        ("drop-in with a decision", 10, False),
        ("plain", 10, False),
    ]
]
HOMES = [
    RowFigures(name, period, {"is_home_region": is_home, "municipality_state": state})
    for name, period, is_home, state in [
        ("plain", "2024-03", True, "known"),
        ("another region", "2024-03", False, "known"),
        ("no home", "2024-03", None, "unknown"),
        ("G A24 zeros", RULE_PERIOD, None, "unknown"),
        ("G A24 five digits", RULE_PERIOD, None, "malformed"),
        ("G A24 county that does not exist", RULE_PERIOD, None, "malformed"),
        ("G A24 letters", RULE_PERIOD, None, "malformed"),
    ]
]
WAIT_FIGURES = [RowFigures(wait.contact_id, wait.period, {"wait_days": wait.days, "is_within_limit": wait.is_within})
                for wait in WAITS]  # fmt: skip
STATE_FIGURES = [
    RowFigures(row["vardkontakt_id"], row["_period"], {"row_state": state}, entity_of(row))
    for row, state in [*STATES, (DEAD_BUT_WAITED, "waiting")]
]
# WT30, R17: vardgaranti J and neither a follow-up nor an acute contact.
GUARANTEES = [
    RowFigures("a follow-up marked as in the guarantee", MEASURE_PERIOD, {"is_in_guarantee": False}),
    RowFigures(
        "an acute contact marked as in the guarantee",
        MEASURE_PERIOD,
        {"is_in_guarantee": False, "wait_days": None, "limit_days": None},
    ),
    RowFigures(
        "an acute contact in child psychiatry",
        MEASURE_PERIOD,
        {"is_in_guarantee": False, "wait_days": None, "limit_days": None},
    ),
    RowFigures("plain", "2024-03", {"is_in_guarantee": True}),
    RowFigures("no home", "2024-03", {"is_in_guarantee": False}),
    RowFigures("G6", FIXTURE_PERIOD, {"is_in_guarantee": False}),
]
# CM02, CM03: the unit as it was on the day, and the region's own where it is unknown.
PLACES = [
    RowFigures(name, "2024-04", {"clinic_id": clinic, "area_name": area, "ownership": ownership})
    for name, clinic, area, ownership in [
        ("last day in the first clinic", CLINIC, "Norra", "REGION"),
        ("first day in the second clinic", OTHER_CLINIC, "Södra", "REGION"),
        ("at the unit that left the register", CLINIC, "Norra", "PRIVAT"),
        ("at the overlapping unit before", CLINIC, "Norra", "REGION"),
        ("at the overlapping unit inside", OTHER_CLINIC, "Södra", "REGION"),
        ("at the overlapping unit after", CLINIC, "Norra", "REGION"),
        ("at an unknown unit", None, None, "REGION"),
    ]
]
ROW_FIGURES = [
    *LEGAL_WAITS, *LIMITS, *DERIVED_DECISIONS, *HOMES, *WAIT_FIGURES, *STATE_FIGURES, *GUARANTEES, *PLACES,
]  # fmt: skip

# --- the register -------------------------------------------------------------------------------------------

OPEN_END = date(9999, 12, 31)
UNIT_INTERVALS = {
    OVERLAPPING_UNIT: [
        (date(2015, 1, 1), date(2024, 4, 9)),
        (date(2024, 4, 10), date(2024, 4, 20)),
        (date(2024, 4, 21), OPEN_END),
    ],
    MOVING_UNIT: [(date(2015, 1, 1), date(2024, 4, 15)), (date(2024, 4, 16), OPEN_END)],
    UNIT: [(date(2015, 1, 1), OPEN_END)],
}

# --- the mart -----------------------------------------------------------------------------------------------

_FIXTURE = {"period": FIXTURE_PERIOD, "measure_id": "first_contact_90"}
FIXTURE_SHARES = [
    Line({**_FIXTURE, "population": population, "variant": variant}, share_of(numerator, denominator))
    for population, variant, numerator, denominator in [
        ("completed", "skr", 3, 5),
        ("completed", "socialstyrelsen", 3, 4),
        ("completed", "pvv_over_limit", 4, 6),
        ("completed", "all", 4, 7),
        ("waiting", "skr", 3, 5),
        ("waiting", "socialstyrelsen", 3, 5),
        ("waiting", "pvv_over_limit", 3, 6),
        ("waiting", "all", 3, 7),
    ]
]
FIXTURE_STATISTICS = [
    # Waits 90, 91, 227, 157, 0, 275, 60 and 45 days: 945 in all, the middle ones 90 and 91.
    *in_every_variant(
        {**_FIXTURE, "population": "completed"}, statistics_of(8, 90.5, 945, 3, 1, 2, 1, 1, 1, 2, 0)
    ),
    # Waits 90, 91, 164, 164, 0, 152 and 31 days: 692 in all.
    *in_every_variant({**_FIXTURE, "population": "waiting"}, statistics_of(7, 91, 692, 3, 1, 1, 1, 1, 3, 0, 0)),
]  # fmt: skip
BOUNDARIES = [
    # 0 30 31 60 61 90 91 120 121 150 151 180 181 365 366: 1997 days in all, 120 the middle one.
    Line(
        {"period": "2024-02", "measure_id": "first_contact_90", "population": "completed", "variant": "all"},
        {**statistics_of(15, 120, 1997, 5, 2, 2, 2, 2, 4, 2, 1), **share_of(6, 15)},
    ),
]
# 95 of 100: five need five (4.75), seven need seven (6.65), six need six (5.7).
LACKING = [
    Line({**_FIXTURE, "population": population, "variant": variant}, {"contacts_to_target_count": lacking})
    for population, variant, lacking in [
        ("completed", "skr", 2),
        ("completed", "all", 3),
        ("waiting", "pvv_over_limit", 3),
        ("waiting", "all", 4),
    ]
]
_OPERATIONS = {"period": "2024-04", "measure_id": "operation_90", "population": "completed", "variant": "skr"}
_TARGET = {
    "period": TARGET_PERIOD, "measure_id": "first_contact_90", "population": "completed", "variant": "all",
}  # fmt: skip
# 19 of 20 is the target exactly, 18 of 20 one short of it and 20 of 20 one above it; 57 of 60 is the target.
AT_THE_TARGET = [
    Line({**_TARGET, "sex": "K"}, {**share_of(19, 20), "contacts_to_target_count": 0}),
    Line({**_TARGET, "sex": "M"}, {**share_of(18, 20), "contacts_to_target_count": 1}),
    Line({**_TARGET, "sex": "O"}, {**share_of(20, 20), "contacts_to_target_count": 0}),
    Line(_TARGET, {**share_of(57, 60), "contacts_to_target_count": 0}),
    # Nine of ten operations are the target exactly.
    Line(_OPERATIONS, {**share_of(9, 10), "contacts_to_target_count": 0}),
    # One operation, inside the limit.
    Line({**_OPERATIONS, "sex": "M"}, {**share_of(1, 1), "contacts_to_target_count": 0}),
]
LEVELS = [
    Line({**_OPERATIONS, **keys}, share_of(numerator, denominator))
    for keys, numerator, denominator in [
        # Eleven operations; that in child psychiatry is another measure's. One of ten waited 91 days.
        ({}, 9, 10),
        ({"sex": "M"}, 1, 1),
        ({"sex": "K"}, 8, 9),
        ({"specialty_group": "unknown"}, 1, 1),
        ({"specialty_group": "SOM"}, 7, 8),
        ({"specialty_group": "FORSTA_LINJEN"}, 1, 1),
        ({"level": "area", "unit_id": "Norra"}, 6, 7),
        ({"level": "area", "unit_id": "Södra"}, 2, 2),
        ({"level": "area", "unit_id": "Norra", "specialty_group": "SOM"}, 5, 6),
        ({"level": "clinic", "unit_id": CLINIC}, 6, 7),
        ({"level": "clinic", "unit_id": OTHER_CLINIC}, 2, 2),
        ({"level": "unit", "unit_id": MOVING_UNIT}, 2, 2),
        ({"level": "unit", "unit_id": OVERLAPPING_UNIT}, 3, 3),
    ]
]
ABSENT_LINES = [
    Line({**_OPERATIONS, **keys}, None)
    for keys in [
        {"level": "unit", "unit_id": "SE2321000131-E000000009999"},
        {"specialty_group": "BUP"},
        {"level": "clinic", "unit_id": CLINIC, "specialty_group": "SOM"},
        {"level": "unit", "unit_id": MOVING_UNIT, "specialty_group": "SOM"},
        {"sex": "O"},
    ]
]
OTHER_LINES = [
    # The first contact itself, and that at the unknown unit.
    Line({**_OPERATIONS, "measure_id": "first_contact_90", "variant": "all"}, {"contacts_count": 2}),
    # CM08: corrected and disqualified entries are in no count.
    Line(
        {"period": "2024-03", "measure_id": "first_contact_90", "population": "waiting", "variant": "all"},
        {"contacts_count": 1, **share_of(1, 1)},
    ),
    # All that began in May 2024 carry a deviation.
    Line(
        {
            "period": "2024-05", "measure_id": "first_contact_90", "population": "completed",
            "variant": "socialstyrelsen",
        },
        {**share_of(0, 0), "contacts_count": 8, "contacts_to_target_count": None},
    ),
]  # fmt: skip

# A unit whose clinic is itself has a line at each of the two levels.
OWN_CLINIC_LINES = [
    Line(
        {"period": EARLIER_PERIOD, "measure_id": "examination_90", "population": "completed", "variant": "all",
         "level": level, "unit_id": place},
        {"contacts_count": 1, **share_of(1, 1)},
    )
    for level, place in [("unit", OWN_CLINIC_UNIT), ("clinic", OWN_CLINIC_UNIT), ("area", "Västra")]
] + [
    # SoV over the limit, which only the variants that leave SoV out do not count.
    Line(
        {"period": EARLIER_PERIOD, "measure_id": "examination_90", "population": "waiting", "variant": variant},
        {"contacts_count": 1, **share_of(0, counted)},
    )
    for variant, counted in zip(VARIANTS, (0, 0, 1, 1), strict=True)
]  # fmt: skip

# A place in the mart, its rows, and inside / counted in the four variants, of MEASURED in one phase.
Place = dict[str, str]
Shares = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
NORRA: Place = {"level": "area", "unit_id": "Norra"}
SODRA: Place = {"level": "area", "unit_id": "Södra"}
SOM: Place = {"specialty_group": "SOM"}
FIRST_LINE: Place = {"specialty_group": "FORSTA_LINJEN"}
WOMEN: Place = {"sex": "K"}
MEN: Place = {"sex": "M"}
AT_UNIT: Place = {"level": "unit", "unit_id": UNIT}
AT_FIRST_LINE: Place = {"level": "unit", "unit_id": FIRST_LINE_UNIT}
AT_MOVING: Place = {"level": "unit", "unit_id": MOVING_UNIT}
IN_CLINIC: Place = {"level": "clinic", "unit_id": CLINIC}
IN_OTHER_CLINIC: Place = {"level": "clinic", "unit_id": OTHER_CLINIC}

EXAMINATION_PLACES: dict[str, list[tuple[Place, int, Shares]]] = {
    "completed": [
        ({}, 9, ((3, 6), (3, 4), (4, 7), (4, 8))),
        (WOMEN, 5, ((1, 3), (1, 2), (2, 4), (2, 4))),
        (MEN, 3, ((1, 2), (1, 1), (1, 2), (1, 3))),
        ({"sex": "O"}, 1, ((1, 1), (1, 1), (1, 1), (1, 1))),
        (SOM, 7, ((2, 4), (2, 3), (3, 5), (3, 6))),
        (FIRST_LINE, 1, ((0, 1), (0, 0), (0, 1), (0, 1))),
        ({"specialty_group": "unknown"}, 1, ((1, 1), (1, 1), (1, 1), (1, 1))),
        ({**WOMEN, **SOM}, 5, ((1, 3), (1, 2), (2, 4), (2, 4))),
        ({**MEN, **SOM}, 2, ((1, 1), (1, 1), (1, 1), (1, 2))),
        (NORRA, 6, ((2, 5), (2, 3), (2, 5), (2, 5))),
        ({**NORRA, **WOMEN}, 4, ((1, 3), (1, 2), (1, 3), (1, 3))),
        ({**NORRA, **SOM}, 5, ((2, 4), (2, 3), (2, 4), (2, 4))),
        ({**NORRA, **WOMEN, **SOM}, 4, ((1, 3), (1, 2), (1, 3), (1, 3))),
        (SODRA, 2, ((0, 0), (0, 0), (1, 1), (1, 2))),
        (IN_CLINIC, 6, ((2, 5), (2, 3), (2, 5), (2, 5))),
        ({**IN_CLINIC, **MEN}, 2, ((1, 2), (1, 1), (1, 2), (1, 2))),
        (IN_OTHER_CLINIC, 2, ((0, 0), (0, 0), (1, 1), (1, 2))),
        (AT_UNIT, 5, ((2, 4), (2, 3), (2, 4), (2, 4))),
        ({**AT_UNIT, **MEN}, 1, ((1, 1), (1, 1), (1, 1), (1, 1))),
        (AT_FIRST_LINE, 1, ((0, 1), (0, 0), (0, 1), (0, 1))),
        ({**AT_MOVING, **WOMEN}, 1, ((0, 0), (0, 0), (1, 1), (1, 1))),
    ],
    "waiting": [
        ({}, 9, ((3, 4), (3, 4), (5, 7), (5, 8))),
        (WOMEN, 5, ((2, 2), (2, 2), (3, 4), (3, 5))),
        (MEN, 3, ((0, 1), (0, 1), (1, 2), (1, 2))),
        ({"sex": "O"}, 1, ((1, 1), (1, 1), (1, 1), (1, 1))),
        (SOM, 7, ((2, 3), (2, 3), (3, 5), (3, 6))),
        (FIRST_LINE, 1, ((0, 0), (0, 0), (1, 1), (1, 1))),
        ({"specialty_group": "unknown"}, 1, ((1, 1), (1, 1), (1, 1), (1, 1))),
        ({**WOMEN, **SOM}, 4, ((2, 2), (2, 2), (2, 3), (2, 4))),
        (NORRA, 7, ((2, 3), (2, 3), (4, 6), (4, 6))),
        ({**NORRA, **WOMEN}, 4, ((2, 2), (2, 2), (3, 4), (3, 4))),
        ({**NORRA, **SOM}, 6, ((2, 3), (2, 3), (3, 5), (3, 5))),
        ({**NORRA, **WOMEN, **SOM}, 3, ((2, 2), (2, 2), (2, 3), (2, 3))),
        (SODRA, 1, ((0, 0), (0, 0), (0, 0), (0, 1))),
        (IN_CLINIC, 7, ((2, 3), (2, 3), (4, 6), (4, 6))),
        (IN_OTHER_CLINIC, 1, ((0, 0), (0, 0), (0, 0), (0, 1))),
        (AT_UNIT, 6, ((2, 3), (2, 3), (3, 5), (3, 5))),
        ({**AT_UNIT, **MEN}, 3, ((0, 1), (0, 1), (1, 2), (1, 2))),
        (AT_FIRST_LINE, 1, ((0, 0), (0, 0), (1, 1), (1, 1))),
        (AT_MOVING, 1, ((0, 0), (0, 0), (0, 0), (0, 1))),
    ],
}
# First contacts at the first line are another measure's, so the tables lack that row.
FIRST_CONTACT_PLACES: dict[str, list[tuple[Place, int, Shares]]] = {
    "completed": [
        ({}, 8, ((3, 5), (3, 4), (4, 6), (4, 7))),
        (MEN, 2, ((1, 1), (1, 1), (1, 1), (1, 2))),
        (NORRA, 5, ((2, 4), (2, 3), (2, 4), (2, 4))),
        (SODRA, 2, ((0, 0), (0, 0), (1, 1), (1, 2))),
    ],
    "waiting": [
        ({}, 8, ((3, 4), (3, 4), (4, 6), (4, 7))),
        (WOMEN, 4, ((2, 2), (2, 2), (2, 3), (2, 4))),
        (NORRA, 6, ((2, 3), (2, 3), (3, 5), (3, 5))),
    ],
}
PLACES_OF_MEASURE = {
    "first_contact_90": FIRST_CONTACT_PLACES,
    "operation_90": EXAMINATION_PLACES,
    "examination_90": EXAMINATION_PLACES,
}
MEASURE_LINES = [
    Line(
        {"period": MEASURE_PERIOD, "measure_id": measure, "population": population, "variant": variant, **place},
        {"contacts_count": count, **share_of(*share)},
    )
    for measure, populations in PLACES_OF_MEASURE.items()
    for population, places in populations.items()
    for place, count, shares in places
    for variant, share in zip(VARIANTS, shares, strict=True)
]
# Waits 10 20 60 61 90 91 95 120 151 (698 days) and 10 20 30 60 61 90 91 120 151 (633 days); without the first
# line's 95 and 10, the middle ones are 61 and 90.
STATISTICS_OF_MEASURE = {
    ("examination_90", "completed"): statistics_of(9, 90, 698, 1, 2, 1, 2, 3, 1, 0, 0),
    ("examination_90", "waiting"): statistics_of(9, 61, 633, 1, 3, 1, 2, 2, 1, 0, 0),
    ("operation_90", "completed"): statistics_of(9, 90, 698, 1, 2, 1, 2, 3, 1, 0, 0),
    ("operation_90", "waiting"): statistics_of(9, 61, 633, 1, 3, 1, 2, 2, 1, 0, 0),
    ("first_contact_90", "completed"): statistics_of(8, 75.5, 603, 1, 2, 1, 2, 2, 1, 0, 0),
    ("first_contact_90", "waiting"): statistics_of(8, 75.5, 623, 1, 2, 1, 2, 2, 1, 0, 0),
}
MEASURE_STATISTICS = [
    line
    for (measure, population), figures in STATISTICS_OF_MEASURE.items()
    for line in in_every_variant(
        {"period": MEASURE_PERIOD, "measure_id": measure, "population": population}, figures
    )
] + [
    # 90, 91, 61 and 151 days.
    *in_every_variant(
        {"period": MEASURE_PERIOD, "measure_id": "examination_90", "population": "completed", **NORRA, **WOMEN},
        statistics_of(4, 90.5, 393, 1, 0, 0, 2, 1, 1, 0, 0),
    ),
]  # fmt: skip
# 90 of 100 operations: eight need eight (7.2), six need six (5.4), four need four (3.6), seven need seven (6.3);
# the region has no target for examinations.
MEASURE_LACKING = [
    Line(
        {"period": MEASURE_PERIOD, "measure_id": measure, "population": "completed", "variant": variant},
        {"contacts_to_target_count": lacking},
    )
    for measure, counts in {"operation_90": (3, 1, 3, 4), "examination_90": (None,) * 4}.items()
    for variant, lacking in zip(VARIANTS, counts, strict=True)
]
MEASURE_ABSENT_LINES = [
    line
    for keys in [
        {"measure_id": "first_contact_90", **FIRST_LINE},
        {"measure_id": "first_contact_90", **AT_FIRST_LINE},
        {"measure_id": "examination_90", "specialty_group": "BUP"},
        {"measure_id": "examination_90", **IN_CLINIC, **SOM},
    ]
    for population in ("completed", "waiting")
    for line in in_every_variant({"period": MEASURE_PERIOD, "population": population, **keys}, None)
]
MART_LINES = [
    *FIXTURE_SHARES, *FIXTURE_STATISTICS, *BOUNDARIES, *LACKING, *AT_THE_TARGET, *LEVELS, *ABSENT_LINES,
    *OTHER_LINES, *OWN_CLINIC_LINES, *MEASURE_LINES, *MEASURE_STATISTICS, *MEASURE_LACKING, *MEASURE_ABSENT_LINES,
]  # fmt: skip
# Region, areas, clinics and units by sex and, above the clinic, by group:
# 11 + (8 + 6) + (3 + 3) + (3 + 3 + 2) completed, 11 + (8 + 4) + (3 + 2) + (3 + 2 + 2) waiting, in four variants.
LINE_COUNTS = {
    (MEASURE_PERIOD, "examination_90", "completed"): 4 * 39,
    (MEASURE_PERIOD, "examination_90", "waiting"): 4 * 35,
}

# --- the population -----------------------------------------------------------------------------------------


def counted_rows() -> Iterator[tuple[str, str, str, bool, bool]]:
    """(measure, population, contact id, whether in the share, whether inside the limit) of the measures' period."""
    for phase, measure in MEASURE_OF_PHASE.items():
        for population, rows in MEASURED.items():
            for row in rows:
                if row.is_counted_in(phase):
                    name = row.contact_id(population, phase)
                    yield measure, population, name, row.is_in_share, row.days <= 90
    yield from MEASURES_COUNTED


# --- what rules find that is no row of care ------------------------------------------------------------------

# By rule: the periods that were counted, and in them each finding's period, severity, effect, entity, unit,
# clinic and detail.
OTHER_FINDINGS: dict[str, tuple[tuple[str, ...], list[tuple[str | None, ...]]]] = {
    "E02": (
        (RULE_PERIOD, MEASURE_PERIOD),
        [
            (period, "block", "-", "register_enhet", unit_id, clinic, f"Intervallet från {later} överlappar det från "
             f"{earlier}.")
            for period in (RULE_PERIOD, MEASURE_PERIOD)
            for unit_id, clinic, earlier, later in [
                (OVERLAPPING_UNIT, OTHER_CLINIC, "2015-01-01", "2024-04-10"),
                (ONE_DAY_OVERLAP_UNIT, OTHER_CLINIC, "2015-01-01", "2024-04-10"),
                (SAME_START_UNIT, CLINIC, "2015-01-01", "2015-01-01"),
                (THREE_INTERVALS_UNIT, CLINIC, "2015-01-01", "2015-01-02"),
                (THREE_INTERVALS_UNIT, CLINIC, "2015-01-01", "2024-01-01"),
            ]
        ],
    ),
    "A37": (
        (CLINIC_PERIOD,),
        [
            (CLINIC_PERIOD, "fix", "-", entity, unit_id, clinic, detail)
            for entity, _, unit_id, clinic, detail in QUARANTINED
        ],
    ),
    "A38": (
        (CLINIC_PERIOD,),
        [
            *(
                (CLINIC_PERIOD, "block", "-", entity, None, clinic_id(name), detail)
                for entity, name, detail in TOO_MANY
            ),
            (CLINIC_PERIOD, "block", "-", UNKNOWN_TOO_MANY[0], None, None, UNKNOWN_TOO_MANY[2]),
        ],
    ),
    **FLOW_FINDINGS,
}  # fmt: skip

# Cases whose region has no lists of its own codes: any code of the right length is known.
WITHOUT_REGION_LISTS = {
    "G A12 outside the region's list",
    "G A13 operation with five characters outside the region's list",
}
