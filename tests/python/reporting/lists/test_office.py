"""The workbooks in LibreOffice, where it is installed: they open, whole, and every cell stands as it was written."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from orchestration.reporting.lists import write_lists
from tests.python.reporting.lists.reviews import (
    CLINIC,
    REGION,
    counted,
    deviation,
    every_rule_review,
    rule,
    work_list_tables,
    write_review,
)
from tests.python.reporting.lists.reviews import clinic as clinic_row

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice är inte installerat")
# Fields apart by semicolons, text quoted by ", UTF-8, all sheets, each in a file of its own.
CSV_FILTER = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"


def convert(kind: str, sources: list[Path], folder: Path) -> Path:
    made = folder / "made"
    done = subprocess.run(
        [
            str(OFFICE),
            f"-env:UserInstallation=file://{folder / 'profile'}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(made),
            *map(str, sources),
        ],
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return made


def test_libreoffice_opens_every_sheet_with_every_row(tmp_path: Path) -> None:
    attack = "=1+1"
    of = rule("A01")
    row = deviation(of, contact_id=attack, detail="+1", mvo_code="@x")
    harmful = {"clinic": [clinic_row("SE2321000131-K0009", new_count=1)]}
    row |= {"clinic_id": "SE2321000131-K0009"}
    harmful |= {"rule": [counted({**of, "clinic_id": row["clinic_id"]}, [row])], "deviation": [row]}
    lists = tmp_path / "lists"
    write_lists(write_review(tmp_path / "second", {**work_list_tables(), **harmful}), lists, REGION)
    write_lists(every_rule_review(tmp_path / "first"), lists, REGION)
    books = sorted(lists.glob("*.xlsx"))
    made = convert(CSV_FILTER, books, tmp_path)
    for book in books:
        sheets = openpyxl.load_workbook(book)
        for sheet in sheets:
            with (made / f"{book.stem}-{sheet.title}.csv").open(encoding="utf-8", newline="") as handle:
                told = [[value for value in line if value] for line in csv.reader(handle, delimiter=";")]
            written = [[cell for cell in line if cell is not None] for line in sheet.iter_rows(values_only=True)]
            assert [len(line) for line in told] == [len(line) for line in written], (book.stem, sheet.title)
            for shown, line in zip(told, written, strict=True):
                for text, value in zip(shown, line, strict=True):
                    assert "###" not in text
                    if isinstance(value, str):
                        assert text == value
    with (made / "SE2321000131-K0009-Att rätta.csv").open(encoding="utf-8", newline="") as handle:
        assert "'=1+1" in handle.read()
    assert (made / f"{CLINIC}-Regler.csv").is_file()
