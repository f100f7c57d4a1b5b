"""A region's published tables of production come out of unit-level rows: the printed percentages and full years.

The rows are made by a script of their own (tests/fixtures/published_production.py), where what is printed stands with
its source; beside the project lies the transcript that it was copied from.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contracts import load_contracts
from tests.fixtures.published_production import LATE_MONTH, MONTHS, OWN_UNITS, TABLE, UNCLASSIFIED, Printed, write
from tests.python.warehouse.planted import Plant
from tests.python.warehouse.production_cases import note_loaded
from tests.python.warehouse.production_world import DATABASE_NAME, build_models, failing_tests

GOLDEN = Path(__file__).resolve().parents[4] / "shared" / "golden"
# The pseudonyms that landing makes, and the numbers that it reads with a decimal comma.
KEYS = {
    "cosmic_vardkontakt": {"contact_key": "vardkontakt_id", "patient_key": "patient_id"},
    "provisio_operation": {"operation_key": "operation_id", "patient_key": "patient_id"},
    "cosmic_vardtillfalle": {"episode_key": "vardtillfalle_id", "patient_key": "patient_id"},
}
DECIMALS = {"cosmic_vardtillfalle": "drg_vikt", "produktionsplan": "antal"}
LAST = MONTHS[-1]


def load(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put a file's rows where the models read them, as landing would: typed, numbered, without identities."""
    entity, period = path.stem[:-7], f"{path.stem[-6:-2]}-{path.stem[-2:]}"
    known = {name for name, _ in load_contracts()[entity].lake_columns()}
    read = f"read_csv('{path}', delim = ';', header = true, all_varchar = true)"
    header = [row[0] for row in connection.execute(f"describe from {read}").fetchall()]
    columns = {name: f"nullif(\"{name}\", '')" for name in header if name in known}
    if entity in DECIMALS:
        columns[DECIMALS[entity]] = f"nullif(replace({DECIMALS[entity]}, ',', '.'), '')"
    columns |= {key: f"md5({source})" for key, source in KEYS.get(entity, {}).items()}
    columns |= {"_line": "row_number() over () + 1", "_period": f"'{period}'", "_load_id": "1"}
    connection.execute(
        f"insert into planted.{entity} ({', '.join(columns)}) select {', '.join(columns.values())} from {read}"
    )


@pytest.fixture(scope="module")
def models(built: Path, manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The build of the script's extracts, and the models in it."""
    folder = tmp_path_factory.mktemp("published")
    write(folder / "inbox")
    database = folder / DATABASE_NAME
    Plant(contacts=[{"_period": LAST}]).write(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("set threads = 1")
        connection.execute("delete from planted.cosmic_vardkontakt")
        for path in sorted((folder / "inbox").rglob("*.csv")):
            load(connection, path)
        connection.execute("delete from control.loaded_period")
        for period in MONTHS:
            for group in ("care", "operations", "wards"):
                note_loaded(connection, period, group)
    return database, build_models(database, built / DATABASE_NAME, manifest)


@pytest.fixture(scope="module")
def connection(models: tuple[Path, list[str]]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(models[0]), read_only=True) as connection:
        yield connection


def figures(connection: duckdb.DuckDBPyConnection, product: str) -> dict[str, Any]:
    """The region's line of a product; DRG points are those told to the month before (they come a month late)."""
    period = MONTHS[-2] if product == "drg_points" else LAST
    found = connection.execute(
        "select *, round(cast(ytd_budget_deviation_share as decimal(18, 12)) * 100, 1) as budget_percent, "
        "round(cast(ytd_previous_year_deviation_share as decimal(18, 12)) * 100, 1) as previous_percent "
        "from marts.mart_production where period = ? and product_id = ? and level = 'region'",
        [period, product],
    )
    names = [column[0] for column in found.description or ()]
    [row] = found.fetchall()
    return dict(zip(names, row, strict=True))


@pytest.mark.parametrize("printed", TABLE, ids=lambda row: row.product)
def test_t000_05_06_07_each_printed_percentage_and_full_year_comes_out(
    printed: Printed, connection: duckdb.DuckDBPyConnection
) -> None:
    line = figures(connection, printed.product)
    percentages = (line["budget_percent"], line["previous_percent"])
    assert percentages == tuple(
        text if text is None else Decimal(text) for text in (printed.budget_percent, printed.previous_percent)
    )
    for name, value in (
        ("ytd_actual", printed.ytd), ("ytd_previous_year", printed.previous),
        ("previous_year_total", printed.last_year),
    ):  # fmt: skip
        assert line[name] == (Decimal(value) / printed.divisor).quantize(Decimal(1), ROUND_HALF_UP), name
    for name, value in (
        ("ytd_budget", printed.budget), ("full_year_budget", printed.full_budget),
        ("full_year_forecast", printed.forecast),
    ):  # fmt: skip
        assert line[name] == (None if value is None else Decimal(value) / printed.divisor), name


def test_t000_05_the_hundred_and_one_operations_of_no_type_are_a_line_of_their_own(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    line = figures(connection, "operations_unclassified")
    assert (line["ytd_actual"], line["ytd_previous_year"], line["previous_year_total"]) == UNCLASSIFIED
    assert (line["ytd_budget"], line["full_year_forecast"]) == (None, None)
    parts = [figures(connection, f"operations_{kind}") for kind in ("inpatient", "day", "clinic", "unclassified")]
    assert figures(connection, "operations")["ytd_actual"] == sum(part["ytd_actual"] for part in parts) == 14916


def test_t000_05_only_the_points_of_the_last_month_are_preliminary(connection: duckdb.DuckDBPyConnection) -> None:
    assert LATE_MONTH == LAST
    preliminary = connection.execute(
        "select distinct product_id, period from marts.mart_production where is_preliminary"
    ).fetchall()
    assert preliminary == [("drg_points", LATE_MONTH)]


def test_t000_05_units_of_an_area_stand_behind_the_figures(connection: duckdb.DuckDBPyConnection) -> None:
    [(units, total)] = connection.execute(
        "select count(*), sum(ytd_actual) from marts.mart_production "
        "where period = ? and product_id = 'operations' and level = 'unit'",
        [LAST],
    ).fetchall()
    assert (units, total) == (len(OWN_UNITS), 14916)


def test_the_builds_own_tests_pass_on_the_published_figures(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], models: tuple[Path, list[str]]
) -> None:
    assert failing_tests(connection, manifest, models[1]) == []


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="the transcripts lie beside the project")
def test_t000_05_06_07_what_the_script_holds_is_what_the_transcripts_say() -> None:
    found = []
    for name in ("t000_05_produktion_egen", "t000_06_produktion_vardcentraler", "t000_07_produktion_privata"):
        with (GOLDEN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found += [row for row in csv.DictReader(file) if "Beläggning" not in row["rad"]]
    assert len(found) == len(TABLE)

    def number(row: dict[str, str], name: str, filler: str = "") -> int | None:
        text = row.get(name) or ""
        return int(text) if text and text != filler else None

    for row, printed in zip(found, TABLE, strict=True):
        assert (
            number(row, "ack_utf_inn_ar"), number(row, "ack_bud_inn_ar"), row.get("ack_avv_bud_pct") or None,
            number(row, "ack_utf_fg_ar"), row["ack_avv_fg_ar_pct"], number(row, "helar_prognos", filler="0"),
            number(row, "helar_budget"), number(row, "bokslut_utf_fg_ar"),
        ) == (
            printed.ytd, printed.budget, printed.budget_percent, printed.previous, printed.previous_percent,
            printed.forecast, printed.full_budget, printed.last_year,
        ), printed.product  # fmt: skip
