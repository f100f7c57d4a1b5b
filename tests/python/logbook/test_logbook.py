"""The structured log: whole lines, in their place, that no library silences and no identity reaches."""

from __future__ import annotations

import json
import logging
import logging.config
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration import logbook
from orchestration.cli import main
from orchestration.errors import InputRefusedError
from orchestration.settings import Home
from orchestration.state.lock import writing
from tests.python.landing.planted import planted_delivery
from tests.python.landing.scan import Needles, leaks

BORN = "19121212"
IDENTITY = f"{BORN}-1212"
PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.region_file.touch()
    return home


def texts(home: Home) -> list[str]:
    return [
        text for path in sorted(logbook.log_folder(home).glob("*")) for text in path.read_text().split("\n") if text
    ]


def lines(home: Home) -> list[dict[str, Any]]:
    return [json.loads(text) for text in texts(home)]


def test_an_event_is_a_line_with_time_place_and_its_own_fields(home: Home) -> None:
    with logbook.logged(home, command="run"), logbook.logged(home, run_id="r1", period="2024-07", stage="landing"):
        logbook.event("landed", rows=12, seconds=1.5, names=["å", "ä"], is_whole=True, earlier=None)
    (line,) = lines(home)
    moment = line.pop("time")
    assert moment[10] == "T" and moment[-6] in "+-"
    assert line == {
        "level": "info", "event": "landed", "run_id": "r1", "command": "run", "period": "2024-07", "stage": "landing",
        "rows": 12, "seconds": 1.5, "names": ["å", "ä"], "is_whole": True, "earlier": None,
    }  # fmt: skip


def test_the_log_is_the_owners_alone_in_a_file_named_by_its_month(home: Home) -> None:
    with logbook.logged(home):
        logbook.event("one")
    (path,) = logbook.log_folder(home).iterdir()
    assert path.parent == home.state / "log"
    assert path.name == f"{lines(home)[0]['time'][:7]}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_outside_a_command_and_in_a_folder_that_is_no_home_nothing_is_written(tmp_path: Path, home: Home) -> None:
    logbook.event("nobody")
    empty = Home(tmp_path / "empty")
    empty.root.mkdir()
    with logbook.logged(empty):
        logbook.event("nothing")
    assert not any(empty.root.iterdir())
    assert not home.state.exists()


def test_what_silences_the_libraries_leaves_the_log_alone(home: Home) -> None:
    try:
        logging.disable(logging.CRITICAL)
        logging.config.dictConfig({"version": 1, "disable_existing_loggers": True})
        with logbook.logged(home):
            logbook.event("heard")
    finally:
        logging.disable(logging.NOTSET)
    assert [line["event"] for line in lines(home)] == ["heard"]


def test_an_event_is_told_to_no_other_log(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    with logbook.logged(home), caplog.at_level(logging.DEBUG):
        logbook.event("own")
    assert caplog.records == []


def test_a_line_torn_by_a_full_disk_does_not_hurt_the_next(home: Home) -> None:
    with logbook.logged(home):
        logbook.event("first")
        (path,) = logbook.log_folder(home).iterdir()
        path.write_bytes(path.read_bytes() + b'{"time": "2026-')
        logbook.event("second")
        logbook.event("third")
    found = texts(home)
    assert [json.loads(text)["event"] for text in (found[0], *found[2:])] == ["first", "second", "third"]
    assert len(found) == 4


def test_a_name_that_is_no_text_is_logged_all_the_same(home: Home) -> None:
    with logbook.logged(home):
        logbook.event("odd", name=os.fsdecode(b"fil\xff.csv"), amount=float("nan"))
    assert lines(home)[0]["name"] == "fil\udcff.csv"
    assert lines(home)[0]["amount"] == "nan"


def test_a_log_that_cannot_be_written_stops_nothing_and_is_told_once(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.state.mkdir()
    (home.state / "log").write_text("i vägen")
    with logbook.logged(home):
        logbook.event("one")
        logbook.event("two")
    assert capsys.readouterr().err.count("Loggen kan inte skrivas") == 1


def test_processes_that_write_at_once_and_are_killed_leave_whole_lines(home: Home) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from orchestration import logbook\nfrom orchestration.settings import Home\n"
        "with logbook.logged(Home(Path(sys.argv[1])), command=sys.argv[2]):\n"
        "    number = 0\n"
        "    while True:\n"
        "        logbook.event('tick', number=number, text='x' * 3000)\n"
        "        number += 1\n"
        "        if number == 50: print('ready', flush=True)\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(home.root), name],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
        )
        for name in ("a", "b")
    ]
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    for process in running:
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = lines(home)
    for name in ("a", "b"):
        numbers = [line["number"] for line in found if line["command"] == name]
        assert numbers == list(range(len(numbers))) and len(numbers) >= 50


def test_identities_are_masked_in_every_text_key_and_number_of_an_event(home: Home) -> None:
    bare = IDENTITY.replace("-", "")
    with logbook.logged(home, command=IDENTITY, period=IDENTITY):
        logbook.event(
            "said",
            name=f"remiss {IDENTITY}.csv",
            number=int(bare),
            path=Path(f"/x/{bare}.csv"),
            nested={IDENTITY: [f"rad\n{IDENTITY}", (bare,)]},
        )
    (text,) = texts(home)
    assert "1212" not in text
    assert text.count("[identitet]") == 8


def test_an_error_of_the_house_is_told_in_its_masked_words_with_its_exit_code(home: Home) -> None:
    with logbook.logged(home), pytest.raises(InputRefusedError), logbook.lasting("stage"):
        raise InputRefusedError(f"fil {IDENTITY}.csv: trasig", "Lämna på nytt.")
    begun, error, ended = lines(home)
    assert (begun["event"], error["event"], ended["event"]) == ("stage_started", "error", "stage_ended")
    assert (error["level"], error["kind"], error["exit_code"]) == ("error", "InputRefusedError", 4)
    assert (error["what"], error["next_step"]) == ("fil [identitet].csv: trasig", "Lämna på nytt.")
    assert any("test_logbook.py" in place for place in error["trace"])
    assert (ended["level"], ended["exit_code"]) == ("error", 4) and ended["seconds"] >= 0


def test_dl05_of_an_error_from_a_library_no_word_is_kept_whatever_it_quotes(home: Home) -> None:
    planted = planted_delivery()
    for form in sorted(planted.needles):
        with logbook.logged(home), pytest.raises(ValueError), logbook.lasting("stage"):
            try:
                raise KeyError(form)
            except KeyError as cause:
                raise ValueError(f"kan inte läsa {form}") from cause
    assert len(lines(home)) == 3 * len(planted.needles) > 0
    assert leaks(home.root, Needles(planted.needles), ()) == {}


@pytest.mark.parametrize(("given", "code", "level"), [(0, 0, "info"), (4, 4, "error"), (None, 0, "info")])
def test_a_command_that_exits_ends_with_its_code_and_no_error(
    home: Home, given: int | None, code: int, level: str
) -> None:
    with logbook.logged(home), pytest.raises(SystemExit), logbook.lasting("command"):
        sys.exit(given)
    assert [line["event"] for line in lines(home)] == ["command_started", "command_ended"]
    assert (lines(home)[1]["exit_code"], lines(home)[1]["level"]) == (code, level)


def test_ctrl_c_ends_with_130(home: Home) -> None:
    with logbook.logged(home), pytest.raises(KeyboardInterrupt), logbook.lasting("command"):
        raise KeyboardInterrupt
    assert lines(home)[-1]["exit_code"] == 130


def test_what_lasts_tells_its_own_fields_at_the_end(home: Home) -> None:
    with logbook.logged(home), logbook.lasting("run", job="month") as told:
        told |= {"exit_code": 3, "refused": 2}
    begun, ended = lines(home)
    assert begun["job"] == "month"
    assert (ended["exit_code"], ended["refused"]) == (3, 2)


def test_waiting_for_the_lock_is_logged_with_who_holds_it(home: Home) -> None:
    home.state.mkdir()
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom orchestration.state.lock import writing\n"
        "from orchestration.settings import Home\n"
        "with writing(Home(Path(sys.argv[1])), 'den andra', print):\n"
        "    print('held', flush=True)\n    sys.stdin.readline()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert other.stdout is not None and other.stdin is not None
    assert other.stdout.readline() == b"held\n"

    def let_go(_: str) -> None:
        other.communicate(b"\n")

    with logbook.logged(home), writing(home, "den egna", let_go):
        pass
    waiting, taken = lines(home)
    assert (waiting["event"], waiting["level"], waiting["wanted_for"]) == ("waiting_for_lock", "warning", "den egna")
    assert "den andra" in waiting["holder"]
    assert taken["event"] == "lock_taken" and taken["seconds"] >= 0


def test_a_command_stands_in_the_log_with_its_options_and_what_broke_it_off(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDLAGER_HOME", str(home.root))
    done = CliRunner().invoke(main, ["run", "--from", "2024-13", "--to", "2024-07", "--approve-all", f"för {IDENTITY}"])
    assert done.exit_code == 2
    begun, error, ended = lines(home)
    assert (begun["event"], begun["command"]) == ("command_started", "run")
    assert begun["options"] == {"first": "2024-13", "last": "2024-07", "reason": "för [identitet]"}
    assert (error["kind"], error["exit_code"]) == ("UsageError", 2)
    assert (ended["event"], ended["exit_code"]) == ("command_ended", 2)


def test_a_command_that_only_reads_leaves_no_trace(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARDLAGER_HOME", str(home.root))
    CliRunner().invoke(main, ["status"])
    assert not logbook.log_folder(home).exists()
