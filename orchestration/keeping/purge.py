"""Deleting what is due: written down first, then deleted, then told as deleted; safe to be killed in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.keeping.due import REMOVED_SUFFIX, Due
from orchestration.privacy import presentable
from orchestration.settings import PRIVATE_DIR, Home
from orchestration.state.store import State, now


@dataclass
class Purged:
    """What was deleted, and what could not be, each with why in Swedish."""

    gone: list[Due] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def _open_folder(root: Path, parts: Sequence[str]) -> int:
    """A descriptor of a folder below the home, reached through no link; the caller closes it."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for part in parts:
        try:
            following = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = following
    return descriptor


def delete(root: Path, path: str) -> None:
    """Delete a file or a report's folder below `root`, read-only or not; OSError when it is a link or behind one.

    A folder loses its name first, so that a reader meets all of it or nothing.
    """
    *parents, name = Path(path).parts
    if Path(path).is_absolute() or ".." in parents or name == "..":
        raise OSError("ligger utanför hemmet")
    descriptor = _open_folder(root, parents)
    try:
        mode = os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode
        if not os.fstat(descriptor).st_mode & stat.S_IWUSR:
            os.fchmod(descriptor, PRIVATE_DIR)
        if stat.S_ISREG(mode):
            os.unlink(name, dir_fd=descriptor)
        elif stat.S_ISDIR(mode):
            aside = name if name.endswith(REMOVED_SUFFIX) else f".{name}{REMOVED_SUFFIX}"
            if aside != name:
                os.rename(name, aside, src_dir_fd=descriptor, dst_dir_fd=descriptor)
            shutil.rmtree(aside, dir_fd=descriptor)
        else:
            raise OSError("är en länk")
    finally:
        os.close(descriptor)


def _measure(path: Path) -> tuple[int, str | None]:
    """(bytes, sha256) of a file; of a folder the bytes of all in it and no sha256."""
    if path.is_dir():
        return sum(each.lstat().st_size for each in path.rglob("*") if not each.is_dir()), None
    with path.open("rb") as handle:
        return path.stat().st_size, hashlib.file_digest(handle, "sha256").hexdigest()


def _note(state: State, home: Home, due: Due, reason: str) -> int:
    """Write down what is about to go. A name that is none of the house's own may be written otherwise than it is:
    killed before its deletion, it is settled as deleted, and the next purge tells it once more."""
    if due.sha256 is None:
        size, sha256 = _measure(home.root / due.path)
    else:
        size, sha256 = (home.root / due.path).stat().st_size, due.sha256
    return state.add_purge(due.kind, presentable(due.path), sha256, due.rows, size, due.month, reason)


def settle_purges(home: Home, state: State) -> None:
    """Bring the state in line after an interruption: what is gone was deleted, what is there was not."""
    for row in state.rows("select purge_id, kind, path from purge where purged_at is null and kind <> 'dagster_run'"):
        if os.path.lexists(home.root / row["path"]):
            state.execute("delete from purge where purge_id = ?", [row["purge_id"]])
        else:
            state.execute("update purge set purged_at = ? where purge_id = ?", [now(), row["purge_id"]])


def purge(home: Home, state: State, due: Sequence[Due], reason: str) -> Purged:
    """Delete each and write it down: the row before the deletion, its `purged_at` after.

    Killed in between, `settle_purges` of the next run finishes the account. What cannot be deleted stays,
    without a row, and is told.
    """
    done = Purged()
    noted: list[tuple[int, Due]] = []
    with state.transaction():
        for each in due:
            try:
                noted.append((_note(state, home, each, reason), each))
            except OSError as trouble:
                done.failed.append(f"{presentable(each.path)}: {trouble.strerror or trouble}")
    kept: list[int] = []
    gone: list[int] = []
    for purge_id, each in noted:
        try:
            delete(home.root, each.path)
        except OSError as trouble:
            done.failed.append(f"{presentable(each.path)}: {trouble.strerror or trouble}")
            kept.append(purge_id)
        else:
            done.gone.append(each)
            gone.append(purge_id)
    with state.transaction():
        for purge_id in gone:
            state.execute("update purge set purged_at = ? where purge_id = ?", [now(), purge_id])
        for purge_id in kept:
            state.execute("delete from purge where purge_id = ?", [purge_id])
    return done


def remove_empty_folders(home: Home) -> None:
    """Remove the folders of periods that hold nothing any more."""
    folders = [
        folder
        for pattern in ("archive/*", "quarantine/*", "lake/*/*", "reports/*", "review/*")
        for folder in home.root.glob(pattern)
        if not folder.parent.is_symlink()
    ]
    for folder in folders:
        # A folder with something in it, a file and a link all refuse.
        with contextlib.suppress(OSError):
            folder.rmdir()
