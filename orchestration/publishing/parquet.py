"""The published tables as Parquet: a file a table, or a file a period of a kept table.

    parquet/<schema>/<table>.parquet
    parquet/<schema>/<table>/period=<YYYY-MM>/rows.parquet       the column `period` stands in the file too

The bytes of a file follow from its rows, whatever the order they were built or published in. A file that
an earlier version holds is linked and not written again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from orchestration.errors import VardlagerError
from orchestration.publishing.base import Base
from orchestration.publishing.contents import (
    DATABASE_NAME,
    DELIVERED_NAME,
    PARQUET_NAME,
    PUBLISHED_SCHEMAS,
    Table,
    count_of,
    sha256_of,
    tables_of,
)
from orchestration.publishing.held import HeldTables, held_table
from orchestration.publishing.kept import Kept
from orchestration.settings import PRIVATE_DIR
from orchestration.sql_text import literal

_ROW_GROUP_ROWS = 122_880
_ROWS_NAME = "rows.parquet"


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe select * from {relation}").fetchall()]


def _read(files: Sequence[Path]) -> str:
    listed = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _make_folder(target: Path) -> None:
    target.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)


def _write(connection: duckdb.DuckDBPyConnection, table: Table, rows: str, target: Path) -> None:
    """Write the rows that a query gives; VardlagerError when the file lacks one of the table's types."""
    _make_folder(target)
    connection.execute(
        f"copy ({rows}) to {literal(str(target))} "
        f"(format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP_ROWS})"
    )
    if _columns(connection, table.sql_name) != _columns(connection, _read([target])):
        raise VardlagerError(
            f"{table.full_name} har en kolumn vars typ inte ryms i Parquet.",
            "Ge kolumnen en annan typ i modellen; inget är publicerat.",
        )


def _write_periods(
    connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, build_ids: Mapping[str, str], base: Base | None
) -> tuple[list[Path], dict[str, str]]:
    """Write or link a file a period of `build_ids`; returns them all, and the sha256 of the linked ones by name.

    The sorting is not for the rows, which lie in order: it fills the engine's chunks, and they decide where
    one row group ends and the next begins.
    """
    fresh = set(build_ids if base is None else base.fresh(table.full_name, build_ids))
    files, linked = [], {}
    for period in sorted(build_ids):
        name = f"{PARQUET_NAME}/{table.schema}/{table.name}/period={period}/{_ROWS_NAME}"
        if base is not None and period not in fresh and base.holds(name):
            _make_folder(folder / name)
            os.link(base.folder / name, folder / name)
            linked[name] = base.files[name]
        else:
            rows = f"select * from {table.sql_name} where period = {literal(period)} order by all"
            _write(connection, table, rows, folder / name)
        files.append(folder / name)
    return files, linked


def write_parquet(
    folder: Path, memory_limit_mb: int, kept: Kept | None, base: Base | None, held: Sequence[HeldTables] = ()
) -> dict[str, str]:
    """Write every table of the database in `folder` beside it; returns the sha256 of the files linked from the base.

    One thread writes, so the bytes follow from the rows. Raises VardlagerError when the files do not hold the
    table's rows and types: Parquet lacks some of the engine's types.
    """
    linked: dict[str, str] = {}
    connection = duckdb.connect(
        str(folder / DATABASE_NAME), read_only=True, config={"memory_limit": f"{memory_limit_mb}MB", "threads": 1}
    )
    try:
        for table in tables_of(connection, Path(DATABASE_NAME).stem):
            own = held_table(held, table.full_name)
            build_ids = own.build_ids if own is not None else kept.build_ids if kept is not None else {}
            # A held-back table that stands empty has no period, and is one file with its columns.
            if kept is not None and table.full_name in kept.tables and build_ids:
                files, of_table = _write_periods(connection, table, folder, build_ids, base)
                linked |= of_table
            else:
                files = [folder / PARQUET_NAME / table.schema / f"{table.name}.parquet"]
                _write(connection, table, f"from {table.sql_name}", files[0])
            if count_of(connection, table.sql_name) != count_of(connection, _read(files)):
                raise VardlagerError(
                    f"Parquet fick inte alla rader i {table.full_name}.", "Kör om; kontrollera disken."
                )
    finally:
        connection.close()
    return linked


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
