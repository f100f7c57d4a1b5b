"""What the version in force offers the next one: its database to go on from, and files that stay as they are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publishing.contents import DATABASE_NAME, sha256_of
from orchestration.publishing.held import ids_of_held
from orchestration.publishing.kept import Kept
from orchestration.state.current import code_version
from orchestration.state.published import NOTE_NAME

Tell = Callable[[str], None]
_COPIED_AT_ONCE = 1 << 30


def maker() -> dict[str, str]:
    """What decides a version's content and its bytes beside the rows: our own code, and the engine that writes."""
    return {"code": code_version(), "engine": duckdb.__version__}


def noted(kept: Kept | None) -> dict[str, Any]:
    """What a note tells of the kept tables, for `find_base` to read."""
    if kept is None:
        return {"kept_tables": [], "build_ids": {}}
    return {"kept_tables": sorted(kept.tables), "build_ids": dict(kept.build_ids)}


@dataclass(frozen=True)
class Base:
    """A version whose note is as it was published: sha256 of its files by name, and build ids by period.

    `held_ids` are the build ids of the tables that this version held back, whose rows are of earlier builds.
    """

    folder: Path
    files: Mapping[str, str]
    build_ids: Mapping[str, str]
    held_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def _ids(self, table: str) -> Mapping[str, str]:
        return self.held_ids.get(table, self.build_ids)

    def stale(self, table: str, build_ids: Mapping[str, str]) -> list[str]:
        """Periods of this version's table whose rows are not of the builds that `build_ids` tells by period."""
        return sorted(period for period, build_id in self._ids(table).items() if build_ids.get(period) != build_id)

    def fresh(self, table: str, build_ids: Mapping[str, str]) -> list[str]:
        """Periods of `build_ids` whose rows in this version's table are of another build, or not there."""
        own = self._ids(table)
        return sorted(period for period, build_id in build_ids.items() if own.get(period) != build_id)

    def is_near(self, kept: Kept) -> bool:
        """Whether at least half of the build's periods stand in this version: below that, whole costs less."""
        most = max((len(self.fresh(table, kept.build_ids)) for table in kept.tables), default=0)
        return 2 * most <= len(kept.build_ids)

    def holds(self, name: str) -> bool:
        """Whether a file is here as the note tells; it is read, since what has rotted must not be handed on."""
        path = self.folder / name
        return name in self.files and path.is_file() and sha256_of(path) == self.files[name]


def find_base(folder: Path, sha256: str, kept: Kept, tell: Tell) -> Base | None:
    """The version in `folder` as a base for the build's kept tables; None when it cannot be one.

    `sha256` is that of its note. A version of other code or another engine is none, nor one with other kept
    tables: rows of the same build id could differ.
    """
    note = folder / NOTE_NAME
    if not note.is_file() or sha256_of(note) != sha256:
        tell(f"  {note} är inte som den skrevs; allt publiceras på nytt.")
        return None
    content = json.loads(note.read_text(encoding="utf-8"))
    is_same = content.get("maker") == maker() and content.get("kept_tables") == sorted(kept.tables)
    return Base(folder, content["files"], content["build_ids"], ids_of_held(content)) if is_same else None


def _copy(source: Path, target: Path) -> None:
    """Copy in the kernel, which shares the blocks where the file system can."""
    try:
        with source.open("rb") as read, target.open("wb") as written:
            while os.copy_file_range(read.fileno(), written.fileno(), _COPIED_AT_ONCE):
                pass
    except OSError:
        # Not every file system can; what hinders an ordinary copy too is told by it.
        shutil.copyfile(source, target)


def copy_database(base: Base, target: Path, tell: Tell) -> bool:
    """Copy the base's database; False, and nothing at `target`, when it is not as it was published.

    What is hashed is the copy: nothing can change between the looking and the using.
    """
    source = base.folder / DATABASE_NAME
    if source.is_file():
        _copy(source, target)
        if sha256_of(target) == base.files.get(DATABASE_NAME):
            return True
        target.unlink()
    tell(f"  {source} är inte som den publicerades; allt publiceras på nytt.")
    return False
