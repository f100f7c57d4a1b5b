"""The month's figures as Dagster shows them beside the publication: read from the mart, for the whole region."""

from __future__ import annotations

from typing import Any

import duckdb

HEADERS = ("mått", "population", "inom gränsen", "av", "andel %", "median dagar")

# The share is a double: as DECIMAL it is rounded half away from zero, as the protocol rounds it.
_FIGURES = """
    with measure as (
        select measure_id, measure_name
        from reference.measures
        where
            valid_from <= last_day(cast($period || '-01' as date))
            and (valid_to is null or valid_to >= last_day(cast($period || '-01' as date)))
    ),
    -- Calls have no deviation to leave out, and stand in one variant alone.
    own as (
        select distinct measure_id, variant
        from marts.mart_waiting_times
        where period = $period and variant = $variant
    )
    select
        coalesce(measure.measure_name, figure.measure_id) as measure_name,
        case figure.population when 'waiting' then 'väntande' else 'genomförda' end as population,
        figure.numerator,
        figure.denominator,
        cast(round(cast(figure.share as decimal(18, 12)) * 100, 1) as decimal(5, 1)) as share_percent,
        cast(round(cast(figure.median_wait_days as decimal(18, 6)), 1) as decimal(9, 1)) as median_wait_days
    from marts.mart_waiting_times as figure
    left join measure on measure.measure_id = figure.measure_id
    left join own on own.measure_id = figure.measure_id
    where
        figure.period = $period
        and figure.variant = coalesce(own.variant, 'all')
        and figure.level = 'region'
        and figure.sex = 'all'
        and figure.specialty_group = 'all'
    order by measure_name, figure.population
"""


def month_figures(connection: duckdb.DuckDBPyConnection, period: str, variant: str) -> list[tuple[Any, ...]]:
    """A row a measure and population of the region, with the columns of HEADERS; counts in contacts, waits in days."""
    return connection.execute(_FIGURES, {"period": period, "variant": variant}).fetchall()
