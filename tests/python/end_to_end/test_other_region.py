"""A region never seen before runs its months to a valid delivery, with figures counted by hand beside its rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .command import NATIONAL, Done, Place, elements, schema_errors
from .killing import Forge

MONTHS = ("2025-02", "2025-03")
OTHER = {
    "region_code": 54,
    "region_name": "Region Annorstädes",
    "region_hsa_id": "SE2321000156-0001",
    "county_prefix": '"17"',
    "mvo_list": '["511", "311", "931", "800"]',
}


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory, forge: Forge) -> tuple[Place, Done, dict[str, Any]]:
    place = Place(tmp_path_factory.mktemp("other"), OTHER, forge=forge)
    told = json.loads(place.fixture("other_region.py", *MONTHS))
    done = place.command("run", "--from", MONTHS[0], "--period", MONTHS[1], "--approve-all", "prov")
    return place, done, told


@pytest.fixture(scope="session")
def figures(region: tuple[Place, Done, dict[str, Any]]) -> list[dict[str, str]]:
    return region[0].rows("select * from marts.mart_waiting_times where sex = 'all' and specialty_group = 'all'")


def test_both_months_run_to_their_end_without_a_change_of_code(region: tuple[Place, Done, dict[str, Any]]) -> None:
    assert region[1].code == 0, region[1].said


@pytest.mark.parametrize("period", MONTHS)
def test_wt31_the_shares_are_those_counted_by_hand(
    region: tuple[Place, Done, dict[str, Any]], figures: list[dict[str, str]], period: str
) -> None:
    wanted = {tuple(row[:5]): (row[5], row[6]) for row in region[2]["expected"]}
    keys = ("measure_id", "population", "variant", "level", "unit_id")
    found = {
        tuple(row[key] for key in keys): (int(row["numerator"]), int(row["denominator"]))
        for row in figures
        if row["period"] == period
    }
    assert len(wanted) == 20
    assert {key: found.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("period", MONTHS)
def test_wt33_contacts_medians_and_long_waits_are_those_counted_by_hand(
    region: tuple[Place, Done, dict[str, Any]], figures: list[dict[str, str]], period: str
) -> None:
    for measure, population, contacts, median, over_150 in region[2]["statistics"]:
        rows = [
            row
            for row in figures
            if (row["period"], row["measure_id"], row["population"], row["level"])
            == (period, measure, population, "region")
        ]
        assert len(rows) == 4
        for row in rows:
            assert int(row["contacts_count"]) == contacts
            assert float(row["median_wait_days"]) == median
            assert int(row["over_150_days_count"]) == over_150


@pytest.mark.parametrize("period", MONTHS)
def test_dl01_the_delivery_holds_the_regions_own_contacts(
    region: tuple[Place, Done, dict[str, Any]], period: str
) -> None:
    place, _, told = region
    completed = elements(place.package(period) / "genomforda_kontakter.xml")
    waiting = elements(place.package(period) / "vantande_kontakter.xml")
    assert (len(completed), len(waiting)) == (told["delivered"]["completed"], told["delivered"]["waiting"])
    for row in completed + waiting:
        assert row["Regionkod"] == "54"
        assert row["HSAIdRegion"] == "SE2321000156-0001"
        assert row["HSAIdEnhet"].startswith("SE2321000156-U")
        assert row["HSAIdVardenhet"].startswith("SE2321000156-K")
    assert {row["StartAktivitet"][:7] for row in completed} == {period}
    assert {row["Lkf"] for row in completed} == {"1780", "0380", "0000"}, "utomläns levereras"


@pytest.mark.parametrize("period", MONTHS)
def test_dl02_a_protected_identity_is_delivered_without_municipality_and_listing(
    region: tuple[Place, Done, dict[str, Any]], period: str
) -> None:
    completed = elements(region[0].package(period) / "genomforda_kontakter.xml")
    [protected] = [row for row in completed if row["Lkf"] == "0000"]
    assert "HSAIdPatientListning" not in protected
    assert all("HSAIdPatientListning" in row for row in completed if row is not protected)


@pytest.mark.skipif(not NATIONAL.is_dir(), reason="de nationella schemana finns inte här")
@pytest.mark.parametrize("period", MONTHS)
@pytest.mark.parametrize(
    "name,schema", [("genomforda_kontakter.xml", "Genomforda"), ("vantande_kontakter.xml", "Vantande")]
)
def test_the_xml_is_valid_against_the_national_schema(
    region: tuple[Place, Done, dict[str, Any]], period: str, name: str, schema: str
) -> None:
    assert schema_errors(region[0].package(period) / name, schema) == []


def test_units_areas_and_history_are_the_regions_own(region: tuple[Place, Done, dict[str, Any]]) -> None:
    rows = region[0].rows("select distinct unit_id, clinic_name, area_name, specialty_group from marts.dim_unit")
    assert len({row["unit_id"] for row in rows}) == 4
    assert {row["area_name"] for row in rows} == {"Norra länsdelen", "Södra länsdelen"}
    assert 'Ortopedi "Höft; knä"' in {row["clinic_name"] for row in rows}


def test_an_earlier_month_delivered_later_holds_its_own_rows(region: tuple[Place, Done, dict[str, Any]]) -> None:
    """The build database holds the last month run; another month's delivery must not take rows from it."""
    place, _, told = region
    done = place.command("deliver", "--period", MONTHS[0], "--approve-all", "rättelse")
    assert done.code == 0, done.said
    first, second = (place.package(MONTHS[0], version) / "genomforda_kontakter.xml" for version in (1, 2))
    assert [{**row} for row in elements(second)] == [{**row} for row in elements(first)]
    assert 'DatatGallerFor="2025-02-01"' in second.read_text("utf-8")
    assert len(elements(second)) == told["delivered"]["completed"]


def test_a_refused_redelivery_is_exit_4_and_the_month_keeps_its_last_good_state(
    region: tuple[Place, Done, dict[str, Any]], figures: list[dict[str, str]]
) -> None:
    place, _, _ = region
    folder = place.home / "inbox" / MONTHS[1]
    (folder / "kontroll.csv").unlink()
    waiting = folder / f"cosmic_vantelista_{MONTHS[1].replace('-', '')}.csv"
    waiting.write_bytes(waiting.read_bytes().splitlines(keepends=True)[0])
    packages = sorted(path.name for path in place.package(MONTHS[1]).parent.iterdir())
    done = place.command("run", "--period", MONTHS[1])
    assert done.code == 4, done.said
    assert waiting.name in done.said
    kept = place.rows("select * from marts.mart_waiting_times where sex = 'all' and specialty_group = 'all'")
    assert sorted(map(str, kept)) == sorted(map(str, figures))
    assert sorted(path.name for path in place.package(MONTHS[1]).parent.iterdir()) == packages
    assert "avvisad" in place.command("status", "--period", MONTHS[1]).out
