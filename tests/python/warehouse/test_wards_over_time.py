"""Files of wards, operations and listing that come, come again and are followed by others: what the rules then say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, UNIT, Row, contact, unit, waiting
from tests.python.warehouse.played import CONTACTS, WAITING, Player, World
from tests.python.warehouse.ward_cases import BEDS, LISTING, OPERATION, PERMISSION, STAY, beds, key_of, stay
from tests.python.warehouse.ward_cases import operation as planted_operation

BEFORE, MONTH, AFTER = "2012-02", "2012-03", "2012-04"
WARD, UNKNOWN = UNIT, "SE2321000131-E000000009999"


@pytest.fixture(scope="module")
def player(built: Path, manifest: dict[str, Any]) -> Player:
    """dbt as it is played on the worlds of this file."""
    return Player(manifest, built / "build.duckdb")


@pytest.fixture
def world(player: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two months of care with a register, built."""
    monkeypatch.setattr("orchestration.warehouse.stage.run_dbt", player.run_dbt)
    world = World(tmp_path / "home", player)
    world.deliver_registers(BEFORE, [unit(BEFORE, giltig_from=date(2010, 1, 1))])
    for period in (BEFORE, MONTH):
        world.deliver(CONTACTS, period, [contact(period, f"done {period}")])
        world.deliver(WAITING, period, [waiting(period, f"waiting {period}")])
    world.build(MONTH)
    return world


def deliver_wards(world: World, period: str, stays: list[Row], rows_of_beds: list[Row]) -> None:
    for entity, rows in ((STAY, stays), (PERMISSION, []), (BEDS, rows_of_beds)):
        world.deliver(entity, period, rows)


def own(period: str, episode: str, admitted: str, discharged: str | None, **values: Any) -> Row:
    return stay(period, episode, admitted, discharged, **{"avdelning_hsaid": WARD, **values})


def found(world: World, period: str) -> list[tuple[Any, ...]]:
    """Rule and episode of what is told of a period, without what is told of care."""
    return sorted(
        world.query(
            "select rule_id, contact_key, unit_id, clinic_id, event_date, detail from quality.deviations "
            "where period = ? and entity not in ('cosmic_vardkontakt', 'cosmic_vantelista')",
            [period],
        ),
        key=repr,
    )


FEBRUARYS = [
    own(BEFORE, "goes on", "02-10 10:00", None),
    own(BEFORE, "vanishes", "02-11 10:00", None),
    own(BEFORE, "transferred", "02-11 10:00", "02-29 20:00", ut_till="AVD"),
    own(BEFORE, "reversed", "02-11 10:00", "02-10 10:00"),
]
FEBRUARYS_BEDS = [beds(BEFORE, WARD, date(2012, 2, number)) for number in range(1, 30)]
MARCHES = [own(MONTH, "goes on", "02-10 10:00", "03-01 10:00")]


def test_b05_b07_what_is_told_of_a_month_stands_when_a_later_file_comes(world: World) -> None:
    deliver_wards(world, BEFORE, FEBRUARYS, FEBRUARYS_BEDS)
    world.build(MONTH)
    of_february = found(world, BEFORE)
    assert [row[0] for row in of_february] == ["B02"]
    assert found(world, MONTH) == []
    deliver_wards(world, MONTH, MARCHES, [beds(MONTH, WARD, date(2012, 3, 2))])
    world.build(MONTH)
    of_march = found(world, MONTH)
    assert [row[:2] for row in of_march] == [
        ("B03", None), ("B05", key_of("vanishes")), ("B07", key_of("transferred")),
    ]  # fmt: skip
    deliver_wards(
        world, AFTER, [own(AFTER, "transferred", "03-01 10:00", "04-01 10:00")], [beds(AFTER, WARD, date(2012, 4, 2))]
    )
    world.build(MONTH)
    assert (found(world, BEFORE), found(world, MONTH)) == (of_february, of_march)
    assert world.contents() == world.rebuilt(MONTH).contents()


def test_b05_b07_another_file_of_the_month_before_tells_the_month_after_anew(world: World) -> None:
    deliver_wards(world, BEFORE, FEBRUARYS, FEBRUARYS_BEDS)
    deliver_wards(world, MONTH, MARCHES, [beds(MONTH, WARD, date(2012, 3, 1))])
    world.build(MONTH)
    assert [row[0] for row in found(world, MONTH)] == ["B05", "B07"]
    corrected = [
        own(BEFORE, "vanishes", "02-11 10:00", "02-20 10:00"),
        own(BEFORE, "transferred", "02-11 10:00", "02-29 20:00"),
    ]
    deliver_wards(world, BEFORE, [FEBRUARYS[0], *corrected], FEBRUARYS_BEDS)
    world.build(BEFORE)
    assert (found(world, BEFORE), found(world, MONTH)) == ([], [])
    # Without the file of the month before there is nothing to compare with.
    deliver_wards(world, BEFORE, FEBRUARYS, FEBRUARYS_BEDS)
    world.withdraw(BEDS, BEFORE)
    world.build(MONTH)
    assert found(world, MONTH) == []
    assert world.contents() == world.rebuilt(MONTH).contents()


def test_cm02_a_ward_that_moves_touches_the_months_whose_days_and_stays_used_it(world: World) -> None:
    deliver_wards(world, BEFORE, FEBRUARYS, FEBRUARYS_BEDS)
    deliver_wards(world, MONTH, MARCHES, [beds(MONTH, WARD, date(2012, 3, 2))])
    world.build(MONTH)
    assert {row[3] for row in found(world, MONTH)} == {CLINIC}
    # The stays of March's deviations began in February, and the ward-day lies in March.
    moved = [
        unit(MONTH, giltig_from=date(2010, 1, 1), giltig_tom=date(2012, 2, 29)),
        unit(MONTH, giltig_from=date(2012, 3, 1), klinik_hsaid=OTHER_CLINIC),
    ]
    world.deliver_registers(MONTH, moved)
    world.build(BEFORE)
    assert {(row[0], row[3]) for row in found(world, MONTH)} == {
        ("B03", OTHER_CLINIC), ("B05", CLINIC), ("B07", CLINIC),
    }  # fmt: skip
    assert world.contents() == world.rebuilt(BEFORE).contents()


def approvals_and_deliveries(world: World) -> dict[str, list[tuple[Any, ...]]]:
    tables = (
        "approval.approval_clinic", "approval.approval_figure", "approval.approval_row_digest",
        "delivery.delivery_content", "delivery.delivery_completed", "delivery.delivery_waiting",
        "delivery.delivery_left_out", "marts.fct_completed_contact", "marts.fct_waiting_contact",
        "intermediate.int_quality__row_flag",
    )  # fmt: skip
    of_care = "where entity in ('cosmic_vardkontakt', 'cosmic_vantelista')"
    chosen = {"intermediate.int_quality__row_flag": f"{of_care} and period = '{MONTH}'"} | {
        # Views, of what the build computed: the first of both months, the next of this one.
        table: f"where period = '{MONTH}'"
        for table in tables
        if table.startswith("approval.")
    }
    return {table: sorted(world.query(f"from {table} {chosen.get(table, '')}"), key=repr) for table in tables}


def test_a_file_of_wards_operations_or_listing_changes_no_approval_and_nothing_that_is_delivered(world: World) -> None:
    before = approvals_and_deliveries(world)
    assert len(before["approval.approval_clinic"]) == 1
    faulty = [
        own(MONTH, "reversed", "03-10 10:00", "03-09 10:00"),
        own(
            MONTH, "unknown", "03-10 10:00", "03-11 10:00", avdelning_hsaid=UNKNOWN, patient_has_valid_check_digit=False
        ),
        own(MONTH, "without beds", "03-10 10:00", None),
    ]
    closed = [beds(MONTH, WARD, date(2012, 3, 11), 0), beds(MONTH, UNKNOWN, date(2012, 3, 11))]
    deliver_wards(world, MONTH, faulty, closed)
    world.deliver(
        OPERATION, MONTH, [planted_operation("unknown", enhet_hsaid=UNKNOWN, patient_has_valid_check_digit=False)]
    )
    world.deliver(
        LISTING, MONTH, [{"enhet_hsaid": UNKNOWN, "aldersgrupp": "6-64", "kon": "K", "antal": 1, "_period": MONTH}]
    )
    world.build(MONTH)
    assert {row[0] for row in found(world, MONTH)} == {"B02", "B03", "B04", "E01", "E03"}
    assert approvals_and_deliveries(world) == before


def test_no_kept_table_rests_on_what_is_made_whole_in_the_last_part_of_a_build(manifest: dict[str, Any]) -> None:
    nodes = {unique_id: node for unique_id, node in manifest["nodes"].items() if node["resource_type"] == "model"}

    def above(unique_id: str) -> set[str]:
        parents = {parent for parent in nodes[unique_id]["depends_on"]["nodes"] if parent in nodes}
        return parents.union(*map(above, parents))

    kept = [one for one, node in nodes.items() if node["config"]["materialized"] == "incremental"]
    whole = {one for one, node in nodes.items() if "whole" in node["config"]["tags"]}
    assert {nodes[one]["name"] for one in kept if above(one) & whole} == set()
    assert "deviations" in {nodes[one]["name"] for one in kept}
