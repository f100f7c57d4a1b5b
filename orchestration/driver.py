"""Runs a Dagster job in this process for the command line, and says how it went."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from orchestration.errors import EXIT_DONE, EXIT_FAILED
from orchestration.jobs import RUN_TAGS
from orchestration.services.dagster_home import prepare_dagster_home
from orchestration.settings import Home
from orchestration.state.lock import running, writing
from orchestration.state.store import State, now, open_state

if TYPE_CHECKING:
    import dagster as dg


@dataclass(frozen=True)
class Outcome:
    """How a job ended: the exit code, the failures' own words, what landing refused, and the run's id.

    `delivered` is the folder of a delivery that was made, `held_back` why none was although all went well.
    """

    exit_code: int
    messages: tuple[str, ...]
    refused: tuple[str, ...]
    run_id: str
    delivered: str | None = None
    held_back: tuple[str, ...] = ()


def _close_dead_runs(instance: dg.DagsterInstance, home: Home, state: State) -> None:
    """Give runs that were killed an end, here and in Dagster; the caller is the only writer."""
    from orchestration.services.dead_runs import close_dead_runs

    dead = [row["run_id"] for row in state.rows("select run_id from run where ended_at is null")]
    close_dead_runs(instance, home, frozenset(dead))
    for run_id in dead:
        state.execute("update run set ended_at = ?, exit_code = ? where run_id = ?", [now(), EXIT_FAILED, run_id])


def _failures(result: dg.ExecuteInProcessResult) -> tuple[int, list[str]]:
    """(exit code, the failures' own words) of a run that did not succeed."""
    from orchestration.guard import EXIT_CODE_KEY

    messages, code = [], EXIT_FAILED
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        told = event.step_failure_data.user_failure_data
        if told is None:
            error = event.step_failure_data.error
            messages.append(f"Steget {event.step_key} föll: {error.cls_name if error else 'okänt fel'}")
            continue
        messages.append(told.description or "")
        noted = (told.metadata or {}).get(EXIT_CODE_KEY)
        code = int(noted.value) if noted is not None else code  # type: ignore[arg-type]
    return code, messages


def _refused(result: dg.ExecuteInProcessResult) -> tuple[str, ...]:
    """What the landing of this run refused, in its own words."""
    from orchestration.landing.assets import REFUSED_KEY

    told: list[str] = []
    for event in result.get_asset_materialization_events():
        noted = event.materialization.metadata.get(REFUSED_KEY)
        if noted is not None:
            told += [str(line) for line in noted.value]  # type: ignore[union-attr]
    return tuple(told)


def _delivery(result: dg.ExecuteInProcessResult) -> tuple[str | None, tuple[str, ...]]:
    """(folder of the delivery that was made, why none was made) of a run."""
    from orchestration.delivery.assets import FOLDER_KEY, HELD_BACK_KEY

    folder, held_back = None, list[str]()
    for event in result.get_asset_materialization_events():
        noted = event.materialization.metadata.get(FOLDER_KEY)
        folder = str(noted.value) if noted is not None else folder
    for event in result.get_asset_observation_events():
        noted = event.asset_observation_data.asset_observation.metadata.get(HELD_BACK_KEY)
        if noted is not None:
            held_back += [str(line) for line in noted.value]  # type: ignore[union-attr]
    return folder, tuple(held_back)


def run_job(job_name: str, period: str, home: Home, override_reason: str = "") -> Outcome:
    """Run one job of the code location for one month, in this process, as the only writer."""
    prepare_dagster_home(home)
    # The stages speak for themselves; the libraries' own chatter only hides it.
    logging.disable(logging.WARNING)
    import dagster as dg

    from orchestration.definitions import build_definitions
    from orchestration.resources import Workplace

    definitions = build_definitions(Workplace(override_reason=override_reason, shows_progress=True))
    run_id = str(uuid.uuid4())
    with (
        writing(home, f"{job_name} {period}", lambda line: click.echo(line, err=True)),
        dg.DagsterInstance.get() as instance,
        open_state(home.state_file) as state,
        running(home, run_id),
    ):
        _close_dead_runs(instance, home, state)
        state.insert("run", [{"run_id": run_id, "command": job_name, "period": period, "started_at": now()}])
        result = definitions.resolve_job_def(job_name).execute_in_process(
            partition_key=period,
            instance=instance,
            raise_on_error=False,
            run_id=run_id,
            tags=RUN_TAGS,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        code, messages = (EXIT_DONE, []) if result.success else _failures(result)
        state.execute("update run set ended_at = ?, exit_code = ? where run_id = ?", [now(), code, run_id])
        refused = _refused(result)
        delivered, held_back = _delivery(result)
    return Outcome(code, tuple(messages), refused, run_id, delivered, held_back)
