"""No evidence, no act: every required check, for exactly this run, period and inputs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.delivery.stage import HeldBack, deliver_period, deliver_when_open
from orchestration.errors import InputRefusedError, StoppedError, VardlagerError
from orchestration.publishing.stage import publish_period
from orchestration.state import evidence
from orchestration.state.domains import MARTS_DIR, held_domains, publishing_domains
from orchestration.state.store import Load, State, open_state
from orchestration.warehouse.dbt_runner import NodeResult
from orchestration.warehouse.stage import build_warehouse
from orchestration.work import Work
from tests.python.approval.house import EAR, EYE, House

CHECKS = evidence.required_checks(evidence.OF_THE_DELIVERY)
# What guards a domain of its own, and that domain.
HOLDING = {check.check_id: check.domain for check in evidence.listed_checks() if check.check_id not in CHECKS}


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


def removed(house: House, check_id: str) -> None:
    """The check never ran in this run: nothing is stored."""
    with house.state() as state:
        state.execute("delete from evidence where check_id = ?", [check_id])


def skipped(house: House, check_id: str) -> None:
    """The step recorded that its checks did not all run: a skipped test of a model is a failed check."""
    record_again(house, check_id, is_passed=False, detail="test.vardlager.x: skipped")


def failed(house: House, check_id: str) -> None:
    record_again(house, check_id, is_passed=False, detail="3 av 7 rader avviker")


def crashed(house: House, check_id: str) -> None:
    record_again(house, check_id, is_passed=False, detail="KRASCHAD, kontrollen kunde inte köras (KeyError)")


def of_another_run(house: House, check_id: str) -> None:
    removed(house, check_id)
    record_again(house, check_id, run_id="r2")


def of_other_inputs(house: House, check_id: str) -> None:
    record_again(house, check_id, inputs="f" * 64)


def of_another_period(house: House, check_id: str) -> None:
    removed(house, check_id)
    record_again(house, check_id, period="2024-06")


def record_again(house: House, check_id: str, **changes: Any) -> None:
    values = {
        "run_id": house.work.run_id,
        "inputs": house.inputs,
        "period": house.work.period,
        "is_passed": True,
        "detail": "godkänd",
        **changes,
    }
    with house.state() as state:
        evidence.record(state, check_id, **values)


FAULTS = [removed, skipped, failed, crashed, of_another_run, of_other_inputs, of_another_period]
ACTS: dict[str, Callable[[Work], object]] = {
    "publish": publish_period,
    "deliver": deliver_period,
    "deliver when open": deliver_when_open,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A month that may be published and delivered: all proved, all approved, nothing stops it."""
    made = House(tmp_path_factory.mktemp("evidence"))
    made.work.home.published_file.write_bytes(b"det som publicerades senast")
    made.run()
    made.approve(EYE)
    made.approve(EAR)
    return made


class WentThroughError(Exception):
    """The act got past its demand for evidence."""


@pytest.fixture
def witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of what writes: shows that the way was open."""

    def pass_through(*_: object) -> None:
        raise WentThroughError

    monkeypatch.setattr("orchestration.publishing.stage.renew_published", pass_through)
    monkeypatch.setattr("orchestration.delivery.stage.build_package", pass_through)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("reason", ["", "semester"])
def test_with_every_check_passed_for_this_run_and_these_inputs_the_way_is_open(
    act: str, reason: str, house: House, witnesses: None
) -> None:
    house.prove()
    with pytest.raises(WentThroughError):
        ACTS[act](dataclasses.replace(house.work, override_reason=reason))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("check_id", CHECKS)
def test_without_one_of_the_required_checks_nothing_is_published_or_delivered_whatever_the_reason(
    check_id: str, fault: Callable[[House, str], None], act: str, house: House
) -> None:
    house.prove()
    fault(house, check_id)
    before = house.files()
    for reason in ("", "semester"):
        with pytest.raises(StoppedError) as caught:
            ACTS[act](dataclasses.replace(house.work, override_reason=reason))
        assert caught.value.exit_code == 3
        assert check_id in str(caught.value)
        assert not [other for other in CHECKS if other != check_id and f"{other}:" in str(caught.value)]
    assert house.files() == before
    assert not list(house.work.home.delivery.iterdir())
    with house.state() as state:
        assert state.rows("select * from delivery where status <> 'building'") == []


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("check_id", HOLDING)
def test_without_a_check_of_another_domain_that_domain_alone_is_held_back_and_the_way_is_open(
    check_id: str, fault: Callable[[House, str], None], act: str, house: House, witnesses: None
) -> None:
    house.prove()
    fault(house, check_id)
    with pytest.raises(WentThroughError):
        ACTS[act](dataclasses.replace(house.work, override_reason="semester"))
    work = house.work
    with house.state() as state:
        held = held_domains(state, work.contracts, work.run_id, house.inputs, work.period)
    assert [(domain.domain.name, domain.exit_code) for domain in held] == [(HOLDING[check_id], 3)]
    assert held[0].why.startswith(f"{check_id}: ") and held[0].domain.title in held[0].in_words()


def test_with_every_check_passed_nothing_is_held_back_and_each_domain_is_guarded(house: House) -> None:
    house.prove()
    work = house.work
    with house.state() as state:
        assert held_domains(state, work.contracts, work.run_id, house.inputs, work.period) == ()
    guarded = {check.domain for check in evidence.listed_checks()} - {evidence.EVERYTHING}
    assert guarded == {domain.name for domain in publishing_domains()}
    known = {group for contract in work.contracts.values() for group in [contract.group]}
    assert {group for domain in publishing_domains() for group in domain.groups} <= known


def test_the_tables_of_every_mart_but_the_shared_ones_are_one_domains_alone() -> None:
    folders = {path.name for path in MARTS_DIR.iterdir() if path.is_dir()}
    assert folders - {domain.name for domain in publishing_domains()} == {"core"}
    tables = [table for domain in publishing_domains() for table in domain.tables]
    assert len(tables) == len(set(tables)) and "marts.mart_waiting_times" in tables


def test_a_month_without_care_holds_back_the_waiting_times_and_delivers_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.run()
    with house.state() as state:
        state.execute("update load set outcome = 'replaced' where group_name = 'care'")
        for check_id in evidence.required_checks({evidence.WAITING_TIMES}):
            state.execute("delete from evidence where check_id = ?", [check_id])
    for check_id in evidence.required_checks({evidence.EVERYTHING, *HOLDING.values()}):
        record_again(house, check_id)
    work = house.work
    with house.state() as state:
        [held] = held_domains(state, work.contracts, work.run_id, house.inputs, work.period)
    assert (held.domain.name, held.exit_code) == ("waiting_times", 4) and "inte inläst" in held.why
    outcome = deliver_when_open(dataclasses.replace(work, override_reason="semester"))
    assert isinstance(outcome, HeldBack) and "vården är inte inläst" in outcome.lines[0]
    with pytest.raises(InputRefusedError, match="care"):
        deliver_period(dataclasses.replace(work, override_reason="semester"))
    assert not list(work.home.delivery.iterdir())


@pytest.mark.parametrize("status", ["skipped", "fail", "error"])
def test_a_test_of_a_model_that_was_skipped_or_broke_down_is_stored_as_failed(
    status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = House(tmp_path)
    nodes = [
        NodeResult("model.vardlager.x", "model", "success", ""),
        NodeResult("test.vardlager.y", "test", "pass", ""),
        NodeResult("test.vardlager.z", "test", status, ""),
    ]
    monkeypatch.setattr("orchestration.warehouse.stage.run_dbt", lambda *_: nodes)
    monkeypatch.setattr("orchestration.warehouse.stage.write_inputs", lambda *_: made.inputs)
    # A dbt that builds nothing leaves no rows to note.
    for noting in ("note_used_units", "note_basis"):
        monkeypatch.setattr(f"orchestration.warehouse.basis.{noting}", lambda *_: None)
    with pytest.raises(StoppedError):
        build_warehouse(made.work)
    with made.state() as state:
        [row] = state.rows("select * from evidence")
    assert (row["check_id"], row["is_passed"], row["inputs"]) == ("dbt_tests_pass", 0, made.inputs)
    nodes.pop()
    build_warehouse(made.work)
    with made.state() as state:
        assert [row["is_passed"] for row in state.rows("select * from evidence")] == [1]


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
