"""Production (RULES section 4): each product's filter, the windows, the plans, and each fault in their models."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contracts import PROJECT_ROOT
from tests.python.warehouse.equivalents_production import PRODUCTION_EQUIVALENTS
from tests.python.warehouse.mutants import mutants_of
from tests.python.warehouse.production_cases import (
    CONTACTS,
    EYES,
    INPATIENT,
    LISTED,
    MONTH,
    MOVE_MONTH,
    OPERATIONS,
    WINDOWS,
    Counted,
    write_production,
)
from tests.python.warehouse.production_figures import (
    ABSENT,
    CHECKS,
    EVERY_LINE,
    MART_LINES,
    MONTH_LINES,
    Key,
    is_close,
    level_lines,
    standing,
)
from tests.python.warehouse.production_world import DATABASE_NAME, build_models, failing_tests
from tests.python.warehouse.recomputing import Recomputing
from tests.python.warehouse.test_mutations import told
from tests.python.warehouse.test_mutations_of_waiting_times import in_pieces

MART = "marts.mart_production"
# The leap day alone, on which February's rows ask which products there are, and pieces on either side of it: where
# two of them hold, a product stands twice.
PIECES = [
    ("valid_from", "2020-01-31", False),
    ("2020-02-01", "2020-02-28", True),
    ("2020-02-29", "2020-02-29", False),
    ("2020-03-01", "2020-03-30", True),
    ("2020-03-31", None, False),
]


def seed_products() -> list[dict[str, str]]:
    with (PROJECT_ROOT / "seeds" / "products.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def built_production(
    built: Path, manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """The folder of the build of what is planted for production, and the models in it."""
    folder = tmp_path_factory.mktemp("production")
    write_production(folder / DATABASE_NAME)
    return folder, build_models(folder / DATABASE_NAME, built / DATABASE_NAME, manifest)


@pytest.fixture(scope="module")
def connection(built_production: tuple[Path, list[str]]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_production[0] / DATABASE_NAME), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def lines(connection: duckdb.DuckDBPyConnection) -> dict[Key, list[dict[str, Any]]]:
    return standing(connection, MART)


@pytest.fixture(scope="module")
def world(built_production: tuple[Path, list[str]], manifest: dict[str, Any]) -> Iterator[Recomputing]:
    """The build with the products in pieces."""
    recomputing = Recomputing(built_production[0], manifest, dict(CHECKS))
    # A join without its condition would sum millions of months before it filled more.
    recomputing.connection.execute("set memory_limit = '200MB'")
    products = recomputing.relation("products")
    recomputing.exchange("products", in_pieces(products, "not is_stock as is_stock", PIECES))
    for model in recomputing.children("products"):
        recomputing.exchange(model, recomputing.code(model))
    yield recomputing
    recomputing.close()


def test_the_products_are_those_of_the_rules() -> None:
    """RULES section 4's table, in its order; a product's group is what it is loaded with."""
    visits = ("visits_doctor", "visits_doctor_distance", "visits_other", "visits_other_distance")
    operations = ("", "_inpatient", "_day", "_clinic", "_unclassified", "_cancelled")
    expected = {
        "care": [
            *visits, "day_care", "vaccinations", "no_show", *(f"pc_{visit}" for visit in visits), "pc_vaccinations",
            *(f"priv_{visit}" for visit in visits),
        ],
        "wards": [
            "episodes_somatic", "bed_days_somatic_discharged", "bed_days_psychiatric_occupied", "drg_points",
        ],
        "operations": [*(f"operations{kind}" for kind in operations), "knife_hours"],
        "listing": ["listed_persons"],
    }  # fmt: skip
    found: dict[str, list[str]] = {}
    for row in seed_products():
        found.setdefault(row["group_name"], []).append(row["product_id"])
    assert found == expected
    assert [row["product_id"] for row in seed_products() if row["is_stock"] == "true"] == ["listed_persons"]


def test_every_product_has_planted_rows_and_rows_beside_it() -> None:
    planted = {key[1] for key in EVERY_LINE if key[0] == MONTH}
    assert planted == {row["product_id"] for row in seed_products()}
    assert any(not counted.products for counted in CONTACTS)
    assert any(not counted.products for counted in OPERATIONS)


# Counted by hand from production_cases.py, so that the sums below are held by something.
FEBRUARY = {
    "visits_doctor": 6, "visits_doctor_distance": 1, "visits_other": 10, "visits_other_distance": 2, "day_care": 2,
    "vaccinations": 1, "no_show": 5, "pc_visits_doctor": 5, "pc_visits_doctor_distance": 1, "pc_visits_other": 2,
    "pc_visits_other_distance": 1, "pc_vaccinations": 2, "priv_visits_doctor": 3, "priv_visits_doctor_distance": 1,
    "priv_visits_other": 2, "priv_visits_other_distance": 1, "operations": 15, "operations_inpatient": 6,
    "operations_day": 3, "operations_clinic": 4, "operations_unclassified": 2, "operations_cancelled": 4,
    "knife_hours": 55 / 12, "listed_persons": 1055, "episodes_somatic": 5, "bed_days_somatic_discharged": 44,
    "bed_days_psychiatric_occupied": 17, "drg_points": 7.25,
}  # fmt: skip


@pytest.mark.parametrize("product", FEBRUARY)
def test_pr06_cm06_cm08_each_product_counts_its_own_rows(product: str, lines: dict[Key, list[dict[str, Any]]]) -> None:
    [line] = lines[MONTH, product, "region", "*"]
    assert is_close(line["actual"], FEBRUARY[product])


@pytest.mark.parametrize(
    "counted", [*CONTACTS, *OPERATIONS], ids=lambda one: one.row.get("vardkontakt_id") or one.row["operation_id"]
)
def test_pr06_a_row_counts_in_its_products_alone(
    counted: Counted, world: Recomputing, manifest: dict[str, Any]
) -> None:
    """A row taken away changes its own products, by its own amount, at its own place, and no other line."""
    model, column = (
        ("int_waiting_times__row", "contact_key")
        if "vardkontakt_id" in counted.row
        else ("stg_provisio__operation", "operation_key")
    )
    row = counted.row
    key = row.get("contact_key") or row["operation_key"]
    without = f"from {world.relation(model)} where not ({column} = '{key}' and period = '{row['_period']}')"
    child = "int_production__month"
    with world.exchanged(model, without):
        if model != "int_waiting_times__row":
            world.exchange("int_production__operation", world.code("int_production__operation"))
        found = {
            line[:4]: float(line[4])
            for line in world.connection.execute(f"from ({world.code(child)})").fetchall()
        }  # fmt: skip
    own = level_lines([counted])
    for line, amount in MONTH_LINES.items():
        assert is_close(found.get(line, 0), amount - own.get(line, 0)), line


@pytest.mark.parametrize("key", MART_LINES, ids=" ".join)
def test_pr06_windows_and_plans_of_a_line(key: Key, lines: dict[Key, list[dict[str, Any]]]) -> None:
    [line] = lines[key]
    for name, value in MART_LINES[key].items():
        assert is_close(line[name], value), (name, line[name], value)


@pytest.mark.parametrize("key", ABSENT, ids=" ".join)
def test_pr06_what_is_not_loaded_or_has_nothing_has_no_line(key: Key, lines: dict[Key, list[dict[str, Any]]]) -> None:
    assert key not in lines


def test_pr06_the_models_hold_all_that_was_counted(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> None:
    nodes = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    wrong = [model for model, check in CHECKS.items() if not check(connection, f"{nodes[model]['schema']}.{model}")]
    assert wrong == []


def test_cm03_sums_over_units_are_the_clinics_areas_and_region(lines: dict[Key, list[dict[str, Any]]]) -> None:
    """Of what units are known; the rest stands at the region alone."""
    unknown = level_lines(one for one in (*CONTACTS, *OPERATIONS, *WINDOWS, *LISTED, *INPATIENT) if one.place is None)
    sums: Counter[tuple[str, str, str]] = Counter()
    for (period, product, level, _), [line] in lines.items():
        sums[period, product, level] += line["actual"]
    for (period, product, level), amount in sums.items():
        beside = unknown.get((period, product, "region", "*"), 0) if level == "region" else 0
        assert is_close(amount, float(sums[period, product, "unit"]) + beside), (period, product, level)


def test_cm02_months_before_a_unit_moves_stay_with_its_clinic(lines: dict[Key, list[dict[str, Any]]]) -> None:
    [line] = lines[MOVE_MONTH, "visits_doctor", "clinic", EYES]
    assert (line["actual"], line["ytd_actual"]) == (1, 4)


def test_the_builds_own_tests_pass_on_the_planted_rows(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], built_production: tuple[Path, list[str]]
) -> None:
    assert failing_tests(connection, manifest, built_production[1]) == []


def test_products_in_pieces_change_no_figure(world: Recomputing) -> None:
    assert [model for model in world.checks if not world.holds(model)] == []


MODELS = [
    "int_production__operation", "int_production__listed", "int_production__month", "int_production__product_period",
    "int_production__plan_row", "int_production__plan", "int_production__plan_remark", "mart_production",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_each_fault_in_a_model_of_production_is_told_by_a_planted_row(model: str, world: Recomputing) -> None:
    mutants = mutants_of(world.code(model), world.connection)
    survivors = [mutant.change for mutant in mutants if not world.is_noticed(model, mutant.sql)]
    wrong = told(model, mutants, survivors, PRODUCTION_EQUIVALENTS.get(model, {}))
    assert not wrong, wrong
    assert len(mutants) > 1


FILTERS = (
    "care_level", "ownership", "contact_forms", "profession_codes", "excluded_profession_codes", "operation_status",
    "operation_types", "specialty_groups",
)  # fmt: skip


@pytest.mark.parametrize("product", [row["product_id"] for row in seed_products()])
def test_each_filter_of_a_product_removed_or_another_changes_a_planted_figure(product: str, world: Recomputing) -> None:
    [row] = [row for row in seed_products() if row["product_id"] == product]
    reader = "mart_production" if row["group_name"] == "wards" else "int_production__month"
    for column in FILTERS:
        codes = row[column].split("|") if row[column] else []
        values = (
            ["null", *("|".join(code for code in codes if code != left_out) for left_out in codes)] if codes else []
        )
        for value in values:
            text = f"'{value}'" if value and value != "null" else "null"
            changed = (
                f"select * replace (case when product_id = '{product}' then {text} else {column} end as {column}) "
                f"from {world.relation('products')}"
            )
            assert world.is_noticed("products", changed, by=[reader]), (column, value)
