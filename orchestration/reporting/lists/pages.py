"""The two pages: what the workbooks hold, as HTML that stands alone, for who only wants to look.

A page shows so many rows of each table as a person reads; how many there are more, and in which workbook they
stand, is said under the table.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from orchestration.privacy import mask_identities
from orchestration.reporting import wording
from orchestration.reporting.lists import columns, texts, words
from orchestration.reporting.lists.cells import harmless
from orchestration.reporting.lists.facts import ClinicFacts, Review, WorkListFacts
from orchestration.reporting.lists.words import Row

SHOWN_ROWS: Final = 50
_OPEN_AT_ONCE: Final = 10


@dataclass(frozen=True)
class Rows:
    """The rows of a table that the page shows, and how many more there are in the workbook."""

    shown: tuple[Row, ...]
    more_count: int

    @property
    def is_short(self) -> bool:
        """Whether the table is short enough to stand open."""
        return not self.more_count and len(self.shown) <= _OPEN_AT_ONCE


@dataclass(frozen=True)
class Section:
    """Rows under a heading of their own: those of a rule, or of a clinic; `about` is what the heading tells."""

    about: Row
    rows: Rows


def _rows(rows: Iterable[Row]) -> Rows:
    every = tuple(rows)
    return Rows(every[:SHOWN_ROWS], max(len(every) - SHOWN_ROWS, 0))


def _rule_key(row: Row) -> tuple[str, str]:
    return row["rule_id"], row["effect_case"]


def rule_sections(facts: ClinicFacts, statuses: Sequence[str]) -> list[Section]:
    """The rules that have rows with one of the statuses, in the rules' order, with those rows."""
    by_rule: dict[tuple[str, str], list[Row]] = {}
    for row in facts.deviations:
        if row["status"] in statuses:
            by_rule.setdefault(_rule_key(row), []).append(row)
    return [Section(rule, _rows(by_rule[_rule_key(rule)])) for rule in facts.rules if _rule_key(rule) in by_rule]


def _clinic_sections(rows: Sequence[Row], key: Callable[[Row], str]) -> list[Section]:
    return [Section(group[0], _rows(group)) for group in (list(of_one) for _, of_one in groupby(rows, key=key))]


def _text(value: object) -> str:
    return words.NOTHING if value is None else str(value)


def _masked(value: object) -> str:
    return _text(mask_identities(str(value)) if value is not None else None)


def _printed(write: Callable[[Any], str]) -> Callable[[Any], Markup]:
    """A filter that prints a figure: SQL made it a number, so its minus sign begins no formula."""
    return lambda number: Markup(write(number))


def _finished(value: object) -> object:
    """Every value that a template prints, on its way to the page: what is copied from it runs nowhere."""
    return harmless(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@functools.cache
def _environment() -> jinja2.Environment:
    here = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([here, here.parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finished,
    )
    environment.filters.update(
        spaced=_printed(wording.spaced),
        percent=_printed(wording.percent),
        decimal=_printed(wording.decimal),
        month=wording.month,
        moment=wording.moment,
        day=words.day,
        text=_text,
        masked=_masked,
        label=words.named,
    )
    environment.globals.update(wording=wording, words=words, texts=texts)
    return environment


def render_clinic_page(review: Review, facts: ClinicFacts, region_name: str, book_name: str) -> str:
    """A clinic's page; `book_name` is the workbook beside it, in which every row stands."""
    return (
        _environment()
        .get_template("clinic.html.j2")
        .render(
            review=review,
            facts=facts,
            clinic=facts.clinic,
            region_name=region_name,
            book_name=book_name,
            verdict=texts.verdict(facts, review),
            open_rules=rule_sections(facts, ("new", "remaining")),
            accepted_rules=rule_sections(facts, ("accepted",)),
            fixed=_rows(row for row in facts.contact_deviations if row["status"] == "fixed"),
            fixed_others=_rows(row for row in facts.other_deviations if row["status"] == "fixed"),
            info_rules=[row for row in facts.rules if row["severity"] == "info"],
            figures_by_population=[
                (population, list(rows))
                for population, rows in groupby(facts.figures, key=lambda row: row["population"])
            ],
        )
    )


def render_work_list_page(review: Review, facts: WorkListFacts, region_name: str, book_name: str) -> str:
    """The work list's page; `book_name` is the workbook beside it, in which every row stands."""
    return (
        _environment()
        .get_template("work_list.html.j2")
        .render(
            review=review,
            facts=facts,
            region_name=region_name,
            book_name=book_name,
            counts=columns.WAITING_BY_CLINIC[1:],
            clinics=_clinic_sections(facts.rows, key=lambda row: str(row["clinic_id"])),
            no_show_clinics=_clinic_sections(facts.no_show_rows, key=lambda row: str(row["clinic_id"])),
        )
    )
