"""What the rows of the flow, the volumes and the patterns must give, counted by hand (flow_cases.py)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import duckdb

from tests.python.warehouse.flow_cases import (
    ABSENT_CLINIC,
    ABSENT_UNIT,
    DECADES,
    EDGE_UNIT,
    FAM,
    FAM_CAP_UNIT,
    FAM_UNIT,
    FLOW_MONTHS,
    FLOW_PERIOD,
    JUMPS,
    LEAK,
    OTHER,
    PATTERN_CLINICS,
    PATTERN_PERIOD,
    R36,
    REASONS,
    SAME_DATES,
    SECOND_EDGE_UNIT,
    STEADY,
    UNKNOWN_UNIT,
    VOLUME_CLINICS,
    VOLUME_MONTHS,
)
from tests.python.warehouse.planted import CLINIC

KEYS = ("period", "measure_family", "level", "unit_id")
FLOWS = (
    "new", "referral", "completed", "removed", *(f"removed_{reason.lower()}" for reason in REASONS),
    "removed_without_reason", "corrected",
)  # fmt: skip
STOCKS = ("waiting_start", "waiting_end")
COLUMNS = (*STOCKS, *FLOWS, "difference")


@dataclass(frozen=True)
class FlowLine:
    """A line of the mart by its key, and every figure it must hold; None when the line must not exist."""

    key: tuple[str, str, str, str]
    figures: dict[str, float | None] | None

    def __str__(self) -> str:
        return " ".join(self.key)


def _line(
    period: str, family: str, level: str, unit_id: str,
    r12: dict[str, float | None] | None = None, **figures: float | None,
) -> FlowLine:  # fmt: skip
    """A line with these figures and 0 in every other; its twelve months are unknown when not given."""
    months: dict[str, float | None] = dict.fromkeys(COLUMNS, 0) | r12 if r12 else dict.fromkeys(COLUMNS)
    whole = {f"{column}_count": figures.get(column, 0) for column in COLUMNS}
    return FlowLine(
        (period, family, level, unit_id), {**whole, **{f"r12_{name}_count": value for name, value in months.items()}}
    )


def _absent(period: str, family: str, level: str, unit_id: str) -> FlowLine:
    return FlowLine((period, family, level, unit_id), None)


_FIRST = (FLOW_PERIOD, "first_contact")
_ONE_EACH = {f"removed_{reason.lower()}": 1 for reason in REASONS}
_REMOVED = {**_ONE_EACH, "removed_ovrigt": 4, "removed_without_reason": 1, "removed": 11}
UNKNOWN_YEAR: dict[str, float | None] = {"waiting_start": None, "difference": None}

JUNE = [
    # 1 + 8 - 5 - 11 - 2 - 6
    _line(*_FIRST, "unit", FAM_UNIT, waiting_start=1, new=8, referral=5, completed=5, corrected=2, waiting_end=6,
          difference=-15, **_REMOVED),
    _line(*_FIRST, "unit", FAM_CAP_UNIT, new=1, completed=2, difference=-1),
    _line(*_FIRST, "clinic", FAM, waiting_start=1, new=9, referral=5, completed=7, corrected=2, waiting_end=6,
          difference=-16, **_REMOVED),
    _line(*_FIRST, "clinic", OTHER, new=2, completed=2),
    # The contact that was removed here and carried out there came once.
    _line(*_FIRST, "area", "Flödet", waiting_start=1, new=10, referral=5, completed=9, corrected=2, waiting_end=6,
          difference=-17, **_REMOVED),
    # Beside them the steady clinic's six, and one at an unknown unit: 3 + 17 - 16 - 11 - 2 - 8.
    _line(*_FIRST, "region", "*", waiting_start=3, new=17, referral=5, completed=16, corrected=2, waiting_end=8,
          difference=-17, **_REMOVED),
    _absent(*_FIRST, "unit", UNKNOWN_UNIT),
    _line(FLOW_PERIOD, "operation", "clinic", FAM, completed=2, difference=-2),
    _line(FLOW_PERIOD, "examination", "clinic", FAM, completed=4, difference=-4),
    _line(FLOW_PERIOD, "examination", "unit", FAM_CAP_UNIT, completed=1, difference=-1),
    _line(FLOW_PERIOD, "followup", "clinic", FAM, new=1, referral=1, completed=2, waiting_end=1, difference=-2),
    _line(FLOW_PERIOD, "cap", "unit", FAM_CAP_UNIT, new=1, referral=1, completed=4, waiting_end=1, difference=-4),
    _line(FLOW_PERIOD, "cap", "region", "*", new=1, referral=1, completed=4, waiting_end=1, difference=-4),
    _absent(FLOW_PERIOD, "cap", "unit", FAM_UNIT),
]  # fmt: skip
R36_LINES = [
    _line("2018-09", "first_contact", "clinic", R36, new=100, referral=100, waiting_end=100),
    # R36: 100 + 30 - 25 - 3 = 102.
    _line("2018-10", "first_contact", "clinic", R36, waiting_start=100, new=30, referral=25, completed=25, removed=3,
          removed_ovrigt=3, waiting_end=102),
    # The month before has them and this one does not: the line is there to tell it.
    _line("2018-11", "first_contact", "clinic", R36, waiting_start=102, difference=102),
    _line("2018-10", "first_contact", "clinic", LEAK, waiting_start=2, waiting_end=3, difference=-1),
    _line("2018-11", "first_contact", "clinic", LEAK, waiting_start=3, removed=3, removed_uteblivit=3),
]  # fmt: skip
STEADY_LINES = [
    # The month before the first is not loaded.
    _line(FLOW_MONTHS[0], "first_contact", "clinic", STEADY, waiting_start=None, difference=None, new=1, completed=1,
          waiting_end=3),
    _line(FLOW_MONTHS[1], "first_contact", "clinic", STEADY, waiting_start=3, new=2, completed=2, removed=1,
          removed_ej_behov=1, waiting_end=2),
    _line(FLOW_MONTHS[10], "first_contact", "clinic", STEADY, waiting_start=2, new=11, completed=11, waiting_end=2),
    # Twelve months, of which the first has no month before: 1 + ... + 12 = 78, and 3 + 11 x 2 = 25 at their ends.
    _line(FLOW_MONTHS[11], "first_contact", "clinic", STEADY, waiting_start=2, new=12, completed=12, waiting_end=2,
          r12={**UNKNOWN_YEAR, "new": 78, "completed": 78, "removed": 1, "removed_ej_behov": 1,
               "waiting_end": 25 / 12}),
    # 2 + ... + 13 = 90; the ends of January to December 2018 are the starts.
    _line(FLOW_MONTHS[12], "first_contact", "clinic", STEADY, waiting_start=2, new=13, completed=13, waiting_end=2,
          r12={"waiting_start": 25 / 12, "new": 90, "completed": 90, "removed": 1, "removed_ej_behov": 1,
               "waiting_end": 2, "difference": 0}),
    # 3 + ... + 14 = 102.
    _line(FLOW_MONTHS[13], "first_contact", "clinic", STEADY, waiting_start=2, new=14, completed=14, waiting_end=2,
          r12={"waiting_start": 2, "new": 102, "completed": 102, "waiting_end": 2, "difference": 0}),
    # June and the one who waited since May among twelve: 1 and 6 wait at their ends.
    _line(FLOW_MONTHS[11], "first_contact", "clinic", FAM,
          r12={**UNKNOWN_YEAR, **_REMOVED, "new": 10, "referral": 6, "completed": 7, "corrected": 2,
               "waiting_end": 7 / 12}),
    # R36's two months among twelve: 100 + 102 wait at their ends, and 102 are gone without a word.
    _line(FLOW_MONTHS[12], "first_contact", "clinic", R36,
          r12={"waiting_start": 202 / 12, "new": 130, "referral": 125, "completed": 25, "removed": 3,
               "removed_ovrigt": 3, "waiting_end": 202 / 12, "difference": 102}),
    # February 2018 is eleven months before January 2019, and of February 2019 it is the month before the twelve.
    _line(FLOW_MONTHS[12], "operation", "unit", EDGE_UNIT,
          r12={"waiting_start": 0, "new": 1, "completed": 1, "difference": 0}),
    _absent(FLOW_MONTHS[13], "operation", "unit", EDGE_UNIT),
    _line(FLOW_MONTHS[12], "operation", "unit", SECOND_EDGE_UNIT,
          r12={"waiting_start": 1 / 12, "new": 1, "referral": 1, "waiting_end": 1 / 12, "difference": 1}),
    _line(FLOW_MONTHS[13], "operation", "unit", SECOND_EDGE_UNIT, r12={"waiting_start": 1 / 12, "difference": 1}),
]  # fmt: skip
FLOW_LINES = [*JUNE, *R36_LINES, *STEADY_LINES]
# Region, two areas, three clinics and four units; region, area, clinic and unit.
FLOW_LINE_COUNTS = {_FIRST: 10, (FLOW_PERIOD, "cap"): 4}


def _is_equal(found: Any, expected: Any) -> bool:
    return bool(found == expected or (None not in (found, expected) and abs(found - expected) < 1e-9))


def flow_holds_the_lines(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Each line counted by hand stands once with all its figures, and where lines were counted there are no more."""
    columns = [f"{prefix}{column}_count" for prefix in ("", "r12_") for column in COLUMNS]
    found = connection.execute(f"select {', '.join([*KEYS, *columns])} from {relation}").fetchall()
    standing: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in found:
        standing.setdefault(row[: len(KEYS)], []).append(dict(zip(columns, row[len(KEYS) :], strict=True)))
    for line in FLOW_LINES:
        rows = standing.get(line.key, [])
        if len(rows) != (line.figures is not None):
            return False
        if line.figures and not all(_is_equal(rows[0][name], value) for name, value in line.figures.items()):
            return False
    counts = Counter(row[:2] for row in found)
    return all(counts[key] == count for key, count in FLOW_LINE_COUNTS.items())


# --- what the rules find ----------------------------------------------------------------------------------------


def _told(start: int, new: int, completed: int, removed: int, corrected: int, end: int, difference: int) -> str:
    return (
        f"Väntande vid månadens början {start}, nya {new}, genomförda {completed}, avförda {removed}, rättade "
        f"{corrected}, väntande vid slutet {end}: differens {difference}."
    )


# (period, clinic, what is said)
DIFFERENCES = [
    (FLOW_PERIOD, FAM, _told(1, 9, 7, 11, 2, 6, -16)),
    (FLOW_PERIOD, FAM, _told(0, 0, 2, 0, 0, 0, -2)),
    (FLOW_PERIOD, FAM, _told(0, 0, 4, 0, 0, 0, -4)),
    (FLOW_PERIOD, FAM, _told(0, 1, 2, 0, 0, 1, -2)),
    (FLOW_PERIOD, FAM, _told(0, 1, 4, 0, 0, 1, -4)),
    ("2018-10", LEAK, _told(2, 0, 0, 0, 0, 3, -1)),
    ("2018-11", R36, _told(102, 0, 0, 0, 0, 0, 102)),
]
FLOW_FINDINGS: dict[str, tuple[tuple[str, ...], list[tuple[str | None, ...]]]] = {
    "A31": (
        (FLOW_MONTHS[0], FLOW_PERIOD, "2018-09", "2018-10", "2018-11", "2018-12"),
        [(period, "info", "-", None, None, clinic, detail) for period, clinic, detail in DIFFERENCES],
    ),
    "A32": (
        tuple(VOLUME_MONTHS),
        [(period, "fix", "-", None, None, VOLUME_CLINICS[name], detail) for period, name, detail in JUMPS],
    ),
    "A33": (
        (PATTERN_PERIOD,),
        [
            (PATTERN_PERIOD, "info", "-", None, None, PATTERN_CLINICS[name],
             f"{inside} av {inside + outside} rader har ett födelseår på 1970-talet.")
            for name, (inside, outside) in DECADES.items()
            if name.startswith("19 of 20")
        ],
    ),
    "A34": (
        (PATTERN_PERIOD,),
        [
            (PATTERN_PERIOD, "info", "-", None, None, PATTERN_CLINICS[name],
             f"{inside} av {inside + outside} genomförda rader har beslut, start och remissens ankomst samma dag.")
            for name, (inside, outside) in SAME_DATES.items()
            if name.startswith("19 of 20")
        ],
    ),
    # The newest register is that of July 2024; the unit of cases.LEFT_REGISTER_UNIT stands in June's alone.
    "E05": (
        ("2024-06", "2024-07", "2024-08"),
        [
            ("2024-07", "info", "-", "register_enhet", unit_id, clinic,
             f"Enheten stod senast i registret för 2024-06 och {until}.")
            for unit_id, clinic, until in [
                ("SE2321000131-E000000001008", CLINIC, "gäller tills vidare"),
                (ABSENT_UNIT, ABSENT_CLINIC, "gällde där till 2023-05-31"),
            ]
        ],
    ),
}  # fmt: skip
