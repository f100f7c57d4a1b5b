"""Versions of the publication: made whole, switched by one pointer, kept, put back and cleared away.

    published/versions/0003/        vardlager.duckdb, parquet/, publication.json: content never changed
    published/current               -> versions/0003, the one pointer
    published/vardlager.duckdb      -> current/vardlager.duckdb
    published/parquet               -> current/parquet

Database and Parquet follow the same pointer, so they are always of one version. What the pointer
says is true; the state is brought in line with it by whoever publishes next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import UsageError, VardlagerError
from orchestration.publishing.base import Tell, find_base, maker, noted
from orchestration.publishing.contents import DATABASE_NAME, PARQUET_NAME, files_of, sha256_of
from orchestration.publishing.database import write_database
from orchestration.publishing.held import HeldTables, Standing, hold_back, since_of
from orchestration.publishing.kept import Kept, read_kept
from orchestration.publishing.parquet import copy_delivered, link_unchanged, write_parquet
from orchestration.settings import PRIVATE_DIR, Home, Region
from orchestration.sharing import open_passage, share, share_all
from orchestration.state.domains import HeldDomain
from orchestration.state.published import NOTE_NAME, Since
from orchestration.state.store import State, now

_POINTER_NAME = "current"


@dataclass(frozen=True)
class Request:
    """What a publication is made for: the run, its period and inputs, and the as-delivered rows it brings along.

    `delivered` are paths under `delivered_source`; the domains in `held` stay as they stand in the version in force.
    """

    period: str
    run_id: str
    inputs: str
    delivered_source: Path
    delivered: Sequence[Path] = ()
    held: Sequence[HeldDomain] = ()


@dataclass(frozen=True)
class Publication:
    """A publication as the state remembers it; `sha256` is that of its publication.json."""

    version: int
    published_at: str
    period: str
    sha256: str
    status: str


def versions_folder(home: Home) -> Path:
    """Where the versions lie."""
    return home.published / "versions"


def version_folder(home: Home, version: int) -> Path:
    """Where one version lies."""
    return versions_folder(home) / f"{version:04d}"


def version_in_force(home: Home) -> int | None:
    """The version that readers get; None when nothing is published, or not by this room."""
    pointer = home.published / _POINTER_NAME
    name = pointer.readlink().name if pointer.is_symlink() else ""
    return int(name) if name.isdecimal() else None


def publications(state: State, *statuses: str) -> list[Publication]:
    """Publications with one of the statuses, oldest first."""
    marks = ", ".join("?" for _ in statuses)
    return [
        Publication(row["version"], row["published_at"], row["period"], row["sha256"], row["status"])
        for row in state.rows(f"select * from publication where status in ({marks}) order by version", statuses)
    ]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _building_folder(home: Home, version: int) -> Path:
    return versions_folder(home) / f".{version:04d}.building"


def _let_point(link: Path, target: str) -> None:
    """Make `link` lead to `target`, in one step: a reader meets the old or the new."""
    beside = link.with_name(f".{link.name}.next")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)


def _switch(home: Home, version: int) -> None:
    """Put a version in force: one pointer moves, and the names that analysts use lead through it."""
    _let_point(home.published / _POINTER_NAME, f"versions/{version:04d}")
    for name in (DATABASE_NAME, PARQUET_NAME):
        link = home.published / name
        if not link.is_symlink():
            _let_point(link, f"{_POINTER_NAME}/{name}")
    _sync(home.published)


def _take_over(state: State, version: int) -> None:
    """Remember which version is in force."""
    with state.transaction():
        state.execute("update publication set status = 'earlier' where status = 'current'")
        state.execute("update publication set status = 'current' where version = ?", [version])


def settle(home: Home, state: State) -> None:
    """Bring state and folders in line after an interruption: what the pointer names holds, what is half goes."""
    in_force = version_in_force(home)
    standing = {entry.version: entry.status for entry in publications(state, "building", "current", "earlier")}
    if in_force is not None and standing.get(in_force) in ("building", "earlier"):
        _take_over(state, in_force)
    for entry in publications(state, "building", "removed"):
        shutil.rmtree(version_folder(home, entry.version), ignore_errors=True)
    state.execute("delete from publication where status = 'building'")
    for left in versions_folder(home).glob(".*.building"):
        shutil.rmtree(left)


def _next_version(home: Home, state: State) -> int:
    """The next number. A folder that the state does not know keeps its own."""
    [row] = state.rows("select coalesce(max(version), 0) + 1 as version from publication")
    number = int(row["version"])
    while version_folder(home, number).exists():
        number += 1
    return number


def _begin(home: Home, state: State, request: Request) -> int:
    """Write the number down before its folder exists, so that an interrupted one is known for what it is."""
    number = _next_version(home, state)
    state.insert(
        "publication",
        [
            {
                "version": number,
                "published_at": now(),
                "run_id": request.run_id,
                "period": request.period,
                "inputs": request.inputs,
                "sha256": "",
                "status": "building",
            }
        ],
    )
    for folder in (versions_folder(home), _building_folder(home, number)):
        folder.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    return number


def _standing(home: Home, state: State) -> Standing | None:
    """The version in force, when the state knows it."""
    in_force = version_in_force(home)
    return next(
        (
            Standing(version_folder(home, entry.version), entry.version, entry.published_at, entry.period, entry.sha256)
            for entry in publications(state, "current")
            if entry.version == in_force
        ),
        None,
    )


def _write_note(
    folder: Path,
    version: int,
    request: Request,
    rows: Mapping[str, int],
    kept: Kept | None,
    held: Sequence[HeldTables],
    linked: Mapping[str, str],
) -> str:
    """Write what the publication is and holds; returns the note's own sha256.

    `linked` are files whose sha256 is known, since they were compared with it when they were linked.
    """
    document = {
        **noted(kept),
        "maker": maker(),
        "version": version,
        "period": request.period,
        "run_id": request.run_id,
        "inputs": request.inputs,
        "rows": rows,
        "held_back": {domain.held.domain.name: domain.noted() for domain in held},
        "files": {name: linked.get(name) or sha256_of(folder / name) for name in files_of(folder)},
    }
    note = folder / NOTE_NAME
    note.write_text(json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return sha256_of(note)


def _seal(folder: Path, shared_group: str | None) -> None:
    """Rights for those who may read, and everything safely on disk."""
    for path in (*folder.rglob("*"), folder):
        share(path, shared_group)
        _sync(path)


def _let_read(home: Home, shared_group: str | None) -> None:
    """Give all that is published, earlier versions too, and the way to it the rights that the region has set.

    The home's own folder comes first: when the group is taken away, one step shuts it out of everything.
    """
    open_passage(home.root, shared_group)
    share_all(home.published, shared_group)


def _place(home: Home, state: State, version: int, sha256: str) -> None:
    """Give the whole version its name and note what it holds."""
    _building_folder(home, version).rename(version_folder(home, version))
    _sync(versions_folder(home))
    state.execute("update publication set sha256 = ? where version = ?", [sha256, version])


def _prune(home: Home, state: State, keep: int) -> None:
    """Remove the oldest versions until `keep` are left, the one in force among them."""
    kept = publications(state, "current", "earlier")
    # The one in force counts among the kept even when rolling back has left it among the oldest.
    kept.sort(key=lambda entry: (entry.status == "current", entry.version), reverse=True)
    for entry in kept[keep:]:
        state.execute("update publication set status = 'removed' where version = ?", [entry.version])
        shutil.rmtree(version_folder(home, entry.version), ignore_errors=True)


def publish(home: Home, region: Region, state: State, request: Request, tell: Tell = lambda _: None) -> dict[str, int]:
    """Make the next version of the build and put it in force; returns rows by table.

    Where the version in force can be gone on from, only what differs from it is written; `tell` gets a line
    when it should have been but is not as it was published, and when a held-back domain must stand empty.
    A reader that holds the earlier version keeps it whole; nothing is switched unless the new one is
    complete and on disk. Interrupted anywhere, the earlier version or the new one is in force, whole.
    """
    settle(home, state)
    in_force = version_in_force(home)
    earlier = version_folder(home, in_force) if in_force is not None else None
    kept = read_kept(home.build_file)
    standing = _standing(home, state)
    base = None if kept is None or standing is None else find_base(standing.folder, standing.sha256, kept, tell)
    held = hold_back(request.held, home.build_file, standing, tell)
    try:
        version = _begin(home, state, request)
        folder = _building_folder(home, version)
        rows = write_database(home.build_file, folder, region.memory_limit_mb, kept, base, tell, held)
        linked = write_parquet(folder, region.memory_limit_mb, kept, base, held)
        copy_delivered(request.delivered_source, request.delivered, folder, earlier)
        link_unchanged(folder, earlier)
        sha256 = _write_note(folder, version, request, rows, kept, held, linked)
        _seal(folder, region.shared_group)
        _place(home, state, version, sha256)
        _let_read(home, region.shared_group)
        _switch(home, version)
        _take_over(state, version)
    except BaseException:
        settle(home, state)
        raise
    _prune(home, state, region.published_versions)
    return rows


def held_back_in_force(home: Home) -> list[tuple[str, str, Since | None]]:
    """(title, why, since when) of each domain that the version in force holds back; empty when none is published."""
    in_force = version_in_force(home)
    note = None if in_force is None else version_folder(home, in_force) / NOTE_NAME
    if note is None or not note.is_file():
        return []
    return since_of(json.loads(note.read_text(encoding="utf-8")))


def faults_of(home: Home, publication: Publication) -> list[str]:
    """What differs in a version's files from what was noted when it was published; empty when nothing does."""
    folder = version_folder(home, publication.version)
    note = folder / NOTE_NAME
    if not note.is_file():
        return [f"{note} saknas"]
    if sha256_of(note) != publication.sha256:
        return [f"{note} är ändrad"]
    noted: dict[str, str] = json.loads(note.read_text(encoding="utf-8"))["files"]
    found = set(files_of(folder)) - {NOTE_NAME}
    faults = [f"{folder / name} saknas" for name in sorted(noted.keys() - found)]
    faults += [f"{folder / name} hör inte dit" for name in sorted(found - noted.keys())]
    faults += [
        f"{folder / name} är ändrad" for name in sorted(noted.keys() & found) if sha256_of(folder / name) != noted[name]
    ]
    return faults


def roll_back(home: Home, region: Region, state: State, version: int | None) -> tuple[Publication, Publication]:
    """Put an earlier version in force again: `version`, or the one before the present one.

    It gets the rights that the region has set by now, whoever might read it when it was published. Returns
    the version left and the version put in force. Raises UsageError when there is no such version, naming
    those there are, or no such group, and VardlagerError when its files are not as they were published.
    """
    settle(home, state)
    standing = publications(state, "current", "earlier")
    present = next((entry for entry in standing if entry.status == "current"), None)
    if present is None:
        raise UsageError("Inget är publicerat.", "Kör vardlager run --period ÅÅÅÅ-MM.")
    others = [entry for entry in standing if entry is not present]
    there_are = f"Versioner att gå till: {', '.join(str(entry.version) for entry in others) or 'inga'}."
    if version == present.version:
        raise UsageError(f"Version {version} gäller redan.", there_are)
    if version is None:
        chosen = next((entry for entry in reversed(others) if entry.version < present.version), None)
        missing = f"Det finns ingen version före {present.version}."
    else:
        chosen = next((entry for entry in others if entry.version == version), None)
        is_removed = any(entry.version == version for entry in publications(state, "removed"))
        missing = f"Version {version} finns inte{' längre' if is_removed else ''}."
    if chosen is None:
        raise UsageError(missing, there_are)
    if faults := faults_of(home, chosen):
        raise VardlagerError(
            f"Version {chosen.version} är inte som den publicerades: {'; '.join(faults)}.",
            f"Välj en annan med --to. {there_are}",
        )
    _seal(version_folder(home, chosen.version), region.shared_group)
    _let_read(home, region.shared_group)
    _switch(home, chosen.version)
    _take_over(state, chosen.version)
    return present, chosen
