"""Runs the suite `waiting_times`: aggregates that the models under `models/validation/` made of the period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import duckdb

from orchestration.validation.bands import bands_in_force
from orchestration.validation.results import ExpectationResult
from orchestration.validation.run import run_aggregates

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations.expectation import Expectation

SUITE = "waiting_times"


def checks(connection: duckdb.DuckDBPyConnection, period: str) -> Iterator[tuple[pd.DataFrame, Sequence[Expectation]]]:
    """Frames of aggregates, each with a column `line`, and what is expected of them."""
    from expectations.waiting_times import (
        figure_expectation,
        measure_expectations,
        period_expectations,
        population_expectations,
    )

    def frame(query: str, **parameters: str) -> pd.DataFrame:
        return connection.execute(query, {"period": period, **parameters}).df()

    yield (
        frame(
            """
            select table_name || ' ' || period as line, *
            from validation.validation_period
            where period = $period or unloaded_rows_count > 0 order by line
            """
        ),
        period_expectations(),
    )
    yield (
        frame(
            """
            select case population when 'completed' then 'genomförda' else 'väntande' end as line, *
            from validation.validation_population where period = $period order by line
            """
        ),
        population_expectations(),
    )
    yield (
        frame(
            """
            select
                measure_id || ', ' || case population when 'completed' then 'genomförda' else 'väntande' end as line, *
            from validation.validation_measure where period = $period order by line
            """
        ),
        measure_expectations(),
    )
    figures = frame("select subject as line, * from validation.validation_figure where period = $period order by line")
    for band in bands_in_force(connection, SUITE, period):
        yield figures[figures["figure_name"] == band.name], [figure_expectation(band)]


def validate_waiting_times(connection: duckdb.DuckDBPyConnection, period: str) -> list[ExpectationResult]:
    """The suite over the facts, the mart and the deviations of `period` ('YYYY-MM'), one result per expectation.

    Memory is that of the engine's aggregates and some dozens of lines. Raises duckdb.Error when a model that the
    suite reads is absent or broken.
    """
    return run_aggregates(SUITE, checks(connection, period))
