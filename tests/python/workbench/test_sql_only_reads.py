"""vardlager sql writes nowhere, whatever a query says: the bytes are compared before and after."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.settings import Home
from orchestration.workbench.query import _published, query_text

# Where a query could want to write: over what it may read, where it may spill, and anywhere else.
TARGETS = ("{file}", "{database}", "{database}.wal", "{spill}/out", "{other}")
WRITES = [
    "copy (select 1) to '{target}' (use_tmp_file false)",
    "copy (select 1) to '{target}' (format parquet)",
    "copy (select 1) to '{target}' (format parquet, use_tmp_file false)",
    "copy marts.dim_unit to '{target}' (use_tmp_file false)",
    "select 1; copy (select 1) to '{target}' (use_tmp_file false)",
    "copy (select 1) to '{target}' (use_tmp_file false); select 1",
    "explain copy (select 1) to '{target}' (use_tmp_file false)",
    "explain analyze copy (select 1) to '{target}' (use_tmp_file false)",
    "explain analyse copy (select 1) to '{target}' (use_tmp_file false)",
    "explain (analyze) copy (select 1) to '{target}' (use_tmp_file false)",
    "explain (analyze, format json) copy (select 1) to '{target}' (use_tmp_file false)",
    "explain (analyze -- ) select 1 /*\n) copy (select 1) to '{target}' (use_tmp_file false) --*/",
    "explain (analyze /* ) select 1 -- */) copy (select 1) to '{target}' (use_tmp_file false)",
    "explain (/* ) select 1; */ analyze) copy (select 1) to '{target}' (use_tmp_file false)",
    "explain (analyze /* ( /* ) */ ) select 1 */) copy (select 1) to '{target}' (use_tmp_file false)",
    "explain (\"analyze\" --)\n) copy (select 1) to '{target}' (use_tmp_file false)",
    "/* se */ explain analyze copy (select 1) to '{target}' (use_tmp_file false)",
    "-- select\nexplain/**/analyze/**/copy (select 1) to '{target}' (use_tmp_file false)",
    "explain analyze explain analyze copy (select 1) to '{target}' (use_tmp_file false)",
    "select 1 -- ;\n; explain analyze copy (select 1) to '{target}' (use_tmp_file false)",
    "from (explain analyze copy (select 1) to '{target}' (use_tmp_file false))",
    "with a as (copy (select 1) to '{target}' (use_tmp_file false)) select 1",
    "copy (pivot marts.mart_waiting_times on period) to '{target}' (use_tmp_file false)",
    "explain analyze copy (pivot marts.mart_waiting_times on period) to '{target}' (use_tmp_file false)",
    "summarize copy (select 1) to '{target}' (use_tmp_file false)",
    "describe copy (select 1) to '{target}' (use_tmp_file false)",
    "from query('copy (select 1) to ''{target}'' (use_tmp_file false)')",
    "prepare p as copy (select 1) to '{target}'",
    "prepare p as copy (select 1) to '{target}' (use_tmp_file false); execute p",
    "attach '{target}' as another",
    "attach '{target}' as another (type duckdb)",
    "export database '{target}'",
    "from enable_logging('QueryLog', storage := 'file', storage_config := {{'path': '{target}'}})",
    "from enable_logging('QueryLog', storage := 'file', storage_config := {{'path': '{target}'}}); select 1",
    "from system.main.\"Enable_Logging\"(storage_path := '{target}')",
    "from query('from enable_' || 'logging(storage_path := ''{target}'')')",
    "pivot (from enable_logging(storage_path := '{target}')) on 1 using count(*)",
    "call enable_logging(storage_path := '{target}')",
    "from enable_profiling(format := 'json', save_location := '{target}')",
    "call enable_profiling(format := 'json', save_location := '{target}')",
    "pragma enable_profiling='json'; pragma profiling_output='{target}'; select 1",
    "set profiling_output = '{target}'",
    "set temp_directory = '{target}'",
    "set log_query_path = '{target}'",
    "set secret_directory = '{target}'",
]
DEEDS = [
    "explain select 1",
    "explain analyze select 1",
    "prepare p as select 1; execute p",
    "drop view delivered.completed",
    "create table delivered.own as select 1 as a",
    "create table delivered.own as (pivot marts.mart_waiting_times on period)",
    "explain analyze pivot marts.mart_waiting_times on period",
    "create temp table own as select 1 as a",
    "create or replace view delivered.completed as select 1 as a",
    "create macro own() as 1",
    "create type own as enum ('a')",
    "insert into marts.dim_unit values (9, 'x')",
    "with a as (insert into marts.dim_unit values (9, 'x') returning *) from a",
    "delete from marts.dim_unit",
    "truncate marts.dim_unit",
    "alter table marts.dim_unit rename to other",
    "checkpoint",
    "from checkpoint()",
    "from force_checkpoint('vardlager')",
    "vacuum",
    "detach delivered",
    "begin; select 1",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "set allowed_paths = []",
    "set lock_configuration = false",
    "set threads = 1",
    "reset threads",
    "pragma threads=1",
    "set variable a = 1",
    "call pragma_version()",
    "from arrow_scan(1::pointer, 2::pointer, 3::pointer)",
    "from query_table('marts.dim_unit')",
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "from parquet_metadata('{file}')",
    "from read_parquet('{file}')",
    "from read_parquet('{earlier}')",
    "from read_parquet('{folder}/*.parquet')",
    "from '{earlier}'",
    "from '{folder}/*.parquet'",
    "from glob('{folder}/*')",
    "from statements",
]


@pytest.fixture(scope="module")
def guarded(example: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of the example with a folder to spill in; every test here sees that nothing in it has changed."""
    copied = shutil.copytree(example.root, tmp_path_factory.mktemp("guarded") / "home", symlinks=True)
    (copied / "build" / "spill").mkdir(exist_ok=True)
    return Home(Path(copied))


def _delivered_file(home: Home) -> Path:
    return next((home.published_file.resolve().parent / "parquet" / "delivered").rglob("completed.parquet"))


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuses(home: Home, query: str, outside: Path) -> None:
    """The query is refused, and no file in the home or in the empty folder `outside` is made or changed."""
    places = {
        "file": _delivered_file(home),
        "database": home.published_file.resolve(),
        "spill": home.build / "spill",
        "other": outside / "annan",
        "folder": _delivered_file(home).parent,
        "earlier": home.published / "versions" / "0001" / "parquet" / "marts" / "dim_unit.parquet",
    }
    before = _files(home.root)
    with pytest.raises(UsageError):
        query_text(home, query.format(**places), "json")
    assert _files(home.root) == before
    assert not list(outside.iterdir())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("write", WRITES)
def test_a_query_writes_nowhere_however_it_is_put(write: str, target: str, guarded: Home, tmp_path: Path) -> None:
    refuses(guarded, write.replace("{target}", target), tmp_path)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_query_reads_what_is_published_and_does_nothing_else(deed: str, guarded: Home, tmp_path: Path) -> None:
    refuses(guarded, deed, tmp_path)


@pytest.mark.parametrize("named", ["delivered rows", "database"])
def test_the_engine_itself_keeps_no_query_from_writing_over_what_it_may_read(named: str, home: Home) -> None:
    """Why every statement is examined. An engine that guards its files would make this fail: a happy day."""
    target = _delivered_file(home) if named == "delivered rows" else home.published_file.resolve()
    before = target.read_bytes()
    with _published(home) as connection:
        connection.execute(f"copy (select 1) to '{target}' (use_tmp_file false)")
    assert target.read_bytes() != before
