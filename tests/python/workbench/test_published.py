"""What the commands say of what is published: sql, status, doctor and rollback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import main
from orchestration.errors import UsageError
from orchestration.publishing import versions
from orchestration.publishing.versions import version_in_force
from orchestration.settings import HOME_VARIABLE, Home
from orchestration.state.store import open_state
from orchestration.workbench.doctor import _publications
from orchestration.workbench.query import _published, query_text
from orchestration.workbench.status import status_text
from tests.python.publishing.builds import build, kept_delivery, publish_build, published_rows, rows_of
from tests.python.rights import SHARED, another_group, group_ids, modes
from tests.python.workbench.conftest import REGION


def asked(home: Home, query: str) -> list[dict[str, object]]:
    answer: list[dict[str, object]] = json.loads(query_text(home, query, "json"))
    return answer


# --- sql ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("population", ["completed", "waiting"])
def test_the_rows_of_every_delivery_are_asked_for_as_they_were_delivered(population: str, example: Home) -> None:
    assert asked(
        example,
        f"select receiver, period, version, population, count(*) as contacts from delivered.{population} "
        "group by all order by version",
    ) == [
        {"receiver": "skr", "period": "2024-07", "version": 1, "population": population, "contacts": 4},
        {"receiver": "skr", "period": "2024-07", "version": 2, "population": population, "contacts": 6},
    ]


def test_delivered_rows_and_marts_are_asked_for_together(example: Home) -> None:
    query = """
        select count(*) as n from delivered.completed as d
        inner join marts.dim_unit as u on d.contact_key = 'k' || u.unit_key where d.version = 2
    """
    assert asked(example, query) == [{"n": 5}]


def test_before_any_delivery_the_delivered_rows_are_there_with_their_columns_and_empty(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    build(home, 3)
    publish_build(home)
    assert asked(home, "select mvo, beslut_aktivitet, clinic_id from delivered.waiting") == []
    columns = {row["column_name"]: row["column_type"] for row in asked(home, "describe delivered.completed")}
    assert len(columns) == 6 + 35 - 2
    assert columns["start_aktivitet"] == "TIMESTAMP"
    assert columns["regionkod"] == "INTEGER"
    assert columns["mvo"] == "VARCHAR"
    assert len(asked(home, "describe delivered.waiting")) == 6 + 29 - 2
    # The delivered ids are never kept beside contact_key (DL02).
    assert not {"vardkontakt_id", "remiss_id"} & set(columns)


def test_columns_that_a_later_delivery_brings_are_empty_in_the_earlier(home: Home) -> None:
    import duckdb

    [name, _] = kept_delivery(home, 3, 1)
    file = home.state / "delivered_rows" / name
    with duckdb.connect() as connection:
        connection.execute(f"copy (select *, 7 as new_code from '{file}') to '{file}.next' (format parquet)")
    Path(f"{file}.next").replace(file)
    publish_build(home, (name, *kept_delivery(home, 4, 2)))
    assert asked(home, "select version, new_code from delivered.completed order by 1") == [
        {"version": 3, "new_code": 7},
        {"version": 4, "new_code": None},
        {"version": 4, "new_code": None},
    ]


@pytest.mark.parametrize(
    "query",
    [
        "from marts.dim_unit",
        "with a as (select 1 as x) select * from a",
        "show all tables",
        "describe marts.dim_unit",
        "summarize marts.dim_unit",
        "pivot marts.mart_waiting_times on period using count(*)",
        "from marts.mart_waiting_times pivot (count(*) for period in ('2024-07'))",
        "select * from range(3), unnest([1, 2])",
        "select table_name from duckdb_tables()",
        "select 'explain analyze copy' as a -- copy",
        "select * from vardlager.marts.dim_unit",
        "select 1; select 2",
    ],
)
def test_every_way_of_reading_is_open(query: str, example: Home) -> None:
    assert asked(example, query)


def test_of_several_statements_the_last_one_answers(example: Home) -> None:
    assert asked(example, "select 1 as a; select 2 as b") == [{"b": 2}]


AWKWARD = r"""
    select interval '26 hours' as span, '\xAB\x01'::blob as bytes, time '07:05:00' as clock,
        timestamp '2024-07-01 07:05:00' as moment, 1.25 as number, 'nan'::double as nothing,
        {'day': date '2024-07-01', 'all': [2.5]} as nested, map {date '2024-07-01': 1.5} as by_day,
        '3b241101-e2bb-4255-8caf-4136c566a962'::uuid as id
"""


def test_json_holds_every_kind_of_value(example: Home) -> None:
    assert asked(example, AWKWARD) == [
        {
            "span": "1 day, 2:00:00",
            "bytes": "ab01",
            "clock": "07:05:00",
            "moment": "2024-07-01T07:05:00",
            "number": 1.25,
            "nothing": "nan",
            "nested": {"day": "2024-07-01", "all": [2.5]},
            "by_day": {"2024-07-01": 1.5},
            "id": "3b241101-e2bb-4255-8caf-4136c566a962",
        }
    ]
    assert ",ab01,07:05:00,2024-07-01T07:05:00,1.25," in query_text(example, AWKWARD, "csv")


def test_json_refuses_two_columns_of_one_name_and_csv_holds_both(example: Home) -> None:
    query = "select 1 as a, 2 as a, 3 as b"
    with pytest.raises(UsageError, match="namnet a;"):
        query_text(example, query, "json")
    assert query_text(example, query, "csv") == "a,a,b\n1,2,3\n"


@pytest.mark.parametrize("text", ["Bo [x]", "Bo [/x]", "[bold]Bo", "Bo :smile:"])
def test_the_table_shows_brackets_and_colons_as_they_are(text: str, example: Home) -> None:
    told = query_text(example, f"select '{text}' as \"{text} namn\"", "table")
    assert f" {text} " in told
    assert f" {text} namn " in told


def test_what_a_query_cannot_hold_in_memory_stays_inside_the_home_or_nowhere(
    example: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spill() -> str:
        with _published(example) as connection:
            [(folder,)] = connection.execute("select current_setting('temp_directory')").fetchall()
        return str(folder)

    assert Path(spill()) == example.build / "spill"
    # A reader of the shared group cannot write in build/.
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert spill() == ""


# --- status and doctor ----------------------------------------------------------------------------


def test_status_tells_which_version_is_in_force_and_which_are_kept(example: Home) -> None:
    told = status_text(example, None)
    with open_state(example.state_file) as state:
        [row] = state.rows("select published_at from publication where version = 2")
    assert f"Publicerat: version 2, {row['published_at']}, körd för 2024-07; även sparade: 1" in told


@pytest.mark.parametrize("text", ["Bo [x]", "Bo [/x]", "Bo :smile:"])
def test_status_shows_brackets_and_colons_as_they_are(text: str, home: Home) -> None:
    period = "2024-07"
    home.region_file.write_text(REGION.replace("Region Prov", f"'Region {text}'"), encoding="utf-8")
    clinic = {"period": period, "clinic_id": "K1", "clinic_name": f"{text} 1", "figures_hash": "h", "figures": "{}"}
    check = {"check_id": "prov", "period": period, "is_passed": 0, "detail": f"{text} 2"}
    counted = {"run_id": "1", "inputs": "a", "recorded_at": "2024-08-01"}
    given = {"approved_by": f"{text} 3", "approved_at": "2024-08-02", "loads": "[]"}
    with open_state(home.state_file) as state:
        state.set_group(period, f"{text} 4", "refused", f"{text} 5")
        state.insert("evidence", [check | counted])
        state.insert("clinic_figure", [clinic | counted])
        state.insert("approval", [clinic | given])
    told = status_text(home, period)
    assert f"Region {text} ·" in told
    for number in range(1, 6):
        assert f"{text} {number}" in told


def test_status_of_a_home_with_nothing_published_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    home.region_file.write_text(REGION, encoding="utf-8")
    with open_state(home.state_file):
        pass
    assert "Publicerat: inget" in status_text(home, None)
    assert _publications(home).is_good


def test_doctor_finds_unchanged_versions_good(example: Home) -> None:
    found = _publications(example)
    assert found.is_good
    assert "version 2 gäller" in found.detail


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_doctor_names_a_file_of_any_version_that_was_changed(version: str, home: Home) -> None:
    file = home.published / "versions" / version / "parquet" / "meta" / "periods.parquet"
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-1])
    found = _publications(home)
    assert not found.is_good
    assert f"{file} är ändrad" in found.detail
    assert "rollback" in found.remedy


@pytest.mark.parametrize("name", ["vardlager.duckdb", "parquet"])
def test_doctor_tells_when_database_and_parquet_are_of_different_versions(name: str, home: Home) -> None:
    link = home.published / name
    link.unlink()
    link.symlink_to(f"versions/0001/{name}")
    found = _publications(home)
    assert not found.is_good
    assert f"{link} hör inte till version 2" in found.detail


def test_doctor_tells_when_another_version_is_in_force_than_the_one_noted(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions._switch(home, 1)
    found = _publications(home)
    assert not found.is_good
    assert "version 1 gäller, men 2 är antecknad" in found.detail


# --- rollback -------------------------------------------------------------------------------------


def command(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={HOME_VARIABLE: str(home.root)})


def test_rollback_puts_the_version_before_in_force_and_says_what_follows(home: Home) -> None:
    done = command(home, "rollback")
    assert done.exit_code == 0, done.output
    assert published_rows(home) == (3, 3)
    assert "Version 1 (" in done.output
    assert "i stället för version 2" in done.output
    assert "Nästa vardlager run publicerar en ny version" in done.output
    assert asked(home, "select count(*) as n from marts.dim_unit") == [{"n": 3}]
    assert asked(home, "select count(*) as n from delivered.completed") == [{"n": 0}]


def test_rollback_lets_the_group_that_region_yml_names_read(home: Home) -> None:
    group = another_group()
    home.region_file.write_text(f"{REGION}shared_group: {group.gr_name}\n", encoding="utf-8")
    done = command(home, "rollback")
    assert done.exit_code == 0, done.output
    assert modes(home.published) == SHARED
    assert group_ids(home.published) == {group.gr_gid}


def test_rollback_to_a_version_named(home: Home) -> None:
    build(home, 7)
    publish_build(home)
    assert command(home, "rollback", "--to", "1").exit_code == 0
    assert version_in_force(home) == 1
    assert rows_of(home.published_file) == 3


def test_rollback_to_a_version_that_is_not_there_is_wrong_usage(home: Home) -> None:
    done = command(home, "rollback", "--to", "7")
    assert done.exit_code == 2
    assert "Versioner att gå till: 1." in done.output
    assert version_in_force(home) == 2


def test_rollback_where_nothing_was_ever_loaded_is_wrong_usage(tmp_path: Path) -> None:
    done = command(Home(tmp_path / "tom"), "rollback")
    assert done.exit_code == 2
    assert "Inget är publicerat" in done.output


def test_rollback_waits_for_a_run_that_is_writing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.state import lock

    def refuse(_: Home, what: str, *__: object) -> None:
        raise UsageError(f"låst för {what}", "Vänta.")

    monkeypatch.setattr(lock, "writing", refuse)
    done = command(home, "rollback")
    assert "låst för rollback" in done.output
    assert version_in_force(home) == 2


def test_a_query_may_begin_with_a_comment_as_in_any_sql_file(example: Home) -> None:
    done = command(example, "sql", "-- hur många?\nselect 41 + 1 as answer", "--format", "csv")
    assert (done.exit_code, done.output.split()) == (0, ["answer", "42"])
    assert command(example, "sql", "select 1", "--fromat", "csv").exit_code == 2
