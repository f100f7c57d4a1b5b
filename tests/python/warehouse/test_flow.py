"""WT50 and the rules that compare a clinic with itself: figures counted by hand."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.contracts import PROJECT_ROOT
from tests.python.warehouse.flow_cases import FLOW_PERIOD, REASONS
from tests.python.warehouse.flow_figures import (
    FLOW_FINDINGS,
    FLOW_LINE_COUNTS,
    FLOW_LINES,
    KEYS,
    R36_LINES,
    STEADY_LINES,
    FlowLine,
)
from tests.python.warehouse.planted import query


def standing(database: Path, line: FlowLine) -> list[dict[str, Any]]:
    """The lines of the mart with that key, by column."""
    columns = [row[0] for row in query(database, "select column_name from (describe marts.mart_waiting_flow)")]
    where = " and ".join(f"{key} = ?" for key in KEYS)
    rows = query(database, f"select * from marts.mart_waiting_flow where {where}", line.key)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def demand(database: Path, line: FlowLine) -> None:
    found = standing(database, line)
    if line.figures is None:
        assert found == []
        return
    assert len(found) == 1
    for name, value in line.figures.items():
        assert found[0][name] == (value if value is None else pytest.approx(value)), name


@pytest.mark.parametrize("line", FLOW_LINES, ids=str)
def test_wt50_each_column_of_the_flow_of_a_line(line: FlowLine, database: Path) -> None:
    demand(database, line)


def test_r36_a_hundred_and_thirty_new_less_twenty_five_and_three_are_a_hundred_and_two(database: Path) -> None:
    [found] = standing(database, R36_LINES[1])
    assert 100 + 30 - 25 - 3 == 102
    told = ("waiting_start", "new", "completed", "removed", "waiting_end", "difference")
    assert [found[f"{column}_count"] for column in told] == [100, 30, 25, 3, 102, 0]


def test_wt50_the_start_is_unknown_where_the_month_before_is_not_loaded(database: Path) -> None:
    [found] = standing(database, STEADY_LINES[0])
    assert (found["waiting_start_count"], found["difference_count"]) == (None, None)


def test_wt50_a_place_has_a_line_of_a_family_where_it_has_had_rows_in_twelve_months(database: Path) -> None:
    found = query(database, "select period, measure_family, count(*) from marts.mart_waiting_flow group by all")
    counts = {(period, family): count for period, family, count in found}
    assert {key: counts[key] for key in FLOW_LINE_COUNTS} == FLOW_LINE_COUNTS


def test_wt50_every_removed_entry_has_a_reason_or_none(database: Path) -> None:
    reasons = " + ".join(f"removed_{reason.lower()}_count" for reason in (*REASONS, "without_reason"))
    found = query(
        database,
        f"select count(*) filter (removed_count <> {reasons}), max(removed_without_reason_count) "
        "from marts.mart_waiting_flow where period = ?",
        [FLOW_PERIOD],
    )
    assert found == [(0, 1)]


def test_wt50_the_reasons_are_those_of_the_contract() -> None:
    document = yaml.safe_load((PROJECT_ROOT / "models" / "sources" / "cosmic.yml").read_text(encoding="utf-8"))
    [codes] = [
        set(column["config"]["meta"]["codes"])
        for source in document["sources"]
        for table in source["tables"]
        for column in table["columns"]
        if column["name"] == "avford_orsak"
    ]
    assert codes == set(REASONS)


def test_a31_has_a_case_for_each_family() -> None:
    def column(seed: str, name: str, rule_id: str = "") -> set[str]:
        with (PROJECT_ROOT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
            return {row[name] for row in csv.DictReader(file) if row.get("rule_id", "") == rule_id}

    families = column("flow_families", "measure_family")
    assert families == {"first_contact", "operation", "examination", "followup", "cap"}
    assert column("rules", "effect_case", "A31") == families


@pytest.mark.parametrize("rule_id", FLOW_FINDINGS)
def test_a31_a32_a33_a34_e05_what_is_found_of_clinics_and_units_was_counted(rule_id: str, database: Path) -> None:
    """A31 each difference of a known start; A32 both sides of both limits; A33, A34 of twenty rows; E05."""
    periods, expected = FLOW_FINDINGS[rule_id]
    found = query(
        database,
        "select period, severity, effect, entity, unit_id, clinic_id, detail from quality.deviations "
        "where rule_id = ? and list_contains(?, period)",
        [rule_id, list(periods)],
    )
    assert Counter(found) == Counter(expected)


def test_wt50_a_month_of_calls_alone_has_no_flow(database: Path) -> None:
    of_care = "select period from control.loaded_period where group_name = 'care'"
    others = f"select count(distinct period) from control.loaded_period where period not in ({of_care})"
    assert query(database, others) > [(0,)]
    assert query(database, f"select * from marts.mart_waiting_flow where period not in ({of_care})") == []


def test_what_is_found_of_clinics_flags_no_row(database: Path) -> None:
    rules = [f"'%{rule_id}%'" for rule_id in FLOW_FINDINGS]
    like = " or ".join(f"fault_rules like {rule}" for rule in rules)
    assert query(database, f"select count(*) from intermediate.int_quality__row_flag where {like}") == [(0,)]
    of_rows = query(
        database,
        "select count(*) from quality.deviations where list_contains($1, rule_id) and "
        "(contact_key is not null or source_line is not null)",
        [list(FLOW_FINDINGS)],
    )
    assert of_rows == [(0,)]
