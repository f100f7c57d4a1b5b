"""The build as a whole: everything passes, the same input gives the same content, state is copied."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import holidays
import pytest

from tests.python.warehouse.cases import EARLIER_PERIOD, OVERLAPPING_UNIT, RULE_PERIOD, whole_plant
from tests.python.warehouse.planted import DbtOutcome, query, run_dbt, table_hashes

BUILD_WITHOUT_TESTS = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
SCHEMAS = ("staging", "intermediate", "marts", "quality", "meta", "delivery", "reference")


def test_every_model_data_test_and_unit_test_of_dbt_passes(build: tuple[Path, DbtOutcome]) -> None:
    _, outcome = build
    assert outcome.failures() == {}
    assert len(outcome.nodes) > 100


def test_cm09_the_same_input_built_again_gives_the_same_content(database: Path, working_dir: Path) -> None:
    before = table_hashes(database, SCHEMAS)
    outcome = run_dbt(database, working_dir, "run")
    assert outcome.failures() == {}
    assert table_hashes(database, SCHEMAS) == before
    assert len(before) > 40


def test_rows_in_another_order_give_the_same_figures(database: Path, working_dir: Path, tmp_path: Path) -> None:
    plant = whole_plant()
    plant.contacts.reverse()
    plant.waiting.reverse()
    plant.units.reverse()
    reversed_database = tmp_path / "build.duckdb"
    plant.write(reversed_database)
    assert run_dbt(reversed_database, working_dir, *BUILD_WITHOUT_TESTS).failures() == {}
    figures = (
        "marts.mart_waiting_times",
        "marts.dim_unit",
        "delivery.delivery_staged",
        "delivery.delivery_left_out",
        "delivery.delivery_content",
        "approval.approval_clinic",
    )
    before, after = (table_hashes(file, ("marts", "delivery", "approval")) for file in (database, reversed_database))
    assert {name: after[name] for name in figures} == {name: before[name] for name in figures}
    # A delivered row tells its line in the file, which is another here; all else must be the same.
    for kind in ("completed", "waiting"):
        rows = f"select * exclude (source_line) from delivery.delivery_{kind} order by all"
        assert query(reversed_database, rows) == query(database, rows)


def test_a_row_that_stands_twice_in_a_kept_table_fails_when_its_period_is_touched_and_only_then(
    database: Path, working_dir: Path, tmp_path: Path, manifest: dict[str, Any]
) -> None:
    file = tmp_path / "build.duckdb"
    shutil.copy(database, file)
    kept = {
        node["name"]: f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
    }
    with duckdb.connect(str(file)) as connection:
        for table in kept.values():
            connection.execute(f"insert into {table} from {table} where period = ? limit 1", [RULE_PERIOD])
    failed = {}
    for period in (RULE_PERIOD, EARLIER_PERIOD):
        with duckdb.connect(str(file)) as connection:
            connection.execute("delete from control.touched_period")
            connection.execute("insert into control.touched_period values (?)", [period])
        outcome = run_dbt(file, working_dir, "test", "--select", "test_name:has_grain")
        failed[period] = {name for name in kept for test in outcome.failures() if test.startswith(f"has_grain_{name}_")}
    assert failed == {RULE_PERIOD: set(kept), EARLIER_PERIOD: set()}
    assert len(kept) == 12


def test_copies_of_state_are_renewed_alone(database: Path, working_dir: Path) -> None:
    outcome = run_dbt(database, working_dir, "run", "--select", "tag:state_copy")
    assert set(outcome.nodes) == {
        "load_account", "validation_results", "meta_parameters", "periods", "deliveries", "delivery_calls",
    }  # fmt: skip
    assert outcome.failures() == {}


def test_state_stands_in_quality_and_meta_as_it_was_given(database: Path) -> None:
    assert query(database, "select rows_in_file, rows_loaded, is_current from quality.load_account") == [(10, 7, True)]
    assert query(database, "select run_id, is_success, has_crashed from quality.validation_results") == [
        ("r1", True, False)
    ]
    assert query(database, "select version, status from meta.deliveries") == [(1, "delivered")]
    assert query(database, "select call, leverans_referens, ersattnings_id from meta.delivery_calls") == [
        ("kontakt_genomforda", "L1", "E1")
    ]
    assert query(database, "select value, source from meta.parameters where name = 'region_code'") == [
        ("56", "region.yml")
    ]
    assert query(database, "select value from meta.parameters where name = 'guarantee_limit_cap_days'") == [("30",)]


def test_descriptions_stand_as_comments_in_the_file(database: Path) -> None:
    without = query(
        database,
        "select table_name, column_name from duckdb_columns() "
        "where schema_name in ('marts', 'quality', 'meta', 'delivery') and comment is null",
    )
    assert without == []
    tables = query(
        database,
        "select count(*) from duckdb_tables() where schema_name in ('marts', 'quality', 'meta') and comment is null",
    )
    assert tables == [(0,)]


def test_holidays_are_those_of_sweden_and_eves_are_not_working_days(database: Path) -> None:
    sundays_included = holidays.country_holidays("SE", years=range(2015, 2041), language="sv")
    official = {day for day in sundays_included if sundays_included[day] != "Söndag"}
    seeded = query(database, "select date, kind from reference.swedish_holidays")
    assert {day for day, kind in seeded if kind == "public_holiday"} == official
    eves = {day for day, kind in seeded if kind == "eve"}
    expected = {date(year, 12, last) for year in range(2015, 2041) for last in (24, 31)}
    for year in range(2015, 2041):
        friday = date(year, 6, 19)
        while friday.weekday() != 4:
            friday += timedelta(days=1)
        expected.add(friday)
    assert eves == expected


@pytest.mark.parametrize(
    ("text", "is_working_day"),
    [
        ("2024-03-28", True),  # Maundy Thursday
        ("2024-03-29", False),  # Good Friday
        ("2024-04-06", False),  # Saturday
        ("2024-06-21", False),  # Midsummer Eve
        ("2024-12-23", True),
        ("2024-12-24", False),
        ("2024-12-31", False),
        ("2015-01-02", True),
        ("2040-12-31", False),
    ],
)
def test_the_calendar_knows_working_days(text: str, is_working_day: bool, database: Path) -> None:
    rows = query(
        database,
        "select is_working_day from intermediate.int_core__calendar where date = ?",
        [date.fromisoformat(text)],
    )
    assert rows == [(is_working_day,)]


def test_the_unit_register_has_one_row_a_unit_and_day(database: Path) -> None:
    rows = query(
        database,
        "select valid_from_date, valid_to_date from marts.dim_unit where unit_id = ? order by valid_from_date",
        [OVERLAPPING_UNIT],
    )
    assert rows == [
        (date(2015, 1, 1), date(2024, 4, 9)),
        (date(2024, 4, 10), date(2024, 4, 20)),
        (date(2024, 4, 21), date(9999, 12, 31)),
    ]
