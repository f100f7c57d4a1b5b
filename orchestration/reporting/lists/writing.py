"""All lists of a review: a workbook and a page for each clinic, and for the region's work list."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestration.reporting.lists.books import write_clinic_book, write_work_list_book
from orchestration.reporting.lists.facts import open_review
from orchestration.reporting.lists.pages import render_clinic_page, render_work_list_page
from orchestration.reporting.lists.words import NO_CLINIC
from orchestration.settings import PRIVATE_FILE, make_private

WORK_LIST_STEM: Final = "vardgarantienheten"
NO_CLINIC_STEM: Final = "utan_klinik"

_HSA_ID: Final = re.compile(r"SE[0-9]{10}-[A-Za-z0-9]{1,31}")


@dataclass(frozen=True)
class ListsWritten:
    """What was written: every file, and how many clinics and deviations stand in them (fixed deviations too)."""

    paths: tuple[Path, ...]
    clinics: int
    deviations: int


def _safe_stem(clinic_id: str) -> str:
    checksum = hashlib.sha256(clinic_id.encode("utf-8")).hexdigest()[:8]
    return f"klinik_{re.sub(r'[^A-Za-z0-9-]+', '_', clinic_id)[:40]}_{checksum}"


def file_stem(clinic_id: str) -> str:
    """What the files of a clinic are called: its HSA-id, or 'utan_klinik' for rows of no clinic.

    An id that is no HSA-id could lead out of the folder; it is written in safe characters with a checksum.
    """
    if clinic_id == NO_CLINIC:
        return NO_CLINIC_STEM
    if _HSA_ID.fullmatch(clinic_id):
        return clinic_id
    return _safe_stem(clinic_id)


def _write_page(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")


def write_lists(review_folder: Path, target: Path, region_name: str) -> ListsWritten:
    """Write the lists of the review in `review_folder` to `target`, which is made when it is missing.

    `<clinic's HSA-id>.xlsx` and `.html` for each clinic, `utan_klinik` for rows of none, and
    `vardgarantienheten` for the work list; each file for the owner alone. The same review gives the same bytes.
    Raises VardlagerError when the review is not whole.
    """
    make_private(target)
    paths: list[Path] = []
    taken: set[str] = set()
    deviations = 0
    with open_review(review_folder) as reader:
        review = reader.review()
        clinics = reader.clinics()
        for clinic in clinics:
            facts = reader.clinic_facts(clinic)
            stem = file_stem(facts.clinic_id)
            if stem.casefold() in taken:
                stem = _safe_stem(facts.clinic_id)
            taken.add(stem.casefold())
            book, page = target / f"{stem}.xlsx", target / f"{stem}.html"
            deviations += write_clinic_book(book, review, facts, region_name)
            _write_page(page, render_clinic_page(review, facts, region_name, book.name))
            paths += (book, page)
        work_list = reader.work_list_facts()
        book, page = target / f"{WORK_LIST_STEM}.xlsx", target / f"{WORK_LIST_STEM}.html"
        write_work_list_book(book, review, work_list, region_name)
        _write_page(page, render_work_list_page(review, work_list, region_name, book.name))
        paths += (book, page)
    for path in paths:
        path.chmod(PRIVATE_FILE)
    return ListsWritten(tuple(paths), len(clinics), deviations)
