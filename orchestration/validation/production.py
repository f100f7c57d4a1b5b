"""Runs the suite `production`: landed files of operations, listing and plans, and aggregates made of the mart."""

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

SUITE = "production"
GROUPS = ("operations", "listing", "plans")


def checks(connection: duckdb.DuckDBPyConnection, period: str) -> Iterator[tuple[pd.DataFrame, Sequence[Expectation]]]:
    """Frames of aggregates, each with a column `line`, and what is expected of them.

    A frame of what is not loaded is left out, and the mart is asked all the same what it holds.
    """
    from expectations.production import (
        figure_expectation,
        file_expectations,
        inpatient_expectations,
        operation_expectations,
        product_expectations,
        table_expectations,
    )

    def frame(query: str) -> pd.DataFrame:
        return connection.execute(query).df()

    yield (
        frame("select table_name as line, * from validation.validation_production_table order by line"),
        table_expectations(),
    )
    files = frame("select entity || ' ' || period as line, * from validation.validation_production_file order by line")
    if not files.empty:
        yield files, file_expectations()
    if loaded_groups(connection, ("wards",)):
        yield (
            frame(
                "select product_id || ' ' || period as line, * from validation.validation_production_inpatient "
                "order by line"
            ),
            inpatient_expectations(),
        )
    products = frame(
        "select product_id || ' ' || period as line, * from validation.validation_production order by line"
    )
    if not products.empty:
        yield products, product_expectations()
    if loaded_groups(connection, ("operations",)):
        operations = frame("select period as line, * from validation.validation_operation order by line")
        # Files without a single operation give no line, and then there is none to add up.
        if not operations.empty:
            yield operations, operation_expectations()
    figures = connection.execute(
        "select subject as line, * from validation.validation_production_figure where period = $1 order by line",
        [period],
    ).df()
    for band in bands_in_force(connection, SUITE, period):
        of_band = figures[figures["figure_name"] == band.name]
        # A product or plan that the month does not have has no figure to judge.
        if not of_band.empty:
            yield of_band, [figure_expectation(band)]


def validate_production(
    connection: duckdb.DuckDBPyConnection, period: str, contracts: Mapping[str, Contract], region: Region
) -> list[ExpectationResult]:
    """The suite over the period's files of operations, listing and plans, and every period of the mart.

    Memory is that of the engine's aggregates and a line a period and product. Raises duckdb.Error when a model that
    the suite reads is absent or broken.
    """

    def all_checks() -> Iterator[tuple[pd.DataFrame, Sequence[Expectation]]]:
        demanded = loaded_groups(connection, GROUPS, period)
        yield from landing.checks(connection, period, contracts, region, demanded)
        yield from checks(connection, period)

    return run_aggregates(SUITE, all_checks())
