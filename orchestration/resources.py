"""What the assets are given: the work of their run, made from the environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import click
import dagster as dg

from orchestration.state.lock import writing
from orchestration.work import END_PERIOD, FIRST_PERIOD, Work, open_work

MONTHS = dg.MonthlyPartitionsDefinition(start_date=FIRST_PERIOD, end_date=END_PERIOD, fmt="%Y-%m")


class Workplace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens the work of a partition.

    `override_reason` stands in for approvals when not empty. With `full_refresh` the warehouse is built anew,
    whatever it holds. With `shows_progress` the stages speak to the terminal, otherwise to Dagster's log.
    """

    override_reason: str = ""
    full_refresh: bool = False
    shows_progress: bool = False

    @contextmanager
    def writing_work(self, context: dg.AssetExecutionContext) -> Iterator[Work]:
        """The work of this run and partition, as the only writer of the home."""

        def say(line: str) -> None:
            if self.shows_progress:
                click.echo(line, err=True)
            else:
                context.log.info(line)

        work = open_work(context.partition_key, say, self.override_reason, self.full_refresh)
        with writing(work.home, f"period {work.period}", say):
            yield dataclasses.replace(work, run_id=context.run_id)
