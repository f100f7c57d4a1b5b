"""The warehouse stage of a run: give dbt its inputs, build what is touched, keep the proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.contracts import period_groups
from orchestration.errors import StoppedError, VardlagerError
from orchestration.state import evidence
from orchestration.state.current import built_periods, current_inputs, readable_loads
from orchestration.state.domains import held_domains
from orchestration.state.store import State, open_state
from orchestration.warehouse import basis as basis_of
from orchestration.warehouse import look_back as spans
from orchestration.warehouse import touched as reasons
from orchestration.warehouse.basis import Basis, BasisLoad
from orchestration.warehouse.dbt_runner import TEST_KINDS, NodeResult, run_dbt
from orchestration.warehouse.inputs import write_inputs, write_state_copies
from orchestration.work import Work

CHECK = "dbt_tests_pass"
STATE_COPY_TAG = "tag:state_copy"
ASKED_FOR = "--full-refresh"
_UNITS = ("+int_core__unit", "+int_core__unit_overlap", "+int_core__unit_absent")
# Seeds, views and the models' unit tests are code: as long as it is the same, what was made and proven with it stands.
# The tests of views and seeds are run all the same: excluding a node takes no test with it.
OF_THE_CODE = (
    "--exclude-resource-type", "seed", "--exclude-resource-type", "unit_test",
    "--exclude", "config.materialized:view", "--indirect-selection", "empty",
)  # fmt: skip
# Models that hold all periods and are made anew each time: only the last part of a build has all that they read.
_OF_ALL_PERIODS = ("--exclude", "tag:whole+")
_SHOWN_FAILURES = 5
# Rows that are computed at a time, for each megabyte that the engine may use: half a million fill a gigabyte.
ROWS_PER_MEGABYTE = 300


@dataclass(frozen=True)
class Plan:
    """What a build computes: touched periods with why, of the complete ones; `why_all` when nothing is kept."""

    touched: Mapping[str, str]
    complete: tuple[str, ...]
    loads: tuple[BasisLoad, ...]
    why_all: str | None


def in_parts(touched: Iterable[str], own: str, rows: Mapping[str, int], most_rows: int) -> list[list[str]]:
    """The touched periods, a part to compute at a time: of at most `most_rows` rows, or of a single period.

    They stand in order of time: what looks back reads kept rows of the periods before, which must be computed by
    then. The run's own period is in the last part, once more and alone when it lies before it, so that all that is
    computed on the way to its figures stands when they are validated. Nothing touched is one part without periods.
    """
    parts: list[list[str]] = [[]]
    held = 0
    for period in sorted(touched):
        if parts[-1] and held + rows.get(period, 0) > most_rows:
            parts.append([])
            held = 0
        parts[-1].append(period)
        held += rows.get(period, 0)
    is_computed = any(own in part for part in parts)
    return [*parts, [own]] if is_computed and own not in parts[-1] else parts


@dataclass(frozen=True)
class Built:
    """A finished build: what it rests on, how many models and tests there were, and what became of each node.

    `touched` holds the periods that were computed, each with why; the others stood as they were.
    """

    inputs: str
    models: int
    tests: int
    touched: Mapping[str, str]
    nodes: tuple[NodeResult, ...]


def _describe(nodes: Sequence[NodeResult]) -> str:
    shown = "; ".join(f"{node.unique_id}: {node.message or node.status}" for node in nodes[:_SHOWN_FAILURES])
    rest = len(nodes) - _SHOWN_FAILURES
    return shown + (f"; och {rest} till" if rest > 0 else "")


def _write_inputs(connection: duckdb.DuckDBPyConnection, work: Work, state: State, touched: Collection[str]) -> str:
    return write_inputs(connection, work.period, work.home, work.region, work.own_keys, work.contracts, state, touched)


def _touched_by_files(
    work: Work,
    connection: duckdb.DuckDBPyConnection,
    basis: Basis,
    loads: Sequence[BasisLoad],
    complete: Sequence[str],
    is_unbounded: bool,
) -> dict[str, str]:
    """Complete periods touched by the run itself, by their own files or by a contact of an earlier period's files."""
    changed = reasons.changed_periods(basis.loads, loads, period_groups(work.contracts))
    touched = {work.period: reasons.OWN} if work.period in complete else {}
    touched |= {period: reasons.NOT_WHOLE for period in complete if period not in basis.built}
    touched |= {period: reasons.NEW_FILES for period in complete if period in changed}
    if is_unbounded:
        rest = [period for period in complete if period not in changed]
        for period in reasons.periods_with_changed_contacts(
            connection, work.home, work.contracts, basis.loads, loads, rest
        ):
            touched[period] = reasons.SAME_CONTACTS
    return touched


def _touched_by_registers(connection: duckdb.DuckDBPyConnection, complete: Sequence[str]) -> dict[str, str]:
    """Complete periods whose rows the register in force tells otherwise than the one they were built with."""
    if reasons.has_other_overlaps(connection):
        return dict.fromkeys(complete, reasons.OVERLAPS)
    changed = reasons.periods_with_changed_units(connection) | reasons.periods_with_other_absences(connection)
    return {period: reasons.REGISTER for period in complete if period in changed}


def _build_units(work: Work) -> None:
    nodes = run_dbt(work.home, work.region, ["run", "--select", *_UNITS])
    broken = [node for node in nodes if node.is_bad]
    basis_of.demand_undamaged(work, (node.message for node in broken))
    if broken or not nodes:
        raise VardlagerError(
            f"Enhetsregistret kunde inte byggas: {_describe(broken)}",
            "Felet ligger i modellerna eller i miljön, inte i filerna; kör vardlager doctor.",
        )


def plan_build(work: Work, state: State) -> Plan:
    """Which periods the build of this run must compute, from what the kept tables rest on and what is loaded now.

    Takes the build file away when nothing in it can be kept. Builds the unit register when its loads are others.
    """
    current = state.loads("current")
    complete = tuple(built_periods(work.contracts, current))
    loads = basis_of.basis_loads(readable_loads(work.contracts, current))
    connection = basis_of.open_build(work)
    try:
        basis = basis_of.read_basis(connection)
        foundation = basis_of.foundation_of(work.region, work.key, work.contracts)
        why_all = basis_of.why_all(basis, foundation, basis_of.basis_loads(state.loads()))
        why_all = ASKED_FOR if work.full_refresh else why_all
        if basis is None or why_all is not None:
            connection.close()
            basis_of.remove_build(work)
            return Plan(dict.fromkeys(complete, why_all or ASKED_FOR), complete, loads, why_all)
        look_back = spans.read_look_back()
        touched = _touched_by_files(work, connection, basis, loads, complete, look_back.is_unbounded)
        by_registers: dict[str, str] = {}
        if reasons.has_other_registers(basis.loads, loads):
            _write_inputs(connection, work, state, touched.keys())
            connection.close()
            _build_units(work)
            connection = work.connect_build()
            by_registers = _touched_by_registers(connection, complete)
    finally:
        connection.close()
    sources = reasons.changed_periods(basis.loads, loads, period_groups(work.contracts))
    sources |= {period for period, why in touched.items() if why not in (reasons.OWN, reasons.NOT_WHOLE)}
    sources |= by_registers.keys()
    touched = by_registers | touched
    later = spans.looking_back(sources, complete, look_back.months)
    touched = {period: reasons.LOOK_BACK for period in complete if period in later} | touched
    return Plan(touched, complete, loads, None)


def _keep_quiet(nodes: Sequence[NodeResult]) -> None:
    """What became of the nodes is told by the result alone."""


def build_warehouse(work: Work, tell: Callable[[Sequence[NodeResult]], None] = _keep_quiet) -> Built:
    """Build what is touched of the loaded periods and test it; the rest stands as it was built and tested.

    `tell` gets what became of every node, whether the build then stands or is stopped.
    Raises VardlagerError when a model cannot be built, StoppedError when a test fails.
    """
    try:
        return _build_warehouse(work, tell)
    except duckdb.Error as error:
        basis_of.demand_undamaged(work, [str(error)])
        raise


def _build_warehouse(work: Work, tell: Callable[[Sequence[NodeResult]], None]) -> Built:
    with open_state(work.home.state_file) as state:
        plan = plan_build(work, state)
        work.progress(f"Bygger modellerna: {reasons.told(plan.touched, len(plan.complete), plan.why_all)} ...")
        connection = work.connect_build()
        try:
            basis_of.take_marks_away(connection, plan.touched, plan.complete)
        finally:
            connection.close()
        inputs, nodes = _build_in_parts(work, state, plan)
        tell(nodes)
        basis_of.demand_undamaged(work, (node.message for node in nodes if node.is_bad))
        tests = [node for node in nodes if node.kind in TEST_KINDS]
        bad = [node for node in nodes if node.is_bad]
        broken = [node for node in bad if node.kind not in TEST_KINDS and not node.is_skipped]
        failed = [node for node in bad if node.kind in TEST_KINDS and not node.is_skipped]
        if tests and not bad:
            _note_basis(work, plan, nodes)
        detail = _describe(broken or failed or bad) or f"{len(tests)} tester godkända"
        evidence.record(state, CHECK, work.run_id, inputs, work.period, bool(tests) and not bad, detail)
    if broken:
        raise VardlagerError(
            f"{len(broken)} modeller kunde inte byggas: {_describe(broken)}",
            "Felet ligger i modellerna eller i miljön, inte i filerna; kör vardlager doctor. Kör sedan om, med "
            "--full-refresh om felet står kvar.",
        )
    if bad or not tests:
        raise StoppedError(
            f"{len(failed)} tester av modellerna föll: {_describe(failed)}",
            "Inget publiceras eller levereras; se vilken rad som faller och rätta indata eller modell.",
        )
    models = sum(node.kind == "model" for node in nodes)
    work.progress(f"  {models} modeller byggda, {len(tests)} tester godkända")
    return Built(inputs=inputs, models=models, tests=len(tests), touched=plan.touched, nodes=tuple(nodes))


def _build_in_parts(work: Work, state: State, plan: Plan) -> tuple[str, list[NodeResult]]:
    """(what the build rests on, what became of each node): of the last part, or of the first that is not sound.

    What is computed of a period on the way to the kept tables fills memory and disk; many periods at once need
    more than there may be.
    """
    rows: Counter[str] = Counter()
    making = period_groups(work.contracts)
    for load in state.loads("current"):
        rows[load.period] += load.rows_loaded if load.group_name in making else 0
    parts = in_parts(plan.touched, work.period, rows, ROWS_PER_MEGABYTE * work.region.memory_limit_mb)
    inputs, nodes = "", list[NodeResult]()
    for number, part in enumerate(parts, start=1):
        if len(parts) > 1:
            work.progress(f"  del {number} av {len(parts)}: {part[0]} till {part[-1]}")
        connection = work.connect_build()
        try:
            inputs = _write_inputs(connection, work, state, part)
        finally:
            connection.close()
        # What is left to the last part is proven there, so that a build from nothing leaves nothing out of it.
        of_the_code = () if plan.why_all is not None and number in (1, len(parts)) else OF_THE_CODE
        of_all_periods = () if number == len(parts) else _OF_ALL_PERIODS
        nodes = run_dbt(work.home, work.region, ["build", *of_the_code, *of_all_periods])
        if any(node.is_bad for node in nodes):
            break
        connection = work.connect_build()
        try:
            basis_of.note_used_units(connection, part)
        finally:
            connection.close()
    return inputs, nodes


def _note_basis(work: Work, plan: Plan, nodes: Sequence[NodeResult]) -> None:
    """The build is whole: note what it rests on."""
    kept = [(node.schema_name, node.table_name) for node in nodes if node.materialized == "incremental"]
    connection = work.connect_build()
    try:
        foundation = basis_of.foundation_of(work.region, work.key, work.contracts)
        basis_of.note_basis(connection, foundation, plan.loads, plan.touched, plan.complete, kept)
    finally:
        connection.close()


def refresh_state_copies(work: Work) -> None:
    """Bring meta and quality copies of the state up to date, without touching any figure.

    A domain that this run holds back is told at the groups that carry it.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        held = held_domains(state, work.contracts, work.run_id, inputs, work.period)
        remarks = {(work.period, group): domain.in_words() for domain in held for group in domain.domain.groups}
        connection = work.connect_build()
        try:
            write_state_copies(connection, state, remarks)
        finally:
            connection.close()
    nodes = run_dbt(work.home, work.region, ["run", "--select", STATE_COPY_TAG, "--no-write-json"])
    broken = [node for node in nodes if node.is_bad]
    basis_of.demand_undamaged(work, (node.message for node in broken))
    if broken or not nodes:
        raise VardlagerError(f"Kopiorna av läget kunde inte byggas: {_describe(broken)}", "Kör vardlager doctor.")
