"""Dagster's schedules: the calendar of the month's work, on Swedish working days."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.errors import VardlagerError
from orchestration.jobs import HOUSEKEEPING_JOB, MONTH_JOB, VALIDATION_JOB
from orchestration.privacy import mask_identities
from orchestration.settings import Home, home_from_environment, read_region
from orchestration.state.store import open_state
from orchestration.working_days import deadlines, is_working_day, month_before

TIMEZONE = "Europe/Stockholm"
FIRST_VALIDATION_DAY = 2


def _has_files(home: Home, period: str) -> bool:
    """Whether anything of the period lies in the inbox or has been loaded."""
    folder = home.inbox / period
    if folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir()):
        return True
    if not home.state_file.exists():
        return False
    with open_state(home.state_file) as state:
        return bool(state.loads("current", "held", period=period))


def validation_day(home: Home, today: datetime.date) -> str | None:
    """Why no validation run of the month before is made `today`; None when one is."""
    region, _ = read_region(home)
    period = month_before(today)
    if not is_working_day(today):
        return f"{today} är ingen arbetsdag."
    if not FIRST_VALIDATION_DAY <= today.day <= region.delivery_day:
        return f"Perioden {period} valideras från den {FIRST_VALIDATION_DAY} till den {region.delivery_day}."
    if not _has_files(home, period):
        return f"Perioden {period} har inga filer ännu: väntar på inbox/{period}."
    return None


def delivery_day(home: Home, today: datetime.date) -> str | None:
    """Why the month before is not delivered `today`; None on its last working day for delivering (R30)."""
    region, _ = read_region(home)
    period = month_before(today)
    last = deadlines(period, region.approval_day, region.delivery_day).delivery_working_day
    if today != last:
        return f"Perioden {period} levereras {last}."
    if not _has_files(home, period):
        return f"Perioden {period} ska levereras i dag men har inga filer: inbox/{period} är tom."
    return None


def _today(context: dg.ScheduleEvaluationContext) -> datetime.date:
    """The day of the tick in Sweden, whatever the machine's own time zone."""
    return context.scheduled_execution_time.astimezone(ZoneInfo(TIMEZONE)).date()


def _answer(
    context: dg.ScheduleEvaluationContext, name: str, why_not: Callable[[Home, datetime.date], str | None]
) -> dg.RunRequest | dg.SkipReason:
    """A run of the month before, once a day, or why there is none; a broken setting is told, not raised."""
    today = _today(context)
    try:
        reason = why_not(home_from_environment(), today)
    except VardlagerError as error:
        reason = mask_identities(str(error))
    if reason is not None:
        return dg.SkipReason(reason)
    return dg.RunRequest(run_key=f"{name}:{today}", partition_key=month_before(today))


@dg.schedule(
    name="validation_schedule",
    job_name=VALIDATION_JOB,
    cron_schedule="0 6 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "Valideringskörning av föregående månad varje arbetsdag klockan 6, från den 2 till leveransdagen. "
        "Från sista dagen att godkänna varnar kontrollen all_clinics_approved för kliniker som saknas."
    ),
)
def validation_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """The validation run of the month before, on working days while it can still be corrected."""
    return _answer(context, "validation_schedule", validation_day)


@dg.schedule(
    name="delivery_schedule",
    job_name=MONTH_JOB,
    cron_schedule="0 8 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "Månaden klockan 8 på leveransdagen, eller på arbetsdagen före när den är helg: levererar när grinden är "
        "öppen, säger annars vad som saknas."
    ),
)
def delivery_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """The month's job on the last working day for delivering the month before."""
    return _answer(context, "delivery_schedule", delivery_day)


housekeeping_schedule = dg.ScheduleDefinition(
    name="housekeeping_schedule",
    job_name=HOUSEKEEPING_JOB,
    cron_schedule="30 3 * * 0",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "Gallring natten till söndag, för en server där månaderna startas av sensor och scheman; "
        "vardlager run gallrar själv efter varje månad."
    ),
)

SCHEDULES = (validation_schedule, delivery_schedule, housekeeping_schedule)
