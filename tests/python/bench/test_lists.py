"""What is measured of the lists is whole lists: every deviation of the made-up review stands in them."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from bench.lists import Size, make_review, write_plain
from orchestration.reporting.lists import write_lists


def test_both_sides_write_every_deviation_of_the_review(tmp_path: Path) -> None:
    review = make_review(tmp_path / "review", Size(clinics=3, deviations=200, waiting=30))
    written = write_lists(review, tmp_path / "lists", "Region Prov")
    assert (written.clinics, written.deviations) == (3, 200)
    write_plain(review, tmp_path / "plain")
    sheets = [openpyxl.load_workbook(path).worksheets[0] for path in (tmp_path / "plain").glob("*.xlsx")]
    assert len(sheets) == 3 and sum(sheet.max_row for sheet in sheets) == 200
