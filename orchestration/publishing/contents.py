"""What a publication holds, and by which names: for those who write it and those who look at it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.sql_text import literal, quoted

PUBLISHED_SCHEMAS = ("marts", "quality", "meta")
DATABASE_NAME = "vardlager.duckdb"
PARQUET_NAME = "parquet"
DELIVERED_NAME = "delivered"


@dataclass(frozen=True)
class Table:
    """A table of the build that is published, with its comment."""

    schema: str
    name: str
    comment: str | None

    @property
    def full_name(self) -> str:
        """Schema and name as they are told."""
        return f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        """Schema and name as SQL identifiers."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def tables_of(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[Table]:
    """The tables of the published schemas in a catalog, by name."""
    schemas = ", ".join(literal(schema) for schema in PUBLISHED_SCHEMAS)
    rows = connection.execute(
        f"""
        select schema_name, table_name, comment from duckdb_tables()
        where database_name = $1 and schema_name in ({schemas}) order by schema_name, table_name
        """,
        [catalog],
    ).fetchall()
    return [Table(*row) for row in rows]


def shape_of(connection: duckdb.DuckDBPyConnection, catalog: str, full_name: str) -> list[tuple[str, str]]:
    """Name and type of each column of a table in a catalog, in order; empty when there is no such table."""
    schema, name = full_name.split(".")
    return connection.execute(
        """
        select column_name, data_type from duckdb_columns()
        where database_name = $1 and schema_name = $2 and table_name = $3 order by column_index
        """,
        [catalog, schema, name],
    ).fetchall()


def count_of(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """The number of rows of a relation."""
    (rows,) = connection.execute(f"select count(*) from {relation}").fetchall()[0]
    return int(rows)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as hexadecimal digits."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def files_of(folder: Path) -> list[str]:
    """The files under `folder`, as sorted paths relative to it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
