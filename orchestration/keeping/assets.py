"""The housekeeping as a job of its own: what the command line does after each month, for a server that runs itself."""

import datetime

import dagster as dg

from orchestration import logbook
from orchestration.guard import guarded
from orchestration.jobs import HOUSEKEEPING_JOB
from orchestration.keeping.stage import keep_house
from orchestration.resources import ONE_WRITER
from orchestration.settings import home_from_environment, read_region
from orchestration.state.lock import running


@dg.op(pool=ONE_WRITER, description="Gallring: det som har sparats längre än retention_months tas bort och antecknas.")
@guarded
def purge_what_is_due(context: dg.OpExecutionContext) -> None:
    """Purge; what could not go is told in the log and tried again next time."""
    home = home_from_environment()
    region, _ = read_region(home)
    with (
        logbook.logged(home, run_id=context.run_id, stage=context.op.name),
        logbook.lasting("stage"),
        # A month may hold the lock for longer than a run without a sign of life is let be.
        running(home, context.run_id),
    ):
        keep_house(home, region, datetime.date.today(), context.log.info, context.instance)


@dg.job(
    name=HOUSEKEEPING_JOB,
    description="Gallring av original, karantänlistor, ersatta inläsningar, protokoll, loggar och Dagsters historik.",
)
def housekeeping() -> None:
    """Housekeeping alone, without any month."""
    purge_what_is_due()
