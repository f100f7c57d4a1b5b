"""A home with hand-made state and build for the pages: tables as the models' YAML says, rows counted by hand."""

from __future__ import annotations

import datetime
import functools
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.contracts import CARE, PROJECT_ROOT, load_contracts
from orchestration.privacy import Key
from orchestration.settings import Home, Region
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.store import Load, open_state
from orchestration.validation.results import ExpectationResult
from orchestration.work import Work

PERIOD = "2024-07"
RUN = "run1"
CHECKS = tuple(evidence.required_checks())
OF_THE_DELIVERY = tuple(evidence.required_checks(evidence.OF_THE_DELIVERY))
# Every table that the pages read, by the YAML that describes it and the name it has in the build.
_TABLES = {
    "delivery.delivery_completed": ("models/delivery/delivery.yml", "delivery_completed"),
    "delivery.delivery_waiting": ("models/delivery/delivery.yml", "delivery_waiting"),
    "delivery.delivery_left_out": ("models/delivery/delivery.yml", "delivery_left_out"),
    "quality.deviations": ("models/quality/quality.yml", "deviations"),
    "marts.mart_waiting_times": ("models/marts/waiting_times/waiting_times.yml", "mart_waiting_times"),
    "meta.parameters": ("models/meta/meta.yml", "meta_parameters"),
}
_SEEDS = ("rules", "measures", "variants", "delivery_attributes")

Row = dict[str, Any]


def result(
    suite: str, expectation: str, severity: str = "block", passed: bool = True, crashed: bool = False, **words: str
) -> ExpectationResult:
    return ExpectationResult(
        suite,
        expectation,
        severity,
        passed,
        crashed,
        words.get("observed", "0 av 7 rader avviker"),
        words.get("meaning", f"{expectation} stämmer."),
    )


def good_results() -> list[ExpectationResult]:
    """A check or two of each suite, all passed, in another order than the page's."""
    return [
        result("delivery_waiting", "Fas.required"),
        result("delivery_completed", "Fas.required"),
        result("delivery_completed", "A13.activity_given"),
        result("waiting_times", "operation_90.share", "warn"),
        result("landing", "cosmic_vardkontakt.rows", "warn"),
    ]


def changed(expectation: str, suite: str, **changes: Any) -> list[ExpectationResult]:
    """The good results with one of them replaced."""
    return [
        result(suite, expectation, **changes) if (one.suite, one.expectation) == (suite, expectation) else one
        for one in good_results()
    ]


def make_work(root: Path, **settings: Any) -> Work:
    """A home whose month has its care."""
    region = Region.model_validate(
        {
            "region_code": 56,
            "region_name": "Region Prov",
            "region_hsa_id": "SE2321000131-1",
            "county_prefix": "19",
            "norm_hours_per_year": 1725,
            "receivers": ["skr"],
            "main_variant": "skr",
            **settings,
        }
    )
    home = Home(root / "home")
    home.make()
    work = Work(PERIOD, RUN, home, region, frozenset(), Key(b"k" * 32), load_contracts(), lambda _: None)
    for contract in work.contracts.values():
        if contract.group == CARE:
            add_load(work, contract.entity, f"{contract.entity}.csv", (1, 0, 0, 0))
    return work


def insert(connection: duckdb.DuckDBPyConnection, table: str, *rows: Row) -> None:
    """Rows given as column to value; the other columns stay empty."""
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    for schema in ("delivery", "quality", "marts", "meta", "reference"):
        connection.execute(f"create schema {schema}")
    for table, (path, name) in _TABLES.items():
        models = yaml.safe_load((PROJECT_ROOT / path).read_text(encoding="utf-8"))["models"]
        (model,) = [model for model in models if model["name"] == name]
        columns = ", ".join(f"{column['name']} {column['data_type']}" for column in model["columns"])
        connection.execute(f"create table {table} ({columns})")
    seeds = yaml.safe_load((PROJECT_ROOT / "seeds" / "seeds.yml").read_text(encoding="utf-8"))["seeds"]
    for seed in seeds:
        if seed["name"] in _SEEDS:
            types = ", ".join(f"'{name}': '{kind}'" for name, kind in seed["config"]["column_types"].items())
            file = PROJECT_ROOT / "seeds" / f"{seed['name']}.csv"
            connection.execute(
                f"create table reference.{seed['name']} as select * from read_csv('{file}', columns = {{{types}}})"
            )


def figure(variant: str, numerator: int, denominator: int, **changes: Any) -> Row:
    """A line of the region's mart for completed operations, unless changed."""
    return {
        "period": PERIOD,
        "measure_id": "operation_90",
        "population": "completed",
        "variant": variant,
        "level": "region",
        "unit_id": "*",
        "sex": "all",
        "specialty_group": "all",
        "numerator": numerator,
        "denominator": denominator,
        "share": numerator / denominator if denominator else None,
        **changes,
    }


def deviation(rule_id: str, effect_case: str, severity: str, effect: str, clinic_id: str | None = "K1") -> Row:
    return {
        "period": PERIOD,
        "rule_id": rule_id,
        "effect_case": effect_case,
        "severity": severity,
        "effect": effect,
        "clinic_id": clinic_id,
    }


@functools.cache
def _build_file() -> bytes:
    """A build with seven completed and four waiting rows to deliver, made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "build.duckdb"
        with duckdb.connect(str(path)) as connection:
            _create(connection)
            completed = [{"period": PERIOD, "contact_key": f"g{number}"} for number in range(7)]
            waiting = [{"period": PERIOD, "contact_key": f"w{number}"} for number in range(4)]
            insert(connection, "delivery.delivery_completed", *completed)
            insert(connection, "delivery.delivery_waiting", *waiting, {"period": "2024-06", "contact_key": "earlier"})
        return path.read_bytes()


def make_build(work: Work, *extra: tuple[str, Row]) -> None:
    """The build with seven completed and four waiting rows to deliver; `extra` are (table, row) besides."""
    work.home.build_file.write_bytes(_build_file())
    if extra:
        with duckdb.connect(str(work.home.build_file)) as connection:
            for table, row in extra:
                insert(connection, table, row)


def fingerprint(work: Work) -> str:
    with open_state(work.home.state_file) as state:
        return current_inputs(state, work.contracts, work.region)


def record(work: Work, *checks: str, passed: bool = True, run: str = RUN, inputs: str = "") -> None:
    """Store the outcome of required checks; of these inputs unless others are named."""
    own = inputs or fingerprint(work)
    with open_state(work.home.state_file) as state:
        for check in checks:
            detail = "12 kontroller godkända" if passed else "3 rader saknas"
            evidence.record(state, check, run, own, PERIOD, passed, detail)


def add_load(work: Work, entity: str, file_name: str, rows: tuple[int, int, int, int], period: str = PERIOD) -> None:
    """A current load; `rows` are loaded, quarantined, duplicate and filtered."""
    contract = work.contracts[entity]
    load = Load(
        period=period,
        system=contract.system,
        entity=entity,
        group_name=contract.group,
        file_name=file_name,
        sha256="ab" * 32,
        archive_path="a",
        lake_path="b",
        rows_in_file=sum(rows),
        rows_loaded=rows[0],
        rows_quarantined=rows[1],
        rows_duplicate=rows[2],
        rows_filtered=rows[3],
        loaded_at="2024-08-12 09:00:00",
        outcome="current",
    )
    with open_state(work.home.state_file) as state:
        state.execute("delete from load where entity = ? and period = ?", [entity, period])
        state.add_load(load)


def whole(work: Work, *extra: tuple[str, Row]) -> Work:
    """The work itself, when everything that a validation needs is there and has passed."""
    make_build(work, *extra)
    record(work, *CHECKS)
    return work


def parameter(name: str, value: str, first: datetime.date | None = None, last: datetime.date | None = None) -> Row:
    return {
        "kind": "parameter",
        "name": name,
        "value": value,
        "unit": "dagar",
        "valid_from_date": first,
        "valid_to_date": last,
        "source": "HSF",
        "meaning": f"Betydelsen av {name}.",
    }
