"""What is published: whole, with its comments, in full order, readable by older clients, database and Parquet alike."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import UsageError, VardlagerError
from orchestration.publishing.database import STORAGE_VERSION, spans
from orchestration.settings import Home
from tests.python.rights import PRIVATE, SHARED, another_group, group_ids, mode, modes

from .builds import (
    build,
    kept_delivery,
    parquet_bytes,
    publish_build,
    published_rows,
    table_hashes,
)

TABLES = {
    "marts.dim_unit": 3,
    "marts.mart_waiting_times": 20,
    "meta.parameters": 1,
    "meta.periods": 7,
    "quality.load_account": 1,
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    build(made, 3)
    return made


def comment_of(home: Home, table: str) -> str:
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        [(text,)] = connection.execute("select comment from duckdb_tables() where table_name = ?", [table]).fetchall()
    return str(text)


def test_marts_quality_and_meta_are_published_and_nothing_else(home: Home) -> None:
    assert publish_build(home) == TABLES
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    assert {name for (name,) in tables} == set(TABLES)
    parquet = parquet_bytes(home.published / "parquet")
    assert set(parquet) == {f"{name.replace('.', '/')}.parquet" for name in TABLES}


def test_parquet_holds_the_same_rows_in_the_same_order_as_the_database(home: Home) -> None:
    build(home, 5000, seed=3)
    publish_build(home)
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        for name in TABLES:
            file = home.published / "parquet" / f"{name.replace('.', '/')}.parquet"
            query = "select * from {} order by {}"
            in_database = connection.execute(f"select * from {name}").fetchall()
            assert connection.execute(f"select * from '{file}'").fetchall() == in_database
            assert in_database == connection.execute(query.format(name, "all")).fetchall()


def test_a_type_that_parquet_lacks_stops_the_publishing(home: Home) -> None:
    publish_build(home)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("create table marts.sums as select 1::hugeint as contacts_count")
    with pytest.raises(VardlagerError, match=r"marts\.sums"):
        publish_build(home)
    assert published_rows(home) == (3, 3)


def test_comments_stand_in_the_file(home: Home) -> None:
    publish_build(home)
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        column = connection.execute(
            "select comment from duckdb_columns() where table_name = 'dim_unit' and column_name = 'unit_key'"
        ).fetchone()
    assert comment_of(home, "dim_unit") == "Enhet: en rad per enhet och intervall."
    assert column == ("Enhetsnyckel, åäö.",)


def test_a_mart_tells_which_of_its_periods_are_preliminary(home: Home) -> None:
    build(home, 3, preliminary=("2024-03", "2024-05", "2024-06", "2024-07"))
    publish_build(home)
    assert comment_of(home, "mart_waiting_times") == (
        "Väntetider: en rad per period. Preliminära perioder enligt meta.periods: 2024-03, 2024-05 till 2024-07."
    )
    build(home, 3, preliminary=())
    publish_build(home)
    assert comment_of(home, "mart_waiting_times") == "Väntetider: en rad per period."


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ([], ""),
        (["b"], "b"),
        (["a", "b"], "a till b"),
        (["a", "c"], "a, c"),
        (["a", "b", "d"], "a till b, d"),
        (["a", "b", "c", "d"], "a till d"),
    ],
)
def test_neighbouring_periods_are_drawn_together(chosen: list[str], told: str) -> None:
    assert spans(chosen, ["a", "b", "c", "d"]) == told


def test_the_file_format_is_one_that_older_clients_read(home: Home) -> None:
    publish_build(home)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.published_file}' as p (read_only)")
        found = connection.execute("select tags['storage_version'] from duckdb_databases() where database_name = 'p'")
        told = found.fetchone()
    assert told is not None
    # v1.0.0 and v1.1.x share one format, which the engine names after its first and last release.
    assert str(told[0]).startswith(STORAGE_VERSION)


def test_the_same_rows_give_the_same_parquet_bytes_and_the_same_tables_whatever_order_they_were_built_in(
    tmp_path: Path,
) -> None:
    homes = [Home(tmp_path / name) for name in ("a", "b")]
    for seed, each in enumerate(homes):
        # More rows than one row group holds, with the memory of the second made narrow.
        build(each, 300_000, seed=seed)
        publish_build(each, memory_limit_mb=1024 if seed == 0 else 256)
    first, second = (parquet_bytes(each.published / "parquet") for each in homes)
    assert first == second
    assert table_hashes(homes[0].published_file) == table_hashes(homes[1].published_file)


def test_a_changed_value_changes_the_hash_of_its_table_only(home: Home) -> None:
    publish_build(home)
    before = table_hashes(home.published_file)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("update marts.dim_unit set unit_name = 'annan' where unit_key = 1")
    publish_build(home)
    after = table_hashes(home.published_file)
    assert {name for name in before if before[name] != after[name]} == {"marts.dim_unit"}


def test_the_note_tells_what_the_publication_is_and_holds(home: Home) -> None:
    publish_build(home)
    folder = home.published / "versions" / "0001"
    note = json.loads((folder / "publication.json").read_text("utf-8"))
    assert {name: note[name] for name in ("version", "period", "run_id", "inputs", "rows")} == {
        "version": 1,
        "period": "2024-07",
        "run_id": "r1",
        "inputs": "i1",
        "rows": TABLES,
    }
    expected = {"vardlager.duckdb", *(f"parquet/{name.replace('.', '/')}.parquet" for name in TABLES)}
    assert set(note["files"]) == expected
    for name, sha256 in note["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256


def test_what_is_the_same_in_two_versions_is_one_file_on_disk(home: Home) -> None:
    names = tuple(kept_delivery(home, 1, 4))
    publish_build(home, names)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("update meta.parameters set name = 'limited'")
    publish_build(home, names)
    first, second = (home.published / "versions" / name / "parquet" for name in ("0001", "0002"))
    same = [name for name in parquet_bytes(first) if (first / name).samefile(second / name)]
    delivered = [f"delivered/{name}" for name in names]
    assert set(same) == {
        *delivered,
        *(f"{name.replace('.', '/')}.parquet" for name in TABLES if "meta.par" not in name),
    }


def test_an_earlier_file_that_was_changed_is_not_taken_over(home: Home) -> None:
    publish_build(home)
    changed = home.published / "versions" / "0001" / "parquet" / "marts" / "dim_unit.parquet"
    content = bytearray(changed.read_bytes())
    content[10] ^= 1
    changed.write_bytes(content)
    publish_build(home)
    assert published_rows(home) == (3, 3)
    assert not changed.samefile(home.published / "parquet" / "marts" / "dim_unit.parquet")


def test_the_rows_of_every_delivery_lie_with_the_parquet(home: Home) -> None:
    names = [*kept_delivery(home, 1, 4), *kept_delivery(home, 2, 6)]
    publish_build(home, tuple(names))
    for name in names:
        published = home.published / "parquet" / "delivered" / name
        assert published.read_bytes() == (home.state / "delivered_rows" / name).read_bytes()
        # The kept rows are the owner's alone; what is published may be opened for a group.
        assert not published.samefile(home.state / "delivered_rows" / name)


def test_only_the_owner_reads_it_when_no_group_is_set(home: Home) -> None:
    publish_build(home, tuple(kept_delivery(home, 1, 4)))
    assert modes(home.published) == PRIVATE
    assert mode(home.root) == 0o700


def test_a_group_may_read_all_of_it_when_one_is_set_and_nothing_else(home: Home) -> None:
    group = another_group()
    names = tuple(kept_delivery(home, 1, 4))
    publish_build(home, names, shared_group=group.gr_name)
    assert modes(home.published) == SHARED
    assert group_ids(home.published) == {group.gr_gid}
    assert mode(home.root) == 0o710
    assert mode(home.state) == 0o700
    assert {mode(home.state / "delivered_rows" / name) for name in names} == {0o600}


def test_when_the_group_is_taken_away_every_version_and_the_home_are_the_owners_again(home: Home) -> None:
    group = another_group().gr_name
    publish_build(home, shared_group=group)
    build(home, 5)
    publish_build(home, shared_group=group)
    publish_build(home)
    assert modes(home.published) == PRIVATE
    assert mode(home.root) == 0o700


def test_when_a_group_is_set_the_versions_from_before_are_shared_too(home: Home) -> None:
    group = another_group()
    publish_build(home)
    build(home, 5)
    publish_build(home, shared_group=group.gr_name)
    assert modes(home.published) == SHARED
    assert group_ids(home.published) == {group.gr_gid}


def test_a_home_that_was_never_opened_for_a_group_keeps_its_rights(home: Home) -> None:
    home.root.chmod(0o500)
    publish_build(home)
    assert mode(home.root) == 0o500


def test_what_a_link_in_the_published_folder_leads_to_elsewhere_keeps_its_rights(home: Home) -> None:
    (home.published / "region").symlink_to(home.build_file)
    (home.published / "lake").symlink_to(home.lake)
    home.build_file.chmod(0o600)
    publish_build(home, shared_group=another_group().gr_name)
    assert mode(home.build_file) == 0o600
    assert mode(home.lake) == 0o700


def test_a_file_that_has_the_right_rights_is_not_touched(home: Home) -> None:
    publish_build(home)
    build(home, 5)
    database = home.published / "versions" / "0001" / "vardlager.duckdb"
    before = database.stat().st_ctime_ns
    publish_build(home)
    assert database.stat().st_ctime_ns == before


def test_an_unknown_group_stops_before_anything_is_switched(home: Home) -> None:
    publish_build(home)
    build(home, 9)
    with pytest.raises(UsageError, match="finns-inte"):
        publish_build(home, shared_group="finns-inte")
    assert published_rows(home) == (3, 3)
