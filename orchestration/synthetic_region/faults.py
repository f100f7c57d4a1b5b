"""Named faults that can be planted in the extracts, with a list of where each one stands.

Row faults stand once in each month's file; file faults once, in the last month of the span.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from orchestration.contracts import Contract
from orchestration.errors import UsageError
from orchestration.synthetic_region.contacts import forms_of
from orchestration.synthetic_region.days import MINUTES, NEVER, first_day
from orchestration.synthetic_region.draws import Keys, uniform
from orchestration.synthetic_region.files import Edit
from orchestration.synthetic_region.flows import Entries
from orchestration.synthetic_region.organisation import HSA_PREFIX
from orchestration.synthetic_region.streams import STREAMS

CONTACTS, WAITING, CALLS = "cosmic_vardkontakt", "cosmic_vantelista", "telefoni_samtal"
ALL_ROWS = "all_rows"
QUARANTINE, REFUSED, DUPLICATE = "karantän", "filen avvisas", "dubblett"
EMPTY, REGION_ONLY, IN_NO_COUNT = "filen läses in utan rader", "räknas bara för regionen", "räknas i ingen månad"
NOWHERE, IDENTITY_FAULT = "identiteten syns ingenstans", "identity_in_wrong_column"
Fields = dict[str, str]
Flags = npt.NDArray[np.bool_]


class Keyed(Protocol):
    """Rows of a file, each with a key that its draws come from."""

    @property
    def key(self) -> Keys:
        """One key a row."""


@dataclass(frozen=True)
class Planted:
    """One planted fault; `line` is 0 when the whole file is meant, `value` empty when it is an identity."""

    period: str
    file: str
    line: int
    column: str
    fault: str
    value: str
    expected: str


@dataclass(frozen=True)
class RowFault:
    """A fault of single rows. `change` gives what stands in place of the row: fields, or a line as it is.

    `lines` is how many lines that is; a row that is removed is listed with the columns named in `column`.
    """

    name: str
    entity: str
    column: str
    expected: str
    suits: Callable[[Any], Flags]
    change: Callable[[Fields, int], list[Fields | str]]
    lines: int = 1


@dataclass(frozen=True)
class FileFault:
    """A fault of a whole file, in `entity` unless another is named (NAME@entity)."""

    name: str
    entity: str
    expected: str


def suits_any(entries: Keyed) -> Flags:
    """Every row can carry the fault."""
    return np.ones(len(entries.key), dtype=np.bool_)


def _is_planned_specialist(entries: Entries) -> Flags:
    """Entries of specialised care that have a decision and took or will take place."""
    suits = [
        stream.is_listed and stream.phase <= 3 and stream.pool not in ("primary", "first_line", "bup")
        for stream in STREAMS
    ]
    return np.array(suits, dtype=np.bool_)[entries.stream]


def _is_planned_visit(entries: Entries) -> Flags:
    suits: Flags = _is_planned_specialist(entries) & (forms_of(entries) == "B")
    return suits


def _is_still_waiting(entries: Entries) -> Flags:
    """Specialised care where nothing more happens in the month of decision or the next twelve days."""
    stays = np.minimum(entries.start, entries.removed) > entries.decided + 12 * MINUTES
    suits: Flags = _is_planned_specialist(entries) & (entries.removed == NEVER) & stays
    return suits


def set_column(column: str, value: str) -> Callable[[Fields, int], list[Fields | str]]:
    """The row with that value in the column."""
    return lambda row, _: [row | {column: value}]


def _day_text(days: int) -> str:
    return str(np.datetime64(days, "D"))


def joined_fields(row: Fields, separator: str = ";") -> str:
    """The fields as a line."""
    return separator.join(row.values())


def _impossible_date(row: Fields, month: int) -> list[Fields | str]:
    return [row | {"beslut_tid": f"{month // 12:04d}-02-30 10:00:00"}]


def _another_month(row: Fields, month: int) -> list[Fields | str]:
    day = _day_text(first_day(month + 1) + 1)
    return [row | {"start_tid": f"{day} 09:00:00", "avslut_tid": f"{day} 09:30:00"}]


def _negative_wait(row: Fields, _: int) -> list[Fields | str]:
    later = np.datetime64(row["start_tid"][:10], "D") + np.timedelta64(10, "D")
    return [row | {"beslut_tid": f"{later} 09:00:00"}]


def _call_of_next_month(row: Fields, month: int) -> list[Fields | str]:
    return [row | {"inkommet": f"{_day_text(first_day(month + 1) + 1)}T09:00:00", "hanterat": ""}]


def _another_call(row: Fields, _: int) -> list[Fields | str]:
    return [row, row | {"status": "EJ_HANTERAT" if row["status"] == "AVBRUTET" else "AVBRUTET"}]


def _half_line(row: Fields, _: int) -> list[Fields | str]:
    values = list(row.values())
    return [";".join(values[: len(values) // 2])]


def _deceased(row: Fields, month: int) -> list[Fields | str]:
    return [row | {"avliden_datum": _day_text(first_day(month + 1) - 4)}]


ROW_FAULTS = (
    RowFault(
        "wrong_field_count", CONTACTS, "", QUARANTINE, suits_any, lambda row, _: [joined_fields(row) + ";överflödigt"]
    ),
    RowFault(
        "unclosed_quote", CONTACTS, "lkf", QUARANTINE, suits_any, lambda row, _: [row | {"lkf": '"' + row["lkf"]}]
    ),
    RowFault("truncated_last_line", CONTACTS, "", QUARANTINE, suits_any, _half_line),
    RowFault("bad_date", CONTACTS, "beslut_tid", QUARANTINE, _is_planned_visit, _impossible_date),
    RowFault("wrong_type", CONTACTS, "fodelsear", QUARANTINE, suits_any, set_column("fodelsear", "okänt")),
    RowFault("decimal_point", CONTACTS, "patientavgift", QUARANTINE, suits_any, set_column("patientavgift", "275.50")),
    RowFault("empty_required", CONTACTS, "kon", QUARANTINE, suits_any, set_column("kon", "")),
    RowFault("bad_code", CONTACTS, "kontaktform", QUARANTINE, suits_any, set_column("kontaktform", "X")),
    RowFault(
        "national_code_unknown",
        CONTACTS,
        "vardkontakttyp",
        "regel A36",
        _is_planned_visit,
        set_column("vardkontakttyp", "99"),
    ),
    RowFault(
        "duplicate_identical", CONTACTS, "vardkontakt_id", DUPLICATE, suits_any, lambda row, _: [row, row], lines=2
    ),
    RowFault(
        "duplicate_differing",
        CONTACTS,
        "vardkontakt_id",
        QUARANTINE,
        suits_any,
        lambda row, _: [row, row | {"patientavgift": "999,00"}],
        lines=2,
    ),
    RowFault("wrong_month_row", CONTACTS, "start_tid", "regel A30", _is_planned_visit, _another_month),
    RowFault("decision_missing", CONTACTS, "beslut_tid", "regel A01", _is_planned_visit, set_column("beslut_tid", "")),
    RowFault("decision_missing", WAITING, "beslut_tid", "regel A01", _is_still_waiting, set_column("beslut_tid", "")),
    RowFault("negative_wait", CONTACTS, "beslut_tid", "regel A02", _is_planned_visit, _negative_wait),
    RowFault("deceased_waiting", WAITING, "avliden_datum", "regel A09", _is_still_waiting, _deceased),
    RowFault(
        "unknown_unit",
        CONTACTS,
        "enhet_hsaid",
        "regel E01",
        _is_planned_visit,
        set_column("enhet_hsaid", f"{HSA_PREFIX}E999999999999"),
    ),
    RowFault(
        "identity_in_wrong_column",
        CONTACTS,
        "remiss_id",
        NOWHERE,
        _is_planned_visit,
        lambda row, _: [row | {"remiss_id": row["patient_id"]}],
    ),
)
# Faults of calls: the same kinds, planted only when asked for by NAME@telefoni_samtal.
CALL_FAULTS = (
    RowFault(
        "wrong_field_count", CALLS, "", QUARANTINE, suits_any, lambda row, _: [joined_fields(row, ",") + ",överflödigt"]
    ),
    RowFault("bad_date", CALLS, "inkommet", QUARANTINE, suits_any, set_column("inkommet", "2024-02-30T10:00:00")),
    RowFault("empty_required", CALLS, "status", QUARANTINE, suits_any, set_column("status", "")),
    RowFault("bad_code", CALLS, "kanal", QUARANTINE, suits_any, set_column("kanal", "FAX")),
    RowFault("duplicate_identical", CALLS, "samtal_id", DUPLICATE, suits_any, lambda row, _: [row, row], lines=2),
    RowFault("duplicate_differing", CALLS, "samtal_id", QUARANTINE, suits_any, _another_call, lines=2),
    RowFault("wrong_month_row", CALLS, "inkommet", IN_NO_COUNT, suits_any, _call_of_next_month),
    RowFault(
        "unknown_unit",
        CALLS,
        "enhet_hsaid",
        REGION_ONLY,
        suits_any,
        set_column("enhet_hsaid", f"{HSA_PREFIX}E999999999999"),
    ),
)
FILE_FAULTS = (
    FileFault("nul_byte", "register_konto", REFUSED),
    FileFault("utf8_in_cp1252", CONTACTS, "avkodas när det är säkert, annars avvisas filen"),
    FileFault("invalid_cp1252_byte", WAITING, REFUSED),
    FileFault("header_only", "register_heroma_enhet", REFUSED),
    FileFault("missing_column", "register_ansvar", REFUSED),
    FileFault("wrong_month_file", CONTACTS, REFUSED),
)
_LAST_LINE_FAULT = "truncated_last_line"


@dataclass(frozen=True)
class Faults:
    """The faults asked for."""

    rows: tuple[RowFault, ...] = ()
    files: tuple[FileFault, ...] = ()

    def of_file(self, name: str, entity: str) -> FileFault | None:
        """The file fault of that name in that entity's file, if asked for."""
        return next((fault for fault in self.files if (fault.name, fault.entity) == (name, entity)), None)


def _place(fault: RowFault, entries: Keyed, taken: set[int]) -> int:
    """The row to change: the last for a truncated line, else the suitable one its own draw puts first."""
    last = len(entries.key) - 1
    if fault.name == _LAST_LINE_FAULT:
        return last
    rank = np.where(fault.suits(entries), uniform(entries.key, f"fault {fault.name}"), 2.0)
    rank[last] = 2.0
    rank[list(taken)] = 2.0
    place = int(np.argmin(rank))
    if rank[place] >= 2.0:
        raise UsageError(
            f"Månaden har för få rader för felet {fault.name}.",
            "Välj en större skala (--scale) eller färre fel.",
        )
    return place


def planned_edits(
    faults: Faults, entity: str, entries: Keyed, month: int, period: str, file: str, separator: str = ";"
) -> tuple[dict[int, Edit], list[Planted]]:
    """Edits by row for one file, and where each fault will stand. Doubled rows move the lines after them."""
    placed: dict[int, RowFault] = {}
    for fault in (fault for fault in faults.rows if fault.entity == entity):
        placed[_place(fault, entries, set(placed))] = fault
    planted: list[Planted] = []
    edits: dict[int, Edit] = {}
    extra = 0
    for row in sorted(placed):
        fault = placed[row]
        line = row + 2 + extra

        def edit(fields: Fields, fault: RowFault = fault, line: int = line) -> list[str]:
            changed = fault.change(fields, month)
            if not changed:
                named = " ".join(fields[name] for name in fault.column.split())
                planted.append(Planted(period, file, line, fault.column, fault.name, named, fault.expected))
            for step, new in enumerate(changed):
                if fault.name == "duplicate_identical" and step == 0:
                    continue
                is_shown = isinstance(new, dict) and fault.column and fault.name != IDENTITY_FAULT
                value = new[fault.column] if is_shown and isinstance(new, dict) else ""
                planted.append(Planted(period, file, line + step, fault.column, fault.name, value, fault.expected))
            return [new if isinstance(new, str) else joined_fields(new, separator) for new in changed]

        edits[row] = edit
        extra += fault.lines - 1
    return edits, planted


def ends_open(faults: Faults, entity: str) -> bool:
    """Whether the file's last line lacks its line end."""
    return any(fault.name == _LAST_LINE_FAULT and fault.entity == entity for fault in faults.rows)


def left_out_column(contract: Contract) -> str:
    """The required column that `missing_column` leaves out."""
    return "vardniva" if contract.entity in (CONTACTS, WAITING) else contract.required_columns[-1]


def damage_bytes(path: Path, contract: Contract, faults: Faults, period: str) -> list[Planted]:
    """Makes the file's own faults of encoding in the written file."""
    content = path.read_bytes()
    line_end = contract.dialect.line_end.encode()
    planted: list[Planted] = []

    def note(fault: FileFault, line: int) -> None:
        planted.append(Planted(period, path.name, line, "", fault.name, "", fault.expected))

    if fault := faults.of_file("utf8_in_cp1252", contract.entity):
        content = content.decode(contract.dialect.encoding).encode("utf-8")
        note(fault, 0)
    for name, byte in (("nul_byte", b"\x00"), ("invalid_cp1252_byte", b"\x81")):
        if fault := faults.of_file(name, contract.entity):
            place = content.index(line_end, len(content) // 2)
            line = content.count(line_end, 0, place) + 1
            content = content[:place] + byte + content[place:]
            note(fault, line)
    if planted:
        path.write_bytes(content)
    return planted


def write_fault_list(path: Path, planted: Sequence[Planted]) -> None:
    """Writes faults.csv (UTF-8, `period;file;line;column;fault;value;expected`) in order."""
    lines = ["period;file;line;column;fault;value;expected"]
    for one in sorted(planted, key=lambda one: (one.period, one.file, one.line, one.fault)):
        value = f'"{one.value.replace(chr(34), chr(34) * 2)}"' if '"' in one.value else one.value
        lines.append(f"{one.period};{one.file};{one.line};{one.column};{one.fault};{value};{one.expected}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
