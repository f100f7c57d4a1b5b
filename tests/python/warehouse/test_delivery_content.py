"""What a delivery holds as one hash, and what follows: which periods are delivered and which are preliminary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.python.warehouse.cases import RULE_PERIOD, whole_plant
from tests.python.warehouse.planted import query
from tests.python.warehouse.recomputing import Recomputing

CARE_PERIODS = {row["_period"] for row in [*whole_plant().contacts, *whole_plant().waiting]}
Version = tuple[str, str, int, str]


@pytest.fixture(scope="module")
def world(built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    recomputing = Recomputing(built, manifest, {})
    yield recomputing
    recomputing.close()


def content_of(world: Recomputing, period: str) -> str:
    rows = world.connection.execute(
        f"select content_hash from {world.relation('delivery_content')} where period = ?", [period]
    ).fetchall()
    return str(rows[0][0])


def content_now(world: Recomputing) -> str:
    """The content of the rules' period, made anew of what stands exchanged."""
    rows = world.connection.execute(
        f"select content_hash from ({world.code('delivery_content')}) where period = ?", [RULE_PERIOD]
    ).fetchall()
    return str(rows[0][0])


def delivered_periods(world: Recomputing, *versions: Version) -> set[str]:
    """Periods told as delivered after these (receiver, period, version, content) were; all groups must agree."""
    listed = ", ".join(f"('{one}', '{period}', {version}, '{content}')" for one, period, version, content in versions)
    nothing = "('', '', 0, '')"
    source = (
        "select receiver, period, version, timestamp '2024-08-18 08:00:00' as created_at, 1 as contacts_completed, "
        "1 as contacts_waiting, 0 as left_out_count, null as replaced_version, 'built' as status, content_hash "
        f"from (values {listed or nothing}) as told (receiver, period, version, content_hash) "
        "where receiver <> ''"
    )
    with world.exchanged("delivery", source):
        rows = world.connection.execute(world.code("periods")).fetchall()
    told: dict[str, set[bool]] = {}
    for row in rows:
        assert row[5] is not row[6]
        told.setdefault(row[0], set()).add(row[6])
    assert all(len(marks) == 1 for marks in told.values())
    return {period for period, marks in told.items() if marks == {True}}


def test_every_period_of_care_has_its_content_told_delivered_or_not(database: Path) -> None:
    periods = query(database, "select period from delivery.delivery_content order by period")
    assert [period for (period,) in periods] == sorted(CARE_PERIODS)


def test_the_content_counts_the_rows_to_deliver(database: Path) -> None:
    counted = query(
        database,
        "select (select count(*) from delivery.delivery_completed where period = $1) "
        "+ (select count(*) from delivery.delivery_waiting where period = $1), "
        "(select rows_count from delivery.delivery_content where period = $1)",
        [RULE_PERIOD],
    )
    assert counted[0][0] == counted[0][1] > 0


def test_without_delivery_every_period_is_preliminary(world: Recomputing) -> None:
    assert delivered_periods(world) == set()


def test_a_period_is_delivered_when_the_newest_version_holds_what_would_be_delivered_now(world: Recomputing) -> None:
    now = content_of(world, RULE_PERIOD)
    assert delivered_periods(world, ("skr", RULE_PERIOD, 1, now)) == {RULE_PERIOD}
    assert delivered_periods(world, ("skr", RULE_PERIOD, 1, "other")) == set()
    assert delivered_periods(world, ("skr", RULE_PERIOD, 1, now), ("skr", RULE_PERIOD, 2, "other")) == set()
    assert delivered_periods(world, ("skr", RULE_PERIOD, 9, "other"), ("skr", RULE_PERIOD, 10, now)) == {RULE_PERIOD}
    assert delivered_periods(world, ("skr", RULE_PERIOD, 10, "other"), ("skr", RULE_PERIOD, 9, now)) == set()


def test_a_period_is_preliminary_until_every_receiver_has_what_would_be_delivered_now(world: Recomputing) -> None:
    now = content_of(world, RULE_PERIOD)
    one, other = ("skr", RULE_PERIOD, 1, now), ("other", RULE_PERIOD, 1, "earlier")
    assert delivered_periods(world, one, other) == set()
    assert delivered_periods(world, one, ("other", RULE_PERIOD, 1, now)) == {RULE_PERIOD}


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (
            "delivery_completed",
            "select * replace (case when {first} then 999 else fodelse_ar end as fodelse_ar) from {it}",
        ),
        (
            "delivery_waiting",
            "select * replace (case when {first} then 'x' else hsaid_enhet end as hsaid_enhet) from {it}",
        ),
        ("delivery_waiting", "select * from {it} where not {first}"),
        ("delivery_completed", "select * from {it} union all select * from {it} where {first}"),
        (
            "delivery_left_out",
            "select * replace (case when period = '{period}' then rows_count + 1 else rows_count end as rows_count) "
            "from {it}",
        ),
    ],
)
def test_one_row_changed_gone_or_doubled_is_another_content(model: str, change: str, world: Recomputing) -> None:
    before = content_of(world, RULE_PERIOD)
    it = world.relation(model)
    first = (
        f"(period = '{RULE_PERIOD}' and contact_key = "
        f"(select min(contact_key) from {it} where period = '{RULE_PERIOD}'))"
    )
    sql = change.format(first=first, it=it, period=RULE_PERIOD)
    with world.exchanged(model, sql), world.exchanged("delivery_row_digest", world.code("delivery_row_digest")):
        rows = dict(
            world.connection.execute(f"select period, content_hash from ({world.code('delivery_content')})").fetchall()
        )
    assert rows[RULE_PERIOD] != before


@pytest.mark.parametrize("column", ["source_line + 1 as source_line", "load_id + 1 as load_id"])
def test_another_place_in_another_file_is_the_same_content(column: str, world: Recomputing) -> None:
    before = content_of(world, RULE_PERIOD)
    moved = f"select * replace ({column}) from {world.relation('delivery_completed')}"
    with (
        world.exchanged("delivery_completed", moved),
        world.exchanged("delivery_row_digest", world.code("delivery_row_digest")),
    ):
        rows = dict(
            world.connection.execute(f"select period, content_hash from ({world.code('delivery_content')})").fetchall()
        )
    assert rows[RULE_PERIOD] == before
