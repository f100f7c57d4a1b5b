"""Rows as delivered: every attribute but the two keyed ids, immutable, the same bytes for the same rows."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path
from typing import Any

import duckdb
import pytest
from delivery_rows import (
    COMPLETED_COLUMNS,
    DELIVERY_KEY,
    PERIOD,
    WAITING_COLUMNS,
    completed_row,
    good_completed,
    good_waiting,
    make_database,
    sql_type,
)

from orchestration.delivery.delivered_rows import begin_rows, remove_rows, rows_folder, take_place_of_rows, write_rows
from orchestration.national.contract import RECORD_TYPES
from orchestration.national.frame import open_frame

HOUSE = ["receiver", "period", "version", "population", "contact_key", "clinic_id"]


def write(state: Path, connection: duckdb.DuckDBPyConnection, version: int = 1) -> Path:
    folder = rows_folder(state, "skr", PERIOD, version)
    begin_rows(folder)
    for record_type in RECORD_TYPES:
        with open_frame(connection, record_type, PERIOD, DELIVERY_KEY) as frame:
            write_rows(frame, folder, "skr", version)
    take_place_of_rows(folder)
    return folder


def read(path: Path, columns: str = "*", hive: bool = False) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        source = f"read_parquet('{path}', union_by_name = true, hive_partitioning = {hive})"
        return connection.execute(f"select {columns} from {source} order by all").fetchall()


def columns_of(path: Path) -> list[tuple[str, str]]:
    with duckdb.connect() as connection:
        found = connection.execute(
            f"describe select * from read_parquet('{path}', hive_partitioning = false)"
        ).fetchall()
    return [(row[0], row[1].lower()) for row in found]


def test_the_rows_hold_every_attribute_as_delivered_but_the_keyed_ids(tmp_path: Path) -> None:
    folder = write(tmp_path, make_database(good_completed(), good_waiting()))
    house_types = {"version": "integer"}
    for name, columns, rows in (
        ("completed", COMPLETED_COLUMNS, good_completed()),
        ("waiting", WAITING_COLUMNS, good_waiting()),
    ):
        path = folder / f"{name}.parquet"
        kept = [column for column in columns if column not in {"vardkontakt_id", "remiss_id"}]
        assert len(kept) == {"completed": 33, "waiting": 27}[name]
        assert columns_of(path) == [
            *((column, house_types.get(column, "varchar")) for column in HOUSE),
            *((column, sql_type(column)) for column in kept),
        ]
        expected = sorted(
            (
                ("skr", PERIOD, 1, name, row["contact_key"], row["clinic_id"], *(row[column] for column in kept))
                for row in rows
            ),
            key=lambda row: row[4],
        )
        assert sorted(read(path), key=lambda row: row[4]) == expected


def test_an_empty_text_is_kept_as_it_was_delivered_which_is_not_at_all(tmp_path: Path) -> None:
    folder = write(tmp_path, make_database([completed_row(1, hsaid_enhet="", remittent="")], []))
    assert read(folder / "completed.parquet", "hsaid_enhet, remittent") == [(None, None)]


def test_dl02_neither_a_delivered_id_nor_a_source_id_nor_the_xmls_order_is_in_the_rows(tmp_path: Path) -> None:
    connection = make_database([completed_row(number) for number in range(1, 40)], [])
    with open_frame(connection, RECORD_TYPES[0], PERIOD, DELIVERY_KEY) as frame:
        origins = [origin for part in frame.origins(100) for origin in part]
    path = write(tmp_path, connection) / "completed.parquet"
    with duckdb.connect() as reader:
        stored = [key for (key,) in reader.execute(f"select contact_key from '{path}'").fetchall()]
    assert stored == sorted(stored) and stored != [origin.contact_key for origin in origins]
    with duckdb.connect() as reader:
        values = {
            str(value)
            for row in reader.execute(f"select * from read_parquet('{path}', hive_partitioning = false)").fetchall()
            for value in row
        }
    for origin in origins:
        told = {
            origin.delivered_contact_id,
            origin.source_contact_id,
            origin.delivered_referral_id,
            origin.source_referral_id,
        }
        assert not values & told


def test_all_versions_are_read_together_by_their_path_pattern(tmp_path: Path) -> None:
    connection = make_database(good_completed(), good_waiting())
    for version in (1, 2):
        write(tmp_path, connection, version)
    begin_rows(rows_folder(tmp_path, "skr", PERIOD, 3))
    pattern = tmp_path / "delivered_rows" / "receiver=*" / "period=*" / "version=*" / "*.parquet"
    for hive in (False, True):
        rows = read(pattern, "receiver, period, version, population, contact_key", hive)
        assert len(rows) == 2 * 11
        assert {(receiver, str(period), int(version)) for receiver, period, version, *_ in rows} == {
            ("skr", PERIOD, 1),
            ("skr", PERIOD, 2),
        }


def test_the_rows_are_read_only_and_get_their_name_when_they_are_whole(tmp_path: Path) -> None:
    connection = make_database(good_completed(), [])
    folder = rows_folder(tmp_path, "skr", PERIOD, 1)
    begin_rows(folder)
    with open_frame(connection, RECORD_TYPES[0], PERIOD, DELIVERY_KEY) as frame:
        assert write_rows(frame, folder, "skr", 1) == 7
    assert not folder.exists()
    take_place_of_rows(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["version=1"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o500
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}
    assert {stat.S_IMODE(path.stat().st_mode) for path in list(folder.parents)[:3]} == {0o700}


def test_r40_the_same_rows_give_the_same_bytes_whatever_their_order(tmp_path: Path) -> None:
    rows = [
        completed_row(
            number, start_aktivitet=datetime.datetime(2024, 7, 1 + number % 28, 8), contact_key=f"{number:032x}"
        )
        for number in range(500)
    ]
    whole = [*good_waiting()]
    first = write(tmp_path / "a", make_database(rows, whole))
    again = write(tmp_path / "b", make_database(rows[::-1], whole[::-1]))
    for name in ("completed.parquet", "waiting.parquet"):
        assert (first / name).read_bytes() == (again / name).read_bytes()


def test_the_connections_threads_are_as_before(tmp_path: Path) -> None:
    connection = make_database(good_completed(), good_waiting())
    connection.execute("set threads = 2")
    write(tmp_path, connection)
    assert connection.execute("select current_setting('threads')").fetchall() == [(2,)]


@pytest.mark.parametrize("is_whole", [True, False])
def test_rows_that_were_never_delivered_can_be_removed_and_made_again(is_whole: bool, tmp_path: Path) -> None:
    connection = make_database(good_completed(), good_waiting())
    folder = rows_folder(tmp_path, "skr", PERIOD, 1)
    if is_whole:
        write(tmp_path, connection)
    else:
        begin_rows(folder)
        (folder.with_name(".version=1.building") / "half.parquet").write_bytes(b"PAR1")
        folder.with_name(".version=1.building").chmod(0o500)
    remove_rows(folder)
    assert list(folder.parent.iterdir()) == []
    assert sorted(path.name for path in write(tmp_path, connection).iterdir()) == [
        "completed.parquet",
        "waiting.parquet",
    ]
