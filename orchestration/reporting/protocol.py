"""The protocols: what was checked and with what result, for a reader who is no programmer.

Two pages share one look: the protocol of a delivery and the one of every validation, also one that
stopped. Nothing here reads a clock, a file beyond the templates, or a database: the same content gives
the same page, complete in itself, with no script and no address outside the file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from orchestration.national.contract import DeliveryAttribute, RecordType
from orchestration.privacy import mask_identities
from orchestration.reporting import wording
from orchestration.reporting.facts import Facts, RequiredCheck, Row
from orchestration.validation.results import ExpectationResult, failures

_SHOWN_OF_A_SUITE = 10
_SUITE_CHECK = "_suite"
# Worst first.
_OUTCOMES = ("crashed", "failed", "warn", "passed")


def outcome_of(result: ExpectationResult) -> str:
    """'crashed', 'failed' (stops the delivery), 'warn' (to be looked at, stops nothing) or 'passed'."""
    if result.has_crashed:
        return "crashed"
    if result.is_success:
        return "passed"
    return "failed" if failures([result]) else "warn"


def worst_of(outcomes: Sequence[str]) -> str:
    """The worst of the outcomes; 'crashed' when there is none, since a check that did not run is no pass."""
    return next((outcome for outcome in _OUTCOMES if outcome in outcomes), "crashed")


def verdict_of(results: Sequence[ExpectationResult]) -> str:
    """The worst outcome among the results; 'crashed' when there are none."""
    return worst_of([outcome_of(result) for result in results])


@dataclass(frozen=True)
class Subject:
    """What some checks are about (an attribute, a rule, a file or a measure) and those checks."""

    name: str
    meaning: str
    checks: tuple[ExpectationResult, ...]

    @property
    def verdict(self) -> str:
        """The worst outcome among the checks."""
        return verdict_of(self.checks)


@dataclass(frozen=True)
class Group:
    """Subjects of one kind within a suite; `heading` is empty when the suite has one kind only."""

    heading: str
    subject_heading: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True)
class Section:
    """The checks of one suite."""

    suite: str
    groups: tuple[Group, ...]

    @property
    def title(self) -> str:
        """The suite's Swedish title, or its own name."""
        return wording.suite_title(self.suite)

    @property
    def checks(self) -> tuple[ExpectationResult, ...]:
        """Every check of the suite."""
        return tuple(check for group in self.groups for subject in group.subjects for check in subject.checks)

    @property
    def verdict(self) -> str:
        """The worst outcome among the checks."""
        return verdict_of(self.checks)

    def count(self, outcome: str) -> int:
        """How many checks ended so."""
        return sum(outcome_of(check) == outcome for check in self.checks)


@dataclass(frozen=True)
class Finding:
    """A check or a rule that the reader must act on; `next_step` is its own, empty when the group's holds."""

    name: str
    text: str
    observed: str
    next_step: str = ""


@dataclass(frozen=True)
class Concern:
    """Findings of one kind and origin, with what to do. `more_count` are those not shown here."""

    outcome: str
    title: str
    findings: tuple[Finding, ...]
    next_step: str
    more_count: int = 0


def _subject(name: str, meaning: str, checks: Sequence[ExpectationResult]) -> Subject:
    return Subject(name, "" if meaning == name else meaning, tuple(checks))


def _section(
    suite: str,
    results: Sequence[ExpectationResult],
    attributes: Sequence[DeliveryAttribute],
    titles: Mapping[str, str],
) -> Section:
    by_subject: dict[str, list[ExpectationResult]] = {}
    for result in results:
        by_subject.setdefault(result.subject, []).append(result)
    if not attributes:
        subjects = tuple(_subject(name, titles.get(name, ""), checks) for name, checks in by_subject.items())
        return Section(suite, (Group("", "Gäller", subjects),))
    meanings = {attribute.attribute: attribute.meaning for attribute in attributes}
    rules = tuple(
        _subject(name, titles.get(name, ""), by_subject[name]) for name in sorted(by_subject) if name not in meanings
    )
    of_attributes = tuple(
        _subject(name, meaning, by_subject[name]) for name, meaning in meanings.items() if name in by_subject
    )
    return Section(suite, (Group("Regler", "Regel", rules), Group("Attribut för attribut", "Attribut", of_attributes)))


def sections_of(
    results: Sequence[ExpectationResult],
    attributes: Mapping[str, Sequence[DeliveryAttribute]],
    titles: Mapping[str, str],
) -> list[Section]:
    """The results by suite, in the pages' order.

    `attributes` is the national contract by suite: it gives attributes their order and meaning. `titles`
    are Swedish names of other subjects, by their id.
    """
    by_suite: dict[str, list[ExpectationResult]] = {}
    for result in results:
        by_suite.setdefault(result.suite, []).append(result)
    return [
        _section(suite, by_suite[suite], attributes.get(suite, ()), titles)
        for suite in sorted(by_suite, key=wording.suite_order)
    ]


def _named(section: Section, outcome: str) -> list[tuple[str, ExpectationResult]]:
    """(name, check) of those that ended with `outcome`; a subject goes by its title where it has one.

    Attributes and rules keep their short names: their meaning stands in the list of all checks.
    """
    return [
        (subject.meaning if subject.meaning and not group.heading else subject.name, check)
        for group in section.groups
        for subject in group.subjects
        for check in subject.checks
        if outcome_of(check) == outcome
    ]


def concerns_of_checks(
    sections: Sequence[Section], outcome: str, next_steps: Mapping[str, str] | None = None
) -> list[Concern]:
    """The checks that ended with `outcome`, a concern a suite; `next_steps` are the rules' own, by rule id."""
    own_steps = (next_steps or {}) if outcome != "crashed" else {}
    concerns = []
    for section in sections:
        named = _named(section, outcome)
        shown = tuple(
            Finding(name, check.meaning, check.observed, own_steps.get(check.subject, ""))
            for name, check in named[:_SHOWN_OF_A_SUITE]
        )
        if named:
            step = wording.CRASHED_STEP if outcome == "crashed" else wording.suite_step(section.suite)
            concerns.append(Concern(outcome, section.title, shown, step, len(named) - len(shown)))
    return concerns


def _required(checks: Sequence[RequiredCheck], *outcomes: str) -> tuple[Finding, ...]:
    return tuple(
        Finding(wording.STAGES.get(check.stage, check.stage), check.meaning, check.detail)
        for check in checks
        if check.outcome in outcomes
    )


def _blocking_rules(facts: Facts) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            row["rule_id"], row["title"], f"{wording.spaced(row['deviations_count'])} avvikelser", row["what_to_do"]
        )
        for row in facts.deviations.rows
        if row["severity"] == "block"
    )


def _holding_suites(facts: Facts) -> frozenset[str]:
    """The suites that hold back a domain of their own and stop nothing."""
    return frozenset(
        check.check_id.removesuffix(_SUITE_CHECK) for check in facts.checks if not check.is_of_the_delivery
    )


def holding_concerns(sections: Sequence[Section], facts: Facts) -> list[Concern]:
    """What holds back the tables of a domain: its suites' checks that crashed or failed."""
    own = [section for section in sections if section.suite in _holding_suites(facts)]
    return [*concerns_of_checks(own, "crashed"), *concerns_of_checks(own, "failed", facts.next_steps)]


def stopping_concerns(sections: Sequence[Section], facts: Facts) -> list[Concern]:
    """All that stops the delivery: checks that crashed or failed, required checks, and blocking rules.

    A check that waits with its domain for files is none of it.
    """
    guarding = [section for section in sections if section.suite not in _holding_suites(facts)]
    crashed = concerns_of_checks(guarding, "crashed")
    failed = concerns_of_checks(guarding, "failed", facts.next_steps)
    waiting = {held.name for held in facts.held if held.is_waiting}
    demanded = [check for check in facts.checks if check.is_of_the_delivery and check.domain not in waiting]
    # A suite that is a required check is told by its own results.
    told = [check for check in demanded if not (check.stage == "validation" and (crashed or failed))]
    concerns = [
        *crashed,
        Concern(
            "crashed", "Kontroller som måste göras", _required(told, "missing", "other_inputs"), wording.REPEAT_STEP
        ),
        *failed,
        Concern("failed", "Kontroller som måste godkännas", _required(told, "failed"), wording.suite_step("")),
        Concern("failed", "Stoppande avvikelser", _blocking_rules(facts), wording.BLOCK_STEP),
    ]
    return [concern for concern in concerns if concern.findings]


def concerns_to_review(sections: Sequence[Section], facts: Facts) -> list[Concern]:
    """What stops nothing but should be looked at: warnings, and files that did not come into force."""
    review = concerns_of_checks(sections, "warn", facts.next_steps)
    waiting = tuple(
        Finding(row["group_name"], "Det senast lämnade är inte inläst.", row["message"]) for row in facts.groups.rows
    )
    if waiting:
        review.append(
            Concern(
                "warn",
                "Filer som inte har trätt i kraft",
                waiting,
                wording.GROUP_STEP,
            )
        )
    return review


@dataclass(frozen=True)
class ShareTable:
    """The region's shares in one population: `measures` are (name, figure by variant), main variant first."""

    population: str
    variants: tuple[str, ...]
    measures: tuple[tuple[str, Mapping[str, Row]], ...]
    meanings: tuple[str, ...]


def _variant_order(main_variant: str) -> Callable[[str], tuple[bool, int, str]]:
    known = list(wording.VARIANTS)
    return lambda variant: (
        variant != main_variant,
        known.index(variant) if variant in wording.VARIANTS else len(known),
        variant,
    )


def share_tables(facts: Facts) -> list[ShareTable]:
    """The shares as the page shows them, a table a population in the order the figures come."""
    tables = []
    for population in dict.fromkeys(row["population"] for row in facts.shares.rows):
        of_population = [row for row in facts.shares.rows if row["population"] == population]
        variants = sorted({row["variant"] for row in of_population}, key=_variant_order(facts.main_variant))
        measures: dict[str, dict[str, Row]] = {}
        for row in of_population:
            measures.setdefault(row["measure_name"], {})[row["variant"]] = row
        told = {row["variant"]: row["meaning"] for row in facts.variants.rows if row["population"] == population}
        tables.append(
            ShareTable(
                population,
                tuple(variants),
                tuple(measures.items()),
                tuple(told[variant] for variant in variants if variant in told),
            )
        )
    return tables


def _by_kind(parameters: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    kinds = [*wording.PARAMETER_KINDS, *sorted({row["kind"] for row in parameters} - set(wording.PARAMETER_KINDS))]
    tables = [(kind, [row for row in parameters if row["kind"] == kind]) for kind in kinds]
    return [(kind, rows) for kind, rows in tables if rows]


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
    environment.filters.update(
        spaced=wording.spaced,
        percent=wording.percent,
        month=wording.month,
        moment=wording.moment,
        value=wording.parameter_value,
        outcome=outcome_of,
        # Texts that quote what was found pass a last time through the mask.
        masked=mask_identities,
    )
    environment.globals["words"] = wording
    return environment


def render_protocol(
    document: Mapping[str, Any],
    results: Sequence[ExpectationResult],
    attributes: Mapping[str, Sequence[DeliveryAttribute]],
    record_types: Sequence[RecordType],
) -> str:
    """The page of a delivery.

    `document` is the manifest's content (see `delivery.package`), `attributes` the contract by record
    type name.
    """
    by_suite = {record_type.suite: attributes[record_type.name] for record_type in record_types}
    sections = sections_of(results, by_suite, {})
    return (
        _environment()
        .get_template("delivery.html.j2")
        .render(
            document=document,
            sections=sections,
            verdict=verdict_of(results),
            stopping=concerns_of_checks(sections, "crashed") + concerns_of_checks(sections, "failed"),
            review=concerns_of_checks(sections, "warn"),
            checks_count=len(results),
        )
    )


def render_validation_protocol(
    facts: Facts, results: Sequence[ExpectationResult], version: int, created_at: str
) -> str:
    """The page of a validation: `version` counts from 1 per period, `created_at` is ISO 8601."""
    sections = sections_of(results, facts.attributes, facts.titles)
    stopping = stopping_concerns(sections, facts)
    review = concerns_to_review(sections, facts)
    outcomes = [concern.outcome for concern in (*stopping, *review)]
    holding = holding_concerns(sections, facts)
    guarding = [result for result in results if result.suite not in _holding_suites(facts)]
    # Without a care month nothing can be delivered yet, and what is held back is to be looked at.
    outcomes += ["warn"] if facts.held else []
    return (
        _environment()
        .get_template("validation.html.j2")
        .render(
            facts=facts,
            version=version,
            created_at=created_at,
            sections=sections,
            verdict=worst_of([verdict_of(guarding), *outcomes]),
            is_waiting=any(held.is_waiting for held in facts.held),
            stopping=stopping,
            holding=holding,
            review=review,
            checks_count=len(results),
            share_tables=share_tables(facts),
            parameter_tables=_by_kind(facts.parameters.rows),
        )
    )
