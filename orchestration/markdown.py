"""Small tables for Dagster's pages, in markdown: how numbers are written, and what a cell may hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

_HARD_SPACE = "\u00a0"


def cell(value: object) -> str:
    """A value as a cell: thousands apart, decimal comma, a dash for nothing, and no sign that ends the cell."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int):
        return f"{value:,}".replace(",", _HARD_SPACE)
    if isinstance(value, (Decimal, float)):
        return f"{value:,}".replace(",", _HARD_SPACE).replace(".", ",")
    return str(value).replace("|", "\\|").replace("\n", " ")


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A markdown table with one line a row."""
    lines = [headers, ["---"] * len(headers), *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
