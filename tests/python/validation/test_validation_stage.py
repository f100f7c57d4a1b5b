"""The stage: every suite runs and is stored; what fails stops, what crashes stops otherwise, what warns is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import CARE, Contract, load_contracts
from orchestration.errors import StoppedError
from orchestration.privacy import Key
from orchestration.settings import Home, Region
from orchestration.state import evidence
from orchestration.state.store import Load, open_state
from orchestration.validation import stage
from orchestration.validation.results import ExpectationResult, crash_of_suite, failures, warnings
from orchestration.work import Work

PERIOD = "2024-07"
SUITE_NAMES = ["landing", "waiting_times", "occupancy", "production", "delivery_completed", "delivery_waiting"]
HOLDING = ["occupancy", "production"]
BORN = "19121212"


def result(suite: str, **changes: Any) -> ExpectationResult:
    sound = ExpectationResult(suite, "X.holds", "block", True, False, "0 av 9 rader avviker", "Det håller.")
    return dataclasses.replace(sound, **changes)


def failed(suite: str) -> ExpectationResult:
    return result(suite, expectation="X.bad", is_success=False, observed="2 av 9 rader avviker")


def warned(suite: str) -> ExpectationResult:
    return result(suite, expectation="X.odd", severity="warn", is_success=False, observed="andel 0,9")


def crashed(suite: str, severity: str = "block") -> ExpectationResult:
    return result(
        suite,
        expectation="X.crash",
        severity=severity,
        is_success=False,
        has_crashed=True,
        observed="kontrollen kunde inte köras (KeyError)",
    )


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def work(tmp_path: Path, told: list[str]) -> Work:
    """A home with an empty build: what the suites see is the test's own."""
    region = Region(
        region_code=56,
        region_name="Region Prov",
        region_hsa_id="SE2321000131-1",
        county_prefix="19",
        norm_hours_per_year=1725,
        receivers=("skr",),
        main_variant="skr",
    )
    home = Home(tmp_path / "home")
    home.make()
    made = Work(PERIOD, "r1", home, region, frozenset(), Key(b"k" * 32), load_contracts(), told.append)
    made.connect_build().close()
    with open_state(home.state_file) as state:
        for contract in made.contracts.values():
            if contract.group == CARE:
                state.add_load(load_of(contract))
    return made


def load_of(contract: Contract) -> Load:
    """A current load of an entity of the month."""
    return Load(
        period=PERIOD, system=contract.system, entity=contract.entity, group_name=contract.group,
        file_name=f"{contract.entity}_202407.csv", sha256=contract.entity, archive_path="", lake_path="",
        rows_in_file=1, rows_loaded=1, rows_quarantined=0, rows_duplicate=0, rows_filtered=0,
        loaded_at="2024-08-02 10:00:00", outcome="current",
    )  # fmt: skip


Outcome = list[ExpectationResult] | Exception


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Outcome]:
    """What each suite gives when it runs: sound at first, and whatever a test puts here."""
    given: dict[str, Outcome] = {name: [result(name)] for name in SUITE_NAMES}

    def runner(name: str) -> Callable[..., list[ExpectationResult]]:
        def run(*_: object) -> list[ExpectationResult]:
            outcome = given[name]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return run

    suites = tuple(dataclasses.replace(suite, run=runner(suite.name)) for suite in stage.SUITES)
    monkeypatch.setattr(stage, "SUITES", suites)
    return given


def proof(work: Work) -> dict[str, tuple[bool, str]]:
    with open_state(work.home.state_file) as state:
        rows = state.rows("select check_id, is_passed, detail from evidence where run_id = 'r1'")
    return {row["check_id"]: (bool(row["is_passed"]), row["detail"]) for row in rows}


def test_every_suite_is_a_required_check_and_none_is_forgotten() -> None:
    assert [suite.name for suite in stage.SUITES] == SUITE_NAMES
    checks = evidence.required_checks()
    assert {check_id for check_id in checks if check_id.endswith("_suite")} == {f"{name}_suite" for name in SUITE_NAMES}


def test_sound_results_are_stored_and_each_suite_is_evidence(work: Work, outcomes: dict[str, Outcome]) -> None:
    results = stage.validate_period(work)
    assert [r.suite for r in results] == SUITE_NAMES
    assert stage.stored_results(work) == results
    assert proof(work) == {f"{name}_suite": (True, "1 kontroller godkända") for name in SUITE_NAMES}


def test_bad_data_stops_with_what_failed_and_the_results_are_stored(work: Work, outcomes: dict[str, Outcome]) -> None:
    outcomes["waiting_times"] = [result("waiting_times"), failed("waiting_times")]
    results = stage.run_suites(work)
    assert stage.stored_results(work) == results
    assert {check for check, (is_passed, _) in proof(work).items() if not is_passed} == {"waiting_times_suite"}
    with pytest.raises(StoppedError) as stopped:
        stage.demand_passed(work, results)
    assert stopped.value.exit_code == 3
    assert "underkänd" in stopped.value.what and "waiting_times X.bad: 2 av 9 rader avviker" in stopped.value.what
    assert "kunde inte köras" not in str(stopped.value)


@pytest.mark.parametrize("name", SUITE_NAMES)
def test_a_suite_that_breaks_down_is_stored_as_crashed_and_the_others_still_run(
    work: Work, outcomes: dict[str, Outcome], name: str
) -> None:
    outcomes[name] = ValueError(f"hemligt {BORN}-1212")
    results = stage.run_suites(work)
    (crash,) = [r for r in results if r.suite == name]
    assert (crash.is_success, crash.has_crashed, crash.severity) == (False, True, "block")
    assert crash.observed == "kontrollen kunde inte köras (ValueError)"
    assert [r.suite for r in results] == SUITE_NAMES
    assert stage.stored_results(work) == results
    assert [check for check, (is_passed, _) in proof(work).items() if not is_passed] == [f"{name}_suite"]
    if name in HOLDING:
        stage.demand_passed(work, results)
        return
    with pytest.raises(StoppedError) as stopped:
        stage.demand_passed(work, results)
    assert "kunde inte köras" in stopped.value.what
    assert "underkänd" not in str(stopped.value)
    assert "1212" not in str(stopped.value)


def test_the_houses_own_words_of_a_breakdown_are_kept_and_masked(work: Work, outcomes: dict[str, Outcome]) -> None:
    outcomes["landing"] = StoppedError(f"Modellen för {BORN}-1212 saknas.", "Bygg om.")
    (crash,) = [r for r in stage.run_suites(work) if r.suite == "landing"]
    assert "Modellen för" in crash.observed and "1212" not in crash.observed


def test_a_suite_without_any_result_is_no_pass(work: Work, outcomes: dict[str, Outcome]) -> None:
    outcomes["delivery_waiting"] = []
    results = stage.run_suites(work)
    assert [r.has_crashed for r in results if r.suite == "delivery_waiting"] == [True]
    assert proof(work)["delivery_waiting_suite"][0] is False


@pytest.mark.parametrize("name", [name for name in SUITE_NAMES if name not in HOLDING])
def test_results_that_lack_a_suite_stop(work: Work, name: str) -> None:
    results = [result(suite) for suite in SUITE_NAMES if suite != name]
    with pytest.raises(StoppedError, match=f"{name} SUITE.runs: kontrollen kunde inte köras"):
        stage.demand_passed(work, results)


@pytest.mark.parametrize("name", HOLDING)
@pytest.mark.parametrize("fault", [failed, crashed])
def test_a_suite_of_its_own_domain_holds_that_back_and_stops_nothing(
    work: Work, outcomes: dict[str, Outcome], told: list[str], name: str, fault: Callable[[str], ExpectationResult]
) -> None:
    outcomes[name] = [fault(name)]
    results = stage.validate_period(work)
    assert failures(results) == [fault(name)]
    [held] = stage.held_back(work)
    assert held.domain.name == {"occupancy": "inpatient"}.get(name, name) and f"{name}_suite" in held.why
    assert name not in {result.suite for result in stage.results_of_the_delivery(work)}
    assert [line for line in told if "1 underkända eller inte körda" in line]


def test_a_month_without_care_is_not_asked_for_its_waiting_times(work: Work, outcomes: dict[str, Outcome]) -> None:
    with open_state(work.home.state_file) as state:
        state.execute("delete from load")
    results = stage.run_suites(work)
    assert [result.suite for result in results] == ["landing", *HOLDING]
    assert set(proof(work)) == {"landing_suite", "occupancy_suite", "production_suite"}
    stage.demand_passed(work, results, stage.suites_to_run(work))
    assert [held.domain.name for held in stage.held_back(work)] == ["waiting_times"]


def test_crashes_and_bad_data_together_are_told_apart(work: Work, outcomes: dict[str, Outcome]) -> None:
    outcomes["landing"] = [crashed("landing")]
    outcomes["waiting_times"] = [failed("waiting_times")]
    with pytest.raises(StoppedError) as stopped:
        stage.validate_period(work)
    assert "1 kontroller av 2024-07 kunde inte köras: landing X.crash" in stopped.value.what
    assert "2024-07 är underkänd i 1 kontroller: waiting_times X.bad" in stopped.value.what


def test_a_warning_is_told_and_stops_nothing(work: Work, outcomes: dict[str, Outcome], told: list[str]) -> None:
    outcomes["waiting_times"] = [result("waiting_times"), warned("waiting_times")]
    results = stage.validate_period(work)
    assert failures(results) == [] and [r.expectation for r in warnings(results)] == ["X.odd"]
    assert proof(work)["waiting_times_suite"][0] is True
    assert any("X.odd: andel 0,9" in line for line in told)


def test_a_crashed_check_stops_whatever_its_severity(work: Work, outcomes: dict[str, Outcome]) -> None:
    outcomes["waiting_times"] = [result("waiting_times"), crashed("waiting_times", "warn")]
    with pytest.raises(StoppedError, match="kunde inte köras"):
        stage.validate_period(work)
    assert proof(work)["waiting_times_suite"][0] is False


def test_a_run_again_takes_the_place_of_what_it_stored(work: Work, outcomes: dict[str, Outcome]) -> None:
    outcomes["landing"] = [failed("landing")]
    stage.run_suites(work)
    outcomes["landing"] = [result("landing")]
    stage.run_suites(work)
    assert failures(stage.stored_results(work)) == []
    assert proof(work)["landing_suite"][0] is True


def test_on_a_build_without_tables_every_suite_crashes_and_none_passes(work: Work) -> None:
    results = stage.run_suites(work)
    assert {(r.suite, r.expectation, r.has_crashed) for r in results} == {
        (name, "SUITE.runs", True) for name in SUITE_NAMES
    }
    assert {is_passed for is_passed, _ in proof(work).values()} == {False}
    assert len(proof(work)) == len(SUITE_NAMES)


def test_without_a_build_every_suite_crashes_and_is_stored(work: Work) -> None:
    work.home.build_file.unlink()
    results = stage.run_suites(work)
    assert [r.suite for r in results] == SUITE_NAMES and all(r.has_crashed for r in results)
    assert stage.stored_results(work) == results


def test_an_expectation_that_raises_on_aggregates_is_crashed_and_its_neighbour_is_judged() -> None:
    import great_expectations.expectations as gxe
    import pandas as pd

    from expectations.wording import WARN, expectation_meta
    from orchestration.validation.run import run_aggregates

    frame = pd.DataFrame({"line": ["a", "b"], "count": [1, 2]})
    missing = gxe.ExpectColumnValuesToBeInSet(
        column="finns_inte", value_set=[0], meta=expectation_meta("X.crash", "Prov.", {"count": "antal"}, WARN)
    )
    bad = gxe.ExpectColumnValuesToBeInSet(
        column="count", value_set=[1], meta=expectation_meta("X.bad", "Prov.", {"count": "antal"})
    )
    crash, judged = run_aggregates("prov", [(frame, [missing, bad])])
    assert (crash.is_success, crash.has_crashed) == (False, True)
    assert (judged.is_success, judged.has_crashed, judged.observed) == (False, False, "b: antal 2")
    assert failures([crash, judged]) == [crash, judged]


def test_a_frame_without_lines_is_crashed_and_more_deviating_lines_than_shown_are_counted() -> None:
    import great_expectations.expectations as gxe
    import pandas as pd

    from expectations.wording import expectation_meta
    from orchestration.validation.run import run_aggregates

    none_wrong = gxe.ExpectColumnValuesToBeInSet(
        column="count", value_set=[0], meta=expectation_meta("X.bad", "Prov.", {"count": "antal"})
    )
    (empty,) = run_aggregates("prov", [(pd.DataFrame({"line": [], "count": []}), [none_wrong])])
    assert (empty.is_success, empty.has_crashed) == (False, True)
    frame = pd.DataFrame({"line": list("abcdefgh"), "count": [0, 1, 1, 1, 1, 1, 0, 0]})
    (many,) = run_aggregates("prov", [(frame, [none_wrong])])
    assert many.observed == "b: antal 1; c: antal 1; d: antal 1; och 2 till"
    (none,) = run_aggregates("prov", [(frame.assign(count=0), [none_wrong])])
    assert none.observed == "8 uppgifter, ingen avviker"


def test_the_one_result_of_a_suite_that_crashed_is_no_pass() -> None:
    crash = crash_of_suite("landing", "IOException")
    assert failures([crash]) == [crash]
