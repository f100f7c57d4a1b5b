"""Runs a Dagster job in this process for the command line, and says how it went."""

from __future__ import annotations

import datetime
import functools
import logging
import signal
import socket
import threading
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from orchestration import logbook, telling
from orchestration.contracts import load_contracts
from orchestration.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, BrokenOffError
from orchestration.jobs import MONTH_JOB, RUN_TAGS
from orchestration.keeping.stage import keep_house
from orchestration.landing.inbox import inbox_content
from orchestration.privacy import mask_identities
from orchestration.services.dagster_home import prepare_dagster_home
from orchestration.settings import Home, read_region
from orchestration.state.finished import (
    FinishedMonth,
    beside_current,
    forget_finished,
    month_basis,
    note_finished,
)
from orchestration.state.lock import running, writing
from orchestration.state.store import State, now, open_state

if TYPE_CHECKING:
    import dagster as dg

_ENDING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Outcome:
    """How a job ended: the exit code, the failures' own words, what landing refused, and the run's id.

    `delivered` is the folder of a delivery that was made, `held_back` why none was although all went well.
    `held_domains` are the domains whose published tables stay as they were, each a line with its exit code.
    """

    exit_code: int
    messages: tuple[str, ...]
    refused: tuple[str, ...]
    run_id: str
    delivered: str | None = None
    held_back: tuple[str, ...] = ()
    held_domains: tuple[tuple[str, int], ...] = ()


def _close_dead_runs(instance: dg.DagsterInstance, home: Home, state: State) -> None:
    """Give runs that were killed an end, here and in Dagster; the caller is the only writer."""
    from orchestration.services.dead_runs import close_dead_runs

    dead = [row["run_id"] for row in state.rows("select run_id from run where ended_at is null")]
    close_dead_runs(instance, home, frozenset(dead))
    for run_id in dead:
        state.execute("update run set ended_at = ?, exit_code = ? where run_id = ?", [now(), EXIT_FAILED, run_id])


def _failures(result: dg.ExecuteInProcessResult) -> tuple[int, list[str]]:
    """(exit code, the failures' own words) of a run that did not succeed."""
    from orchestration.guard import EXIT_CODE_KEY

    messages, code = [], EXIT_FAILED
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        told = event.step_failure_data.user_failure_data
        if told is None:
            error = event.step_failure_data.error
            messages.append(f"Steget {event.step_key} föll: {error.cls_name if error else 'okänt fel'}")
            continue
        messages.append(told.description or "")
        noted = (told.metadata or {}).get(EXIT_CODE_KEY)
        code = int(noted.value) if noted is not None else code  # type: ignore[arg-type]
    return code, messages


def _refused(result: dg.ExecuteInProcessResult) -> tuple[str, ...]:
    """What the landing of this run refused, in its own words."""
    from orchestration.landing.assets import REFUSED_KEY

    told: list[str] = []
    for event in result.get_asset_materialization_events():
        noted = event.materialization.metadata.get(REFUSED_KEY)
        if noted is not None:
            told += [str(line) for line in noted.value]  # type: ignore[union-attr]
    return tuple(told)


def _held_domains(result: dg.ExecuteInProcessResult) -> tuple[tuple[str, int], ...]:
    """(line, exit code) of each domain that the validation of this run holds back."""
    from orchestration.validation.assets import HELD_KEY

    told: list[tuple[str, int]] = []
    for event in result.get_asset_materialization_events():
        noted = event.materialization.metadata.get(HELD_KEY)
        if noted is not None:
            told += [(held["line"], held["exit_code"]) for held in cast("list[dict[str, Any]]", noted.value)]
    return tuple(told)


def _delivery(result: dg.ExecuteInProcessResult) -> tuple[str | None, tuple[str, ...]]:
    """(folder of the delivery that was made, why none was made) of a run."""
    from orchestration.delivery.assets import FOLDER_KEY, HELD_BACK_KEY

    folder, held_back = None, list[str]()
    for event in result.get_asset_materialization_events():
        noted = event.materialization.metadata.get(FOLDER_KEY)
        folder = str(noted.value) if noted is not None else folder
    for event in result.get_asset_observation_events():
        noted = event.asset_observation_data.asset_observation.metadata.get(HELD_BACK_KEY)
        if noted is not None:
            held_back += [str(line) for line in noted.value]  # type: ignore[union-attr]
    return folder, tuple(held_back)


@functools.cache
def _job(job_name: str, override_reason: str, full_refresh: bool) -> dg.JobDefinition:
    """The job, resolved once a process: asked for in the same way it is the same for every month."""
    from orchestration.definitions import build_definitions
    from orchestration.resources import Workplace

    definitions = build_definitions(
        Workplace(override_reason=override_reason, full_refresh=full_refresh, shows_progress=True)
    )
    return definitions.resolve_job_def(job_name)


class _Signals:
    """Notes every signal that asks the process to end, whoever handles it.

    Dagster, dbt and the engine each have a way of their own with Ctrl-C, and some make an ordinary failure of it.
    The interpreter writes a byte for each signal before any handler runs; that byte tells them apart.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._has_come = False

    def __enter__(self) -> _Signals:
        self._restore = ExitStack()
        if threading.current_thread() is threading.main_thread():
            earlier_descriptor = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
            self._restore.callback(signal.set_wakeup_fd, earlier_descriptor)
            for number in _ENDING:
                # Both alike, also where a shell left SIGINT ignored: Dagster gives SIGTERM the handler of SIGINT.
                earlier = signal.signal(number, signal.default_int_handler)
                self._restore.callback(signal.signal, number, earlier or signal.SIG_DFL)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore.close()
        self._reader.close()
        self._writer.close()

    def asked_to_end(self) -> bool:
        """Whether Ctrl-C or a request to end has come."""
        try:
            seen = self._reader.recv(4096)
        except BlockingIOError:
            seen = b""
        self._has_come = self._has_come or any(number in seen for number in _ENDING)
        return self._has_come


class JobRunner:
    """Runs one job for one month after another in this process; what months share is opened once.

    A full refresh is done once, with the first month: it builds every period that is loaded.
    """

    def __init__(self, job_name: str, home: Home, override_reason: str = "", full_refresh: bool = False) -> None:
        self._job_name, self._home = job_name, home
        # Dagster keeps a picture of every job with what its resources were given.
        self._override_reason = mask_identities(override_reason)
        self._full_refresh = full_refresh
        self._open = ExitStack()

    def __enter__(self) -> JobRunner:
        """Open Dagster's storage and begin to listen for Ctrl-C."""
        prepare_dagster_home(self._home)
        # The stages speak for themselves; the libraries' own chatter only hides it.
        logging.disable(logging.WARNING)
        import dagster as dg

        with ExitStack() as opening:
            self._signals = opening.enter_context(_Signals())
            self._instance = opening.enter_context(dg.DagsterInstance.get())
            self._open = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self._open.close()

    def demand_unbroken(self, period: str) -> None:
        """Raise BrokenOffError when somebody has asked the process to end before this month was begun."""
        if self._signals.asked_to_end():
            raise BrokenOffError(f"Avbrutet utifrån före {period}.", "Kör samma kommando igen.")

    def run(self, period: str) -> Outcome:
        """Run the month as the only writer.

        Raises BrokenOffError when somebody asked the process to end meanwhile; the run then has its end, here and
        in Dagster, and a month that was broken off is not finished.
        """
        run_id = str(uuid.uuid4())
        try:
            with (
                logbook.logged(self._home, run_id=run_id, period=period, stage=None),
                logbook.lasting("run", job=self._job_name) as told,
                writing(self._home, f"{self._job_name} {period}", telling.tell),
                open_state(self._home.state_file) as state,
            ):
                outcome = self._run(period, run_id, state)
                told |= {
                    "exit_code": outcome.exit_code,
                    "refused": len(outcome.refused),
                    "domains_held_back": len(outcome.held_domains),
                }
                return outcome
        except BaseException as broken:
            if isinstance(broken, KeyboardInterrupt) or self._signals.asked_to_end():
                raise self._broken_off(period) from None
            raise

    def _broken_off(self, period: str) -> BrokenOffError:
        return BrokenOffError(f"{period} avbröts utifrån och är inte klar.", "Kör samma kommando igen.")

    def _run(self, period: str, run_id: str, state: State) -> Outcome:
        contracts = load_contracts()
        _close_dead_runs(self._instance, self._home, state)
        forget_finished(state, period, self._job_name)
        state.insert("run", [{"run_id": run_id, "command": self._job_name, "period": period, "started_at": now()}])
        # As they are before the month: what comes while it runs is news for the next time.
        arrived = inbox_content(self._home.inbox / period, contracts)
        region, _ = read_region(self._home)
        try:
            with running(self._home, run_id):
                result = _job(self._job_name, self._override_reason, self._full_refresh).execute_in_process(
                    partition_key=period,
                    instance=self._instance,
                    raise_on_error=False,
                    run_id=run_id,
                    tags=RUN_TAGS,
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
        except BaseException:
            _close_dead_runs(self._instance, self._home, state)
            raise
        is_broken_off = self._signals.asked_to_end() and not result.success
        code, messages = (EXIT_DONE, []) if result.success else _failures(result)
        code = EXIT_INTERRUPTED if is_broken_off else code
        state.execute("update run set ended_at = ?, exit_code = ? where run_id = ?", [now(), code, run_id])
        if is_broken_off:
            raise self._broken_off(period)
        refused = _refused(result)
        delivered, held_back = _delivery(result)
        held = _held_domains(result)
        outcome = Outcome(code, tuple(messages), refused, run_id, delivered, held_back, held)
        self._full_refresh = False
        # A month of which something is held back is not done: it is tried again, whatever it rests on.
        if result.success and not held:
            note_finished(
                state,
                FinishedMonth(
                    period=period,
                    job=self._job_name,
                    run_id=run_id,
                    basis=month_basis(state, contracts, region, period, self._override_reason),
                    inbox=beside_current(state, period, arrived),
                    refused=refused,
                ),
            )
        if result.success and self._job_name == MONTH_JOB:
            keep_house(self._home, region, datetime.date.today(), telling.tell, self._instance)
        return outcome


def run_job(job_name: str, period: str, home: Home, override_reason: str = "", full_refresh: bool = False) -> Outcome:
    """Run one job of the code location for one month, in this process, as the only writer."""
    with JobRunner(job_name, home, override_reason, full_refresh) as runner:
        return runner.run(period)
