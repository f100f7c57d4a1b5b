"""Faults of the files of wards, operations, listing and plans: planted only when asked for by NAME@entity.

A fault with a rule of its own is named for what is wrong (`overlapping_stays`); the others are the same kinds as in
the care files. A removed row is listed with the columns that name it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from orchestration.synthetic_region.days import first_day
from orchestration.synthetic_region.faults import (
    DUPLICATE,
    IDENTITY_FAULT,
    IN_NO_COUNT,
    NOWHERE,
    QUARANTINE,
    REGION_ONLY,
    Fields,
    RowFault,
    joined_fields,
    set_column,
    suits_any,
)
from orchestration.synthetic_region.files import Table
from orchestration.synthetic_region.listing import LISTING
from orchestration.synthetic_region.operations import OPERATIONS
from orchestration.synthetic_region.organisation import HSA_PREFIX
from orchestration.synthetic_region.plans import PLAN
from orchestration.synthetic_region.ward_files import BEDS, PERMISSIONS, RISK_ASSESSMENTS, STAYS

Flags = npt.NDArray[np.bool_]
_UNKNOWN_UNIT = f"{HSA_PREFIX}E999999999999"
_NO_SUCH_DATE = "2024-02-30"
_DAYS_AWAY = 3_650


def _marked(name: str) -> Callable[[Table], Flags]:
    return lambda table: table.marks[name]


def _filled(column: str) -> Callable[[Table], Flags]:
    return lambda table: np.array([value != "" for value in table.columns[column]], dtype=np.bool_)


def _moved(text: str, days: int) -> str:
    """The timestamp so many days later."""
    return f"{np.datetime64(text[:10], 'D') + np.timedelta64(days, 'D')}{text[10:]}"


def _another(column: str, one: str, other: str) -> Callable[[Fields, int], list[Fields | str]]:
    return lambda row, _: [row, row | {column: one if row[column] != one else other}]


def _overlapping(row: Fields, _: int) -> list[Fields | str]:
    return [row, row | {"vardtillfalle_id": f"{row['vardtillfalle_id']}9"}]


def _discharged_before(row: Fields, _: int) -> list[Fields | str]:
    return [row | {"ut_tid": _moved(row["in_tid"], -1)}]


def _away_long_before(row: Fields, _: int) -> list[Fields | str]:
    return [row | {"fran_tid": _moved(row["fran_tid"], -_DAYS_AWAY)}]


def _removed(_: Fields, __: int) -> list[Fields | str]:
    return []


def _operated_next_month(row: Fields, month: int) -> list[Fields | str]:
    day = str(np.datetime64(first_day(month + 1) + 1, "D"))
    return [row | {name: f"{day}{row[name][10:]}" for name in ("op_start", "op_slut", "knivstart", "knivslut")}]


def _of_lines(entity: str) -> RowFault:
    return RowFault(
        "wrong_field_count", entity, "", QUARANTINE, suits_any, lambda row, _: [joined_fields(row) + ";överflödigt"]
    )


def _of_value(name: str, entity: str, column: str, value: str, expected: str = QUARANTINE) -> RowFault:
    return RowFault(name, entity, column, expected, suits_any, set_column(column, value))


def _same_twice(entity: str, column: str) -> RowFault:
    return RowFault("duplicate_identical", entity, column, DUPLICATE, suits_any, lambda row, _: [row, row], lines=2)


def _twice(entity: str, column: str, one: str, other: str) -> RowFault:
    change = _another(column, one, other)
    return RowFault("duplicate_differing", entity, column, QUARANTINE, suits_any, change, lines=2)


def _misplaced(entity: str, column: str) -> RowFault:
    return RowFault(
        IDENTITY_FAULT, entity, column, NOWHERE, suits_any, lambda row, _: [row | {column: row["patient_id"]}]
    )


_NO_CONTINUATION = "transfer_without_continuation"
# The stay that is told as a transfer is told so in the file after too, so these two choose before the others do.
_STAY_FAULTS = (
    RowFault(_NO_CONTINUATION, STAYS, "ut_till", "regel B07", _marked("is_over"), set_column("ut_till", "AVD")),
    RowFault(_NO_CONTINUATION, STAYS, "ut_till", "regel B07", _marked("was_over"), set_column("ut_till", "AVD")),
    RowFault("overlapping_stays", STAYS, "vardtillfalle_id", "regel B01", _marked("is_over"), _overlapping, lines=2),
    RowFault("out_before_in", STAYS, "ut_tid", "regel B02", _marked("is_over"), _discharged_before),
    RowFault(
        "vanished_stay", STAYS, "vardtillfalle_id vistelse_nr", "regel B05", _marked("went_on"), _removed, lines=0
    ),
    _of_lines(STAYS),
    _of_value("bad_date", STAYS, "in_tid", f"{_NO_SUCH_DATE} 10:00:00"),
    _of_value("empty_required", STAYS, "in_satt", ""),
    _of_value("bad_code", STAYS, "ut_till", "ANNAT"),
    RowFault("decimal_point", STAYS, "drg_vikt", QUARANTINE, _filled("drg_vikt"), set_column("drg_vikt", "1.2500")),
    _same_twice(STAYS, "vardtillfalle_id"),
    _twice(STAYS, "in_satt", "A", "P"),
    _of_value("unknown_unit", STAYS, "avdelning_hsaid", _UNKNOWN_UNIT, "regel E01"),
    _misplaced(STAYS, "huvuddiagnos"),
)
_PERMISSION_FAULTS = (
    RowFault("permission_outside", PERMISSIONS, "fran_tid", "regel B06", suits_any, _away_long_before),
    _of_lines(PERMISSIONS),
    _of_value("bad_date", PERMISSIONS, "fran_tid", f"{_NO_SUCH_DATE} 10:00:00"),
    _of_value("empty_required", PERMISSIONS, "vistelse_nr", ""),
    _same_twice(PERMISSIONS, "fran_tid"),
    _twice(PERMISSIONS, "till_tid", "", "2035-12-31 10:00:00"),
)
_BED_FAULTS = (
    RowFault(
        "ward_day_without_beds", BEDS, "avdelning_hsaid datum", "regel B03", _marked("is_occupied"), _removed, lines=0
    ),
    RowFault(
        "patients_where_closed", BEDS, "disponibla", "regel B04", _marked("is_occupied"), set_column("disponibla", "0")
    ),
    _of_lines(BEDS),
    _of_value("bad_date", BEDS, "datum", _NO_SUCH_DATE),
    _of_value("empty_required", BEDS, "datum", ""),
    _of_value("wrong_type", BEDS, "disponibla", "fem"),
    _same_twice(BEDS, "datum"),
    _twice(BEDS, "faststallda", "99", "98"),
    _of_value("unknown_unit", BEDS, "avdelning_hsaid", _UNKNOWN_UNIT, "regel E01"),
)
_RISK_FAULTS = (
    _of_lines(RISK_ASSESSMENTS),
    _of_value("bad_date", RISK_ASSESSMENTS, "bedomd_tid", f"{_NO_SUCH_DATE} 10:00:00"),
    _of_value("empty_required", RISK_ASSESSMENTS, "typ", ""),
    _of_value("bad_code", RISK_ASSESSMENTS, "typ", "ANNAN"),
)
_OPERATION_FAULTS = (
    _of_lines(OPERATIONS),
    _of_value("bad_date", OPERATIONS, "beslut_tid", f"{_NO_SUCH_DATE} 10:00:00"),
    _of_value("empty_required", OPERATIONS, "status", ""),
    _of_value("bad_code", OPERATIONS, "op_typ", "X"),
    _same_twice(OPERATIONS, "operation_id"),
    _twice(OPERATIONS, "akut", "J", "N"),
    RowFault("wrong_month_row", OPERATIONS, "op_start", IN_NO_COUNT, _marked("is_done"), _operated_next_month),
    _of_value("unknown_unit", OPERATIONS, "enhet_hsaid", _UNKNOWN_UNIT, "regel E01"),
    _misplaced(OPERATIONS, "struken_orsak"),
)
_LISTING_FAULTS = (
    _of_lines(LISTING),
    _of_value("empty_required", LISTING, "antal", ""),
    _of_value("wrong_type", LISTING, "antal", "många"),
    _of_value("bad_code", LISTING, "aldersgrupp", "0-99"),
    _of_value("unknown_unit", LISTING, "enhet_hsaid", _UNKNOWN_UNIT, REGION_ONLY),
)
_PLAN_FAULTS = (
    _of_lines(PLAN),
    _of_value("bad_date", PLAN, "period", "202413"),
    _of_value("empty_required", PLAN, "produkt", ""),
    _of_value("bad_code", PLAN, "version", "MAL"),
    _of_value("decimal_point", PLAN, "antal", "10.5"),
    _of_value("unknown_unit", PLAN, "enhet_hsaid", _UNKNOWN_UNIT, REGION_ONLY),
)
WARD_FAULTS = (
    *_STAY_FAULTS, *_PERMISSION_FAULTS, *_BED_FAULTS, *_RISK_FAULTS,
    *_OPERATION_FAULTS, *_LISTING_FAULTS, *_PLAN_FAULTS,
)  # fmt: skip
