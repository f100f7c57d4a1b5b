"""A domain that is held back stands as it was published, whatever happens to the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publishing import base
from orchestration.publishing.versions import held_back_in_force, publish, roll_back
from orchestration.settings import Home
from orchestration.state.domains import Domain, HeldDomain
from orchestration.state.published import standing_since
from orchestration.state.store import open_state

from .builds import kept_build, months, parquet_bytes, region, request, rows_of, table_hashes

WAITING = HeldDomain(
    Domain("waiting_times", "Väntetider", ("care",), frozenset({"marts.fct_completed_contact"})), "vården saknas", 4
)
PRODUCTION = HeldDomain(
    Domain("production", "Produktion", ("operations",), frozenset({"marts.mart_production", "marts.mart_of_two"})),
    "production_suite: 3 av 7 rader avviker",
    3,
)
OF_PRODUCTION = sorted(PRODUCTION.domain.tables)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def month(home: Home, *amounts: int, rows: int = 3, columns: str = "") -> None:
    """A build of as many months; the tables of production, which are made whole, tell of `rows`."""
    kept_build(home, months(*amounts), rows)
    with duckdb.connect(str(home.build_file)) as connection:
        for name in ("mart_production", "mart_of_two"):
            connection.execute(
                f"create table marts.{name} as select '2024-0' || (1 + range % 7) as period, {rows} as actual{columns} "
                f"from range({rows}) order by hash(range)"
            )
            connection.execute(f"comment on table marts.{name} is 'Produktion: en rad per period.'")


def published(home: Home, *held: HeldDomain) -> list[str]:
    """Publish the build with these domains held back; returns the lines that were told."""
    lines: list[str] = []
    asked = request(home)
    with open_state(home.state_file) as state:
        publish(home, region(), state, type(asked)(**{**asked.__dict__, "held": held}), lines.append)
    return lines


def note(home: Home) -> dict[str, Any]:
    return dict(json.loads((home.published / "current" / "publication.json").read_text("utf-8"))["held_back"])


def comment(home: Home, table: str) -> str:
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        rows = connection.execute(
            "select comment from duckdb_tables() where schema_name || '.' || table_name = ?", [table]
        ).fetchall()
    return str(rows[0][0])


def of(tables: dict[str, str], names: list[str]) -> dict[str, str]:
    return {name: tables[name] for name in names}


def is_the_builds(home: Home, table: str) -> bool:
    return table_hashes(home.published_file)[table] == table_hashes(home.build_file)[table]


def parquet_of(home: Home, *names: str) -> dict[str, bytes]:
    files = parquet_bytes((home.published / "parquet").resolve())
    return {path: content for path, content in files.items() if any(f"marts/{name}" in path for name in names)}


@pytest.mark.parametrize("is_whole", [False, True], ids=["in a copy", "written whole"])
def test_the_tables_stay_as_they_were_and_all_else_is_the_builds(
    home: Home, is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    month(home, 1, 1)
    published(home)
    before, files = table_hashes(home.published_file), parquet_of(home, "mart_production", "mart_of_two")
    month(home, 1, 2, rows=5)
    if is_whole:
        monkeypatch.setattr(base, "code_version", lambda: "en annan kod")
    published(home, PRODUCTION)
    after = table_hashes(home.published_file)
    assert of(after, OF_PRODUCTION) == of(before, OF_PRODUCTION)
    assert parquet_of(home, "mart_production", "mart_of_two") == files
    build = table_hashes(home.build_file)
    for name in ("marts.fct_completed_contact", "marts.dim_unit", "quality.deviations"):
        assert after[name] == build[name] != before[name]


def test_a_kept_table_keeps_the_builds_its_rows_are_of_and_catches_up_when_it_is_let_go(home: Home) -> None:
    month(home, 1, 1, 1)
    published(home)
    name = "marts.fct_completed_contact"
    before, files = table_hashes(home.published_file)[name], parquet_of(home, "fct_completed_contact")
    month(home, 1, 1, 2, 3)
    published(home, WAITING)
    published(home, WAITING)
    assert table_hashes(home.published_file)[name] == before
    assert parquet_of(home, "fct_completed_contact") == files
    assert is_the_builds(home, "quality.deviations")
    published(home)
    assert table_hashes(home.published_file)[name] == table_hashes(home.build_file)[name] != before
    assert {path.split("period=")[1][:7] for path in parquet_of(home, "fct_completed_contact")} == {
        f"2024-0{number}" for number in (1, 2, 3, 4)
    }
    assert note(home) == {}


def test_why_and_since_which_version_stand_in_note_comment_and_state_however_often_it_is_held_back(home: Home) -> None:
    month(home, 1)
    published(home)
    for rows in (4, 5):
        month(home, 1, rows=rows)
        published(home, PRODUCTION)
    told = note(home)["production"]
    assert (told["why"], told["since"]["version"], told["tables"]) == (PRODUCTION.why, 1, OF_PRODUCTION)
    for table in OF_PRODUCTION:
        words = comment(home, table)
        assert "Produktion hålls tillbaka: production_suite: 3 av 7 rader avviker." in words and "i version 1," in words
    assert "hålls tillbaka" not in comment(home, "marts.fct_completed_contact")
    [(title, why, since)] = held_back_in_force(home)
    assert (title, why, since and since.version) == ("Produktion", PRODUCTION.why, 1)
    with open_state(home.state_file) as state:
        of_production, of_others = (standing_since(home, state, name) for name in ("production", "inpatient"))
    assert of_production is not None and of_production.version == 1
    assert of_others is not None and of_others.version == 3
    published(home)
    assert "hålls tillbaka" not in comment(home, OF_PRODUCTION[0]) and held_back_in_force(home) == []


def test_in_a_first_publication_they_stand_empty_with_their_columns_and_say_so(home: Home) -> None:
    month(home, 1, 2)
    lines = published(home, PRODUCTION, WAITING)
    for table in (*OF_PRODUCTION, "marts.fct_completed_contact"):
        assert rows_of(home.published_file, table) == 0
        assert "Inga siffror är publicerade." in comment(home, table)
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        assert connection.execute("select sum(actual) from marts.mart_production").fetchall() == [(None,)]
    assert note(home)["production"]["since"] is None and note(home)["waiting_times"]["build_ids"] == {}
    assert [line for line in lines if "Produktion" in line and "tomma" in line]
    assert rows_of(home.published_file, "quality.deviations") == 8
    # Held back once more nothing is made up of them, and let go they are the build's.
    published(home, PRODUCTION)
    assert rows_of(home.published_file, "marts.mart_production") == 0
    assert note(home)["production"]["since"] is None
    published(home)
    assert is_the_builds(home, "marts.mart_production")


def test_with_other_columns_in_one_table_the_whole_domain_stands_empty(home: Home) -> None:
    month(home, 1)
    published(home)
    month(home, 1, columns=", 1 as budget")
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("alter table marts.mart_of_two drop column budget")
    lines = published(home, PRODUCTION)
    assert [rows_of(home.published_file, table) for table in OF_PRODUCTION] == [0, 0]
    assert [line for line in lines if "kolumnerna är andra" in line]


def test_what_has_rotted_in_the_version_in_force_is_not_handed_on(home: Home) -> None:
    month(home, 1)
    published(home)
    file = home.published_file.resolve()
    file.chmod(0o600)
    content = bytearray(file.read_bytes())
    content[-1] ^= 0xFF
    file.write_bytes(content)
    lines = published(home, PRODUCTION)
    assert rows_of(home.published_file, "marts.mart_production") == 0
    assert [line for line in lines if "skadad" in line]


def test_rolled_back_to_a_version_it_says_what_that_one_held_back(home: Home) -> None:
    month(home, 1)
    published(home)
    month(home, 1, rows=4)
    published(home, PRODUCTION)
    month(home, 1, rows=5)
    published(home)
    assert held_back_in_force(home) == []
    with open_state(home.state_file) as state:
        roll_back(home, region(), state, 2)
    assert [title for title, _, _ in held_back_in_force(home)] == ["Produktion"]
    month(home, 1, rows=6)
    published(home, PRODUCTION)
    assert rows_of(home.published_file, "marts.mart_production") == 3
    assert note(home)["production"]["since"]["version"] == 1
