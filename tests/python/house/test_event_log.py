"""The house's event log is Dagster's own in every way but how often it makes an engine."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

SETTINGS = "telemetry: {enabled: false}\n"
OURS = "event_log_storage:\n  module: orchestration.event_log\n  class: EventLog\n  config: {}\n"


def test_what_the_house_stores_dagsters_own_storage_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))

    @dg.asset
    def thing() -> None:
        pass

    (tmp_path / "dagster.yaml").write_text(SETTINGS + OURS, encoding="utf-8")
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage).__name__ == "EventLog"
        for _ in range(2):
            assert dg.materialize([thing], instance=instance).success
    (tmp_path / "dagster.yaml").write_text(SETTINGS, encoding="utf-8")
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage).__name__ == "SqliteEventLogStorage"
        assert len(instance.fetch_materializations(thing.key, limit=9).records) == 2
        for run in instance.get_runs():
            assert any(
                event.event_type == dg.DagsterEventType.RUN_SUCCESS
                for event in (record.dagster_event for record in instance.all_logs(run.run_id))
                if event is not None
            )
