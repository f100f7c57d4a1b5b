"""What the assets are given: the work of their run, made from the environment."""

from __future__ import annotations

import dataclasses

import click
import dagster as dg

from orchestration.work import Work, open_work

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2015-01", fmt="%Y-%m", end_offset=1)
WRITER_POOL = "build_file_writer"


class Workplace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Opens the work of a partition.

    `override_reason` stands in for approvals when not empty. With `shows_progress` the stages
    speak to the terminal, otherwise to Dagster's log.
    """

    override_reason: str = ""
    shows_progress: bool = False

    def work(self, context: dg.AssetExecutionContext) -> Work:
        """The work of this run and partition."""

        def say(line: str) -> None:
            if self.shows_progress:
                click.echo(line, err=True)
            else:
                context.log.info(line)

        work = open_work(context.partition_key, say, self.override_reason)
        return dataclasses.replace(work, run_id=context.run_id)
