"""The warehouse stage as assets: one a dbt model, tested, and one for the seeds, made by one step."""

from collections.abc import Iterator

import dagster as dg

from orchestration.errors import VardlagerError
from orchestration.guard import guarded_events
from orchestration.landing.account import check_account
from orchestration.landing.assets import CONTRACTS, landed_key
from orchestration.reporting.stage import LISTS_NAME, next_version
from orchestration.resources import MONTHS, ONE_WRITER, Workplace
from orchestration.warehouse.dbt_runner import NodeResult
from orchestration.warehouse.model_checks import (
    materializations,
    model_check_results,
    model_check_specs,
    model_key,
    model_specs,
)
from orchestration.warehouse.project import load_project
from orchestration.warehouse.rule_checks import rule_check_results, rule_check_specs
from orchestration.warehouse.stage import Built, build_warehouse
from orchestration.warehouse.told import count_rows, read_findings
from orchestration.work import Work

PROJECT = load_project()
_EXTRACTS = {(contract.system, contract.table): landed_key(contract) for contract in CONTRACTS.values()}

Told = dg.MaterializeResult | dg.AssetCheckResult  # type: ignore[type-arg]


def models_in(*schemas: str) -> list[dg.AssetKey]:
    """The assets of the models that stand in these schemas."""
    return [model_key(model) for model in PROJECT.models_of(*schemas)]


def _told(work: Work, built: Built) -> Iterator[Told]:
    """The models with their rows, and what the rules found."""
    connection = work.connect_build(read_only=True)
    try:
        rows = count_rows(connection, work.period)
        found = read_findings(connection, work.period)
    finally:
        connection.close()
    yield from materializations(PROJECT, rows, built.touched)
    reports = work.home.reports / work.period
    # The lists of this run come with the next report version: the validation after this stage writes it.
    lists = reports / f"v{next_version(reports)}" / LISTS_NAME
    links: dict[str, dg.MetadataValue] = {
        "protocols": dg.MetadataValue.path(str(reports)),
        "lists": dg.MetadataValue.path(str(lists)),
    }
    yield from rule_check_results(work.period, found, links)


@dg.multi_asset(
    name="warehouse_models",
    pool=ONE_WRITER,
    specs=model_specs(PROJECT, _EXTRACTS, MONTHS),
    check_specs=[*model_check_specs(PROJECT), *rule_check_specs()],
)
@guarded_events
def warehouse_models(context: dg.AssetExecutionContext, workplace: Workplace) -> Iterator[Told]:
    """Check the account of what will be read, then build and test every model.

    When a test fails the checks are told and nothing is materialized: what stands in the build is not to be used.
    """
    nodes: list[NodeResult] = []
    with workplace.writing_work(context) as work:
        check_account(work)
        try:
            built = build_warehouse(work, nodes.extend)
        except VardlagerError:
            if nodes:
                yield from model_check_results(PROJECT, context.partition_key, nodes)
            raise
        yield from _told(work, built)
    yield from model_check_results(PROJECT, context.partition_key, nodes)
