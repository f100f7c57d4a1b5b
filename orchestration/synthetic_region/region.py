"""Writes the extracts of a synthetic region, month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from orchestration.contracts import Contract, load_contracts
from orchestration.errors import UsageError
from orchestration.synthetic_region import faults as planting
from orchestration.synthetic_region import files, registers
from orchestration.synthetic_region.contacts import contact_columns, waiting_columns
from orchestration.synthetic_region.days import MINUTES, first_day, month_index, period_name
from orchestration.synthetic_region.fault_choice import chosen_faults
from orchestration.synthetic_region.flows import Entries, Region, entries_of_month
from orchestration.synthetic_region.listing import LISTING, listing_table
from orchestration.synthetic_region.operations import OPERATIONS, operation_table
from orchestration.synthetic_region.organisation import make_organisation, unit_rows
from orchestration.synthetic_region.phone import CALLS, MONTH_1177, call_columns, calls_of_month, month_1177_columns
from orchestration.synthetic_region.plans import PLAN, plan_table
from orchestration.synthetic_region.population import make_population
from orchestration.synthetic_region.stays import Inpatients, inpatients_of_month
from orchestration.synthetic_region.streams import STREAMS
from orchestration.synthetic_region.ward_files import (
    BEDS,
    PERMISSIONS,
    RISK_ASSESSMENTS,
    STAYS,
    bed_table,
    permission_table,
    risk_table,
    stay_table,
    stays_in_file,
)

_BLOCK_ROWS = 50_000
_LARGEST_SCALE = 20.0


@dataclass(frozen=True)
class RegionSummary:
    """What was written: periods in order, number of files, rows by entity, bytes in all, planted faults."""

    periods: tuple[str, ...]
    files: int
    rows: dict[str, int]
    bytes: int
    faults: int


def _months(first_period: str, last_period: str) -> range:
    first, last = month_index(first_period), month_index(last_period)
    if last < first:
        raise UsageError(f"Perioden {last_period} ligger före {first_period}.", "Ange den tidigare månaden först.")
    return range(first, last + 1)


def _known_month(known_through: str | None, months: range) -> int | None:
    if known_through is None:
        return None
    known = month_index(known_through)
    if known < months[-1]:
        raise UsageError(
            f"Det går inte att skriva {period_name(months[-1])} som känd till och med {known_through}.",
            "Ange en månad som är den sista perioden eller senare.",
        )
    return known


def _completed(entries: Entries, month: int) -> Entries:
    """Contacts carried out in the month, in order of start."""
    start, end = first_day(month) * MINUTES, first_day(month + 1) * MINUTES
    done = entries.take((entries.start >= start) & (entries.start < end))
    return done.take(np.lexsort((done.number, done.stream, done.month, done.start)))


def _waiting(entries: Entries, month: int) -> Entries:
    """Entries open at the month's end and those removed during it, in order of decision."""
    start, end = first_day(month) * MINUTES, first_day(month + 1) * MINUTES
    is_listed = np.array([stream.is_listed for stream in STREAMS], dtype=np.bool_)[entries.stream]
    waiting = entries.take(is_listed & (entries.removed >= start) & (entries.start >= end))
    return waiting.take(np.lexsort((waiting.number, waiting.stream, waiting.month, waiting.decided)))


def _register_rows(known_day: int) -> dict[str, list[dict[str, str]]]:
    return {
        "register_enhet": unit_rows(known_day),
        "register_ansvar": registers.cost_centre_rows(),
        "register_heroma_enhet": registers.staff_unit_rows(),
        "register_konto": registers.account_rows(),
    }


@dataclass
class _Month:
    """One month being written: its folder, what is known, the faults asked for and those planted so far."""

    region: Region
    contracts: dict[str, Contract]
    month: int
    known_day: int
    folder: Path
    faults: planting.Faults
    planted: list[planting.Planted]
    names: list[str]

    @property
    def period(self) -> str:
        return period_name(self.month)

    def _file_name(self, entity: str) -> str:
        return f"{entity}_{self.period.replace('-', '')}.csv"

    def _column_names(self, contract: Contract, path: Path) -> list[str]:
        names = [column.name for column in contract.columns]
        if fault := self.faults.of_file("missing_column", contract.entity):
            missing = planting.left_out_column(contract)
            names.remove(missing)
            self.planted.append(planting.Planted(self.period, path.name, 1, missing, fault.name, "", fault.expected))
        return names

    def _write(
        self, entity: str, blocks: Callable[[Contract, list[str]], Iterator[list[str]]], ends_open: bool
    ) -> None:
        contract = self.contracts[entity]
        path = self.folder / self._file_name(entity)
        names = self._column_names(contract, path)
        lines = blocks(contract, names)
        if fault := self.faults.of_file("header_only", entity):
            lines, ends_open = iter(()), False
            expected = planting.EMPTY if contract.may_be_empty else fault.expected
            self.planted.append(planting.Planted(self.period, path.name, 0, "", fault.name, "", expected))
        files.write_file(path, names, contract.dialect, lines, ends_open)
        self.planted += planting.damage_bytes(path, contract, self.faults, self.period)
        self.names.append(path.name)

    def write_register(self, entity: str, rows: list[dict[str, str]]) -> None:
        """Writes one register."""

        def blocks(contract: Contract, names: list[str]) -> Iterator[list[str]]:
            columns = files.text_columns(names, contract.dialect, rows)
            yield files.lines_of(names, contract.dialect, columns, {}, 0)

        self._write(entity, blocks, ends_open=False)

    def write_entries(self, entity: str, entries: Entries, make: Callable[[Entries], files.Columns]) -> None:
        """Writes one care file in blocks, with its row faults."""

        def blocks(contract: Contract, names: list[str]) -> Iterator[list[str]]:
            edits, planted = planting.planned_edits(
                self.faults, entity, entries, self.month, self.period, self._file_name(entity)
            )
            for first in range(0, len(entries.key), _BLOCK_ROWS):
                part = entries.take(np.arange(first, min(first + _BLOCK_ROWS, len(entries.key))))
                yield files.lines_of(names, contract.dialect, make(part), edits, first)
            self.planted += planted

        self._write(entity, blocks, planting.ends_open(self.faults, entity))

    def write_calls(self) -> None:
        """Writes the calls to the health centres, with their row faults."""
        month = self.month
        if fault := self.faults.of_file("wrong_month_file", CALLS):
            month -= 1
            name = self._file_name(CALLS)
            self.planted.append(
                planting.Planted(self.period, name, 0, "inkommet", fault.name, period_name(month), fault.expected)
            )
        calls = calls_of_month(self.region, month)

        def blocks(contract: Contract, names: list[str]) -> Iterator[list[str]]:
            separator = contract.dialect.separator
            edits, planted = planting.planned_edits(
                self.faults, CALLS, calls, self.month, self.period, self._file_name(CALLS), separator
            )
            for first in range(0, len(calls.key), _BLOCK_ROWS):
                part = calls.take(np.arange(first, min(first + _BLOCK_ROWS, len(calls.key))))
                columns = call_columns(self.region, part, month)
                yield files.lines_of(names, contract.dialect, columns, edits, first)
            self.planted += planted

        self._write(CALLS, blocks, ends_open=False)

    def write_1177(self) -> None:
        """Writes the region's month of 1177."""

        def blocks(contract: Contract, names: list[str]) -> Iterator[list[str]]:
            columns = month_1177_columns(self.region, self.month)
            yield files.lines_of(names, contract.dialect, columns, {}, 0)

        self._write(MONTH_1177, blocks, ends_open=False)

    def write_table(self, entity: str, table: files.Table) -> None:
        """Writes a file whose rows are all at hand, with its row faults."""

        def blocks(contract: Contract, names: list[str]) -> Iterator[list[str]]:
            separator = contract.dialect.separator
            edits, planted = planting.planned_edits(
                self.faults, entity, table, self.month, self.period, self._file_name(entity), separator
            )
            yield files.lines_of(names, contract.dialect, table.columns, edits, 0)
            self.planted += planted

        self._write(entity, blocks, ends_open=False)

    def write_wards(self, inpatients: Inpatients) -> None:
        """Writes the files of the wards."""
        stays = stays_in_file(inpatients, self.month)
        self.write_table(STAYS, stay_table(self.region, inpatients, stays, self.month, self.known_day))
        self.write_table(PERMISSIONS, permission_table(inpatients, stays, self.known_day))
        self.write_table(BEDS, bed_table(self.region, inpatients, self._month_of_beds()))
        self.write_table(RISK_ASSESSMENTS, risk_table(inpatients, self.month))

    def _month_of_beds(self) -> int:
        fault = self.faults.of_file("wrong_month_file", BEDS)
        if fault is None:
            return self.month
        before = period_name(self.month - 1)
        name = self._file_name(BEDS)
        self.planted.append(planting.Planted(self.period, name, 0, "datum", fault.name, before, fault.expected))
        return self.month - 1

    def _contacts(self, entries: Entries) -> Entries:
        fault = self.faults.of_file("wrong_month_file", planting.CONTACTS)
        if fault is None:
            return _completed(entries, self.month)
        name = self._file_name(planting.CONTACTS)
        self.planted.append(
            planting.Planted(self.period, name, 0, "start_tid", fault.name, period_name(self.month - 1), fault.expected)
        )
        return _completed(entries_of_month(self.region, self.month - 1), self.month - 1)

    def write(self) -> dict[str, tuple[int, int]]:
        """Writes the month's folder; returns (rows, bytes) by file name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for entity, rows in _register_rows(self.known_day).items():
            self.write_register(entity, rows)
        entries = entries_of_month(self.region, self.month)
        self.write_entries(
            planting.CONTACTS,
            self._contacts(entries),
            lambda part: contact_columns(self.region, part, self.known_day),
        )
        self.write_entries(
            planting.WAITING,
            _waiting(entries, self.month),
            lambda part: waiting_columns(self.region, part, self.month, self.known_day),
        )
        self.write_calls()
        self.write_1177()
        inpatients = inpatients_of_month(self.region, self.month)
        self.write_wards(inpatients)
        operations = operation_table(self.region, entries, inpatients, self.month, self.known_day)
        self.write_table(OPERATIONS, operations)
        self.write_table(LISTING, listing_table(self.region, self.month))
        self.write_table(PLAN, plan_table(self.region, self.month))
        return files.write_control(self.folder, self.names)


def write_region(
    out: Path,
    first_period: str,
    last_period: str,
    scale: float = 1.0,
    seed: int = 56,
    faults: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
    known_through: str | None = None,
) -> RegionSummary:
    """Writes `<out>/<YYYY-MM>/<entity>_<YYYYMM>.csv` and kontroll.csv for each month of the span.

    `scale` 1.0 is a region of Västmanland's volume (about 180,000 contacts a normal month). The same
    arguments give the same bytes, and a month reads the same whatever span it is written in.
    `known_through` writes every month of the span as a system would hand it over at the end of that
    later period: entries on a month's list that were removed since stand as removed.
    `faults` plants named faults (see `FAULT_NAMES`) and lists them in `<out>/faults.csv`.
    `progress` gets one line in Swedish a month. Raises UsageError for a period, scale, fault or
    `known_through` that cannot be.
    """
    if not 0 < scale <= _LARGEST_SCALE:
        raise UsageError(f"Skalan {scale} går inte.", f"Välj ett tal över 0 och högst {_LARGEST_SCALE:.0f}.")
    contracts = load_contracts()
    months = _months(first_period, last_period)
    known_month = _known_month(known_through, months)
    asked = chosen_faults(faults, contracts)
    region = Region(seed, scale, make_population(seed, scale), make_organisation())
    rows: dict[str, int] = {}
    planted: list[planting.Planted] = []
    count = size = 0
    for month in months:
        is_last = month == months[-1]
        written = _Month(
            region=region,
            contracts=contracts,
            month=month,
            known_day=first_day((month if known_month is None else known_month) + 1) - 1,
            folder=out / period_name(month),
            faults=asked if is_last else planting.Faults(asked.rows),
            planted=planted,
            names=[],
        ).write()
        of_month = {name.rsplit("_", 1)[0]: numbers for name, numbers in written.items()}
        for entity, (file_rows, file_size) in of_month.items():
            rows[entity] = rows.get(entity, 0) + file_rows
            count, size = count + 1, size + file_size
        if progress is not None:
            contacts, waiting = of_month[planting.CONTACTS][0], of_month[planting.WAITING][0]
            progress(f"{period_name(month)}: {contacts} kontakter och {waiting} rader på väntelistan skrivna")
    fault_list = out / "faults.csv"
    if asked.rows or asked.files:
        planting.write_fault_list(fault_list, planted)
    else:
        fault_list.unlink(missing_ok=True)
    return RegionSummary(tuple(period_name(month) for month in months), count, rows, size, len(planted))
