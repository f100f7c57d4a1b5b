"""What the assets are given: the work of their run, made from the environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from orchestration import logbook, telling
from orchestration.privacy import presentable
from orchestration.settings import home_from_environment
from orchestration.state.lock import running, writing
from orchestration.work import END_PERIOD, FIRST_PERIOD, Work, open_work

# What every stage that writes belongs to; dagster.yaml lets one run at a time have it.
ONE_WRITER = "one_writer"
MONTHS = dg.MonthlyPartitionsDefinition(start_date=FIRST_PERIOD, end_date=END_PERIOD, fmt="%Y-%m")


class Workplace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens the work of a partition.

    `override_reason` stands in for approvals when not empty. With `full_refresh` the warehouse is built anew,
    whatever it holds. With `shows_progress` the stages speak to the terminal, otherwise to Dagster's log.

    The first stage makes the run the only writer, and it stays so to the run's end: another run
    between two stages would leave its own month in the build database.
    """

    override_reason: str = ""
    full_refresh: bool = False
    shows_progress: bool = False
    _held: ExitStack | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workplace]:  # noqa: ARG002 - Dagster's
        """This resource, and at the run's end the writer's lock given back."""
        with ExitStack() as held:
            self._held = held
            yield self
        self._held = None

    @contextmanager
    def writing_work(self, context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Iterator[Work]:
        """The work of this run and partition, as the only writer of the home."""

        def say(line: str) -> None:
            logbook.event("progress", text=line)
            if self.shows_progress:
                telling.tell(line)
            else:
                context.log.info(presentable(line))

        period, stage_name = context.partition_key, context.op_execution_context.op.name
        with (
            logbook.logged(home_from_environment(), run_id=context.run_id, period=period, stage=stage_name),
            logbook.lasting("stage"),
            ExitStack() as stage,
        ):
            work = open_work(period, say, self.override_reason, self.full_refresh)
            held = self._held or stage
            held.enter_context(running(work.home, context.run_id))
            held.enter_context(writing(work.home, f"period {work.period}", say))
            yield dataclasses.replace(work, run_id=context.run_id)
