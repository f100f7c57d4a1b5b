"""One run at a time writes, whoever started it; a killed run gives its place back."""

import datetime
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster import DagsterRunStatus

from orchestration import resources
from orchestration.definitions import build_definitions
from orchestration.driver import _close_dead_runs as close_for_the_command_line
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.services.dagster_home import TEMPLATE
from orchestration.services.dead_runs import START_SECONDS, close_dead_runs, unfinished_periods
from orchestration.settings import Home
from orchestration.state.lock import holder, is_running, running
from orchestration.state.store import open_state

HOLD = """
import sys, time
from pathlib import Path
from orchestration.settings import Home
from orchestration.state.lock import running
with running(Home(Path(sys.argv[1])), sys.argv[2]):
    print("lever", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance with the workstation's own limits, in memory."""
    settings = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    with dg.DagsterInstance.local_temp(str(tmp_path), overrides=settings) as made:
        yield made


@dg.op(pool=ONE_WRITER)
def _write() -> None:
    pass


@dg.job
def _writes() -> None:
    _write()


def begun(instance: dg.DagsterInstance, status: DagsterRunStatus = DagsterRunStatus.STARTED) -> str:
    return instance.create_run_for_job(_writes, status=status, tags={"dagster/partition": "2024-07"}).run_id


def status(instance: dg.DagsterInstance, run_id: str) -> DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def later() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(seconds=START_SECONDS + 60)


def process_of(home: Home, run_id: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home.root), run_id], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline().strip() == "lever"
    return process


def test_every_stage_belongs_to_the_pool_of_the_one_writer() -> None:
    graph = build_definitions().resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        assert graph.get(key).pools == {ONE_WRITER}, key


def test_the_pool_lets_one_whole_run_at_a_time_through(instance: dg.DagsterInstance) -> None:
    pools = instance.get_concurrency_config().pool_config
    assert pools.default_pool_limit == 1
    assert pools.pool_granularity is not None and pools.pool_granularity.value == "run"


def test_a_run_inside_a_process_does_not_wait_for_the_pool(instance: dg.DagsterInstance) -> None:
    """The command line holds the lock: were it to wait for a pool that a waiting run holds, neither would end."""
    begun(instance)
    assert _writes.execute_in_process(instance=instance).success


def test_a_killed_run_is_ended_and_a_living_one_is_not(home: Home, instance: dg.DagsterInstance) -> None:
    killed, living = begun(instance), begun(instance)
    first, second = process_of(home, killed), process_of(home, living)
    try:
        assert close_dead_runs(instance, home, now=later()) == []
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert close_dead_runs(instance, home, now=later()) == [killed]
        assert status(instance, killed) == DagsterRunStatus.FAILURE
        assert status(instance, living) == DagsterRunStatus.STARTED
    finally:
        second.kill()
        second.wait()


def test_a_run_that_has_just_begun_is_given_time(home: Home, instance: dg.DagsterInstance) -> None:
    young = begun(instance)
    soon = datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(seconds=START_SECONDS - 60)
    assert close_dead_runs(instance, home, now=soon) == []
    assert close_dead_runs(instance, home, now=later()) == [young]


def test_a_run_that_has_not_begun_is_left_where_it_is(home: Home, instance: dg.DagsterInstance) -> None:
    waiting = begun(instance, DagsterRunStatus.NOT_STARTED)
    assert close_dead_runs(instance, home, now=later()) == []
    assert status(instance, waiting) == DagsterRunStatus.NOT_STARTED
    assert unfinished_periods(instance) == {"2024-07"}


def test_the_place_that_a_dead_run_held_in_a_pool_is_given_back(home: Home, instance: dg.DagsterInstance) -> None:
    storage = instance.event_log_storage
    storage.set_concurrency_slots(ONE_WRITER, 1)
    dead = begun(instance)
    assert storage.claim_concurrency_slot(ONE_WRITER, dead, "steg").is_claimed
    other = begun(instance)
    assert not storage.claim_concurrency_slot(ONE_WRITER, other, "steg").is_claimed
    with running(home, other):
        close_dead_runs(instance, home, now=later())
    assert storage.claim_concurrency_slot(ONE_WRITER, other, "steg").is_claimed


def test_the_command_line_ends_its_own_dead_runs_whatever_their_age(home: Home, instance: dg.DagsterInstance) -> None:
    dead = begun(instance)
    with open_state(home.state_file) as state:
        state.insert("run", [{"run_id": dead, "command": "month", "period": "2024-07", "started_at": "2024-08-01"}])
        close_for_the_command_line(instance, home, state)
        assert state.rows("select exit_code from run")[0]["exit_code"] == 1
    assert status(instance, dead) == DagsterRunStatus.FAILURE


def test_the_sign_of_life_goes_with_the_block(home: Home) -> None:
    assert not is_running(home, "a")
    with running(home, "a"), running(home, "a"):
        assert is_running(home, "a") and not is_running(home, "b")
    assert not is_running(home, "a")
    assert list((home.state / "running").iterdir()) == []


@dataclass(frozen=True)
class _Work:
    home: Home
    period: str
    run_id: str = ""


def test_a_run_stays_the_only_writer_between_its_stages(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[str | None] = []
    monkeypatch.setattr(resources, "open_work", lambda period, *_: _Work(home, period))

    @dg.asset(partitions_def=MONTHS)
    def first(context: dg.AssetExecutionContext, workplace: Workplace) -> None:
        with workplace.writing_work(context):
            pass
        held.append(holder(home))
        assert is_running(home, context.run_id)

    @dg.asset(partitions_def=MONTHS, deps=[first])
    def second(context: dg.AssetExecutionContext, workplace: Workplace) -> None:
        held.append(holder(home))

    ran = dg.materialize([first, second], partition_key="2024-07", resources={"workplace": Workplace()})
    assert ran.success
    assert len(held) == 2 and all("2024-07" in str(who) for who in held)
    assert holder(home) is None and not is_running(home, ran.run_id)


def test_the_settings_are_dagsters_own_words() -> None:
    from dagster._config import process_config
    from dagster._core.instance.config import dagster_instance_config_schema, validate_concurrency_config

    content = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    checked = process_config(dagster_instance_config_schema(), content)
    assert checked.success, checked.errors
    validate_concurrency_config(content)
    assert content["telemetry"] == {"enabled": False} and content["nux"] == {"enabled": False}
