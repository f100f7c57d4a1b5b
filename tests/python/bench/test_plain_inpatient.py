"""The marts of beds and readmissions calculated twice from the same facts: by the models, and by plain SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.plain import INPATIENT_FILE, calculate, read_statements
from tests.python.warehouse.inpatient_facts import WARDS, Row, episode, plant_facts, ward_day
from tests.python.warehouse.recomputing import Recomputing

FACTS = ("fct_ward_day", "fct_inpatient_episode")
MARTS = ("marts.mart_occupancy", "marts.mart_readmission")
STATEMENTS = {table: read_statements(INPATIENT_FILE)[table] for table in MARTS}
# Two years and a half, with a hole in it.
MONTHS = [f"{year}-{month:02}" for year in (2022, 2023, 2024) for month in range(1, 13)]
SOME_MONTHS = [month for month in MONTHS[:30] if month != "2022-05"]


def any_ward_days(chance: random.Random) -> list[Row]:
    """Days of every ward in every loaded month: with beds, without a bed row, with no bed that can be used."""
    return [
        ward_day(f"{month}-{day:02}", ward, chance.choice([None, 0, 10, 10, 10, 29]), chance.randint(0, 14), day % 3)
        for month in SOME_MONTHS
        for ward in WARDS
        for day in (1, 14)
        if not (ward == "A2 moved" and day == 1) and not (ward == "A2" and day == 14)
    ]


def any_episodes(chance: random.Random) -> list[Row]:
    """Episodes of all lengths, ages and ends, some open, some discharged in a month that is not loaded."""
    rows = []
    for number in range(900):
        admitted = datetime(2021, 12, 1) + timedelta(minutes=chance.randint(0, 960 * 1440))
        discharged = admitted + timedelta(minutes=chance.randint(0, 60 * 1440))
        is_open, is_reversed = chance.random() < 0.03, chance.random() < 0.03
        rows.append(
            episode(
                f"any {number}", chance.choice(list(WARDS)), admitted.date().isoformat(),
                None if is_open else discharged.date().isoformat(), sex=chance.choice("KMO"), admitted_at=admitted,
                discharged_at=None if is_open else discharged, is_reversed=is_reversed,
                bed_days=None if is_open or is_reversed else (discharged.date() - admitted.date()).days + 1,
                age_at_admission_years=chance.choice([None, 15, 64, 65, 66, 90]),
                is_readmission_30d=chance.random() < 0.2, is_index_candidate=not is_open and chance.random() < 0.8,
                has_municipal_care=chance.choice([None, True, False]), is_risk_assessed=chance.random() < 0.6,
                discharge_ready_at=chance.choice([None, admitted + timedelta(days=chance.randint(-3, 40))]),
            )
        )  # fmt: skip
    return rows


@pytest.fixture(scope="module", params=["counted by hand", "of any kind"])
def world(request: pytest.FixtureRequest, built: Path, manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The facts, their marts, and beside them what plain SQL reads."""
    chance = random.Random(6)
    any_facts: dict[str, Any] = {
        "ward_days": any_ward_days(chance), "episodes": any_episodes(chance), "loaded": SOME_MONTHS,
        "assessed": SOME_MONTHS[6:],
    }  # fmt: skip
    recomputing = plant_facts(built, manifest, {}, **(any_facts if request.param == "of any kind" else {}))
    connection = recomputing.connection
    for schema in ("lake", "marts"):
        connection.execute(f"create schema {schema}")
    connection.execute(f"create view control.loaded_period as from {recomputing.relation('loaded_period')}")
    assessments = recomputing.relation("stg_cosmic__riskbedomning")
    connection.execute(f"create view lake.cosmic_riskbedomning as select period as _period from {assessments}")
    for fact in FACTS:
        connection.execute(f"create view marts.{fact} as from {recomputing.relation(fact)}")
    for name, sql in STATEMENTS.items():
        calculate(connection, name, sql)
    yield recomputing
    recomputing.close()


def differences(world: Recomputing, table: str) -> tuple[list[Any], list[Any]]:
    """Lines that only the model has, and lines that only plain SQL has."""
    model = world.relation(table.split(".")[1])
    columns = ", ".join(row[0] for row in world.connection.execute(f"describe {model}").fetchall())
    ours, plain = f"select {columns} from {model}", f"select {columns} from {table}"
    return (
        world.connection.execute(f"{ours} except all {plain} order by all limit 3").fetchall(),
        world.connection.execute(f"{plain} except all {ours} order by all limit 3").fetchall(),
    )


@pytest.mark.parametrize("table", STATEMENTS)
def test_plain_sql_gives_every_line_of_the_marts_of_inpatients(table: str, world: Recomputing) -> None:
    assert differences(world, table) == ([], [])
    [(lines,)] = world.connection.execute(f"select count(*) from {table}").fetchall()
    assert lines > 200


@pytest.mark.parametrize("table", STATEMENTS)
def test_plain_sql_and_the_marts_of_inpatients_have_the_same_columns(table: str, world: Recomputing) -> None:
    def columns(relation: str) -> set[str]:
        return {row[0] for row in world.connection.execute(f"describe {relation}").fetchall()}

    assert columns(table) == columns(world.relation(table.split(".")[1]))


def test_one_changed_figure_of_a_mart_of_inpatients_is_told(world: Recomputing) -> None:
    for table, column in zip(MARTS, ("r12_discharge_ready_days", "ytd_numerator"), strict=True):
        model = table.split(".")[1]
        with world.exchanged(model, f"select * replace ({column} + 1 as {column}) from {world.relation(model)}"):
            ours, plain = differences(world, table)
        assert ours and plain
