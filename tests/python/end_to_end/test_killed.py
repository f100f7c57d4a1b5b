"""Killed in the middle, run again: the month ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from pathlib import Path

from orchestration.synthetic_region import write_region
from tests.python.end_to_end.command import PROGRAM, Place

PERIOD = "2024-07"
BREAK_AT = ("Läser in", "Bygger modellerna", "Levererar")


def start(place: Place) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(PROGRAM), "run", "--period", PERIOD, "--approve-all", "prov"],
        env=os.environ | {"VARDLAGER_HOME": str(place.home), "VARDLAGER_KEY_FILE": str(place.key_file)},
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_when_it_says(place: Place, said: str) -> None:
    run = start(place)
    assert run.stderr is not None
    for line in run.stderr:
        if said in line:
            run.send_signal(signal.SIGKILL)
            break
    run.wait()
    assert run.returncode == -signal.SIGKILL


def test_a_month_killed_at_three_stages_is_run_again_to_its_end(tmp_path: Path) -> None:
    place = Place(tmp_path)
    write_region(place.home / "inbox", PERIOD, PERIOD, scale=0.005)
    for said in BREAK_AT:
        killed_when_it_says(place, said)
    again = place.command("run", "--period", PERIOD, "--approve-all", "prov")
    assert again.code == 0, again.err
    with sqlite3.connect(place.home / "state" / "state.sqlite") as state:
        deliveries = state.execute("select version, status from delivery order by version").fetchall()
        ends = state.execute("select exit_code from run order by started_at, ended_at").fetchall()
        current = state.execute("select count(*) from load where outcome = 'current'").fetchall()
    # The third kill may come after its delivery was whole: then the last run makes the second version.
    assert deliveries in ([(1, "built")], [(1, "built"), (2, "built")])
    folders = sorted(path.name for path in (place.home / "delivery" / "skr" / PERIOD).iterdir())
    assert folders == [f"v{version}" for version, _ in deliveries]
    assert [code for (code,) in ends][-1] == 0
    assert len(ends) == len(BREAK_AT) + 1
    assert all(code is not None for (code,) in ends)
    assert current == [(6,)]
    assert not (place.home / "archive" / ".landing").exists()
