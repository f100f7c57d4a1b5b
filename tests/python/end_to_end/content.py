"""What a home holds when its work is done, so that two homes, or one before and after, can be compared.

Files are compared byte for byte, tables by a hash of their sorted rows. What a run must tell of itself, when
it was made and which run it was, differs between two runs of the same input: those columns are left out, each
by its name and with its reason.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb

WHEN = "the clock when it was done"
WHO = "the id of the run that did it"
BESIDE = "what lay loaded beside the month when it was run"

# By table of the published file; the same tables of the build, and their Parquet.
PUBLISHED_LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "meta.deliveries": {"created_at": WHEN},
    "meta.delivery_calls": {"answered_at": WHEN},
    "meta.periods": {"last_loaded_at": WHEN},
    "quality.load_account": {"loaded_at": WHEN},
    "quality.validation_results": {"run_id": WHO, "checked_at": WHEN},
}
STATE_LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "load": {"loaded_at": WHEN},
    "period_group": {},
    "delivery": {"created_at": WHEN, "run_id": WHO},
    "delivery_call": {"answered_at": WHEN},
    "clinic_figure": {"run_id": WHO, "recorded_at": WHEN, "inputs": BESIDE},
    "approval": {"approved_at": WHEN, "withdrawn_at": WHEN},
    "key_check": {},
}
# A run that was killed, or run again, has stored the results it had: the same ones, under its own id. They are
# hashed a period at a time: a month that is run again when another has been loaded is checked with its registers.
RESULTS = "quality.validation_results"
BUILD_SCHEMAS = ("marts", "quality", "delivery")
# What a run makes beside its place and moves there when it is whole.
_UNFINISHED = (".building", ".part", ".next", ".landing", "spill")


def hash_of(rows: Iterable[object]) -> str:
    """One hash of rows in whatever order they come."""
    return hashlib.sha256("\n".join(sorted(repr(row) for row in rows)).encode()).hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob(pattern)):
        if path.is_file():
            yield str(path.relative_to(folder)), path


def tables(database: Path, schemas: Iterable[str]) -> dict[str, str]:
    """A hash of each table's rows by `schema.table`, without what is left out."""
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in (select unnest($1))",
            [list(schemas)],
        ).fetchall()
        for (name,) in names:
            left_out = ", ".join(PUBLISHED_LEFT_OUT.get(name, ()))
            columns = f"* exclude ({left_out})" if left_out else "*"
            if name != RESULTS:
                found[name] = hash_of(connection.execute(f"select {columns} from {name}").fetchall())
                continue
            for (period,) in connection.execute(f"select distinct period from {name}").fetchall():
                query = f"select distinct {columns} from {name} where period = $1"
                found[f"{name} {period}"] = hash_of(connection.execute(query, [period]).fetchall())
    return found


def parquet(folder: Path) -> dict[str, str]:
    """The sha256 of each Parquet file by its place, but for tables that tell of time or run."""
    telling = {name.replace(".", "/") for name in PUBLISHED_LEFT_OUT}
    return {
        name: _sha256(path)
        for name, path in _files(folder, "*.parquet")
        if not any(name == f"{table}.parquet" or name.startswith(f"{table}/") for table in telling)
    }


def reviews(folder: Path) -> dict[str, str]:
    """The sha256 of each file of the reviews in force, by period and name, but for whether it was delivered then."""
    return {
        f"{path.parent.parent.name}/{path.name}": _sha256(path)
        for path in sorted(folder.glob("*/current/*.parquet"))
        if path.name != "period.parquet"
    }


def manifests(folder: Path) -> dict[str, object]:
    """What each package's manifest tells, but for when it was made and the page that prints the time."""
    found = {}
    for name, path in _files(folder, "manifest.json"):
        told = json.loads(path.read_text("utf-8"))
        assert told.pop("created_at")
        told["files"] = [file for file in told["files"] if file["name"] != "protokoll.html"]
        found[name] = told
    return found


def state_rows(state_file: Path) -> dict[str, list[str]]:
    """The rows of the state that figures and deliveries rest on, by table, as sorted text."""
    with sqlite3.connect(f"file:{state_file}?mode=ro", uri=True) as state:
        found = {}
        for table, left_out in STATE_LEFT_OUT.items():
            columns = [row[1] for row in state.execute(f"pragma table_info({table})") if row[1] not in left_out]
            found[table] = sorted(repr(row) for row in state.execute(f"select {', '.join(columns)} from {table}"))
    return found


def unfinished(home: Path) -> list[str]:
    """Whatever lies in a home under a name that only half-made things have."""
    return sorted(
        str(path.relative_to(home)) for path in home.rglob("*") if path.name.endswith(_UNFINISHED) and _is_ours(path)
    )


def _is_ours(path: Path) -> bool:
    # The engine empties its own folder for what memory cannot hold, and leaves it.
    return path.name != "spill" or any(path.iterdir())


def content(home: Path) -> dict[str, object]:
    """Everything that must be the same in two homes that took in the same files, by kind and name."""
    found: dict[str, object] = {}
    for kind, entries in (
        ("published table", tables(home / "published" / "vardlager.duckdb", ("marts", "quality", "meta"))),
        ("published Parquet", parquet((home / "published" / "parquet").resolve())),
        ("build table", tables(home / "build" / "warehouse.duckdb", BUILD_SCHEMAS)),
        ("lake", parquet(home / "lake")),
        ("review", reviews(home / "review")),
        ("rows as delivered", parquet(home / "state" / "delivered_rows")),
        ("XML", {name: _sha256(path) for name, path in _files(home / "delivery", "*.xml")}),
        ("manifest", manifests(home / "delivery")),
        ("CSV list", {name: _sha256(path) for name, path in _files(home / "quarantine", "*.csv")}),
        ("state", state_rows(home / "state" / "state.sqlite")),
        ("half-made", dict.fromkeys(unfinished(home), "lies there")),
    ):
        found |= {f"{kind} {name}": value for name, value in entries.items()}
    return found


def differences(first: Mapping[str, object], second: Mapping[str, object]) -> list[str]:
    """What one holds and the other does not, or holds otherwise: names alone, for the eye."""
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
