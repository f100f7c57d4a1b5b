"""Runs whose process has died: told by a lock that the kernel lets go of, given an end, and their pool slots back."""

from __future__ import annotations

import datetime

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from orchestration.settings import Home
from orchestration.state.lock import is_running

# A run marks itself as living when its first stage begins; until then it is given this long to get there.
START_SECONDS = 300
_CALLED_STARTED = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
_PARTITION_TAG = "dagster/partition"


def unfinished_periods(instance: dg.DagsterInstance) -> set[str]:
    """Periods that have a run in the queue or begun."""
    waiting = [DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED, *_CALLED_STARTED]
    runs = instance.get_runs(filters=RunsFilter(statuses=waiting))
    return {run.tags[_PARTITION_TAG] for run in runs if _PARTITION_TAG in run.tags}


def close_dead_runs(
    instance: dg.DagsterInstance, home: Home, own: frozenset[str] = frozenset(), now: datetime.datetime | None = None
) -> list[str]:
    """End every begun run whose process lives no more, and free the slots it held; returns their ids.

    `own` are runs known to be dead whatever their age. A run that has just begun is left alone.
    """
    at = now or datetime.datetime.now(tz=datetime.UTC)
    closed = []
    for record in instance.get_run_records(filters=RunsFilter(statuses=_CALLED_STARTED)):
        run = record.dagster_run
        is_young = at - record.update_timestamp < datetime.timedelta(seconds=START_SECONDS)
        if is_running(home, run.run_id) or (is_young and run.run_id not in own):
            continue
        instance.report_run_failed(run, "Körningen avbröts utifrån: dess process lever inte längre.")
        closed.append(run.run_id)
    if instance.event_log_storage.supports_global_concurrency_limits:
        for run_id in instance.event_log_storage.get_concurrency_run_ids():
            holder = instance.get_run_by_id(run_id)
            if holder is None or holder.is_finished:
                instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    return closed
