"""Rights on disk, for the tests of what may be shared with a group."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path


def another_group() -> grp.struct_group:
    """A group that files do not get by themselves, when the tests' user may give any away; else the own one."""
    own = grp.getgrgid(os.getgid())
    others = [group for group in grp.getgrall() if group.gr_gid != own.gr_gid]
    allowed = [group for group in others if os.geteuid() == 0 or group.gr_gid in os.getgroups()]
    return allowed[0] if allowed else own


def mode(path: Path) -> int:
    """The permission bits of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: Path) -> set[tuple[bool, str]]:
    """(is a folder, permission bits) of a folder and all in it that is no link."""
    return {(path.is_dir(), oct(mode(path))) for path in _all(folder)}


def group_ids(folder: Path) -> set[int]:
    """The groups of a folder and of all in it that is no link."""
    return {path.stat().st_gid for path in _all(folder)}


def _all(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.rglob("*")) if not path.is_symlink()]


PRIVATE = {(True, "0o700"), (False, "0o600")}
SHARED = {(True, "0o750"), (False, "0o640")}
