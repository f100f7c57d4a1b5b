"""Which of the faults that there are have been asked for."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.contracts import Contract
from orchestration.errors import UsageError
from orchestration.synthetic_region.faults import (
    ALL_ROWS,
    CALL_FAULTS,
    CALLS,
    CONTACTS,
    FILE_FAULTS,
    ROW_FAULTS,
    Faults,
    FileFault,
    RowFault,
)
from orchestration.synthetic_region.ward_faults import WARD_FAULTS
from orchestration.synthetic_region.ward_files import BEDS

_ASKED_BY_ENTITY = (*CALL_FAULTS, *WARD_FAULTS)
_ENTITIES = tuple(dict.fromkeys(fault.entity for fault in _ASKED_BY_ENTITY))
_WITH_PERIOD_COLUMN = (CONTACTS, CALLS, BEDS)
FAULT_NAMES = tuple(
    dict.fromkeys([*(fault.name for fault in (*ROW_FAULTS, *FILE_FAULTS)), ALL_ROWS, *(f.name for f in WARD_FAULTS)])
)


def _row_faults(name: str, entity: str) -> list[RowFault]:
    faults = [fault for fault in _ASKED_BY_ENTITY if fault.entity == entity] if entity in _ENTITIES else ROW_FAULTS
    return [fault for fault in faults if name in (fault.name, ALL_ROWS)]


def chosen_faults(names: Sequence[str], contracts: dict[str, Contract]) -> Faults:
    """The faults by name, or by NAME@entity for those of calls, wards, operations, listing and plans.

    Raises UsageError that lists the names for one that is unknown, and one that names the entities for a fault that
    cannot stand where it is asked for.
    """
    rows: list[RowFault] = []
    files: list[FileFault] = []
    for asked in names:
        name, _, entity = asked.partition("@")
        if name not in FAULT_NAMES:
            raise UsageError(f"Felet {asked!r} finns inte.", f"Välj bland: {', '.join(FAULT_NAMES)}.")
        of_rows = _row_faults(name, entity)
        of_files = [fault for fault in FILE_FAULTS if fault.name == name]
        is_misplaced = bool(entity) and (entity not in contracts or (bool(of_rows) and entity not in _ENTITIES))
        if is_misplaced or not (of_rows or of_files):
            where = [fault.entity for fault in _ASKED_BY_ENTITY if name in (fault.name, ALL_ROWS)]
            raise UsageError(
                f"Felet {asked!r} kan inte läggas {f'i {entity!r}' if entity else 'utan att filen anges'}.",
                "Fel på en hel fil kan flyttas (NAMN@entitet) till en känd entitet, fel på en rad bara till: "
                f"{', '.join(dict.fromkeys(where)) or 'ingen annan fil'}.",
            )
        if name == "wrong_month_file" and entity not in ("", *_WITH_PERIOD_COLUMN):
            allowed = " eller ".join(f"{name}@{one}" for one in _WITH_PERIOD_COLUMN)
            raise UsageError(f"Felet {asked!r} kräver en fil med periodkolumn.", f"Skriv {name}, {allowed}.")
        rows += [fault for fault in of_rows if fault not in rows]
        files += [FileFault(fault.name, entity or fault.entity, fault.expected) for fault in of_files]
    return Faults(tuple(rows), tuple(dict.fromkeys(files)))
