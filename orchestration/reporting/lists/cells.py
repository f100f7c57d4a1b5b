"""What a source's text must go through before it stands in a list.

A value that a spreadsheet could take for a formula is harmless only when it cannot begin one: in a cell of
text it does not run, but it would when the cell is edited, saved as CSV and opened again, or copied from
the page. It therefore gets an apostrophe that can be seen, wherever it is shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

LONGEST_CELL: Final = 32_767
LONGEST_SHEET_NAME: Final = 31

_APOSTROPHE: Final = "'"
_CUT: Final = " … (avkortat)"
_FORMULA_SIGNS: Final = frozenset("=+-@")
# Signs that some program reads as minus although their normal form is another.
_OTHER_MINUS_SIGNS: Final = frozenset("\u2212\u2010\u2011\u2012")
_STANDS_FOR_A_LOST_SIGN: Final = "\ufffd"
_SPACES: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
# What XML 1.0 forbids, and signs that turn the direction of what follows them on the page.
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_FORBIDDEN_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\]")


def _is_unseen(character: str) -> bool:
    """Whether a program may pass over the character when it looks for the beginning of a formula."""
    return character.isspace() or unicodedata.category(character)[0] in "CZ" or character == _STANDS_FOR_A_LOST_SIGN


def begins_as_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula.

    Blanks, control characters and characters without width before the sign do not hide it, and neither do
    full-width and small forms of it. A tab or line break first counts too: some programs cut the text there.
    """
    if text[:1] in ("\t", "\r", "\n"):
        return True
    if text[:1].isalnum() and text[:1].isascii():
        return False
    for character in text:
        if not _is_unseen(character):
            form = unicodedata.normalize("NFKC", character)[:1]
            return form in _FORMULA_SIGNS or character in _OTHER_MINUS_SIGNS
    return False


def harmless(text: str) -> str:
    """`text` as a list may hold it: on one line, of characters that XML takes, and no formula anywhere."""
    printable = text
    if not text.isprintable():
        printable = _UNPRINTABLE.sub(_STANDS_FOR_A_LOST_SIGN, _SPACES.sub(" ", text))
    return _APOSTROPHE + printable if begins_as_formula(text) else printable


def fitting(text: str) -> str:
    """`text` cut off, and saying so, where it is longer than a cell of a workbook can be."""
    # A character beyond the first plane counts as two in a workbook.
    if 2 * len(text) <= LONGEST_CELL or len(text.encode("utf-16-le")) <= 2 * LONGEST_CELL:
        return text
    kept = text.encode("utf-16-le")[: 2 * (LONGEST_CELL - len(_CUT))].decode("utf-16-le", "ignore")
    return kept + _CUT


@lru_cache(maxsize=65_536)
def cell_text(text: str) -> str:
    """`text` as a cell of a workbook may hold it: harmless, and not too long."""
    return fitting(harmless(text))


def sheet_name(name: str, number: int = 1) -> str:
    """A name that a workbook takes for a sheet; `number` counts the sheets that one table fills, from 1."""
    ending = "" if number == 1 else f" {number}"
    return _FORBIDDEN_IN_SHEET_NAMES.sub(" ", name)[: LONGEST_SHEET_NAME - len(ending)] + ending
