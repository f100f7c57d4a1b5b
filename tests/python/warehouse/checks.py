"""Whether a relation in a model's place holds what the planted rows must give. Nothing here reads the build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from tests.python.warehouse.case import RULE_EFFECTS, Case, entity_of
from tests.python.warehouse.cases import all_cases, whole_plant
from tests.python.warehouse.cases_measures import MEASURE_PERIOD
from tests.python.warehouse.figures import (
    LINE_COUNTS,
    MART_LINES,
    OTHER_FINDINGS,
    ROW_FIGURES,
    UNIT_INTERVALS,
    WITHOUT_REGION_LISTS,
    counted_rows,
)
from tests.python.warehouse.figures_measures import MEASURES_LINE_COUNTS, MEASURES_LINES, OTHER_MEASURES_COUNTED
from tests.python.warehouse.mart_lines import KEYS, Line
from tests.python.warehouse.planted import Row, key_of, lines_of
from tests.python.warehouse.recomputing import Check
from tests.python.warehouse.ward_cases import WARD_PERIODS, found_columns, found_of_rule

Connection = duckdb.DuckDBPyConnection
RowKey = tuple[str, str, str]

CASES: dict[RowKey, Case] = {(case.entity, case.period, key_of(case.contact_id)): case for case in all_cases()}
PLANT = whole_plant()


def _is_close(found: Any, expected: Any) -> bool:
    if isinstance(found, float) and isinstance(expected, (int, float)):
        return abs(found - expected) < 1e-9
    return bool(found == expected)


def rules_are_those_of_the_cases(rule_id: str, excused: Container[str] = ()) -> Check:
    """Each planted case breaks the rule as often as it must, with severity, effect and detail; none excused does."""
    tokens = [token for token in RULE_EFFECTS if token.split("/")[0] == rule_id]
    expected = Counter(
        (*key, token, *RULE_EFFECTS[token])
        for key, case in CASES.items()
        for token in tokens
        if token in case.rules.split() and case.contact_id not in excused
    )
    details = {key: case.detail for key, case in CASES.items() if case.detail and case.rule_ids == rule_id}

    def check(connection: Connection, relation: str) -> bool:
        found: Counter[tuple[Any, ...]] = Counter()
        for entity, period, key, rule, effect_case, severity, effect, detail in connection.execute(
            f"select entity, period, contact_key, rule_id, effect_case, severity, effect, detail from {relation}"
        ).fetchall():
            if (entity, period, key) in CASES:
                token = rule if rule in tokens else f"{rule}/{effect_case}"
                found[entity, period, key, token, severity, effect] += 1
                if detail != details.get((entity, period, key), detail):
                    return False
        return found == expected

    return check


def findings_are_those_counted(rule_id: str) -> Check:
    """A rule on something else than a row of care: all it finds in the periods that were counted."""
    periods, expected = OTHER_FINDINGS[rule_id]

    def check(connection: Connection, relation: str) -> bool:
        found = connection.execute(
            f"select period, severity, effect, entity, unit_id, clinic_id, detail from {relation}"
        ).fetchall()
        return Counter(row for row in found if row[0] in periods) == Counter(expected)

    return check


def _keys(rows: Iterable[Row]) -> Counter[RowKey]:
    return Counter((entity_of(row), row["_period"], key_of(row["vardkontakt_id"])) for row in rows)


def rows_of_care_are_those_planted(connection: Connection, relation: str) -> bool:
    """Each planted row stands once, with the columns counted by hand."""
    columns = sorted({column for row in ROW_FIGURES for column in row.figures})
    found = connection.execute(f"select entity, period, contact_key, {', '.join(columns)} from {relation}").fetchall()
    if Counter(row[:3] for row in found) != _keys([*PLANT.contacts, *PLANT.waiting]):
        return False
    values = {row[:3]: dict(zip(columns, row[3:], strict=True)) for row in found}
    return all(
        values[row.entity, row.period, key_of(row.name)][column] == value
        for row in ROW_FIGURES
        for column, value in row.figures.items()
    )


def flags_are_those_of_the_effects(connection: Connection, relation: str) -> bool:
    """The flags of each planted case follow from the effects of the rules it breaks (CM08)."""
    expected = {}
    for key, case in CASES.items():
        excluding = sorted(rule.split("/")[0] for rule in case.rules.split() if RULE_EFFECTS[rule][1] != "-")
        flags = (case.has_effect("D"), case.has_effect("L"), case.rule_ids, excluding[0] if excluding else None)
        if case.rules:
            expected[_line_of(key)] = flags
    found = connection.execute(
        "select entity, period, source_line, is_disqualified, is_undeliverable, fault_rules, first_excluding_rule_id "
        f"from {relation}"
    ).fetchall()
    lines = {_line_of(key) for key in CASES}
    return Counter((row[:3], row[3:]) for row in found if row[:3] in lines) == Counter(expected.items())


def flagged_rows_are_those_of_the_effects(connection: Connection, relation: str) -> bool:
    """Every planted case stands once with its flags, without fault too (CM08)."""
    found = connection.execute(
        f"select entity, period, contact_key, is_disqualified, is_undeliverable, fault_rules from {relation}"
    ).fetchall()
    return Counter((row[:3], row[3:]) for row in found if row[:3] in CASES) == Counter(
        (key, (case.has_effect("D"), case.has_effect("L"), case.rule_ids or None)) for key, case in CASES.items()
    )


def _line_of(key: RowKey) -> tuple[str, str, int]:
    return key[0], key[1], SOURCE_LINES[key]


SOURCE_LINES = {
    (entity_of(row), row["_period"], key_of(row["vardkontakt_id"])): line
    for rows in (PLANT.contacts, PLANT.waiting)
    for line, row in zip(lines_of(rows), rows, strict=True)
}


def _is_on_the_list(row: Row) -> bool:
    """WT02: open, or removed after the period, corrected or not."""
    removed: datetime | None = row.get("avford_tid")
    return row["status"] == "V" or (removed is not None and removed.strftime("%Y-%m") > row["_period"])


def contacts_carried_out_are_those_planted(connection: Connection, relation: str) -> bool:
    """Every planted contact but those that did not take place (CM06), once each, without a protected home."""
    found = connection.execute(f"select 'cosmic_vardkontakt', period, contact_key from {relation}").fetchall()
    return _tells_homes_of(PLANT.contacts, connection, relation) and Counter(found) == _keys(
        row for row in PLANT.contacts if row["kontaktform"] != "U"
    )


def entries_on_the_list_are_those_planted(connection: Connection, relation: str) -> bool:
    """Every planted entry that was not removed by the period's end (WT02), once each, told apart when corrected."""
    found = connection.execute(f"select 'cosmic_vantelista', period, contact_key, is_corrected from {relation}")
    rows = found.fetchall()
    corrected = {row[:3] for row in rows if row[3]}
    expected = {
        ("cosmic_vantelista", figures.period, key_of(figures.name)): figures.figures["row_state"] == "corrected"
        for figures in ROW_FIGURES
        if figures.entity == "cosmic_vantelista" and "row_state" in figures.figures
    }
    return (
        _tells_homes_of(PLANT.waiting, connection, relation)
        and Counter(row[:3] for row in rows) == _keys(filter(_is_on_the_list, PLANT.waiting))
        and all((key in corrected) == is_corrected for key, is_corrected in expected.items() if key in _STANDING)
    )


_STANDING = set(_keys(filter(_is_on_the_list, PLANT.waiting)))


def _tells_homes_of(rows: Iterable[Row], connection: Connection, relation: str) -> bool:
    """Whether the home of each planted patient is told, and no protected one's."""
    homes = {
        (row["_period"], key_of(row["vardkontakt_id"])): None if row["skyddad_identitet"] == "J" else row["lkf"]
        for row in rows
    }
    found = connection.execute(f"select period, contact_key, municipality_code from {relation}").fetchall()
    return all((period, key) in homes and home == homes[period, key] for period, key, home in found)


def units_have_the_intervals_counted(connection: Connection, relation: str) -> bool:
    """The intervals of the units that move or overlap; no unit has a day twice."""
    found = connection.execute(
        f"select unit_id, valid_from_date, valid_to_date from {relation} order by unit_id, valid_from_date"
    ).fetchall()
    return all(
        [row[1:] for row in found if row[0] == unit_id] == intervals for unit_id, intervals in UNIT_INTERVALS.items()
    )


def population_is_that_counted(
    connection: Connection, relation: str, more: Iterable[tuple[str, str, str, bool, bool]] = ()
) -> bool:
    """The rows of each measure in the measures' period, in the share and inside the limit."""
    found = connection.execute(
        f"select measure_id, population, contact_key, is_in_share, is_inside_limit from {relation} where period = ?",
        [MEASURE_PERIOD],
    ).fetchall()
    return Counter(found) == Counter(
        (measure, population, key_of(name), is_in_share, is_inside)
        for measure, population, name, is_in_share, is_inside in [*counted_rows(), *more]
    )


def population_with_other_measures(connection: Connection, relation: str) -> bool:
    """As above, with the measure of another kind."""
    return population_is_that_counted(connection, relation, OTHER_MEASURES_COUNTED)


def mart_holds(expected: Sequence[Line], line_counts: Mapping[tuple[str, str, str], int]) -> Check:
    """Each line counted by hand stands once with its figures, and where lines were counted there are no more."""
    columns = sorted({column for line in expected for column in line.figures or ()})

    def check(connection: Connection, relation: str) -> bool:
        # Asked of the engine, so that a join that multiplies the lines does not fill the memory of the test.
        repeated = f"select exists (select 1 from {relation} group by {', '.join(KEYS)} having count(*) > 1)"
        if connection.execute(repeated).fetchall() == [(True,)]:
            return False
        found = connection.execute(f"select {', '.join(KEYS)}, {', '.join(columns)} from {relation}").fetchall()
        lines: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for row in found:
            figures = dict(zip(columns, row[len(KEYS) :], strict=True))
            lines.setdefault(row[: len(KEYS)], []).append(figures)
        for line in expected:
            standing = lines.get(line.key, [])
            if len(standing) != (line.figures is not None):
                return False
            if line.figures and not all(_is_close(standing[0][name], value) for name, value in line.figures.items()):
                return False
        counts = Counter(row[:3] for row in found)
        return all(counts[key] == count for key, count in line_counts.items())

    return check


# The specialised measures' lines alone: the mart knows no measure by name, and its mutants are costly.
mart_holds_the_specialised_lines = mart_holds(MART_LINES, LINE_COUNTS)
mart_holds_the_lines = mart_holds([*MART_LINES, *MEASURES_LINES], {**LINE_COUNTS, **MEASURES_LINE_COUNTS})


def ward_findings_are_those_planted(rule_id: str) -> Check:
    """All that a rule finds in the months of stays, beds, operations and listing (ward_cases.py)."""
    columns, expected = found_columns(rule_id), found_of_rule(rule_id)

    def check(connection: Connection, relation: str) -> bool:
        found = connection.execute(
            f"select {', '.join(columns)} from {relation} where list_contains($1, period)", [list(WARD_PERIODS)]
        ).fetchall()
        return Counter(found) == expected

    return check


def _both(first: Check, second: Check) -> Check:
    return lambda connection, relation: first(connection, relation) and second(connection, relation)


def worlds_without_lists() -> dict[str, Check]:
    """The checks of the rules that ask for the region's own lists, where it gives none."""
    return {
        "rule_a12": rules_are_those_of_the_cases("A12", WITHOUT_REGION_LISTS),
        "rule_a13": rules_are_those_of_the_cases("A13", WITHOUT_REGION_LISTS),
    }


def checks_of(rule_ids: Iterable[str]) -> dict[str, Check]:
    """The check of each model that has one. Raises KeyError for a rule without a planted row."""
    checks: dict[str, Check] = {
        "int_core__unit": units_have_the_intervals_counted,
        "int_waiting_times__row": rows_of_care_are_those_planted,
        "int_quality__row_flag": flags_are_those_of_the_effects,
        "int_waiting_times__flagged_row": flagged_rows_are_those_of_the_effects,
        "fct_completed_contact": contacts_carried_out_are_those_planted,
        "fct_waiting_contact": entries_on_the_list_are_those_planted,
        "int_waiting_times__population": population_is_that_counted,
        "mart_waiting_times": mart_holds_the_lines,
    }
    broken = {rule.split("/")[0] for case in CASES.values() for rule in case.rules.split()}
    for rule_id in rule_ids:
        of_wards = ward_findings_are_those_planted(rule_id)
        if rule_id in OTHER_FINDINGS:
            checks[f"rule_{rule_id.lower()}"] = findings_are_those_counted(rule_id)
        elif rule_id in broken and found_of_rule(rule_id):
            checks[f"rule_{rule_id.lower()}"] = _both(rules_are_those_of_the_cases(rule_id), of_wards)
        elif found_of_rule(rule_id):
            checks[f"rule_{rule_id.lower()}"] = of_wards
        elif rule_id in broken:
            checks[f"rule_{rule_id.lower()}"] = rules_are_those_of_the_cases(rule_id)
        else:
            raise KeyError(f"{rule_id}: no planted row of tests/python/warehouse/cases.py breaks it")
    return checks
