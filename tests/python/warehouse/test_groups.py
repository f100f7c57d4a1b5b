"""Groups arrive on days of their own: a month is built when any that makes periods is whole, and touched whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import load_contracts, period_groups
from orchestration.warehouse.model_meta import USED_UNIT_DATE, models_with
from orchestration.warehouse.touched import NEW_FILES, OWN, REGISTER
from tests.python.warehouse.planted import CLINIC, OTHER_CLINIC, call, contact, day, unit, waiting
from tests.python.warehouse.played import CALLS, CONTACTS, WAITING, Player, World

EARLIER, PERIOD, ONLY_CALLS = "2024-05", "2024-06", "2024-07"
PHONE_LINES = "measure_id = 'phone_same_day'"


@pytest.fixture(scope="module")
def player(built: Path, manifest: dict[str, Any]) -> Player:
    """dbt as it is played on the worlds of this file."""
    return Player(manifest, built / "build.duckdb")


@pytest.fixture
def world(player: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two months of care with a register, built."""
    monkeypatch.setattr("orchestration.warehouse.stage.run_dbt", player.run_dbt)
    world = World(tmp_path / "home", player)
    world.deliver_registers(EARLIER, [unit(EARLIER)])
    for period in (EARLIER, PERIOD):
        world.deliver(CONTACTS, period, [contact(period, f"done {period}")])
        world.deliver(WAITING, period, [waiting(period, f"waiting {period}")])
    world.build(PERIOD)
    return world


def rows_of_care(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All that is told, delivered or left out of care, and what each clinic would approve."""
    return {
        table: sorted(world.query(f"from {table} where {condition}"), key=repr)
        for table, condition in (
            ("marts.fct_completed_contact", "true"),
            ("marts.fct_waiting_contact", "true"),
            ("marts.mart_waiting_times", f"not ({PHONE_LINES})"),
            ("quality.deviations", "true"),
            ("delivery.delivery_content", "true"),
            ("delivery.delivery_completed", "true"),
            ("delivery.delivery_waiting", "true"),
            ("delivery.delivery_left_out", "true"),
        )
    } | {"approval": sorted(world.query(f"from approval.approval_clinic where period = '{PERIOD}'"))}


def phone_lines(world: World, period: str) -> list[tuple[Any, ...]]:
    return world.query(
        "select numerator, denominator, outside_hours_count from marts.mart_waiting_times "
        f"where {PHONE_LINES} and level = 'region' and period = ?",
        [period],
    )


def test_the_groups_that_make_periods_are_told_by_their_contracts_alone() -> None:
    assert period_groups(load_contracts()) == {"care", "listing", "operations", "phone", "wards"}
    by_group: dict[str, set[bool]] = {}
    for contract in load_contracts().values():
        by_group.setdefault(contract.group, set()).add(contract.makes_periods)
    makers = {"care": {True}, "listing": {True}, "operations": {True}, "phone": {True}, "wards": {True}}
    assert by_group == makers | {"plans": {False}, "registers": {False}}


def test_the_models_that_ask_the_register_tell_for_which_day(manifest: dict[str, Any]) -> None:
    told = models_with(USED_UNIT_DATE)
    assert told == {
        "int_waiting_times__row": "event_date",
        "int_phone__call": "received_date",
        "int_production__operation": "event_date",
        "int_production__listed": "event_date",
        "int_quality__file_stay": "admitted_date",
        "int_quality__file_ward_day": "event_date",
        "int_quality__file_operation": "event_date",
        "int_quality__file_listing": "event_date",
    }
    for name, column in told.items():
        assert column in manifest["nodes"][f"model.vardlager.{name}"]["columns"]
    asking = {
        node["name"]
        for node in manifest["nodes"].values()
        # What is made whole asks the register anew each time.
        if node["resource_type"] == "model"
        and "whole" not in node["config"]["tags"]
        and any(parent.endswith(".int_core__unit") for parent in node["depends_on"]["nodes"])
    }
    # A37 asks for a row in quarantine, whose unit is noted from the quarantine itself; an earlier contact (A20) is
    # noted as a row of its own period, which the look-back follows. The others tell a unit's own rows, or names that
    # are read anew each time.
    reviewed = {"review_row", "review_deviation", "review_listed_clinic"}
    earlier = {"rule_a37", "int_waiting_times__earlier_contact"}
    # What is made whole is made anew in every build, and touches no period.
    whole = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and "whole" in node["config"]["tags"]
    }
    assert asking - set(told) - whole == earlier | reviewed | {
        "dim_unit", "approval_clinic", "validation_production_figure",
    }  # fmt: skip


def failing_tests(world: World, manifest: dict[str, Any]) -> list[str]:
    """The tests of tests/dbt that find rows in the build."""
    asked = {
        node["name"]: node["compiled_code"].replace('"build".', '"warehouse".')
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["original_file_path"].startswith("tests/")
    }
    assert asked
    return sorted(name for name, code in asked.items() if world.query(code))


def test_calls_that_arrive_after_care_change_the_lines_of_the_telephone_alone(world: World) -> None:
    before = rows_of_care(world)
    assert phone_lines(world, PERIOD) == []
    world.deliver_calls(PERIOD, [call(PERIOD, "in time"), call(PERIOD, "late", hanterat=day(f"{PERIOD}-12"))])
    built = world.build(PERIOD)
    assert built.touched == {PERIOD: NEW_FILES}
    assert phone_lines(world, PERIOD) == [(1, 2, 0)]
    assert rows_of_care(world) == before
    world.deliver_calls(PERIOD, [call(PERIOD, "in time")])
    world.build(PERIOD)
    assert phone_lines(world, PERIOD) == [(1, 1, 0)]
    assert rows_of_care(world) == before


def test_care_that_arrives_again_leaves_the_lines_of_the_telephone_as_they_are(world: World) -> None:
    world.deliver_calls(PERIOD, [call(PERIOD, "in time")])
    world.build(PERIOD)
    world.deliver(CONTACTS, PERIOD, [contact(PERIOD, "another")])
    world.build(PERIOD)
    assert phone_lines(world, PERIOD) == [(1, 1, 0)]


def test_a_month_with_calls_alone_is_built_with_another_month(world: World, manifest: dict[str, Any]) -> None:
    world.deliver_calls(ONLY_CALLS, [call(ONLY_CALLS, "in time")])
    built = world.build(PERIOD)
    assert built.touched.keys() == {PERIOD, ONLY_CALLS} and built.touched[PERIOD] == OWN
    assert phone_lines(world, ONLY_CALLS) == [(1, 1, 0)]
    assert ONLY_CALLS not in dict(world.query("select period, content_hash from delivery.delivery_content"))
    # Those who waited at the end of the month before are not missed: a month without care has no flow.
    assert failing_tests(world, manifest) == []
    # Care follows: the month is whole with both.
    world.deliver(CONTACTS, ONLY_CALLS, [contact(ONLY_CALLS, "done")])
    world.deliver(WAITING, ONLY_CALLS, [waiting(ONLY_CALLS, "waits")])
    world.build(ONLY_CALLS)
    assert phone_lines(world, ONLY_CALLS) == [(1, 1, 0)]
    assert world.contents() == world.rebuilt(ONLY_CALLS).contents()


def test_a_group_that_is_not_whole_has_no_lines_and_stops_no_other(world: World) -> None:
    before = rows_of_care(world)
    world.deliver(CALLS, PERIOD, [call(PERIOD, "in time")])
    world.build(PERIOD)
    assert phone_lines(world, PERIOD) == []
    assert rows_of_care(world) == before


def test_cm02_a_unit_that_moves_touches_the_month_whose_calls_used_it(world: World) -> None:
    world.deliver_calls(ONLY_CALLS, [call(ONLY_CALLS, "in time")])
    world.build(ONLY_CALLS)
    moved = unit(PERIOD, klinik_hsaid=OTHER_CLINIC)
    world.deliver_registers(PERIOD, [moved])
    built = world.build(PERIOD)
    assert built.touched == {EARLIER: REGISTER, PERIOD: OWN, ONLY_CALLS: REGISTER}
    clinics = world.query(f"select unit_id from marts.mart_waiting_times where {PHONE_LINES} and level = 'clinic'")
    assert clinics == [(OTHER_CLINIC,)] and OTHER_CLINIC != CLINIC
