"""What a clinic approves: one hash over all its rows and figures, changed by whatever changes one of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.approval.figures import read_clinics, read_figures
from tests.python.warehouse.cases_measures import PATTERN_PERIOD
from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC

Touched = Callable[..., set[tuple[str, str]]]

ROWS = "intermediate.int_waiting_times__row"
FLAGS = "intermediate.int_quality__row_flag"
TWO_CLINICS = "2024-04"
# Where a row lies, what the period says of itself, and the surrogate of the unit: they say nothing of the row.
NO_WORD_OF_THE_ROW = {"entity", "source_line", "load_id", "first_date", "last_date", "unit_key"}

ANOTHER_VALUE = {
    "VARCHAR": "coalesce({name}, '') || 'x'",
    "INTEGER": "coalesce({name}, 0) + 1",
    "BIGINT": "coalesce({name}, 0) + 1",
    "BOOLEAN": "not coalesce({name}, false)",
    "DATE": "coalesce({name}, date '2024-04-01') + 1",
    "TIMESTAMP": "coalesce({name}, timestamp '2024-04-01') + interval 1 second",
}


@pytest.fixture(scope="module")
def connection(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the planted build to change; the file's own name is kept, since views hold it."""
    copy = tmp_path_factory.mktemp("figures") / database.name
    shutil.copy(database, copy)
    with duckdb.connect(str(copy)) as opened:
        yield opened


def hashes(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    rows = connection.execute("select period, clinic_id, figures_hash from approval.approval_clinic").fetchall()
    return {(period, clinic): value for period, clinic, value in rows}


@contextmanager
def changed(connection: duckdb.DuckDBPyConnection, *statements: str) -> Iterator[None]:
    connection.execute("begin")
    try:
        for statement in statements:
            connection.execute(statement)
        yield
    finally:
        connection.execute("rollback")


@pytest.fixture(scope="module")
def touched(connection: duckdb.DuckDBPyConnection) -> Touched:
    """What statements change: the (period, clinic) whose hash is another, or that come or go."""
    before = hashes(connection)

    def run(*statements: str) -> set[tuple[str, str]]:
        with changed(connection, *statements):
            after = hashes(connection)
        return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}

    return run


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe {relation}").fetchall()}


def changes(connection: duckdb.DuckDBPyConnection, relation: str, where: str) -> dict[str, str]:
    """A statement for each attribute of a relation: this one value of this one row is another."""
    found = connection.execute(f"select count(*) from {relation} where {where}").fetchone()
    assert found == (1,), "villkoret ska peka ut en rad"
    return {
        name: f"update {relation} set {name} = {ANOTHER_VALUE[kind].format(name=name)} where {where}"
        for name, kind in columns_of(connection, relation).items()
    }


def test_each_attribute_of_a_row_changes_its_own_clinics_hash_and_no_other(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    where = f"period = '{TWO_CLINICS}' and contact_id = 'leap year, inside'"
    statements = changes(connection, ROWS, where)
    assert len(statements) > 70
    for name, statement in statements.items():
        if name in ("period", "clinic_id"):
            continue
        expected = set() if name in NO_WORD_OF_THE_ROW else {(TWO_CLINICS, CLINIC)}
        assert touched(statement) == expected, name


@pytest.mark.parametrize("name", ["decision_at", "booked_at", "registered_at", "removed_at", "removal_reason"])
def test_an_attribute_of_a_waiting_row_changes_the_hash(
    name: str, connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    statements = changes(connection, ROWS, "period = '2026-10' and contact_id = 'V1'")
    assert touched(statements[name]) == {("2026-10", CLINIC)}


def test_an_empty_text_is_not_the_same_as_nothing(connection: duckdb.DuckDBPyConnection, touched: Touched) -> None:
    where = f"period = '{TWO_CLINICS}' and contact_id = 'leap year, inside'"
    assert touched(f"update {ROWS} set cap_step = '' where {where} and cap_step is null") == {(TWO_CLINICS, CLINIC)}


def test_a_value_moved_from_one_attribute_to_the_next_is_seen(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    where = f"period = '{TWO_CLINICS}' and contact_id = 'leap year, inside'"
    statement = f"update {ROWS} set mvo_code = activity_code, activity_code = mvo_code where {where}"
    assert touched(statement) == {(TWO_CLINICS, CLINIC)}


def test_a_row_that_goes_to_another_clinic_changes_both(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    statement = (
        f"update {ROWS} set clinic_id = '{OTHER_CLINIC}' "
        f"where period = '{TWO_CLINICS}' and contact_id = 'leap year, inside'"
    )
    assert touched(statement) == {(TWO_CLINICS, CLINIC), (TWO_CLINICS, OTHER_CLINIC)}


def test_the_same_row_twice_is_not_the_row_once(connection: duckdb.DuckDBPyConnection, touched: Touched) -> None:
    statement = (
        f"insert into {ROWS} by name select * replace (source_line + 100000 as source_line) from {ROWS} "
        f"where period = '{TWO_CLINICS}' and contact_id = 'leap year, inside'"
    )
    assert touched(statement) == {(TWO_CLINICS, CLINIC)}


def test_a38_how_a_left_out_row_is_judged_is_part_of_what_is_approved(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    place = (
        "entity = 'cosmic_vardkontakt' and period = '2024-03' and source_line = (select source_line "
        f"from {ROWS} where period = '2024-03' and contact_id = 'negative wait')"
    )
    for name, statement in changes(connection, FLAGS, place).items():
        if name in ("entity", "period", "source_line"):
            continue
        assert touched(statement) == {("2024-03", CLINIC)}, name


@pytest.mark.parametrize(
    ("relation", "period"), [("delivery.delivery_completed", TWO_CLINICS), ("delivery.delivery_waiting", "2026-10")]
)
def test_each_attribute_that_is_delivered_changes_the_hash(
    relation: str, period: str, connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    key = connection.execute(
        f"select min(contact_key) from {relation} where period = '{period}' and clinic_id = '{CLINIC}'"
    ).fetchone()
    assert key
    statements = changes(connection, relation, f"period = '{period}' and contact_key = '{key[0]}'")
    for name, statement in statements.items():
        if name in ("period", "clinic_id"):
            continue
        is_place = name in ("entity", "load_id", "source_line")
        assert touched(statement) == (set() if is_place else {(period, CLINIC)}), name


@pytest.mark.parametrize(
    "statement",
    [
        "update marts.mart_waiting_times set numerator = numerator - 1 where {measure}",
        "update marts.mart_waiting_times set denominator = denominator + 1 where {measure}",
        "delete from marts.mart_waiting_times where {measure}",
        "update delivery.delivery_left_out set rows_count = rows_count + 1 "
        "where period = '2024-03' and rule_id = 'A02'",
        "delete from quality.deviations where period = '2024-03' and rule_id = 'A02'",
        "update quality.deviations set severity = 'info' where period = '2024-03' and rule_id = 'A26'",
    ],
)
def test_each_figure_is_part_of_what_is_approved(
    statement: str, connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    measure = (
        f"period = '2024-03' and level = 'clinic' and unit_id = '{CLINIC}' and measure_id = 'first_contact_90' "
        "and population = 'completed' and variant = 'skr' and sex = 'all'"
    )
    assert touched(statement.format(measure=measure)) == {("2024-03", CLINIC)}


@pytest.mark.parametrize(
    "statement",
    [
        "update reference.rules set title = 'ett annat namn'",
        "update marts.mart_waiting_times set numerator = 0 where level <> 'clinic'",
        "update intermediate.int_core__unit set clinic_name = 'ett annat namn'",
    ],
)
def test_names_and_the_figures_of_others_are_no_part_of_it(
    statement: str, connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    assert touched(statement) == set()


def test_the_same_rows_in_another_order_of_another_load_are_the_same(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    turned = [
        f"create or replace table {relation} as select * replace (1000000 - source_line as source_line) "
        f"from {relation} order by source_line"
        for relation in (ROWS, FLAGS, "quality.deviations")
    ]
    assert touched(*turned, f"update {ROWS} set load_id = load_id + 7") == set()


def test_a38_the_figures_are_the_rows_delivered_and_left_out_by_rule(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    [found] = read_figures(connection, "2024-03")
    lines = {
        (line["figure_kind"], line["population"], line["subject_id"]): line["rows_count"]
        for line in found.figures
        if line["figure_kind"] in ("left_out", "left_out_by_rule")
    }
    # The same rows as in test_a38_every_row_left_out_counts_once_under_its_first_rule.
    assert lines == {
        ("left_out", "completed", "*"): 8,
        ("left_out", "waiting", "*"): 3,
        ("left_out_by_rule", "completed", "A02"): 2,
        ("left_out_by_rule", "completed", "A12"): 1,
        ("left_out_by_rule", "completed", "A21"): 2,
        ("left_out_by_rule", "completed", "A22"): 2,
        ("left_out_by_rule", "completed", "A23"): 1,
        ("left_out_by_rule", "waiting", "A03"): 1,
        ("left_out_by_rule", "waiting", "A23"): 1,
        ("left_out_by_rule", "waiting", "DL01"): 1,
    }


CAP_MEASURES = {"cap_assessment_30", "cap_investigation_30", "cap_treatment_30"}


def test_dl01_a_clinic_approves_the_measures_of_what_is_delivered_and_none_of_primary_care(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    [found] = read_figures(connection, PATTERN_PERIOD)
    listed = {line["subject_id"] for line in found.figures if line["figure_kind"] == "measure"}
    assert listed == {"examination_90", "radiology_60", "followup_target", *CAP_MEASURES}
    lines = connection.execute(
        "select distinct measure_id from marts.mart_waiting_times where period = ? and level = 'clinic'",
        [PATTERN_PERIOD],
    ).fetchall()
    assert {measure for (measure,) in lines} - listed == {"primary_assessment_3", "first_line_3"}


@pytest.mark.parametrize(
    ("measure", "is_touched"), [("cap_treatment_30", True), ("primary_assessment_3", False), ("first_line_3", False)]
)
def test_dl01_the_figures_of_primary_care_withdraw_no_approval(
    measure: str, is_touched: bool, touched: Touched
) -> None:
    statement = (
        "update marts.mart_waiting_times set numerator = numerator + 1 "
        f"where period = '{PATTERN_PERIOD}' and level = 'clinic' and measure_id = '{measure}'"
    )
    assert touched(statement) == ({(PATTERN_PERIOD, CLINIC)} if is_touched else set())


def test_wt31_the_shares_of_the_worked_example_are_the_clinics_in_every_variant(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    [found] = read_figures(connection, "2026-10")
    shares = {
        (line["population"], line["case_id"]): (line["numerator"], line["denominator"])
        for line in found.figures
        if line["figure_kind"] == "measure" and line["subject_id"] == "first_contact_90"
    }
    assert shares == {
        ("completed", "skr"): (3, 5),
        ("completed", "socialstyrelsen"): (3, 4),
        ("completed", "pvv_over_limit"): (4, 6),
        ("completed", "all"): (4, 7),
        ("waiting", "skr"): (3, 5),
        ("waiting", "socialstyrelsen"): (3, 5),
        ("waiting", "pvv_over_limit"): (3, 6),
        ("waiting", "all"): (3, 7),
    }
    deviations = [line for line in found.figures if line["figure_kind"] == "deviation"]
    # R08's contact lies in the wrong month's file, and the register has three overlaps at this clinic.
    assert {(line["subject_id"], line["severity"], line["rows_count"]) for line in deviations} == {
        ("A30", "fix", 1),
        ("E02", "block", 3),
        ("A03", "fix", 1),
        ("A07", "fix", 1),
        ("A16", "fix", 1),
        # The three with patientvald väntan have neither an offered time nor the information; R05's two lack a step.
        ("A17", "fix", 3),
        ("A39", "fix", 2),
        # Thirty contacts against the two of October 2025, and everybody is born in 1970.
        ("A32", "fix", 1),
        ("A33", "info", 1),
    }


def test_cm03_rows_of_an_unknown_unit_are_in_no_clinics_figures(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    rows = connection.execute(
        """
        select
            (select count(*) from intermediate.int_waiting_times__flagged_row
             where period = '2024-07' and care_level = 'S' and row_state in ('completed', 'waiting')),
            (select count(*) from intermediate.int_waiting_times__flagged_row
             where period = '2024-07' and care_level = 'S' and row_state in ('completed', 'waiting')
                and clinic_id is null),
            (select sum(rows_count) from approval.approval_figure
             where period = '2024-07' and figure_kind in ('delivered', 'left_out'))
        """
    ).fetchone()
    assert rows
    candidates, of_no_clinic, in_figures = rows
    # E01's five, and of A06 two, of A18, A39 and A20 one each.
    assert of_no_clinic == 10
    assert in_figures == candidates - of_no_clinic
    assert {clinic.clinic_id for clinic in read_clinics(connection, "2024-07")} == {CLINIC, OTHER_CLINIC}


def test_a_deviation_of_primary_care_is_outside_and_one_of_the_whole_clinic_inside(
    connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    line = connection.execute(
        f"select entity, source_line from {ROWS} where period = '{TWO_CLINICS}' and care_level = 'P'"
    ).fetchone()
    assert line
    planted = (
        "insert into quality.deviations (period, rule_id, severity, effect, entity, unit_id, clinic_id, contact_key, "
        "detail, effect_case, source_line) values "
        f"('{TWO_CLINICS}', 'A11', 'fix', '-', '{line[0]}', null, '{CLINIC}', {{key}}, '', 'very_long', {{line}})"
    )
    assert touched(planted.format(key="'k'", line=line[1])) == set()
    assert touched(planted.format(key="null", line="null")) == {(TWO_CLINICS, CLINIC)}


@pytest.mark.parametrize(
    ("rule_id", "effect_case", "is_approved"),
    [("A31", "cap", False), ("A32", "jump", False), ("A33", "one_decade", True), ("A38", "too_many", True)],
)
def test_a31_a32_what_other_months_tell_of_the_whole_clinic_withdraws_no_approval(
    rule_id: str, effect_case: str, is_approved: bool, connection: duckdb.DuckDBPyConnection, touched: Touched
) -> None:
    statement = (
        "insert into quality.deviations (period, rule_id, severity, effect, clinic_id, detail, effect_case) "
        f"values ('{TWO_CLINICS}', '{rule_id}', 'fix', '-', '{CLINIC}', '', '{effect_case}')"
    )
    with changed(connection, statement):
        shown = {line["subject_id"] for clinic in read_figures(connection, TWO_CLINICS) for line in clinic.figures}
    assert rule_id in shown
    assert touched(statement) == ({(TWO_CLINICS, CLINIC)} if is_approved else set())


def test_a_period_without_rows_has_no_clinic(connection: duckdb.DuckDBPyConnection, touched: Touched) -> None:
    assert read_clinics(connection, "2023-01") == []
    assert read_figures(connection, "2023-01") == []
