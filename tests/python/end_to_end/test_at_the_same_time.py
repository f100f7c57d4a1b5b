"""Several at once in one home: writers wait for each other, readers for nobody, and the content is as ever."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from . import reading
from .command import PROGRAM, Done, Place
from .content import RESULTS, differences
from .workshop import FIRST, REASON, SECOND, Workshop

# Only so that a test which waits for ever ends; no run is measured by it.
LONGEST_SECONDS = 1800
# An earlier month that is run again when a later one is loaded is checked with the later registers too.
CHECKED_AGAIN = [f"{kind} table {RESULTS} {FIRST}" for kind in ("build", "published")]
HOLD = """
import sys
from pathlib import Path
from orchestration.settings import Home
from orchestration.state.lock import writing
with writing(Home(Path(sys.argv[1])), "provkörning", print):
    print("har låset", flush=True)
    sys.stdin.read()
"""


@dataclass
class Going:
    """A program that runs, and the lines it has said so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def until_it_says(self, part: str) -> str:
        """The first line with this in it."""
        give_up_at = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < give_up_at:
            for line in list(self.lines):
                if part in line:
                    return line
            assert self.process.poll() is None or self._listener.is_alive(), "\n".join(self.lines)
            time.sleep(0.05)
        raise AssertionError(f"sade aldrig {part!r}: {self.lines}")

    def end(self) -> int:
        """Let its input end, wait for it, and return its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        code = self.process.wait(LONGEST_SECONDS)
        self._listener.join()
        return code

    @property
    def said(self) -> str:
        return "\n".join(self.lines)


class Begun:
    """Starts programs in a place; what still runs when the block ends is killed, so that no test meets it."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._all: list[Going] = []

    def __enter__(self) -> Begun:
        return self

    def __exit__(self, *_: object) -> None:
        for going in self._all:
            if going.process.poll() is None:
                going.process.kill()
                going.process.wait()

    def program(self, *command: str) -> Going:
        self._all.append(Going(self._place.start(*command)))
        return self._all[-1]

    def command(self, *arguments: str) -> Going:
        return self.program(str(PROGRAM), *arguments)

    def reader(self, way: str) -> Going:
        published = self._place.home / "published"
        names = [str(published / name) for name in ("vardlager.duckdb", "parquet")]
        return self.program(sys.executable, reading.__file__, way, *names)


@dataclass
class Day:
    """Three runs begun together while others read, and what became of it."""

    runs: list[Going]
    codes: list[int]
    meanwhile: list[Done]
    looks: list[dict[str, str]]
    kept: list[dict[str, str]]
    differing: list[str]
    versions: list[dict[str, str]]


@pytest.fixture(scope="module")
def day(workshop: Workshop) -> Day:
    undisturbed = workshop.undisturbed()
    workshop.put(workshop.base())
    with Begun(workshop.place) as begun:
        return a_day(workshop, begun, undisturbed)


def a_day(workshop: Workshop, begun: Begun, undisturbed: dict[str, object]) -> Day:
    place = workshop.place
    readers = [begun.reader(way) for way in ("again", "kept")]
    for reader in readers:
        reader.until_it_says("database")
    first = begun.command("run", "--period", SECOND, *REASON)
    first.until_it_says("Läser in")
    others = [begun.command("run", "--period", period, *REASON) for period in (FIRST, SECOND)]
    for other in others:
        other.until_it_says("Väntar på en annan körning")
    meanwhile = [
        place.command("status"),
        place.command("sql", f"select count(*) as rader from marts.fct_completed_contact where period = '{FIRST}'"),
    ]
    assert first.process.poll() is None, "den första körningen tog slut innan läsarna hade svarat"
    codes = [going.end() for going in (first, *others)]
    assert [reader.end() for reader in readers] == [0, 0]
    looks, kept = ([json.loads(line) for line in reader.lines] for reader in readers)
    return Day(
        [first, *others],
        codes,
        meanwhile,
        looks,
        kept,
        differences(workshop.content(), undisturbed),
        [vouched_for(folder) for folder in sorted((place.home / "published" / "versions").iterdir())],
    )


def vouched_for(folder: Path) -> dict[str, str]:
    """The content of a version whose files are, each of them and no other, what its publication.json tells."""
    note = json.loads((folder / "publication.json").read_text("utf-8"))
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    del found["publication.json"]
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == note["files"]
    with duckdb.connect(str(folder / "vardlager.duckdb"), read_only=True) as connection:
        held = reading.tables(connection)
    assert {name: sum(rows for _, rows, _ in counts) for name, counts in held.items()} == note["rows"]
    return reading.look(folder / "vardlager.duckdb", folder / "parquet")


def test_runs_begun_together_say_whom_they_wait_for_and_all_end_well(day: Day) -> None:
    first, *others = day.runs
    assert day.codes == [0, 0, 0], [going.said for going in day.runs]
    assert "Väntar" not in first.said
    for other in others:
        waited = [line for line in other.lines if "Väntar på en annan körning" in line]
        assert len(waited) == 1
        assert f"process {first.process.pid}, month {SECOND}, sedan " in waited[0]


def test_runs_begun_together_leave_what_they_would_have_left_one_after_the_other(day: Day) -> None:
    """The same month a second time, and an earlier one again, change nothing."""
    assert day.differing == CHECKED_AGAIN


def test_status_and_sql_wait_for_no_run(day: Day) -> None:
    for done in day.meanwhile:
        assert done.code == 0, done.said
        assert "Väntar" not in done.said


def test_a_reader_during_runs_meets_only_whole_publications_the_old_one_or_a_newer(day: Day) -> None:
    troubles = [look for look in day.looks if "trouble" in look]
    assert troubles == []
    for kind in ("database", "parquet"):
        vouched = [version[kind] for version in day.versions]
        assert len(set(vouched)) == len(vouched), "två versioner går inte att skilja åt"
        seen = [vouched.index(look[kind]) for look in day.looks]
        assert seen == sorted(seen)
        assert seen[0] == 1, "före körningarna gäller den andra versionen"
        assert seen[-1] == len(vouched) - 1
        assert len(set(seen)) > 2


def test_a_reader_that_keeps_its_connection_keeps_its_content(day: Day) -> None:
    assert [look["database"] for look in day.kept] == [day.versions[1]["database"]] * 2


def test_approving_and_rolling_back_wait_for_a_run_and_reading_does_not(workshop: Workshop) -> None:
    place = workshop.place
    workshop.put(workshop.base())
    with Begun(place) as begun:
        holder = begun.program(sys.executable, "-c", HOLD, str(workshop.home))
        holder.until_it_says("har låset")
        query = f"select clinic_id from marts.fct_completed_contact where period = '{FIRST}' order by 1 limit 1"
        [clinic] = place.rows(query)
        assert place.command("status", "--period", FIRST).code == 0
        waiting = [
            begun.command("approve", "--period", FIRST, "--clinic", clinic["clinic_id"], "--by", "klinikchefen"),
            begun.command("rollback"),
        ]
        for going in waiting:
            line = going.until_it_says("Väntar på en annan körning")
            assert f"process {holder.process.pid}, provkörning, sedan " in line
            assert going.process.poll() is None
        assert workshop.version_in_force() == 2
        assert holder.end() == 0
        assert [going.end() for going in waiting] == [0, 0], [going.said for going in waiting]
    assert workshop.version_in_force() == 1


def test_a_run_from_dagster_is_not_disturbed_by_a_command_between_its_stages(workshop: Workshop) -> None:
    undisturbed = workshop.undisturbed()
    workshop.put(workshop.base())
    command = (str(PROGRAM), "run", "--period", FIRST, *REASON)
    interface = (sys.executable, "-m", "tests.python.end_to_end.from_interface", SECOND, REASON[1])
    with Begun(workshop.place) as begun:
        going = begun.program(*interface, *command)
        assert going.end() == 0, going.said
    assert json.loads(going.lines[-1]) == [True, 0], going.said
    waited = [line for line in going.lines if "Väntar på en annan körning" in line]
    assert len(waited) == 1
    assert f"process {going.process.pid}, period {SECOND}, sedan " in waited[0]
    assert differences(workshop.content(), undisturbed) == CHECKED_AGAIN
