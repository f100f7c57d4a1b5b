"""The reviews of a period on disk: what each was made of, which is in force, and which another is compared with.

    review/<YYYY-MM>/load-<n>/      Parquet files and review.json: content never changed
    review/<YYYY-MM>/current        -> load-<n>, the one pointer

A review whose note cannot be read is none: its number is passed over and nothing is compared with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.settings import Home

NOTE_NAME, POINTER_NAME = "review.json", "current"
DEVIATIONS, CLINICS = "deviation.parquet", "clinic.parquet"
FOLDER_NAME = re.compile(r"load-([1-9]\d*)")


@dataclass(frozen=True)
class Review:
    """A review as it stands: its number, its folder and its note (review.json)."""

    number: int
    folder: Path
    note: Mapping[str, Any]

    @property
    def load_ids(self) -> frozenset[int]:
        """The loads of the period that it was made of, of every group that some rule speaks of."""
        return frozenset(load["load_id"] for load in self.note["loads"])

    @property
    def made_at(self) -> str:
        """When it was made, as the state writes times."""
        return str(self.note["made_at"]).replace("T", " ")

    @property
    def compared_with(self) -> int | None:
        """The number of the review that its statuses are compared with."""
        number = self.note["compared_with"]
        return None if number is None else int(number)


def review_folder(home: Home, period: str) -> Path:
    """Where the reviews of a period lie."""
    return home.review / period


def numbers_taken(folder: Path) -> list[int]:
    """The numbers that some folder has, whole or not."""
    found = (FOLDER_NAME.fullmatch(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
    return sorted(int(match[1]) for match in found if match)


def _read(folder: Path, number: int) -> Review | None:
    path = folder / f"load-{number}"
    try:
        note = json.loads((path / NOTE_NAME).read_text(encoding="utf-8"))
        review = Review(number, path, note)
        whole = bool(review.made_at) and isinstance(review.load_ids, frozenset) and isinstance(note["files"], dict)
        return review if whole and (review.compared_with or 0) >= 0 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def reviews_of(home: Home, period: str) -> list[Review]:
    """The period's reviews, oldest first."""
    folder = review_folder(home, period)
    found = (_read(folder, number) for number in numbers_taken(folder))
    return [review for review in found if review is not None]


def number_in_force(home: Home, period: str) -> int | None:
    """The number of the review that lists and pages are made of; None when there is none."""
    pointer = review_folder(home, period) / POINTER_NAME
    match = FOLDER_NAME.fullmatch(pointer.readlink().name) if pointer.is_symlink() else None
    return int(match[1]) if match else None


def review_in_force(home: Home, period: str) -> Review | None:
    """The review that lists and pages are made of; None when there is none that can be read."""
    number = number_in_force(home, period)
    return None if number is None else _read(review_folder(home, period), number)


def review_to_compare_with(reviews: Sequence[Review], load_ids: Iterable[int]) -> Review | None:
    """The newest review of other loads than these: what stood before they came.

    A rerun of the same files is compared with the same review as the first run of them.
    """
    own = frozenset(load_ids)
    return next((review for review in reversed(reviews) if review.load_ids != own), None)


def review_seen_at(reviews: Sequence[Review], moment: str) -> Review | None:
    """The review that stood at a moment, written as the state writes times; None when there was none yet."""
    return next((review for review in reversed(reviews) if review.made_at <= moment), None)
