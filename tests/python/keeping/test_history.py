"""Dagster's old runs go through Dagster; what a month's standing rests on stays."""

import datetime
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from orchestration.keeping import history
from orchestration.keeping.stage import keep_house
from orchestration.settings import Home
from orchestration.state.store import open_state
from tests.python.keeping.house import GOES, REGION, STAYS, TODAY, House

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2015-01", end_date="2030-01", fmt="%Y-%m")


@dg.asset(partitions_def=MONTHS, config_schema={"fails": dg.Field(bool, default_value=False)})
def files(context: dg.AssetExecutionContext) -> None:
    if context.op_execution_context.op_config["fails"]:
        raise dg.Failure("prov")


JOB = "month"
DEFINITIONS = dg.Definitions(
    assets=[files], jobs=[dg.define_asset_job(JOB, selection=[files])], executor=dg.in_process_executor
)


@dataclass
class Dagster:
    """Dagster's history under a home's state."""

    house: House
    instance: dg.DagsterInstance

    def run(self, partition: str, started: str, fails: bool = False) -> str:
        """The id of a run that looks started in the middle of the month `started`."""
        run_id = str(uuid.uuid4())
        DEFINITIONS.resolve_job_def(JOB).execute_in_process(
            partition_key=partition,
            instance=self.instance,
            run_id=run_id,
            raise_on_error=False,
            run_config={"ops": {"files": {"config": {"fails": fails}}}},
        )
        with sqlite3.connect(self.folder / "history" / "runs.db") as runs:
            runs.execute("update runs set create_timestamp = ? where run_id = ?", [f"{started}-15 12:00:00", run_id])
        return run_id

    @property
    def folder(self) -> Path:
        return self.house.home.state / "dagster"

    def shard(self, run_id: str) -> Path:
        return self.folder / "history" / "runs" / f"{run_id}.db"

    def keep(self) -> int:
        return keep_house(self.house.home, REGION, TODAY, self.house.said.append, self.instance).purged["dagster_run"]

    def knows(self, run_id: str) -> bool:
        return self.instance.get_run_by_id(run_id) is not None


@pytest.fixture
def dagster(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dagster]:
    folder = house.home.state / "dagster"
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    with dg.DagsterInstance.get() as instance:
        yield Dagster(house, instance)


def publication(home: Home, run_id: str, status: str) -> None:
    row = {"version": 1, "published_at": "x", "run_id": run_id, "period": "x", "inputs": "", "sha256": ""}
    with open_state(home.state_file) as state:
        state.insert("publication", [{**row, "status": status}])


def test_a_run_that_a_newer_one_of_the_month_has_superseded_goes_with_all_that_it_left(dagster: Dagster) -> None:
    old, new = dagster.run("2022-05", GOES), dagster.run("2022-05", STAYS)
    assert dagster.shard(old).exists()
    assert dagster.keep() == 1
    assert not dagster.knows(old)
    assert not dagster.shard(old).exists()
    assert not (dagster.folder / "storage" / old).exists()
    assert dagster.knows(new)
    assert "1 körning i Dagsters historik" in dagster.house.said[0]
    [row] = dagster.house.purges()
    assert (row["kind"], row["path"], row["counted_from"]) == ("dagster_run", old, GOES)
    assert row["purged_at"] is not None


def test_a_failed_run_goes_when_it_is_old_and_not_before(dagster: Dagster) -> None:
    old, new = dagster.run("2022-05", GOES, fails=True), dagster.run("2022-05", STAYS, fails=True)
    assert dagster.keep() == 1
    assert not dagster.knows(old)
    assert dagster.knows(new)


def test_the_newest_successful_run_of_a_month_stays_so_that_the_month_still_looks_made(dagster: Dagster) -> None:
    older, newest = dagster.run("2022-05", "2022-01"), dagster.run("2022-05", GOES)
    failed = dagster.run("2022-05", GOES, fails=True)
    other = dagster.run("2022-04", "2022-01")
    assert dagster.keep() == 2
    assert [dagster.knows(run_id) for run_id in (older, newest, failed, other)] == [False, True, False, True]
    assert dagster.instance.get_materialized_partitions(files.key) == {"2022-04", "2022-05"}
    assert dagster.keep() == 0


@pytest.mark.parametrize(("status", "stays"), [("current", True), ("earlier", True), ("removed", False)])
def test_a_run_that_a_kept_publication_names_stays(dagster: Dagster, status: str, stays: bool) -> None:
    named = dagster.run("2022-05", GOES)
    dagster.run("2022-05", STAYS)
    publication(dagster.house.home, named, status)
    dagster.keep()
    assert dagster.knows(named) == stays


def test_a_run_that_a_delivery_names_stays(dagster: Dagster) -> None:
    named = dagster.run("2022-05", "2015-02")
    dagster.run("2022-05", STAYS)
    delivery = dict.fromkeys(("receiver", "period", "inputs", "content_hash"), "x")
    counts = dict.fromkeys(("version", "contacts_completed", "contacts_waiting", "left_out_count"), 1)
    row = {**delivery, **counts, "created_at": "2015-02-20 10:00:00", "run_id": named, "status": "built"}
    with open_state(dagster.house.home.state_file) as state:
        state.insert("delivery", [row])
    assert dagster.keep() == 0
    assert dagster.knows(named)


def test_a_run_that_has_not_ended_stays(dagster: Dagster) -> None:
    run_id = dagster.run("2022-05", GOES, fails=True)
    with sqlite3.connect(dagster.folder / "history" / "runs.db") as runs:
        body = runs.execute("select run_body from runs").fetchone()[0]
        runs.execute("update runs set status = 'STARTED', run_body = ?", [body.replace('"FAILURE"', '"STARTED"')])
    assert dagster.keep() == 0
    assert dagster.knows(run_id)


def test_killed_between_a_run_and_its_events_the_next_finishes(
    dagster: Dagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = dagster.run("2022-05", GOES)
    dagster.run("2022-05", STAYS)

    class Killed(BaseException):
        pass

    def killed(run_id: str) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(dagster.instance.event_log_storage, "delete_events", killed)
        dagster.keep()
    assert not dagster.knows(old)
    assert dagster.shard(old).exists()
    dagster.keep()
    assert not dagster.shard(old).exists()
    [row] = dagster.house.purges()
    assert row["purged_at"] is not None


def test_trouble_in_dagsters_history_is_told_and_undoes_no_month(
    dagster: Dagster, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = dagster.house.load(GOES)

    def broken(*arguments: object) -> int:
        raise dg.DagsterInvariantViolationError("prov")

    monkeypatch.setattr(history, "_superseded", broken)
    assert dagster.keep() == 0
    assert not dagster.house.has(load.archive_path)
    assert "Dagsters historik (DagsterInvariantViolationError)" in dagster.house.said[-1]


def test_ticks_of_a_sensor_from_before_the_first_kept_month_go(dagster: Dagster) -> None:
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.remote_origin import InProcessCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
    from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(executable_path="python", module_name="x"))
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "repo"), "inbox")
    dagster.instance.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING))
    for month in (GOES, STAYS):
        at = datetime.datetime.fromisoformat(f"{month}-15").timestamp()
        data = TickData(
            origin.get_id(),
            "inbox",
            InstigatorType.SENSOR,
            TickStatus.SKIPPED,
            at,
            selector_id=origin.get_selector().get_id(),
        )
        dagster.instance.create_tick(data)
    dagster.keep()
    left = dagster.instance.get_ticks(origin.get_id(), origin.get_selector().get_id())
    assert [datetime.datetime.fromtimestamp(tick.timestamp).strftime("%Y-%m") for tick in left] == [STAYS]
