"""The bands of plausible figures that are in force for a period."""

from __future__ import annotations

import duckdb

from expectations.wording import Band


def bands_in_force(connection: duckdb.DuckDBPyConnection, suite: str, period: str) -> list[Band]:
    """Bands of a suite on the last day of `period` ('YYYY-MM'), in order of name."""
    rows = connection.execute(
        """
        with last_day_of_period as (
            select last_day(cast($period || '-01' as date)) as date
        )
        select band.name, band.lower, band.upper, band.unit, band.least_rows, band.meaning
        from reference.plausible_bands as band
        cross join last_day_of_period
        where band.suite = $suite
            and band.valid_from <= last_day_of_period.date
            and coalesce(band.valid_to, last_day_of_period.date) >= last_day_of_period.date
        order by band.name
        """,
        {"suite": suite, "period": period},
    ).fetchall()
    return [Band(*row) for row in rows]
