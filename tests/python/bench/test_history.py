"""What the bench of history says of its measurements; how fast anything is, is never tested."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bench import history
from bench.stages import Cost
from orchestration.state.store import open_state

LENGTHS = (12, 36, 120)


def a_round(length: int, scenario: str, cpu: dict[str, float], number: int = 0) -> dict[str, Any]:
    """A round in which each stage took these CPU seconds, twice as long, and 100 MB more than the stage before."""
    stages = {
        stage: {
            "cost": {"wall": 2 * seconds, "cpu": seconds, "peak_mb": 100.0 * place},
            "parts": {part: {"wall": seconds / 2, "cpu": seconds / 10} for part in history.PART_STAGES.get(stage, ())},
        }
        for place, (stage, seconds) in enumerate(cpu.items(), start=1)
    }
    return {"length": length, "scenario": scenario, "round": number, "stages": stages, "sizes": {"rows": 1000 * length}}


def cells(table: str) -> dict[str, list[str]]:
    """The rows of a Markdown table by their first cell."""
    lines = [line.strip("| ").split(" | ") for line in table.splitlines()]
    return {line[0]: [cell.strip() for cell in line[1:]] for line in lines}


def test_the_months_of_a_history_end_before_the_added_one() -> None:
    assert history.earlier("2029-01", 0) == "2029-01"
    assert history.earlier("2029-01", 1) == "2028-12"
    assert history.earlier("2029-01", 13) == "2027-12"
    assert history.history(3) == ["2028-10", "2028-11", "2028-12"]
    assert len(history.history(120)) == 120


@pytest.mark.parametrize("plan", [history.FULL, history.QUICK])
def test_a_month_that_is_delivered_again_lies_in_the_history_and_is_another_then(
    plan: history.Plan, tmp_path: Path
) -> None:
    back = min(plan.months_back)
    assert max(plan.months_back) <= plan.corrected_in in plan.lengths
    small = history.Bench(tmp_path, dataclasses.replace(plan, scale=0.01, lengths=(back,)), lambda _: None)
    period = history.earlier(history.ADDED, back)
    name = f"cosmic_vantelista_{period.replace('-', '')}.csv"
    first, again = small.region() / period / name, small.correction(period) / name
    assert first.read_bytes() != again.read_bytes()


def test_the_whole_run_is_the_sum_of_its_stages_in_each_round_with_the_highest_peak() -> None:
    rounds = [
        a_round(12, "add", {"land": 1.0, "build": 4.0}, 0),
        a_round(12, "add", {"land": 3.0, "build": 5.0}, 1),
        a_round(12, "rebuild", {"build": 50.0}),
        a_round(36, "add", {"land": 9.0, "build": 9.0}),
    ]
    assert history.costs_of(rounds, 12, "add", "whole") == [Cost(10.0, 5.0, 200.0), Cost(16.0, 8.0, 200.0)]
    assert history.costs_of(rounds, 12, "add", "land") == [Cost(2.0, 1.0, 100.0), Cost(6.0, 3.0, 100.0)]
    assert history.costs_of(rounds, 12, "rebuild", "land") == []


def test_growth_is_told_from_the_shortest_history() -> None:
    rounds = [
        a_round(length, "add", dict.fromkeys(history.RUN, seconds))
        for length, seconds in zip(LENGTHS, (2.0, 3.0, 10.0), strict=True)
    ]
    told = cells(history.tell_adding(rounds, LENGTHS))
    # Wall and CPU seconds by length, then 36/12 and 120/12, then the peaks.
    assert told["publish"][:8] == ["4.00", "6.00", "20.00", "2.00", "3.00", "10.00", "1.50", "5.00"]
    assert told["the whole run"][3:8] == ["14.00", "21.00", "70.00", "1.50", "5.00"]
    of_which = cells(history.tell_parts(rounds, LENGTHS))
    assert of_which["publish: copying files"] == ["1.00", "1.50", "5.00", "0.20", "0.30", "1.00", "1.50", "5.00"]


def test_a_scenario_tells_only_the_stages_it_has() -> None:
    rounds = [
        a_round(36, "add", dict.fromkeys(history.RUN, 1.0)),
        a_round(36, "rebuild", dict.fromkeys(history.REBUILD, 5.0)),
    ]
    told = cells(history.tell_scenarios(rounds, 36, ("add", "rebuild")))
    assert told["add: the whole run"][1] == "7.00"
    assert told["rebuild: the whole run"][1] == "20.00"
    assert "rebuild: land" not in told


def test_nothing_in_nothing_is_no_ratio() -> None:
    assert history.ratio(3.0, 2.0) == 1.5
    assert history.ratio(0.0, 0.0) == ""


def test_a_part_is_timed_and_what_it_calls_is_put_back(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"1234")
    before = shutil.copyfile
    with history.timed({"copying files": ("shutil:copyfile", "shutil:not_on_this_platform")}) as spent:
        assert shutil.copyfile(source, tmp_path / "b") == tmp_path / "b"
        with pytest.raises(FileNotFoundError):
            shutil.copyfile(tmp_path / "none", tmp_path / "c")
    assert (tmp_path / "b").read_bytes() == b"1234"
    assert spent["copying files"].wall > 0
    assert shutil.copyfile is before


@pytest.mark.parametrize("part", history.PARTS)
def test_every_part_that_is_timed_is_a_function_of_the_house_or_of_python(part: str) -> None:
    with history.timed({part: history.PARTS[part]}):
        pass
    import importlib

    for function in history.PARTS[part]:
        module, _, name = function.partition(":")
        assert callable(getattr(importlib.import_module(module), name)), function


def test_the_state_gets_the_results_that_a_history_would_have_left(tmp_path: Path) -> None:
    state_file = tmp_path / "state.sqlite"
    with open_state(state_file) as state:
        state.insert(
            "validation_result",
            [
                {
                    "run_id": "r", "period": "2028-12", "suite": "landing", "expectation": f"e{number}",
                    "severity": "block", "is_success": 1, "has_crashed": 0, "observed": "0", "meaning": "m",
                    "checked_at": "2029-01-02 10:00:00",
                }
                for number in range(5)
            ],
        )  # fmt: skip
    # Two runs a month, of which one month has had one already.
    assert history.plant_results(state_file, "2028-12", ["2028-11", "2028-12"]) == 15
    with sqlite3.connect(state_file) as state:
        counts = state.execute("select period, count(distinct run_id), count(*) from validation_result group by 1")
        assert counts.fetchall() == [("2028-11", 2, 10), ("2028-12", 2, 10)]


def test_a_round_that_is_measured_is_not_measured_again(tmp_path: Path) -> None:
    plan = history.Plan(0.01, (1,), 1, (1,), 1)
    first = history.Bench(tmp_path, plan, lambda _: None)
    first._note(a_round(1, "add", {"land": 1.0}))
    second = history.Bench(tmp_path, plan, lambda _: None)
    assert second.results == json.loads(json.dumps(first.results))
    second.round(1, "add", 0, history.ADDED, lambda _: pytest.fail("mättes igen"))
