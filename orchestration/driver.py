"""Runs a Dagster job in this process for the command line, and says how it went."""

from __future__ import annotations

import logging
import os
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from orchestration.errors import EXIT_DONE, EXIT_FAILED
from orchestration.settings import Home, make_private
from orchestration.state.lock import writing
from orchestration.state.store import State, now, open_state

if TYPE_CHECKING:
    import dagster as dg

_DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
"""


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


def prepare_dagster_home(home: Home) -> None:
    """Make Dagster's own folder under the state, with telemetry off."""
    folder = home.state / "dagster"
    make_private(folder)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)


def _close_dead_runs(instance: dg.DagsterInstance, state: State) -> None:
    """Give runs that were killed an end, here and in Dagster; the caller is the only writer."""
    for row in state.rows("select run_id from run where ended_at is null"):
        dead = instance.get_run_by_id(row["run_id"])
        if dead is not None and not dead.is_finished:
            instance.report_run_failed(dead, "avbruten utifrån")
        state.execute(
            "update run set ended_at = ?, exit_code = ? where run_id = ?", [now(), EXIT_FAILED, row["run_id"]]
        )


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


def run_job(job_name: str, period: str, home: Home, override_reason: str = "", full_refresh: bool = False) -> Outcome:
    """Run one job of the code location for one month, in this process, as the only writer."""
    prepare_dagster_home(home)
    # The stages speak for themselves; the libraries' own chatter only hides it.
    logging.disable(logging.WARNING)
    import dagster as dg

    from orchestration.definitions import build_definitions
    from orchestration.resources import Workplace

    definitions = build_definitions(
        Workplace(override_reason=override_reason, full_refresh=full_refresh, shows_progress=True)
    )
    run_id = str(uuid.uuid4())
    with (
        writing(home, f"{job_name} {period}", lambda line: click.echo(line, err=True)),
        dg.DagsterInstance.get() as instance,
        open_state(home.state_file) as state,
    ):
        _close_dead_runs(instance, state)
        state.insert("run", [{"run_id": run_id, "command": job_name, "period": period, "started_at": now()}])
        result = definitions.resolve_job_def(job_name).execute_in_process(
            partition_key=period,
            instance=instance,
            raise_on_error=False,
            run_id=run_id,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        code, messages = (EXIT_DONE, []) if result.success else _failures(result)
        state.execute("update run set ended_at = ?, exit_code = ? where run_id = ?", [now(), code, run_id])
        refused = _refused(result)
        delivered, held_back = _delivery(result)
    return Outcome(code, tuple(messages), refused, run_id, delivered, held_back)
