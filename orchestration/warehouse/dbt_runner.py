"""The one place where dbt is started: in this process, quiet, offline, and letting go of the file."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from orchestration.contracts import PROJECT_ROOT
from orchestration.errors import VardlagerError
from orchestration.privacy import mask_identities
from orchestration.settings import Home, Region

TEST_KINDS = ("test", "unit_test")
_COMMON_ARGUMENTS = (
    "--project-dir",
    str(PROJECT_ROOT),
    "--profiles-dir",
    str(PROJECT_ROOT),
    "--quiet",
    "--log-level",
    "none",
    "--log-level-file",
    "none",
)


@dataclass(frozen=True)
class NodeResult:
    """One dbt node of a run: its unique id, kind (model, seed, test, unit_test), status and message.

    `schema_name`, `table_name` and `materialized` say where and as what a model stands, and are empty for others.
    `tested` holds the unique ids of the models and seeds that a test is of: the one it is written at, or all that
    it reads. `failures` counts the rows a test found, None where it did not come to count them.
    """

    unique_id: str
    kind: str
    status: str
    message: str
    schema_name: str = ""
    table_name: str = ""
    materialized: str = ""
    tested: tuple[str, ...] = ()
    failures: int | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the node was left out because one before it did not succeed."""
        return self.status == "skipped"

    @property
    def is_bad(self) -> bool:
        """Whether the node failed, broke down or was left out."""
        return self.status not in {"success", "pass", "no-op"}


@contextmanager
def _environment(home: Home, region: Region) -> Iterator[None]:
    wanted = {
        "VARDLAGER_BUILD_DB": str(home.build_file),
        "VARDLAGER_MEMORY_LIMIT": f"{region.memory_limit_mb}MB",
        "DBT_TARGET_PATH": str(home.build / "dbt"),
        "DBT_LOG_PATH": str(home.build / "dbt-log"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "0",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _release() -> None:
    """dbt keeps its connection, and with it the lock on the file, until it is told to close."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _tested(node: Any) -> tuple[str, ...]:
    attached = getattr(node, "attached_node", None)
    if attached:
        return (str(attached),)
    parents = (str(parent) for parent in node.depends_on.nodes)
    return tuple(parent for parent in parents if parent.split(".", 1)[0] in ("model", "seed"))


def _result(raw: Any) -> NodeResult:
    kind = str(raw.node.resource_type)
    is_model = kind == "model"
    return NodeResult(
        unique_id=raw.node.unique_id,
        kind=kind,
        status=str(raw.status),
        message=mask_identities(str(raw.message or "")),
        schema_name=str(raw.node.schema) if is_model else "",
        table_name=str(raw.node.alias) if is_model else "",
        materialized=str(raw.node.config.materialized) if is_model else "",
        tested=_tested(raw.node) if kind in TEST_KINDS else (),
        failures=getattr(raw, "failures", None) if kind in TEST_KINDS else None,
    )


@functools.lru_cache(maxsize=1)
def _manifest(database: str) -> Any:  # noqa: ARG001 - it is the key: the build database's name is in every relation
    """The project as dbt reads it, once a process for all homes; None when it cannot be read.

    The models of a process do not change, and nothing in the manifest is of a home: where its build file lies and
    how much memory it may take are in the profile, which dbt reads each time. Reading the project costs seconds.
    What is wrong with it is told by the command itself, which then reads it anew.
    """
    return _invoke(None, "parse").result


def read_project(home: Home, region: Region) -> None:
    """Let dbt read the project, once a process, so that what is run or forked from here on need not."""
    with _environment(home, region):
        try:
            _manifest(home.build_file.stem)
        finally:
            _release()


def _invoke(manifest: Any, *arguments: str) -> Any:
    """What dbt answered; what is to end the process goes on, although dbt catches that too."""
    from dbt.cli.main import dbtRunner

    own_words = sys.argv
    # dbt writes the process's command line into its files, and ours holds what a person typed: reasons, names.
    sys.argv = ["dbt", *arguments]
    try:
        outcome = dbtRunner(manifest=manifest).invoke([*arguments, *_COMMON_ARGUMENTS])
    finally:
        sys.argv = own_words
    if outcome.exception is not None and not isinstance(outcome.exception, Exception):
        raise outcome.exception
    return outcome


def run_dbt(home: Home, region: Region, arguments: Sequence[str]) -> list[NodeResult]:
    """Run one dbt command on the build database and return what became of each node.

    Failed nodes come back as results; VardlagerError when dbt itself could not do its work.
    """
    with _environment(home, region):
        try:
            outcome = _invoke(_manifest(home.build_file.stem), *arguments)
        finally:
            _release()
    results = [_result(raw) for raw in getattr(outcome.result, "results", [])]
    if outcome.exception is not None and not results:
        raise VardlagerError(
            f"dbt kunde inte köras: {mask_identities(str(outcome.exception))}",
            "Kör vardlager doctor; visar den inget fel, kör om med --debug.",
        )
    return results
