"""What a publication holds: the database that analysts open, and the same tables as Parquet.

Rows stand in full order, so the same build gives the same rows in the same order, and the same
bytes of Parquet.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import VardlagerError
from orchestration.settings import PRIVATE_DIR
from orchestration.sql_text import literal, quoted

PUBLISHED_SCHEMAS = ("marts", "quality", "meta")
DATABASE_NAME = "vardlager.duckdb"
PARQUET_NAME = "parquet"
DELIVERED_NAME = "delivered"
# The oldest file format that still holds everything: clients from DuckDB 1.0 on can read it.
STORAGE_VERSION = "v1.0.0"
_ROW_GROUP_ROWS = 122_880


@dataclass(frozen=True)
class Table:
    """A table of the build that is published, with its comment."""

    schema: str
    name: str
    comment: str | None

    @property
    def sql_name(self) -> str:
        """Schema and name as SQL identifiers."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"


@contextmanager
def _engine(build_file: Path, database: Path, memory_limit_mb: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build as `build` and the new database as `published`; what memory cannot hold spills beside it."""
    spill = database.parent / "spill"
    connection = duckdb.connect(
        config={"memory_limit": f"{memory_limit_mb}MB", "threads": 2, "temp_directory": str(spill)}
    )
    try:
        connection.execute(f"attach {literal(str(build_file))} as build (read_only)")
        connection.execute(f"attach {literal(str(database))} as published (storage_version '{STORAGE_VERSION}')")
        yield connection
        connection.execute("detach published")
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def _tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[Table]:
    schemas = ", ".join(literal(schema) for schema in PUBLISHED_SCHEMAS)
    rows = connection.execute(
        f"""
        select schema_name, table_name, comment from duckdb_tables()
        where database_name = $1 and schema_name in ({schemas}) order by schema_name, table_name
        """,
        [catalog],
    ).fetchall()
    return [Table(*row) for row in rows]


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe select * from {relation}").fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    (rows,) = connection.execute(f"select count(*) from {relation}").fetchall()[0]
    return int(rows)


def spans(chosen: Iterable[str], loaded: Sequence[str]) -> str:
    """The chosen of the loaded periods, neighbours drawn together: '2024-01 till 2024-03, 2024-07'."""
    wanted = set(chosen)
    runs: list[list[str]] = []
    is_open = False
    for period in loaded:
        if period in wanted:
            if is_open:
                runs[-1].append(period)
            else:
                runs.append([period])
        is_open = period in wanted
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} till {run[-1]}" for run in runs)


def _preliminary_mark(connection: duckdb.DuckDBPyConnection) -> str:
    """What every mart says of the periods whose figures no delivery rests on; empty when there are none."""
    rows = connection.execute(
        "select period, bool_or(is_preliminary) from build.meta.periods group by period order by period"
    ).fetchall()
    told = spans([period for period, is_preliminary in rows if is_preliminary], [period for period, _ in rows])
    return f" Preliminära perioder enligt meta.periods: {told}." if told else ""


def _comment(connection: duckdb.DuckDBPyConnection, table: Table, mark: str) -> None:
    columns = connection.execute(
        """
        select column_name, comment from duckdb_columns()
        where database_name = 'build' and schema_name = $1 and table_name = $2 order by column_index
        """,
        [table.schema, table.name],
    ).fetchall()
    has_mark = table.schema == "marts" and any(name == "period" for name, _ in columns)
    text = (table.comment or "") + (mark if has_mark else "")
    if text:
        connection.execute(f"comment on table published.{table.sql_name} is {literal(text.strip())}")
    for name, comment in columns:
        if comment:
            connection.execute(f"comment on column published.{table.sql_name}.{quoted(name)} is {literal(comment)}")


def write_database(build_file: Path, folder: Path, memory_limit_mb: int) -> dict[str, int]:
    """Copy the published schemas of the build to a new database in `folder`; returns rows by table.

    Comments come along; each mart's tells which of its periods are preliminary.
    """
    counts: dict[str, int] = {}
    with _engine(build_file, folder / DATABASE_NAME, memory_limit_mb) as connection:
        mark = _preliminary_mark(connection)
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f"create schema published.{schema}")
        for table in _tables(connection, "build"):
            name = table.sql_name
            connection.execute(f"create table published.{name} as select * from build.{name} order by all")
            _comment(connection, table, mark)
            counts[f"{table.schema}.{table.name}"] = _count(connection, f"published.{name}")
        connection.execute("checkpoint published")
    return counts


def write_parquet(folder: Path, memory_limit_mb: int) -> None:
    """Write every table of the database in `folder` to parquet/<schema>/<table>.parquet beside it.

    One thread writes the rows as they stand, so the bytes follow from the rows. Raises VardlagerError
    when a file does not hold the table's rows and types: Parquet lacks some of the engine's types.
    """
    connection = duckdb.connect(
        str(folder / DATABASE_NAME), read_only=True, config={"memory_limit": f"{memory_limit_mb}MB", "threads": 1}
    )
    try:
        for table in _tables(connection, Path(DATABASE_NAME).stem):
            target = folder / PARQUET_NAME / table.schema / f"{table.name}.parquet"
            target.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
            file = literal(str(target))
            connection.execute(
                f"copy (from {table.sql_name}) to {file} "
                f"(format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP_ROWS})"
            )
            written = f"read_parquet({file}, hive_partitioning = false)"
            if _columns(connection, table.sql_name) != _columns(connection, written):
                raise VardlagerError(
                    f"{table.schema}.{table.name} har en kolumn vars typ inte ryms i Parquet.",
                    "Ge kolumnen en annan typ i modellen; inget är publicerat.",
                )
            if _count(connection, table.sql_name) != _count(connection, written):
                raise VardlagerError(
                    f"{target.name} fick inte alla rader i {table.schema}.{table.name}.", "Kör om; kontrollera disken."
                )
    finally:
        connection.close()


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as hexadecimal digits."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def files_of(folder: Path) -> list[str]:
    """The files under `folder`, as sorted paths relative to it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _is_same(path: Path, other: Path) -> bool:
    return other.is_file() and other.stat().st_size == path.stat().st_size and sha256_of(other) == sha256_of(path)


def copy_delivered(source: Path, names: Iterable[Path], folder: Path, earlier: Path | None) -> None:
    """Put the as-delivered rows (paths `names` under `source`) into the publication's Parquet.

    They never change: what the earlier publication holds, byte for byte, is linked and not copied.
    """
    for name in names:
        target = folder / PARQUET_NAME / DELIVERED_NAME / name
        target.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        held = earlier / PARQUET_NAME / DELIVERED_NAME / name if earlier else None
        if held is not None and _is_same(source / name, held):
            os.link(held, target)
        else:
            shutil.copyfile(source / name, target)


def link_unchanged(folder: Path, earlier: Path | None) -> None:
    """Let the Parquet files that are the same as the earlier publication's be one file on disk."""
    if earlier is None:
        return
    for schema in PUBLISHED_SCHEMAS:
        for path in sorted((folder / PARQUET_NAME / schema).glob("*.parquet")):
            held = earlier / path.relative_to(folder)
            if _is_same(path, held):
                path.unlink()
                os.link(held, path)
