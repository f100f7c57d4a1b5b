"""Publishing that goes on from the version in force: only what changed is written, and all is as if written whole."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import VardlagerError
from orchestration.publishing import base, database, parquet
from orchestration.publishing.base import Base
from orchestration.publishing.kept import Kept, read_kept
from orchestration.publishing.versions import faults_of, publications, roll_back
from orchestration.settings import Home
from orchestration.state.store import open_state
from tests.python.rights import SHARED, another_group, group_ids, modes

from .builds import (
    KEPT,
    Month,
    build,
    kept_build,
    months,
    parquet_bytes,
    publish_build,
    published_rows,
    region,
    rows_of,
    table_hashes,
)


class Written:
    """What a publishing wrote: the Parquet files by name, and whether the database was written whole."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files: list[str] = []
        self.whole_databases = 0
        write, write_whole = parquet._write, database._write_whole

        def noting_file(connection: object, table: object, rows: str, target: Path) -> None:
            self.files.append(str(target).partition("/parquet/")[2])
            write(connection, table, rows, target)  # type: ignore[arg-type]

        def noting_whole(*arguments: object) -> dict[str, int]:
            self.whole_databases += 1
            return write_whole(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(parquet, "_write", noting_file)
        monkeypatch.setattr(database, "_write_whole", noting_whole)

    def forget(self) -> None:
        self.files, self.whole_databases = [], 0

    @property
    def periods(self) -> set[str]:
        """Periods of which a file was written."""
        return {name.partition("period=")[2][:7] for name in self.files if "period=" in name}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a version of four months in force."""
    made = Home(tmp_path / "home")
    kept_build(made, months(1, 2, 3, 4))
    publish_build(made)
    return made


@pytest.fixture
def written(home: Home, monkeypatch: pytest.MonkeyPatch) -> Written:
    return Written(monkeypatch)


def content(home: Home) -> tuple[dict[str, str], dict[str, bytes]]:
    return table_hashes(home.published_file), parquet_bytes(home.published / "parquet")


def assert_as_if_whole(home: Home, beside: Path) -> None:
    """What is published is what a home where nothing was published before would publish of the same build."""
    other = Home(beside)
    other.make()
    other.build_file.write_bytes(home.build_file.read_bytes())
    publish_build(other)
    assert content(home) == content(other)
    with open_state(home.state_file) as state:
        assert faults_of(home, publications(state, "current")[0]) == []


def file_of(home: Home, version: int, period: str, table: str = "marts/fct_completed_contact") -> Path:
    return home.published / "versions" / f"{version:04d}" / "parquet" / table / f"period={period}" / "rows.parquet"


def put_back(home: Home, version: int) -> None:
    with open_state(home.state_file) as state:
        roll_back(home, region(), state, version)


# --- What is written ------------------------------------------------------------------------------


def test_only_the_periods_that_were_built_anew_are_written(home: Home, written: Written, tmp_path: Path) -> None:
    kept_build(home, months(1, 2, 33, 4))
    publish_build(home)
    assert written.periods == {"2024-03"}
    assert written.whole_databases == 0
    assert file_of(home, 2, "2024-02").samefile(file_of(home, 1, "2024-02"))
    assert not file_of(home, 2, "2024-03").samefile(file_of(home, 1, "2024-03"))
    assert_as_if_whole(home, tmp_path / "other")


def test_a_publishing_of_the_same_build_writes_no_kept_period(home: Home, written: Written, tmp_path: Path) -> None:
    # As after a delivery: what is told of the state is other, no figure is.
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("update quality.load_account set rows_in_file = 8")
    publish_build(home)
    assert written.periods == set()
    assert written.whole_databases == 0
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        assert connection.execute("select rows_in_file from quality.load_account").fetchall() == [(8,)]
    assert_as_if_whole(home, tmp_path / "other")


def test_a_new_month_is_written_and_one_that_is_gone_taken_away(home: Home, written: Written, tmp_path: Path) -> None:
    kept = months(1, 2, 3, 4, 5)
    del kept["2024-02"]
    kept_build(home, kept)
    publish_build(home)
    assert written.periods == {"2024-05"}
    assert written.whole_databases == 0
    assert not file_of(home, 2, "2024-02").exists()
    assert_as_if_whole(home, tmp_path / "other")


def test_a_month_that_lost_its_rows_keeps_a_file_with_the_columns(home: Home, tmp_path: Path) -> None:
    kept_build(home, {**months(1, 2, 3, 4), "2024-02": Month("emptied", 0, 0)})
    publish_build(home)
    with duckdb.connect() as connection:
        query = f"select count(*), count(amount) from '{file_of(home, 2, '2024-02')}'"
        assert connection.execute(query).fetchall() == [(0, 0)]
    assert_as_if_whole(home, tmp_path / "other")


def test_when_most_periods_were_built_anew_the_database_is_written_whole(home: Home, written: Written) -> None:
    kept_build(home, months(1, 22, 33, 4))
    publish_build(home)
    assert (written.periods, written.whole_databases) == ({"2024-02", "2024-03"}, 0)
    written.forget()
    kept_build(home, months(5, 6, 7, 4))
    publish_build(home)
    assert (written.periods, written.whole_databases) == ({"2024-01", "2024-02", "2024-03"}, 1)


def test_a_period_of_more_rows_than_a_row_group_has_the_same_bytes_however_it_was_published(
    home: Home, tmp_path: Path
) -> None:
    kept = {**months(1, 2, 3, 4), "2024-03": Month("large", 150_000, 9)}
    kept_build(home, kept, seed=5)
    publish_build(home)
    kept_build(home, {**kept, "2024-02": Month("larger", 130_000, 8)}, seed=6)
    publish_build(home)
    assert_as_if_whole(home, tmp_path / "other")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_sequence_of_publishings_all_is_as_if_written_whole(seed: int, home: Home, tmp_path: Path) -> None:
    draw = random.Random(seed)
    kept = months(1, 2, 3, 4)
    for number in range(8):
        for period in draw.sample([f"2024-{month:02d}" for month in range(1, 10)], draw.randint(0, 2)):
            if period in kept and len(kept) > 2 and draw.random() < 0.3:
                del kept[period]
            else:
                kept[period] = Month(f"built-{number}", draw.choice((0, 1, 700)), 100 + number)
        kept_build(home, kept, rows=3 + number, seed=number)
        publish_build(home, published_versions=3)
        if draw.random() < 0.4:
            with open_state(home.state_file) as state:
                put_back(home, draw.choice([one.version for one in publications(state, "earlier")]))
    publish_build(home)
    assert_as_if_whole(home, tmp_path / "other")


def test_after_a_rollback_the_version_in_force_is_the_one_gone_on_from(
    home: Home, written: Written, tmp_path: Path
) -> None:
    kept_build(home, months(1, 2, 33, 4))
    publish_build(home)
    put_back(home, 1)
    written.forget()
    kept_build(home, months(1, 2, 33, 44))
    publish_build(home)
    # The third month's rows stand in version 2, which is not in force.
    assert written.periods == {"2024-03", "2024-04"}
    assert written.whole_databases == 0
    assert_as_if_whole(home, tmp_path / "other")


def test_comments_follow_the_build(home: Home, written: Written) -> None:
    kept_build(home, months(1, 2, 3, 4), preliminary=("2024-01",))
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("comment on column marts.fct_completed_contact.amount is null")
        connection.execute("comment on column quality.deviations.amount is 'Antal.'")
    publish_build(home)
    assert written.whole_databases == 0
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        [(told,)] = connection.execute(
            "select comment from duckdb_tables() where table_name = 'fct_completed_contact'"
        ).fetchall()
        columns = connection.execute(
            "select table_name, comment from duckdb_columns() where column_name = 'amount' order by all"
        ).fetchall()
    assert told == "Genomförd kontakt: en rad per kontakt. Preliminära perioder enligt meta.periods: 2024-01."
    assert columns == [("deviations", "Antal."), ("fct_completed_contact", None)]


def test_the_note_tells_which_build_each_period_is_of(home: Home) -> None:
    note = json.loads((home.published / "versions" / "0001" / "publication.json").read_text("utf-8"))
    assert note["build_ids"] == {f"2024-0{month}": f"build-{month}" for month in (1, 2, 3, 4)}
    assert set(KEPT) < set(note["kept_tables"])
    assert note["rows"]["marts.fct_completed_contact"] == 16
    assert note["maker"]["engine"] == duckdb.__version__


# --- When it cannot be gone on from ---------------------------------------------------------------


def test_a_build_that_tells_nothing_of_kept_tables_is_published_whole(home: Home, written: Written) -> None:
    build(home, 5)
    assert read_kept(home.build_file) is None
    publish_build(home)
    assert written.whole_databases == 1
    assert published_rows(home) == (5, 5)
    assert not any("period=" in name for name in parquet_bytes(home.published / "parquet"))
    kept_build(home, months(1, 2))
    publish_build(home)
    assert written.whole_databases == 2


@pytest.mark.parametrize(("name", "value"), [("code_version", "1.0+annan"), ("engine", "0.0.0")])
def test_other_code_or_another_engine_writes_everything(
    name: str, value: str, home: Home, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "engine":
        monkeypatch.setattr(base.duckdb, "__version__", value)
    else:
        monkeypatch.setattr(base, "code_version", lambda: value)
    publish_build(home)
    assert written.whole_databases == 1
    assert len(written.periods) == 4


def test_other_kept_tables_write_everything(home: Home, written: Written, tmp_path: Path) -> None:
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("delete from control.kept_table where table_name = 'deviations'")
    publish_build(home)
    assert written.whole_databases == 1
    assert_as_if_whole(home, tmp_path / "other")


@pytest.mark.parametrize(
    "change",
    [
        "alter table marts.fct_completed_contact alter amount type bigint",
        "alter table quality.deviations add column extra varchar",
        "create table marts.mart_new as select 1 as x",
        "drop table meta.parameters",
    ],
)
def test_tables_of_another_shape_write_the_database_whole(change: str, home: Home, written: Written) -> None:
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute(change)
        connection.execute("update control.built_period set build_id = 'new' where period = '2024-01'")
        build_shape = connection.execute("describe marts.fct_completed_contact").fetchall()
    publish_build(home)
    assert written.whole_databases == 1
    with duckdb.connect(str(home.published_file), read_only=True) as connection:
        assert connection.execute("describe marts.fct_completed_contact").fetchall() == build_shape


def spoil(path: Path) -> None:
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.write_bytes(spoiled)


@pytest.mark.parametrize("name", ["vardlager.duckdb", "publication.json"])
@pytest.mark.parametrize("deed", ["changed", "gone"])
def test_a_version_that_is_not_as_it_was_published_is_not_gone_on_from_and_that_is_told(
    name: str, deed: str, home: Home, written: Written, tmp_path: Path
) -> None:
    file = home.published / "versions" / "0001" / name
    spoil(file) if deed == "changed" else file.unlink()
    kept_build(home, months(1, 2, 3, 44))
    told: list[str] = []
    publish_build(home, told=told)
    assert written.whole_databases == 1
    [line] = told
    assert str(file) in line
    assert "på nytt" in line
    assert_as_if_whole(home, tmp_path / "other")


def test_a_version_as_it_was_published_is_gone_on_from_in_silence(home: Home) -> None:
    told: list[str] = []
    publish_build(home, told=told)
    assert told == []


@pytest.mark.parametrize("deed", ["changed", "gone"])
def test_a_parquet_file_that_is_not_as_it_was_published_is_written_anew(
    deed: str, home: Home, written: Written, tmp_path: Path
) -> None:
    file = file_of(home, 1, "2024-02")
    spoil(file) if deed == "changed" else file.unlink()
    publish_build(home)
    assert [name for name in written.files if "period=" in name] == [
        "marts/fct_completed_contact/period=2024-02/rows.parquet"
    ]
    assert_as_if_whole(home, tmp_path / "other")


def test_a_version_that_the_state_does_not_know_is_not_gone_on_from(home: Home, written: Written) -> None:
    home.state_file.unlink()
    publish_build(home)
    assert written.whole_databases == 1


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("period", ["2024-09", None])
def test_rows_of_a_period_that_the_build_does_not_tell_of_stop_the_publishing(
    period: str | None, is_first: bool, home: Home, tmp_path: Path
) -> None:
    if is_first:
        home = Home(tmp_path / "first")
        kept_build(home, months(1, 2, 3, 4))
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("insert into quality.deviations values (?, 'A1', 1)", [period])
    with pytest.raises(VardlagerError, match=r"quality\.deviations") as caught:
        publish_build(home)
    assert f"({period})" in str(caught.value)
    assert "--full-refresh" in caught.value.next_step
    assert home.published_file.exists() != is_first


def test_rows_changed_behind_a_build_id_are_found_when_their_number_is_another(home: Home) -> None:
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("delete from marts.fct_completed_contact where period = '2024-01' and contact_key > 'kb'")
        connection.execute(
            "insert into marts.fct_completed_contact select contact_key || 'x', '2024-01', 1 "
            "from marts.fct_completed_contact"
        )
    with pytest.raises(VardlagerError, match="2024-01"):
        publish_build(home)


# --- The size of the file -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "free", "is_loose"),
    [(100, 64, False), (100, 65, True), (1000, 400, False), (1000, 401, True), (1000, 0, False)],
)
def test_a_file_is_loose_when_more_than_two_fifths_and_more_than_sixty_four_blocks_are_free(
    total: int, free: int, is_loose: bool
) -> None:
    assert database.is_loose(total, free) is is_loose


def test_what_much_withdrawn_content_leaves_free_is_given_back(
    home: Home, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_FREE_BLOCKS", 1)
    full = {**months(1, 2, 3, 4), "2024-01": Month("full", 100_000, 1)}
    kept_build(home, full)
    publish_build(home)
    written.forget()
    large = home.published_file.stat().st_size
    kept_build(home, {**full, "2024-01": Month("emptied", 1, 1)})
    publish_build(home)
    assert written.whole_databases == 1
    assert home.published_file.stat().st_size < large / 2
    assert_as_if_whole(home, tmp_path / "other")


def test_a_file_published_again_and_again_does_not_grow_without_end(home: Home) -> None:
    kept = {period: Month(f"first-{period}", 40_000, 1) for period in months(1, 2, 3, 4)}
    kept_build(home, kept)
    publish_build(home)
    whole = home.published_file.stat().st_size
    for number in range(8):
        changed = f"2024-{1 + number % 4:02d}"
        kept[changed] = Month(f"again-{number}", 40_000, number)
        kept_build(home, kept)
        publish_build(home, published_versions=1)
    assert home.published_file.stat().st_size < 2 * whole


# --- The parts ------------------------------------------------------------------------------------


def test_a_version_tells_what_of_it_is_stale_and_what_of_the_build_is_fresh() -> None:
    held = Base(Path(), {}, {"a": "1", "b": "1", "c": "1"})
    built = Kept(frozenset({"marts.fact"}), {"a": "1", "b": "2", "d": "1"})
    assert held.stale("marts.fact", built.build_ids) == ["b", "c"]
    assert held.fresh("marts.fact", built.build_ids) == ["b", "d"]
    assert not held.is_near(built)
    assert held.is_near(Kept(frozenset({"marts.fact"}), {"a": "1", "b": "2"}))


def test_a_copy_that_the_kernel_cannot_make_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError("stöds inte")

    monkeypatch.setattr(base.os, "copy_file_range", refuse)
    (tmp_path / "a").write_bytes(b"x" * 5000)
    base._copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"x" * 5000


# --- Readers and rights ---------------------------------------------------------------------------


@pytest.mark.parametrize("hive", ["true", "false"])
def test_the_files_of_a_kept_table_are_read_together_with_the_period_as_a_column(hive: str, home: Home) -> None:
    folder = home.published / "parquet" / "marts" / "fct_completed_contact"
    with duckdb.connect() as connection:
        source = f"read_parquet('{folder}/*/rows.parquet', hive_partitioning = {hive})"
        assert connection.execute(
            f"select period, count(*), sum(amount) from {source} group by 1 order by 1"
        ).fetchall() == [
            ("2024-01", 4, 4),
            ("2024-02", 4, 8),
            ("2024-03", 4, 12),
            ("2024-04", 4, 16),
        ]


def test_a_group_may_read_the_files_and_folders_of_every_period(home: Home) -> None:
    group = another_group()
    kept_build(home, months(1, 2, 3, 4, 5))
    publish_build(home, shared_group=group.gr_name)
    assert modes(home.published) == SHARED
    assert group_ids(home.published) == {group.gr_gid}


_READER = """
import duckdb, json, sys, time
from pathlib import Path
published, stop = Path(sys.argv[1]), Path(sys.argv[2])
query = "select period, count(*), sum(amount) from {} group by period order by period"
folder = (published / "parquet").resolve() / "marts" / "fct_completed_contact"
held = duckdb.connect(str((published / "vardlager.duckdb").resolve()), read_only=True)
handles = [open(path, "rb") for path in sorted(folder.glob("*/rows.parquet"))]
def what_is_held():
    for handle in handles:
        handle.seek(0)
    return held.execute(query.format("marts.fct_completed_contact")).fetchall(), [hash(h.read()) for h in handles]
first = what_is_held()
seen = []
while True:
    is_last = stop.exists()
    # Another name each time would be another database; the same name again is, once the old one is closed.
    with duckdb.connect(str((published / "vardlager.duckdb").resolve()), read_only=True) as connection:
        in_facts = connection.execute(query.format("marts.fct_completed_contact")).fetchall()
        in_quality = connection.execute(query.format("quality.deviations")).fetchall()
    # One version for as long as one reads: the folder that the name leads to, once.
    folder = (published / "parquet").resolve()
    with duckdb.connect() as connection:
        files = connection.execute(query.format(f"'{folder}/marts/fct_completed_contact/*/rows.parquet'")).fetchall()
    seen.append([in_facts, in_quality, files])
    if len(seen) == 1:
        print("seen", flush=True)
    if is_last:
        break
    time.sleep(0.01)
assert what_is_held() == first
print(json.dumps(seen))
"""


def test_a_reader_in_another_process_sees_whole_versions_only_and_keeps_the_one_it_holds(
    home: Home, tmp_path: Path, written: Written
) -> None:
    kept = months(21, 22, 23, 24, rows=2000)
    contents = []
    stop = tmp_path / "stop"
    kept_build(home, kept)
    publish_build(home)
    written.forget()
    reader = subprocess.Popen(
        [sys.executable, "-c", _READER, str(home.published), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    contents.append([[period, month.rows, month.rows * month.amount] for period, month in sorted(kept.items())])
    assert reader.stdout is not None
    assert reader.stdout.readline().strip() == "seen"
    for number in range(10):
        # Two periods change at a time, so that half a version would be told from a whole one.
        for period in (f"2024-{1 + number % 4:02d}", f"2024-{1 + (number + 1) % 4:02d}"):
            kept[period] = Month(f"again-{number}", 2000 + number, 10 + number)
        contents.append([[period, month.rows, month.rows * month.amount] for period, month in sorted(kept.items())])
        kept_build(home, kept)
        # What the reader holds is soon cleared away under it; what it is about to open stays for three versions.
        publish_build(home, published_versions=4)
    time.sleep(0.05)
    stop.touch()
    out, err = reader.communicate(timeout=120)
    assert reader.returncode == 0, err
    assert written.whole_databases == 0
    assert not (home.published / "versions" / "0002").exists()
    places = []
    for in_facts, in_quality, files in json.loads(out):
        assert in_facts in contents
        assert in_quality == in_facts
        assert files in contents
        places.append(contents.index(in_facts))
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 10)
    assert rows_of(home.published_file, "marts.fct_completed_contact") == sum(month.rows for month in kept.values())
