from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.synthetic_region import FAULT_NAMES, write_region

from .reading import ENTITIES, SCALE, contacts, faults, file_of, rows_of, waiting

PERIOD = "2024-06"
CONTACTS, WAITING = "cosmic_vardkontakt", "cosmic_vantelista"
COLUMNS = ["period", "file", "line", "column", "fault", "value", "expected"]
ROW_FAULTS = {
    "wrong_field_count", "unclosed_quote", "truncated_last_line", "bad_date", "wrong_type", "decimal_point",
    "empty_required", "bad_code", "national_code_unknown", "duplicate_identical", "duplicate_differing",
    "wrong_month_row", "decision_missing", "negative_wait", "deceased_waiting", "unknown_unit",
    "identity_in_wrong_column",
}  # fmt: skip
FILE_FAULTS = {
    "nul_byte", "utf8_in_cp1252", "invalid_cp1252_byte", "header_only", "missing_column", "wrong_month_file",
}  # fmt: skip


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clean")
    write_region(out, PERIOD, PERIOD, scale=SCALE)
    return out


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fault of rows at once, at the smallest scale for which none may refuse a file."""
    out = tmp_path_factory.mktemp("faulty")
    write_region(out, PERIOD, PERIOD, scale=0.05, faults=("all_rows",))
    return out


def line_at(folder: Path, fault: dict[str, str]) -> str:
    content = (folder / fault["period"] / fault["file"]).read_bytes()
    return content.split(b"\r\n")[int(fault["line"]) - 1].decode("cp1252")


def fields_at(folder: Path, fault: dict[str, str]) -> dict[str, str]:
    header = (folder / fault["period"] / fault["file"]).read_bytes().split(b"\r\n")[0].decode("cp1252")
    return dict(zip(header.split(";"), line_at(folder, fault).split(";"), strict=False))


def planted(folder: Path, name: str) -> list[dict[str, str]]:
    return [fault for fault in faults(folder) if fault["fault"] == name]


def test_every_fault_of_the_interface_can_be_named() -> None:
    assert set(FAULT_NAMES) >= ROW_FAULTS | FILE_FAULTS | {"all_rows"}


def test_an_unknown_fault_is_refused_with_the_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=("bad_dates",))
    assert "bad_dates" in caught.value.what
    assert all(name in caught.value.next_step for name in FAULT_NAMES)
    assert not list(tmp_path.iterdir())


def test_all_rows_plants_every_row_fault_and_lists_it(faulty: Path) -> None:
    listed = faults(faulty)
    assert list(listed[0]) == COLUMNS
    assert {fault["fault"] for fault in listed} == ROW_FAULTS


def test_row_faults_refuse_no_file_at_a_twentieth_of_the_region(faulty: Path) -> None:
    for entity in (CONTACTS, WAITING):
        path = file_of(faulty, PERIOD, entity)
        rows = path.read_bytes().count(b"\n")
        of_file = [fault for fault in faults(faulty) if fault["file"] == path.name]
        quarantined = sum(fault["expected"] == "karantän" for fault in of_file)
        assert of_file and (quarantined <= 5 or quarantined <= 0.01 * rows)


def test_each_planted_value_stands_in_its_column_at_its_line(faulty: Path) -> None:
    compared = 0
    for fault in faults(faulty):
        if fault["value"]:
            assert fields_at(faulty, fault)[fault["column"]] == fault["value"], fault
            compared += 1
    assert compared > 10


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("bad_date", "beslut_tid", r"2024-02-30 10:00:00"),
        ("wrong_type", "fodelsear", r"okänt"),
        ("decimal_point", "patientavgift", r"\d+\.\d\d"),
        ("empty_required", "kon", r""),
        ("bad_code", "kontaktform", r"X"),
        ("national_code_unknown", "vardkontakttyp", r"99"),
        ("wrong_month_row", "start_tid", r"2024-07-.*"),
        ("decision_missing", "beslut_tid", r""),
        ("unknown_unit", "enhet_hsaid", r"SE\d{10}-E9+"),
        ("unclosed_quote", "lkf", r'"\d{4}'),
    ],
)
def test_a_value_fault_stands_where_the_list_says(faulty: Path, name: str, column: str, value: str) -> None:
    for fault in planted(faulty, name):
        assert fault["column"] == column
        assert re.fullmatch(value, fields_at(faulty, fault)[column])


def test_faults_of_the_lines_form_stand_where_the_list_says(faulty: Path) -> None:
    header = len(line_at(faulty, {"period": PERIOD, "file": f"{CONTACTS}_202406.csv", "line": "1"}).split(";"))
    (extra,) = planted(faulty, "wrong_field_count")
    assert len(line_at(faulty, extra).split(";")) == header + 1
    (truncated,) = planted(faulty, "truncated_last_line")
    content = file_of(faulty, PERIOD, CONTACTS).read_bytes()
    assert not content.endswith(b"\r\n") and content.count(b"\r\n") == int(truncated["line"]) - 1
    assert len(line_at(faulty, truncated).split(";")) < header


def test_duplicates_stand_beside_the_row_they_double(faulty: Path) -> None:
    (same,) = planted(faulty, "duplicate_identical")
    before = same | {"line": str(int(same["line"]) - 1)}
    assert line_at(faulty, same) == line_at(faulty, before)
    first, second = planted(faulty, "duplicate_differing")
    assert int(second["line"]) == int(first["line"]) + 1
    assert line_at(faulty, first) != line_at(faulty, second)
    assert fields_at(faulty, first)["vardkontakt_id"] == fields_at(faulty, second)["vardkontakt_id"]


def test_rule_faults_a02_and_a09_break_their_rules(faulty: Path) -> None:
    (negative,) = planted(faulty, "negative_wait")
    row = fields_at(faulty, negative)
    assert row["beslut_tid"][:10] > row["start_tid"][:10] and row["kontaktform"] != "U"
    (deceased,) = planted(faulty, "deceased_waiting")
    row = fields_at(faulty, deceased)
    assert row["status"] == "V" and row["avliden_datum"][:7] == PERIOD and row["beslut_tid"]


def test_rule_fault_a01_stands_in_both_care_files_for_specialised_care(faulty: Path) -> None:
    missing = planted(faulty, "decision_missing")
    assert {fault["file"] for fault in missing} == {f"{CONTACTS}_202406.csv", f"{WAITING}_202406.csv"}
    for fault in missing:
        row = fields_at(faulty, fault)
        assert row["vardniva"] == "S" and row["fas"] in "1234" and row["bokningssatt"] != "5"


def test_no_identity_stands_in_the_list_of_faults(faulty: Path) -> None:
    (misplaced,) = planted(faulty, "identity_in_wrong_column")
    row = fields_at(faulty, misplaced)
    assert row["remiss_id"] == row["patient_id"] and misplaced["value"] == ""
    text = (faulty / "faults.csv").read_text(encoding="utf-8")
    lines = file_of(faulty, PERIOD, CONTACTS).read_bytes().decode("cp1252").split("\r\n")[1:]
    identities = {line.split(";")[1] for line in lines}
    assert len(identities) > 1000 and not any(identity in text for identity in identities)


def test_row_faults_leave_all_other_lines_as_they_were(clean: Path, tmp_path: Path) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=("bad_code", "duplicate_identical"))
    before = file_of(clean, PERIOD, CONTACTS).read_bytes().split(b"\r\n")
    after = file_of(tmp_path, PERIOD, CONTACTS).read_bytes().split(b"\r\n")
    lines = {int(fault["line"]) for fault in faults(tmp_path)}
    kept = [line for number, line in enumerate(after, start=1) if number not in lines]
    assert len(after) == len(before) + 1 and len(kept) == len(before) - 1
    assert set(kept) <= set(before)
    for entity in set(ENTITIES) - {CONTACTS}:
        assert file_of(clean, PERIOD, entity).read_bytes() == file_of(tmp_path, PERIOD, entity).read_bytes()


def test_row_faults_stand_in_every_month_and_file_faults_in_the_last(tmp_path: Path) -> None:
    write_region(tmp_path, "2024-05", PERIOD, scale=SCALE, faults=("bad_code", "header_only"))
    assert [fault["period"] for fault in planted(tmp_path, "bad_code")] == ["2024-05", PERIOD]
    assert [fault["period"] for fault in planted(tmp_path, "header_only")] == [PERIOD]


def damaged(tmp_path: Path, name: str, entity: str) -> bytes:
    write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=(name,))
    (fault,) = faults(tmp_path)
    assert fault["file"] == f"{entity}_202406.csv"
    assert f"{entity}_202406.csv" in (tmp_path / PERIOD / "kontroll.csv").read_text(encoding="utf-8")
    return file_of(tmp_path, PERIOD, entity).read_bytes()


def test_a_nul_byte_stands_at_the_end_of_the_line_named(tmp_path: Path) -> None:
    content = damaged(tmp_path, "nul_byte", "register_konto")
    assert content.count(b"\x00") == 1
    assert content.split(b"\n")[int(faults(tmp_path)[0]["line"]) - 1].endswith(b"\x00")


def test_an_invalid_byte_cannot_be_decoded_as_windows_1252(tmp_path: Path) -> None:
    content = damaged(tmp_path, "invalid_cp1252_byte", WAITING)
    with pytest.raises(UnicodeDecodeError):
        content.decode("cp1252")
    assert b"\x81" in content.split(b"\r\n")[int(faults(tmp_path)[0]["line"]) - 1]


def test_a_utf8_file_has_the_same_text_in_the_wrong_encoding(clean: Path, tmp_path: Path) -> None:
    content = damaged(tmp_path, "utf8_in_cp1252", CONTACTS)
    right = file_of(clean, PERIOD, CONTACTS).read_bytes()
    assert content != right and content.decode("utf-8") == right.decode("cp1252")


def test_a_file_with_header_only_has_one_line(clean: Path, tmp_path: Path) -> None:
    content = damaged(tmp_path, "header_only", "register_heroma_enhet")
    assert content == file_of(clean, PERIOD, "register_heroma_enhet").read_bytes().split(b"\n")[0] + b"\n"


def test_a_missing_column_is_named_and_the_others_stand(clean: Path, tmp_path: Path) -> None:
    damaged(tmp_path, "missing_column", "register_ansvar")
    missing = faults(tmp_path)[0]["column"]
    rows, right = rows_of(tmp_path, PERIOD, "register_ansvar"), rows_of(clean, PERIOD, "register_ansvar")
    assert missing in right[0]
    assert rows == [{name: row[name] for name in row if name != missing} for row in right]


def test_a_file_of_another_month_holds_the_month_befores_contacts(tmp_path: Path) -> None:
    damaged(tmp_path, "wrong_month_file", CONTACTS)
    assert {row["start_tid"][:7] for row in contacts(tmp_path, PERIOD)} == {"2024-05"}


def test_a_file_fault_can_be_put_in_another_file(tmp_path: Path) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=(f"header_only@{CONTACTS}",))
    assert contacts(tmp_path, PERIOD) == [] and waiting(tmp_path, PERIOD) != []
    for wrong in ("header_only@cosmic_okand", f"bad_code@{WAITING}", f"wrong_month_file@{WAITING}"):
        with pytest.raises(UsageError):
            write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=(wrong,))


CALLS = "telefoni_samtal"
CALL_FAULTS = {
    "wrong_field_count": ("", "karantän"),
    "bad_date": ("inkommet", "karantän"),
    "empty_required": ("status", "karantän"),
    "bad_code": ("kanal", "karantän"),
    "duplicate_identical": ("samtal_id", "dubblett"),
    "duplicate_differing": ("samtal_id", "karantän"),
    "wrong_month_row": ("inkommet", "räknas i ingen månad"),
    "unknown_unit": ("enhet_hsaid", "räknas bara för regionen"),
}


def test_all_kinds_of_row_faults_of_calls_are_planted_when_asked_for_by_name(clean: Path, tmp_path: Path) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=(f"all_rows@{CALLS}",))
    listed = faults(tmp_path)
    assert {fault["fault"]: (fault["column"], fault["expected"]) for fault in listed} == CALL_FAULTS
    assert {fault["file"] for fault in listed} == {f"{CALLS}_202406.csv"}
    lines = file_of(tmp_path, PERIOD, CALLS).read_bytes().decode("utf-8-sig").split("\n")
    header = lines[0].split(",")
    for fault in listed:
        fields = lines[int(fault["line"]) - 1].split(",")
        if fault["value"]:
            assert fields[header.index(fault["column"])] == fault["value"], fault
        assert (len(fields) == len(header)) == (fault["fault"] != "wrong_field_count")
    assert file_of(tmp_path, PERIOD, CONTACTS).read_bytes() == file_of(clean, PERIOD, CONTACTS).read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("header_only", "filen läses in utan rader"),
        ("missing_column", "filen avvisas"),
        ("nul_byte", "filen avvisas"),
        ("invalid_cp1252_byte", "filen avvisas"),
        ("wrong_month_file", "filen avvisas"),
    ],
)
def test_a_file_of_calls_can_have_the_faults_of_a_file(tmp_path: Path, name: str, expected: str) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=SCALE, faults=(f"{name}@{CALLS}",))
    (fault,) = faults(tmp_path)
    assert (fault["file"], fault["fault"], fault["expected"]) == (f"{CALLS}_202406.csv", name, expected)
    content = file_of(tmp_path, PERIOD, CALLS).read_bytes()
    text = content.decode("utf-8-sig", errors="replace").splitlines()
    assert {
        "header_only": len(text) == 1,
        "missing_column": "status" not in text[0],
        "nul_byte": b"\x00" in content,
        "invalid_cp1252_byte": "\ufffd" in content.decode("utf-8-sig", errors="replace"),
        "wrong_month_file": all("2024-05-" in line for line in text[1:]),
    }[name]


def test_the_control_file_matches_the_files_as_written_with_faults(tmp_path: Path) -> None:
    names = ("all_rows", *sorted(FILE_FAULTS - {"wrong_month_file"}))
    write_region(tmp_path, PERIOD, PERIOD, scale=0.05, faults=names)
    assert {fault["fault"] for fault in faults(tmp_path)} == ROW_FAULTS | FILE_FAULTS - {"wrong_month_file"}
    for line in (tmp_path / PERIOD / "kontroll.csv").read_text(encoding="utf-8").splitlines()[1:]:
        name, rows, digest = line.split(";")
        content = (tmp_path / PERIOD / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert sum(part.strip() != b"" for part in content.split(b"\n")) - 1 == int(rows)
