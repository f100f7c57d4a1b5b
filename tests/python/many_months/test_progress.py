"""Many months: the words of a month's line, what is left to run, and the table at the end."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import pytest

from orchestration import many_months, telling
from orchestration.driver import Outcome
from orchestration.errors import BrokenOffError
from orchestration.many_months import (
    MonthLine,
    Tally,
    in_spans,
    in_words,
    months_left,
    run_months,
    seconds_left,
    summary_lines,
)
from orchestration.settings import Home
from orchestration.state.finished import FinishedMonth
from orchestration.work import following_month

PERIODS = ["2021-11", "2021-12", "2022-01", "2022-02"]


def test_nothing_is_estimated_before_a_month_is_run() -> None:
    assert seconds_left([], 36) is None


def test_the_first_month_counts_only_while_it_is_alone() -> None:
    assert seconds_left([40.0], 10) == 400.0
    assert seconds_left([40.0, 20.0], 10) == 200.0


def test_one_month_that_waited_does_not_sway_the_estimate() -> None:
    assert seconds_left([40.0, 20.0, 900.0, 21.0], 2) == 42.0


def test_the_estimate_follows_months_that_grow() -> None:
    assert seconds_left([40.0, *[10.0] * 20, *[30.0] * 6], 2) == 60.0


def test_nothing_is_left_after_the_last_month() -> None:
    assert seconds_left([40.0, 20.0], 0) == 0.0


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.4, "0 s"),
        (21.3, "21 s"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (599.0, "10 min"),
        (3599.0, "1 h 00 min"),
        (3900.0, "1 h 05 min"),
        (36000.0, "10 h 00 min"),
    ],
)
def test_a_length_of_time_is_told_as_one_says_it(seconds: float, told: str) -> None:
    assert in_words(seconds) == told


def test_months_that_follow_on_each_other_are_drawn_together_over_the_turn_of_the_year() -> None:
    assert in_spans(["2021-11", "2021-12", "2022-01", "2022-03"]) == "2021-11--2022-01, 2022-03"
    assert in_spans(["2021-11"]) == "2021-11"
    assert in_spans([]) == ""


def test_the_month_after_december_is_january() -> None:
    assert (following_month("2021-12"), following_month("2021-09")) == ("2022-01", "2021-10")


def test_the_table_counts_what_became_of_the_months() -> None:
    tally = Tally(done=["2021-11", "2022-01"], skipped=["2021-12"], held_back=["2022-01"])
    tally.refuse("2021-12", ["en.csv: trasig", "två.csv: trasig"])
    tally.refuse("2022-01", [])
    assert [line.split() for line in summary_lines(tally, 125.0)] == [
        ["3", "månader", "på", "2", "min:"],
        ["klara", "2", "2021-11,", "2022-01"],
        ["överhoppade", "1", "2021-12"],
        ["utan", "ny", "leverans", "1", "2022-01"],
        ["med", "avvisade", "filer", "1", "2021-12"],
    ]
    assert tally.refused == ["2021-12: en.csv: trasig", "2021-12: två.csv: trasig"]


def test_a_month_is_one_line_with_its_stages_and_no_way_back() -> None:
    written: list[str] = []
    with MonthLine(written.append, 7, 36, "2021-07").open() as line:
        for told in ("Läser in 2021-07 ...", "  en.csv: 3 rader", "Bygger modellerna ...", "  ! en.csv: udda"):
            telling.tell(told)
        line.end("klart på 21 s", ", omkring 10 min kvar")
    text = "".join(written)
    assert text == "[7/36] 2021-07 läser in, bygger modellerna ... klart på 21 s (1 påpekande), omkring 10 min kvar\n"


def test_what_must_be_told_stands_on_a_line_of_its_own_and_the_month_is_named_again() -> None:
    written: list[str] = []
    with MonthLine(written.append, 1, 2, "2021-07").open() as line:
        telling.tell("Väntar på en annan körning: process 1 ...")
        telling.tell("Läser in 2021-07 ...")
        line.end("klart på 21 s")
    assert "".join(written).splitlines() == [
        "[1/2] 2021-07",
        "  Väntar på en annan körning: process 1 ...",
        "[1/2] 2021-07 läser in ... klart på 21 s",
    ]


def test_a_month_that_is_broken_off_leaves_no_open_line() -> None:
    written: list[str] = []
    with pytest.raises(KeyboardInterrupt), MonthLine(written.append, 1, 2, "2021-07").open():
        raise KeyboardInterrupt
    assert "".join(written) == "[1/2] 2021-07\n"


def test_how_many_months_remain_is_told_in_words() -> None:
    assert [months_left(count) for count in (0, 1, 2)] == [
        "ingen månad återstår", "1 månad återstår", "2 månader återstår",
    ]  # fmt: skip


class _Runner:
    """Stands in for the runner of jobs: tells what was run, and ends each month as it is told to."""

    outcomes: dict[str, Outcome]
    ran: list[str]
    ended_before: str | None

    def __init__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> _Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def demand_unbroken(self, period: str) -> None:
        if period == self.ended_before:
            raise BrokenOffError(f"Avbrutet före {period}.", "Kör igen.")

    def run(self, period: str) -> Outcome:
        self.ran.append(period)
        return self.outcomes.get(period, _outcome(0))


def _outcome(code: int, refused: tuple[str, ...] = (), held_back: tuple[str, ...] = ()) -> Outcome:
    return Outcome(code, ("Det gick inte.",) if code else (), refused, "run", None, held_back)


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> type[_Runner]:
    _Runner.outcomes, _Runner.ran, _Runner.ended_before = {}, [], None
    monkeypatch.setattr(many_months, "JobRunner", _Runner)
    return _Runner


def _finished(monkeypatch: pytest.MonkeyPatch, **refused: tuple[str, ...]) -> None:
    def still(home: Home, job: str, period: str, reason: str) -> FinishedMonth | None:
        lines = refused.get(f"m{period.replace('-', '')}")
        return None if lines is None else FinishedMonth(period, job, "earlier", "basis", frozenset(), lines)

    monkeypatch.setattr(many_months, "still_finished", still)
    monkeypatch.setattr(many_months, "stands_published", lambda home: True)


def test_finished_months_are_skipped_and_the_rest_run_in_order(
    runner: type[_Runner], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    _finished(monkeypatch, m202111=(), m202201=("en.csv: trasig",))
    runner.outcomes["2022-02"] = _outcome(0, ("två.csv: trasig",), ("Ingen leverans.",))
    written: list[str] = []
    tally, failed = run_months("month", PERIODS, Home(tmp_path), "", written.append)
    assert (failed, runner.ran) == (None, ["2021-12", "2022-02"])
    assert tally == Tally(
        done=["2021-12", "2022-02"],
        skipped=["2021-11", "2022-01"],
        held_back=["2022-02"],
        with_refusals=["2022-01", "2022-02"],
        refused=["2022-01: en.csv: trasig", "2022-02: två.csv: trasig"],
    )
    lines = "".join(written).splitlines()
    assert [line.split()[:2] for line in lines] == [[f"[{n}/4]", period] for n, period in enumerate(PERIODS, 1)]
    assert "hoppas över" in lines[0] and "hoppas över" in lines[2]
    assert "kvar" in lines[1] and "kvar" not in lines[3]


def test_the_first_month_runs_and_the_others_are_skipped_when_what_is_published_must_be_made_again(
    runner: type[_Runner], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    _finished(monkeypatch, m202111=(), m202112=(), m202201=(), m202202=())
    monkeypatch.setattr(many_months, "stands_published", lambda home: bool(runner.ran))
    tally, _ = run_months("month", PERIODS, Home(tmp_path), "", lambda text: None)
    assert (runner.ran, tally.skipped) == (PERIODS[:1], PERIODS[1:])


def test_a_month_that_fails_stops_those_after_it_and_they_are_counted(
    runner: type[_Runner], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    _finished(monkeypatch)
    runner.outcomes["2021-12"] = _outcome(3)
    written: list[str] = []
    tally, failed = run_months("month", PERIODS, Home(tmp_path), "", written.append)
    assert failed is not None and (failed.period, failed.remaining) == ("2021-12", ("2022-01", "2022-02"))
    assert (tally.done, runner.ran) == (["2021-11"], ["2021-11", "2021-12"])
    assert "föll efter" in written[-1]


def test_ctrl_c_between_two_months_begins_no_further_month(
    runner: type[_Runner], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    _finished(monkeypatch)
    runner.ended_before = "2022-01"
    with pytest.raises(BrokenOffError):
        run_months("month", PERIODS, Home(tmp_path), "", lambda text: None)
    assert runner.ran == ["2021-11", "2021-12"]
