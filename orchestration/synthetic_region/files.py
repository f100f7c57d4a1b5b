"""Files of a contract's dialect, written in blocks so that memory does not grow with the month."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from orchestration.contracts import Dialect
from orchestration.synthetic_region.draws import Keys

Columns = Mapping[str, list[str]]
Edit = Callable[[dict[str, str]], list[str]]


@dataclass(frozen=True)
class Table:
    """A whole file's rows as columns, a key a row that faults are placed by, and marks of the rows that suit them."""

    key: Keys
    columns: Columns
    marks: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)


def quoted(value: str, separator: str) -> str:
    """The value as a field: in quotes only when it holds a separator or a quote."""
    if separator in value or '"' in value:
        return '"' + value.replace('"', '""') + '"'
    return value


def lines_of(
    names: Sequence[str], dialect: Dialect, columns: Columns, edits: Mapping[int, Edit], first_row: int
) -> list[str]:
    """The block's lines with the columns `names`, those not given empty.

    Values stand as they are: what may hold a separator is quoted before. `edits` maps a row number
    (from 0 in the file) to what makes its line or lines of its fields; `first_row` is the block's first.
    """
    count = len(next(iter(columns.values())))
    empty = [""] * count
    ordered = [columns.get(name, empty) for name in names]
    lines = list(map(dialect.separator.join, zip(*ordered, strict=True)))
    for row in sorted(edits, reverse=True):
        place = row - first_row
        if 0 <= place < count:
            fields = {name: values[place] for name, values in zip(names, ordered, strict=True)}
            lines[place : place + 1] = edits[row](fields)
    return lines


def text_columns(names: Sequence[str], dialect: Dialect, rows: list[dict[str, str]]) -> Columns:
    """Rows of a register as columns, quoted where needed."""
    return {name: [quoted(row.get(name, ""), dialect.separator) for row in rows] for name in names}


def write_file(
    path: Path, names: Sequence[str], dialect: Dialect, blocks: Iterable[list[str]], ends_open: bool = False
) -> None:
    """Writes header and lines, replacing an earlier file; `ends_open` leaves out the last line end."""
    pending = (dialect.separator.join(names)).encode(dialect.encoding)
    line_end = dialect.line_end.encode(dialect.encoding)
    with path.open("wb") as file:
        if dialect.has_bom:
            file.write(b"\xef\xbb\xbf")
        for block in blocks:
            if block:
                file.write(pending + line_end)
                pending = dialect.line_end.join(block).encode(dialect.encoding)
        file.write(pending if ends_open else pending + line_end)


def counted(path: Path) -> tuple[int, str, int]:
    """Rows after the header, sha256 and bytes of a file as it lies there."""
    digest = hashlib.sha256()
    newlines = size = 0
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            newlines += block.count(b"\n")
            size += len(block)
            last = block[-1:]
    return newlines + (last != b"\n") - 1, digest.hexdigest(), size


def write_control(folder: Path, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Writes kontroll.csv over the files as they lie there; returns (rows, bytes) by file name."""
    result: dict[str, tuple[int, int]] = {}
    lines = ["fil;rader;sha256"]
    for name in names:
        rows, digest, size = counted(folder / name)
        lines.append(f"{name};{rows};{digest}")
        result[name] = (rows, size)
    (folder / "kontroll.csv").write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
    return result
