"""A home with one month finished and another in its inbox, made once for all workers and copied for each trial."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration.synthetic_region import write_region

from .command import Place
from .content import content
from .killing import Forge

FIRST, SECOND = "2024-06", "2024-07"
REASON = ("--approve-all", "prov")
# A row in quarantine a month, a row that is left out, and one that is counted but told.
FAULTS = ("bad_date", "decision_missing", "negative_wait")
SCALE = 0.005


def clear_away(folder: Path) -> None:
    """Remove a home; packages in it are read-only, and their folders too."""
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


@contextmanager
def _alone(shared: Path, name: str) -> Iterator[None]:
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Workshop:
    """A place whose home is put in order for one trial after the other.

    The home always lies at the same path: dbt parses the project anew when the path of its database changes.
    `shared` is a folder for what the workers of a test run make once.
    """

    def __init__(self, root: Path, shared: Path, forge: Forge, place: Place) -> None:
        self._root, self._shared = root, shared
        self.forge, self.place = forge, place
        self.home = place.home

    def put(self, kept: Path) -> None:
        """Let the home be a copy of what was kept, rights and links and all."""
        clear_away(self.home)
        shutil.copytree(kept, self.home, symlinks=True)

    def keep(self, name: str) -> Path:
        """Keep the home as it is; returns what `put` takes."""
        kept = self._root / "kept" / name
        shutil.copytree(self.home, kept, symlinks=True)
        return kept

    def _once(self, name: str, make: Callable[[Path], None]) -> Path:
        """What is made by the worker that first needs it."""
        made = self._shared / name
        with _alone(self._shared, name):
            if not made.exists():
                making = self._shared / f"{name}.making"
                make(making)
                making.rename(made)
        return made

    def base(self) -> Path:
        """A home in which the first month is run to its end and the second lies in the inbox."""
        return self._once("base", self._make_base)

    def undisturbed(self) -> dict[str, object]:
        """The content of a home in which nothing disturbed the second month's run. Changes the home."""
        found: dict[str, object] = json.loads(self._once("undisturbed", self._make_undisturbed).read_text("utf-8"))
        return found

    def _make_base(self, making: Path) -> None:
        clear_away(self.home)
        self.home.mkdir(mode=0o700)
        self.place.set()
        write_region(self.home / "inbox", FIRST, SECOND, scale=SCALE, faults=list(FAULTS))
        ended = self.forge.command("run", "--period", FIRST, *REASON)
        assert ended.code == 0, ended.said
        shutil.copytree(self.home, making, symlinks=True)

    def _make_undisturbed(self, making: Path) -> None:
        self.put(self.base())
        ended = self.forge.command("run", "--period", SECOND, *REASON)
        assert ended.code == 0, ended.said
        making.write_text(json.dumps(self.content()), encoding="utf-8")

    def content(self) -> dict[str, object]:
        """What the home holds now, in the form that `undisturbed` has."""
        found: dict[str, object] = json.loads(json.dumps(content(self.home)))
        return found

    def version_in_force(self) -> int:
        """The number of the published version, after a look at it: its files are as its note tells."""
        folder = (self.home / "published" / "current").resolve()
        note = json.loads((folder / "publication.json").read_text("utf-8"))
        for name, sha256 in note["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256, name
        assert folder.name == f"{note['version']:04d}"
        return int(note["version"])


def workshop_of(factory: pytest.TempPathFactory, worker_id: str, forge: Forge) -> Workshop:
    """A workshop whose processes are forked from that of the forge."""
    own = factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "workshop"
    shared.mkdir(exist_ok=True)
    root = factory.mktemp("workshop")
    place = Place(root / "place")
    return Workshop(root, shared, forge.at(place.environment(), root / "said"), place)
