"""A review on disk: written beside its place, moved there whole, and pointed at in one step; never changed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.durable import let_point, sync
from orchestration.settings import PRIVATE_DIR, PRIVATE_FILE, Home, make_private
from orchestration.sql_text import literal
from orchestration.state.reviews import NOTE_NAME, POINTER_NAME, Review, number_in_force, numbers_taken, review_folder

SCHEMA = "review"
# The models of the schema that are written, by the name of their file; the others only lead to them.
FILES = (
    "clinic",
    "rule",
    "deviation",
    "figure",
    "left_out",
    "work_list",
    "work_list_sum",
    "no_show",
    "no_show_row",
    "period",
)


def sha256_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def is_whole(review: Review) -> bool:
    """Whether every file of a review is there as it was written."""
    files: Mapping[str, Any] = review.note["files"]
    return set(files) == set(FILES) and all(
        (review.folder / f"{name}.parquet").is_file()
        and sha256_of(review.folder / f"{name}.parquet") == noted["sha256"]
        for name, noted in files.items()
    )


def _write_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, dict[str, object]]:
    """Each model as a Parquet file, in an order that its rows alone decide."""
    written = {}
    for name in FILES:
        target = folder / f"{name}.parquet"
        connection.execute(
            f"copy (select * from {SCHEMA}.{SCHEMA}_{name} order by all) to {literal(str(target))} "
            "(format parquet, compression zstd)"
        )
        target.chmod(PRIVATE_FILE)
        sync(target)
        found = connection.execute("select count(*) from read_parquet($1)", [str(target)]).fetchone()
        written[name] = {"rows": found[0] if found else 0, "sha256": sha256_of(target)}
    return written


def point_at(home: Home, period: str, number: int) -> None:
    """Put a review in force."""
    if number_in_force(home, period) != number:
        let_point(review_folder(home, period) / POINTER_NAME, f"load-{number}")


def write_review(home: Home, connection: duckdb.DuckDBPyConnection, period: str, note: Mapping[str, object]) -> Review:
    """Write the models of schema review as the period's next review and put it in force.

    `note` is what review.json tells beside period, number and files. Interrupted anywhere, the earlier review
    or the new one is in force, whole.
    """
    folder = review_folder(home, period)
    make_private(folder)
    for left in folder.glob(".load-*.building"):
        shutil.rmtree(left)
    number = max(numbers_taken(folder), default=0) + 1
    building = folder / f".load-{number}.building"
    building.mkdir(mode=PRIVATE_DIR)
    whole = {"period": period, "load": number, **note, "files": _write_files(connection, building)}
    written = building / NOTE_NAME
    written.write_text(json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    written.chmod(PRIVATE_FILE)
    sync(written)
    sync(building)
    building.rename(folder / f"load-{number}")
    sync(folder)
    point_at(home, period, number)
    return Review(number, folder / f"load-{number}", whole)


def told_loads(loads: Sequence[Any]) -> list[dict[str, object]]:
    """Loads as review.json tells them."""
    return [
        {"entity": load.entity, "load_id": load.load_id, "file_name": load.file_name, "loaded_at": load.loaded_at}
        for load in sorted(loads, key=lambda load: (load.entity, load.load_id))
    ]
