"""Who may read what is made for others: the owner alone, or a group that the region names."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.settings import PRIVATE_DIR, PRIVATE_FILE, SHARED_DIR, SHARED_FILE

# The group passes through the home but cannot list it.
_PASSAGE = 0o710


def _group_id(shared_group: str) -> int:
    try:
        return grp.getgrnam(shared_group).gr_gid
    except KeyError:
        raise UsageError(
            f"Gruppen {shared_group} i region.yml (shared_group) finns inte på datorn.",
            "Skapa gruppen eller ta bort nyckeln.",
        ) from None


def _set_rights(path: Path, group_id: int | None, mode: int) -> None:
    """Set what differs only, so that a backup does not take an untouched file for a changed one."""
    found = path.stat()
    # The group first: rights are for the group of the region, never for the one that the file had before.
    if group_id is not None and found.st_gid != group_id:
        os.chown(path, -1, group_id)
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def share(path: Path, shared_group: str | None) -> None:
    """Give a file or folder the rights of what is shared: 0640 or 0750 with the group, else 0600 or 0700.

    Raises UsageError when the computer has no such group.
    """
    is_folder = path.is_dir()
    if shared_group is None:
        _set_rights(path, None, PRIVATE_DIR if is_folder else PRIVATE_FILE)
    else:
        _set_rights(path, _group_id(shared_group), SHARED_DIR if is_folder else SHARED_FILE)


def share_all(folder: Path, shared_group: str | None) -> None:
    """Give a folder and everything in it the rights of what is shared, as `share` does.

    The group of region.yml may be set, exchanged or taken away between two runs: what was made before
    follows. Links are left alone, as their rights are those of what they lead to.
    """
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            share(path, shared_group)


def open_passage(root: Path, shared_group: str | None) -> None:
    """Let the group pass through the home's own folder to what is shared in it; without a group, close it again.

    A home that was never opened this way keeps the rights it has. Raises UsageError when the computer has
    no such group.
    """
    if shared_group is not None:
        _set_rights(root, _group_id(shared_group), _PASSAGE)
    elif stat.S_IMODE(root.stat().st_mode) == _PASSAGE:
        _set_rights(root, None, PRIVATE_DIR)
