"""One landing: every file of a period's inbox, group by group, with every row accounted for."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.contracts import REGISTERS, Contract, groups
from orchestration.errors import InputRefusedError
from orchestration.landing.conform import (
    RowFault,
    judge,
    scratch_database,
    view_clean_file,
    write_quarantined,
    write_rows,
)
from orchestration.landing.inbox import CONTROL_FILE, ControlRow, Delivered, read_inbox
from orchestration.landing.lines import Cleaned, clean
from orchestration.landing.receiving import Received, receive, sha256_of, tell_encoding
from orchestration.privacy import Key, shown_column
from orchestration.settings import Home, Region, make_private
from orchestration.state.lake import lake_path, load_label, quarantine_list_path, quarantined_path, refused_label
from orchestration.state.store import Load, State, now
from orchestration.troubles import as_told

Progress = Callable[[str], None]
_SHOWN_FAULTS = 5
# What stands before the first faults; the group is told without them.
_FIRST_FAULTS = " De första:"
_AGAIN_WITH_CONTROL = f"Lämna filen och {CONTROL_FILE} på nytt."


@dataclass
class Landing:
    """What came of one landing. `refused` and `reports` are lines to show, identities masked.

    `refused_of` holds the same lines as `refused` by group, under None those of files that belong to no group.
    """

    period: str
    loaded: list[Load] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refused_by_group: dict[str, list[str]] = field(default_factory=dict)
    refused_of: dict[str | None, list[str]] = field(default_factory=dict)
    group_states: dict[str, str] = field(default_factory=dict)

    def refuse(self, group: str | None, what: str, next_step: str) -> None:
        """Note a refusal: to show, and against its group when the file has one."""
        told = f"{what}\n  Gör så här: {next_step}"
        self.refused.append(told)
        self.refused_of.setdefault(group, []).append(told)
        if group is not None:
            self.refused_by_group.setdefault(group, []).append(what.partition(_FIRST_FAULTS)[0].partition("\n")[0])
            self.group_states[group] = "refused"


@dataclass(frozen=True)
class Settled:
    """A file whose rows have all been judged: the account, the faults, and why it is refused if it is."""

    cleaned: Cleaned
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    rows_outside_period: int
    faults: tuple[RowFault, ...]
    refusal: InputRefusedError | None = None


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    """An empty folder for identities in clear; what an interrupted landing left goes first."""
    shutil.rmtree(home.landing_scratch, ignore_errors=True)
    make_private(home.landing_scratch)
    try:
        yield home.landing_scratch
    finally:
        shutil.rmtree(home.landing_scratch, ignore_errors=True)


def settle(
    received: Received,
    name: str,
    contract: Contract,
    control: ControlRow | None,
    period: str,
    region: Region,
    key: Key,
    scratch: Path,
) -> Settled:
    """Clean, type and judge one archived file; unless refused, scratch/rows.parquet holds its rows after it,
    and scratch/quarantined.parquet its faults when it has any.

    Raises InputRefusedError, without any value of the file in it, when it cannot be read at all.
    """
    lines = scratch / "lines"
    try:
        with lines.open("wb") as target:
            cleaned = clean(received, contract, name, target)
        with scratch_database(scratch, region.memory_limit_mb, key) as connection:
            view_clean_file(connection, lines, cleaned.columns, contract, cleaned.has_padding)
            result = judge(connection, contract, period, cleaned.clean_rows)
            from_lines = tuple(RowFault(fault.line, "", "", fault.reason) for fault in cleaned.faults)
            settled = Settled(
                cleaned=cleaned,
                rows_loaded=result.rows_loaded,
                rows_quarantined=result.rows_quarantined + cleaned.fault_count,
                rows_duplicate=result.rows_duplicate,
                rows_outside_period=result.rows_outside_period,
                faults=tuple(sorted((*from_lines, *result.faults), key=lambda fault: (fault.line, fault.column))),
            )
            try:
                _check_rows(control, settled, name)
                _check_content(settled, contract, period, region, name)
            except InputRefusedError as why:
                return replace(settled, refusal=why)
            write_quarantined(connection, contract, from_lines, scratch / "quarantined.parquet")
            write_rows(connection, contract, lines, scratch / "rows.parquet")
            return settled
    except duckdb.Error as trouble:
        told = as_told(trouble)
        if told is not None:
            # The computer's trouble, not the file's: it is not refused, and the same command takes it in later.
            raise told from None
        # The engine quotes values in its messages; only its kind of trouble may be told.
        raise InputRefusedError(
            f"{name}: kunde inte läsas in ({type(trouble).__name__}).",
            "Kör vardlager doctor; visar den inget fel, lämna filen på nytt.",
        ) from None
    finally:
        for leftover in ("lines", "scratch.duckdb", "scratch.duckdb.wal"):
            (scratch / leftover).unlink(missing_ok=True)
        shutil.rmtree(scratch / "spill", ignore_errors=True)


def fault_text(name: str, fault: RowFault) -> str:
    """A quarantined row in words: file, line, column, shown value and reason."""
    column = f", kolumn {fault.column}" if fault.column else ""
    value = f" (värde: {fault.value})" if fault.value else ""
    return f"{name}, rad {fault.line}{column}: {fault.reason}{value}"


def _check_sha256(control: ControlRow | None, received: Received, name: str) -> None:
    if control is not None and control.sha256 != received.sha256:
        raise InputRefusedError(f"{name}: sha256 stämmer inte med {CONTROL_FILE}.", _AGAIN_WITH_CONTROL)


def _check_rows(control: ControlRow | None, settled: Settled, name: str) -> None:
    if control is not None and control.rows != settled.cleaned.rows_in_file:
        raise InputRefusedError(
            f"{name}: {settled.cleaned.rows_in_file} rader, men {CONTROL_FILE} säger {control.rows}.",
            _AGAIN_WITH_CONTROL,
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def _check_content(settled: Settled, contract: Contract, period: str, region: Region, name: str) -> None:
    rows = settled.cleaned.rows_in_file
    if rows == 0 and not contract.may_be_empty:
        raise InputRefusedError(f"{name}: har bara ett huvud, inga rader.", "Lämna filen på nytt med sina rader.")
    bad = settled.rows_quarantined
    # Decimal, so that exactly the share is not over it.
    if bad > region.quarantine_limit_rows and bad > Decimal(str(region.quarantine_limit_share)) * rows:
        first = "\n    ".join(fault_text(name, fault) for fault in settled.faults[:_SHOWN_FAULTS])
        raise InputRefusedError(
            f"{name}: {bad} av {rows} rader är felaktiga, mer än gränsen "
            f"({_percent(region.quarantine_limit_share)} och {region.quarantine_limit_rows} rader)."
            f"{_FIRST_FAULTS}\n    {first}",
            "Rätta exporten och lämna filen på nytt; hela listan ligger i karantänen.",
        )
    if settled.rows_outside_period * 2 > settled.rows_loaded:
        raise InputRefusedError(
            f"{name}: {settled.rows_outside_period} av {settled.rows_loaded} rader ligger utanför {period} "
            f"enligt {contract.period_column}.",
            "Filen verkar höra till en annan månad; lämna rätt fil.",
        )


def _write_quarantine(home: Home, period: str, name: str, label: str, faults: tuple[RowFault, ...]) -> None:
    if not faults:
        return
    target = home.root / quarantine_list_path(period, name, label)
    make_private(target.parent)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["fil", "rad", "kolumn", "värde", "orsak"])
    for fault in faults:
        writer.writerow([name, fault.line, fault.column, fault.value, fault.reason])
    part = target.with_suffix(".part")
    part.write_text(text.getvalue(), encoding="utf-8")
    part.chmod(0o600)
    part.replace(target)


def _move_into_lake(source: Path, target: Path) -> None:
    """Whole or not at all."""
    make_private(target.parent)
    with source.open("rb") as handle:
        os.fsync(handle.fileno())
    source.chmod(0o600)
    source.replace(target)


def _keep_rows(scratch: Path, home: Home, entity: str, period: str, number: int) -> str:
    """Move the sound rows, and the list of the quarantined ones, into the lake; returns the rows' path below the home.

    A list that an interrupted landing left under the same number goes first.
    """
    rows_path = lake_path(entity, period, number)
    listed = home.root / quarantined_path(rows_path)
    listed.unlink(missing_ok=True)
    if (scratch / "quarantined.parquet").exists():
        _move_into_lake(scratch / "quarantined.parquet", listed)
    _move_into_lake(scratch / "rows.parquet", home.root / rows_path)
    return rows_path


def _refused_load(
    file: Delivered,
    period: str,
    sha256: str,
    archive_path: str,
    settled: Settled | None,
    why: InputRefusedError,
) -> Load:
    rows = settled.cleaned.rows_in_file if settled else 0
    return Load(
        period=period,
        system=file.contract.system,
        entity=file.contract.entity,
        group_name=file.contract.group,
        file_name=file.path.name,
        sha256=sha256,
        archive_path=archive_path,
        lake_path=None,
        rows_in_file=rows,
        rows_loaded=0,
        rows_quarantined=rows,
        rows_duplicate=0,
        rows_filtered=0,
        loaded_at=now(),
        outcome="refused",
        message=why.what,
    )


def _land_file(
    file: Delivered,
    control: ControlRow | None,
    period: str,
    home: Home,
    region: Region,
    key: Key,
    state: State,
    scratch: Path,
    landing: Landing,
    progress: Progress,
) -> None:
    name, contract = file.path.name, file.contract
    # A load whose rows are lost is no reason to skip its file: the file gives them back.
    own = [
        load
        for load in state.loads("current", "held", period=period)
        if load.entity == contract.entity and (home.root / (load.lake_path or "")).is_file()
    ]
    sha256 = sha256_of(file.path) if own else None
    if any(load.sha256 == sha256 and (load.outcome == "current" or load is own[-1]) for load in own):
        if own[-1].sha256 != sha256:
            # What is current was delivered again: what waited to replace it has been taken back.
            state.let_go_of_held(contract.entity, period)
        landing.skipped.append(name)
        progress(f"  {name}: oförändrad, hoppas över")
        return
    received = receive(file.path, home.archive / period, file.is_gzip)
    archived = str(received.path.relative_to(home.root))
    settled: Settled | None = None
    earlier = state.loads("current", "replaced", "held", period=period)
    number = 1 + sum(load.entity == contract.entity for load in earlier)
    try:
        _check_sha256(control, received, name)
        received = tell_encoding(received, name, contract.dialect)
        settled = settle(received, name, contract, control, period, region, key, scratch)
        if settled.refusal is not None:
            raise settled.refusal
    except InputRefusedError as why:
        if settled is not None:
            _write_quarantine(home, period, name, refused_label(received.sha256), settled.faults)
        with state.transaction():
            state.forget_refusal(contract.entity, period, received.sha256)
            state.add_load(_refused_load(file, period, received.sha256, archived, settled, why))
        landing.refuse(contract.group, why.what, why.next_step)
        progress(f"  {name}: AVVISAD")
        return
    label = load_label(lake_path(contract.entity, period, number))
    _write_quarantine(home, period, name, label, settled.faults)
    rows_path = _keep_rows(scratch, home, contract.entity, period, number)
    load = Load(
        period=period,
        system=contract.system,
        entity=contract.entity,
        group_name=contract.group,
        file_name=name,
        sha256=received.sha256,
        archive_path=archived,
        lake_path=rows_path,
        rows_in_file=settled.cleaned.rows_in_file,
        rows_loaded=settled.rows_loaded,
        rows_quarantined=settled.rows_quarantined,
        rows_duplicate=settled.rows_duplicate,
        rows_filtered=0,
        loaded_at=now(),
        outcome="held",
    )
    state.add_load(load)
    landing.loaded.append(load)
    landing.reports += received.warnings
    expected = {column.name for column in contract.columns}
    unknown = [
        f"{shown_column(column)} (nr {position})"
        for position, column in enumerate(settled.cleaned.columns, start=1)
        if column not in expected
    ]
    if unknown:
        landing.reports.append(f"{name}: okända kolumner lästes inte in: {', '.join(unknown)}")
    absent = [c.name for c in contract.columns if c.name not in settled.cleaned.columns]
    if absent:
        landing.reports.append(f"{name}: kolumner saknas och blir tomma: {', '.join(absent)}")
    landing.reports += [fault_text(name, fault) for fault in settled.faults[:_SHOWN_FAULTS]]
    if len(settled.faults) > _SHOWN_FAULTS:
        landing.reports.append(
            f"{name}: {settled.rows_quarantined} rader i karantän, alla i {home.quarantine / period}"
        )
    progress(
        f"  {name}: {load.rows_in_file} rader = {load.rows_loaded} inlästa + {load.rows_quarantined} i karantän"
        f" + {load.rows_duplicate} dubbletter + {load.rows_filtered} bortvalda"
    )


def _let_go_of_withdrawn(period: str, state: State, delivered: set[str]) -> None:
    """A file that waited to replace another, and lies in the inbox no more, has been taken back."""
    has_current = {load.entity for load in state.loads("current", period=period)}
    for load in state.loads("held", period=period):
        if load.entity in has_current and load.entity not in delivered:
            state.let_go_of_held(load.entity, period)


def _settle_groups(contracts: Mapping[str, Contract], period: str, state: State, landing: Landing) -> None:
    """Let each whole group take over; a refused or incomplete one keeps its last state."""
    for group, members in groups(dict(contracts)).items():
        held = {load.entity: load for load in state.loads("held", period=period) if load.group_name == group}
        # The newest register of any period serves all periods.
        present = {
            load.entity
            for load in state.loads("current")
            if load.group_name == group and (load.period == period or group == REGISTERS)
        }
        missing = [c.entity for c in members if not c.is_optional and c.entity not in present | set(held)]
        if landing.group_states.get(group) == "refused":
            state.set_group(period, group, "refused", "; ".join(landing.refused_by_group[group]))
        elif missing and (held or present):
            landing.group_states[group] = "incomplete"
            state.set_group(period, group, "incomplete", f"väntar på {', '.join(missing)}")
        elif held or any(load.group_name == group for load in state.loads("current", period=period)):
            state.make_current([load.load_id for load in held.values() if load.load_id is not None])
            landing.group_states[group] = "complete"
            state.set_group(period, group, "complete", None)


def land(
    period: str,
    home: Home,
    region: Region,
    key: Key,
    contracts: Mapping[str, Contract],
    state: State,
    progress: Progress,
) -> Landing:
    """Take in what lies in inbox/<period> and account for every row.

    A file equal to the current load is skipped. A refused file holds back its whole group,
    which keeps its last state; other groups go on.
    """
    landing = Landing(period)
    state.check_key("pseudonymer", key.check_value)
    inbox = read_inbox(home.inbox / period, period, contracts)
    landing.reports += inbox.reports
    for entity, name, why in inbox.refused:
        group = contracts[entity].group if entity is not None else None
        landing.refuse(group, f"{name}: {why}.", f"Rätta innehållet i {home.inbox / period} och kör igen.")
    with _scratch(home) as scratch:
        for file in inbox.delivered:
            _land_file(
                file,
                inbox.control.get(file.path.name),
                period,
                home,
                region,
                key,
                state,
                scratch,
                landing,
                progress,
            )
    _let_go_of_withdrawn(period, state, {file.contract.entity for file in inbox.delivered})
    _settle_groups(contracts, period, state, landing)
    return landing
