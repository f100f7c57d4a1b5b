"""How views and tables take their place (macros/materializations), and what a later build leaves out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration.contracts import PROJECT_ROOT
from orchestration.warehouse.stage import OF_THE_CODE
from tests.python.warehouse.planted import query, run_dbt

TABLE, VIEW = "int_core__period", "delivery_row_digest"
KINDS = "select table_name, table_type from information_schema.tables where table_name in (?, ?) order by all"


def read(file: Path, sql: str, parameters: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file)) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


@pytest.fixture
def copied(database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(database, tmp_path / "build.duckdb"))


def test_a_view_and_a_table_take_the_place_of_whatever_stands_there(copied: Path, working_dir: Path) -> None:
    before = read(copied, KINDS, [TABLE, VIEW])
    rows = read(copied, f"select * from intermediate.{TABLE} order by all")
    with duckdb.connect(str(copied)) as connection:
        connection.execute(f"drop view delivery.{VIEW}")
        connection.execute(f"create table delivery.{VIEW} as select 1 as other")
        connection.execute(f"drop table intermediate.{TABLE}")
        connection.execute(f"create view intermediate.{TABLE} as select 1 as other")
    assert run_dbt(copied, working_dir, "run", "--select", TABLE, VIEW).failures() == {}
    assert read(copied, KINDS, [TABLE, VIEW]) == before == [(VIEW, "VIEW"), (TABLE, "BASE TABLE")]
    assert read(copied, f"select * from intermediate.{TABLE} order by all") == rows


def test_what_stands_is_kept_when_its_successor_cannot_be_made(copied: Path, working_dir: Path) -> None:
    rows = read(copied, f"select * from intermediate.{TABLE} order by all")
    with duckdb.connect(str(copied)) as connection:
        connection.execute("drop table control.touched_period")
        connection.execute("create table control.touched_period as select 1 as other")
    assert set(run_dbt(copied, working_dir, "run", "--select", TABLE).failures()) == {TABLE}
    assert read(copied, f"select * from intermediate.{TABLE} order by all") == rows
    assert len(rows) > 1


def test_every_description_stands_as_a_comment(database: Path, manifest: dict[str, Any]) -> None:
    described = {
        (node["schema"], node["alias"], column["name"]): column["description"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["persist_docs"].get("columns")
        for column in node["columns"].values()
    }
    commented = {
        (schema, table, column): comment
        for schema, table, column, comment in query(
            database, "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
        )
    }
    assert {place: commented[place] for place in described} == described
    assert len(described) > 300


def test_a_later_build_leaves_out_seeds_unit_tests_and_views_and_no_test_of_data(
    working_dir: Path, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDLAGER_BUILD_DB", str(working_dir / "build.duckdb"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(working_dir / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(working_dir / "logs"))
    project = ("--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT))
    unheard = ("--log-level", "none", "--log-level-file", "none")
    wanted = ("--output", "json", "--output-keys", "unique_id")
    listed: Any = dbtRunner().invoke(["list", *project, *unheard, *wanted, *OF_THE_CODE]).result
    named = {json.loads(line)["unique_id"] for line in listed}
    built = {unique_id for unique_id in named if not unique_id.startswith("source.")}
    kinds = {
        unique_id: node["config"].get("materialized") or node["resource_type"]
        for unique_id, node in {**manifest["nodes"], **manifest["unit_tests"]}.items()
    }
    assert built == {unique_id for unique_id, kind in kinds.items() if kind in ("table", "incremental", "test")}
    assert set(kinds.values()) == {"table", "incremental", "test", "view", "seed", "unit_test"}
