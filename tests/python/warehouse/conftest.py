"""One build of everything that is planted, for all tests of the warehouse."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.cases import whole_plant
from tests.python.warehouse.inpatient_cases import inpatient_plant
from tests.python.warehouse.planted import DbtOutcome, Plant, run_dbt

# With the tests that ask of these models alone.
INPATIENT_MODELS = (
    "--select", "+path:models/intermediate/inpatient", "+path:models/marts/inpatient", "dim_unit",
    "--indirect-selection", "cautious",
)  # fmt: skip


@pytest.fixture(scope="session")
def working_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps its target and logs; one a worker, so that the project is parsed once in each."""
    return tmp_path_factory.mktemp("dbt")


def _build_once(shared: Path, working_dir: Path, name: str, plant: Callable[[], Plant], *arguments: str) -> Path:
    """The folder with the built database, its manifest and outcome; the worker that comes first makes it."""
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = shared / name
        if built.exists():
            return built
        making = shared / f"{name}_in_making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        plant().write(making / "build.duckdb")
        outcome = run_dbt(making / "build.duckdb", working_dir, "build", *arguments)
        (making / "outcome.json").write_text(json.dumps([outcome.is_success, outcome.nodes]), encoding="utf-8")
        shutil.copy(working_dir / "target" / "manifest.json", making)
        making.rename(built)
    return built


@pytest.fixture(scope="session")
def shared_dir(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder that the workers of this test run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def built(working_dir: Path, shared_dir: Path) -> Path:
    """The one build, in the folder that the workers of this test run share: read it, never write."""
    return _build_once(shared_dir, working_dir, "warehouse", whole_plant)


@pytest.fixture(scope="session")
def inpatient_built(working_dir: Path, shared_dir: Path) -> Path:
    """The build of the months of the wards: what is made whole, and what it reads. Read it, never write."""
    return _build_once(shared_dir, working_dir, "inpatient", inpatient_plant, *INPATIENT_MODELS)


@pytest.fixture(scope="session")
def build(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DbtOutcome]:
    """This worker's copy of the built database, and what dbt says of each model, test and unit test."""
    database = tmp_path_factory.mktemp("build") / "build.duckdb"
    shutil.copy(built / "build.duckdb", database)
    is_success, nodes = json.loads((built / "outcome.json").read_text(encoding="utf-8"))
    return database, DbtOutcome(is_success, {name: (status, message) for name, (status, message) in nodes.items()})


@pytest.fixture(scope="session")
def database(build: tuple[Path, DbtOutcome]) -> Path:
    """The built database; stops with dbt's own words when a model failed."""
    path, outcome = build
    broken = {name: node for name, node in outcome.failures().items() if node[0] in ("error", "skipped")}
    assert not broken, broken
    return path


@pytest.fixture(scope="session")
def manifest(built: Path) -> dict[str, Any]:
    """What dbt knows of the project, as the build read it."""
    loaded: dict[str, Any] = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    return loaded
