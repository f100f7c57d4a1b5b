"""A home whose lake and state are written by hand, and dbt's part of a build played with plain statements.

What dbt would do is done by its own compiled SQL and the project's own macro of kept tables; only dbt itself, its
seeds' loading and its tests are left out. A build takes a second instead of ten, so that many can be compared.
"""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from orchestration.contracts import PROJECT_ROOT, load_contracts
from orchestration.privacy import Key
from orchestration.settings import Home, Region
from orchestration.state.lake import lake_path, quarantined_path
from orchestration.state.store import Load, open_state
from orchestration.warehouse.dbt_runner import NodeResult
from orchestration.warehouse.stage import Built, build_warehouse
from orchestration.work import Work
from tests.python.warehouse.planted import Row, lines_of

COMPARED_SCHEMAS = ("marts", "quality", "meta", "delivery")
REGION = Region(
    region_code=56,
    region_name="Region Prov",
    region_hsa_id="SE2321000131-E000000000001",
    county_prefix="19",
    norm_hours_per_year=1725,
    receivers=("skr",),
    main_variant="skr",
    left_out_limit_rows=1,
)
CONTACTS, WAITING, UNITS = "cosmic_vardkontakt", "cosmic_vantelista", "register_enhet"
CALLS, MONTH_1177 = "telefoni_samtal", "inera_1177"
STAYS, BEDS = "cosmic_vardtillfalle", "cosmic_vardplats"
REGISTERS = (UNITS, "register_ansvar", "register_heroma_enhet", "register_konto")
MACRO_FILE = PROJECT_ROOT / "macros" / "engine" / "replace_periods.sql"


class BrokenOffError(Exception):
    """The build was broken off: a stand-in for a killed process."""


def _replacing(target: str, temporary: str, columns: Sequence[str]) -> str:
    """The statements by which a kept table takes over what was computed, as the project's macro writes them."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals["get_quoted_csv"] = lambda names: ", ".join(f'"{name}"' for name in names)
    module: Any = environment.from_string(MACRO_FILE.read_text(encoding="utf-8")).module
    given = {
        "target_relation": target,
        "temp_relation": temporary,
        "dest_columns": [{"name": name} for name in columns],
    }
    return str(module.get_incremental_replace_periods_sql(given))


class Player:
    """Plays dbt on a build file. `template` is a finished build, from which the seeds are taken."""

    def __init__(self, manifest: dict[str, Any], template: Path) -> None:
        self.template = template
        self.models = {
            node["unique_id"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"
        }
        self.order = self._in_order()
        # BrokenOffError off after so many models, when set; with `fails` a test fails when all models are built.
        self.breaks_after: int | None = None
        self.fails = False
        self.commands: list[tuple[str, ...]] = []

    def _in_order(self) -> list[str]:
        order: list[str] = []
        while len(order) < len(self.models):
            for unique_id, node in self.models.items():
                parents = [parent for parent in node["depends_on"]["nodes"] if parent in self.models]
                if unique_id not in order and all(parent in order for parent in parents):
                    order.append(unique_id)
        return order

    def _with_parents(self, names: Iterable[str]) -> set[str]:
        wanted = {f"model.vardlager.{name.removeprefix('+')}" for name in names}
        for unique_id in reversed(self.order):
            if unique_id in wanted:
                wanted |= {parent for parent in self.models[unique_id]["depends_on"]["nodes"] if parent in self.models}
        return wanted

    def run_dbt(self, home: Home, region: Region, arguments: Sequence[str]) -> list[NodeResult]:
        """Stands in for orchestration.warehouse.dbt_runner.run_dbt."""
        self.commands.append(tuple(arguments))
        is_build = arguments[0] == "build"
        selected = set(self.order) if is_build else self._with_parents(arguments[2:])
        with duckdb.connect(str(home.build_file)) as connection:
            connection.execute("set threads = 1")
            if is_build and "seed" not in arguments:
                self._load_seeds(connection)
            nodes = []
            for number, unique_id in enumerate(one for one in self.order if one in selected):
                if is_build and self.breaks_after == number:
                    raise BrokenOffError
                nodes.append(self._build(connection, self.models[unique_id]))
        status = "fail" if self.fails else "pass"
        return [*nodes, NodeResult("test.vardlager.played", "test", status, "")] if is_build else nodes

    def _load_seeds(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"attach '{self.template}' as template (read_only)")
        connection.execute("create schema if not exists reference")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'template' and schema_name = 'reference'"
        ).fetchall():
            connection.execute(f'create or replace table reference."{table}" as from template.reference."{table}"')
        connection.execute("detach template")

    def _build(self, connection: duckdb.DuckDBPyConnection, node: dict[str, Any]) -> NodeResult:
        kind = node["config"]["materialized"]
        relation = f'"{node["schema"]}"."{node["alias"]}"'
        code = node["compiled_code"].replace('"build".', '"warehouse".')
        connection.execute(f'create schema if not exists "{node["schema"]}"')
        stands = connection.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [node["schema"], node["alias"]]
        ).fetchone()
        if kind == "incremental" and stands:
            connection.execute(f"create or replace temporary table computed as {code}")
            columns = list(node["columns"])
            connection.execute("begin")
            connection.execute(_replacing(relation, "computed", columns))
            connection.execute("commit")
        else:
            table = "view" if kind == "view" else "table"
            connection.execute(f"create or replace {table} {relation} as {code}")
        return NodeResult(
            node["unique_id"], "model", "success", "",
            schema_name=node["schema"], table_name=node["alias"], materialized=kind,
        )  # fmt: skip


@dataclass
class World:
    """A home with a lake and a state of its own, where files come and go without landing."""

    root: Path
    player: Player
    region: Region = REGION
    said: list[str] = field(default_factory=list)
    # Rows of the current load, by entity and period.
    standing: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    held_back: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    key: Key = field(default_factory=lambda: Key(b"k" * 32))

    def __post_init__(self) -> None:
        self.home = Home(self.root)
        self.home.make()
        self.contracts = load_contracts()
        self.written = 0

    def work(self, period: str, full_refresh: bool = False) -> Work:
        """The work of a run of the period."""
        return Work(
            period, f"run {period}", self.home, self.region, frozenset(), self.key, self.contracts,
            self.said.append, full_refresh=full_refresh,
        )  # fmt: skip

    def deliver(self, entity: str, period: str, rows: Sequence[Row] = (), quarantined: Sequence[Row] = ()) -> None:
        """A file of an entity and period is loaded and takes over; of its quarantined rows `source_line`, `unit_id`."""
        self.written += 1
        path = lake_path(entity, period, self.written)
        self._write_rows(self.home.root / path, entity, rows)
        if quarantined:
            self._write_quarantined(self.home.root / quarantined_path(path), quarantined)
        contract = self.contracts[entity]
        sha256 = hashlib.sha256(repr((entity, rows, quarantined)).encode()).hexdigest()
        with open_state(self.home.state_file) as state:
            load = Load(
                period=period, system=contract.system, entity=entity, group_name=contract.group,
                file_name=f"{entity}.csv", sha256=sha256, archive_path="archive/x", lake_path=path,
                rows_in_file=len(rows) + len(quarantined), rows_loaded=len(rows), rows_quarantined=len(quarantined),
                rows_duplicate=0, rows_filtered=0, loaded_at="2024-08-02 10:00:00", outcome="held",
            )  # fmt: skip
            state.make_current([state.add_load(load)])
            state.set_group(period, contract.group, "complete", None)
        self.standing[entity, period] = [dict(row) for row in rows]
        self.held_back[entity, period] = [dict(row) for row in quarantined]

    def deliver_registers(self, period: str, units: Sequence[Row]) -> None:
        """All registers of a period; only that of units has rows."""
        for entity in REGISTERS:
            self.deliver(entity, period, units if entity == UNITS else ())

    def withdraw(self, entity: str, period: str) -> None:
        """No load of the entity counts in the period any more."""
        with open_state(self.home.state_file) as state:
            state.execute(
                "update load set outcome = 'replaced' where outcome = 'current' and entity = ? and period = ?",
                [entity, period],
            )
        self.standing.pop((entity, period), None)

    def forget_replaced(self) -> None:
        """The lake's files of loads that do not count are cleared away."""
        with open_state(self.home.state_file) as state:
            for load in state.loads("replaced"):
                (self.home.root / (load.lake_path or "")).unlink(missing_ok=True)

    def complete(self) -> list[str]:
        """Periods that a build holds: those whose care files, files of calls or of wards are all there."""
        return sorted(
            {
                period
                for first, second in ((CONTACTS, WAITING), (CALLS, MONTH_1177), (STAYS, BEDS))
                for entity, period in self.standing
                if entity == first and (second, period) in self.standing
            }
        )

    def deliver_calls(self, period: str, calls: Sequence[Row]) -> None:
        """Both files of the telephone of a period."""
        self.deliver(CALLS, period, calls)
        self.deliver(MONTH_1177, period, [{"_period": period, "period": period.replace("-", "")}])

    def build(self, period: str, full_refresh: bool = False) -> Built:
        """A build as a run of the period makes it."""
        return build_warehouse(self.work(period, full_refresh))

    def rebuilt(self, period: str) -> World:
        """The same home in a folder of its own, built from nothing."""
        folder = self.root.parent / "rebuilt"
        shutil.rmtree(folder, ignore_errors=True)
        other = dataclasses.replace(self, root=folder, said=[])
        shutil.rmtree(other.home.lake)
        other.home.lake.symlink_to(self.home.lake)
        shutil.copy(self.home.state_file, other.home.state_file)
        other.build(period)
        return other

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query on the build."""
        with duckdb.connect(str(self.home.build_file), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def execute(self, sql: str) -> None:
        """A statement on the build file, by hand."""
        with duckdb.connect(str(self.home.build_file)) as connection:
            connection.execute(sql)

    def contents(self) -> dict[str, str]:
        """A hash of each table's sorted rows that is published or delivered, by `schema.table`."""
        hashes = {}
        with duckdb.connect(str(self.home.build_file), read_only=True) as connection:
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where list_contains($1, schema_name) order by all",
                [COMPARED_SCHEMAS],
            ).fetchall():
                rows = sorted(repr(row) for row in connection.execute(f'from {schema}."{table}"').fetchall())
                hashes[f"{schema}.{table}"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return hashes

    def _write_rows(self, path: Path, entity: str, rows: Sequence[Row]) -> None:
        columns = self.contracts[entity].lake_columns()
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(f"create table written ({', '.join(f'{name} {kind}' for name, kind in columns)})")
            for line, row in zip(lines_of(rows), rows, strict=True):
                whole = {"_line": line, **{name: value for name, value in row.items() if name != "_period"}}
                marks = ", ".join("?" for _ in whole)
                connection.execute(f"insert into written ({', '.join(whole)}) values ({marks})", list(whole.values()))
            connection.execute(f"copy written to '{path}' (format parquet)")

    def _write_quarantined(self, path: Path, rows: Sequence[Row]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            connection.execute(
                "create table written (source_line bigint, column_name varchar, reason varchar, unit_id varchar)"
            )
            for row in rows:
                connection.execute(
                    "insert into written values (?, 'start_tid', 'saknas', ?)", [row["source_line"], row["unit_id"]]
                )
            connection.execute(f"copy written to '{path}' (format parquet)")
