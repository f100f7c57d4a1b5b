"""Files that stand whole whatever happens: on disk before they are pointed at, and pointed at in one step."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file or folder on disk before what follows is written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def let_point(link: Path, target: str) -> None:
    """Make `link` lead to `target`, in one step: a reader meets the old or the new."""
    beside = link.with_name(f".{link.name}.next")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)
    sync(link.parent)
