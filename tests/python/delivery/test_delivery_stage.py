"""The gate before a package: no refused group, no blocking deviation, and nothing half left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_contracts
from orchestration.delivery import stage
from orchestration.delivery.package import package_folder
from orchestration.errors import InputRefusedError, StoppedError
from orchestration.privacy import Key
from orchestration.settings import Home, Region
from orchestration.state.store import State, open_state
from orchestration.work import Work

PERIOD = "2024-07"


@pytest.fixture
def work(tmp_path: Path) -> Work:
    region = Region(
        region_code=56,
        region_name="Region Prov",
        region_hsa_id="SE2321000131-1",
        county_prefix="19",
        norm_hours_per_year=1725,
        receivers=("skr",),
        main_variant="skr",
    )
    home = Home(tmp_path / "home")
    home.make()
    return Work(PERIOD, "r1", home, region, frozenset(), Key(b"k" * 32), load_contracts(), print)


@pytest.fixture
def state(work: Work) -> Iterator[State]:
    with open_state(work.home.state_file) as opened:
        yield opened


def a_version(state: State, work: Work, version: int, status: str) -> Path:
    row = {
        "receiver": stage.RECEIVER,
        "period": PERIOD,
        "version": version,
        "created_at": "2024-08-19 10:00:00",
        "run_id": "r0",
        "inputs": "i",
        "contacts_completed": 0,
        "contacts_waiting": 0,
        "left_out_count": 0,
        "replaced_version": None,
        "override_reason": "prov",
        "status": status,
    }
    state.insert("delivery", [row])
    folder = package_folder(work.home.delivery, stage.RECEIVER, PERIOD, version)
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    (folder / "manifest.json").chmod(0o400)
    folder.chmod(0o500)
    return folder


def test_what_an_interrupted_run_left_goes_and_its_number_is_free(state: State, work: Work) -> None:
    delivered = a_version(state, work, 1, "built")
    half = a_version(state, work, 2, "building")
    stage._clear_interrupted(state, work)
    assert delivered.exists()
    assert not half.exists()
    assert stage._next_version(state, work) == (2, 1)


def test_a_folder_that_the_state_does_not_know_keeps_its_number(state: State, work: Work) -> None:
    unknown = package_folder(work.home.delivery, stage.RECEIVER, PERIOD, 1)
    unknown.mkdir(parents=True)
    stage._clear_interrupted(state, work)
    assert unknown.exists()
    assert stage._next_version(state, work) == (2, None)


@pytest.mark.parametrize(
    ("severity", "period", "stops"), [("block", PERIOD, True), ("fix", PERIOD, False), ("block", "2024-06", False)]
)
def test_e02_a_blocking_deviation_of_the_period_stops(severity: str, period: str, stops: bool, work: Work) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema quality")
        connection.execute("create table quality.deviations (rule_id varchar, severity varchar, period varchar)")
        connection.execute("insert into quality.deviations values ('E02', $1, $2)", [severity, period])
        if stops:
            with pytest.raises(StoppedError, match="E02"):
                stage._demand_no_block(connection, work)
        else:
            stage._demand_no_block(connection, work)


@pytest.mark.parametrize("group", ["care", "registers"])
@pytest.mark.parametrize("standing", ["refused", "incomplete"])
def test_a_needed_group_that_is_not_whole_holds_the_delivery(
    group: str, standing: str, state: State, work: Work
) -> None:
    state.set_group(PERIOD, group, standing, "fil.csv: trasig")
    with pytest.raises(InputRefusedError, match=r"fil\.csv: trasig"):
        stage._demand_whole_groups(state, work)


def test_whole_groups_and_other_groups_do_not_hold_the_delivery(state: State, work: Work) -> None:
    state.set_group(PERIOD, "care", "complete", None)
    state.set_group(PERIOD, "economy", "refused", "fil.csv: trasig")
    stage._demand_whole_groups(state, work)
