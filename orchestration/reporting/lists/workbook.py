"""A workbook as the lists need it: sheets of one filterable table each, and sheets of short texts and tables.

Every text is written as text and harmless (see `cells`), so nothing in a workbook runs or leads out of it.
Rows go to disk as they come; the same rows give the same bytes.
"""

from __future__ import annotations

import datetime
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from orchestration.reporting.lists.cells import cell_text, harmless, sheet_name
from orchestration.reporting.lists.words import Row

ROWS_OF_A_SHEET: Final = 1_048_576

# A font that every office suite has, or one of the same measures; else lines would break elsewhere than counted.
_FONT: Final = {"font_name": "Arial", "font_size": 10}
_LINE_POINTS: Final = 13.5
_HIGHEST_ROW_POINTS: Final = 400
# Signs of a line of words beside the digits that the column's width is counted in; a digit is wider than most letters.
_FILLED_SHARE: Final = 1.05
_FILTER_BUTTON_WIDTH: Final = 2.5
_A4: Final = 9
_LONGEST_FOOTER_PART: Final = 60
# Days before this one have other numbers in a workbook than in the calendar, or none; they stand as text.
_FIRST_DAY: Final = datetime.date(1900, 3, 1)

# How a cell stands: 'text' on one line, 'wrap' on several, 'date', 'count', 'days', 'number', 'share' (0 to 1).
_NUMBER: Final = {"align": "right", "indent": 1}
_SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"num_format": "@"},
    "wrap": {"num_format": "@", "text_wrap": True},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "count": {"num_format": "#,##0", **_NUMBER},
    "days": {"num_format": "#,##0", **_NUMBER},
    "number": {"num_format": "#,##0.0", **_NUMBER},
    "share": {"num_format": "0.0%", **_NUMBER},
}
_RULE: Final = {"bottom": 1, "bottom_color": "#D5DBE1"}
_NUMBERS: Final = ("count", "days", "number", "share")
# What tells a word apart in a column, in print without colour too.
MARKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "strong": {"bold": True, "font_color": "#8A1212", "bg_color": "#FBE3E3"},
    "look": {"bold": True, "font_color": "#6B4100", "bg_color": "#FDF0D5"},
    "good": {"italic": True, "font_color": "#14693B", "bg_color": "#E8F4EC"},
    "quiet": {"italic": True, "font_color": "#56606B", "bg_color": "#F0F2F4"},
}


@dataclass(frozen=True)
class Column:
    """A column: its heading, how a row's value is found, the cell's shape, width in characters, words to mark."""

    heading: str
    value: Callable[[Row], object]
    shape: str = "text"
    width: float = 14
    marks: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=65_536)
def lines_of(text: str, width: float) -> int:
    """On how many lines a text stands in a column so wide, broken between words; a longer word breaks where it must."""
    room = max(int(width * _FILLED_SHARE), 1)
    lines, filled = 1, 0
    for word in text.split():
        needed = len(word) + (1 if filled else 0)
        if filled and filled + needed > room:
            lines, filled, needed = lines + 1, 0, len(word)
        filled += needed
        while filled > room:
            lines, filled = lines + 1, filled - room
    return lines


def of(key: str) -> Callable[[Row], object]:
    """The value of a row's column of that name."""
    return lambda row: row[key]


class Book:
    """A workbook being written; see `open_book`."""

    def __init__(self, workbook: Any, footer: str) -> None:
        self._workbook = workbook
        self._footer = footer[:_LONGEST_FOOTER_PART].replace("&", "&&")
        self._formats: dict[str, Format] = {}

    def format(self, name: str, **properties: Any) -> Format:
        """The format of that name, made at its first use."""
        if name not in self._formats:
            self._formats[name] = self._workbook.add_format({**_FONT, "valign": "top", **properties})
        return self._formats[name]

    def shape(self, shape: str) -> Format:
        """The format of a cell of that shape."""
        return self._formats.get(shape) or self.format(shape, **_SHAPES[shape], **_RULE)

    def head(self, shape: str) -> Format:
        """The format of a heading above cells of that shape."""
        is_number = shape in _NUMBERS
        return self.format(
            f"head {is_number}",
            bold=True,
            text_wrap=True,
            bg_color="#E3E8ED",
            bottom=2,
            valign="bottom",
            num_format="@",
            **(_NUMBER if is_number else {}),
        )

    def sheet(self, name: str) -> Worksheet:
        """A new sheet: prints on A4 across, all columns on a page's width, with page numbers."""
        sheet: Worksheet = self._workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{self._footer}&C&8&A&R&8Sida &P av &N")
        sheet.hide_gridlines(1)
        return sheet

    def mark(self, mark: str) -> Format:
        """The format that tells a marked word apart."""
        name = f"mark {mark}"
        if name not in self._formats:
            self._formats[name] = self._workbook.add_format(dict(MARKS[mark]))
        return self._formats[name]


def write_cell(sheet: Worksheet, row: int, column: int, value: object, shape: str, book: Book) -> None:
    """Write one value in its shape; what the shape cannot hold stands as text, and nothing as an empty cell."""
    if value is None:
        sheet.write_blank(row, column, None, book.shape(shape))
    elif isinstance(value, datetime.date) and shape == "date" and value >= _FIRST_DAY:
        sheet.write_datetime(row, column, value, book.shape("date"))
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(row, column, value, book.shape(shape))
    else:
        text_shape = shape if shape in ("text", "wrap") else "text"
        sheet.write_string(row, column, cell_text(str(value)), book.shape(text_shape))


def _set_height(sheet: Worksheet, row: int, lines: int) -> None:
    # Not every program finds the height of a row of several lines by itself.
    sheet.set_row(row, min(lines * _LINE_POINTS + 1.5, _HIGHEST_ROW_POINTS))


def _write_head(book: Book, sheet: Worksheet, row: int, columns: Sequence[Column], widths: Sequence[float]) -> None:
    lines = (lines_of(column.heading, width) for column, width in zip(columns, widths, strict=False))
    _set_height(sheet, row, max(lines))
    for position, column in enumerate(columns):
        sheet.write_string(row, position, column.heading, book.head(column.shape))


def _write_row(
    book: Book, sheet: Worksheet, at: int, columns: Sequence[Column], widths: Sequence[float], row: Row
) -> None:
    values = [column.value(row) for column in columns]
    lines = [
        lines_of(value, width)
        for column, value, width in zip(columns, values, widths, strict=False)
        if column.shape == "wrap" and isinstance(value, str)
    ]
    _set_height(sheet, at, max(lines, default=1))
    for position, (column, value) in enumerate(zip(columns, values, strict=True)):
        write_cell(sheet, at, position, value, column.shape, book)


def _mark_words(book: Book, sheet: Worksheet, columns: Sequence[Column], first: int, last: int) -> None:
    for position, column in enumerate(columns):
        for word, mark in column.marks.items():
            sheet.conditional_format(
                first,
                position,
                last,
                position,
                {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.mark(mark)},
            )


def write_table_sheet(
    book: Book,
    name: str,
    title: str,
    notes: Sequence[str],
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    when_empty: str,
    frozen_columns: int = 0,
    printed_columns: int | None = None,
) -> int:
    """Write a table as sheets of its own, and return how many rows it has.

    Above it stand a title and notes, a line each. The heading is frozen, repeated in print and can be filtered;
    a table that is longer than a sheet goes on in the next. `printed_columns` are those that go on paper.
    """
    head = 2 + len(notes)
    waiting = iter(rows)
    pending = next(waiting, None)
    count = 0
    number = 0
    while number == 0 or pending is not None:
        number += 1
        sheet = book.sheet(sheet_name(name, number))
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
        sheet.set_row(0, 22)
        sheet.write_string(0, 0, cell_text(title), book.format("title", bold=True, font_size=14))
        for line, note in enumerate(notes, start=1):
            sheet.write_string(line, 0, cell_text(note), book.format("note", font_color="#56606B"))
        _write_head(book, sheet, head, columns, [column.width - _FILTER_BUTTON_WIDTH for column in columns])
        widths = [column.width for column in columns]
        at = head + 1
        while pending is not None and at < ROWS_OF_A_SHEET:
            _write_row(book, sheet, at, columns, widths, pending)
            at += 1
            count += 1
            pending = next(waiting, None)
        if at == head + 1:
            sheet.write_string(at, 0, when_empty, book.format("note", font_color="#56606B"))
            at += 1
        last = at - 1
        sheet.autofilter(head, 0, last, len(columns) - 1)
        sheet.freeze_panes(head + 1, frozen_columns)
        sheet.repeat_rows(head)
        sheet.print_area(0, 0, last, (printed_columns or len(columns)) - 1)
        _mark_words(book, sheet, columns, head + 1, last)
    return count


class Page:
    """A sheet of texts, pairs and small tables, one under the other, upright on paper."""

    def __init__(self, book: Book, name: str, widths: Sequence[float]) -> None:
        self._book = book
        self._sheet = book.sheet(sheet_name(name))
        self._sheet.set_portrait()
        self._row = 0
        self._widths = tuple(widths)
        for position, width in enumerate(widths):
            self._sheet.set_column(position, position, width)

    def _write(self, text: str, format_: Format, points: float = 15, *, is_wide: bool = False) -> None:
        self._sheet.set_row(self._row, points)
        self._sheet.write_string(self._row, 0, cell_text(text), format_)
        if is_wide:
            for position in range(1, len(self._widths)):
                self._sheet.write_blank(self._row, position, None, format_)
        self._row += 1

    def title(self, text: str) -> None:
        """The page's title."""
        self._write(text, self._book.format("page title", bold=True, font_size=18), 28)

    def heading(self, text: str) -> None:
        """A heading with an empty line above it."""
        self._row += 1
        self._write(text, self._book.format("heading", bold=True, font_size=13, bottom=2), 21, is_wide=True)

    def text(self, text: str, mark: str = "") -> None:
        """A paragraph, on as many lines as it needs; a marked one is filled across the page."""
        format_ = self._book.format(f"text {mark}", **({"bold": True, **MARKS[mark]} if mark else {}))
        for line in textwrap.wrap(" ".join(text.split()), int(sum(self._widths) * _FILLED_SHARE)) or [""]:
            self._write(line, format_, is_wide=bool(mark))

    def code(self, text: str) -> None:
        """A command, on one line so that it can be copied whole."""
        format_ = self._book.format("code", font_name="Courier New", bg_color="#F0F2F4")
        self._write(text, format_, 17, is_wide=True)

    def pairs(self, pairs: Sequence[tuple[str, object]], shape: str = "text") -> None:
        """A line a pair: what it is, and its value."""
        for name, value in pairs:
            self._sheet.set_row(self._row, 15)
            self._sheet.write_string(self._row, 0, cell_text(name), self._book.format("name", bold=True))
            write_cell(self._sheet, self._row, 1, value, shape, self._book)
            self._row += 1

    def table(self, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        """A table without a filter; the columns' widths are the page's."""
        _write_head(self._book, self._sheet, self._row, columns, self._widths)
        first = self._row + 1
        for row in rows:
            self._row += 1
            _write_row(self._book, self._sheet, self._row, columns, self._widths, row)
        if self._row >= first:
            _mark_words(self._book, self._sheet, columns, first, self._row)
        self._row += 1


@contextmanager
def open_book(path: Path, title: str, subject: str, footer: str, made_at: datetime.datetime) -> Iterator[Book]:
    """A new workbook at `path`, written when the block ends.

    `made_at` is the document's own time; `footer` stands at the foot of each printed page. What is written
    on the way lies in a hidden folder beside the file and is gone afterwards.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as working:
        options = {
            "constant_memory": True,
            "tmpdir": working,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": dict(_FONT),
        }
        workbook = xlsxwriter.Workbook(str(path), options)
        workbook.set_properties({"title": harmless(title), "subject": harmless(subject), "created": made_at})
        yield Book(workbook, footer)
        workbook.close()
