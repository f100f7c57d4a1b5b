"""The protocol of a delivery: what was checked and with what result, for a reader who is no programmer."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from orchestration.national.contract import DeliveryAttribute, RecordType
from orchestration.validation.results import ExpectationResult, failures

_TEMPLATE = "protokoll.html.j2"
_MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]


@dataclass(frozen=True)
class Subject:
    """An attribute or a rule with its checks; `verdict` is 'passed', 'failed' or 'crashed'."""

    name: str
    meaning: str
    checks: tuple[ExpectationResult, ...]

    @property
    def verdict(self) -> str:
        """The worst outcome among the checks."""
        return verdict_of(self.checks)


@dataclass(frozen=True)
class Section:
    """The checks of one population: rules first, then the contract's attributes in its order."""

    title: str
    rules: tuple[Subject, ...]
    attributes: tuple[Subject, ...]


def verdict_of(results: Sequence[ExpectationResult]) -> str:
    """'crashed' when a check did not run, else 'failed' when one found bad data, else 'passed'."""
    if any(result.has_crashed for result in results):
        return "crashed"
    return "failed" if failures(results) else "passed"


def _spaced(number: int | None) -> str:
    return "–" if number is None else f"{number:,}".replace(",", "\u00a0")


def _month(period: str) -> str:
    year, month = period.split("-")
    return f"{_MONTHS[int(month) - 1]} {year}"


def _moment(text: str) -> str:
    moment = datetime.datetime.fromisoformat(text)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year} kl. {moment:%H.%M}"


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(spaced=_spaced, month=_month, moment=_moment)
    return environment


def _section(
    record_type: RecordType, attributes: Sequence[DeliveryAttribute], results: Sequence[ExpectationResult]
) -> Section:
    by_subject: dict[str, list[ExpectationResult]] = {}
    for result in results:
        if result.suite == record_type.suite:
            by_subject.setdefault(result.subject, []).append(result)
    meanings = {attribute.attribute: attribute.meaning for attribute in attributes}
    return Section(
        title=record_type.title,
        rules=tuple(Subject(name, "", tuple(by_subject[name])) for name in sorted(by_subject) if name not in meanings),
        attributes=tuple(
            Subject(name, meaning, tuple(by_subject[name])) for name, meaning in meanings.items() if name in by_subject
        ),
    )


def render_protocol(
    document: Mapping[str, Any],
    results: Sequence[ExpectationResult],
    attributes: Mapping[str, Sequence[DeliveryAttribute]],
    record_types: Sequence[RecordType],
) -> str:
    """One HTML page, complete in itself: no script, no address outside the file.

    `document` is the manifest's content (see `package`), `attributes` the contract by record type name.
    """
    sections = [_section(record_type, attributes[record_type.name], results) for record_type in record_types]
    titles = {record_type.name: record_type.title for record_type in record_types}
    stopping = failures(results)
    return (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            document=document,
            sections=sections,
            titles=titles,
            verdict=verdict_of(results),
            stopping=stopping,
            checks_count=len(results),
            passed_count=len(results) - len(stopping),
        )
    )
