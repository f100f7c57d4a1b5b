"""Runs the suite `occupancy`: the wards' landed files, and aggregates that the models made of beds and episodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import duckdb

from orchestration.contracts import Contract
from orchestration.settings import Region
from orchestration.validation import landing
from orchestration.validation.bands import bands_in_force
from orchestration.validation.results import ExpectationResult
from orchestration.validation.run import loaded_groups, run_aggregates

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations.expectation import Expectation

SUITE = "occupancy"
GROUPS = ("wards",)


def checks(connection: duckdb.DuckDBPyConnection, period: str) -> Iterator[tuple[pd.DataFrame, Sequence[Expectation]]]:
    """Frames of aggregates, each with a column `line`, and what is expected of them.

    Where the wards of no period are loaded there is one frame: that the tables hold nothing.
    """
    from expectations.occupancy import (
        episode_expectations,
        figure_expectation,
        occupancy_expectations,
        period_expectations,
        readmission_expectations,
        table_expectations,
    )

    def frame(query: str) -> pd.DataFrame:
        return connection.execute(query).df()

    yield (
        frame("select table_name as line, * from validation.validation_inpatient_table order by line"),
        table_expectations(),
    )
    if not loaded_groups(connection, GROUPS):
        return
    yield (
        frame("select period as line, * from validation.validation_inpatient_period order by line"),
        period_expectations(),
    )
    yield frame("select subject as line, * from validation.validation_inpatient_episode"), episode_expectations()
    yield (
        frame("select period || ' ' || specialty_group as line, * from validation.validation_occupancy order by line"),
        occupancy_expectations(),
    )
    yield (
        frame("select period || ' ' || population as line, * from validation.validation_readmission order by line"),
        readmission_expectations(),
    )
    if not loaded_groups(connection, GROUPS, period):
        return
    figures = connection.execute(
        "select subject as line, * from validation.validation_inpatient_figure where period = $1 order by line",
        [period],
    ).df()
    for band in bands_in_force(connection, SUITE, period):
        of_band = figures[figures["figure_name"] == band.name]
        # A month without a single discharge or ward-day has no such figure, and nothing to judge.
        if not of_band.empty:
            yield of_band, [figure_expectation(band)]


def validate_occupancy(
    connection: duckdb.DuckDBPyConnection, period: str, contracts: Mapping[str, Contract], region: Region
) -> list[ExpectationResult]:
    """The suite over the wards' files of `period` ('YYYY-MM') and every loaded period of the tables made of them.

    Memory is that of the engine's aggregates and a line a period. Raises duckdb.Error when a model that the suite
    reads is absent or broken.
    """

    def all_checks() -> Iterator[tuple[pd.DataFrame, Sequence[Expectation]]]:
        demanded = loaded_groups(connection, GROUPS, period)
        yield from landing.checks(connection, period, contracts, region, demanded)
        yield from checks(connection, period)

    return run_aggregates(SUITE, all_checks())
