"""A home in a temporary folder, files put into its inbox, and what came of them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import Contract, load_contracts
from orchestration.landing.land import Landing, land
from orchestration.privacy import Key
from orchestration.settings import Home, Region
from orchestration.state.store import Load, open_state

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CONTRACTS: dict[str, Contract] = {**load_contracts(FIXTURES / "contracts"), **load_contracts()}
PERIOD = "2024-07"
SECRET = bytes(range(1, 33))
SETTINGS: dict[str, Any] = {
    "region_code": 56,
    "region_name": "Region Prov",
    "region_hsa_id": "SE2321000131-0001",
    "county_prefix": "19",
    "norm_hours_per_year": 1725,
    "receivers": ("skr",),
    "main_variant": "skr",
    "memory_limit_mb": 256,
}

Row = Mapping[str, str]


def quoted(value: str) -> str:
    """A field in quotes, doubled inside."""
    return '"' + value.replace('"', '""') + '"'


def file_bytes(
    contract: Contract,
    rows: Iterable[Row],
    columns: Sequence[str] | None = None,
    quote_all: bool = False,
    line_end: str | None = None,
    encoding: str | None = None,
    header: Sequence[str] | None = None,
) -> bytes:
    """A file of the contract's dialect. Fields that hold a separator or a quote are quoted."""
    dialect = contract.dialect
    names = list(columns or [column.name for column in contract.columns])

    def field_text(value: str) -> str:
        needs = quote_all or dialect.separator in value or '"' in value
        return quoted(value) if needs else value

    lines = [dialect.separator.join(header or names)]
    lines += [dialect.separator.join(field_text(row.get(name, "")) for name in names) for row in rows]
    end = dialect.line_end if line_end is None else line_end
    text = "".join(line + end for line in lines)
    bom = b"\xef\xbb\xbf" if dialect.has_bom and encoding is None else b""
    return bom + text.encode(encoding or dialect.encoding)


def control_bytes(files: Mapping[str, tuple[int, bytes]]) -> bytes:
    """A kontroll.csv over name -> (rows without the header, bytes as delivered)."""
    lines = ["fil;rader;sha256"]
    lines += [f"{name};{rows};{hashlib.sha256(data).hexdigest()}" for name, (rows, data) in files.items()]
    return ("\n".join(lines) + "\n").encode()


@dataclass
class House:
    """A home under `root`. Every landing of it uses one key and one state."""

    root: Path
    settings: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = Home(self.root)
        self.home.make()
        self.key = Key(SECRET)
        self.region = Region(**{**SETTINGS, **self.settings})

    def inbox(self, period: str = PERIOD) -> Path:
        folder = self.home.inbox / period
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def put(self, name: str, data: bytes, period: str = PERIOD) -> Path:
        path = self.inbox(period) / name
        path.write_bytes(data)
        return path

    def deliver(self, entity: str, data: bytes, period: str = PERIOD, packed: bool = False) -> Path:
        name = f"{entity}_{period.replace('-', '')}.csv"
        return self.put(name + ".gz", gzip.compress(data, mtime=0), period) if packed else self.put(name, data, period)

    def land(self, *entities: str, period: str = PERIOD) -> Landing:
        """Land the period; only the named entities have contracts (all of the house's when none is named)."""
        contracts = {name: CONTRACTS[name] for name in entities} if entities else CONTRACTS
        with open_state(self.home.state_file) as state:
            return land(period, self.home, self.region, self.key, contracts, state, self.said.append)

    def loads(self, *outcomes: str) -> list[Load]:
        with open_state(self.home.state_file) as state:
            return state.loads(*outcomes)

    def current(self, entity: str, period: str = PERIOD) -> Load | None:
        with open_state(self.home.state_file) as state:
            return next((load for load in state.loads("current", period=period) if load.entity == entity), None)

    def rows(self, entity: str, period: str = PERIOD) -> list[dict[str, Any]]:
        """The rows that the warehouse would read, in file order; none when nothing is current."""
        load = self.current(entity, period)
        return [] if load is None or load.lake_path is None else parquet_rows(self.root / load.lake_path)

    def quarantine_text(self) -> str:
        return "\n".join(path.read_text("utf-8") for path in sorted(self.home.quarantine.rglob("*.csv")))


def parquet_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a Parquet file by `_line`."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "select * from read_parquet($1, hive_partitioning = false) order by _line", [str(path)]
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def assert_balanced(load: Load) -> None:
    """EXTRACTS.md: rows_in_file = loaded + quarantined + duplicate + filtered."""
    total = load.rows_loaded + load.rows_quarantined + load.rows_duplicate + load.rows_filtered
    assert load.rows_in_file == total, load
