"""The published database: written whole, or as a copy of the version in force in which what changed is replaced.

Either way its tables hold the build's rows, but for those of a domain that is held back; a table that is written
whole stands in full order, a kept one in full order within each period.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.errors import VardlagerError
from orchestration.publishing.base import Base, Tell, copy_database
from orchestration.publishing.contents import DATABASE_NAME, PUBLISHED_SCHEMAS, Table, count_of, tables_of
from orchestration.publishing.held import HeldTables, held_table
from orchestration.publishing.kept import Kept
from orchestration.sql_text import literal, quoted

# The oldest file format that still holds everything: clients from DuckDB 1.0 on can read it.
STORAGE_VERSION = "v1.0.0"
# A file that has been replaced in is written whole when more of it than this is free, and more blocks of
# 256 KB than these. What is freed is used again: month after month a quarter of the file is free and no more,
# and only when much is withdrawn at once does the share pass this.
_FREE_SHARE = 0.4
_FREE_BLOCKS = 64


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


def _comment(
    connection: duckdb.DuckDBPyConnection, table: Table, preliminary_mark: str, held: HeldTables | None
) -> None:
    """Give a published table the comments that it is to have, whichever it has."""
    columns = connection.execute(
        """
        select column_name, comment from duckdb_columns()
        where database_name = 'build' and schema_name = $1 and table_name = $2 order by column_index
        """,
        [table.schema, table.name],
    ).fetchall()
    present = dict(
        connection.execute(
            """
            select column_name, comment from duckdb_columns()
            where database_name = 'published' and schema_name = $1 and table_name = $2
            """,
            [table.schema, table.name],
        ).fetchall()
    )
    has_mark = table.schema == "marts" and any(name == "period" for name, _ in columns)
    mark = (preliminary_mark if has_mark else "") + ("" if held is None else held.mark)
    text = ((table.comment or "") + mark).strip()
    connection.execute(f"comment on table published.{table.sql_name} is {literal(text) if text else 'null'}")
    for name, comment in columns:
        if comment != present[name]:
            told = literal(comment) if comment else "null"
            connection.execute(f"comment on column published.{table.sql_name}.{quoted(name)} is {told}")


def _shapes(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[tuple[str, ...]]:
    """Every column of the published schemas: table, place, name and type."""
    schemas = ", ".join(literal(schema) for schema in PUBLISHED_SCHEMAS)
    return connection.execute(
        f"""
        select schema_name, table_name, column_index, column_name, data_type from duckdb_columns()
        where database_name = $1 and schema_name in ({schemas}) order by schema_name, table_name, column_index
        """,
        [catalog],
    ).fetchall()


def _replace(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    name = table.sql_name
    connection.execute(f"create or replace table published.{name} as select * from build.{name} order by all")


def _rows_of(connection: duckdb.DuckDBPyConnection, table: Table, periods: Iterable[str]) -> str:
    """The build's rows of some periods, each period's together and in full order."""
    columns = [row[0] for row in connection.execute(f"describe build.{table.sql_name}").fetchall()]
    order = ", ".join(quoted(name) for name in ("period", *(name for name in columns if name != "period")))
    chosen = ", ".join(literal(period) for period in periods)
    return f"select * from build.{table.sql_name} where period in ({chosen}) order by {order}"


def _demand_same_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """VardlagerError unless each period has as many rows in the published table as in the build."""
    build, published = (
        f"select period, count(*) from {catalog}.{table.sql_name} group by period" for catalog in ("build", "published")
    )
    differing = connection.execute(
        f"select period from (({build} except {published}) union ({published} except {build})) order by period"
    ).fetchall()
    if differing:
        told = ", ".join(dict.fromkeys(str(period) for (period,) in differing))
        raise VardlagerError(
            f"{table.full_name} har andra rader i bygget än dess perioder säger ({told}); inget är publicerat.",
            "Bygg om allt: vardlager run --full-refresh.",
        )


def _take_over(connection: duckdb.DuckDBPyConnection, table: Table, held: HeldTables) -> None:
    """Put a held-back table in the file as it stood, or with its columns alone when it stands nowhere."""
    name = table.sql_name
    if held.source is None:
        rows = f"select * from build.{name} where false"
    else:
        connection.execute(f"attach if not exists {literal(str(held.source))} as earlier (read_only)")
        rows = f"select * from earlier.{name} order by all"
    connection.execute(f"create or replace table published.{name} as {rows}")


def _finish(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    of_periods: Iterable[Table],
    held: Sequence[HeldTables],
) -> dict[str, int]:
    """Comments, the checks of the kept tables, and everything in the file; returns rows by table."""
    mark = _preliminary_mark(connection)
    for table in tables:
        _comment(connection, table, mark, held_table(held, table.full_name))
    for table in of_periods:
        _demand_same_rows(connection, table)
    connection.execute("checkpoint published")
    return {table.full_name: count_of(connection, f"published.{table.sql_name}") for table in tables}


def _write_whole(
    build_file: Path, database: Path, memory_limit_mb: int, kept: Kept | None, held: Sequence[HeldTables]
) -> dict[str, int]:
    with _engine(build_file, database, memory_limit_mb) as connection:
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f"create schema published.{schema}")
        tables = tables_of(connection, "build")
        of_build = [table for table in tables if held_table(held, table.full_name) is None]
        of_periods = [table for table in of_build if kept is not None and table.full_name in kept.tables]
        for table in tables:
            own = held_table(held, table.full_name)
            if own is not None:
                _take_over(connection, table, own)
            elif kept is None or table not in of_periods:
                _replace(connection, table)
            else:
                # In one statement: periods inserted one by one leave a third of the file free.
                rows = _rows_of(connection, table, kept.build_ids)
                connection.execute(f"create table published.{table.sql_name} as {rows}")
        return _finish(connection, tables, of_periods, held)


def is_loose(total_blocks: int, free_blocks: int) -> bool:
    """Whether so much of a database file is free that it is to be written whole."""
    return free_blocks > _FREE_BLOCKS and free_blocks > _FREE_SHARE * total_blocks


def _is_loose(connection: duckdb.DuckDBPyConnection) -> bool:
    [(total, free)] = connection.execute(
        "select total_blocks, free_blocks from pragma_database_size() where database_name = 'published'"
    ).fetchall()
    return is_loose(total, free)


def _renew(
    build_file: Path, database: Path, memory_limit_mb: int, kept: Kept, base: Base, held: Sequence[HeldTables]
) -> dict[str, int] | None:
    """Replace in a copy of the base what is not the build's; None when the copy is better written whole.

    What is held back stands in the copy already.
    """
    with _engine(build_file, database, memory_limit_mb) as connection:
        if _shapes(connection, "published") != _shapes(connection, "build"):
            return None
        tables = tables_of(connection, "build")
        of_build = [table for table in tables if held_table(held, table.full_name) is None]
        of_periods = [table for table in of_build if table.full_name in kept.tables]
        for table in of_build:
            stale = ", ".join(literal(period) for period in base.stale(table.full_name, kept.build_ids))
            if table not in of_periods:
                _replace(connection, table)
            elif stale:
                connection.execute(f"delete from published.{table.sql_name} where period in ({stale})")
        # What the deleted rows and the replaced tables took is free from here on, and used by what follows.
        connection.execute("checkpoint published")
        for table in of_periods:
            if fresh := base.fresh(table.full_name, kept.build_ids):
                connection.execute(f"insert into published.{table.sql_name} {_rows_of(connection, table, fresh)}")
        counts = _finish(connection, tables, of_periods, held)
        return None if _is_loose(connection) else counts


def write_database(
    build_file: Path,
    folder: Path,
    memory_limit_mb: int,
    kept: Kept | None,
    base: Base | None,
    tell: Tell,
    held: Sequence[HeldTables] = (),
) -> dict[str, int]:
    """Write the published schemas of the build to a database in `folder`; returns rows by table.

    With a base that holds most of the build's periods, only what differs is written. Comments come along;
    each mart's tells which of its periods are preliminary, and each held-back table's why it is that and since when.
    Raises VardlagerError when a kept table holds rows of a period that the build does not tell of.
    """
    database = folder / DATABASE_NAME
    stands_in_base = all(domain.source is not None for domain in held)
    is_near = kept is not None and base is not None and base.is_near(kept) and stands_in_base
    if kept is not None and base is not None and is_near and copy_database(base, database, tell):
        counts = _renew(build_file, database, memory_limit_mb, kept, base, held)
        if counts is not None:
            return counts
        database.unlink()
    return _write_whole(build_file, database, memory_limit_mb, kept, held)
