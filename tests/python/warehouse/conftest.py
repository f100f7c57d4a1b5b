"""One build of everything that is planted, for all tests of the warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.warehouse.cases import whole_plant
from tests.python.warehouse.planted import DbtOutcome, run_dbt


@pytest.fixture(scope="session")
def working_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt keeps its target and logs; shared, so that the project is parsed once."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="session")
def build(working_dir: Path) -> tuple[Path, DbtOutcome]:
    """The build database of the whole plant, and what dbt says of each model, test and unit test."""
    database = working_dir / "build.duckdb"
    whole_plant().write(database)
    return database, run_dbt(database, working_dir, "build")


@pytest.fixture(scope="session")
def database(build: tuple[Path, DbtOutcome]) -> Path:
    """The built database; stops with dbt's own words when a model failed."""
    path, outcome = build
    broken = {name: node for name, node in outcome.failures().items() if node[0] in ("error", "skipped")}
    assert not broken, broken
    return path
