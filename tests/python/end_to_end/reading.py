"""A reader of what is published, as an analyst's own program is: it knows two paths and nothing of the project.

    python reading.py again DATABASE PARQUET    looks in a fresh process, again and again, until its input ends
    python reading.py kept DATABASE PARQUET     opens once, looks, waits for its input to end, and looks again

Each look is a line of JSON: a hash over every table's rows and control sum by period, of the database and of
the Parquet files that the name led to when the look began.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

_PAUSE_SECONDS = 1.0


def counted(connection: duckdb.DuckDBPyConnection, relation: str) -> list[Any]:
    """(period, rows, control sum) of a relation, one line in all when it has no periods."""
    columns = [row[0] for row in connection.execute(f"describe select * from {relation}").fetchall()]
    period = "period" if "period" in columns else "null"
    return connection.execute(
        f"select {period}, count(*), cast(sum(cast(hash({', '.join(columns)}) as hugeint)) as varchar) "
        f"from {relation} group by 1 order by 1"
    ).fetchall()


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    names = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() order by 1"
    ).fetchall()
    return {name: counted(connection, name) for (name,) in names}


def files(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    return {
        str(path.relative_to(folder)): counted(connection, f"read_parquet('{path}', hive_partitioning = false)")
        for path in sorted(folder.rglob("*.parquet"))
    }


def digest(found: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def look(database: Path, parquet: Path) -> dict[str, str]:
    """One look with a connection of its own. The Parquet name is resolved once, as a reader of many files must."""
    import duckdb

    folder = parquet.resolve()
    with duckdb.connect(str(database), read_only=True) as connection:
        return {"database": digest(tables(connection)), "parquet": digest(files(connection, folder))}


def _in_a_process_of_its_own(database: Path, parquet: Path) -> None:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        told = look(database, parquet)
    except Exception as trouble:
        told = {"trouble": f"{type(trouble).__name__}: {trouble}"}
    os.write(1, (json.dumps(told) + "\n").encode())
    os._exit(0)


def main(way: str, database: Path, parquet: Path) -> None:
    if way == "again":
        # The engine is imported by each process for itself.
        while not select.select([sys.stdin], [], [], _PAUSE_SECONDS)[0]:
            _in_a_process_of_its_own(database, parquet)
        _in_a_process_of_its_own(database, parquet)
        return
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        print(json.dumps({"database": digest(tables(connection))}), flush=True)
        sys.stdin.read()
        print(json.dumps({"database": digest(tables(connection))}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
