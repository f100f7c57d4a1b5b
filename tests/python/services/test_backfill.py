"""Many months from Dagster's own pages and commands: each month is a run of its own."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.jobs import DELIVERY_JOB, MONTH_JOB, PUBLISH_JOB, VALIDATION_JOB


def test_a_backfill_makes_one_run_a_month() -> None:
    """Evidence is bound to one run and one period: a run over a range of months would have none."""
    graph = build_definitions().resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        policy = graph.get(key).backfill_policy
        assert policy is None or policy.max_partitions_per_run == 1, key


@pytest.mark.parametrize("name", [MONTH_JOB, PUBLISH_JOB, VALIDATION_JOB, DELIVERY_JOB])
def test_every_job_can_be_backfilled_by_month(name: str) -> None:
    months = build_definitions().resolve_job_def(name).partitions_def
    assert isinstance(months, dg.MonthlyPartitionsDefinition)
    assert months.get_partition_keys_in_range(dg.PartitionKeyRange("2023-11", "2024-02")) == [
        "2023-11", "2023-12", "2024-01", "2024-02",
    ]  # fmt: skip
