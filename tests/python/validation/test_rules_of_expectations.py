"""The rules that expectations carry in their meta: what is read from the source is what the suites hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from delivery_rows import PERIOD, REGION_CODE, make_database

from orchestration.contracts import load_contracts
from orchestration.national.contract import RECORD_TYPES, read_attributes, read_code_lists
from tests.python.house.rule_page import read_project


@cache
def metas() -> tuple[dict[str, Any], ...]:
    """The meta of every expectation of the suites."""
    return tuple(expectation.meta for expectation in _expectations())


def _expectations() -> Iterator[Any]:
    from expectations import delivery, landing, occupancy, production, waiting_times
    from expectations.wording import Band

    connection = make_database([], [])
    band = Band("prov_share", 0, 1, "andel", 0, "Prov.")
    for record_type in RECORD_TYPES:
        attributes = read_attributes(connection, record_type)
        yield from delivery.row_expectations(record_type, attributes, read_code_lists(connection), PERIOD, REGION_CODE)
        yield from delivery.frame_expectations(record_type, attributes)
    for contract in load_contracts().values():
        yield from landing.file_expectations(contract, band)
    yield from waiting_times.period_expectations()
    yield from waiting_times.population_expectations()
    yield from waiting_times.measure_expectations()
    yield from occupancy.table_expectations()
    yield from occupancy.period_expectations()
    yield from occupancy.episode_expectations()
    yield from occupancy.occupancy_expectations()
    yield from occupancy.readmission_expectations()
    yield from production.table_expectations()
    yield from production.file_expectations()
    yield from production.inpatient_expectations()
    yield from production.product_expectations()
    yield from production.operation_expectations()


def _is(pattern: str, identifier: str) -> bool:
    """Whether an identifier is one that a text of the source gives; braces and stars are filled in."""
    parts = re.split(r"\{[^}]*\}|\*", pattern)
    return re.fullmatch(".+".join(re.escape(part) for part in parts), identifier) is not None


def test_each_rule_that_an_expectation_carries_is_read_from_its_source() -> None:
    read = read_project().expectations
    carried = [(rule_id, meta["id"]) for meta in metas() for rule_id in meta["rules"]]
    assert carried
    for rule_id, identifier in carried:
        assert any(_is(pattern, identifier) for pattern in read[rule_id]), (rule_id, identifier)


def test_each_rule_that_is_read_from_the_source_is_carried_by_an_expectation() -> None:
    for rule_id, patterns in read_project().expectations.items():
        for pattern in patterns:
            assert any(rule_id in meta["rules"] and _is(pattern, meta["id"]) for meta in metas()), (rule_id, pattern)


@pytest.mark.parametrize(
    ("identifier", "rules"),
    [
        ("A02.no_negative_wait", ["A02"]),
        ("BeslutAktivitet.required", ["R28", "A01", "A04"]),
        ("Regionkod.required", ["R28"]),
        ("DL05.mvo", ["DL05"]),
        ("A05.unique_id", ["A05", "R27"]),
        ("cosmic_vardkontakt.newest_load", ["CM10"]),
        ("cosmic_vardkontakt.account_adds_up", []),
        ("POPULATION.all_rows_accounted", ["CM06", "WT02"]),
        ("WT33.bands_add_up", ["WT33"]),
    ],
)
def test_an_expectation_tells_whose_effect_it_checks(identifier: str, rules: list[str]) -> None:
    assert next(meta["rules"] for meta in metas() if meta["id"] == identifier) == rules
