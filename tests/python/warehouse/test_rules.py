"""Each rule on both sides of its boundary, from planted rows through the whole build."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from orchestration.contracts import PROJECT_ROOT
from tests.python.warehouse.cases import (
    EARLIER_PERIOD,
    FIXTURE_PERIOD,
    LATER_PERIOD,
    OVERLAPPING_UNIT,
    RULE_CASES,
    RULE_PERIOD,
    Case,
)
from tests.python.warehouse.planted import CLINIC, key_of, query

FACTS = {"G": "marts.fct_completed_contact", "W": "marts.fct_waiting_contact"}

Flags = tuple[str | None, bool, bool]


@pytest.fixture(scope="module")
def flags(database: Path) -> dict[tuple[str, str, str], Flags]:
    """(fault_rules, is_disqualified, is_undeliverable) by population, period and contact key."""
    result: dict[tuple[str, str, str], Flags] = {}
    for kind, fact in FACTS.items():
        for period, key, rules, is_disqualified, is_undeliverable in query(
            database,
            f"select period, contact_key, fault_rules, is_disqualified, is_undeliverable from {fact}",
        ):
            result[kind, period, key] = (rules, is_disqualified, is_undeliverable)
    return result


@pytest.fixture(scope="module")
def findings(database: Path) -> list[tuple[str, str, str, str, str, str]]:
    """(period, rule, case, severity, effect, contact key) of each deviation."""
    return [
        (str(p), str(r), str(c), str(s), str(e), str(k))
        for p, r, c, s, e, k in query(
            database,
            "select period, rule_id, effect_case, severity, effect, contact_key from quality.deviations",
        )
    ]


def rules_of(flags: dict[tuple[str, str, str], Flags], kind: str, period: str, name: str) -> str:
    return flags[kind, period, key_of(name)][0] or ""


@pytest.mark.parametrize("case", RULE_CASES, ids=lambda case: case.contact_id)
def test_a_planted_row_breaks_exactly_the_rules_it_was_planted_for(
    case: Case, flags: dict[tuple[str, str, str], Flags]
) -> None:
    kind = case.contact_id[0]
    assert rules_of(flags, kind, RULE_PERIOD, case.contact_id) == case.rules


@pytest.mark.parametrize(
    ("name", "is_disqualified", "is_undeliverable"),
    [
        ("G a contact without fault breaks no rule", False, False),
        ("G A01 completed first contact without decision", True, False),
        ("G A02 start the day before the decision", True, False),
        ("W A03 decision the day after the period", True, False),
        ("G A04 decision on the last day of 2009", True, False),
        ("W A09 died on the period's last day", True, False),
        ("G A12 empty", False, True),
        ("G A13 operation without activity", False, True),
        ("G A13 activity on a first contact", False, False),
        ("G A16 PvV after 90 days", False, False),
        ("G A24 letters", False, True),
        ("G A24 empty", False, False),
        ("G A26 born the year after", False, True),
        ("W A26 born 1900", False, True),
        ("W A26 106 years old", False, False),
        ("G A27 listing without SE", False, True),
        ("G A30 start the minute before the period", True, False),
        ("G A36 no way of booking", False, True),
        ("G E01 unit that no register holds", False, True),
        ("G many faults stand in order", True, True),
    ],
)
def test_cm08_a_rule_has_the_effect_of_its_case(
    name: str, is_disqualified: bool, is_undeliverable: bool, flags: dict[tuple[str, str, str], Flags]
) -> None:
    assert flags[name[0], RULE_PERIOD, key_of(name)][1:] == (is_disqualified, is_undeliverable)


@pytest.mark.parametrize(
    ("name", "rule_id", "case", "severity", "effect"),
    [
        ("G A13 operation without activity", "A13", "missing", "fix", "L"),
        ("G A13 activity on an acute contact", "A13", "superfluous", "info", "-"),
        ("G A24 county that does not exist", "A24", "malformed", "fix", "L"),
        ("G A24 zeros", "A24", "unknown", "info", "-"),
        ("G A26 unknown birth year", "A26", "impossible", "fix", "L"),
        ("W A26 106 years old", "A26", "very_old", "fix", "-"),
        ("G A02 start the day before the decision", "A02", "negative", "fix", "D"),
    ],
)
def test_a_deviation_tells_severity_and_effect_of_its_case(
    name: str,
    rule_id: str,
    case: str,
    severity: str,
    effect: str,
    findings: list[tuple[str, str, str, str, str, str]],
) -> None:
    found = [finding for finding in findings if finding[5] == key_of(name)]
    assert found == [(RULE_PERIOD, rule_id, case, severity, effect, key_of(name))]


def test_a36_one_deviation_names_all_attributes(database: Path) -> None:
    details = query(
        database,
        "select detail from quality.deviations where rule_id = 'A36' and contact_key = ?",
        [key_of("G A36 no way of booking")],
    )
    assert details == [("bokningssätt saknas. ",)]


def test_a05_the_later_periods_of_a_contact_carried_out_twice_are_disqualified(
    flags: dict[tuple[str, str, str], Flags],
) -> None:
    assert rules_of(flags, "G", EARLIER_PERIOD, "twice done") == ""
    assert rules_of(flags, "G", RULE_PERIOD, "twice done") == "A05"
    assert rules_of(flags, "G", LATER_PERIOD, "twice done") == "A05"


def test_a05_a_no_show_or_a_row_of_the_wrong_month_is_not_carried_out_earlier(
    flags: dict[tuple[str, str, str], Flags],
) -> None:
    assert rules_of(flags, "G", RULE_PERIOD, "no show, then done") == ""
    assert rules_of(flags, "G", EARLIER_PERIOD, "in the wrong file, then done") == "A30"
    assert rules_of(flags, "G", RULE_PERIOD, "in the wrong file, then done") == ""


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("waits but done", "A07"),
        ("waits but done earlier", "A07"),
        ("waits and is done later", ""),
        ("waits after a no show", ""),
        ("primary care, waits but done", "A07"),
    ],
)
def test_a07_an_entry_is_found_when_carried_out_in_this_or_an_earlier_period(
    name: str, rules: str, flags: dict[tuple[str, str, str], Flags]
) -> None:
    assert rules_of(flags, "W", RULE_PERIOD, name) == rules


def test_cm06_a_contact_that_did_not_take_place_is_in_no_fact_and_outside_every_rule(
    flags: dict[tuple[str, str, str], Flags], findings: list[tuple[str, str, str, str, str, str]]
) -> None:
    assert ("G", RULE_PERIOD, key_of("U no show")) not in flags
    assert key_of("U no show") not in {finding[5] for finding in findings}


@pytest.mark.parametrize(
    ("name", "is_in_fact", "is_corrected"),
    [
        ("removed on the last day", False, False),
        ("removed the day after", True, False),
        ("wrongly registered", True, True),
        ("dead in the period", True, True),
        ("dead after the period", True, False),
        ("removed in the period", False, False),
        ("removed without a time", False, False),
    ],
)
def test_wt02_an_entry_removed_after_the_period_waits_unless_it_never_should_have(
    name: str, is_in_fact: bool, is_corrected: bool, database: Path
) -> None:
    rows = query(
        database,
        "select is_corrected, fault_rules from marts.fct_waiting_contact where period = ? and contact_key = ?",
        [RULE_PERIOD, key_of(name)],
    )
    assert rows == ([(is_corrected, None)] if is_in_fact else [])


def test_e02_overlapping_intervals_block_every_loaded_period(database: Path) -> None:
    found = query(
        database,
        "select distinct period, severity, effect, entity, unit_id from quality.deviations where rule_id = 'E02'",
    )
    assert {row[1:] for row in found} == {("block", "-", "register_enhet", OVERLAPPING_UNIT)}
    assert {EARLIER_PERIOD, RULE_PERIOD, FIXTURE_PERIOD} <= {row[0] for row in found}


def test_adjacent_intervals_are_no_e02(database: Path) -> None:
    units = query(database, "select distinct unit_id from quality.deviations where rule_id = 'E02'")
    assert units == [(OVERLAPPING_UNIT,)]


def test_a_deviation_knows_unit_and_clinic_and_never_the_source_id(database: Path) -> None:
    rows = query(
        database,
        "select unit_id, clinic_id, detail from quality.deviations where contact_key = ?",
        [key_of("G A02 start the day before the decision")],
    )
    assert rows == [("SE2321000131-E000000001001", CLINIC, "Start 2024-07-10, beslut 2024-07-11.")]
    names = [row[0] for row in query(database, "select column_name from (describe quality.deviations)")]
    assert "contact_id" not in names


def test_e04_a_deviation_never_tells_where_a_protected_person_lives(database: Path) -> None:
    told = dict(query(database, "select contact_key, detail from quality.deviations where rule_id = 'A24'"))
    assert "198" in told[key_of("G A24 three digits")]
    assert "198" not in told[key_of("G A24 E04 protected")]


def test_each_rule_of_the_seed_has_its_model_and_its_line_in_the_documentation() -> None:
    with (PROJECT_ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as file:
        rule_ids = {row["rule_id"] for row in csv.DictReader(file) if row["has_model"] == "true"}
    documented = (PROJECT_ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    models = {path.stem for path in (PROJECT_ROOT / "models" / "quality" / "rules").glob("rule_*.sql")}
    assert models == {f"rule_{rule_id.lower()}" for rule_id in rule_ids}
    for rule_id in rule_ids:
        assert f"| {rule_id} | `rule_{rule_id.lower()}` |" in documented
    for line in documented.splitlines():
        if line.startswith("| `test_") or "`test_" in line:
            for name in (part for part in line.split("`") if part.startswith("test_")):
                assert any(
                    f"def {name}(" in path.read_text(encoding="utf-8")
                    for path in Path(__file__).parent.glob("test_*.py")
                ), name
