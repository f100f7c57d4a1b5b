"""The reason that goes before approvals is words by hand, and Dagster keeps what its jobs are made of."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from orchestration import driver
from orchestration.jobs import MONTH_JOB
from orchestration.settings import Home
from tests.python.services.test_inbox_sensor import SETTINGS


def test_dl05_the_job_is_made_with_a_reason_that_holds_no_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    home.make()
    home.region_file.write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    given: list[str] = []

    def job(name: str, reason: str, full_refresh: bool) -> None:
        given.append(reason)
        raise RuntimeError(name)

    monkeypatch.setattr(driver, "_job", job)
    born = "19121212"
    with driver.JobRunner(MONTH_JOB, home, f"Anna, {born}-1212") as runner, pytest.raises(RuntimeError):
        runner.run("2024-07")
    assert given == ["Anna, [identitet]"]
