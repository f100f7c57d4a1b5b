"""Versions: whole or not at all however a publishing ends, kept, put back, and never in a reader's way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.errors import UsageError, VardlagerError
from orchestration.publishing import versions
from orchestration.publishing.versions import Publication, faults_of, publications, roll_back, version_in_force
from orchestration.settings import Home
from orchestration.state.store import open_state
from tests.python.rights import PRIVATE, SHARED, another_group, group_ids, mode, modes

from .builds import (
    build,
    kept_delivery,
    kept_names,
    parquet_bytes,
    publish_build,
    published_rows,
    region,
    rows_of,
    table_hashes,
)

# Every step of a publishing, in order; the version is in force from the one that lets the pointer move.
STEPS_BEFORE = (
    "_begin",
    "write_database",
    "write_parquet",
    "copy_delivered",
    "link_unchanged",
    "_write_note",
    "_seal",
    "_place",
    "open_passage",
    "share_all",
    "_switch",
    "_let_point",
)
STEPS_AFTER = ("_take_over", "_prune")
STEPS = (*STEPS_BEFORE, *STEPS_AFTER)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    build(made, 3)
    return made


def standing(home: Home) -> list[tuple[int, str]]:
    """Versions and their status in the state."""
    with open_state(home.state_file) as state:
        rows = state.rows("select version, status from publication order by version")
    return [(row["version"], row["status"]) for row in rows]


def entry(home: Home, version: int) -> Publication:
    with open_state(home.state_file) as state:
        [found] = [one for one in publications(state, "current", "earlier", "removed") if one.version == version]
    return found


def folders(home: Home) -> list[str]:
    return sorted(path.name for path in (home.published / "versions").iterdir())


def put_back(home: Home, version: int | None = None, **settings: object) -> tuple[int, int]:
    with open_state(home.state_file) as state:
        left, chosen = roll_back(home, region(**settings), state, version)
    return left.version, chosen.version


def with_builds(home: Home, *rows: int, **settings: object) -> None:
    """Publish a build of each number of rows, one after the other."""
    for count in rows:
        build(home, count)
        publish_build(home, **settings)


def test_each_publishing_is_a_version_of_its_own_and_the_earlier_ones_stay(home: Home) -> None:
    with_builds(home, 3, 5, 7)
    assert standing(home) == [(1, "earlier"), (2, "earlier"), (3, "current")]
    assert [rows_of(home.published / "versions" / name / "vardlager.duckdb") for name in folders(home)] == [3, 5, 7]
    assert published_rows(home) == (7, 7)
    assert version_in_force(home) == 3


def test_database_and_parquet_follow_one_pointer(home: Home) -> None:
    with_builds(home, 3, 5)
    for name in ("vardlager.duckdb", "parquet"):
        assert (home.published / name).readlink() == Path("current") / name
    assert (home.published / "current").readlink() == Path("versions/0002")


def test_a_home_moved_to_another_place_still_leads_to_its_version(home: Home, tmp_path: Path) -> None:
    publish_build(home)
    moved = Home(home.root.rename(tmp_path / "moved"))
    assert published_rows(moved) == (3, 3)


def test_a_pointer_that_leads_elsewhere_is_set_right(home: Home) -> None:
    (home.published / "current").symlink_to("någon annanstans")
    assert version_in_force(home) is None
    publish_build(home)
    assert published_rows(home) == (3, 3)


def test_a_file_published_before_there_were_versions_gives_way(home: Home) -> None:
    home.published_file.write_bytes(home.build_file.read_bytes())
    build(home, 5)
    publish_build(home)
    assert published_rows(home) == (5, 5)


# --- Interrupted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_publishing_that_fails_leaves_the_old_version_or_the_new_one_whole(
    step: str, before: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = a_copy(before, tmp_path / "home")

    def break_down(*_: object) -> None:
        monkeypatch.undo()
        raise OSError("disken är full")

    monkeypatch.setattr(versions, step, break_down)
    with pytest.raises(OSError, match="full"):
        publish_build(home, published_versions=2)
    rows = 5 if step in STEPS_BEFORE else 9
    assert published_rows(home) == (rows, rows)
    assert version_in_force(home) == (2 if step in STEPS_BEFORE else 3)
    assert dict(standing(home))[version_in_force(home) or 0] == "current"
    assert [status for _, status in standing(home)].count("current") == 1
    assert not any(name.startswith(".") for name in folders(home))
    assert published_whole(home)


def published_whole(home: Home) -> bool:
    return faults_of(home, entry(home, version_in_force(home) or 0)) == []


@pytest.mark.parametrize("step", STEPS_BEFORE)
def test_a_first_publishing_that_fails_publishes_nothing(
    step: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        monkeypatch.undo()
        raise OSError("disken är full")

    monkeypatch.setattr(versions, step, break_down)
    with pytest.raises(OSError, match="full"):
        publish_build(home)
    assert not home.published_file.exists()
    assert not (home.published / "parquet").exists()
    assert standing(home) == []
    publish_build(home)
    assert published_rows(home) == (3, 3)
    assert standing(home) == [(1, "current")]


_KILLED = """
import os, signal, sys
from pathlib import Path
from orchestration.publishing import versions
from orchestration.settings import Home
from tests.python.publishing.builds import kept_names, publish_build

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def write_half(build_file, folder, *_):
    (folder / "vardlager.duckdb").write_bytes(build_file.read_bytes()[:5000])
    die()

whole_rmtree = versions.shutil.rmtree

def rmtree_half(folder, **named):
    # In the middle of clearing away a version: some files gone, some left.
    if (Path(folder) / "publication.json").exists():
        (Path(folder) / "publication.json").unlink()
        die()
    whole_rmtree(folder, **named)

# A process for each step, forked before the engine has started any thread of its own.
for folder in sys.argv[1:]:
    step, home = Path(folder).name, Home(Path(folder) / "home")
    child = os.fork()
    if child:
        print(step, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sep=";")
        continue
    if step == "half a database":
        versions.write_database = write_half
    elif step == "rmtree":
        versions.shutil.rmtree = rmtree_half
    else:
        setattr(versions, step, die)
    publish_build(home, kept_names(home), published_versions=2)
    os._exit(0)
"""
KILLED_STEPS = (*STEPS, "half a database", "rmtree")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two versions published and a third built, to be copied."""
    made = Home(tmp_path_factory.mktemp("before") / "home")
    with_builds(made, 3, 5, published_versions=2)
    build(made, 9, seed=1)
    kept_delivery(made, 1, 4)
    return made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What the third version is when nothing disturbs it."""
    made = Home(tmp_path_factory.mktemp("undisturbed") / "home")
    build(made, 9, seed=2)
    publish_build(made, tuple(kept_delivery(made, 1, 4)))
    return made


def a_copy(of: Home, to: Path) -> Home:
    return Home(Path(shutil.copytree(of.root, to, symlinks=True)))


@pytest.fixture(scope="module")
def killed(before: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Home]:
    """By step, a home whose third publishing was killed there."""
    folder = tmp_path_factory.mktemp("killed")
    homes = {step: a_copy(before, folder / step / "home") for step in KILLED_STEPS}
    run = subprocess.run(
        [sys.executable, "-c", _KILLED, *(str(folder / step) for step in KILLED_STEPS)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    ends = dict(line.split(";") for line in run.stdout.splitlines())
    assert ends == {step: str(-signal.SIGKILL) for step in KILLED_STEPS}
    return homes


@pytest.mark.parametrize("step", KILLED_STEPS)
def test_a_publishing_that_is_killed_is_whole_before_and_after_the_next(
    step: str, killed: dict[str, Home], undisturbed: Home
) -> None:
    home = killed[step]
    is_new = step in (*STEPS_AFTER, "rmtree")
    assert published_rows(home) == ((9, 9) if is_new else (5, 5))

    publish_build(home, kept_names(home), published_versions=2)
    assert table_hashes(home.published_file) == table_hashes(undisturbed.published_file)
    assert parquet_bytes(home.published / "parquet") == parquet_bytes(undisturbed.published / "parquet")
    in_force = version_in_force(home)
    assert in_force == (4 if is_new else 3)
    assert [(version, status) for version, status in standing(home) if status != "removed"] == [
        (in_force - 1, "earlier"),
        (in_force, "current"),
    ]
    assert folders(home) == [f"{in_force - 1:04d}", f"{in_force:04d}"]
    assert published_whole(home)


def test_a_folder_that_the_state_does_not_know_keeps_its_number(home: Home) -> None:
    home.make()
    (home.published / "versions" / "0001").mkdir(parents=True)
    publish_build(home)
    assert standing(home) == [(2, "current")]
    assert folders(home) == ["0001", "0002"]


# --- Readers --------------------------------------------------------------------------------------

_HOLDER = """
import duckdb, sys
database, parquet = sys.argv[1:]
connection = duckdb.connect(database, read_only=True)
handle = open(parquet, "rb")
def look():
    handle.seek(0)
    rows = connection.execute("select count(*), max(unit_key) from marts.dim_unit").fetchone()
    print(*rows, hash(handle.read()), flush=True)
look()
for _ in sys.stdin:
    look()
"""


def test_a_reader_keeps_what_it_opened_through_many_publishings_and_stops_none(home: Home) -> None:
    build(home, 200_000)
    publish_build(home)
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _HOLDER,
            str(home.published_file),
            str(home.published / "parquet" / "marts" / "dim_unit.parquet"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdin is not None
    first = reader.stdout.readline()
    assert first.startswith("200000 199999 ")
    for rows in (5, 7, 11):
        build(home, rows)
        # Even the version that the reader holds is cleared away under it.
        publish_build(home, published_versions=1)
        assert published_rows(home) == (rows, rows)
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == first
    assert folders(home) == ["0004"]
    reader.communicate(timeout=60)
    assert reader.returncode == 0


_POLLER = """
import duckdb, json, sys, time
from pathlib import Path
published, stop = Path(sys.argv[1]), Path(sys.argv[2])
seen = []
while True:
    is_last = stop.exists()
    with duckdb.connect(str(published / "vardlager.duckdb"), read_only=True) as connection:
        tables = (
            connection.execute("select count(*) from marts.dim_unit").fetchone()[0],
            connection.execute("select max(contacts_count) from marts.mart_waiting_times").fetchone()[0],
            connection.execute("select rows_in_file from quality.load_account").fetchone()[0],
        )
    # One version for as long as one reads: the folder that the name leads to, once.
    parquet = (published / "parquet").resolve()
    with duckdb.connect() as connection:
        files = (
            connection.execute(f"select count(*) from '{parquet}/marts/dim_unit.parquet'").fetchone()[0],
            connection.execute(f"select rows_in_file from '{parquet}/quality/load_account.parquet'").fetchone()[0],
        )
    seen.append((tables, files))
    if len(seen) == 1:
        print("seen", flush=True)
    if is_last:
        break
    time.sleep(0.01)
print(json.dumps(seen))
"""


def test_a_reader_that_looks_again_and_again_sees_whole_versions_only(home: Home, tmp_path: Path) -> None:
    published = [3, 5, 7, 11, 13, 17]
    with_builds(home, published[0])
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", _POLLER, str(home.published), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline().strip() == "seen"
    for rows in published[1:]:
        with_builds(home, rows)
        time.sleep(0.05)
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    seen = json.loads(out)
    for tables, files in seen:
        assert len(set(tables)) == 1
        assert len(set(files)) == 1
        assert tables[0] in published
        assert files[0] in published
    order = [tables[0] for tables, _ in seen]
    assert order == sorted(order)
    assert order[0] == published[0]
    assert order[-1] == published[-1]


def test_a_reader_in_the_same_process_that_opens_anew_gets_the_new_version(home: Home) -> None:
    import duckdb

    with_builds(home, 3)
    with duckdb.connect(str(home.published_file), read_only=True) as old:
        with_builds(home, 5)
        assert rows_of(home.published_file) == 5
        assert old.execute("select count(*) from marts.dim_unit").fetchone() == (3,)


# --- Keeping and putting back ---------------------------------------------------------------------


def test_the_newest_versions_are_kept_and_older_ones_removed(home: Home) -> None:
    with_builds(home, 1, 2, 3, 4, 5, published_versions=3)
    assert folders(home) == ["0003", "0004", "0005"]
    assert standing(home) == [(1, "removed"), (2, "removed"), (3, "earlier"), (4, "earlier"), (5, "current")]
    assert published_rows(home) == (5, 5)


def test_with_one_version_kept_only_the_one_in_force_is_left(home: Home) -> None:
    with_builds(home, 1, 2, published_versions=1)
    assert folders(home) == ["0002"]
    assert published_rows(home) == (2, 2)


def test_the_version_in_force_is_never_removed(home: Home) -> None:
    with_builds(home, 1, 2, 3)
    put_back(home, 1)
    with open_state(home.state_file) as state:
        versions._prune(home, state, 2)
    assert folders(home) == ["0001", "0003"]
    assert published_rows(home) == (1, 1)


def test_rolling_back_puts_the_version_before_in_force_database_and_parquet_alike(home: Home) -> None:
    with_builds(home, 3, 5, 7)
    assert put_back(home) == (3, 2)
    assert published_rows(home) == (5, 5)
    assert standing(home) == [(1, "earlier"), (2, "current"), (3, "earlier")]
    assert put_back(home) == (2, 1)
    assert published_rows(home) == (3, 3)
    assert put_back(home, 3) == (1, 3)
    assert published_rows(home) == (7, 7)


def test_what_is_published_after_rolling_back_is_a_new_version(home: Home) -> None:
    with_builds(home, 3, 5)
    put_back(home)
    with_builds(home, 7)
    assert standing(home) == [(1, "earlier"), (2, "earlier"), (3, "current")]
    assert published_rows(home) == (7, 7)
    assert put_back(home) == (3, 2)


def test_a_rolling_back_that_is_interrupted_is_settled_by_the_next_publishing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_builds(home, 3, 5)

    def break_down(*_: object) -> None:
        monkeypatch.undo()
        raise OSError("strömmen gick")

    monkeypatch.setattr(versions, "_take_over", break_down)
    with pytest.raises(OSError, match="strömmen"):
        put_back(home)
    assert published_rows(home) == (3, 3)
    assert put_back(home, 2) == (1, 2)
    assert standing(home) == [(1, "earlier"), (2, "current")]


def test_a_version_from_before_there_was_a_group_is_shared_with_it_when_rolled_back_to(home: Home) -> None:
    group = another_group()
    with_builds(home, 3, 5)
    with_builds(home, 7, shared_group=group.gr_name)
    # A version that was left out of the sharing, as one restored from a backup may be.
    for path in (*(home.published / "versions" / "0002").rglob("*"), home.published / "versions" / "0002"):
        os.chown(path, -1, os.getgid())
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert put_back(home, 2, shared_group=group.gr_name) == (3, 2)
    assert modes(home.published) == SHARED
    assert group_ids(home.published) == {group.gr_gid}
    assert mode(home.root) == 0o710


def test_a_group_set_since_the_last_publishing_may_read_what_is_rolled_back_to(home: Home) -> None:
    group = another_group()
    with_builds(home, 3, 5)
    put_back(home, shared_group=group.gr_name)
    assert modes(home.published) == SHARED
    assert group_ids(home.published) == {group.gr_gid}
    assert mode(home.root) == 0o710
    assert mode(home.state) == 0o700


def test_a_group_taken_away_since_the_last_publishing_is_shut_out_by_rolling_back(home: Home) -> None:
    with_builds(home, 3, 5, shared_group=another_group().gr_name)
    put_back(home)
    assert modes(home.published) == PRIVATE
    assert mode(home.root) == 0o700


def test_rolling_back_has_the_rights_in_place_before_the_pointer_moves(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_builds(home, 3, 5)
    seen = []
    monkeypatch.setattr(versions, "_switch", lambda *_: seen.append((modes(home.published), mode(home.root))))
    put_back(home, shared_group=another_group().gr_name)
    assert seen == [(SHARED, 0o710)]


def test_rolling_back_with_an_unknown_group_leaves_all_as_it_was(home: Home) -> None:
    with_builds(home, 3, 5)
    with pytest.raises(UsageError, match="finns-inte"):
        put_back(home, shared_group="finns-inte")
    assert version_in_force(home) == 2
    assert standing(home) == [(1, "earlier"), (2, "current")]
    assert modes(home.published) == PRIVATE


def test_a_version_is_as_it_was_published_whatever_rights_it_has_got(home: Home) -> None:
    with_builds(home, 3, 5)
    put_back(home, 1, shared_group=another_group().gr_name)
    assert put_back(home, 2) == (1, 2)
    assert [faults_of(home, entry(home, version)) for version in (1, 2)] == [[], []]


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["vardlager.duckdb", "parquet/marts/dim_unit.parquet", "publication.json"])
@pytest.mark.parametrize("deed", ["changed", "gone"])
def test_a_version_that_is_not_as_it_was_published_is_not_put_in_force(name: str, deed: str, home: Home) -> None:
    with_builds(home, 3, 5)
    file = home.published / "versions" / "0001" / name
    change(file) if deed == "changed" else file.unlink()
    with pytest.raises(VardlagerError, match=name.rpartition("/")[2]):
        put_back(home)
    assert published_rows(home) == (5, 5)
    assert version_in_force(home) == 2


def test_a_file_beside_a_versions_own_keeps_it_out_of_force(home: Home) -> None:
    with_builds(home, 3, 5)
    (home.published / "versions" / "0001" / "vardlager.duckdb.wal").write_bytes(b"x")
    with pytest.raises(VardlagerError, match="wal hör inte dit"):
        put_back(home)


@pytest.mark.parametrize(
    ("version", "told"),
    [
        (1, "Version 1 finns inte längre"),
        (9, "Version 9 finns inte"),
        (4, "Version 4 gäller redan"),
        (0, "finns inte"),
        (-1, "finns inte"),
    ],
)
def test_a_version_that_cannot_be_put_in_force_is_told_with_those_that_can(version: int, told: str, home: Home) -> None:
    with_builds(home, 1, 2, 3, 4, published_versions=3)
    with pytest.raises(UsageError) as caught:
        put_back(home, version)
    assert told in str(caught.value)
    assert "Versioner att gå till: 2, 3." in str(caught.value)
    assert version_in_force(home) == 4


def test_with_nothing_earlier_there_is_nothing_to_roll_back_to(home: Home) -> None:
    with pytest.raises(UsageError, match="Inget är publicerat"):
        put_back(home)
    publish_build(home)
    with pytest.raises(UsageError, match="ingen version före 1"):
        put_back(home)
