"""The landing stage as assets: one an extract, in the groups that take over together, made by one step."""

from collections.abc import Iterator

import dagster as dg

from orchestration.contracts import Contract, load_contracts
from orchestration.guard import guarded_events
from orchestration.landing.land import Landing
from orchestration.landing.stage import land_period
from orchestration.landing.told import COUNTS, SHARES, Standing, standings
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.state.store import open_state

REFUSED_KEY = "refused"
CONTRACTS = load_contracts()


def landed_key(contract: Contract) -> dg.AssetKey:
    """The asset of an extract's landed rows, by system and table."""
    return dg.AssetKey([contract.system, contract.table])


def _columns(contract: Contract) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.data_type,
                description=column.description + (" Nycklas vid inläsningen." if column.identity is not None else ""),
            )
            for column in contract.columns
        ]
    )


def _spec(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        landed_key(contract),
        group_name=contract.group,
        partitions_def=MONTHS,
        description=contract.description,
        kinds={"csv", "parquet"},
        metadata={
            "dagster/table_name": f"lake.{contract.entity}",
            "dagster/column_schema": _columns(contract),
            "file_name": f"{contract.entity}_<ÅÅÅÅMM>.csv",
        },
    )


def _refused(landing: Landing) -> dict[str, list[str]]:
    """What was refused, by the entity that tells it: the first of its group, or of all when it has no group."""
    tellers: dict[str | None, str] = {None: next(iter(CONTRACTS))}
    for contract in CONTRACTS.values():
        tellers.setdefault(contract.group, contract.entity)
    told: dict[str, list[str]] = {}
    for group, lines in landing.refused_of.items():
        told.setdefault(tellers[group], []).extend(lines)
    return told


def _materialized(contract: Contract, standing: Standing, refused: list[str]) -> dg.MaterializeResult:  # type: ignore[type-arg]
    metadata: dict[str, dg.MetadataValue] = {"standing": dg.MetadataValue.text(standing.in_words)}
    load = standing.load
    if load is not None:
        metadata |= {
            "file": dg.MetadataValue.text(load["file_name"]),
            "load_id": dg.MetadataValue.int(load["load_id"]),
            "loaded_at": dg.MetadataValue.text(load["loaded_at"]),
            **{name: dg.MetadataValue.int(load[name]) for name in COUNTS},
            **{name: dg.MetadataValue.float(load[name]) for name in SHARES if load[name] is not None},
            "dagster/partition_row_count": dg.MetadataValue.int(load["rows_loaded"]),
        }
    if standing.quarantine_list is not None:
        metadata["quarantine_list"] = dg.MetadataValue.path(str(standing.quarantine_list))
    if refused:
        metadata[REFUSED_KEY] = dg.MetadataValue.json(refused)
    return dg.MaterializeResult(
        asset_key=landed_key(contract),
        metadata=metadata,
        # Equal files have equal data versions: Dagster then tells what changed from what was only looked at.
        data_version=dg.DataVersion(load["sha256"] if load is not None else "tom"),
    )


@dg.multi_asset(name="landed_files", specs=[_spec(contract) for contract in CONTRACTS.values()], pool=ONE_WRITER)
@guarded_events
def landed_files(context: dg.AssetExecutionContext, workplace: Workplace) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Land inbox/<period>; fails when no group that makes it, or not the registers, are whole.

    Every extract is told, also one that brought nothing: a stage of Dagster's is left out when anything before it is
    missing, and one group must never stop another. What an extract stands on is said in its metadata.
    """
    with workplace.writing_work(context) as work:
        landing = land_period(work)
        with open_state(work.home.state_file) as state:
            told = standings(state, work.home, CONTRACTS, landing)
    refused = _refused(landing)
    for entity, contract in CONTRACTS.items():
        yield _materialized(contract, told[entity], refused.get(entity, []))
