"""The published file: whole or not at all, comments in it, readable by older clients."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.publishing.publish import STORAGE_VERSION, publish
from orchestration.settings import Home


def build(home: Home, rows: int) -> None:
    home.make()
    with duckdb.connect(str(home.build_file)) as connection:
        for schema in ("marts", "quality", "meta", "staging"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            f"create or replace table marts.dim_unit as select range as unit_key from range({rows}) order by range desc"
        )
        connection.execute("comment on table marts.dim_unit is 'Enhet: en rad per enhet och intervall.'")
        connection.execute("comment on column marts.dim_unit.unit_key is 'Enhetsnyckel, åäö.'")
        connection.execute("create or replace table quality.load_account as select 1 as rows_in_file")
        connection.execute("create or replace table meta.parameters as select 'limit' as name")
        connection.execute("create or replace table staging.secret as select 1 as x")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    build(made, 3)
    return made


def rows(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute("select count(*) from marts.dim_unit").fetchone()
    assert found
    return int(found[0])


def test_marts_quality_and_meta_are_published_and_nothing_else(home: Home) -> None:
    counts = publish(home, 512, None)
    assert counts == {"marts.dim_unit": 3, "meta.parameters": 1, "quality.load_account": 1}
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    assert set(tables) == {("marts", "dim_unit"), ("meta", "parameters"), ("quality", "load_account")}


def test_comments_stand_in_the_file(home: Home) -> None:
    publish(home, 512, None)
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        table = connection.execute("select comment from duckdb_tables() where table_name = 'dim_unit'").fetchone()
        column = connection.execute(
            "select comment from duckdb_columns() where table_name = 'dim_unit' and column_name = 'unit_key'"
        ).fetchone()
    assert table == ("Enhet: en rad per enhet och intervall.",)
    assert column == ("Enhetsnyckel, åäö.",)


def test_a_reader_that_holds_the_old_file_keeps_it_and_does_not_stop_the_new_one(home: Home) -> None:
    publish(home, 512, None)
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys\n"
            "c = duckdb.connect(sys.argv[1], read_only=True)\n"
            "print(c.execute('select count(*) from marts.dim_unit').fetchone()[0], flush=True)\n"
            "sys.stdin.readline()\n"
            "print(c.execute('select count(*) from marts.dim_unit').fetchone()[0], flush=True)\n",
            str(home.published_file),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline().strip() == "3"
    build(home, 5)
    publish(home, 512, None)
    answer, _ = reader.communicate("\n", timeout=60)
    assert answer.strip() == "3"
    assert rows(home.published_file) == 5


def test_a_publishing_that_fails_leaves_the_old_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, 512, None)
    build(home, 9)

    def break_down(*_: object) -> None:
        raise OSError("disken är full")

    monkeypatch.setattr("orchestration.publishing.publish.os.fsync", break_down)
    with pytest.raises(OSError, match="full"):
        publish(home, 512, None)
    assert rows(home.published_file) == 3


def test_the_file_format_is_one_that_older_clients_read(home: Home) -> None:
    publish(home, 512, None)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.published_file}' as p (read_only)")
        found = connection.execute("select tags['storage_version'] from duckdb_databases() where database_name = 'p'")
        told = found.fetchone()
    assert told is not None
    # v1.0.0 and v1.1.x share one format, which the engine names after its first and last release.
    assert str(told[0]).startswith(STORAGE_VERSION)


def test_only_the_owner_reads_it_when_no_group_is_set(home: Home) -> None:
    publish(home, 512, None)
    assert stat.S_IMODE(home.published_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.published.stat().st_mode) == 0o700


def test_a_group_may_read_it_when_one_is_set(home: Home) -> None:
    import grp
    import os

    group = grp.getgrgid(os.getgid()).gr_name
    publish(home, 512, group)
    assert stat.S_IMODE(home.published_file.stat().st_mode) == 0o640
    assert stat.S_IMODE(home.published.stat().st_mode) == 0o750


def test_same_build_twice_gives_the_same_rows_in_the_same_order(home: Home) -> None:
    publish(home, 512, None)
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        first = connection.execute("select * from marts.dim_unit").fetchall()
    publish(home, 512, None)
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        assert connection.execute("select * from marts.dim_unit").fetchall() == first == sorted(first)
