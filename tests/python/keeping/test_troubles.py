"""What the computer says no to is told with its cause and the next step, leaves nothing half, and goes on."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.errors import InputRefusedError, VardlagerError
from orchestration.guard import EXIT_CODE_KEY, guarded
from orchestration.landing import land as landing
from orchestration.settings import HOME_VARIABLE, Home
from orchestration.state.store import open_state
from orchestration.troubles import as_told
from tests.python.landing.house import House as LandingHouse
from tests.python.landing.samples import SAMPLES
from tests.python.workbench.conftest import REGION


def system(number: int) -> OSError:
    return OSError(number, os.strerror(number), "/hem/lake/x.parquet")


def raised(path: Path, statement: str) -> sqlite3.Error:
    """What SQLite itself raises."""
    with sqlite3.connect(path, timeout=0) as connection:
        try:
            connection.execute(statement)
        except sqlite3.Error as error:
            return error
    raise AssertionError(statement)


def engine_error(path: Path) -> duckdb.Error:
    with pytest.raises(duckdb.Error) as caught:
        duckdb.connect(str(path))
    return caught.value


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Disken är full"),
        (errno.EDQUOT, "Disken är full"),
        (errno.EACCES, "Åtkomst nekad: /hem/lake/x.parquet"),
        (errno.EPERM, "Åtkomst nekad: /hem/lake/x.parquet"),
        (errno.EROFS, "skrivskyddad: /hem/lake/x.parquet"),
        (errno.EIO, "svarar med fel: /hem/lake/x.parquet"),
    ],
)
def test_trouble_of_the_disk_is_told_with_its_cause_and_the_same_command_as_the_next_step(
    number: int, words: str
) -> None:
    told = as_told(system(number))
    assert told is not None
    assert words in told.what
    assert "samma kommando igen" in told.next_step
    assert told.exit_code == 1


def test_a_state_that_another_program_has_locked_is_told(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("begin exclusive")
        told = as_told(raised(path, "create table x (y)"))
        other.execute("rollback")
    assert told is not None
    assert "låst av ett annat program" in told.what


def test_a_state_that_is_no_database_is_told_with_where_to_get_it_back(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"skr" * 4000)
    told = as_told(raised(path, "select * from load"))
    assert told is not None
    assert "går inte att läsa" in told.what
    assert "säkerhetskopian" in told.next_step


def test_a_state_that_cannot_be_written_or_has_no_room_is_told(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("create table x (y)")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as read_only, pytest.raises(sqlite3.Error) as caught:
        read_only.execute("insert into x values (1)")
    told = as_told(caught.value)
    assert told is not None
    assert "öppna eller skriva" in told.what
    with sqlite3.connect(path, isolation_level=None) as small:
        small.execute("pragma max_page_count = 3")
        with pytest.raises(sqlite3.Error) as caught:
            small.execute("insert into x values (zeroblob(1000000))")
    told = as_told(caught.value)
    assert told is not None
    assert "Disken är full" in told.what


@pytest.mark.parametrize("content", [b"skr" * 4000, b""])
def test_a_build_file_that_is_no_database_is_told_with_how_to_build_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(content)
    told = as_told(engine_error(path))
    assert told is not None
    assert "skadad" in told.what
    assert "build/warehouse.duckdb.wal" in told.next_step


def test_trouble_of_the_engine_is_told_without_its_own_words() -> None:
    born = "19121212"
    for error in (
        duckdb.IOException(f"No space left on device {born}-1212"),
        duckdb.OutOfMemoryException(f"x {born}-1212"),
        duckdb.IOException(f"Could not set lock on file {born}-1212"),
        duckdb.IOException(f"x {born}-1212"),
    ):
        told = as_told(error)
        assert told is not None
        assert born not in str(told)


def test_a_fault_of_the_program_is_not_taken_for_trouble_of_the_computer() -> None:
    for error in (ValueError("x"), KeyError("x"), duckdb.BinderException("x"), OSError(errno.ENOENT, "x", "y")):
        assert as_told(error) is None


def test_dagster_is_told_the_cause_and_no_trace() -> None:
    @guarded
    def stage() -> None:
        raise system(errno.ENOSPC)

    with pytest.raises(dg.Failure) as caught:
        stage()
    assert "Disken är full" in (caught.value.description or "")
    assert caught.value.metadata[EXIT_CODE_KEY].value == 1
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "command", [["status"], ["rollback"], ["approve", "--period", "2024-07", "--clinic", "x", "--by", "y"]]
)
def test_a_command_on_a_spoilt_state_says_so_ends_with_1_and_goes_on_when_it_is_back(
    command: list[str], tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.make()
    home.region_file.write_text(REGION, encoding="utf-8")
    with open_state(home.state_file):
        pass
    whole = home.state_file.read_bytes()
    expected = CliRunner().invoke(main, command, env={HOME_VARIABLE: str(home.root)})
    home.state_file.write_bytes(b"skr" * 4000)
    done = CliRunner().invoke(main, command, env={HOME_VARIABLE: str(home.root)})
    assert done.exit_code == 1
    assert "state.sqlite" in done.output
    assert "Gör så här" in done.output
    assert "Traceback" not in done.output
    assert home.state_file.read_bytes() == b"skr" * 4000
    home.state_file.write_bytes(whole)
    again = CliRunner().invoke(main, command, env={HOME_VARIABLE: str(home.root)})
    assert (again.exit_code, again.output) == (expected.exit_code, expected.output)


# --- a disk that is full while files are taken in -------------------------------------------------

SAMPLE = SAMPLES[0]
# Where landing touches the disk.
STEPS = [(os, "fsync"), (Path, "replace"), (Path, "chmod"), (Path, "write_text"), (Path, "mkdir"), (Path, "open")]


class Full:
    """Lets the nth call of a function find the disk full."""

    def __init__(self, inner: Any, at: int) -> None:
        self.inner, self.at, self.calls = inner, at, 0

    def __get__(self, instance: object, owner: object = None) -> Any:
        return self if instance is None else lambda *given, **named: self(instance, *given, **named)

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls == self.at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.inner(*given, **named)


def prepared(root: Path) -> LandingHouse:
    """A home whose inbox has one file with a faulty row in it."""
    house = LandingHouse(root, {"quarantine_limit_rows": 50})
    rows = SAMPLE.rows(20)
    rows[3][SAMPLE.required] = ""
    house.deliver(SAMPLE.entity, SAMPLE.file(rows))
    return house


def standing(house: LandingHouse) -> tuple[object, ...]:
    """Everything that a landing leaves, but for when."""
    files = {
        str(path.relative_to(house.root)): path.read_bytes()
        for top in (house.home.archive, house.home.lake, house.home.quarantine)
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }
    loads = [(load.load_id, load.outcome, load.lake_path, load.rows_loaded) for load in house.loads()]
    return files, loads


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_wherever_the_disk_is_full_in_a_landing_nothing_half_counts_and_the_same_command_goes_on(
    owner: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = prepared(tmp_path / "ostörd")
    undisturbed.land(SAMPLE.entity)
    wanted = standing(undisturbed)
    for at in range(1, 20):
        house = prepared(tmp_path / f"{name}-{at}")
        full = Full(getattr(owner, name), at)
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, full)
            try:
                house.land(SAMPLE.entity)
            except OSError as error:
                assert as_told(error) is not None
        if full.calls < at:
            break
        assert house.current(SAMPLE.entity) is None or standing(house) == wanted
        house.land(SAMPLE.entity)
        assert standing(house) == wanted, f"call {at} of {name}"
        assert not house.home.landing_scratch.exists()
    assert at > 1, f"{name} is not called"


def test_an_engine_without_room_refuses_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = prepared(tmp_path / "home")

    def full(*given: Any) -> None:
        raise duckdb.IOException("IO Error: Could not write: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(landing, "write_rows", full)
        with pytest.raises(VardlagerError, match="Disken är full") as caught:
            house.land(SAMPLE.entity)
    assert not isinstance(caught.value, InputRefusedError)
    assert house.loads() == []
    house.land(SAMPLE.entity)
    assert [load.outcome for load in house.loads()] == ["current"]


def test_a_file_whose_rows_were_lost_from_the_lake_is_taken_in_again(tmp_path: Path) -> None:
    house = prepared(tmp_path / "home")
    house.land(SAMPLE.entity)
    before = house.rows(SAMPLE.entity)
    first = house.current(SAMPLE.entity)
    assert first is not None and first.lake_path is not None
    (house.root / first.lake_path).unlink()
    house.land(SAMPLE.entity)
    assert house.rows(SAMPLE.entity) == before
    assert [load.outcome for load in house.loads()] == ["replaced", "current"]
    assert house.land(SAMPLE.entity).skipped == [SAMPLE.file_name]
