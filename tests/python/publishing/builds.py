"""Build databases made by hand, and publications read back, for the tests of publishing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.publishing.versions import Request, publish
from orchestration.settings import Home, Region
from orchestration.state.store import open_state

PERIOD = "2024-07"


def region(**settings: object) -> Region:
    """The settings of a made-up region."""
    return Region.model_validate(
        {
            "region_code": 56,
            "region_name": "Region Prov",
            "region_hsa_id": "SE2321000131-1",
            "county_prefix": "19",
            "norm_hours_per_year": 1725,
            "receivers": ["skr"],
            "main_variant": "skr",
            "memory_limit_mb": 512,
            **settings,
        }
    )


def build(home: Home, rows: int, seed: int = 0, preliminary: tuple[str, ...] = ("2024-07",)) -> None:
    """A build whose every table tells `rows`, in an order that follows `seed`."""
    home.make()
    home.build_file.unlink(missing_ok=True)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("begin")
        for schema in ("marts", "quality", "meta", "staging"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            f"""
            create table marts.dim_unit as
            select range as unit_key, 'enhet ' || range as unit_name from range({rows}) order by hash(range + {seed})
            """
        )
        connection.execute("comment on table marts.dim_unit is 'Enhet: en rad per enhet och intervall.'")
        connection.execute("comment on column marts.dim_unit.unit_key is 'Enhetsnyckel, åäö.'")
        connection.execute(
            f"""
            create table marts.mart_waiting_times as
            select '2024-0' || (1 + range % 7) as period, {rows} as contacts_count, null::varchar as empty
            from range(20) order by hash(range + {seed})
            """
        )
        connection.execute("comment on table marts.mart_waiting_times is 'Väntetider: en rad per period.'")
        connection.execute(f"create table quality.load_account as select {rows} as rows_in_file")
        connection.execute("create table meta.parameters as select 'limit' as name")
        connection.execute("create table meta.periods (period varchar, group_name varchar, is_preliminary boolean)")
        for month in range(1, 8):
            period = f"2024-0{month}"
            connection.execute("insert into meta.periods values (?, 'care', ?)", [period, period in preliminary])
        connection.execute("create table staging.secret as select 1 as x")
        connection.execute("commit")


@dataclass(frozen=True)
class Month:
    """A period's rows in the kept tables: how many, the amount of each, and the build they are of."""

    build_id: str
    rows: int
    amount: int


KEPT = ("marts.fct_completed_contact", "quality.deviations")


def months(*amounts: int, rows: int = 4) -> dict[str, Month]:
    """The months from 2024-01 on, a month an amount; months of one amount are of one build."""
    return {f"2024-{place:02d}": Month(f"build-{amount}", rows, amount) for place, amount in enumerate(amounts, 1)}


def kept_build(
    home: Home,
    kept: Mapping[str, Month],
    rows: int = 3,
    seed: int = 0,
    preliminary: tuple[str, ...] = ("2024-07",),
) -> None:
    """A build that tells of its kept tables, in an order that follows `seed`; the other tables tell `rows`."""
    build(home, rows, seed, preliminary)
    with duckdb.connect(str(home.build_file)) as connection:
        connection.execute("begin")
        connection.execute("create schema control")
        connection.execute("create table control.built_period (period varchar, build_id varchar)")
        connection.execute("create table control.kept_table (schema_name varchar, table_name varchar)")
        connection.execute("insert into control.kept_table values ('delivery', 'delivery_completed')")
        for name in KEPT:
            connection.execute("insert into control.kept_table values (?, ?)", name.split("."))
        # The period does not stand first: full order over all columns is not the order of periods.
        connection.execute("create table marts.fct_completed_contact (contact_key varchar, period varchar, amount int)")
        connection.execute("comment on table marts.fct_completed_contact is 'Genomförd kontakt: en rad per kontakt.'")
        connection.execute("comment on column marts.fct_completed_contact.amount is 'Belopp i kronor.'")
        connection.execute("create table quality.deviations (period varchar, rule_id varchar, amount int)")
        for period, month in kept.items():
            connection.execute("insert into control.built_period values (?, ?)", [period, month.build_id])
            connection.execute(
                f"""
                insert into marts.fct_completed_contact
                select 'k' || md5('{period}' || range), '{period}', {month.amount} from range({month.rows})
                order by hash(range + {seed})
                """
            )
            connection.execute(
                f"""
                insert into quality.deviations
                select '{period}', 'A' || range, {month.amount} from range({month.rows}) order by hash(range + {seed})
                """
            )
        connection.execute("commit")


def request(home: Home, delivered: tuple[Path, ...] = ()) -> Request:
    return Request(PERIOD, "r1", "i1", home.state / "delivered_rows", delivered)


def publish_build(
    home: Home, delivered: tuple[Path, ...] = (), told: list[str] | None = None, **settings: object
) -> dict[str, int]:
    """Publish what is built; lines that are told are put into `told`."""
    lines: list[str] = [] if told is None else told
    with open_state(home.state_file) as state:
        return publish(home, region(**settings), state, request(home, delivered), lines.append)


def rows_of(path: Path, table: str = "marts.dim_unit") -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        [(count,)] = connection.execute(f"select count(*) from {table}").fetchall()
    return int(count)


def parquet_rows(path: Path) -> int:
    with duckdb.connect() as connection:
        [(count,)] = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchall()
    return int(count)


def published_rows(home: Home) -> tuple[int, int]:
    """Rows of one table in the published database and in the published Parquet."""
    return rows_of(home.published_file), parquet_rows(home.published / "parquet" / "marts" / "dim_unit.parquet")


def table_hashes(database: Path) -> dict[str, str]:
    """A sha256 of each table's sorted rows, with the names and types of its columns."""
    hashes = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        for schema, table in tables:
            digest = hashlib.sha256()
            digest.update(repr(connection.execute(f'describe "{schema}"."{table}"').fetchall()).encode())
            rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
            for row in sorted(repr(row) for row in rows):
                digest.update(row.encode())
            hashes[f"{schema}.{table}"] = digest.hexdigest()
    return hashes


def parquet_bytes(folder: Path) -> dict[str, bytes]:
    """Every Parquet file under a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def kept_delivery(home: Home, version: int, contacts: int) -> list[Path]:
    """As-delivered rows of a version, as a delivery keeps them; returns their paths under the folder of all."""
    folder = Path("receiver=skr") / f"period={PERIOD}" / f"version={version}"
    (home.state / "delivered_rows" / folder).mkdir(parents=True, mode=0o700)
    names = []
    with duckdb.connect() as connection:
        for population in ("completed", "waiting"):
            target = home.state / "delivered_rows" / folder / f"{population}.parquet"
            connection.execute(
                f"""
                copy (
                    select 'skr' as receiver, '{PERIOD}' as period, {version} as version,
                        '{population}' as population, 'k' || range as contact_key, 'c1' as clinic_id, '301' as mvo
                    from range({contacts})
                ) to '{target}' (format parquet)
                """
            )
            target.chmod(0o600)
            names.append(folder / target.name)
    return names


def kept_names(home: Home) -> tuple[Path, ...]:
    """All kept as-delivered rows, as paths under the folder of all."""
    folder = home.state / "delivered_rows"
    return tuple(path.relative_to(folder) for path in sorted(folder.rglob("*.parquet")))


def note_delivery(home: Home, version: int, status: str = "built", period: str = PERIOD) -> None:
    """Let the state know a delivery."""
    with open_state(home.state_file) as state:
        state.insert(
            "delivery",
            [
                {
                    "receiver": "skr",
                    "period": period,
                    "version": version,
                    "created_at": "2024-08-19 10:00:00",
                    "run_id": "r0",
                    "inputs": "i",
                    "content_hash": "c",
                    "contacts_completed": 0,
                    "contacts_waiting": 0,
                    "left_out_count": 0,
                    "status": status,
                }
            ],
        )
