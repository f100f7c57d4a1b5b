"""Who may read what is made for others: the owner alone, or a group that the region names."""

from __future__ import annotations

import grp
import os
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


def share(path: Path, shared_group: str | None) -> None:
    """Give a file or folder the rights of what is shared: 0640 or 0750 with the group, else 0600 or 0700.

    Raises UsageError when the computer has no such group.
    """
    is_folder = path.is_dir()
    if shared_group is None:
        path.chmod(PRIVATE_DIR if is_folder else PRIVATE_FILE)
        return
    os.chown(path, -1, _group_id(shared_group))
    path.chmod(SHARED_DIR if is_folder else SHARED_FILE)


def open_passage(root: Path, shared_group: str | None) -> None:
    """Let the group pass through the home's own folder to what is shared in it; nothing without a group.

    Raises UsageError when the computer has no such group.
    """
    if shared_group is None:
        return
    os.chown(root, -1, _group_id(shared_group))
    root.chmod(_PASSAGE)
