"""Dagster's settings on a workstation: written by the house, and left alone once somebody made them their own."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from orchestration.services import dagster_home
from orchestration.services.dagster_home import TEMPLATE, prepare_dagster_home
from orchestration.settings import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("DAGSTER_HOME", "")
    made = Home(tmp_path / "home")
    made.make()
    return made


def test_the_settings_are_written_for_the_owner_alone_and_dagster_is_pointed_there(home: Home) -> None:
    settings = prepare_dagster_home(home)
    assert settings.read_text().endswith(TEMPLATE.read_text())
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert os.environ["DAGSTER_HOME"] == str(home.state / "dagster")
    assert list(settings.parent.iterdir()) == [settings]


def test_settings_that_nobody_changed_follow_the_projects(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = prepare_dagster_home(home)
    newer = tmp_path / "newer.yaml"
    newer.write_text("telemetry:\n  enabled: false\n")
    monkeypatch.setattr(dagster_home, "TEMPLATE", newer)
    prepare_dagster_home(home)
    assert settings.read_text().endswith(newer.read_text())


def test_settings_of_an_earlier_version_without_a_mark_are_renewed(home: Home) -> None:
    settings = home.state / "dagster" / "dagster.yaml"
    settings.parent.mkdir()
    settings.write_text("telemetry:\n  enabled: false\nnux:\n  enabled: false\n")
    prepare_dagster_home(home)
    assert settings.read_text().endswith(TEMPLATE.read_text())


@pytest.mark.parametrize("edit", ["append", "remove mark", "own"])
def test_settings_changed_by_hand_are_left_alone(home: Home, edit: str) -> None:
    settings = prepare_dagster_home(home)
    text = settings.read_text()
    own = {"append": text + "# egen\n", "remove mark": text.partition("\n")[2], "own": "storage: {}\n"}[edit]
    settings.write_text(own)
    prepare_dagster_home(home)
    assert settings.read_text() == own
