"""Runs a Dagster job in this process for the command line, and says how it went."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

from orchestration.errors import EXIT_DONE, EXIT_FAILED
from orchestration.settings import Home

_DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    default_limit: 1
    granularity: op
"""


@dataclass(frozen=True)
class Outcome:
    """How a job ended: the exit code, the failures' own words, and the id of the run."""

    exit_code: int
    messages: tuple[str, ...]
    run_id: str


def prepare_dagster_home(home: Home) -> None:
    """Make Dagster's own folder under the state, with telemetry off and one writer at a time."""
    folder = home.state / "dagster"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_DAGSTER_YAML, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)


def run_job(job_name: str, period: str, home: Home, override_reason: str = "") -> Outcome:
    """Run one job of the code location for one month, in this process."""
    prepare_dagster_home(home)
    # The stages speak for themselves; the libraries' own chatter only hides it.
    logging.disable(logging.WARNING)
    import dagster as dg

    from orchestration.definitions import build_definitions
    from orchestration.guard import EXIT_CODE_KEY
    from orchestration.resources import Workplace

    definitions = build_definitions(Workplace(override_reason=override_reason, shows_progress=True))
    with dg.DagsterInstance.get() as instance:
        result = definitions.resolve_job_def(job_name).execute_in_process(
            partition_key=period,
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        if result.success:
            return Outcome(EXIT_DONE, (), result.run_id)
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
        return Outcome(code, tuple(messages), result.run_id)
