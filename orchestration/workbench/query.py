"""A query on the published file, printed as a table, CSV or JSON."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import json
from typing import Any

import duckdb

from orchestration.errors import UsageError, VardlagerError
from orchestration.settings import Home


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


def query_text(home: Home, query: str, shape: str) -> str:
    """The answer as text in `shape` (table, csv, json); reads the published file only.

    The file is opened read-only and nothing outside it can be reached. Raises UsageError with
    the engine's words when the query is wrong.
    """
    if not home.published_file.is_file():
        raise VardlagerError("Inget är publicerat ännu.", "Kör vardlager run --period ÅÅÅÅ-MM.")
    if not query.strip(" \t\r\n;"):
        raise UsageError("Frågan är tom.", 'Skriv till exempel vardlager sql "show all tables".')
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        try:
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
