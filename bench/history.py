"""What one more month costs when 12, 36 or 120 months are loaded already, and what a correction costs.

    python -m bench.history [--quick] [--folder DIR] [--scale S] [--rounds N]

A made-up region's months are written once. For each length of history a home is made: its months landed,
built and published, and as many stored results planted in its state as a run a month leaves. Then one more
month goes through the stages, each in a process of its own, from a fresh copy of that home in every round.
With the middle length an early and a late month are delivered again, and everything is built anew, to compare.

What is done by all months together, and so grows with them, is timed apart within the stages: copying the
published file, hashing, fsync, and the copies of the state. With --folder everything stays there, and the
same command goes on where it was; changed code begins anew, with the same files.

The history is loaded and built, not delivered month by month: rows kept as delivered, which a publication
only links to, are few here.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.stages import STEPS as STAGE_STEPS
from bench.stages import Cost, Home, care_rows, cost_of, make_empty_home, markdown, median_cost, unlock
from orchestration.state.current import code_version
from orchestration.synthetic_region import write_region
from orchestration.work import months

if TYPE_CHECKING:
    from orchestration.work import Work

ADDED = "2029-01"
# Of each month in the state: the validation run's results, and those of the run that delivered.
RUNS_A_MONTH = 2
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Plan:
    """What is measured: lengths of history, and the months back that are delivered again in one of them.

    The last month of a history is known as it was handed over, so a correction is two months back or more.
    """

    scale: float
    lengths: tuple[int, ...]
    corrected_in: int
    months_back: tuple[int, ...]
    rounds: int


FULL = Plan(0.1, (12, 36, 120), 36, (3, 24), 3)
QUICK = Plan(0.02, (2, 4, 8), 4, (2, 4), 1)


def earlier(period: str, back: int) -> str:
    """The month `back` months before."""
    number = int(period[:4]) * 12 + int(period[5:]) - 1 - back
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def history(length: int) -> list[str]:
    """The months before the added one."""
    return months(earlier(ADDED, length), earlier(ADDED, 1))


# --- what is done, in a process of its own -------------------------------------------------------


def _land_all(work: Work) -> None:
    """Land everything in the inbox."""
    from orchestration.landing.stage import land_period

    for folder in sorted(work.home.inbox.iterdir()):
        land_period(dataclasses.replace(work, period=folder.name))


def _build(work: Work) -> None:
    """Build what is touched, as a run does."""
    from orchestration.landing.account import check_account
    from orchestration.warehouse.stage import build_warehouse

    check_account(work)
    build_warehouse(work)


def _figures(work: Work) -> None:
    from orchestration.approval.stage import renew_clinic_figures

    renew_clinic_figures(work)


def _renew(work: Work) -> None:
    from orchestration.publishing.stage import renew_published

    renew_published(work)


STEPS: dict[str, Callable[[Work], None]] = {
    **{name: STAGE_STEPS[name] for name in ("land", "validate", "publish", "deliver")},
    "land_all": _land_all,
    "build": _build,
    "figures": _figures,
    "renew": _renew,
}
PREPARING = ("land_all", "build", "validate", "figures", "publish")
# A whole run, in its order, and one of which the build is taken away first.
RUN = ("land", "build", "validate", "figures", "publish", "deliver", "renew")
REBUILD = ("build", "validate", "figures", "publish")
LABELS = {
    "land": "land",
    "build": "build (dbt, models and tests)",
    "validate": "validate",
    "figures": "clinics' figures",
    "publish": "publish",
    "deliver": "deliver",
    "renew": "publish again, with the delivery told",
    "whole": "the whole run",
}
# What is timed within a stage, and the functions it is; one that a platform lacks is left out.
PARTS: dict[str, tuple[str, ...]] = {
    "copying files": ("os:copy_file_range", "shutil:copyfile"),
    "hashing files": ("hashlib:file_digest",),
    "fsync": ("os:fsync",),
    "renewing the copies of the state": ("orchestration.publishing.stage:refresh_state_copies",),
    "finding what is touched": ("orchestration.warehouse.stage:plan_build",),
    "views, control tables and copies of the state": ("orchestration.warehouse.stage:write_inputs",),
    # Finding what is touched has dbt make the unit register first when a register is new: that is in both.
    "dbt": ("orchestration.warehouse.stage:run_dbt",),
}
PART_STAGES = {
    "build": ("finding what is touched", "views, control tables and copies of the state", "dbt"),
    "publish": ("copying files", "hashing files", "fsync", "renewing the copies of the state"),
}


@dataclass
class Part:
    """Wall and CPU seconds spent within a part of a stage."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def timed(parts: Mapping[str, Iterable[str]]) -> Iterator[dict[str, Part]]:
    """Time every call of the parts' functions (`module:name`) while the block runs."""
    spent = {name: Part() for name in parts}
    replaced: list[tuple[Any, str, Any]] = []

    def wrap(part: Part, inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            try:
                return inner(*arguments, **named)
            finally:
                part.wall += time.perf_counter() - wall
                part.cpu += time.process_time() - cpu

        return call

    try:
        for name, functions in parts.items():
            for function in functions:
                module, _, attribute = function.partition(":")
                owner = importlib.import_module(module)
                inner = getattr(owner, attribute, None)
                if inner is not None:
                    replaced.append((owner, attribute, inner))
                    setattr(owner, attribute, wrap(spent[name], inner))
        yield spent
    finally:
        for owner, attribute, inner in replaced:
            setattr(owner, attribute, inner)


def run_step(name: str, period: str, run_id: str) -> dict[str, Any]:
    """Do one step in this process, and tell its cost and that of its parts."""
    from orchestration.work import open_work, silence_telemetry

    silence_telemetry()
    work = dataclasses.replace(open_work(period, lambda _: None, "mätning"), run_id=run_id)
    # Timing a part imports its module first, and so a little less stands in the cost than in that of bench.stages.
    with timed({part: PARTS[part] for part in PART_STAGES.get(name, ())}) as spent:
        cost = cost_of(lambda: STEPS[name](work))
    return {"cost": dataclasses.asdict(cost), "parts": {part: dataclasses.asdict(one) for part, one in spent.items()}}


# --- homes ---------------------------------------------------------------------------------------


def copy_linked(source: Path, target: Path) -> None:
    """The files of a folder by another name: they are read, never written."""
    shutil.copytree(source, target, copy_function=os.link)


def remove(folder: Path) -> None:
    if folder.exists():
        unlock(folder)
        shutil.rmtree(folder)


def plant_results(state_file: Path, of_period: str, periods: Sequence[str]) -> int:
    """Give each period as many stored results as the runs of a month leave, as one period has them; returns rows."""
    with sqlite3.connect(state_file) as state:
        columns = [row[1] for row in state.execute("pragma table_info(validation_result)")]
        others = ", ".join(name for name in columns if name not in ("run_id", "period"))
        planted = 0
        for period in periods:
            for number in range(RUNS_A_MONTH - (period == of_period)):
                planted += state.execute(
                    f"insert into validation_result (run_id, period, {others}) "
                    f"select ?, ?, {others} from validation_result where period = ? "
                    "and run_id = (select min(run_id) from validation_result where period = ?)",
                    [f"planted {number} in {period}", period, of_period, of_period],
                ).rowcount
    state.close()
    return planted


@dataclass
class Bench:
    """A folder with the region's files, a home for each length of history, and what has been measured in them."""

    folder: Path
    plan: Plan
    say: Callable[[str], None]
    results: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._of_scale = self.folder / f"scale-{self.plan.scale:g}"
        self._of_code = self._of_scale / code_version()
        self._of_code.mkdir(parents=True, exist_ok=True)
        self._results_file = self._of_code / "results.jsonl"
        if self._results_file.exists():
            lines = self._results_file.read_text(encoding="utf-8").splitlines()
            self.results = [json.loads(line) for line in lines]

    def _note(self, result: dict[str, Any]) -> None:
        """Keep one round of one scenario, whole."""
        self.results.append(result)
        with self._results_file.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(result) + "\n")

    def _files(self, name: str, write: Callable[[Path], object]) -> Path:
        """A folder of files that is written whole or not at all."""
        target = self._of_scale / name
        if not target.exists():
            making = target.with_name(f"{name}.making")
            remove(making)
            write(making)
            making.rename(target)
        return target

    def region(self) -> Path:
        """Every month of the longest history, and the one that is added."""
        first = history(max(self.plan.lengths))[0]

        def write(out: Path) -> None:
            self.say(f"The region's files, {first} to {ADDED} ...")
            write_region(out, first, ADDED, scale=self.plan.scale)

        return self._files(f"from-{first}", write)

    def correction(self, period: str) -> Path:
        """A month as the system would hand it over again when the last one is known."""
        last = history(1)[0]
        written = self._files(
            f"corrected-{period}",
            lambda out: write_region(out, period, period, scale=self.plan.scale, known_through=last),
        )
        return written / period

    def prepared(self, length: int) -> tuple[Home, Path]:
        """The home of a length of history, and the folder that it is a copy of before each round."""
        place = self._of_code / f"{length}-months"
        home, ready = Home(place / "home", place / "key"), place / "ready"
        if not ready.exists():
            remove(place)
            home = make_empty_home(place)
            self.say(f"{length} months: landing, building and publishing them ...")
            region, periods = self.region(), history(length)
            (home.root / "inbox").mkdir(mode=0o700)
            for period in periods:
                copy_linked(region / period, home.root / "inbox" / period)
            run_id = uuid.uuid4().hex
            for step in PREPARING:
                self.step(home, step, periods[-1], run_id)
            plant_results(home.root / "state" / "state.sqlite", periods[-1], periods)
            home.root.rename(ready)
        return home, ready

    def step(self, home: Home, name: str, period: str, run_id: str) -> dict[str, Any]:
        return home.told_by("bench.history", "--step", name, "--period", period, "--run-id", run_id)

    def round(self, length: int, scenario: str, number: int, period: str, prepare: Callable[[Path], None]) -> None:
        """One round of a scenario in a fresh copy of its home, unless it is measured already."""
        if any((one["length"], one["scenario"], one["round"]) == (length, scenario, number) for one in self.results):
            return
        home, ready = self.prepared(length)
        self.say(f"{length} months, {scenario}, round {number + 1} ...")
        remove(home.root)
        shutil.copytree(ready, home.root, symlinks=True)
        prepare(home.root)
        run_id = uuid.uuid4().hex
        steps = REBUILD if scenario == "rebuild" else RUN
        stages = {step: self.step(home, step, period, run_id) for step in steps}
        sizes = sizes_of(home.root)
        remove(home.root)
        self._note({"length": length, "scenario": scenario, "round": number, "stages": stages, "sizes": sizes})

    def measure(self) -> None:
        """Everything in the plan, the lengths in turn within each round."""
        for number in range(self.plan.rounds):
            for length in self.plan.lengths:
                self.round(length, "add", number, ADDED, self._put(self.region() / ADDED))
            for back in self.plan.months_back:
                period = earlier(ADDED, back)
                put = self._put(self.correction(period))
                self.round(self.plan.corrected_in, f"correct {back} back", number, period, put)
            last = history(1)[0]
            self.round(self.plan.corrected_in, "rebuild", number, last, _take_build_away)

    def _put(self, month: Path) -> Callable[[Path], None]:
        def put(home: Path) -> None:
            remove(home / "inbox" / month.name)
            copy_linked(month, home / "inbox" / month.name)

        return put


def _take_build_away(home: Path) -> None:
    """What is left is what a full refresh has: nothing that was built, and the project as dbt read it."""
    (home / "build" / "warehouse.duckdb").unlink()


def sizes_of(home: Path) -> dict[str, float]:
    """Rows of the facts and of the added month, and mebibytes on disk."""
    published = (home / "published" / "current").resolve()
    rows: dict[str, int] = json.loads((published / "publication.json").read_text(encoding="utf-8"))["rows"]
    added = home / "inbox" / ADDED
    return {
        "rows of both facts": rows["marts.fct_completed_contact"] + rows["marts.fct_waiting_contact"],
        "rows of the added month's care files": care_rows(added) if added.exists() else 0,
        "rows of stored results": rows["quality.validation_results"],
        "lake, MB": _megabytes(home / "lake"),
        "build database, MB": _megabytes(home / "build" / "warehouse.duckdb"),
        "published database, MB": _megabytes(published / "vardlager.duckdb"),
        "published Parquet, MB": _megabytes(published / "parquet"),
        "state, MB": _megabytes(home / "state" / "state.sqlite"),
    }


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files) / MEBIBYTE


# --- telling -------------------------------------------------------------------------------------


def costs_of(results: Sequence[Mapping[str, Any]], length: int, scenario: str, stage: str) -> list[Cost]:
    """The costs of a stage, a round each; of `whole` the sum of all stages of a round, with the highest peak."""
    found = []
    for one in results:
        if (one["length"], one["scenario"]) != (length, scenario):
            continue
        costs = [Cost(**told["cost"]) for name, told in one["stages"].items() if stage in (name, "whole")]
        if costs:
            peak = max(cost.peak_mb for cost in costs)
            found.append(Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), peak))
    return found


def part_of(results: Sequence[Mapping[str, Any]], length: int, stage: str, part: str) -> Part:
    """The median of a part's wall and CPU seconds, where a month was added."""
    found = [
        one["stages"][stage]["parts"][part] for one in results if (one["length"], one["scenario"]) == (length, "add")
    ]
    return Part(statistics.median(one["wall"] for one in found), statistics.median(one["cpu"] for one in found))


def ratio(over: float, under: float) -> float | str:
    """One cost in another; nothing to tell when the other is nothing."""
    return over / under if under else ""


def tell_adding(results: Sequence[Mapping[str, Any]], lengths: Sequence[int]) -> str:
    """Cost of one more month by stage and length of history, and how it grows from the shortest."""
    rows = []
    for stage in (*RUN, "whole"):
        medians = [median_cost(costs_of(results, length, "add", stage)) for length in lengths]
        cpu = [cost.cpu for cost in medians]
        rows.append(
            (
                LABELS[stage],
                *(cost.wall for cost in medians),
                *cpu,
                *(ratio(one, cpu[0]) for one in cpu[1:]),
                *(round(cost.peak_mb) for cost in medians),
            )
        )
    header = (
        "adding one month, months before it",
        *(f"wall s, {length}" for length in lengths),
        *(f"CPU s, {length}" for length in lengths),
        *(f"CPU {length}/{lengths[0]}" for length in lengths[1:]),
        *(f"peak MB, {length}" for length in lengths),
    )
    return markdown(header, rows)


def tell_parts(results: Sequence[Mapping[str, Any]], lengths: Sequence[int]) -> str:
    """What grows with history within the stages, apart."""
    rows = []
    for stage, parts in PART_STAGES.items():
        for part in parts:
            found = [part_of(results, length, stage, part) for length in lengths]
            walls = [one.wall for one in found]
            rows.append(
                (
                    f"{stage}: {part}",
                    *walls,
                    *(one.cpu for one in found),
                    *(ratio(wall, walls[0]) for wall in walls[1:]),
                )
            )
    header = (
        "of which",
        *(f"wall s, {length}" for length in lengths),
        *(f"CPU s, {length}" for length in lengths),
        *(f"wall {length}/{lengths[0]}" for length in lengths[1:]),
    )
    return markdown(header, rows)


def tell_scenarios(results: Sequence[Mapping[str, Any]], length: int, scenarios: Sequence[str]) -> str:
    """What a correction and a full rebuild cost beside adding a month, with one length of history."""
    rows = []
    for scenario in scenarios:
        for stage in (*RUN, "whole"):
            if costs := costs_of(results, length, scenario, stage):
                cost = median_cost(costs)
                rows.append((f"{scenario}: {LABELS[stage]}", cost.wall, cost.cpu, round(cost.peak_mb)))
    return markdown((f"with {length} months", "wall s", "CPU s", "peak MB"), rows)


def tell_sizes(results: Sequence[Mapping[str, Any]], lengths: Sequence[int]) -> str:
    """Rows and bytes when the month has been added."""
    sizes = [
        next(one["sizes"] for one in results if (one["length"], one["scenario"]) == (length, "add"))
        for length in lengths
    ]
    rows = [(name, *(size[name] for size in sizes)) for name in sizes[0]]
    return markdown(("with the added month, months before it", *(str(length) for length in lengths)), rows)


def tell(results: Sequence[Mapping[str, Any]], plan: Plan) -> str:
    scenarios = ("add", *(f"correct {back} back" for back in plan.months_back), "rebuild")
    return "\n\n".join(
        (
            f"History, scale {plan.scale:g}, median of {plan.rounds} rounds",
            tell_adding(results, plan.lengths),
            tell_parts(results, plan.lengths),
            tell_scenarios(results, plan.corrected_in, scenarios),
            tell_sizes(results, plan.lengths),
        )
    )


def main(arguments: Sequence[str] = ()) -> None:
    """Measure the plan and print what was found."""
    parser = argparse.ArgumentParser(prog="bench.history")
    parser.add_argument("--quick", action="store_true", help="few months, small, one round: some minutes")
    parser.add_argument("--scale", type=float, help="size of the region")
    parser.add_argument("--rounds", type=int, help="rounds of each measurement")
    parser.add_argument("--folder", type=Path, help="where everything stays, so that it can go on later")
    parser.add_argument("--step", choices=sorted(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--period", default=ADDED, help=argparse.SUPPRESS)
    parser.add_argument("--run-id", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(list(arguments))
    if chosen.step:
        print(json.dumps(run_step(chosen.step, chosen.period, chosen.run_id)))
        return
    plan = QUICK if chosen.quick else FULL
    plan = dataclasses.replace(plan, scale=chosen.scale or plan.scale, rounds=chosen.rounds or plan.rounds)

    def say(line: str) -> None:
        print(f"  {time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="vardlager-history-") as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder.resolve(), plan, say)
        try:
            bench.measure()
        finally:
            unlock(Path(temporary))
    print(tell(bench.results, plan))


if __name__ == "__main__":
    main(sys.argv[1:])
