"""What a month costs, stage by stage: fixed cost apart from cost per million rows, beside plain SQL.

    python -m bench.stages [--quick] [--rounds N]

A made-up region of several sizes is put in a home of its own in a temporary folder and goes through
the stages' own functions, each in a process of its own, so that CPU seconds and peak memory are its
own. The same marts are calculated by plain_marts.sql over the same lake in the same round, and must
come out equal. Through the sizes goes a line: where it begins is the fixed cost, its slope the cost
of a million rows. Wall seconds mean little on a machine that others use; CPU seconds bear more.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import plain
from orchestration.privacy import KEY_FILE_VARIABLE, write_new_key
from orchestration.settings import EXAMPLE_FILE, HOME_VARIABLE, PRIVATE_DIR, PRIVATE_FILE
from orchestration.synthetic_region import write_region
from orchestration.work import months

if TYPE_CHECKING:
    from orchestration.work import Work

LAST_PERIOD = "2024-07"
CARE_ENTITIES = ("cosmic_vardkontakt", "cosmic_vantelista")
ROUNDS, QUICK_ROUNDS = 3, 1


@dataclass(frozen=True)
class Size:
    """A synthetic region: its scale (1.0 is a region of 300,000 people) and its months up to the last."""

    scale: float
    first_period: str = LAST_PERIOD

    @property
    def periods(self) -> list[str]:
        return months(self.first_period, LAST_PERIOD)

    def __str__(self) -> str:
        return f"{self.scale:g} × {len(self.periods)}"


SIZES = (Size(0.1), Size(1.0), Size(1.0, "2024-06"))
QUICK_SIZES = (Size(0.02), Size(0.2))


@dataclass(frozen=True)
class Cost:
    """What one process took: wall and CPU seconds of the work itself, and its peak memory."""

    wall: float
    cpu: float
    peak_mb: float


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The median of wall and of CPU seconds, and the highest peak."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        max(cost.peak_mb for cost in costs),
    )


@dataclass(frozen=True)
class Line:
    """Cost as a line in millions of rows: what nothing costs, and what a million adds."""

    fixed: float
    per_million: float


def fit_line(points: Iterable[tuple[float, float]]) -> Line:
    """The line through (rows, seconds) with the least squared distances; flat when all rows are equal."""
    known = list(points)
    if len({rows for rows, _ in known}) < 2:
        return Line(statistics.fmean(seconds for _, seconds in known), 0.0)
    slope, start = statistics.linear_regression(*zip(*known, strict=True))
    return Line(start, slope * 1_000_000)


# --- what is measured ----------------------------------------------------------------------------


def _land(work: Work) -> None:
    from orchestration.landing.stage import land_period

    land_period(work)


def _build(work: Work) -> None:
    from orchestration.landing.account import check_account
    from orchestration.warehouse.stage import build_warehouse

    check_account(work)
    # The line in rows is that of a whole build, of every loaded month.
    build_warehouse(dataclasses.replace(work, full_refresh=True))


def _validate(work: Work) -> None:
    from orchestration.validation.stage import validate_period

    validate_period(work)


def _publish(work: Work) -> None:
    from orchestration.publishing.stage import publish_period

    publish_period(work)


def _deliver(work: Work) -> None:
    from orchestration.delivery.stage import deliver_period

    deliver_period(work)


def _plain(work: Work) -> None:
    plain_file = work.home.build / "plain.duckdb"
    plain_file.unlink(missing_ok=True)
    connection = plain.open_plain(work.home.build_file, plain_file, work.region.memory_limit_mb)
    try:
        for name, sql in plain.all_statements().items():
            plain.calculate(connection, name, sql)
    finally:
        connection.close()


def _parse(work: Work) -> None:
    from orchestration.warehouse.dbt_runner import run_dbt

    run_dbt(work.home, work.region, ["parse"])


def _parse_from_nothing(work: Work) -> None:
    shutil.rmtree(work.home.build / "dbt", ignore_errors=True)
    _parse(work)


def _import_dagster(_: Work) -> None:
    import orchestration.definitions  # noqa: F401 - the import is what is measured


def _import_dbt(_: Work) -> None:
    import dbt.adapters.duckdb.connections
    import dbt.cli.main  # noqa: F401 - the import is what is measured


def _import_great_expectations(_: Work) -> None:
    import great_expectations  # noqa: F401 - the import is what is measured


def _nothing(_: Work) -> None:
    """The yardstick: what the measuring itself costs."""


STEPS: dict[str, Callable[[Work], None]] = {
    "land": _land,
    "build": _build,
    "validate": _validate,
    "publish": _publish,
    "deliver": _deliver,
    "plain": _plain,
    "parse": _parse,
    "parse_from_nothing": _parse_from_nothing,
    "import_dagster": _import_dagster,
    "import_dbt": _import_dbt,
    "import_great_expectations": _import_great_expectations,
    "nothing": _nothing,
}
# The stages of a run in their order. The second word says which rows a stage works on: those of all loaded
# months or those of the last one.
STAGES = {
    "build": "loaded",
    "plain": "loaded",
    "validate": "last",
    "publish": "loaded",
    "deliver": "last",
}
LABELS = {
    "build": "build (dbt, all models and tests)",
    "plain": "plain SQL, the same marts",
    "validate": "validate",
    "publish": "publish",
    "deliver": "deliver",
}


def run_step(name: str, period: str, run_id: str) -> Cost:
    """Do one step in this process; what it imports for the work is part of what it costs."""
    from orchestration.work import open_work, silence_telemetry

    silence_telemetry()
    work = dataclasses.replace(open_work(period, lambda _: None, "mätning"), run_id=run_id)
    return cost_of(lambda: STEPS[name](work))


def cost_of(step: Callable[[], None]) -> Cost:
    """What a step takes of this process; the peak is that of the process so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return Cost(
        time.perf_counter() - wall,
        time.process_time() - cpu,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


# --- measuring -----------------------------------------------------------------------------------


# The command of pyproject.toml, of this project and no other that is installed.
_PROGRAM = "from orchestration.cli import main; main()"


@dataclass(frozen=True)
class Home:
    """A home to measure in, and what a process must know to work there."""

    root: Path
    key_file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, HOME_VARIABLE: str(self.root), KEY_FILE_VARIABLE: str(self.key_file)}

    def measure(self, step: str, run_id: str, period: str = LAST_PERIOD) -> Cost:
        """Run one step in a process of its own; stops with its own words when it fails."""
        return Cost(**self.told_by("bench.stages", "--step", step, "--period", period, "--run-id", run_id))

    def told_by(self, module: str, *arguments: str) -> dict[str, Any]:
        """What a module tells on its last line, as JSON, when it runs here in a process of its own."""
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=plain.PROJECT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {done.stderr}")
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def command(self, *arguments: str) -> Cost:
        """Run a whole command as a user does, start of the process and all."""
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            env=self.environment,
            cwd=plain.PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        # The process is waited for here already, and Popen must not do it again.
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"vardlager {' '.join(arguments)} ended with {process.returncode}")
        return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def node_seconds(self) -> dict[str, tuple[int, float]]:
        """(number of nodes, their seconds in all) by kind of node, of the dbt run made last."""
        results = json.loads((self.root / "build" / "dbt" / "run_results.json").read_text(encoding="utf-8"))["results"]
        found: dict[str, tuple[int, float]] = {}
        for result in results:
            kind = result["unique_id"].split(".")[0]
            count, seconds = found.get(kind, (0, 0.0))
            found[kind] = (count + 1, seconds + result["execution_time"])
        return found


def make_empty_home(folder: Path) -> Home:
    """A home with settings and a key, and nothing in it."""
    home = Home(folder / "home", folder / "key")
    home.root.mkdir(parents=True, mode=PRIVATE_DIR)
    write_new_key(home.key_file)
    settings = home.root / "region.yml"
    shutil.copyfile(EXAMPLE_FILE, settings)
    settings.chmod(PRIVATE_FILE)
    return home


def make_home(folder: Path, size: Size, faults: Sequence[str] = ()) -> tuple[Home, dict[str, int]]:
    """A home with settings, a key and a made-up region in its inbox, and rows of the care files by period."""
    home = make_empty_home(folder)
    inbox = home.root / "inbox"
    write_region(inbox, size.first_period, LAST_PERIOD, scale=size.scale, faults=list(faults))
    return home, {period: care_rows(inbox / period) for period in size.periods}


def care_rows(folder: Path) -> int:
    """Rows of the care files in a period's folder."""
    files = [folder / f"{entity}_{folder.name.replace('-', '')}.csv" for entity in CARE_ENTITIES]
    return sum(_rows_of(path) for path in files)


def _rows_of(path: Path) -> int:
    with path.open("rb") as handle:
        return sum(1 for _ in handle) - 1


@dataclass
class Measured:
    """All costs of one size: rows worked on, and a cost a round for each stage."""

    size: Size
    loaded_rows: int
    last_rows: int
    costs: dict[str, list[Cost]]

    def rows(self, stage: str) -> int:
        return self.loaded_rows if STAGES[stage] == "loaded" else self.last_rows

    def median(self, stage: str) -> Cost:
        return median_cost(self.costs[stage])

    def ratio(self) -> float:
        """CPU seconds of the build to those of plain SQL, within each round."""
        pairs = zip(self.costs["build"], self.costs["plain"], strict=True)
        return statistics.median(build.cpu / bare.cpu for build, bare in pairs)


def measure_size(home: Home, size: Size, rows: Mapping[str, int], rounds: int) -> Measured:
    """Every stage of the size, round by round; stops when plain SQL and the build differ."""
    costs: dict[str, list[Cost]] = {stage: [] for stage in STAGES}
    for period in size.periods:
        home.measure("land", uuid.uuid4().hex, period)
    for _ in range(rounds):
        run_id = uuid.uuid4().hex
        for stage in STAGES:
            costs[stage].append(home.measure(stage, run_id))
    with tempfile.TemporaryDirectory(prefix="vardlager-plain-") as folder:
        differences = plain.compare(home.root / "build" / "warehouse.duckdb", Path(folder) / "plain.duckdb")
    if differences:
        raise SystemExit("plain SQL and the build differ:\n" + "\n".join(str(one) for one in differences))
    return Measured(size, sum(rows.values()), rows[LAST_PERIOD], costs)


def measure_fixed(home: Home) -> dict[str, Cost]:
    """What is paid before any row is touched, part by part, in a home that has been built."""
    run_id = uuid.uuid4().hex
    parts = {
        "start Python and open the home (imports of our own)": home.command("status"),
        "import Dagster and the code location": home.measure("import_dagster", run_id),
        "import dbt": home.measure("import_dbt", run_id),
        "import Great Expectations": home.measure("import_great_expectations", run_id),
        "dbt: import and parse from nothing": home.measure("parse_from_nothing", run_id),
        "dbt: import and parse again": home.measure("parse", run_id),
    }
    whole = home.command("run", "--period", LAST_PERIOD, "--approve-all", "mätning")
    return {**parts, "the whole command: vardlager run, files already landed": whole}


# --- telling -------------------------------------------------------------------------------------


def markdown(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown; numbers stand to the right."""
    lines = [
        "| " + " | ".join(header) + " |",
        "|" + "|".join("---" if place == 0 else "---:" for place in range(len(header))) + "|",
    ]
    for row in rows:
        cells = [
            f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else cell
            for cell in row
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def tell_sizes(measured: Sequence[Measured]) -> str:
    rows = []
    for one in measured:
        for stage in STAGES:
            cost = one.median(stage)
            rows.append((str(one.size), LABELS[stage], one.rows(stage), cost.wall, cost.cpu, round(cost.peak_mb)))
        rows.append((str(one.size), "build / plain SQL (CPU)", one.loaded_rows, "", one.ratio(), ""))
    return markdown(("scale × months", "stage", "rows", "wall s", "CPU s", "peak MB"), rows)


def tell_lines(measured: Sequence[Measured]) -> str:
    rows = []
    for stage in STAGES:
        wall = fit_line((one.rows(stage), one.median(stage).wall) for one in measured)
        cpu = fit_line((one.rows(stage), one.median(stage).cpu) for one in measured)
        rows.append((LABELS[stage], wall.fixed, wall.per_million, cpu.fixed, cpu.per_million))
    header = ("stage", "fixed, wall s", "per million rows, wall s", "fixed, CPU s", "per million rows, CPU s")
    return markdown(header, rows)


def tell_fixed(parts: Mapping[str, Cost], nodes: Mapping[str, tuple[int, float]]) -> str:
    costs = markdown(
        ("fixed cost", "wall s", "CPU s", "peak MB"),
        [(name, cost.wall, cost.cpu, round(cost.peak_mb)) for name, cost in parts.items()],
    )
    of_nodes = markdown(
        ("dbt, smallest size", "nodes", "seconds in all", "seconds a node"),
        [(kind, count, seconds, seconds / count) for kind, (count, seconds) in sorted(nodes.items())],
    )
    return f"{costs}\n\n{of_nodes}"


def main(arguments: Sequence[str] = ()) -> None:
    """Measure every size and print what was found."""
    parser = argparse.ArgumentParser(prog="bench.stages")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: about a minute")
    parser.add_argument("--rounds", type=int, help="rounds of each size")
    parser.add_argument("--step", choices=sorted(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--period", default=LAST_PERIOD, help=argparse.SUPPRESS)
    parser.add_argument("--run-id", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(list(arguments))
    if chosen.step:
        print(json.dumps(dataclasses.asdict(run_step(chosen.step, chosen.period, chosen.run_id))))
        return
    sizes = QUICK_SIZES if chosen.quick else SIZES
    rounds = chosen.rounds or (QUICK_ROUNDS if chosen.quick else ROUNDS)
    measured: list[Measured] = []
    fixed = ""
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="vardlager-bench-") as name:
            home, rows = make_home(Path(name), size)
            try:
                measured.append(measure_size(home, size, rows, rounds))
                if size == sizes[0]:
                    home.measure("build", uuid.uuid4().hex)
                    nodes = home.node_seconds()
                    fixed = tell_fixed(measure_fixed(home), nodes)
            finally:
                unlock(home.root)
    print(f"\nStages, median of {rounds} rounds in turn; plain SQL gave the same rows in every mart\n")
    print(tell_sizes(measured), tell_lines(measured), fixed, sep="\n\n")


def unlock(folder: Path) -> None:
    """Packages are read-only; open their folders so that a home can be taken away."""
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(PRIVATE_DIR)


if __name__ == "__main__":
    main(sys.argv[1:])
