"""What the state keeps of each version: the encrypted map of its ids, and its rows as delivered.

Both are written from the frame that the XML is written from, and come and go with the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.delivery.delivered_rows import begin_rows, remove_rows, rows_folder, take_place_of_rows, write_rows
from orchestration.delivery.id_map import IdMapWriter, map_path, remove_map
from orchestration.errors import VardlagerError
from orchestration.national.frame import DeliveryFrame
from orchestration.privacy import Key


@dataclass(frozen=True)
class Keeper:
    """Where the state lies, and the region's own key, which closes the map."""

    state_folder: Path
    key: Key


@dataclass(frozen=True)
class KeptVersion:
    """One version's map and rows while they are written."""

    id_map: IdMapWriter
    folder: Path
    receiver: str
    version: int

    def add(self, frame: DeliveryFrame) -> None:
        """Keep a frame's rows; VardlagerError when the map or the rows are not as many as the frame's."""
        kept = (self.id_map.add(frame), write_rows(frame, self.folder, self.receiver, self.version))
        if set(kept) != {frame.rows_count}:
            raise VardlagerError(
                f"{frame.record_type.title}: {frame.rows_count} rader levereras, men kartan fick {kept[0]} och "
                f"sparade rader {kept[1]}.",
                "Bygg om perioden och leverera igen; kvarstår felet, rapportera det.",
            )


def is_kept(state_folder: Path, receiver: str, period: str, version: int) -> bool:
    """Whether the state keeps anything of a version already."""
    return (
        map_path(state_folder, receiver, period, version).exists()
        or rows_folder(state_folder, receiver, period, version).exists()
    )


def remove_kept(state_folder: Path, receiver: str, period: str, version: int) -> None:
    """Remove what is kept of a version that was never delivered."""
    remove_map(state_folder, receiver, period, version)
    remove_rows(rows_folder(state_folder, receiver, period, version))


@contextmanager
def keep_version(keeper: Keeper, receiver: str, period: str, version: int) -> Iterator[KeptVersion]:
    """Map and rows of a version under names of their own, which both lose for their real ones when the block ends.

    When it fails they stay half-made for `remove_kept`.
    """
    folder = rows_folder(keeper.state_folder, receiver, period, version)
    with IdMapWriter(keeper.state_folder, keeper.key, receiver, period, version) as id_map:
        begin_rows(folder)
        yield KeptVersion(id_map, folder, receiver, version)
    take_place_of_rows(folder)
    id_map.take_place()
