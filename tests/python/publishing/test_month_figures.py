"""The small table of the month that Dagster shows beside a publication."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.publishing.figures import month_figures


@pytest.fixture
def published() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema reference")
    connection.execute("create schema marts")
    connection.execute(
        "create table reference.measures as select * from (values "
        "('waits', 'Väntar', date '2020-01-01', null::date), ('phone', 'Samtal', date '2020-01-01', null)"
        ") as measure (measure_id, measure_name, valid_from, valid_to)"
    )
    connection.execute(
        "create table marts.mart_waiting_times as select * from (values "
        "('2024-07', 'waits', 'completed', 'skr', 1, 2), ('2024-07', 'waits', 'completed', 'all', 1, 4), "
        "('2024-07', 'phone', 'completed', 'all', 3, 4), ('2024-06', 'phone', 'completed', 'skr', 9, 9)"
        ") as line (period, measure_id, population, variant, numerator, denominator)"
    )
    for column, value in {"level": "'region'", "sex": "'all'", "specialty_group": "'all'"}.items():
        connection.execute(f"alter table marts.mart_waiting_times add column {column} varchar default {value}")
    connection.execute("alter table marts.mart_waiting_times add column share double default 0.5")
    connection.execute("alter table marts.mart_waiting_times add column median_wait_days double")
    return connection


def test_a_measure_without_the_main_variant_is_shown_in_the_one_that_it_has(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert [row[:4] for row in month_figures(published, "2024-07", "skr")] == [
        ("Samtal", "genomförda", 3, 4),
        ("Väntar", "genomförda", 1, 2),
    ]


def test_a_measure_is_shown_in_the_main_variant_alone(published: duckdb.DuckDBPyConnection) -> None:
    assert [row[3] for row in month_figures(published, "2024-07", "all") if row[0] == "Väntar"] == [4]
