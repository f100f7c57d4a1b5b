"""Faults of wards, operations, listing and plans: planted by NAME@entity only, where the list says they stand."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.synthetic_region import FAULT_NAMES, write_region

from .reading import Row, faults, file_of, rows_of, text_of

BEFORE, PERIOD = "2024-05", "2024-06"
STAYS, PERMISSIONS, BEDS, RISKS = (
    "cosmic_vardtillfalle",
    "cosmic_permission",
    "cosmic_vardplats",
    "cosmic_riskbedomning",
)
OPERATIONS, LISTING, PLAN = "provisio_operation", "cosmic_listning", "produktionsplan"
QUARANTINE, DUPLICATE = "karantän", "dubblett"
EXPECTED = {
    STAYS: {
        "overlapping_stays": "regel B01", "out_before_in": "regel B02", "vanished_stay": "regel B05",
        "transfer_without_continuation": "regel B07", "unknown_unit": "regel E01", "wrong_field_count": QUARANTINE,
        "bad_date": QUARANTINE, "empty_required": QUARANTINE, "bad_code": QUARANTINE, "decimal_point": QUARANTINE,
        "duplicate_identical": DUPLICATE, "duplicate_differing": QUARANTINE,
        "identity_in_wrong_column": "identiteten syns ingenstans",
    },
    PERMISSIONS: {
        "permission_outside": "regel B06", "wrong_field_count": QUARANTINE, "bad_date": QUARANTINE,
        "empty_required": QUARANTINE, "duplicate_identical": DUPLICATE, "duplicate_differing": QUARANTINE,
    },
    BEDS: {
        "ward_day_without_beds": "regel B03", "patients_where_closed": "regel B04", "unknown_unit": "regel E01",
        "wrong_field_count": QUARANTINE, "bad_date": QUARANTINE, "empty_required": QUARANTINE,
        "wrong_type": QUARANTINE, "duplicate_identical": DUPLICATE, "duplicate_differing": QUARANTINE,
    },
    RISKS: dict.fromkeys(("wrong_field_count", "bad_date", "empty_required", "bad_code"), QUARANTINE),
    OPERATIONS: {
        "wrong_month_row": "räknas i ingen månad", "unknown_unit": "regel E01", "wrong_field_count": QUARANTINE,
        "bad_date": QUARANTINE, "empty_required": QUARANTINE, "bad_code": QUARANTINE,
        "duplicate_identical": DUPLICATE, "duplicate_differing": QUARANTINE,
        "identity_in_wrong_column": "identiteten syns ingenstans",
    },
    LISTING: {
        **dict.fromkeys(("wrong_field_count", "empty_required", "wrong_type", "bad_code"), QUARANTINE),
        "unknown_unit": "räknas bara för regionen",
    },
    PLAN: {
        **dict.fromkeys(("wrong_field_count", "bad_date", "empty_required", "bad_code", "decimal_point"), QUARANTINE),
        "unknown_unit": "räknas bara för regionen",
    },
}  # fmt: skip
OWN_NAMES = {
    "overlapping_stays", "out_before_in", "vanished_stay", "transfer_without_continuation", "permission_outside",
    "ward_day_without_beds", "patients_where_closed",
}  # fmt: skip


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clean")
    write_region(out, BEFORE, PERIOD, scale=0.1)
    return out


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every row fault of every one of these entities."""
    out = tmp_path_factory.mktemp("faulty")
    write_region(out, BEFORE, PERIOD, scale=0.1, faults=[f"all_rows@{entity}" for entity in EXPECTED])
    return out


def planted(folder: Path, name: str, entity: str, period: str = PERIOD) -> list[Row]:
    file = file_of(folder, period, entity).name
    return [fault for fault in faults(folder) if fault["fault"] == name and fault["file"] == file]


def row_at(folder: Path, fault: Row, entity: str) -> Row:
    lines = text_of(folder, fault["period"], entity).splitlines()
    (values,) = csv.reader([lines[int(fault["line"]) - 1]], delimiter=";")
    return dict(zip(lines[0].split(";"), values, strict=True))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_every_fault_with_a_rule_of_its_own_can_be_named() -> None:
    assert set(FAULT_NAMES) >= OWN_NAMES


@pytest.mark.parametrize("entity", list(EXPECTED))
def test_all_rows_plants_every_fault_of_the_entity_and_lists_it(faulty: Path, entity: str) -> None:
    for period in (BEFORE, PERIOD):
        name = file_of(faulty, period, entity).name
        listed = {fault["fault"]: fault["expected"] for fault in faults(faulty) if fault["file"] == name}
        assert listed == EXPECTED[entity]


def test_each_value_stands_in_its_column_at_its_line(faulty: Path) -> None:
    compared = 0
    for entity in EXPECTED:
        for period in (BEFORE, PERIOD):
            for name in set(EXPECTED[entity]) - {"wrong_field_count", "vanished_stay", "ward_day_without_beds"}:
                for fault in planted(faulty, name, entity, period):
                    row = row_at(faulty, fault, entity)
                    assert name == "identity_in_wrong_column" or row[fault["column"]] == fault["value"], fault
                    compared += 1
    assert compared > 60


def test_the_files_of_care_and_calls_stay_as_they_were(clean: Path, faulty: Path) -> None:
    for entity in ("cosmic_vardkontakt", "cosmic_vantelista", "telefoni_samtal"):
        assert file_of(clean, PERIOD, entity).read_bytes() == file_of(faulty, PERIOD, entity).read_bytes()


def test_overlapping_stays_are_two_episodes_of_one_patient_as_b01_wants(faulty: Path) -> None:
    first, second = (row_at(faulty, fault, STAYS) for fault in planted(faulty, "overlapping_stays", STAYS))
    assert first["patient_id"] == second["patient_id"] and first["vardtillfalle_id"] != second["vardtillfalle_id"]
    assert first["in_tid"] == second["in_tid"] and first["ut_tid"] > first["in_tid"]


def test_out_before_in_stands_before_the_admission_as_b02_wants(faulty: Path) -> None:
    (fault,) = planted(faulty, "out_before_in", STAYS)
    row = row_at(faulty, fault, STAYS)
    assert row["ut_tid"] < row["in_tid"]


def patients_at_six(folder: Path, period: str, ward: str, day: str) -> int:
    six = f"{day} 06:00:00"
    return sum(
        row["avdelning_hsaid"] == ward and row["in_tid"] <= six and (row["ut_tid"] or "9") > six
        for row in rows_of(folder, period, STAYS)
    )


def test_a_ward_day_with_patients_has_no_row_of_beds_as_b03_wants(clean: Path, tmp_path: Path) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=0.1, faults=(f"ward_day_without_beds@{BEDS}",))
    (fault,) = faults(tmp_path)
    ward, day = fault["value"].split(" ")
    assert (ward, day) not in {(row["avdelning_hsaid"], row["datum"]) for row in rows_of(tmp_path, PERIOD, BEDS)}
    before, after = (text_of(folder, PERIOD, BEDS).splitlines() for folder in (clean, tmp_path))
    assert before[: int(fault["line"]) - 1] + before[int(fault["line"]) :] == after
    assert patients_at_six(tmp_path, PERIOD, ward, day) > 0


def test_patients_lie_where_there_are_no_beds_as_b04_wants(faulty: Path) -> None:
    (fault,) = planted(faulty, "patients_where_closed", BEDS)
    row = row_at(faulty, fault, BEDS)
    assert row["disponibla"] == "0" and patients_at_six(faulty, PERIOD, row["avdelning_hsaid"], row["datum"]) > 0


def test_a_stay_open_in_the_file_before_is_gone_as_b05_wants(clean: Path, faulty: Path) -> None:
    (fault,) = planted(faulty, "vanished_stay", STAYS)
    key = tuple(fault["value"].split(" "))
    told = {(row["vardtillfalle_id"], row["vistelse_nr"]): row for row in rows_of(faulty, BEFORE, STAYS)}
    assert told[key]["ut_tid"] == ""
    assert key in {(row["vardtillfalle_id"], row["vistelse_nr"]) for row in rows_of(clean, PERIOD, STAYS)}
    assert key not in {(row["vardtillfalle_id"], row["vistelse_nr"]) for row in rows_of(faulty, PERIOD, STAYS)}


def test_a_permission_begins_before_its_stay_as_b06_wants(faulty: Path) -> None:
    (fault,) = planted(faulty, "permission_outside", PERMISSIONS)
    row = row_at(faulty, fault, PERMISSIONS)
    (stay,) = [
        stay
        for stay in rows_of(faulty, PERIOD, STAYS)
        if (stay["vardtillfalle_id"], stay["vistelse_nr"]) == (row["vardtillfalle_id"], row["vistelse_nr"])
    ]
    assert row["fran_tid"] < stay["in_tid"]


def test_a_transfer_is_told_twice_and_nothing_follows_it_as_b07_wants(faulty: Path) -> None:
    told = [row_at(faulty, fault, STAYS) for fault in planted(faulty, "transfer_without_continuation", STAYS)]
    again = {row["vardtillfalle_id"]: row for row in told if row["ut_tid"][:7] == BEFORE}
    (first,) = [
        row
        for fault in planted(faulty, "transfer_without_continuation", STAYS, BEFORE)
        if (row := row_at(faulty, fault, STAYS))["ut_tid"][:7] == BEFORE
    ]
    assert list(again) == [first["vardtillfalle_id"]] and again[first["vardtillfalle_id"]]["ut_till"] == "AVD"
    left = moment(first["ut_tid"])
    for period in (BEFORE, PERIOD):
        for row in rows_of(faulty, period, STAYS):
            if row["patient_id"] == first["patient_id"] and row["vardtillfalle_id"] != first["vardtillfalle_id"]:
                begins = moment(row["in_tid"])
                assert not left <= begins <= left + timedelta(hours=24)


def test_a_fault_of_these_files_is_planted_only_where_it_is_asked_for(tmp_path: Path) -> None:
    for wrong in ("overlapping_stays", f"overlapping_stays@{BEDS}", f"duplicate_identical@{PLAN}", f"nej@{STAYS}"):
        with pytest.raises(UsageError) as caught:
            write_region(tmp_path, PERIOD, PERIOD, scale=0.02, faults=(wrong,))
        assert caught.value.next_step
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("entity", [STAYS, BEDS, OPERATIONS, PLAN])
def test_the_faults_of_a_whole_file_can_be_put_here(tmp_path: Path, entity: str) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=0.005, faults=(f"header_only@{entity}", f"missing_column@{LISTING}"))
    assert rows_of(tmp_path, PERIOD, entity) == []
    assert "antal" not in rows_of(tmp_path, PERIOD, LISTING)[0]
    (empty,) = [fault for fault in faults(tmp_path) if fault["fault"] == "header_only"]
    assert (empty["expected"] == "filen avvisas") == (entity in (STAYS, BEDS))


def test_a_file_of_beds_can_be_of_another_month(tmp_path: Path) -> None:
    write_region(tmp_path, PERIOD, PERIOD, scale=0.005, faults=(f"wrong_month_file@{BEDS}",))
    assert {row["datum"][:7] for row in rows_of(tmp_path, PERIOD, BEDS)} == {BEFORE}
