"""The month as one job: a delivery that is held back is told, and is not shown as made."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.delivery.assets import national_delivery
from orchestration.delivery.package import PackageManifest
from orchestration.delivery.stage import HeldBack
from orchestration.driver import Outcome, run_job
from orchestration.errors import StoppedError
from orchestration.jobs import DELIVERY_JOB, MONTH_JOB
from orchestration.resources import Workplace

from .house import PERIOD, House

LISTS = ("STAGES", "_PUBLISHED", "_VALIDATED", "_DELIVERED")
DELIVERY = dg.AssetKey("national_delivery")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A home whose stages before the delivery are done already: what runs here is the job around it."""
    made = House(tmp_path)
    made.run()
    for name in ("validated_delivery", "clinic_figures", "published_file"):
        _leave_out(name, monkeypatch)
    _without_landing_and_build(monkeypatch)
    monkeypatch.setattr("orchestration.resources.open_work", lambda *_: made.work)
    monkeypatch.setattr(logging, "disable", lambda _: None)
    monkeypatch.setenv("DAGSTER_HOME", "")
    return made


def _leave_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that does nothing in the place of a real one, with the same name, order and months."""
    import orchestration.definitions as definitions

    real = getattr(definitions, name)

    before = {"published_file", "clinic_figures", "validated_delivery"}
    deps = [key for key in real.asset_deps[real.key] if key.to_user_string() in before]

    @dg.asset(name=name, partitions_def=real.partitions_def, deps=deps)
    def nothing() -> None:
        pass

    for list_name in LISTS:
        stages = getattr(definitions, list_name)
        monkeypatch.setattr(definitions, list_name, tuple(nothing if stage is real else stage for stage in stages))


def _without_landing_and_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job begins after the stages of many assets, which would only cost time here."""
    import orchestration.definitions as definitions

    left_out = (definitions.landed_files, definitions.warehouse_models)
    for list_name in LISTS:
        stages = getattr(definitions, list_name)
        monkeypatch.setattr(definitions, list_name, tuple(stage for stage in stages if stage not in left_out))


def delivers(monkeypatch: pytest.MonkeyPatch, **acts: Any) -> list[str]:
    """Let `when_open` and `always` be what the asset's two ways come to; returns what was called."""
    called: list[str] = []

    def noting(name: str, outcome: Any) -> Any:
        def act(*_: object) -> Any:
            called.append(name)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return act

    monkeypatch.setattr("orchestration.delivery.assets.deliver_when_open", noting("when_open", acts.get("when_open")))
    monkeypatch.setattr("orchestration.delivery.assets.deliver_period", noting("always", acts.get("always")))
    monkeypatch.setattr("orchestration.delivery.assets.renew_published", noting("renewed", None))
    return called


def ran(house: House, job: str) -> tuple[Outcome, bool]:
    """How the job ended, and whether Dagster shows a delivery as made."""
    outcome = run_job(job, PERIOD, house.work.home)
    with dg.DagsterInstance.get() as instance:
        return outcome, instance.get_latest_materialization_event(DELIVERY) is not None


def test_a_month_held_back_ends_well_says_why_and_shows_no_delivery(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = delivers(monkeypatch, when_open=HeldBack(("Ingen leverans.", "  - Öronkliniken: saknas")))
    outcome, is_shown = ran(house, MONTH_JOB)
    assert (outcome.exit_code, outcome.messages) == (0, ())
    assert outcome.held_back == ("Ingen leverans.", "  - Öronkliniken: saknas")
    assert outcome.delivered is None
    assert not is_shown
    assert called == ["when_open"], "det publicerade är redan förnyat"


def test_a_month_delivered_tells_its_folder_and_renews_what_is_published(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = delivers(monkeypatch, when_open=PackageManifest(Path("v1"), (), (), {}))
    outcome, is_shown = ran(house, MONTH_JOB)
    assert (outcome.exit_code, outcome.delivered, outcome.held_back) == (0, "v1", ())
    assert is_shown
    assert called == ["when_open", "renewed"]


def test_a_stage_materialised_by_itself_delivers_nothing_that_stands_delivered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = delivers(monkeypatch, when_open=HeldBack(("redan levererat",)))
    ran_alone = dg.materialize([national_delivery], partition_key=PERIOD, resources={"workplace": Workplace()})
    assert ran_alone.success
    assert ran_alone.get_asset_materialization_events() == []
    assert called == ["when_open"]


def test_the_delivery_job_always_asks_for_the_next_version(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    called = delivers(monkeypatch, always=PackageManifest(Path("v2"), (), (), {}))
    outcome, is_shown = ran(house, DELIVERY_JOB)
    assert (outcome.delivered, is_shown) == ("v2", True)
    assert called == ["always", "renewed"]


def test_a_delivery_that_is_stopped_is_exit_3_with_its_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    delivers(monkeypatch, always=StoppedError("Kan inte leverera: Öronkliniken saknas.", "Låt den godkänna."))
    outcome, is_shown = ran(house, DELIVERY_JOB)
    assert outcome.exit_code == 3
    assert "Öronkliniken saknas" in outcome.messages[0]
    assert not is_shown
    with house.state() as state:
        assert [row["exit_code"] for row in state.rows("select exit_code from run")] == [3]
