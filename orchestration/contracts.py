"""The shape of every extract, read from the dbt sources where it is written once.

A contract says what a delivered file holds: columns, types, keys, codes, dialect and the
group it belongs to. The loader, the account, the synthetic region and the warehouse's view
of the lake all ask here; none of them knows an entity by name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.errors import VardlagerError

PROJECT_ROOT = Path(__file__).resolve().parents[1]
SOURCES_DIR = PROJECT_ROOT / "models" / "sources"
# Groups that have a meaning beyond their files: care is the waiting-time delivery's own, and each register, of
# whichever month, serves all months. Another group never stops the two.
CARE, REGISTERS = "care", "registers"
WAITING_TIME_GROUPS = (CARE, REGISTERS)


@dataclass(frozen=True)
class Dialect:
    """How a system writes its files. `thousands_separators` are dropped from numbers."""

    separator: str
    encoding: str
    has_bom: bool
    line_end: str
    timestamp_separator: str
    decimal_separator: str
    thousands_separators: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of an extract; see models/sources/cosmic.yml for what each meta key means."""

    name: str
    data_type: str
    description: str
    is_required: bool
    codes: tuple[str, ...]
    identity: str | None
    pseudonym: str | None
    birth_year_of: str | None
    is_open_end: bool
    is_loaded: bool
    value_format: str | None


@dataclass(frozen=True)
class Age:
    """An exact age in whole years, computed while the identity is still in clear."""

    identity: str
    at_column: str
    name: str


@dataclass(frozen=True)
class Contract:
    """One entity: a kind of file, of one system, belonging to one group. `table` is its name within the system.

    `makes_periods` says that a month in which its group is whole is a period of the kept tables, and
    `reads_all_periods` that the models see its files of every month, however few a build computes.
    """

    entity: str
    system: str
    group: str
    dialect: Dialect
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    period_column: str | None
    exactly_one_of: tuple[str, ...]
    may_be_empty: bool
    is_optional: bool
    ages: tuple[Age, ...]
    unit_column: str | None = None
    makes_periods: bool = False
    reads_all_periods: bool = False
    table: str = ""
    description: str = ""

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Names of the columns whose absence in the header refuses the file."""
        return tuple(
            column.name
            for column in self.columns
            if column.is_required or column.name in self.key or column.name == self.period_column
        )

    def lake_columns(self) -> tuple[tuple[str, str], ...]:
        """(name, SQL type) of what the lake's Parquet holds, in order.

        An identity is replaced by its pseudonym and what was read from it; a pseudonym stands beside its value;
        `_line` is the row's line in the delivered file (the header is line 1).
        """
        result: list[tuple[str, str]] = [("_line", "bigint")]
        for column in self.columns:
            if not column.is_loaded:
                continue
            if column.identity is not None:
                who = column.identity
                result += [
                    (f"{who}_key", "varchar"),
                    (f"{who}_id_type", "varchar"),
                    (f"{who}_has_valid_check_digit", "boolean"),
                    (f"{who}_birth_year", "integer"),
                ]
                result += [(age.name, "integer") for age in self.ages if age.identity == who]
                continue
            result.append((column.name, column.data_type))
            if column.pseudonym is not None:
                result.append((column.pseudonym, "varchar"))
        return tuple(result)


def _column(raw: dict[str, Any]) -> Column:
    meta = raw.get("config", {}).get("meta", {})
    return Column(
        name=raw["name"],
        data_type=raw["data_type"],
        description=raw.get("description", ""),
        is_required=bool(meta.get("required", False)),
        codes=tuple(str(code) for code in meta.get("codes", ())),
        identity=meta.get("identity"),
        pseudonym=meta.get("pseudonym"),
        birth_year_of=meta.get("birth_year"),
        is_open_end=bool(meta.get("is_open_end", False)),
        is_loaded=bool(meta.get("is_loaded", True)),
        value_format=meta.get("value_format"),
    )


def _contract(source: dict[str, Any], table: dict[str, Any]) -> Contract:
    dialect = source["config"]["meta"]["dialect"]
    meta = table["config"]["meta"]
    return Contract(
        entity=table["identifier"],
        system=source["name"],
        group=meta["group"],
        dialect=Dialect(
            separator=dialect["separator"],
            encoding=dialect["encoding"],
            has_bom=dialect["has_bom"],
            line_end=dialect["line_end"],
            timestamp_separator=dialect["timestamp_separator"],
            decimal_separator=dialect["decimal_separator"],
            thousands_separators=tuple(dialect["thousands_separators"]),
        ),
        columns=tuple(_column(raw) for raw in table["columns"]),
        key=tuple(meta.get("key", ())),
        period_column=meta.get("period_column"),
        exactly_one_of=tuple(meta.get("exactly_one_of", ())),
        may_be_empty=bool(meta["may_be_empty"]),
        is_optional=bool(meta["is_optional"]),
        ages=tuple(Age(**age) for age in meta.get("ages", ())),
        unit_column=meta.get("unit_column"),
        makes_periods=bool(meta.get("makes_periods", False)),
        reads_all_periods=bool(meta.get("reads_all_periods", False)),
        table=table["name"],
        description=str(table.get("description", "")).strip(),
    )


@functools.cache
def load_contracts(sources_dir: Path = SOURCES_DIR) -> dict[str, Contract]:
    """Every contract under `sources_dir`, by entity name, in order of file and table.

    Only sources of schema `lake` are extracts; others are the pipeline's own tables.
    Raises VardlagerError naming the YAML file when a contract lacks a part.
    """
    contracts: dict[str, Contract] = {}
    for path in sorted(sources_dir.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for source in document.get("sources", []):
            if source.get("schema") != "lake":
                continue
            for table in source.get("tables", []):
                try:
                    contract = _contract(source, table)
                except KeyError as missing:
                    raise VardlagerError(
                        f"Kontraktet {source.get('name')}.{table.get('name')} i {path.name} saknar {missing}.",
                        "Fyll i nyckeln; models/sources/cosmic.yml visar hur ett kontrakt ser ut.",
                    ) from None
                contracts[contract.entity] = contract
    return contracts


def groups(contracts: dict[str, Contract]) -> dict[str, tuple[Contract, ...]]:
    """Contracts by group, in contract order."""
    result: dict[str, tuple[Contract, ...]] = {}
    for contract in contracts.values():
        result[contract.group] = (*result.get(contract.group, ()), contract)
    return result


def period_groups(contracts: Mapping[str, Contract]) -> frozenset[str]:
    """The groups that make periods: a month is built when any of them is whole in it."""
    return frozenset(contract.group for contract in contracts.values() if contract.makes_periods)
