"""Nothing in the suite may wait for a network or write outside a temporary folder."""

from __future__ import annotations

import os

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


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key or home of the developer's own must never be touched by a test."""
    for name in ("VARDLAGER_HOME", "VARDLAGER_KEY_FILE", "VARDLAGER_DEBUG", "VARDLAGER_BUILD_DB"):
        monkeypatch.delenv(name, raising=False)
