"""Make the published file from the build database and let it take over atomically."""

from __future__ import annotations

import os
import shutil

import duckdb

from orchestration.settings import PRIVATE_DIR, Home
from orchestration.sharing import open_passage, share
from orchestration.sql_text import literal, quoted

PUBLISHED_SCHEMAS = ("marts", "quality", "meta")
# The oldest file format that still holds everything: clients from DuckDB 1.0 on can read it.
STORAGE_VERSION = "v1.0.0"


def _copy_tables(connection: duckdb.DuckDBPyConnection, build: str) -> dict[str, int]:
    """Copy every table of the published schemas, rows in full order, comments with them."""
    counts: dict[str, int] = {}
    schemas = ", ".join(literal(schema) for schema in PUBLISHED_SCHEMAS)
    tables = connection.execute(
        f"""
        select schema_name, table_name, comment from duckdb_tables()
        where database_name = $1 and schema_name in ({schemas}) order by schema_name, table_name
        """,
        [build],
    ).fetchall()
    for schema in PUBLISHED_SCHEMAS:
        connection.execute(f"create schema if not exists published.{schema}")
    for schema, table, comment in tables:
        name = f"{quoted(schema)}.{quoted(table)}"
        connection.execute(f"create table published.{name} as select * from {build}.{name} order by all")
        row = connection.execute(f"select count(*) from published.{name}").fetchone()
        counts[f"{schema}.{table}"] = int(row[0]) if row else 0
        if comment:
            connection.execute(f"comment on table published.{name} is {literal(comment)}")
        columns = connection.execute(
            """
            select column_name, comment from duckdb_columns()
            where database_name = $1 and schema_name = $2 and table_name = $3 and comment is not null
            order by column_index
            """,
            [build, schema, table],
        ).fetchall()
        for column, text in columns:
            connection.execute(f"comment on column published.{name}.{quoted(column)} is {literal(text)}")
    return counts


def publish(home: Home, memory_limit_mb: int, shared_group: str | None) -> dict[str, int]:
    """Replace published/vardlager.duckdb; returns rows by table.

    A reader that holds the old file keeps it whole; a new one gets the new file. Nothing is
    switched unless the new file is complete and on disk.
    """
    work_dir = home.published / ".next"
    shutil.rmtree(work_dir, ignore_errors=True)
    work_dir.mkdir(mode=PRIVATE_DIR, parents=True)
    target = work_dir / home.published_file.name
    connection = duckdb.connect(config={"memory_limit": f"{memory_limit_mb}MB", "threads": 2})
    try:
        connection.execute(f"set temp_directory = {literal(str(work_dir / 'spill'))}")
        connection.execute(f"attach {literal(str(home.build_file))} as build (read_only)")
        connection.execute(f"attach {literal(str(target))} as published (storage_version '{STORAGE_VERSION}')")
        counts = _copy_tables(connection, "build")
        connection.execute("checkpoint published")
        connection.execute("detach published")
    finally:
        connection.close()
    share(target, shared_group)
    with target.open("rb") as handle:
        os.fsync(handle.fileno())
    target.replace(home.published_file)
    share(home.published, shared_group)
    open_passage(home.root, shared_group)
    shutil.rmtree(work_dir, ignore_errors=True)
    return counts
