"""Many months in one process: killed, broken off, failed and mended, the same command goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from orchestration.synthetic_region import write_region
from tests.python.end_to_end.command import PROGRAM, PROJECT, Place

PERIODS = ["2024-04", "2024-05", "2024-06", "2024-07"]
COMMAND = ("run", "--from", PERIODS[0], "--to", PERIODS[-1], "--approve-all", "prov")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--period"),
        (("--from", "2024-04"), "--to"),
        (("--to", "2024-07"), "--from"),
        (("--period", "2024-07", "--to", "2024-07"), "två namn"),
        (("--from", "2024-08", "--to", "2024-07"), "2024-08"),
        (("--from", "2024-13", "--to", "2025-07"), "2024-13"),
        (("--from", "2024-04", "--to", "juli"), "juli"),
    ],
)
def test_a_span_that_cannot_be_understood_is_wrong_usage_and_says_why(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = Place(tmp_path).command("run", *arguments)
    assert done.code == 2, done.said
    assert told in done.said and "Gör så här" in done.said
    assert "Traceback" not in done.said


def ended_when_it_says(place: Place, wanted: str, number: int) -> tuple[str, int]:
    """(what stood on the screen, exit code) of the command that got a signal once `wanted` stood there."""
    run = subprocess.Popen(
        [str(PROGRAM), *COMMAND],
        env=os.environ
        | {
            "VARDLAGER_HOME": str(place.home),
            "VARDLAGER_KEY_FILE": str(place.key_file),
            "PYTHONPATH": str(PROJECT),
        },
        stderr=subprocess.PIPE,
    )
    assert run.stderr is not None
    said, has_signalled = b"", False
    while piece := os.read(run.stderr.fileno(), 65536):
        said += piece
        if wanted.encode() in said and not has_signalled:
            run.send_signal(number)
            has_signalled = True
    return said.decode(), run.wait()


def month_lines(said: str) -> dict[str, str]:
    """period -> the last line that begins with its place among the months."""
    found = [line for line in said.splitlines() if line.startswith("[")]
    return {line.split()[1]: line for line in found}


def asked(place: Place, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(place.home / "state" / "state.sqlite") as state:
        return state.execute(query).fetchall()


def finished(place: Place) -> list[object]:
    return [period for (period,) in asked(place, "select period from finished_month order by period")]


def test_four_months_killed_broken_off_failed_and_mended_end_whole(tmp_path: Path) -> None:
    place = Place(tmp_path)
    write_region(place.home / "inbox", PERIODS[0], PERIODS[-1], scale=0.005)

    _, code = ended_when_it_says(place, f"[3/4] {PERIODS[2]} läser in, bygger", signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert finished(place) == PERIODS[:2]

    said, code = ended_when_it_says(place, f"[3/4] {PERIODS[2]} läser in, bygger", signal.SIGINT)
    assert code == 130, said
    assert f"{PERIODS[2]} avbröts" in said and f"--from {PERIODS[0]} --to {PERIODS[-1]}" in said
    assert "Traceback" not in said
    assert finished(place) == PERIODS[:2]
    assert asked(place, "select count(*) from run where ended_at is null") == [(0,)]

    waiting_list = place.home / "inbox" / PERIODS[3] / f"cosmic_vantelista_{PERIODS[3].replace('-', '')}.csv"
    whole = waiting_list.read_bytes()
    waiting_list.write_bytes(whole.replace(b"vardgaranti;", b"vardgarantier;", 1))
    failed = place.command(*COMMAND, timeout=900)
    assert failed.code == 4, failed.said
    lines = month_lines(failed.err)
    assert all("hoppas över" in lines[period] for period in PERIODS[:2])
    assert "klart på" in lines[PERIODS[2]] and "kvar" in lines[PERIODS[2]]
    # The other groups of the month are whole; the waiting times wait, and the month is not finished.
    assert "klart på" in lines[PERIODS[3]] and "föll" not in lines[PERIODS[3]]
    assert f"{PERIODS[3]}: Väntetider hålls tillbaka" in failed.said and "med något tillbaka" in failed.said
    assert finished(place) == PERIODS[:3]

    waiting_list.write_bytes(whole)
    mended = place.command(*COMMAND, timeout=900)
    assert mended.code == 0, mended.said
    lines = month_lines(mended.err)
    assert all("hoppas över" in lines[period] for period in PERIODS[:3])
    assert "klart på" in lines[PERIODS[3]]
    assert finished(place) == PERIODS
    delivered = asked(place, "select period, max(version), status from delivery group by period, status order by 1")
    assert delivered == [(period, 1, "built") for period in PERIODS]
    periods = place.rows("select distinct period from marts.mart_waiting_times order by 1")
    assert [row["period"] for row in periods] == PERIODS

    (log,) = (place.home / "state" / "log").iterdir()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    runs = {run_id for (run_id,) in asked(place, "select run_id from run")}
    assert {event["run_id"] for event in events if event["event"] == "run_started"} == runs
    codes = [event["exit_code"] for event in events if event["event"] == "command_ended"]
    assert codes == [130, 4, 0], "the killed command has no end"
    assert {event["period"] for event in events if event["event"] == "delivered"} == set(PERIODS)
    assert [event["skipped"] for event in events if event["event"] == "month_skipped"][-3:] == PERIODS[:3]
