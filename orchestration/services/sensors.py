"""Dagster's sensors: files that have arrived start their work, and runs that were killed get an end."""

from __future__ import annotations

import dagster as dg

from orchestration.contracts import load_contracts
from orchestration.errors import VardlagerError
from orchestration.jobs import PUBLISH_JOB
from orchestration.privacy import mask_identities, presentable
from orchestration.services.dead_runs import close_dead_runs, unfinished_periods
from orchestration.services.inbox_watch import read_memory, watch, write_memory
from orchestration.settings import home_from_environment, read_region
from orchestration.state.lock import holder
from orchestration.state.store import open_state

GROUP_TAG = "vardlager/groups"
_NOTHING_NEW = "Inget nytt i inbox/."
_MOST_LINES = 20


def _said(lines: tuple[str, ...]) -> str:
    shown = list(lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        shown.append(f"... och {len(lines) - _MOST_LINES} till.")
    return presentable("\n".join(shown)) or _NOTHING_NEW


@dg.sensor(
    name="inbox_sensor",
    job_name=PUBLISH_JOB,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description=(
        "Inkorgen: startar inläsning, bygge, validering och publicering av en period när en grupps filer är "
        "kompletta, stämmer med kontroll.csv, ligger stilla och inte redan är inlästa. Levererar aldrig."
    ),
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run a period whose files are whole and new; otherwise what is waited for."""
    try:
        home = home_from_environment()
        read_region(home)
        writer = holder(home)
        if writer is not None:
            return dg.SkipReason(f"Väntar på en pågående körning: {mask_identities(writer)}.")
        loads = []
        if home.state_file.exists():
            with open_state(home.state_file) as state:
                loads = state.loads()
        busy = dict.fromkeys(unfinished_periods(context.instance), "väntar på en körning som är startad eller i kö")
        watched = watch(home.inbox, load_contracts(), loads, read_memory(context.cursor), busy)
    except VardlagerError as error:
        return dg.SkipReason(mask_identities(str(error)))
    except OSError as trouble:
        return dg.SkipReason(f"inbox/ går inte att läsa ({type(trouble).__name__}).")
    requests = [
        dg.RunRequest(
            run_key=start.run_key,
            partition_key=start.period,
            tags={GROUP_TAG: ",".join(start.groups)},
        )
        for start in watched.starts
    ]
    cursor = write_memory(watched.seen)
    if requests:
        return dg.SensorResult(run_requests=requests, cursor=cursor)
    return dg.SensorResult(skip_reason=_said(watched.waiting), cursor=cursor)


@dg.sensor(
    name="dead_runs_sensor",
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Avbrutna körningar: avslutar dem vars process har dött, så att nästa i kön får börja.",
)
def dead_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Give every killed run an end, and its place in the pool back."""
    closed = close_dead_runs(context.instance, home_from_environment())
    if not closed:
        return dg.SkipReason("Ingen körning har avbrutits utifrån.")
    return dg.SkipReason(f"Avslutade {len(closed)} körningar som avbrutits utifrån: {', '.join(closed)}")


SENSORS = (inbox_sensor, dead_runs_sensor)
