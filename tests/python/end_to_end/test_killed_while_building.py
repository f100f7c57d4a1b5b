"""Killed while it takes files in or builds, again and again, then run: the month is as if nothing had happened."""

from __future__ import annotations

import sqlite3

from .command import PROGRAM
from .content import differences
from .killing import KILLED, Point
from .workshop import REASON, SECOND, Workshop

MODEL, TEST = "dbt.task.run:ModelRunner.execute", "dbt.task.test:TestRunner.execute"
# Each begins on what the one before it left: six files, in the order of their names.
LANDING = (
    # A file half copied to the archive, and one copied but not read.
    Point("orchestration.landing.receiving:os.fsync"),
    Point("orchestration.landing.land:receive", is_after=True),
    # Identities in clear lie in the landing's own folder.
    Point("orchestration.landing.land:clean", is_after=True),
    # The rows are in the lake, and the state does not know.
    Point("orchestration.landing.land:_keep_rows", is_after=True, nth=2),
    # Between two files.
    Point("orchestration.landing.land:_land_file", nth=4),
    # All files in, no group whole; then one group in force and the other not.
    Point("orchestration.landing.land:_settle_groups"),
    Point("orchestration.state.store:State.make_current", is_after=True),
)
BUILDING = (
    # Touched periods have lost their marks, and no model is built yet.
    Point("orchestration.warehouse.basis:take_marks_away", is_after=True),
    Point("orchestration.warehouse.stage:run_dbt"),
    # A fact is the new month's, the marts and everything after them are not.
    Point(MODEL, given="fct_completed_contact", is_after=True),
    Point(MODEL, given="mart_waiting_times"),
    # Everything is built and some of it tested.
    Point(TEST, given="waiting_times_of_the_breakdowns_add_up_to_all"),
    # Everything is tested, and nothing of it noted.
    Point("orchestration.warehouse.basis:note_basis"),
    # The build tells that it is whole, and there is no evidence.
    Point("orchestration.warehouse.stage:evidence.record", given="dbt_tests_pass"),
)
# Whole commands, Dagster's own records and all.
COMMANDS = (Point("orchestration.landing.stage:land"), Point("orchestration.warehouse.stage:run_dbt"))


def kill_from_outside(workshop: Workshop, line: str) -> int:
    """Kill the program itself when it says a line; returns how it ended."""
    run = workshop.place.start(str(PROGRAM), "run", "--period", SECOND, *REASON)
    assert run.stdout is not None
    for said in run.stdout:
        if line in said:
            run.kill()
            break
    run.communicate()
    return run.returncode


def test_a_month_killed_in_landing_and_warehouse_is_run_again_to_the_same_content(workshop: Workshop) -> None:
    undisturbed = workshop.undisturbed()
    workshop.put(workshop.base())
    before = workshop.version_in_force()
    for stages, points in ((("land",), LANDING), (("land", "build"), BUILDING)):
        for point in points:
            ended = workshop.forge.stages(*stages, period=SECOND, run_id="k", point=point)
            assert ended.code == KILLED, f"{point}: {ended.code}\n{ended.said}"
            assert workshop.version_in_force() == before, point
    for point in COMMANDS:
        ended = workshop.forge.command("run", "--period", SECOND, *REASON, point=point)
        assert ended.code == KILLED, f"{point}: {ended.code}\n{ended.said}"
    assert kill_from_outside(workshop, "Läser in") == KILLED
    assert workshop.version_in_force() == before
    # The program itself, newly started.
    again = workshop.place.command("run", "--period", SECOND, *REASON)
    assert again.code == 0, again.said
    assert differences(workshop.content(), undisturbed) == []
    with sqlite3.connect(workshop.home / "state" / "state.sqlite") as state:
        runs = state.execute("select exit_code, ended_at from run where period = ?", [SECOND]).fetchall()
    assert len(runs) == len(COMMANDS) + 2
    assert runs[-1][0] == 0
    assert all(code is not None and ended_at for code, ended_at in runs), "en dödad körning har fått sitt slut"
