from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.errors import UsageError
from orchestration.synthetic_region import RegionSummary, write_region

from .reading import ENTITIES, LINE_END, PERIODS, SCALE, SEPARATOR, Row, contacts, file_of, rows_of, text_of, waiting

SHAPES = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "timestamp": re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}"),
    "integer": re.compile(r"-?\d+"),
    "decimal(12,2)": re.compile(r"-?\d+,\d{2}"),
    "decimal(18,1)": re.compile(r"\d+(\.\d)?"),
    "decimal(12,6)": re.compile(r"\d+,\d{4}"),
    "decimal(18,4)": re.compile(r"\d+,\d"),
}


def every_row(region: Path, entity: str) -> list[Row]:
    return [row for period in PERIODS for row in rows_of(region, period, entity)]


def test_a_month_written_alone_has_the_same_bytes_as_within_a_longer_span(region: Path, tmp_path: Path) -> None:
    write_region(tmp_path, "2024-07", "2024-07", scale=SCALE)
    for entity in ENTITIES:
        alone, within = file_of(tmp_path, "2024-07", entity), file_of(region, "2024-07", entity)
        assert alone.read_bytes() == within.read_bytes(), entity


def test_the_same_arguments_give_the_same_bytes_and_another_seed_gives_others(tmp_path: Path) -> None:
    for name, seed in (("first", 56), ("second", 56), ("other", 57)):
        write_region(tmp_path / name, "2024-02", "2024-02", scale=0.01, seed=seed, faults=("all_rows",))
    first, second, other = (
        {path.name: path.read_bytes() for path in sorted((tmp_path / name).rglob("*.csv"))}
        for name in ("first", "second", "other")
    )
    assert first == second
    assert first["cosmic_vardkontakt_202402.csv"] != other["cosmic_vardkontakt_202402.csv"]


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_file_has_the_columns_and_line_ends_of_its_contract(region: Path, entity: str) -> None:
    contract = load_contracts()[entity]
    line_end = LINE_END[contract.system]
    assert contract.dialect.line_end == line_end
    for period in PERIODS:
        text = text_of(region, period, entity)
        lines = text.split(line_end)
        assert lines[0].split(SEPARATOR[contract.system]) == [column.name for column in contract.columns]
        assert lines[-1] == "" and "" not in lines[:-1]
        assert "\n" not in text.replace(line_end, "") and not text.startswith("\ufeff")
        content = file_of(region, period, entity).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") == contract.dialect.has_bom


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_value_is_of_its_type_and_every_structural_code_is_known(region: Path, entity: str) -> None:
    contract = load_contracts()[entity]
    rows = every_row(region, entity)
    for column in contract.columns:
        values = [row[column.name] for row in rows]
        filled = {value for value in values if value}
        if column.is_required:
            assert "" not in values, column.name
        if column.codes:
            assert filled <= set(column.codes), column.name
        if column.data_type == "timestamp":
            assert {value[10] for value in filled} == {contract.dialect.timestamp_separator}, column.name
        if column.data_type in SHAPES:
            assert all(SHAPES[column.data_type].fullmatch(value) for value in filled), column.name


@pytest.mark.parametrize("entity", [entity for entity in ENTITIES if load_contracts()[entity].key])
def test_keys_are_unique_within_a_file(region: Path, entity: str) -> None:
    key = load_contracts()[entity].key
    for period in PERIODS:
        keys = [tuple(row[name] for name in key) for row in rows_of(region, period, entity)]
        assert len(keys) == len(set(keys))


def test_every_column_of_the_care_files_is_used(region: Path) -> None:
    for entity in ("cosmic_vardkontakt", "cosmic_vantelista"):
        rows = every_row(region, entity)
        unused = {name for name in rows[0] if not any(row[name] for row in rows)}
        # icd_orsak needs an injury that still waits for something: too rare in a region this small.
        assert unused <= {"icd_orsak"}, entity


def test_cosmic_files_hold_swedish_letters_in_windows_1252(region: Path) -> None:
    content = file_of(region, "2024-07", "cosmic_vardkontakt").read_bytes()
    assert "Låg".encode("cp1252") in content and "Medelhög".encode("cp1252") in content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert "Vårdcentral".lower() in text_of(region, "2024-07", "register_enhet").lower()


def test_the_control_file_names_rows_and_sha256_of_every_file(region: Path) -> None:
    for period in PERIODS:
        lines = (region / period / "kontroll.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == "fil;rader;sha256"
        named = dict(line.split(";", 1) for line in lines[1:])
        assert set(named) == {file_of(region, period, entity).name for entity in ENTITIES}
        for entity in ENTITIES:
            path = file_of(region, period, entity)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert named[path.name] == f"{len(rows_of(region, period, entity))};{digest}"


def test_a_contact_starts_in_the_month_of_its_file(region: Path) -> None:
    for period in PERIODS:
        assert {row["start_tid"][:7] for row in contacts(region, period)} == {period}


def test_a_call_comes_in_the_month_of_its_file_and_is_handled_after_it_came(region: Path) -> None:
    for period in PERIODS:
        calls = rows_of(region, period, "telefoni_samtal")
        assert {row["inkommet"][:7] for row in calls} == {period}
        assert [row["inkommet"] for row in calls] == sorted(row["inkommet"] for row in calls)
        assert all((row["hanterat"] >= row["inkommet"]) == (row["status"] == "HANTERAT") for row in calls)
        assert {row["status"] for row in calls} == {"HANTERAT", "EJ_HANTERAT", "AVBRUTET"}
        assert {row["kanal"] for row in calls} == {"TEL", "CHATT"}
        assert any(row["hanterat"][:10] > row["inkommet"][:10] for row in calls)


def test_1177_has_one_row_a_month_whose_parts_are_no_more_than_the_whole(region: Path) -> None:
    for period in PERIODS:
        (row,) = rows_of(region, period, "inera_1177")
        assert row["period"] == period.replace("-", "")
        whole, answered, soon = (
            int(row[name]) for name in ("samtal_inkomna", "samtal_besvarade", "besvarade_inom_15_min")
        )
        assert whole > answered > soon > 0


def test_every_unit_that_gives_care_is_in_the_register_on_that_day(region: Path) -> None:
    for period in PERIODS:
        intervals: dict[str, list[tuple[str, str]]] = {}
        for unit in rows_of(region, period, "register_enhet"):
            interval = (unit["giltig_from"], unit["giltig_tom"] or "9999-12-31")
            intervals.setdefault(unit["enhet_hsaid"], []).append(interval)
        events = [(row["enhet_hsaid"], row["start_tid"][:10]) for row in contacts(region, period)]
        events += [(row["enhet_hsaid"], f"{period}-28") for row in waiting(region, period)]
        events += [(row["enhet_hsaid"], row["inkommet"][:10]) for row in rows_of(region, period, "telefoni_samtal")]
        for unit_id, day in events:
            assert sum(first <= day <= last for first, last in intervals[unit_id]) == 1


def test_the_register_has_history_as_known_at_the_months_end(region: Path) -> None:
    before, after = rows_of(region, "2024-03", "register_enhet"), rows_of(region, "2024-04", "register_enhet")
    moved = {row["enhet_hsaid"] for row in after if row["giltig_from"] == "2024-04-01"}
    assert len(moved) == 1
    assert [row["giltig_tom"] for row in before if row["enhet_hsaid"] in moved] == [""]
    of_moved = [row for row in after if row["enhet_hsaid"] in moved]
    assert sorted(row["giltig_tom"] for row in of_moved) == ["", "2024-03-31"]
    assert len({row["klinik_hsaid"] for row in of_moved}) == 2
    assert [row["giltig_tom"] for row in before if row["giltig_tom"]] == ["2023-12-31"]


def test_registers_hold_every_kind_of_unit_and_account(region: Path) -> None:
    contracts = load_contracts()
    units = rows_of(region, "2024-07", "register_enhet")
    for name, missing in (("verksamhetstyp", {"STAB"}), ("enhetstyp", {"STAB"}), ("driftform", set())):
        codes = set(contracts["register_enhet"].column(name).codes)
        assert {row[name] for row in units} == codes - missing
    accounts = rows_of(region, "2024-07", "register_konto")
    cost_types = set(contracts["register_konto"].column("kostnadsslag").codes)
    assert {row["kostnadsslag"] for row in accounts} == cost_types and 100 < len(accounts) < 400
    clinics = {row["klinik_hsaid"] for row in units}
    assert len(clinics) > 50 and sum(row["enhetstyp"] == "VARDCENTRAL" for row in units) == 30


@pytest.mark.parametrize("entity", ["register_ansvar", "register_heroma_enhet"])
def test_a_code_leads_to_exactly_one_unit_clinic_or_area_of_the_register(region: Path, entity: str) -> None:
    units = rows_of(region, "2024-07", "register_enhet")
    links = rows_of(region, "2024-07", entity)
    known = {name: {row[name] for row in units} for name in ("enhet_hsaid", "klinik_hsaid", "omrade")}
    for row in links:
        filled = [name for name in known if row[name]]
        assert len(filled) == 1 and row[filled[0]] in known[filled[0]]
    by_clinic = [row["klinik_hsaid"] for row in links if row["klinik_hsaid"]]
    assert all(by_clinic.count(clinic) >= 2 for clinic in known["klinik_hsaid"])


def test_the_summary_and_the_progress_say_what_was_written(tmp_path: Path) -> None:
    said: list[str] = []
    summary = write_region(tmp_path, "2024-01", "2024-02", scale=0.01, progress=said.append)
    assert isinstance(summary, RegionSummary) and summary.periods == ("2024-01", "2024-02")
    written = [path for path in tmp_path.rglob("*.csv") if path.name != "kontroll.csv"]
    assert summary.files == len(written) == 2 * len(ENTITIES)
    assert summary.bytes == sum(path.stat().st_size for path in written)
    assert summary.rows["cosmic_vardkontakt"] == sum(len(contacts(tmp_path, p)) for p in summary.periods)
    assert [line[:7] for line in said] == ["2024-01", "2024-02"]
    assert summary.faults == 0 and not (tmp_path / "faults.csv").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_period": "2024-13"},
        {"first_period": "202407"},
        {"first_period": "1999-01"},
        {"first_period": "2024-08"},
        {"scale": 0.0},
        {"scale": 100.0},
        {"known_through": "2024-06"},
    ],
)
def test_an_argument_that_cannot_be_is_refused_in_swedish(tmp_path: Path, wrong: dict[str, object]) -> None:
    arguments: dict[str, object] = {"first_period": "2024-07", "last_period": "2024-07", "scale": 0.01}
    with pytest.raises(UsageError) as caught:
        write_region(tmp_path, **(arguments | wrong))  # type: ignore[arg-type]
    assert caught.value.next_step
    assert not list(tmp_path.iterdir())
