"""Which tables of the build keep every period, and which build each period's rows are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.sql_text import literal


@dataclass(frozen=True)
class Kept:
    """The kept tables as `schema.table`, and by period the id of the build that its rows in them are of.

    Equal ids mean equal rows: a period gets a new one each time that its rows are made again.
    """

    tables: frozenset[str]
    build_ids: Mapping[str, str]


def read_kept(build_file: Path) -> Kept | None:
    """What the build tells of its kept tables; None when it tells nothing, so that all is to be published whole."""
    connection = duckdb.connect()
    try:
        connection.execute(f"attach {literal(str(build_file))} as build (read_only)")
        told = connection.execute(
            """
            select table_name from duckdb_tables()
            where database_name = 'build' and schema_name = 'control' and table_name in ('built_period', 'kept_table')
            """
        ).fetchall()
        if len(told) < 2:
            return None
        tables = connection.execute("select schema_name || '.' || table_name from build.control.kept_table").fetchall()
        periods = connection.execute("select period, build_id from build.control.built_period order by period")
        build_ids = dict(periods.fetchall())
    finally:
        connection.close()
    return Kept(frozenset(name for (name,) in tables), build_ids) if tables and build_ids else None
