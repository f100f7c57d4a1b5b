"""No evidence, no act: every required check, for exactly this run, period and inputs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.errors import StoppedError, VardlagerError
from orchestration.state import evidence
from orchestration.state.store import Load, State, open_state

CHECKS = evidence.required_checks()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with open_state(tmp_path / "state.sqlite") as opened:
        yield opened


def pass_all(state: State, run: str = "r1", inputs: str = "i1", period: str = "2024-07") -> None:
    for check_id in CHECKS:
        evidence.record(state, check_id, run, inputs, period, True, "godkänd")


def test_all_checks_passed_lets_through(state: State) -> None:
    pass_all(state)
    evidence.demand(state, "r1", "i1", "2024-07", "leverera")


@pytest.mark.parametrize("check_id", CHECKS)
@pytest.mark.parametrize("fault", ["missing", "failed", "other_run", "other_inputs", "other_period"])
def test_one_check_that_is_not_proved_refuses_and_is_named(state: State, check_id: str, fault: str) -> None:
    pass_all(state)
    state.execute("delete from evidence where check_id = ?", [check_id])
    if fault == "failed":
        evidence.record(state, check_id, "r1", "i1", "2024-07", False, "tre rader fel")
    elif fault == "other_run":
        evidence.record(state, check_id, "r2", "i1", "2024-07", True, "godkänd")
    elif fault == "other_inputs":
        evidence.record(state, check_id, "r1", "i2", "2024-07", True, "godkänd")
    elif fault == "other_period":
        evidence.record(state, check_id, "r1", "i1", "2024-06", True, "godkänd")
    with pytest.raises(StoppedError, match=check_id):
        evidence.demand(state, "r1", "i1", "2024-07", "leverera")


def test_the_list_of_required_checks_is_not_empty() -> None:
    assert len(CHECKS) >= 4
    assert len(set(CHECKS)) == len(CHECKS)


def a_load(**changes: object) -> Load:
    values: dict[str, object] = {
        "period": "2024-07",
        "system": "cosmic",
        "entity": "cosmic_vantelista",
        "group_name": "care",
        "file_name": "cosmic_vantelista_202407.csv",
        "sha256": "a" * 64,
        "archive_path": "archive/x",
        "lake_path": "lake/x",
        "rows_in_file": 10,
        "rows_loaded": 7,
        "rows_quarantined": 2,
        "rows_duplicate": 1,
        "rows_filtered": 0,
        "loaded_at": "2024-08-02 10:00:00",
        "outcome": "held",
    }
    return Load(**(values | changes))  # type: ignore[arg-type]


def test_an_account_that_does_not_add_up_cannot_be_stored(state: State) -> None:
    import sqlite3

    with pytest.raises(sqlite3.IntegrityError):
        state.add_load(a_load(rows_loaded=8))


def test_the_newer_load_takes_over_and_the_older_is_kept(state: State) -> None:
    first = state.add_load(a_load())
    state.make_current([first])
    second = state.add_load(a_load(sha256="b" * 64))
    state.make_current([second])
    outcomes = {load.load_id: load.outcome for load in state.loads()}
    assert outcomes == {first: "replaced", second: "current"}


def test_another_key_than_the_first_is_refused(state: State) -> None:
    state.check_key("pseudonymer", "abc")
    state.check_key("pseudonymer", "abc")
    with pytest.raises(VardlagerError, match="inte den"):
        state.check_key("pseudonymer", "abd")


def test_a_failed_transaction_leaves_nothing(state: State) -> None:
    with pytest.raises(RuntimeError), state.transaction():
        state.add_load(a_load())
        raise RuntimeError
    assert state.loads() == []
