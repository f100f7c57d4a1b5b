"""A query on the published file, printed as a table, CSV or JSON."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from orchestration.contracts import PROJECT_ROOT
from orchestration.errors import UsageError, VardlagerError
from orchestration.national.frame import KEYED_COLUMNS
from orchestration.publishing.contents import DELIVERED_NAME, PARQUET_NAME
from orchestration.publishing.stage import POPULATIONS
from orchestration.settings import Home
from orchestration.sql_text import literal

_ATTRIBUTES_FILE = PROJECT_ROOT / "seeds" / "delivery_attributes.csv"
_DELIVERED_KEY_COLUMNS = {
    "receiver": "varchar",
    "period": "varchar",
    "version": "integer",
    "population": "varchar",
    "contact_key": "varchar",
    "clinic_id": "varchar",
}
_ATTRIBUTE_TYPES = {"date_time": "timestamp", "integer": "integer", "year": "integer"}
_EXPLAIN = re.compile(r"\s*explain\b(\s*\([^)]*\)|\s+analyze\b)?", re.IGNORECASE)


def _plain(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return value


def _as_table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    text = io.StringIO()
    Console(file=text, width=max(100, 18 * len(columns)), color_system=None).print(table, f"{len(rows)} rader")
    return text.getvalue()


def _delivered_view(population: str, files: list[str]) -> str:
    """SQL of the as-delivered rows of a population, every version; no rows when nothing is delivered."""
    if files:
        listed = ", ".join(literal(file) for file in files)
        return f"select * from read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"
    columns = dict(_DELIVERED_KEY_COLUMNS)
    with _ATTRIBUTES_FILE.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["record_type"] == population and row["column_name"] not in KEYED_COLUMNS:
                columns[row["column_name"]] = _ATTRIBUTE_TYPES.get(row["value_type"], "varchar")
    nothing = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    return f"select {nothing} where false"


@contextmanager
def _published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The version in force, read-only as catalog `vardlager`, and its as-delivered rows as `delivered`.

    Nothing else can be reached, and the settings that see to it cannot be changed.
    """
    # The version's own folder: a publishing in the meantime must not mix two versions.
    database = home.published_file.resolve()
    delivered = database.parent / PARQUET_NAME / DELIVERED_NAME
    files = {name: sorted(str(path) for path in delivered.rglob(f"{name}.parquet")) for name in POPULATIONS}
    spill = home.build / "spill"
    connection = duckdb.connect(config={"temp_directory": str(spill) if os.access(home.build, os.W_OK) else ""})
    try:
        connection.execute(f"attach {literal(str(database))} as {database.stem} (read_only)")
        connection.execute(f"attach ':memory:' as {DELIVERED_NAME}")
        for population in POPULATIONS:
            view = _delivered_view(population, files[population])
            connection.execute(f"create view {DELIVERED_NAME}.{population} as {view}")
        connection.execute(f"use {database.stem}")
        allowed = ", ".join(literal(file) for names in files.values() for file in names)
        connection.execute(f"set allowed_paths = [{allowed}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _demand_reading(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """UsageError unless every statement only reads: the files that may be read could else be written over."""
    for statement in connection.extract_statements(query):
        if statement.type == duckdb.StatementType.EXPLAIN and (explain := _EXPLAIN.match(statement.query)):
            _demand_reading(connection, statement.query[explain.end() :])
            continue
        # `pivot` becomes a type without text of its own, and then the query.
        is_part_of_pivot = statement.type == duckdb.StatementType.CREATE and not statement.query
        if statement.type != duckdb.StatementType.SELECT and not is_part_of_pivot:
            raise UsageError(
                f"Frågan ändrar eller skriver ({statement.type.name}); vardlager sql läser bara.",
                "Skriv en fråga med select, eller show, describe, summarize, explain.",
            )


def query_text(home: Home, query: str, shape: str) -> str:
    """The answer as text in `shape` (table, csv, json); reads what is published and nothing else.

    `delivered.completed` and `delivered.waiting` hold the rows of every delivery as they were delivered.
    Raises UsageError with the engine's words when the query is wrong or does more than read.
    """
    if not home.published_file.is_file():
        raise VardlagerError("Inget är publicerat ännu.", "Kör vardlager run --period ÅÅÅÅ-MM.")
    if not query.strip(" \t\r\n;"):
        raise UsageError("Frågan är tom.", 'Skriv till exempel vardlager sql "show all tables".')
    with _published(home) as connection:
        try:
            _demand_reading(connection, query)
            cursor = connection.execute(query)
            columns = [item[0] for item in cursor.description or []]
            rows = cursor.fetchall()
        except duckdb.Error as wrong:
            raise UsageError(
                f"Frågan gick inte att köra: {str(wrong).partition('Stack Trace')[0].strip()}",
                'Tabellerna: vardlager sql "show all tables".',
            ) from None
    if shape == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows)
        return text.getvalue()
    if shape == "json":
        content = [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in rows]
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return _as_table(columns, rows)
