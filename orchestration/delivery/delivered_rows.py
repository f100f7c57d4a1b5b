"""As-delivered rows: Parquet that outlives every rebuild and that analysts may query.

One folder a version, `state/delivered_rows/receiver=<r>/period=<p>/version=<N>/`, read-only. The delivered
VardkontaktId and RemissId are left out: beside contact_key they would link what the nation holds with the house's
own pseudonyms outside the encrypted map. For the same reason the rows stand in the order of contact_key and not in
that of the XML, where a row's place would tell its id. Who holds the XML as well can still compare the other
attributes; the XML therefore never leaves `delivery/` but to the receiver.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from orchestration.national.frame import KEYED_COLUMNS, DeliveryFrame
from orchestration.settings import PRIVATE_DIR, make_private
from orchestration.sql_text import literal
from orchestration.state.delivered import DELIVERED_ROWS, delivered_rows_name

_ROW_GROUP_ROWS = 122_880
_FILE_MODE = 0o400
_FOLDER_MODE = 0o500


def rows_folder(state_folder: Path, receiver: str, period: str, version: int) -> Path:
    """Where the as-delivered rows of a version lie."""
    return state_folder / DELIVERED_ROWS / delivered_rows_name(receiver, period, version)


def _building(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.building")


def _remove(folder: Path) -> None:
    if folder.exists():
        folder.chmod(PRIVATE_DIR)
        shutil.rmtree(folder)


def begin_rows(folder: Path) -> None:
    """Make the folder that a version's rows are written to until `take_place_of_rows`, empty."""
    make_private(folder.parent)
    _remove(_building(folder))
    _building(folder).mkdir(mode=PRIVATE_DIR)


def write_rows(frame: DeliveryFrame, folder: Path, receiver: str, version: int) -> int:
    """Write a frame's rows to `<record type>.parquet` beside their place and return their number.

    Columns: receiver, period, version, population, contact_key, clinic_id, then the attributes as delivered but the
    two keyed ids. The same rows give the same bytes: one thread, one order, one compression.
    """
    connection = frame.connection
    path = _building(folder) / f"{frame.record_type.name}.parquet"
    attributes = [name.column_name for name in frame.attributes if name.column_name not in KEYED_COLUMNS]
    (threads,) = connection.execute("select current_setting('threads')").fetchall()[0]
    connection.execute("set threads = 1")
    try:
        connection.execute(f"""
            copy (
                select
                    {literal(receiver)} as receiver, {literal(frame.period)} as period,
                    cast({version} as integer) as version, {literal(frame.record_type.name)} as population,
                    contact_key, clinic_id, {", ".join(attributes)}
                from {frame.table_name}
                order by {", ".join(f"{name} nulls first" for name in ("contact_key", "clinic_id", *attributes))}
            ) to {literal(str(path))}
            (format parquet, compression zstd, compression_level 1, row_group_size {_ROW_GROUP_ROWS})
        """)
    finally:
        connection.execute(f"set threads = {int(threads)}")
    (rows,) = connection.execute(f"select count(*) from read_parquet({literal(str(path))})").fetchall()[0]
    return int(rows)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def take_place_of_rows(folder: Path) -> None:
    """Make the written rows read-only, put them safely on disk and give the folder its name."""
    building = _building(folder)
    for path in sorted(building.iterdir()):
        path.chmod(_FILE_MODE)
        _sync(path)
    building.chmod(_FOLDER_MODE)
    _sync(building)
    building.rename(folder)
    _sync(folder.parent)


def remove_rows(folder: Path) -> None:
    """Remove the rows of a version that was never delivered, whole or half-made."""
    _remove(folder)
    _remove(_building(folder))
