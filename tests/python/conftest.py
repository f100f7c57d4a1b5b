"""Nothing in the suite may wait for a network or write outside a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "0")
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")

# The same few examples every time: a suite that is red is red for everybody. A longer search with new
# examples is asked for with VARDLAGER_TEST_EXAMPLES=500.
EXAMPLES = os.environ.get("VARDLAGER_TEST_EXAMPLES")
settings.register_profile(
    "house",
    max_examples=int(EXAMPLES or 25),
    derandomize=EXAMPLES is None,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
settings.load_profile("house")

FOLDER = Path(__file__).parent
# The files that take the longest, the longest first. A file is one worker's whole: begun last, it would leave the
# other worker idle. Any other order gives the same result and only takes longer.
LONGEST_FIRST = (
    "end_to_end/test_at_the_same_time.py",
    "warehouse/test_mutations_of_waiting_times.py",
    "end_to_end/test_many_months.py",
    "end_to_end/test_example_month.py",
    "end_to_end/test_telephone.py",
    "end_to_end/test_wards.py",
    "end_to_end/test_approvals.py",
    "end_to_end/test_killed_while_building.py",
    "end_to_end/test_killed_while_delivering.py",
    "end_to_end/test_other_region.py",
    "warehouse/test_mutations.py",
    "warehouse/test_incremental.py",
    "warehouse/test_mutations_of_occupancy.py",
    "warehouse/test_mutations_of_inpatient.py",
    "warehouse/test_production.py",
    "end_to_end/test_stops.py",
    "end_to_end/test_identities.py",
    "ui/test_dagster_pages.py",
    "warehouse/test_build.py",
    "bench/test_plain_marts.py",
    "synthetic_region/test_synthetic_plausible.py",
    "synthetic_region/test_synthetic_over_time.py",
    "warehouse/test_touched.py",
    "warehouse/test_mutations_of_flow.py",
    "landing/test_properties.py",
    "services/test_one_writer.py",
    "approval/test_month_job.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; within a file, and among the others, the order stays."""
    if missing := [name for name in LONGEST_FIRST if not (FOLDER / name).is_file()]:
        raise pytest.UsageError(f"LONGEST_FIRST names files that are not there: {missing}")
    places = {FOLDER / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key or home of the developer's own must never be touched by a test."""
    for name in ("VARDLAGER_HOME", "VARDLAGER_KEY_FILE", "VARDLAGER_DEBUG", "VARDLAGER_BUILD_DB"):
        monkeypatch.delenv(name, raising=False)
