"""The warehouse stage of a run: give dbt its inputs, build everything, keep the proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestration.errors import StoppedError, VardlagerError
from orchestration.state import evidence
from orchestration.state.store import open_state
from orchestration.warehouse.dbt_runner import NodeResult, run_dbt
from orchestration.warehouse.inputs import write_inputs, write_state_copies
from orchestration.work import Work

CHECK = "dbt_tests_pass"
STATE_COPY_TAG = "tag:state_copy"
_SHOWN_FAILURES = 5
_TEST_KINDS = ("test", "unit_test")


@dataclass(frozen=True)
class Built:
    """A finished build: what it rests on and how many models and tests there were."""

    inputs: str
    models: int
    tests: int


def _describe(nodes: list[NodeResult]) -> str:
    shown = "; ".join(f"{node.unique_id}: {node.message or node.status}" for node in nodes[:_SHOWN_FAILURES])
    rest = len(nodes) - _SHOWN_FAILURES
    return shown + (f"; och {rest} till" if rest > 0 else "")


def _keep_quiet(nodes: Sequence[NodeResult]) -> None:
    """What became of the nodes is told by the result alone."""


def build_warehouse(work: Work, tell: Callable[[Sequence[NodeResult]], None] = _keep_quiet) -> Built:
    """Build all models of all loaded periods and test them.

    `tell` gets what became of every node, whether the build then stands or is stopped.
    Raises VardlagerError when a model cannot be built, StoppedError when a test fails.
    """
    work.progress("Bygger modellerna ...")
    with open_state(work.home.state_file) as state:
        connection = work.connect_build()
        try:
            inputs = write_inputs(connection, work.period, work.home, work.region, work.own_keys, work.contracts, state)
        finally:
            connection.close()
        nodes = run_dbt(work.home, work.region, ["build"])
        tell(nodes)
        tests = [node for node in nodes if node.kind in _TEST_KINDS]
        bad = [node for node in nodes if node.is_bad]
        broken = [node for node in bad if node.kind not in _TEST_KINDS and not node.is_skipped]
        failed = [node for node in bad if node.kind in _TEST_KINDS and not node.is_skipped]
        detail = _describe(broken or failed or bad) or f"{len(tests)} tester godkända"
        evidence.record(state, CHECK, work.run_id, inputs, work.period, bool(tests) and not bad, detail)
    if broken:
        raise VardlagerError(
            f"{len(broken)} modeller kunde inte byggas: {_describe(broken)}",
            "Felet ligger i modellerna eller i miljön, inte i filerna; kör vardlager doctor.",
        )
    if bad or not tests:
        raise StoppedError(
            f"{len(failed)} tester av modellerna föll: {_describe(failed)}",
            "Inget publiceras eller levereras; se vilken rad som faller och rätta indata eller modell.",
        )
    models = sum(node.kind == "model" for node in nodes)
    work.progress(f"  {models} modeller byggda, {len(tests)} tester godkända")
    return Built(inputs=inputs, models=models, tests=len(tests))


def refresh_state_copies(work: Work) -> None:
    """Bring meta and quality copies of the state up to date, without touching any figure."""
    with open_state(work.home.state_file) as state:
        connection = work.connect_build()
        try:
            write_state_copies(connection, state)
        finally:
            connection.close()
    nodes = run_dbt(work.home, work.region, ["run", "--select", STATE_COPY_TAG])
    broken = [node for node in nodes if node.is_bad]
    if broken or not nodes:
        raise VardlagerError(f"Kopiorna av läget kunde inte byggas: {_describe(broken)}", "Kör vardlager doctor.")
