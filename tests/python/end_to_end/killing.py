"""Processes that work in a home, to the end or until a certain point, where they kill themselves with signal 9.

The libraries take many seconds to import and dbt's project to read, so one process does both and forks another for
each piece of work. It has started no thread, and opened no file of the home, so what is forked is like a program
newly begun.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

KILLED = -signal.SIGKILL
# Only so that a process which waits for ever ends; no run is measured by it.
LONGEST_SECONDS = 1800
_MODULE = "tests.python.end_to_end.killing"


@dataclass(frozen=True)
class Point:
    """Where a process dies: at the `nth` call of a function (`module:name.of.it`), before or after it.

    With `given`, only calls with an argument that has this name, or a text that holds it, count.
    """

    function: str
    is_after: bool = False
    given: str | None = None
    nth: int = 1

    def __str__(self) -> str:
        place = "after" if self.is_after else "before"
        about = f" of {self.given}" if self.given else ""
        return f"{place} call {self.nth} of {self.function}{about}"


def _is_meant(arguments: tuple[Any, ...], given: str | None) -> bool:
    texts = (argument if isinstance(argument, str) else getattr(argument, "name", None) for argument in arguments)
    return given is None or any(isinstance(text, str) and given in text for text in texts)


def _arm(point: Point) -> None:
    module, _, path = point.function.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, import_module(module))
    inner: Callable[..., Any] = getattr(owner, name)
    calls = 0

    @functools.wraps(inner)
    def reached(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += _is_meant(arguments, point.given)
        is_here = _is_meant(arguments, point.given) and calls == point.nth
        if is_here and not point.is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = inner(*arguments, **named)
        if is_here:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, reached)


def _do_stages(names: list[str], period: str, run_id: str) -> None:
    """The stages' own functions, one after the other as a run calls them, as the only writer."""
    import dataclasses

    from orchestration.approval import stage as approval
    from orchestration.delivery import stage as delivery
    from orchestration.landing import account
    from orchestration.landing import stage as landing
    from orchestration.publishing import stage as publishing
    from orchestration.reporting import stage as reporting
    from orchestration.review import stage as review
    from orchestration.state.lock import writing
    from orchestration.validation import stage as validation
    from orchestration.warehouse import stage as warehouse
    from orchestration.work import Work, open_work

    def validate(work: Work) -> None:
        results = validation.run_suites(work)
        renewed = review.renew_review(work)
        reporting.write_protocol(work, results, None if renewed is None else renewed.folder)
        validation.demand_passed(work, results)

    def build(work: Work) -> None:
        account.check_account(work)
        warehouse.build_warehouse(work)

    def deliver(work: Work) -> None:
        if not isinstance(delivery.deliver_when_open(work), delivery.HeldBack):
            publishing.renew_published(work)

    stages: dict[str, Callable[[Work], object]] = {
        "land": landing.land_period,
        "build": build,
        "validate": validate,
        "figures": approval.renew_clinic_figures,
        "publish": publishing.publish_period,
        "deliver": deliver,
    }
    work = dataclasses.replace(open_work(period, print, "prov"), run_id=run_id)
    with writing(work.home, f"period {period}", print):
        for name in names:
            stages[name](work)


def _work(order: dict[str, Any]) -> None:
    """What a forked process does of an order: a command, or stages; it does not come back."""
    code = 1
    try:
        os.environ.clear()
        os.environ.update(order["environment"])
        os.chdir(order["environment"]["HOME"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for descriptor, said in ((1, order["out"]), (2, order["err"])):
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600), descriptor)
        signal.alarm(order["seconds"])
        if order["point"] is not None:
            _arm(Point(**order["point"]))
        if order["command"] is not None:
            from orchestration.cli import main

            sys.argv = ["vardlager", *order["command"]]
            main()
        else:
            os.umask(0o077)
            _do_stages(**order["stages"])
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Import and read everything; then for each order on a line of input fork, wait, and tell the exit code."""
    from orchestration.settings import home_from_environment, read_region
    from orchestration.warehouse.dbt_runner import read_project
    from orchestration.work import silence_telemetry

    silence_telemetry()
    for name in (
        "orchestration.cli",
        "orchestration.driver",
        "orchestration.definitions",
        "orchestration.delivery.assets",
        "orchestration.publishing.stage",
        "dagster._core.storage.event_log.sqlite",
        "dagster._core.storage.runs.sqlite",
        "dagster._core.storage.schedules.sqlite",
        "dbt.cli.main",
        "dbt.task.build",
        "dbt.adapters.duckdb.connections",
        "great_expectations",
        "expectations.delivery",
    ):
        import_module(name)
    home = home_from_environment()
    read_project(home, read_region(home)[0])
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _work(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


@dataclass(frozen=True)
class Ended:
    """How a forked process ended, and what it said on the way."""

    code: int
    said: str


class Forge:
    """Starts the process that imports, and gives it orders; use as a context.

    What it is ordered to do is done with `environment`, or in the home that `at` names.
    """

    def __init__(self, environment: dict[str, str], said: Path) -> None:
        self._environment = environment
        self._said = said

    def __enter__(self) -> Forge:
        self._server = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            env=self._environment,
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate(timeout=60)

    def at(self, environment: dict[str, str], said: Path) -> Forge:
        """The same process for orders with another environment, which say what they say in another file."""
        other = copy.copy(self)
        other._environment, other._said = environment, said
        return other

    def _order(self, **order: Any) -> int:
        assert self._server.stdin is not None and self._server.stdout is not None
        nothing = {"command": None, "stages": None, "point": None}
        said = {"out": str(self._said), "err": str(self._said), "seconds": LONGEST_SECONDS}
        order = {"environment": self._environment, **nothing, **said, **order}
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        code = self._server.stdout.readline()
        assert code, "processen som importerar allt har dött"
        return int(code)

    def program(self, arguments: Sequence[str], environment: dict[str, str], seconds: int) -> tuple[int, str, str]:
        """vardlager in another home, as a program newly begun there: its exit code and what it wrote to each stream."""
        out, err = (self._said.with_name(f"{self._said.name}.{stream}") for stream in ("out", "err"))
        code = self._order(
            command=list(arguments), environment=environment, out=str(out), err=str(err), seconds=seconds
        )
        return code, out.read_text("utf-8"), err.read_text("utf-8")

    def command(self, *arguments: str, point: Point | None = None) -> Ended:
        """A whole command of vardlager, killed at the point if one is given."""
        code = self._order(command=list(arguments), point=asdict(point) if point else None)
        return Ended(code, self._said.read_text("utf-8"))

    def stages(self, *names: str, period: str, run_id: str, point: Point | None = None) -> Ended:
        """Stages of one run, one after the other, killed at the point if one is given."""
        stages = {"names": list(names), "period": period, "run_id": run_id}
        code = self._order(stages=stages, point=asdict(point) if point else None)
        return Ended(code, self._said.read_text("utf-8"))


if __name__ == "__main__":
    serve()
