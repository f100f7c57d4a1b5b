"""Many months in one process: what is left to do, how far it has come, and how long it may still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from orchestration import logbook, telling
from orchestration.contracts import load_contracts
from orchestration.driver import JobRunner, Outcome
from orchestration.errors import EXIT_DONE, BrokenOffError
from orchestration.landing.inbox import inbox_content
from orchestration.privacy import mask_identities
from orchestration.publishing.versions import publications, version_folder, version_in_force
from orchestration.settings import Home, read_region
from orchestration.state.finished import FinishedMonth, beside_current, finished_month, has_news, month_basis
from orchestration.state.store import open_state
from orchestration.work import following_month

_MONTHS_WEIGHED = 6
_STAGE_END, _REMARK = " ...", "  ! "


@dataclass
class Tally:
    """What became of the months, each list in the order they were run.

    `refused` holds what landing refused, a line each, also of months that were finished before; `held` the domains
    that validation held back, each a line with its exit code, and `with_held` their months.
    """

    done: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    with_refusals: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    with_held: list[str] = field(default_factory=list)
    held: list[tuple[str, int]] = field(default_factory=list)

    def refuse(self, period: str, lines: Sequence[str]) -> None:
        """Note what was refused of a month."""
        if lines:
            self.with_refusals.append(period)
            self.refused += [f"{period}: {line}" for line in lines]


@dataclass(frozen=True)
class Failed:
    """The month that failed, how it went, and the months that were not begun."""

    period: str
    outcome: Outcome
    remaining: tuple[str, ...]


def seconds_left(seconds: Sequence[float], months_left: int) -> float | None:
    """Seconds that are left to run, from the seconds of the months run in this process; None before any is known.

    The first month carries what the process pays once, so it counts only while it is alone. The median of the
    latest ones is taken: a month that waited for another run, or that only got a correction, does not sway it.
    """
    known = list(seconds[1:] or seconds)[-_MONTHS_WEIGHED:]
    return median(known) * months_left if known else None


def in_words(seconds: float) -> str:
    """A length of time as one says it: "40 s", "12 min", "3 h 05 min"; whole minutes from two of them on."""
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def in_spans(periods: Sequence[str]) -> str:
    """Months with those that follow on each other drawn together: "2021-01--2021-03, 2021-05"."""
    spans: list[list[str]] = []
    for period in periods:
        if spans and following_month(spans[-1][-1]) == period:
            spans[-1].append(period)
        else:
            spans.append([period])
    return ", ".join(span[0] if len(span) == 1 else f"{span[0]}--{span[-1]}" for span in spans)


def summary_lines(tally: Tally, seconds: float) -> list[str]:
    """The table at the end: how many months were done, skipped, not delivered anew, and had files refused."""
    rows = [
        ("klara", tally.done),
        ("överhoppade", tally.skipped),
        ("utan ny leverans", tally.held_back),
        ("med avvisade filer", tally.with_refusals),
    ]
    rows += [("med något tillbaka", tally.with_held)] if tally.with_held else []
    total = len(tally.done) + len(tally.skipped)
    lines = [f"{total} månader på {in_words(seconds)}:"]
    return lines + [f"  {name:<19}{len(periods):>4}  {in_spans(periods)}".rstrip() for name, periods in rows]


def heading(number: int, count: int, period: str) -> str:
    """The month and its place among them all: "[7/36] 2021-07"."""
    return f"[{number}/{count}] {period}"


class MonthLine:
    """One line a month, written as the month goes: `[7/36] 2021-07 läser in, bygger ... klart på 21 s`.

    Nothing is written over, so a log file reads like the screen. What must be told in between stands on lines of
    its own, and the month is then named again.
    """

    def __init__(self, write: Callable[[str], None], number: int, count: int, period: str) -> None:
        self._write, self._period = write, period
        self._heading = heading(number, count, period)
        self._is_open = False
        self._has_stage = False
        self.remarks = 0

    def begin(self) -> None:
        """Write the heading and leave the line open."""
        self._write(self._heading)
        self._is_open, self._has_stage = True, False

    def hear(self, told: str) -> None:
        """A line from a stage: its name goes on the open line, remarks are counted, details are for the log."""
        if told.endswith(_STAGE_END) and not told.startswith((" ", "Väntar")):
            if not self._is_open:
                self.begin()
            name = told.removesuffix(_STAGE_END).replace(f" {self._period}", "")
            self._write(f"{',' if self._has_stage else ''} {name[0].lower()}{name[1:]}")
            self._has_stage = True
        elif told.startswith(_REMARK):
            self.remarks += 1
        elif told.startswith("Väntar"):
            self.say(told)

    def say(self, line: str) -> None:
        """A line of its own."""
        self._break()
        self._write(f"  {line}\n")

    def end(self, told: str, then: str = "") -> None:
        """What became of the month, at the end of its line, and what comes after it."""
        if not self._is_open:
            self.begin()
        remarks = {0: "", 1: " (1 påpekande)"}.get(self.remarks, f" ({self.remarks} påpekanden)")
        self._write(f" ... {told}{remarks}{then}\n")
        self._is_open = False

    def _break(self) -> None:
        if self._is_open:
            self._write("\n")
            self._is_open = False

    @contextmanager
    def open(self) -> Iterator[MonthLine]:
        """The line while the month runs; never left open, whatever happens."""
        self.begin()
        try:
            with telling.heard_by(self.hear):
                yield self
        finally:
            self._break()


def still_finished(home: Home, job: str, period: str, override_reason: str) -> FinishedMonth | None:
    """The month as it was finished, when nothing it rests on has changed since and its inbox holds nothing new."""
    if not home.state_file.exists():
        return None
    contracts = load_contracts()
    with open_state(home.state_file) as state:
        month = finished_month(state, period, job)
        if month is None:
            return None
        region, _ = read_region(home)
        if month.basis != month_basis(state, contracts, region, period, override_reason):
            return None
        present = beside_current(state, period, inbox_content(home.inbox / period, contracts))
        return None if has_news(state, period, month.inbox, present) else month


def stands_published(home: Home) -> bool:
    """Whether what was published last is what readers get: neither rolled back nor lost.

    Otherwise the first month that runs publishes all that is loaded, and the months after it are finished again.
    """
    if not home.state_file.exists():
        return False
    with open_state(home.state_file) as state:
        newest = max((entry.version for entry in publications(state, "current", "earlier")), default=None)
    return newest is not None and newest == version_in_force(home) and version_folder(home, newest).is_dir()


def run_months(
    job: str,
    periods: Sequence[str],
    home: Home,
    override_reason: str,
    write: Callable[[str], None],
    full_refresh: bool = False,
) -> tuple[Tally, Failed | None]:
    """Run a job for each month in order, but for those that are finished; stops at the first that fails.

    A full refresh is asked for to have everything made anew: then no month counts as finished. None does either
    until what was published last is in force.
    `write` takes text as it is to stand, line ends included. Raises BrokenOffError when somebody ended the process.
    """
    tally, seconds = Tally(), list[float]()
    with JobRunner(job, home, override_reason, full_refresh) as runner:
        for number, period in enumerate(periods, start=1):
            runner.demand_unbroken(period)
            may_skip = not full_refresh and stands_published(home)
            finished = still_finished(home, job, period, override_reason) if may_skip else None
            if finished is not None:
                write(f"{heading(number, len(periods), period)} hoppas över: klar sedan tidigare, inget är ändrat\n")
                logbook.event("month_skipped", skipped=period, earlier_run=finished.run_id)
                tally.skipped.append(period)
                tally.refuse(period, finished.refused)
                continue
            started = time.monotonic()
            with MonthLine(write, number, len(periods), period).open() as line:
                outcome = runner.run(period)
                seconds.append(time.monotonic() - started)
                if outcome.exit_code != EXIT_DONE:
                    line.end(f"föll efter {in_words(seconds[-1])}")
                    return tally, Failed(period, outcome, tuple(periods[number:]))
                _note(tally, period, outcome)
                left = seconds_left(seconds, len(periods) - number)
                about = f", omkring {in_words(left)} kvar" if left else ""
                line.end(f"klart på {in_words(seconds[-1])}", about)
    return tally, None


def _note(tally: Tally, period: str, outcome: Outcome) -> None:
    tally.done.append(period)
    tally.refuse(period, outcome.refused)
    if outcome.held_back:
        tally.held_back.append(period)
    if outcome.held_domains:
        tally.with_held.append(period)
        tally.held += [(f"{period}: {line}", code) for line, code in outcome.held_domains]


def months_left(count: int) -> str:
    """How many months remain, in words."""
    return {0: "ingen månad återstår", 1: "1 månad återstår"}.get(count, f"{count} månader återstår")


def how_to_go_on(broken: BrokenOffError, command: str) -> BrokenOffError:
    """The same error with the very command that goes on where it was."""
    return BrokenOffError(
        broken.what, f"Kör samma kommando igen, det fortsätter med det som inte är klart: {mask_identities(command)}"
    )
