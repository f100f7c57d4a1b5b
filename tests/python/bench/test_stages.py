"""What the bench says of its measurements; how fast anything is, is never tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.stages import (
    CARE_ENTITIES,
    STAGES,
    Cost,
    Line,
    Measured,
    Size,
    fit_line,
    make_home,
    markdown,
    tell_lines,
)


def measured(loaded_rows: int, last_rows: int, cpu: dict[str, list[float]]) -> Measured:
    """Costs of the CPU seconds given, round by round; wall seconds are twice as many."""
    costs = {stage: [Cost(2 * seconds, seconds, 100) for seconds in cpu[stage]] for stage in STAGES}
    return Measured(Size(1.0), loaded_rows, last_rows, costs)


def test_the_line_through_the_sizes_parts_fixed_cost_from_cost_per_million_rows() -> None:
    assert fit_line([(100_000, 5.0), (600_000, 15.0)]) == Line(pytest.approx(3.0), pytest.approx(20.0))


def test_sizes_with_equal_rows_tell_a_fixed_cost_alone() -> None:
    assert fit_line([(1000, 4.0), (1000, 6.0)]) == Line(5.0, 0.0)


def test_a_stage_is_told_by_the_rows_that_it_works_on() -> None:
    flat = {stage: [1.0] for stage in STAGES}
    small = measured(1_000_000, 500_000, flat)
    large = measured(3_000_000, 1_000_000, {stage: [3.0] for stage in STAGES})
    lines = {line.split(" | ")[0].strip("| "): line for line in tell_lines([small, large]).splitlines()}
    # Two more CPU seconds for two million more rows of all months, or for half a million of the last one.
    assert lines["publish"].endswith("| 1.00 |")
    assert lines["validate"].endswith("| 4.00 |")


def test_the_ratio_is_taken_within_each_round_and_then_the_median() -> None:
    rounds = {stage: [1.0, 1.0, 1.0] for stage in STAGES} | {"build": [8.0, 30.0, 9.0], "plain": [2.0, 3.0, 3.0]}
    assert measured(1, 1, rounds).ratio() == 4.0


def test_a_table_is_markdown_with_numbers_to_the_right() -> None:
    assert markdown(("stage", "rows", "s"), [("build", 1200, 3.456)]).splitlines() == [
        "| stage | rows | s |",
        "|---|---:|---:|",
        "| build | 1,200 | 3.46 |",
    ]


def test_a_home_to_measure_in_counts_the_rows_of_its_care_files(tmp_path: Path) -> None:
    home, rows = make_home(tmp_path, Size(0.01, "2024-06"))
    assert list(rows) == ["2024-06", "2024-07"]
    for period, count in rows.items():
        control = (home.root / "inbox" / period / "kontroll.csv").read_text(encoding="utf-8").splitlines()
        told = [line.split(";") for line in control if line.startswith(CARE_ENTITIES)]
        assert count == sum(int(number) for _, number, _ in told) > 0
