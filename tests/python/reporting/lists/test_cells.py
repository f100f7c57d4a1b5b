"""What a source's text may be in a list: never a formula, never what XML forbids, never longer than a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from orchestration.reporting.lists.cells import (
    LONGEST_CELL,
    LONGEST_SHEET_NAME,
    begins_as_formula,
    cell_text,
    fitting,
    harmless,
    sheet_name,
)

DANGEROUS = [
    "=1+1",
    "+46",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\rx",
    "\nx",
    " =cmd|' /C calc'!A0",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\x00=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "﹦1",
    "−1",
    "\ufffd=1",
]
PLAIN = [
    "",
    "VK0000000001",
    "SE2321000131-E0001",
    "å",
    "–",
    "'=1",
    "1-2",
    "A=1",
    "(=1)",
    "311",
    "Väntat 3 dagar - minst",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_could_run_as_a_formula_gets_an_apostrophe_that_is_seen(text: str) -> None:
    assert begins_as_formula(text)
    assert harmless(text).startswith("'")
    assert not begins_as_formula(harmless(text))


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stands_as_it_is(text: str) -> None:
    assert not begins_as_formula(text)
    assert harmless(text) == text


def test_signs_that_xml_forbids_or_that_turn_the_text_are_replaced() -> None:
    assert harmless("a\x00b\x1fc\ufffed\u202ee") == "a\ufffdb c\ufffdd\ufffde"
    assert harmless("a\tb\r\nc\u2028d") == "a b c d"


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    assert fitting("a" * LONGEST_CELL) == "a" * LONGEST_CELL
    cut = fitting("a" * (LONGEST_CELL + 1))
    assert len(cut) == LONGEST_CELL and cut.endswith("(avkortat)")
    # A workbook counts a sign beyond the first plane as two.
    assert len(fitting("🏥" * 20_000).encode("utf-16-le")) <= 2 * LONGEST_CELL
    assert fitting("🏥" * 10_000) == "🏥" * 10_000


def test_a_sheets_name_has_no_forbidden_sign_and_is_never_too_long() -> None:
    assert sheet_name("Att rätta") == "Att rätta"
    assert sheet_name("a[b]:c*d?e/f\\g") == "a b  c d e f g"
    long = sheet_name("x" * 50, 12)
    assert len(long) == LONGEST_SHEET_NAME and long.endswith(" 12")


@given(st.text(max_size=200))
def test_whatever_a_source_holds_a_cell_of_it_is_xml_and_no_formula(text: str) -> None:
    cell = cell_text(text)
    assert not begins_as_formula(cell)
    node = etree.Element("t")
    node.text = cell
    assert etree.fromstring(etree.tostring(node, encoding="utf-8")).text == (cell or None)
    assert len(cell.splitlines()) <= 1
