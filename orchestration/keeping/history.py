"""Dagster's own history: runs and ticks that are older than the retention time."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.state.store import State, now

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.storage.dagster_run import RunRecord

RUN = "dagster_run"
_PARTITION = "dagster/partition"


def _named_runs(state: State) -> set[str]:
    """Runs that a delivery, or a publication that is still kept, was made in."""
    return {
        row["run_id"]
        for row in state.rows(
            """
            select run_id from delivery where status <> 'building'
            union select run_id from publication where status in ('current', 'earlier')
            """
        )
    }


def _superseded(instance: dg.DagsterInstance, records: Sequence[RunRecord]) -> list[str]:
    """Ids of runs (newest first) without which Dagster still knows that each of their partitions was made.

    The newest successful run of a job and a partition stays: without it the month would look as never made.
    """
    import dagster as dg

    kept: dict[tuple[str, str], str] = {}
    ids = []
    for record in records:
        run = record.dagster_run
        partition = run.tags.get(_PARTITION)
        if partition is not None and run.is_success:
            key = (run.job_name, partition)
            if key not in kept:
                made = dg.RunsFilter(
                    job_name=run.job_name, tags={_PARTITION: partition}, statuses=[dg.DagsterRunStatus.SUCCESS]
                )
                kept[key] = instance.get_run_records(made, limit=1)[0].dagster_run.run_id
            if kept[key] == run.run_id:
                continue
        if run.is_finished:
            ids.append(run.run_id)
    return ids


def _delete_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete a run, its events, its output and the file that held them; nothing when it is gone already."""
    instance.delete_run(run_id)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    # A database file a run: Dagster empties it and leaves it.
    path_of = getattr(instance.event_log_storage, "path_for_shard", None)
    if path_of is not None:
        shard = Path(path_of(run_id))
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                shard.with_name(shard.name + suffix).unlink()


def _purge_ticks(instance: dg.DagsterInstance, before: datetime.datetime) -> None:
    for instigator in instance.all_instigator_state():
        instance.purge_ticks(instigator.instigator_origin_id, instigator.selector_id, before.timestamp())


def purge_history(instance: dg.DagsterInstance, state: State, first_kept: str, reason: str) -> int:
    """Delete finished runs and ticks from before the first kept month, through Dagster; returns how many runs.

    Runs that a delivery or a kept publication names stay, and so does what says that a month was made.
    """
    import dagster as dg

    for row in state.rows("select purge_id, path from purge where purged_at is null and kind = ?", [RUN]):
        _delete_run(instance, row["path"])
        state.execute("update purge set purged_at = ? where purge_id = ?", [now(), row["purge_id"]])
    before = datetime.datetime.fromisoformat(f"{first_kept}-01").astimezone()
    records = instance.get_run_records(dg.RunsFilter(created_before=before))
    named = _named_runs(state)
    made = {record.dagster_run.run_id: record.create_timestamp.strftime("%Y-%m") for record in records}
    gone = [run_id for run_id in _superseded(instance, records) if run_id not in named]
    for run_id in gone:
        purge_id = state.add_purge(RUN, run_id, None, None, None, made[run_id], reason)
        _delete_run(instance, run_id)
        state.execute("update purge set purged_at = ? where purge_id = ?", [now(), purge_id])
    _purge_ticks(instance, before)
    return len(gone)
