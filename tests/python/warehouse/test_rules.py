"""Each rule on both sides of its boundary, from planted rows through the whole build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.warehouse.cases import (
    DEAD_BUT_WAITED,
    EARLIER_PERIOD,
    FIXTURE_PERIOD,
    MOVING_UNIT,
    NATIONAL_CODE_CASES,
    R08_CASES,
    RULE_CASES,
    RULE_PERIOD,
    SHARED_ID_CASES,
    STATES,
    Case,
    all_cases,
)
from tests.python.warehouse.figures import OTHER_FINDINGS
from tests.python.warehouse.planted import CLINIC, Row, key_of, query

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


def flags_of(case: Case, flags: dict[tuple[str, str, str], Flags]) -> Flags:
    """The flags of a case in its fact; none set for a row that is in no fact."""
    kind = "G" if case.entity == "cosmic_vardkontakt" else "W"
    return flags.get((kind, case.period, key_of(case.contact_id)), (None, False, False))


@pytest.mark.parametrize("case", [*RULE_CASES, *NATIONAL_CODE_CASES], ids=lambda case: case.contact_id)
def test_a_planted_row_breaks_exactly_the_rules_it_was_planted_for(
    case: Case, flags: dict[tuple[str, str, str], Flags]
) -> None:
    kind = case.contact_id[0]
    assert (kind, case.period, key_of(case.contact_id)) in flags
    assert flags_of(case, flags) == (case.rule_ids or None, case.has_effect("D"), case.has_effect("L"))


def test_wt02_cm06_a_row_that_is_in_no_fact_breaks_no_rule(findings: list[tuple[str, str, str, str, str, str]]) -> None:
    found = {finding[5] for finding in findings}
    assert not [row["vardkontakt_id"] for row, _ in STATES if key_of(row["vardkontakt_id"]) in found]


def cases_of(rule_id: str) -> list[Case]:
    """The cases of one id in several files that break a rule, and those of the same ids that do not."""
    ids = {case.contact_id for case in SHARED_ID_CASES if rule_id in case.rules}
    return [case for case in SHARED_ID_CASES if case.contact_id in ids]


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


@pytest.mark.parametrize("case", [case for case in all_cases() if case.detail], ids=lambda case: case.contact_id)
def test_a_deviation_tells_in_words_what_is_wrong(case: Case, database: Path) -> None:
    details = query(
        database,
        "select detail from quality.deviations where entity = ? and period = ? and contact_key = ?",
        [case.entity, case.period, key_of(case.contact_id)],
    )
    assert details == [(case.detail,)]


def test_a36_one_deviation_names_all_attributes(database: Path) -> None:
    details = query(
        database,
        "select detail from quality.deviations where rule_id = 'A36' and contact_key = ?",
        [key_of("G A36 neither way of booking nor profession")],
    )
    assert details == [("bokningssätt saknas. yrkeskategori saknas. ",)]


@pytest.mark.parametrize("case", cases_of("A05"), ids=lambda case: f"{case.period} {case.contact_id}")
def test_a05_the_later_periods_of_a_contact_carried_out_twice_are_disqualified(
    case: Case, flags: dict[tuple[str, str, str], Flags]
) -> None:
    assert flags_of(case, flags) == (case.rule_ids or None, case.has_effect("D"), False)


@pytest.mark.parametrize(
    "case",
    [case for case in SHARED_ID_CASES if case not in [*cases_of("A05"), *cases_of("A07")]],
    ids=lambda case: f"{case.period} {case.contact_id}",
)
def test_a05_a_no_show_or_a_row_of_the_wrong_month_is_not_carried_out_earlier(
    case: Case, flags: dict[tuple[str, str, str], Flags]
) -> None:
    assert flags_of(case, flags) == (case.rule_ids or None, case.has_effect("D"), False)
    assert "A05" not in case.rules


@pytest.mark.parametrize("case", cases_of("A07"), ids=lambda case: f"{case.entity} {case.period} {case.contact_id}")
def test_a07_an_entry_is_found_when_carried_out_in_this_or_an_earlier_period(
    case: Case, flags: dict[tuple[str, str, str], Flags]
) -> None:
    assert flags_of(case, flags) == (case.rule_ids or None, case.has_effect("D"), False)


@pytest.mark.parametrize("case", R08_CASES, ids=lambda case: case.contact_id)
def test_r08_a30_a_contact_belongs_to_the_month_it_began_in_and_is_counted_in_no_other(
    case: Case, flags: dict[tuple[str, str, str], Flags], database: Path
) -> None:
    assert flags_of(case, flags) == (case.rule_ids or None, bool(case.rules), False)
    counted = query(
        database,
        "select period from intermediate.int_waiting_times__population where contact_key = ?",
        [key_of(case.contact_id)],
    )
    assert counted == ([] if case.rules else [(case.period,)])


def test_cm06_a_contact_that_did_not_take_place_is_in_no_fact_and_outside_every_rule(
    flags: dict[tuple[str, str, str], Flags], findings: list[tuple[str, str, str, str, str, str]]
) -> None:
    assert ("G", RULE_PERIOD, key_of("U no show")) not in flags
    assert key_of("U no show") not in {finding[5] for finding in findings}


@pytest.mark.parametrize(
    ("row", "state"),
    [(row, state) for row, state in STATES if "status" in row],
    ids=lambda value: value if isinstance(value, str) else value["vardkontakt_id"],
)
def test_wt02_an_entry_removed_after_the_period_waits_unless_it_never_should_have(
    row: Row, state: str, database: Path
) -> None:
    rows = query(
        database,
        "select is_corrected, fault_rules from marts.fct_waiting_contact where period = ? and contact_key = ?",
        [row["_period"], key_of(row["vardkontakt_id"])],
    )
    assert rows == {"waiting": [(False, None)], "corrected": [(True, None)], "removed": []}[state]


def test_wt02_an_entry_of_a_dead_patient_removed_for_another_reason_waited(
    flags: dict[tuple[str, str, str], Flags],
) -> None:
    assert flags["W", RULE_PERIOD, key_of(DEAD_BUT_WAITED["vardkontakt_id"])] == ("A09", True, False)


def test_e02_overlapping_intervals_block_every_loaded_period(database: Path) -> None:
    periods, expected = OTHER_FINDINGS["E02"]
    found = query(
        database,
        "select period, severity, effect, entity, unit_id, clinic_id, detail from quality.deviations "
        "where rule_id = 'E02'",
    )
    assert sorted(row for row in found if row[0] in periods) == sorted(expected)
    assert {EARLIER_PERIOD, RULE_PERIOD, FIXTURE_PERIOD} <= {row[0] for row in found}


def test_adjacent_intervals_are_no_e02(database: Path) -> None:
    units = query(database, "select distinct unit_id from quality.deviations where rule_id = 'E02'")
    assert (MOVING_UNIT,) not in units
    assert len(units) == 4


def test_a_deviation_knows_unit_and_clinic_and_never_the_source_id(database: Path) -> None:
    rows = query(
        database,
        "select unit_id, clinic_id, detail from quality.deviations where contact_key = ?",
        [key_of("G A02 start the day before the decision")],
    )
    assert rows == [("SE2321000131-E000000001001", CLINIC, "Start 2024-07-10, beslut 2024-07-11.")]
    names = [row[0] for row in query(database, "select column_name from (describe quality.deviations)")]
    assert "contact_id" not in names


def test_e04_a_deviation_never_tells_where_a_person_lives_protected_or_not(database: Path) -> None:
    told = dict(query(database, "select contact_key, detail from quality.deviations where rule_id = 'A24'"))
    for contact_id in ("G A24 three digits", "G A24 E04 protected"):
        assert told[key_of(contact_id)] and "198" not in told[key_of(contact_id)]
