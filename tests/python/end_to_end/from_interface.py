"""The month's job as Dagster's interface starts it, with a command begun in the middle of it.

    python -m tests.python.end_to_end.from_interface PERIOD REASON PROGRAM ARGUMENT ...

Before the job's third stage the program is started, and the stage goes on when the program has said that it
waits or that it has begun. What it says comes on standard output, and at last both exit codes as JSON.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from orchestration.definitions import build_definitions
from orchestration.driver import prepare_dagster_home
from orchestration.jobs import MONTH_JOB
from orchestration.resources import Workplace
from orchestration.settings import home_from_environment

BEFORE_STAGE = 3
_begun: list[int] = []
_beside: list[subprocess.Popen[str]] = []


class Crowded(Workplace):
    """A workplace in which somebody else wants to write between two stages."""

    @contextmanager
    def writing_work(self, context: dg.AssetExecutionContext) -> Iterator[Any]:
        _begun.append(1)
        if len(_begun) == BEFORE_STAGE:
            _begin_beside()
        with super().writing_work(context) as work:
            yield work


def _begin_beside() -> None:
    program = subprocess.Popen(sys.argv[3:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    _beside.append(program)
    assert program.stdout is not None
    for line in program.stdout:
        print(line, end="", flush=True)
        if "Väntar" in line or "Läser in" in line:
            return


def main(period: str, reason: str) -> None:
    logging.disable(logging.WARNING)
    prepare_dagster_home(home_from_environment())
    job = build_definitions(Crowded(override_reason=reason)).resolve_job_def(MONTH_JOB)
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(partition_key=period, instance=instance, raise_on_error=False)
    [program] = _beside
    said, _ = program.communicate()
    print(said, end="", flush=True)
    print(json.dumps([result.success, program.returncode]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
