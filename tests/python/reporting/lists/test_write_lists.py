"""The lists of a review: nothing is lost, nothing can run, and the same review gives the same files."""

from __future__ import annotations

import datetime
import stat
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from orchestration.errors import VardlagerError
from orchestration.reporting.lists import workbook as workbooks
from orchestration.reporting.lists import write_lists
from orchestration.reporting.lists.writing import file_stem
from tests.python.reporting.lists.reviews import (
    CLINIC,
    NO_CLINIC,
    REGION,
    Row,
    clinic,
    counted,
    date,
    deviation,
    every_rule_review,
    period,
    rule,
    rules_of_the_seed,
    work_list_tables,
    write_review,
)

BORN = "19121212"


def sheet_rows(path: Path, name: str) -> list[Row]:
    """The rows of a table sheet by heading; the heading is the row that the filter stands on."""
    sheet = openpyxl.load_workbook(path)[name]
    first, last = (int("".join(filter(str.isdigit, corner))) for corner in sheet.auto_filter.ref.split(":"))
    values = list(sheet.iter_rows(min_row=first, max_row=last, values_only=True))
    rows = [dict(zip(values[0], row, strict=True)) for row in values[1:]]
    return [row for row in rows if sum(value is not None for value in row.values()) > 1]


def cells(path: Path) -> list[Any]:
    book = openpyxl.load_workbook(path)
    return [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]


def small_review(folder: Path, **values: Any) -> Path:
    """One clinic with one new deviation; `values` are the deviation's."""
    of = rule("A11")
    row = deviation(of, **values)
    tables = {"clinic": [clinic(new_count=1)], "rule": [counted(of, [row])], "deviation": [row]}
    return write_review(folder, tables)


def write_small(tmp_path: Path, **values: Any) -> Path:
    target = tmp_path / "lists"
    write_lists(small_review(tmp_path / "review", **values), target, REGION)
    return target / f"{CLINIC}.xlsx"


@pytest.fixture(scope="module")
def every_rule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("every_rule")
    written = write_lists(every_rule_review(folder / "review"), folder / "lists", REGION)
    assert written.clinics == 1
    return folder / "lists"


def test_there_is_a_workbook_and_a_page_for_each_clinic_and_for_the_work_list_and_nothing_else(tmp_path: Path) -> None:
    clinics = [clinic(), clinic("SE2321000131-K0002", "Ögonkliniken"), clinic(NO_CLINIC, None)]
    target = tmp_path / "made" / "avvikelser"
    written = write_lists(write_review(tmp_path / "review", {"clinic": clinics}), target, REGION)
    stems = (CLINIC, "SE2321000131-K0002", "utan_klinik", "vardgarantienheten")
    assert sorted(path.name for path in target.iterdir()) == sorted(
        f"{stem}{ending}" for stem in stems for ending in (".html", ".xlsx")
    )
    assert set(written.paths) == set(target.iterdir())
    assert (written.clinics, written.deviations) == (3, 0)
    for path in (target, *target.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_every_deviation_of_every_rule_stands_once_in_the_workbook(every_rule: Path) -> None:
    every_case = [row for row in rules_of_the_seed() if row["severity"] != "info"]
    cases = [row for row in every_case if row["group_name"] in ("care", "registers")]
    others = sheet_rows(every_rule / f"{CLINIC}.xlsx", "Slutenvård")
    of_others = Counter((row["rule_id"], row["title"]) for row in every_case if row not in cases)
    for status in ("Ny", "Kvarstår", "Godtagen", "Åtgärdad"):
        assert Counter((row["Regel"], row["Avvikelse"]) for row in others if row["Status"] == status) == of_others
    assert len({row["Vårdtillfälle eller operation"] for row in others}) == 4 * of_others.total()
    standing = sheet_rows(every_rule / f"{CLINIC}.xlsx", "Att rätta")
    fixed = sheet_rows(every_rule / f"{CLINIC}.xlsx", "Åtgärdat")
    expected = Counter((row["rule_id"], row["title"]) for row in cases)
    for status in ("Ny", "Kvarstår", "Godtagen"):
        told = Counter((row["Regel"], row["Avvikelse"]) for row in standing if row["Status"] == status)
        assert told == expected, status
    assert Counter((row["Regel"], row["Avvikelse"]) for row in fixed) == expected
    assert {row["Status"] for row in fixed} == {"Åtgärdad"}
    ids = [row["Vårdkontakt-id"] for row in (*standing, *fixed)]
    assert len(ids) == len(set(ids)) == 4 * len(cases)


def test_every_rule_of_the_seed_is_told_with_texts_and_counts(every_rule: Path) -> None:
    told = {(row["Regel"], row["Avvikelse"]): row for row in sheet_rows(every_rule / f"{CLINIC}.xlsx", "Regler")}
    assert len(told) == len(rules_of_the_seed())
    for seed in rules_of_the_seed():
        row = told[seed["rule_id"], seed["title"]]
        assert (row["Vad det betyder"], row["Gör så här"]) == (seed["meaning"], seed["what_to_do"])
        assert row["Om det lämnas"]
        counts = [row[name] for name in ("Nu", "Nya", "Kvarstår", "Åtgärdade", "Godtagna", "Förra månaden")]
        assert counts == ([7, 0, 0, 0, 0, 4] if seed["severity"] == "info" else [3, 1, 1, 1, 1, 4])
        assert row["Samma månad i fjol"] is None


def test_the_most_harmful_stands_first_and_what_is_accepted_last(every_rule: Path) -> None:
    rows = sheet_rows(every_rule / f"{CLINIC}.xlsx", "Att rätta")
    harm = {
        row["rule_id"] + row["title"]: (row["severity"] != "block", "DL-".index(row["effect"]))
        for row in rules_of_the_seed()
    }
    order = [(row["Status"] == "Godtagen", *harm[row["Regel"] + row["Avvikelse"]]) for row in rows]
    blocking = [key for key in order if not key[1]]
    others = [key for key in order if key[1]]
    assert others == sorted(others)
    assert order[: len(blocking) // 3 * 2] == [key for key in blocking if not key[0]]


def test_a_row_tells_dates_as_dates_and_numbers_as_numbers(tmp_path: Path) -> None:
    book = write_small(
        tmp_path, booked_date=date("2024-08-20"), is_booked=True, target_date=date("2024-07-01"), wait_days=181
    )
    (row,) = sheet_rows(book, "Att rätta")
    assert row["Beslutsdatum"] == datetime.datetime(2024, 2, 1)
    assert row["Bokad tid"] == datetime.datetime(2024, 8, 20)
    assert row["Måldatum"] == datetime.datetime(2024, 7, 1)
    assert row["Genomförd"] is None
    assert (row["Bokad"], row["Väntat, dagar"], row["Vårdkontakt-id"]) == ("Ja", 181, "VK0000000001")


@pytest.mark.parametrize("day", ["1899-12-31", "1900-02-28", "0024-07-01"])
def test_a_day_that_a_workbook_cannot_count_stands_as_text(tmp_path: Path, day: str) -> None:
    (row,) = sheet_rows(write_small(tmp_path, decision_date=date(day)), "Att rätta")
    assert row["Beslutsdatum"] == day


def test_the_first_day_that_a_workbook_can_count_is_a_date(tmp_path: Path) -> None:
    (row,) = sheet_rows(write_small(tmp_path, decision_date=date("1900-03-01")), "Att rätta")
    assert row["Beslutsdatum"] == datetime.datetime(1900, 3, 1)


@pytest.mark.parametrize(
    "values, told",
    [
        ({"is_left_out": True}, "Utelämnas"),
        ({"is_left_out": False}, "Med"),
        ({"is_left_out": False, "care_level": "P"}, "Ingår inte"),
        ({"is_left_out": True, "care_level": "P"}, "Utelämnas"),
        ({"is_left_out": False, "contact_id": None}, "–"),
        ({"is_left_out": None}, "–"),
    ],
)
def test_a_row_tells_whether_it_goes_with_the_delivery(tmp_path: Path, values: Row, told: str) -> None:
    (row,) = sheet_rows(write_small(tmp_path, **values), "Att rätta")
    assert row["Leveransen"] == told


def test_nothing_in_a_workbook_can_run_or_leads_out_of_it(tmp_path: Path) -> None:
    attack = '=HYPERLINK("http://ond.example";"klicka")'
    texts = {
        "contact_id": attack,
        "unit_name": " =1+1",
        "detail": "＝1+1",
        "mvo_code": "-1",
        "unit_id": "@x",
        "phase": "+1",
    }
    of = rule(
        "A11", accepted_reason="=1+1", accepted_by="+1", title="=1", meaning="@1", what_to_do="-1", consequence="\t=1"
    )
    rows = [deviation(of, "accepted", **texts), deviation(of, "fixed", **texts)]
    tables = {
        "clinic": [clinic(name="=KLINIK()", area_name="-område", approval_state="withdrawn", withdrawn_reason="=1")],
        "rule": [counted(of, rows)],
        "deviation": rows,
        "work_list": [{**work_list_tables()["work_list"][0], "contact_id": attack, "measure_name": "=1"}],
        "no_show_row": [{**work_list_tables()["no_show_row"][0], "contact_id": attack}],
    }
    target = tmp_path / "lists"
    loads = [{"entity": "=x", "load_id": 1, "file_name": "=fil.csv", "loaded_at": "2024-08-08 08:50:00"}]
    write_lists(write_review(tmp_path / "review", tables, loads=loads), target, "=Region")
    for path in target.glob("*.xlsx"):
        for cell in cells(path):
            assert cell.data_type != "f"
            if isinstance(cell.value, str):
                assert cell.value.lstrip()[:1] not in tuple("=+-@＝\t"), cell.value
        with zipfile.ZipFile(path) as parts:
            assert not [name for name in parts.namelist() if "externalLink" in name or "macro" in name.lower()]
            links = b"".join(parts.read(name) for name in parts.namelist() if name.endswith(".rels"))
            assert b'TargetMode="External"' not in links
    for path in target.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "'=HYPERLINK" in page.replace("&#39;", "'") and ">=" not in page


def test_signs_that_xml_forbids_do_not_break_a_workbook(tmp_path: Path) -> None:
    (row,) = sheet_rows(write_small(tmp_path, detail="a\x01b\x0bc _x0041_ d"), "Att rätta")
    # What looks like a workbook's own way to write a sign is written as such a workbook writes it.
    assert row["Vad som är fel"].replace("_x005F_", "_") == "a\ufffdb c _x0041_ d"


def test_a_detail_longer_than_a_cell_is_cut_and_the_row_stays(tmp_path: Path) -> None:
    (row,) = sheet_rows(write_small(tmp_path, detail="ordet " * 10_000), "Att rätta")
    assert len(row["Vad som är fel"]) == 32_767


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ROWS_OF_A_SHEET", 10)
    of = rule("A11")
    rows = [deviation(of, contact_id=f"VK{number}", sort_order=number) for number in range(17)]
    tables = {"clinic": [clinic(new_count=17)], "rule": [counted(of, rows)], "deviation": rows}
    target = tmp_path / "lists"
    assert write_lists(write_review(tmp_path / "review", tables), target, REGION).deviations == 17
    book = target / f"{CLINIC}.xlsx"
    names = openpyxl.load_workbook(book).sheetnames
    parts = [name for name in names if name.startswith("Att rätta")]
    assert parts == ["Att rätta", "Att rätta 2", "Att rätta 3"]
    told = [row["Vårdkontakt-id"] for name in parts for row in sheet_rows(book, name)]
    assert told == [row["contact_id"] for row in rows]


def test_a_person_number_in_a_free_text_is_masked_in_workbook_and_page(tmp_path: Path) -> None:
    identity = f"{BORN}-1212"
    of = rule("A11", accepted_reason=f"gäller {identity}", accepted_by="Prov")
    rows = [deviation(of, "accepted", detail=f"id {identity}"), deviation(of, "new", detail=f"id {identity}")]
    tables = {
        "clinic": [clinic(approval_state="withdrawn", withdrawn_reason=f"för {identity}")],
        "rule": [counted(of, rows)],
        "deviation": rows,
    }
    write_lists(write_review(tmp_path / "review", tables), tmp_path / "lists", REGION)
    page = (tmp_path / "lists" / f"{CLINIC}.html").read_text(encoding="utf-8")
    told = " ".join(str(cell.value) for cell in cells(tmp_path / "lists" / f"{CLINIC}.xlsx"))
    for text in (page, told):
        assert BORN not in text and "[identitet]" in text


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    review = every_rule_review(tmp_path / "review")
    for name in ("first", "second"):
        write_lists(review, tmp_path / name, REGION)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_a_clinic_without_deviations_is_told_so_kindly(tmp_path: Path) -> None:
    write_lists(write_review(tmp_path / "review", {"clinic": [clinic()]}), tmp_path / "lists", REGION)
    book = tmp_path / "lists" / f"{CLINIC}.xlsx"
    assert sheet_rows(book, "Att rätta") == []
    texts = [cell.value for cell in cells(book)]
    assert "Inget att rätta. Tack!" in texts
    assert any(str(text).startswith("Inget att rätta. Alla rader") for text in texts)


def test_the_work_list_tells_each_row_and_the_sums_that_sql_made(tmp_path: Path) -> None:
    write_lists(write_review(tmp_path / "review", work_list_tables()), tmp_path / "lists", REGION)
    book = tmp_path / "lists" / "vardgarantienheten.xlsx"
    rows = sheet_rows(book, "Arbetslista")
    told = [
        (row["Vårdkontakt-id"], row["Läge"], row["Dagar kvar till gränsen"], row["Bokad"], row["Bokad inom gränsen"])
        for row in rows
    ]
    assert told == [
        ("VK0000000901", "Gränsen passerad", -12, "Nej", "–"),
        ("VK0000000902", "Gränsen passerad", -12, "Ja", "Nej"),
        ("VK0000000903", "Inom 30 dagar", 9, "Nej", "–"),
        ("VK0000000904", "Inom 30 dagar", 9, "Ja", "Ja"),
        ("VK0000000905", "Gränsen passerad", -12, "Nej", "–"),
    ]
    assert rows[4]["Orsak till väntan"] == "Patientvald väntan"
    sums = sheet_rows(book, "Summering")
    assert sum(row["Antal"] for row in sums) == 5
    assert [row["Orsak till väntan"] for row in sums if row["Klinik"] == "Ögonkliniken"] == ["Patientvald väntan"]
    missed = [(row["Klinik"], row["Vårdkontakt-id"], row["Väntar på ny tid"]) for row in sheet_rows(book, "Uteblivna")]
    assert missed == [
        ("Ortopedkliniken", "VK0000000701", "Nej"),
        ("Ortopedkliniken", "VK0000000702", "Ja"),
        ("Ögonkliniken", "VK0000000703", "Nej"),
    ]
    assert [row["Uteblivna"] for row in sheet_rows(book, "Uteblivna, antal")] == [2, 1]
    overview = openpyxl.load_workbook(book)["Översikt"]
    lines = {line[0]: line[1:6] for line in overview.iter_rows(values_only=True) if isinstance(line[5], int)}
    assert lines["Alla"] == (2, 1, 1, 1, 5)
    assert lines["Ortopedkliniken"] == (1, 1, 1, 1, 4)
    assert lines["Ögonkliniken"] == (1, 0, 0, 0, 1)


def test_a_sheet_prints_across_with_its_heading_repeated_and_a_filter_on_it(every_rule: Path) -> None:
    sheet = openpyxl.load_workbook(every_rule / f"{CLINIC}.xlsx")["Att rätta"]
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    # One page wide is what a workbook means when it says nothing.
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.freeze_panes == "C5" and sheet.auto_filter.ref.startswith("A4:")
    assert sheet.print_title_rows == "$4:$4"
    assert "&P" in sheet.oddFooter.right.text and "Ortopedkliniken" in sheet.oddFooter.left.text
    assert sheet.conditional_formatting


def test_a_review_that_lacks_a_file_is_refused_by_name(tmp_path: Path) -> None:
    review = small_review(tmp_path / "review")
    (review / "left_out.parquet").unlink()
    with pytest.raises(VardlagerError, match=r"saknar left_out\.parquet"):
        write_lists(review, tmp_path / "lists", REGION)


def test_a_review_whose_file_holds_other_rows_than_it_says_is_refused(tmp_path: Path) -> None:
    review = small_review(tmp_path / "review")
    other = small_review(tmp_path / "other")
    write_review(other, {})
    (review / "deviation.parquet").write_bytes((other / "deviation.parquet").read_bytes())
    with pytest.raises(VardlagerError, match="håller 0 rader, inte 1"):
        write_lists(review, tmp_path / "lists", REGION)


@pytest.mark.parametrize("left", ["clinic", "rule"])
def test_a_deviation_that_would_stand_on_no_list_is_refused(tmp_path: Path, left: str) -> None:
    of = rule("A11")
    row = deviation(of)
    tables: dict[str, list[Row]] = {"clinic": [clinic()], "rule": [counted(of, [row])], "deviation": [row]}
    del tables[left]
    with pytest.raises(VardlagerError, match="hör till en klinik eller en regel som det inte nämner"):
        write_lists(write_review(tmp_path / "review", tables), tmp_path / "lists", REGION)


def test_nothing_half_made_is_left_beside_the_lists(every_rule: Path) -> None:
    assert {path.suffix for path in every_rule.iterdir()} == {".xlsx", ".html"}


def test_files_of_a_clinic_are_named_by_its_id_and_never_lead_elsewhere() -> None:
    assert file_stem(CLINIC) == CLINIC
    assert file_stem(NO_CLINIC) == "utan_klinik"
    odd = ["../../etc/passwd", "vardgarantienheten", "utan_klinik", "a/b", "a\\b", "", "CON", "se2321000131-K1"]
    stems = [file_stem(clinic_id) for clinic_id in odd]
    assert len(set(stems)) == len(odd)
    for stem in stems:
        assert stem.startswith("klinik_") and not set("/\\.:") & set(stem)


def test_two_clinics_whose_ids_differ_by_capitals_alone_have_files_of_their_own(tmp_path: Path) -> None:
    clinics = [clinic("SE2321000131-K0001"), clinic("SE2321000131-k0001")]
    written = write_lists(write_review(tmp_path / "review", {"clinic": clinics}), tmp_path / "lists", REGION)
    assert len({path.name.casefold() for path in written.paths}) == 6


def test_a_month_compared_with_months_that_are_not_loaded_says_so(tmp_path: Path) -> None:
    row = period(previous_period_is_loaded=False, is_preliminary=False)
    write_lists(write_review(tmp_path / "review", {"clinic": [clinic()], "period": [row]}), tmp_path / "lists", REGION)
    texts = " ".join(str(cell.value) for cell in cells(tmp_path / "lists" / f"{CLINIC}.xlsx"))
    assert "Förra månaden: juni 2024, som inte är inläst." in texts
    assert "Månaden är levererad." in texts
