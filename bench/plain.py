"""The marts calculated once more by plain_marts.sql, and compared with what the build holds.

    python -m bench.plain BUILD_FILE [FOLDER]

The statements read the same lake and seeds as the models and share no line with them. Equal
results on every row and contract column are what the comparison asks for; floats too, since both
sides divide the same whole numbers.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
STATEMENTS_FILE = Path(__file__).with_name("plain_marts.sql")
INPATIENT_FILE = Path(__file__).with_name("plain_inpatient.sql")
# What the statements may read of the build file: what the pipeline writes before any model runs.
INPUT_SCHEMAS = ("lake", "control")
# Deviations that plain SQL does not calculate: sums over a clinic, rows that never reached the lake, and those of
# wards, operations and listing.
_COMPARED_ROWS = {
    "quality.deviations": "(contact_key is not null and entity in ('cosmic_vardkontakt', 'cosmic_vantelista'))"
    " or rule_id = 'E02'"
}
_HEADING = re.compile(r"^-- statement: (\w+\.\w+)$", re.MULTILINE)
_SHOWN = 3


@dataclass(frozen=True)
class Difference:
    """Rows of one table that only one side has: how many on each, and a few of them."""

    table: str
    only_in_build: int
    only_in_plain: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        shown = "\n".join(f"    {example}" for example in self.examples)
        return f"{self.table}: {self.only_in_build} rows only in the build, {self.only_in_plain} only in plain\n{shown}"


def read_statements(path: Path = STATEMENTS_FILE) -> dict[str, str]:
    """SQL of each table by its name (`schema.table`), in the order of the file."""
    parts = _HEADING.split(path.read_text(encoding="utf-8"))
    return {name: body.strip().removesuffix(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def all_statements() -> dict[str, str]:
    """The statements of both files, in the order in which they read each other."""
    return read_statements() | read_statements(INPATIENT_FILE)


def open_plain(build_file: Path, plain_file: Path, memory_limit_mb: int = 1024) -> duckdb.DuckDBPyConnection:
    """A new database file with views of the build's lake and control tables, and nothing else of it."""
    connection = duckdb.connect(str(plain_file), config={"threads": 2, "memory_limit": f"{memory_limit_mb}MB"})
    connection.execute(f"set file_search_path = '{PROJECT}'")
    connection.execute(f"attach '{build_file}' as build (read_only)")
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = 'build' and table_schema in (select unnest($1))",
        [list(INPUT_SCHEMAS)],
    ).fetchall()
    for schema in INPUT_SCHEMAS:
        connection.execute(f"create schema {schema}")
    for schema, table in tables:
        connection.execute(f"create view {schema}.{table} as select * from build.{schema}.{table}")
    return connection


def calculate(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    """Run one statement and keep its rows as the table it is named for."""
    connection.execute(f"create schema if not exists {name.split('.')[0]}")
    connection.execute(f"create table {name} as {sql}")


def difference(connection: duckdb.DuckDBPyConnection, table: str) -> Difference | None:
    """What one side has and the other lacks, rows counted as often as they stand; None when all are equal."""
    columns = ", ".join(row[0] for row in connection.execute(f"describe {table}").fetchall())
    rows = _COMPARED_ROWS.get(table, "true")
    build = f"select {columns} from build.{table} where {rows}"
    plain = f"select {columns} from {table}"
    counts, examples = [], []
    for side, query in (("build", f"{build} except all {plain}"), ("plain", f"{plain} except all {build}")):
        found = connection.execute(f"select count(*) from ({query})").fetchone()
        counts.append(int(found[0]) if found else 0)
        shown = connection.execute(f"select * from ({query}) order by all limit {_SHOWN}").fetchall()
        examples += [f"{side}: {row}" for row in shown]
    return Difference(table, counts[0], counts[1], tuple(examples)) if any(counts) else None


def compare(build_file: Path, plain_file: Path) -> list[Difference]:
    """Calculate every table anew beside the build and return where the two differ."""
    connection = open_plain(build_file, plain_file)
    try:
        found = []
        for name, sql in all_statements().items():
            calculate(connection, name, sql)
            found.append(difference(connection, name))
        return [one for one in found if one is not None]
    finally:
        connection.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="vardlager-plain-") as folder:
        found = compare(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else folder) / "plain.duckdb")
    for one in found:
        print(one)
    if found:
        sys.exit(1)
    print(f"{len(all_statements())} tables equal")


if __name__ == "__main__":
    main()
