"""One writer at a time: the second waits and says for whom, and a killed one holds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.errors import VardlagerError
from orchestration.settings import Home
from orchestration.state.lock import holder, writing

HOLD = """
import sys, time
from pathlib import Path
from orchestration.settings import Home
from orchestration.state.lock import writing
with writing(Home(Path(sys.argv[1])), "provkörning", print):
    print("har låset", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def held_by_another(home: Home) -> subprocess.Popen[str]:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(home.root)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "har låset"
    return other


def test_nobody_holds_a_lock_that_was_never_taken(home: Home) -> None:
    assert holder(home) is None


def test_the_second_writer_waits_and_names_the_first(home: Home) -> None:
    other = held_by_another(home)
    try:
        told: list[str] = []
        with pytest.raises(VardlagerError, match="provkörning"), writing(home, "andra", told.append, longest_wait=0.6):
            pass
        assert len(told) == 1
        assert str(other.pid) in told[0]
        assert "provkörning" in str(holder(home))
    finally:
        other.kill()
        other.wait()


def test_a_killed_writer_holds_nothing(home: Home) -> None:
    other = held_by_another(home)
    other.send_signal(signal.SIGKILL)
    other.wait()
    with writing(home, "nästa", print, longest_wait=0.0):
        assert (home.state / "writer.lock").read_text(encoding="utf-8").count("nästa") == 1
    assert holder(home) is None


def test_a_stage_inside_a_run_does_not_wait_for_itself(home: Home) -> None:
    with writing(home, "körning", print), writing(home, "steg", print, longest_wait=0.0):
        pass
    assert holder(home) is None
