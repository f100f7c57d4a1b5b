"""DL05: planted identities, and their unkeyed hashes, looked for in every value of every file of a folder."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import numpy as np

HASHES = ("md5", "sha1", "sha256")


class Needles:
    """Byte strings to look for, many at once. `names` tells which identity and form a needle is of."""

    def __init__(self, forms: Iterable[str]) -> None:
        self.lowered: dict[bytes, str] = {}
        self.exact: dict[bytes, str] = {}
        for form in sorted(set(forms)):
            self.lowered[form.lower().encode("utf-8")] = f"text {form}"
            self.lowered[form.lower().encode("utf-16-le")] = f"utf-16 {form}"
            for name in HASHES:
                for written in {form, form.upper(), form.lower(), form + "\n"}:
                    digest = hashlib.new(name, written.encode("utf-8"))
                    self.lowered[digest.hexdigest().encode()] = f"{name} {form!r}"
                    self.exact[digest.digest()] = f"raw {name} {form!r}"

    def found_in(self, data: bytes) -> set[str]:
        """What of the needles stands in `data`; text and hexadecimal digits whatever their case."""
        return _search(data.lower(), self.lowered) | _search(data, self.exact)


def _search(data: bytes, needles: dict[bytes, str]) -> set[str]:
    if len(data) < 4:
        return set()
    first, second = np.zeros(65536, bool), np.zeros(65536, bool)
    by_start: dict[bytes, list[bytes]] = {}
    for needle in needles:
        first[int.from_bytes(needle[:2], "little")] = True
        second[int.from_bytes(needle[2:4], "little")] = True
        by_start.setdefault(needle[:4], []).append(needle)
    octets = np.frombuffer(data, np.uint8).astype(np.uint16)
    pairs = octets[:-1] | (octets[1:] << 8)
    hits = np.flatnonzero(first[pairs[:-2]] & second[pairs[2:]])
    found = set()
    for at in hits.tolist():
        for needle in by_start.get(data[at : at + 4], ()):
            if data.startswith(needle, at):
                found.add(needles[needle])
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _values(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[bytes]:
    columns = connection.execute(f"describe select * from {relation}").fetchall()
    yield "\n".join(column[0] for column in columns).encode()
    for name, kind, *_ in columns:
        shown = f"hex({_quoted(name)})" if kind == "BLOB" else f"cast({_quoted(name)} as varchar)"
        found = connection.execute(f"select distinct {shown} from {relation}").fetchall()
        yield "\n".join(value for (value,) in found if value is not None).encode()


def _duckdb_values(path: Path) -> Iterator[bytes]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, coalesce(comment, ''), sql from duckdb_tables() where not internal"
            " union all"
            " select schema_name, view_name, coalesce(comment, ''), sql from duckdb_views() where not internal"
        ).fetchall()
        for schema, table, comment, sql in tables:
            yield f"{schema} {table} {comment} {sql}".encode()
            yield from _values(connection, f"{_quoted(schema)}.{_quoted(table)}")


def _sqlite_values(path: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        for name, sql in connection.execute("select name, sql from sqlite_master").fetchall():
            yield f"{name} {sql}".encode()
            if sql and sql.lower().startswith("create table"):
                rows = connection.execute(f"select * from {_quoted(name)}").fetchall()
                yield "\n".join(str(value) for row in rows for value in row).encode()
                # Dagster packs its pictures of jobs.
                for value in (value for row in rows for value in row if isinstance(value, bytes)):
                    with contextlib.suppress(zlib.error):
                        yield zlib.decompress(value)
    finally:
        connection.close()


def contents(path: Path) -> Iterator[bytes]:
    """Everything a file says: its bytes, and what they are when unpacked or read as a table."""
    raw = path.read_bytes()
    yield raw
    name = path.name
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    elif raw[:4] == b"PAR1":
        with duckdb.connect() as connection:
            yield from _values(connection, "read_parquet('" + str(path).replace("'", "''") + "')")
    elif raw[8:12] == b"DUCK":
        yield from _duckdb_values(path)
    elif raw.startswith(b"SQLite format 3\0"):
        yield from _sqlite_values(path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for member in packed.namelist():
                yield member.encode()
                yield packed.read(member)
    yield name.encode("utf-8", "surrogateescape")


def leaks(root: Path, needles: Needles, leave_out: Iterable[Path]) -> dict[str, set[str]]:
    """file -> needles found in it, over every file below `root` outside the folders left out."""
    skipped = tuple(leave_out)
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("*")):
        if any(folder == path or folder in path.parents for folder in skipped):
            continue
        said = needles.found_in(path.name.encode("utf-8", "surrogateescape"))
        if path.is_file() and not path.is_symlink():
            for part in contents(path):
                said |= needles.found_in(part)
        if said:
            found[str(path.relative_to(root))] = said
    return found
