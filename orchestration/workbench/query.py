"""A query on the published file, printed as a table, CSV or JSON."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import json
import math
import os
import re
from collections import Counter
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
# The engine's table functions that read the catalog or their own arguments. Every other one, those of an
# engine to come too, may write a file, change a setting or end the process; `query` hides what it runs.
_READING_FUNCTIONS = frozenset(
    {
        "duckdb_columns",
        "duckdb_constraints",
        "duckdb_databases",
        "duckdb_functions",
        "duckdb_schemas",
        "duckdb_settings",
        "duckdb_tables",
        "duckdb_types",
        "duckdb_views",
        "generate_series",
        "json_each",
        "json_tree",
        "pragma_show",
        "pragma_table_info",
        "pragma_version",
        "range",
        "repeat",
        "summary",
        "unnest",
    }
)


def _plain(value: Any) -> Any:
    """The value as CSV and JSON can hold it: times as ISO 8601, bytes as hexadecimal digits, nested alike."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _as_table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    from rich.table import Table

    from orchestration.workbench.screen import plain_console

    table = Table(show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    text = io.StringIO()
    plain_console(text, max(100, 18 * len(columns))).print(table, f"{len(rows)} rader")
    return text.getvalue()


def _as_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue()


def _as_json(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """An object a row; UsageError when two columns share a name, since one of them would be lost."""
    repeated = [name for name, count in Counter(columns).items() if count > 1]
    if repeated:
        raise UsageError(
            f"Svaret har flera kolumner med namnet {', '.join(repeated)}; JSON kan bara hålla en av dem.",
            "Ge dem egna namn med as, eller välj --format csv.",
        )
    content = [{name: _plain(value) for name, value in zip(columns, row, strict=True)} for row in rows]
    return json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n"


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

    No other file can be reached, and the settings that see to it cannot be changed. The engine would still
    write over the files that it may read: that `_reading_statements` sees to.
    """
    # The version's own folder: a publishing in the meantime must not mix two versions.
    database = home.published_file.resolve()
    delivered = database.parent / PARQUET_NAME / DELIVERED_NAME
    files = {name: sorted(str(path) for path in delivered.rglob(f"{name}.parquet")) for name in POPULATIONS}
    spill = home.build / "spill"
    connection = duckdb.connect(
        config={
            "temp_directory": str(spill) if os.access(home.build, os.W_OK) else "",
            # A table name that is not found is never a variable of this program.
            "python_enable_replacements": False,
        }
    )
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


def _reading_statements(connection: duckdb.DuckDBPyConnection, query: str) -> list[duckdb.Statement]:
    """The query's statements as the engine parsed them, to be run as they are; UsageError if one does more than read.

    The text is parsed once: what is examined is what is run, whatever its comments and parentheses look like.
    Only `select` is let through, since `explain analyze` runs what it explains and is told apart from `explain`
    by its text alone.
    """
    statements = connection.extract_statements(query)
    for statement in statements:
        # `pivot` becomes a type without text of its own, and then the query.
        is_part_of_pivot = statement.type == duckdb.StatementType.CREATE and not statement.query
        if statement.type != duckdb.StatementType.SELECT and not is_part_of_pivot:
            raise UsageError(
                f"Frågan ändrar, skriver eller förklarar ({statement.type.name}); vardlager sql läser bara.",
                "Skriv en fråga med select, eller show, describe, summarize.",
            )
    functions = {
        str(name)
        for (name,) in connection.execute(
            "select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
        ).fetchall()
    }
    # The name wherever it stands: a function's name has no other spelling than upper and lower case and quotes.
    names = "|".join(re.escape(name) for name in sorted(functions - _READING_FUNCTIONS))
    found = re.search(rf"(?<![a-z_])({names})(?![a-z0-9_])", query, re.IGNORECASE | re.ASCII)
    if found:
        raise UsageError(
            f"Frågan nämner {found[0]}, en funktion i databasmotorn som kan göra mer än att läsa det publicerade.",
            "Ta bort den. Är det en kolumn eller ett alias, välj ett annat namn.",
        )
    return statements


def query_text(home: Home, query: str, shape: str) -> str:
    """The answer as text in `shape` (table, csv, json); reads what is published and nothing else.

    `delivered.completed` and `delivered.waiting` hold the rows of every delivery as they were delivered.
    Of several statements the last one answers. Raises UsageError with the engine's words when the query is
    wrong, does more than read, or has an answer that `shape` cannot hold.
    """
    if not home.published_file.is_file():
        raise VardlagerError("Inget är publicerat ännu.", "Kör vardlager run --period ÅÅÅÅ-MM.")
    if not query.strip(" \t\r\n;"):
        raise UsageError("Frågan är tom.", 'Skriv till exempel vardlager sql "show all tables".')
    columns, rows = list[str](), list[tuple[Any, ...]]()
    with _published(home) as connection:
        try:
            for statement in _reading_statements(connection, query):
                cursor = connection.execute(statement)
                columns = [item[0] for item in cursor.description or []]
                rows = cursor.fetchall()
        except duckdb.Error as wrong:
            raise UsageError(
                f"Frågan gick inte att köra: {str(wrong).partition('Stack Trace')[0].strip()}",
                'Tabellerna: vardlager sql "show all tables".',
            ) from None
    return {"csv": _as_csv, "json": _as_json}.get(shape, _as_table)(columns, rows)
