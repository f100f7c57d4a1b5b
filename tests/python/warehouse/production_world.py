"""The models of production built on a database of planted rows, by their own compiled SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

# What is built, with all that it reads.
BUILT = ("mart_production", "int_production__plan_remark")
# Catalog of the compiled SQL: the file must have this name.
DATABASE_NAME = "build.duckdb"


def _with_parents(manifest: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The models of these names and all that they read, parents first."""
    models = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    order: list[str] = []

    def place(unique_id: str) -> None:
        if unique_id in models and unique_id not in order:
            for parent in models[unique_id]["depends_on"]["nodes"]:
                place(parent)
            order.append(unique_id)

    for name in names:
        place(f"model.vardlager.{name}")
    return [models[unique_id] for unique_id in order]


def build_models(database: Path, template: Path, manifest: dict[str, Any]) -> list[str]:
    """Build the models on a database of planted rows, with the seeds of a finished build; returns their dbt names."""
    models = _with_parents(manifest, BUILT)
    with duckdb.connect(str(database)) as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{template}' as template (read_only)")
        connection.execute("create schema reference")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'template' and schema_name = 'reference'"
        ).fetchall():
            connection.execute(f'create table reference."{table}" as from template.reference."{table}"')
        connection.execute("detach template")
        for model in models:
            kind = "view" if model["config"]["materialized"] == "view" else "table"
            connection.execute(f'create schema if not exists "{model["schema"]}"')
            connection.execute(f'create {kind} "{model["schema"]}"."{model["alias"]}" as {model["compiled_code"]}')
    return [str(model["name"]) for model in models]


def failing_tests(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], models: list[str]) -> list[str]:
    """The tests of dbt, of these models and the seeds alone, that find rows to fail with."""
    seeds = {node["unique_id"] for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    known = {f"model.vardlager.{name}" for name in models} | seeds
    asked = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and {parent for parent in node["depends_on"]["nodes"] if not parent.startswith("source.")} <= known
    ]
    return [node["name"] for node in asked if connection.execute(node["compiled_code"]).fetchall()]
