"""What the rows of production_cases.py must give, counted by hand, and checks of the models against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from tests.python.warehouse.planted import key_of
from tests.python.warehouse.production_cases import (
    AWAITED,
    BEYOND,
    BONES,
    BONES_UNIT,
    CLOSING_UNIT,
    COMING,
    CONTACTS,
    DIVIDED,
    EYES,
    EYES_UNIT,
    HEALTH,
    HEALTH_UNIT,
    INPATIENT,
    LATE_UNIT,
    LEAVING,
    LEFT,
    LISTED,
    MIND,
    MONTH,
    MOVE_MONTH,
    MOVING_UNIT,
    NORTH,
    OPERATIONS,
    PLANNED_UNIT,
    SOON_UNIT,
    SOUTH,
    STOPPED_UNIT,
    TIME,
    TIME_UNIT,
    UNKNOWN_UNIT,
    WARD_MONTHS,
    WINDOWS,
    Counted,
)

LEVELS = ("unit", "clinic", "area")
FIGURES = (
    "actual", "budget", "previous_year", "ytd_actual", "ytd_budget", "ytd_previous_year", "r12_actual",
    "full_year_budget", "full_year_forecast", "previous_year_total",
)  # fmt: skip
SHARES = (
    "budget_deviation_share", "previous_year_deviation_share", "ytd_budget_deviation_share",
    "ytd_previous_year_deviation_share",
)  # fmt: skip
Key = tuple[str, str, str, str]
Figures = dict[str, float | None]


def level_lines(rows: Iterable[Counted]) -> dict[Key, float]:
    """Each product of the rows summed at each level: an unknown place at the region alone (CM03)."""
    lines: dict[Key, float] = {}
    for counted in rows:
        places = [("region", "*"), *(zip(LEVELS, counted.place, strict=True) if counted.place else ())]
        for product, amount in counted.products.items():
            for level, place in places:
                key = (counted.row["_period"], product, level, place)
                lines[key] = lines.get(key, 0) + amount
    return lines


MONTH_LINES = level_lines([*CONTACTS, *OPERATIONS, *WINDOWS, *LISTED])
# What the mart counts beside these, from the facts of inpatients.
EVERY_LINE = {**MONTH_LINES, **level_lines(INPATIENT)}
PLANTED_MONTHS = sorted({period for period, *_ in MONTH_LINES})


def _line(period: str, product: str, level: str, place: str, **figures: float | None) -> tuple[Key, Figures]:
    """A line with these figures, and NULL in every other; the shares are those asked for, where they are."""
    return (period, product, level, place), {**dict.fromkeys(FIGURES), **figures}


_TIME = ("knife_hours", "unit", TIME_UNIT)
_STOPPED = ("operations", "unit", STOPPED_UNIT)
_LISTED = ("listed_persons", "unit", HEALTH_UNIT)
_PLANNED = ("operations_cancelled", "unit", PLANNED_UNIT)
# PR06: the hours are 2, 3, ... 12 from February to December 2017, and 10, 20, ... 120 in 2018 but none in June.
MART_LINES: dict[Key, Figures] = dict([
    _line("2017-02", *_TIME, actual=2, ytd_actual=2),
    _line("2017-12", *_TIME, actual=12, ytd_actual=77),
    # Twelve months are loaded for the first time.
    _line("2018-01", *_TIME, actual=10, ytd_actual=10, r12_actual=87),
    _line("2018-02", *_TIME, actual=20, previous_year=2, ytd_actual=30, ytd_previous_year=2, r12_actual=105),
    _line("2018-06", *_TIME, actual=0, previous_year=6, ytd_actual=150, ytd_previous_year=20, r12_actual=207),
    _line("2018-12", *_TIME, actual=120, previous_year=12, ytd_actual=720, ytd_previous_year=77, r12_actual=720),
    # January 2019 is not loaded; every month of 2018 is. Half of the budget.
    _line("2019-02", *_TIME, actual=7, budget=14, previous_year=20, ytd_actual=7, ytd_budget=14,
          ytd_previous_year=30, full_year_budget=114, previous_year_total=720, budget_deviation_share=-0.5,
          previous_year_deviation_share=-0.65, ytd_budget_deviation_share=-0.5,
          ytd_previous_year_deviation_share=-23 / 30),
    # Of the eleven months before and of 2019 most are not loaded.
    _line("2020-02", *_TIME, actual=0, previous_year=7, ytd_actual=0, ytd_previous_year=7,
          previous_year_deviation_share=-1),
    _line("2020-05", *_TIME, actual=0, ytd_actual=0, ytd_previous_year=7, previous_year_deviation_share=None),
    # A place with one operation, in March 2017: it is followed until the end of the next year.
    _line("2017-03", *_STOPPED, actual=1, ytd_actual=1),
    _line("2018-02", *_STOPPED, actual=0, previous_year=0, ytd_actual=0, ytd_previous_year=0, r12_actual=1,
          previous_year_deviation_share=None, ytd_previous_year_deviation_share=None),
    _line("2018-03", *_STOPPED, actual=0, previous_year=1, ytd_actual=0, ytd_previous_year=1, r12_actual=0),
    _line("2018-12", *_STOPPED, actual=0, previous_year=0, ytd_actual=0, ytd_previous_year=1, r12_actual=0),
    # Care is loaded in January, February and May 2020 alone: nothing is known of the year before.
    _line(MONTH, "visits_doctor", "region", "*", actual=6, ytd_actual=6),
    _line(MOVE_MONTH, "visits_doctor", "region", "*", actual=2, ytd_actual=8),
    _line("2020-01", "visits_other", "region", "*", actual=2, ytd_actual=2),
    # A total beside units (budget 2, 4, 6, ... 24, forecast 3 a month); January's counts though it is not loaded.
    _line(MONTH, "knife_hours", "region", "*", actual=55 / 12, budget=4, previous_year=7, ytd_actual=55 / 12,
          ytd_budget=6, ytd_previous_year=7, full_year_budget=156, full_year_forecast=36,
          budget_deviation_share=7 / 48, ytd_budget_deviation_share=-17 / 72),
    _line("2020-03", "knife_hours", "region", "*", actual=2, budget=6, ytd_actual=79 / 12, ytd_budget=12,
          ytd_previous_year=7, full_year_budget=156, full_year_forecast=36),
    _line(MONTH, "knife_hours", "unit", EYES_UNIT, actual=4.25, budget=50, previous_year=0, ytd_actual=4.25,
          ytd_budget=50, ytd_previous_year=0, full_year_budget=50, budget_deviation_share=-0.915,
          previous_year_deviation_share=None),
    _line("2020-03", "knife_hours", "unit", EYES_UNIT, actual=2, ytd_actual=6.25, ytd_budget=50,
          ytd_previous_year=0, full_year_budget=50, budget_deviation_share=None, ytd_budget_deviation_share=-0.875),
    # No total in February: one and one here, two and a half there, thirty where no unit is.
    _line(MONTH, "operations_day", "region", "*", actual=3, budget=34.5, previous_year=1, ytd_actual=3,
          ytd_budget=34.5, ytd_previous_year=1, full_year_budget=134.5, previous_year_deviation_share=2),
    _line("2020-03", "operations_day", "region", "*", actual=0, budget=100, ytd_actual=3, ytd_budget=134.5,
          ytd_previous_year=1, full_year_budget=134.5, budget_deviation_share=-1),
    _line(MONTH, "operations_day", "unit", EYES_UNIT, actual=1, budget=2, previous_year=0, ytd_actual=1,
          ytd_budget=2, ytd_previous_year=0, full_year_budget=6),
    _line(MONTH, "operations_day", "area", SOUTH, actual=1, budget=2.5, previous_year=1, ytd_actual=1,
          ytd_budget=2.5, ytd_previous_year=1, full_year_budget=2.5),
    # A clinic under its own id, and its unit's part of it.
    _line(MONTH, "operations_clinic", "clinic", EYES, actual=3, budget=30, previous_year=0, ytd_actual=3,
          ytd_budget=30, ytd_previous_year=0, full_year_budget=36),
    _line(MONTH, "operations_clinic", "unit", EYES_UNIT, actual=3, budget=5, previous_year=0, ytd_actual=3,
          ytd_budget=5, ytd_previous_year=0, full_year_budget=11),
    _line(MONTH, "operations_clinic", "clinic", DIVIDED, actual=0, budget=8, previous_year=0, ytd_actual=0,
          ytd_budget=8, ytd_previous_year=0, full_year_budget=8),
    _line(MONTH, "operations_clinic", "region", "*", actual=4, budget=45, previous_year=1, ytd_actual=4,
          ytd_budget=45, ytd_previous_year=1, full_year_budget=51),
    # The unit and the clinic of one id.
    _line(MONTH, "pc_visits_doctor", "unit", HEALTH, actual=1, budget=20, ytd_actual=1, ytd_budget=20,
          full_year_budget=20),
    _line(MONTH, "pc_visits_doctor", "clinic", HEALTH, actual=2, budget=21, ytd_actual=2, ytd_budget=21,
          full_year_budget=21),
    # CM02: the unit that moves in May, its months and its plan with it; sums stay where they were counted.
    _line(MOVE_MONTH, "operations_inpatient", "unit", MOVING_UNIT, actual=2, budget=12, ytd_actual=2, ytd_budget=23,
          ytd_previous_year=0, full_year_budget=23),
    _line(MOVE_MONTH, "operations_inpatient", "clinic", EYES, actual=1, ytd_actual=8, ytd_budget=11,
          ytd_previous_year=0, full_year_budget=11),
    _line(MOVE_MONTH, "operations_inpatient", "clinic", BONES, actual=1, budget=12, ytd_actual=1, ytd_budget=12,
          ytd_previous_year=0, full_year_budget=12),
    # Planned and never done; a budget of nothing.
    _line(MONTH, *_PLANNED, actual=0, previous_year=0, ytd_actual=0, ytd_previous_year=0, full_year_budget=9),
    _line(MOVE_MONTH, *_PLANNED, actual=0, ytd_actual=0, ytd_previous_year=0, full_year_budget=9),
    _line(MONTH, "operations_cancelled", "region", "*", actual=4, budget=0, previous_year=0, ytd_actual=4,
          ytd_budget=0, ytd_previous_year=0, full_year_budget=9, budget_deviation_share=None,
          ytd_budget_deviation_share=None),
    # Inpatients: only December, February and March are loaded of the last fourteen months.
    _line(MONTH, "drg_points", "region", "*", actual=7.25, ytd_actual=7.25),
    _line("2020-03", "drg_points", "region", "*", actual=2.6, ytd_actual=9.85),
    _line("2021-01", "drg_points", "region", "*", actual=0, ytd_actual=0),
    # A stock of 1000 in December 2018 and 1010, 1020, ... 1120 in 2019: means, not sums.
    _line("2018-12", *_LISTED, actual=1000, ytd_actual=1000),
    _line("2019-10", *_LISTED, actual=1100, ytd_actual=1055),
    _line("2019-11", *_LISTED, actual=1110, ytd_actual=1060, r12_actual=1055),
    _line("2019-12", *_LISTED, actual=1120, previous_year=1000, ytd_actual=1065, ytd_previous_year=1000,
          r12_actual=1065),
    _line(MONTH, *_LISTED, actual=1000, previous_year=1020, ytd_actual=1000, ytd_previous_year=1015,
          previous_year_total=1065),
    _line(MONTH, "listed_persons", "region", "*", actual=1055, budget=1000, previous_year=1020, ytd_actual=1055,
          ytd_budget=950, ytd_previous_year=1015, previous_year_total=1065, full_year_budget=1200,
          full_year_forecast=1060.5),
    _line(MOVE_MONTH, "listed_persons", "region", "*", actual=40, previous_year=1050, ytd_actual=547.5,
          ytd_budget=950, ytd_previous_year=1030, previous_year_total=1065, full_year_budget=1200,
          full_year_forecast=1060.5),
    _line(MOVE_MONTH, "listed_persons", "clinic", BONES, actual=40, previous_year=0, ytd_actual=29,
          ytd_previous_year=0, previous_year_total=0),
])  # fmt: skip
ABSENT: list[Key] = [
    # Not loaded; before the first row; when neither this year nor the last has one; not planned that year.
    ("2019-01", *_TIME), ("2017-02", *_STOPPED), ("2019-02", *_STOPPED), ("2019-02", *_PLANNED),
    ("2020-01", "visits_doctor", "region", "*"), (MONTH, "operations", "unit", UNKNOWN_UNIT),
    # The group of the product is not loaded, whatever else is, planned or not.
    ("2020-01", "knife_hours", "region", "*"), ("2020-03", "visits_doctor", "region", "*"),
    ("2020-03", "listed_persons", "region", "*"), ("2021-02", "knife_hours", "region", "*"),
    ("2020-01", "drg_points", "region", "*"), (MONTH, "episodes_somatic", "clinic", MIND),
    (MONTH, "drg_points", "unit", UNKNOWN_UNIT), ("2019-12", "drg_points", "region", "*"),
    (MONTH, "operations_day", "unit", CLOSING_UNIT), (MONTH, "operations_minor", "region", "*"),
]  # fmt: skip

_EVERY_MONTH = [f"2020-{number:02d}" for number in range(1, 13)]
# (version, month, product, level, place): planned
PLAN_LINES: dict[tuple[str, str, str, str, str], float] = {
    **{("BUDGET", month, "knife_hours", "region", "*"): 2 * int(month[5:]) for month in _EVERY_MONTH},
    **{("PROGNOS", month, "knife_hours", "region", "*"): 3 for month in _EVERY_MONTH},
    ("BUDGET", "2021-02", "knife_hours", "region", "*"): 40,
    **{
        ("BUDGET", month, "knife_hours", level, place): planned
        for month, planned in (("2019-02", 14), ("2019-12", 100))
        for level, place in (("unit", TIME_UNIT), ("clinic", TIME), ("area", BEYOND), ("region", "*"))
    },
    **{
        ("BUDGET", month, product, level, place): planned
        for month, product, planned, places in (
            (MONTH, "knife_hours", 50, (EYES_UNIT, EYES, NORTH)),
            (MONTH, "knife_hours", 3, (BONES_UNIT, BONES, SOUTH)),
            (MONTH, "operations_day", 2, (EYES_UNIT, EYES, NORTH)),
            (MONTH, "operations_day", 2.5, (BONES_UNIT, BONES, SOUTH)),
            ("2020-03", "operations_day", 4, (EYES_UNIT, EYES, NORTH)),
            (MONTH, "operations_clinic", 7, (BONES_UNIT, BONES, SOUTH)),
            ("2020-03", "operations_clinic", 6, (EYES_UNIT, EYES, NORTH)),
            ("2020-04", "operations_inpatient", 11, (MOVING_UNIT, EYES, NORTH)),
            ("2020-05", "operations_inpatient", 12, (MOVING_UNIT, BONES, SOUTH)),
            (MONTH, "operations_unclassified", 3, (LATE_UNIT, BONES, SOUTH)),
            (MONTH, "operations_unclassified", 4, (SOON_UNIT, EYES, NORTH)),
            (MONTH, "pc_visits_doctor", 20, (HEALTH, TIME, BEYOND)),
            (MONTH, "pc_visits_doctor", 21, (HEALTH_UNIT, HEALTH, NORTH)),
            ("2020-06", "operations_cancelled", 9, (PLANNED_UNIT, TIME, BEYOND)),
        )
        for level, place in zip(LEVELS, places, strict=True)
    },
    # 2 at the unit that a clinic shares its id with, 6 and 7 for the clinics of the leap day, 5 and 8 for no one.
    ("BUDGET", MONTH, "operations_unclassified", "unit", HEALTH): 2,
    ("BUDGET", MONTH, "operations_unclassified", "clinic", TIME): 2,
    ("BUDGET", MONTH, "operations_unclassified", "clinic", LEAVING): 6,
    ("BUDGET", MONTH, "operations_unclassified", "clinic", COMING): 7,
    ("BUDGET", MONTH, "operations_unclassified", "area", BEYOND): 15,
    ("BUDGET", MONTH, "operations_unclassified", "region", "*"): 35,
    ("BUDGET", MONTH, "pc_visits_doctor", "region", "*"): 41,
    ("BUDGET", MONTH, "operations_day", "region", "*"): 34.5,
    ("BUDGET", "2020-03", "operations_day", "region", "*"): 100,
    # The clinic's own row is its total; the divided clinic lies in no one area.
    ("BUDGET", MONTH, "operations_clinic", "unit", EYES_UNIT): 5,
    ("BUDGET", MONTH, "operations_clinic", "clinic", EYES): 30,
    ("BUDGET", MONTH, "operations_clinic", "area", NORTH): 30,
    ("BUDGET", MONTH, "operations_clinic", "clinic", DIVIDED): 8,
    ("BUDGET", MONTH, "operations_clinic", "region", "*"): 45,
    ("BUDGET", "2020-03", "operations_clinic", "region", "*"): 6,
    ("BUDGET", "2020-04", "operations_inpatient", "region", "*"): 11,
    ("BUDGET", "2020-05", "operations_inpatient", "region", "*"): 12,
    ("BUDGET", "2020-06", "operations_cancelled", "region", "*"): 9,
    ("BUDGET", MONTH, "operations_cancelled", "region", "*"): 0,
    ("BUDGET", "2020-01", "listed_persons", "region", "*"): 900,
    ("BUDGET", MONTH, "listed_persons", "region", "*"): 1000,
    ("BUDGET", "2020-12", "listed_persons", "region", "*"): 1700,
    ("PROGNOS", MONTH, "listed_persons", "region", "*"): 1060,
    ("PROGNOS", "2020-03", "listed_persons", "region", "*"): 1061,
}
REMARKS = {
    ("BUDGET", "2020", "unknown_product", "operations_minor", 2),
    ("BUDGET", "2020", "unknown_unit", UNKNOWN_UNIT, 2),
    ("BUDGET", "2020", "unknown_unit", CLOSING_UNIT, 1),
    ("BUDGET", "2020", "unknown_unit", LEFT, 1),
    ("BUDGET", "2020", "unknown_unit", AWAITED, 1),
}
# (period, is preliminary) of DRG points: what the month after tells is told when it is loaded.
DRG_MONTHS = {("2019-12", True), ("2020-02", False), ("2020-03", True), ("2020-12", False), ("2021-01", True)}
assert {month for month, _ in DRG_MONTHS} == set(WARD_MONTHS)


def is_close(found: Any, expected: float | None) -> bool:
    """Equal to what was counted, as near as eight decimals tell it."""
    if found is None or expected is None:
        return found is None and expected is None
    return abs(float(found) - expected) < 1e-7


def _hold(found: Sequence[tuple[Any, ...]], expected: dict[Any, float]) -> bool:
    lines = {row[:-1]: row[-1] for row in found}
    return len(found) == len(lines) and lines.keys() == expected.keys() and all(
        is_close(lines[key], value) for key, value in expected.items()
    )  # fmt: skip


Connection = duckdb.DuckDBPyConnection


def operations_are_those_counted(connection: Connection, relation: str) -> bool:
    """Every planted operation that is counted, once, of its place that day, with its knife time in seconds."""
    found = connection.execute(
        "select operation_key, case when unit_key is not null then unit_id end, clinic_id, area_name, "
        f"coalesce(knife_seconds, -1) from {relation} where period in (select unnest($1))",
        [PLANTED_MONTHS],
    ).fetchall()
    no_time = {
        key_of(f"operation {name}")
        for name in ("that ends a second before it begins", "without knife start", "without knife end")
    }
    expected = {}
    for counted in (*OPERATIONS, *WINDOWS):
        key, row = key_of(counted.row["operation_id"]), counted.row
        if counted.products:
            has_time = row.get("knivstart") and row.get("knivslut") and key not in no_time
            seconds = (row["knivslut"] - row["knivstart"]).total_seconds() if has_time else -1
            expected[key, *(counted.place or (None, None, None))] = seconds
    return _hold(found, expected)


def listed_are_those_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(
        f"select period, case when unit_key is not null then unit_id end, clinic_id, area_name, listed_count "
        f"from {relation} where period in (select unnest($1)) order by all",
        [PLANTED_MONTHS],
    ).fetchall()
    return sorted(map(repr, found)) == sorted(
        repr((one.row["_period"], *(one.place or (None, None, None)), one.row["antal"])) for one in LISTED
    )


def months_are_those_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(
        f"select period, product_id, level, unit_id, actual from {relation} where period in (select unnest($1))",
        [PLANTED_MONTHS],
    ).fetchall()
    return _hold(found, MONTH_LINES)


def product_periods_are_those_loaded(connection: Connection, relation: str) -> bool:
    """A product stands in the months of its group, once; only DRG points are ever preliminary."""
    found = connection.execute(f"select period, product_id, is_preliminary, is_stock from {relation}").fetchall()
    drg = {row[:3] for row in found if row[1] == "drg_points" and row[0] in WARD_MONTHS}
    expected = {(period, "drg_points", is_preliminary) for period, is_preliminary in DRG_MONTHS}
    of_operations = [row[0] for row in found if row[1] == "knife_hours" and row[0] in PLANTED_MONTHS]
    return (
        len(found) == len({row[:2] for row in found})
        and drg == expected
        and {row[1] for row in found if row[2]} == {"drg_points"}
        and {row[1] for row in found if row[3]} == {"listed_persons"}
        and sorted(of_operations) == sorted({one.row["_period"] for one in (*OPERATIONS, *WINDOWS)})
    )


def plan_is_that_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(
        f"select version, plan_period, product_id, level, unit_id, planned from {relation} where plan_period < '2022'"
    ).fetchall()
    return _hold(found, PLAN_LINES)


def remarks_are_those_counted(connection: Connection, relation: str) -> bool:
    found = connection.execute(f"select version, plan_year, remark, planned_for, rows_count from {relation}").fetchall()
    return len(found) == len(REMARKS) and set(found) == REMARKS


def standing(connection: Connection, relation: str) -> dict[Key, list[dict[str, Any]]]:
    """The lines of the mart in the planted months, by key."""
    columns = ("period", "product_id", "level", "unit_id", *FIGURES, "is_preliminary", *SHARES)
    lines: dict[Key, list[dict[str, Any]]] = {}
    for row in connection.execute(
        f"select {', '.join(columns)} from {relation} where period < '2022'"
    ).fetchall():  # fmt: skip
        lines.setdefault(row[:4], []).append(dict(zip(columns, row, strict=True)))
    return lines


def production_holds_the_lines(connection: Connection, relation: str) -> bool:
    """Each line counted by hand stands once with its figures, every counted month has its line, and none is absent."""
    lines = standing(connection, relation)
    return (
        all(len(found) == 1 for found in lines.values())
        and not any(key in lines for key in ABSENT)
        and all(key in lines and is_close(lines[key][0]["actual"], value) for key, value in EVERY_LINE.items())
        and all(line["actual"] == 0 for key, [line] in lines.items() if key not in EVERY_LINE)
        and all(
            key in lines and all(is_close(lines[key][0][name], value) for name, value in figures.items())
            for key, figures in MART_LINES.items()
        )
        and all(
            line["is_preliminary"] == ((period, True) in DRG_MONTHS and product == "drg_points")
            for (period, product, _, _), [line] in lines.items()
        )
    )


CHECKS = {
    "int_production__operation": operations_are_those_counted,
    "int_production__listed": listed_are_those_counted,
    "int_production__month": months_are_those_counted,
    "int_production__product_period": product_periods_are_those_loaded,
    "int_production__plan": plan_is_that_counted,
    "int_production__plan_remark": remarks_are_those_counted,
    "mart_production": production_holds_the_lines,
}
