"""What has been kept for the whole retention time (`retention_months` of region.yml) and is to go.

Nothing here changes anything, so that a check-up may look too. Time is counted in whole calendar months from the
month in which a thing was made or received, never from the month it is about: history that is loaded today is
kept as long as any other file.
"""

from __future__ import annotations

import datetime
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.settings import Home
from orchestration.state.lake import load_label, quarantine_list_path, quarantined_path, refused_label
from orchestration.state.reviews import (
    FOLDER_NAME,
    number_in_force,
    review_in_force,
    review_seen_at,
    reviews_of,
)
from orchestration.state.store import Load, State

LOG_FOLDER = "log"
_LOG_NAME = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.jsonl")
_REPORT_NAME = re.compile(r"v([1-9]\d*)")

ORIGINAL, QUARANTINE, LAKE, REPORT, REVIEW, LOG, LEFTOVER = (
    "original",
    "quarantine_list",
    "lake_rows",
    "report",
    "review",
    "log",
    "leftover",
)
# What a report or review that is being removed is called meanwhile, so that nobody opens half of it.
REMOVED_SUFFIX = ".gallras"


@dataclass(frozen=True)
class Due:
    """A file, or the folder of a report or review, that is to go.

    `path` is below the home, `month` the one it was counted from.

    `sha256` and `rows` are what the state knows of it, None when it knows nothing.
    """

    kind: str
    path: str
    month: str
    sha256: str | None = None
    rows: int | None = None


@dataclass
class Found:
    """What is due, and what could not be looked into: folders that are links or cannot be read, in Swedish."""

    due: list[Due] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


def first_kept_month(today: datetime.date, retention_months: int) -> str:
    """The first month ('YYYY-MM') whose files still stay: what came in the month before has been kept that long.

    A file of the last day of June 2022 has been kept for 24 whole months when June 2024 has ended.
    """
    number = today.year * 12 + today.month - 1 - retention_months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _month_of(path: Path) -> str:
    return datetime.datetime.fromtimestamp(path.lstat().st_mtime).strftime("%Y-%m")


def _plain_files(home: Home, top: Path, found: Found) -> Iterator[Path]:
    """Files under `top` that are neither links nor reached through one."""
    if not os.path.lexists(top):
        return
    if top.is_symlink():
        found.unseen.append(f"{top.relative_to(home.root)} är en länk")
        return

    def unread(error: OSError) -> None:
        found.unseen.append(f"{Path(error.filename).relative_to(home.root)} går inte att läsa")

    for folder, _, names in os.walk(top, onerror=unread, followlinks=False):
        for name in sorted(names):
            path = Path(folder) / name
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def _below(home: Home, path: Path) -> str:
    return str(path.relative_to(home.root))


def _originals(home: Home, loads: Sequence[Load], found: Found) -> Iterator[Due]:
    """Each original by the last time it was received; not the one that alone holds the rows of a load that counts."""
    known: dict[str, Load] = {}
    irreplaceable = set()
    for load in loads:
        if load.archive_path not in known or known[load.archive_path].loaded_at <= load.loaded_at:
            known[load.archive_path] = load
        if load.outcome in ("current", "held") and not (home.root / (load.lake_path or "")).is_file():
            irreplaceable.add(load.archive_path)
    for file in _plain_files(home, home.archive, found):
        path = _below(home, file)
        if file.is_relative_to(home.landing_scratch) or file.name.endswith(".part") or path in irreplaceable:
            continue
        if load_of := known.get(path):
            yield Due(ORIGINAL, path, load_of.loaded_at[:7], load_of.sha256, load_of.rows_in_file)
        else:
            yield Due(ORIGINAL, path, _month_of(file))


def _quarantine_lists(home: Home, loads: Sequence[Load], found: Found) -> Iterator[Due]:
    known = {
        quarantine_list_path(
            load.period, load.file_name, load_label(load.lake_path) if load.lake_path else refused_label(load.sha256)
        ): load
        for load in loads
    }
    for file in _plain_files(home, home.quarantine, found):
        path = _below(home, file)
        if file.name.endswith(".part"):
            continue
        load_of = known.get(path)
        if load_of is not None:
            yield Due(QUARANTINE, path, load_of.loaded_at[:7], rows=load_of.rows_quarantined)
        else:
            yield Due(QUARANTINE, path, _month_of(file))


def _lake_files(home: Home, loads: Sequence[Load], found: Found) -> Iterator[Due]:
    """Rows that count no more, by the time another load took their place; what counts or waits always stays."""
    replaced: dict[str, Due] = {}
    standing: set[str] = set()
    taken_over: dict[tuple[str, str], str] = {}
    for load in reversed(loads):
        if load.lake_path is None:
            continue
        paths = (load.lake_path, quarantined_path(load.lake_path))
        if load.outcome == "replaced":
            month = max(load.loaded_at, taken_over.get((load.entity, load.period), ""))[:7]
            for path, rows in zip(paths, (load.rows_loaded, load.rows_quarantined), strict=True):
                replaced[path] = Due(LAKE, path, month, rows=rows)
        else:
            standing.update(paths)
        if load.outcome != "held":
            taken_over[load.entity, load.period] = load.loaded_at
    for file in _plain_files(home, home.lake, found):
        path = _below(home, file)
        if path not in standing:
            yield replaced.get(path, Due(LAKE, path, _month_of(file)))


def _written_at(folder: Path) -> float:
    """When a report was written: its newest file, so that a change of rights does not make it younger."""
    return max((path.lstat().st_mtime for path in folder.rglob("*")), default=folder.lstat().st_mtime)


def _reports(home: Home, state: State, found: Found) -> Iterator[Due]:
    """Earlier reports of a period; neither its newest nor the one that a delivery rests on."""
    delivered: dict[str, list[float]] = {}
    for row in state.rows("select period, created_at from delivery where status <> 'building'"):
        # created_at is to the second, a file's time is finer.
        until = datetime.datetime.fromisoformat(row["created_at"]).timestamp() + 1
        delivered.setdefault(row["period"], []).append(until)
    if home.reports.is_symlink():
        found.unseen.append(f"{_below(home, home.reports)} är en länk")
        return
    for folder in sorted(home.reports.iterdir()) if home.reports.is_dir() else ():
        if folder.is_symlink() or not folder.is_dir():
            continue
        versions = sorted(
            (int(match[1]), path)
            for path in folder.iterdir()
            if (match := _REPORT_NAME.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()
        )
        written = {path: _written_at(path) for _, path in versions}
        kept = {path for _, path in versions[-1:]}
        for until in delivered.get(folder.name, ()):
            before = [path for _, path in versions if written[path] < until]
            # Times that a restored backup has lost tell of none which it was.
            kept.update(before[-1:] or written)
        for _, path in versions:
            if path not in kept:
                month = datetime.datetime.fromtimestamp(written[path]).strftime("%Y-%m")
                yield Due(REPORT, _below(home, path), month)


def _reviews_to_keep(home: Home, state: State, period: str) -> set[int]:
    """The reviews of a period that something rests on: the lists, their statuses, and what clinics have accepted."""
    reviews = reviews_of(home, period)
    in_force = review_in_force(home, period)
    kept = {number_in_force(home, period), *(review.number for review in reviews[-1:])}
    kept |= {None if review is None else review.compared_with for review in (in_force, *reviews[-1:])}
    for row in state.rows(
        "select approved_at from approval where approval_id in "
        "(select max(approval_id) from approval where period = ? group by clinic_id)",
        [period],
    ):
        seen = review_seen_at(reviews, row["approved_at"])
        kept.add(None if seen is None else seen.number)
    return {number for number in kept if number is not None}


def _reviews(home: Home, state: State, found: Found) -> Iterator[Due]:
    """Earlier reviews of a period that nothing rests on."""
    if home.review.is_symlink():
        found.unseen.append(f"{_below(home, home.review)} är en länk")
        return
    for folder in sorted(home.review.iterdir()) if home.review.is_dir() else ():
        if folder.is_symlink() or not folder.is_dir():
            continue
        kept = _reviews_to_keep(home, state, folder.name)
        for path in sorted(folder.iterdir()):
            match = FOLDER_NAME.fullmatch(path.name)
            if match and path.is_dir() and not path.is_symlink() and int(match[1]) not in kept:
                month = datetime.datetime.fromtimestamp(_written_at(path)).strftime("%Y-%m")
                yield Due(REVIEW, _below(home, path), month)


def _logs(home: Home, found: Found) -> Iterator[Due]:
    for file in _plain_files(home, home.state / LOG_FOLDER, found):
        match = _LOG_NAME.fullmatch(file.name)
        if match:
            yield Due(LOG, _below(home, file), match[1])


def find_due(home: Home, state: State, today: datetime.date, retention_months: int) -> Found:
    """Everything on disk that came in before the first month that is kept. Reads only; `loads` once."""
    first_kept = first_kept_month(today, retention_months)
    loads = state.loads()
    found = Found()
    candidates = [
        *_originals(home, loads, found),
        *_quarantine_lists(home, loads, found),
        *_lake_files(home, loads, found),
        *_reports(home, state, found),
        *_reviews(home, state, found),
        *_logs(home, found),
    ]
    found.due += [each for each in candidates if each.month < first_kept]
    return found


def find_leftovers(home: Home) -> list[Due]:
    """Half copies that an interrupted run left. Meaningful only for the one writer: a run makes them too."""
    found = Found()
    left = [
        Due(LEFTOVER, _below(home, file), _month_of(file))
        for top in (home.archive, home.quarantine)
        for file in _plain_files(home, top, found)
        if file.name.endswith(".part") and not file.is_relative_to(home.landing_scratch)
    ]
    for top in (home.reports, home.review):
        if top.is_dir() and not top.is_symlink():
            left += [
                Due(LEFTOVER, _below(home, folder), _month_of(folder))
                for folder in sorted(top.glob(f"*/.*{REMOVED_SUFFIX}"))
                if folder.is_dir() and not folder.is_symlink() and not folder.parent.is_symlink()
            ]
    return left
