"""The example queries as an analyst runs them: the file's text as it stands, through `vardlager sql`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from orchestration.settings import Home
from orchestration.workbench.query import query_text

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "queries"
FILES = sorted(FOLDER.glob("*.sql"))
BY_NUMBER = {path.name[:2]: path for path in FILES}
_TABLE = re.compile(r"\b(?:marts|quality|meta|delivered)\.\w+")

Answer = list[dict[str, Any]]


def asked(home: Home, number: str) -> Answer:
    """The answer of the query with this number."""
    answer: Answer = json.loads(query_text(home, BY_NUMBER[number].read_text(encoding="utf-8"), "json"))
    return answer


def table(answer: Answer, *columns: str) -> list[tuple[Any, ...]]:
    """The chosen columns of an answer, in its order."""
    return [tuple(row[column] for column in columns) for row in answer]


def statement_of(path: Path) -> str:
    """A query without the comment that it begins with."""
    return path.read_text(encoding="utf-8").partition("*/")[2]


def comment_of(path: Path) -> dict[str, str]:
    """The parts of the comment that a query begins with, by their headings, each on one line."""
    comment = path.read_text(encoding="utf-8").partition("*/")[0].removeprefix("/*\n")
    parts = re.split(r"^(\S[^:\n]*): ", comment, flags=re.MULTILINE)
    return {head: " ".join(text.split()) for head, text in zip(parts[1::2], parts[2::2], strict=True)}


def tables_of(path: Path) -> set[str]:
    """Published tables that a query names."""
    return set(_TABLE.findall(statement_of(path)))
