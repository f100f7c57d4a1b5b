"""The Dagster code location loads, and shows the month's stages in their order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from orchestration.approval.assets import clinic_figures
from orchestration.definitions import build_definitions
from orchestration.delivery.assets import national_delivery
from orchestration.driver import _failures as failures_of_run
from orchestration.driver import _held_domains as held_domains_of_run
from orchestration.errors import InputRefusedError
from orchestration.guard import EXIT_CODE_KEY, guarded, guarded_events
from orchestration.jobs import DELIVERY_JOB, MONTH_JOB, PUBLISH_JOB, VALIDATION_JOB
from orchestration.landing.assets import landed_files
from orchestration.publishing import assets as publishing
from orchestration.publishing.assets import published_file
from orchestration.resources import Workplace
from orchestration.settings import Home
from orchestration.state.domains import Domain, HeldDomain
from orchestration.validation import assets as validation
from orchestration.validation.assets import validated_delivery
from orchestration.validation.results import ExpectationResult
from orchestration.validation.stage import SUITES, Suite
from orchestration.warehouse.assets import warehouse_models

STAGES_IN_ORDER = (
    landed_files,
    warehouse_models,
    validated_delivery,
    clinic_figures,
    published_file,
    national_delivery,
)


def test_all_definitions_load() -> None:
    dg.Definitions.validate_loadable(build_definitions())


def names(keys: Iterable[dg.AssetKey]) -> set[str]:
    return {key.to_user_string() for key in keys}


def test_the_data_goes_one_way() -> None:
    graph = build_definitions().resolve_asset_graph()
    stage_of = {key: place for place, stage in enumerate(STAGES_IN_ORDER) for key in stage.keys}
    for key, place in stage_of.items():
        assert {stage_of[parent] for parent in graph.get(key).parent_keys} <= set(range(place + 1)), key
    assert graph.get(dg.AssetKey(["cosmic", "vardkontakt"])).parent_keys == set()
    assert names(graph.get(dg.AssetKey("national_delivery")).parent_keys) == {"published_file", "clinic_figures"}
    for stage in ("clinic_figures", "published_file"):
        assert "validated_delivery" in names(graph.get(dg.AssetKey(stage)).parent_keys)
    read = names(graph.get(dg.AssetKey("validated_delivery")).parent_keys)
    assert {"delivery/delivery_completed", "delivery/delivery_waiting", "validation/validation_figure"} <= read


def test_every_asset_has_monthly_partitions_a_group_and_a_description() -> None:
    graph = build_definitions().resolve_asset_graph()
    for key in graph.executable_asset_keys:
        node = graph.get(key)
        assert isinstance(node.partitions_def, dg.MonthlyPartitionsDefinition)
        assert "2024-07" in node.partitions_def.get_partition_keys()
        assert node.group_name not in {None, "default"}
        assert node.description


@pytest.mark.parametrize(
    ("job", "last"),
    [
        (MONTH_JOB, national_delivery),
        (PUBLISH_JOB, published_file),
        (VALIDATION_JOB, clinic_figures),
        (DELIVERY_JOB, national_delivery),
    ],
)
def test_a_job_holds_its_stages_to_the_last_with_all_their_checks(job: str, last: dg.AssetsDefinition) -> None:
    layer = build_definitions().resolve_job_def(job).asset_layer
    first = 1 if job == DELIVERY_JOB else 0
    stages = STAGES_IN_ORDER[first : STAGES_IN_ORDER.index(last) + 1]
    assert set(layer.executable_asset_keys) == {key for stage in stages for key in stage.keys}
    checks = {spec.key for stage in stages for spec in stage.check_specs}
    assert checks and checks <= set(layer.asset_graph.asset_check_keys)


def test_an_error_of_the_family_becomes_a_failure_with_its_words_and_exit_code() -> None:
    @guarded
    def refuse() -> None:
        raise InputRefusedError("fil.csv: trasig", "Lämna på nytt.")

    with pytest.raises(dg.Failure) as caught:
        refuse()
    assert "fil.csv: trasig" in (caught.value.description or "")
    assert caught.value.metadata[EXIT_CODE_KEY].value == 4


def test_an_unexpected_error_shows_its_kind_and_never_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VARDLAGER_DEBUG", raising=False)

    @guarded
    def break_down() -> None:
        raise ValueError("värdet 19" + "121212" + "-1212 gick inte")

    with pytest.raises(dg.Failure) as caught:
        break_down()
    told = caught.value.description or ""
    assert "ValueError" in told
    assert "1212" not in told
    assert caught.value.__cause__ is None


def test_what_was_yielded_before_an_error_stands_and_the_error_is_guarded() -> None:
    @guarded_events
    def break_down_late() -> Iterator[str]:
        yield "först"
        raise ValueError("värdet 19" + "121212" + "-1212 gick inte")

    events = break_down_late()
    assert next(events) == "först"
    with pytest.raises(dg.Failure) as caught:
        next(events)
    assert "ValueError" in (caught.value.description or "")
    assert "1212" not in (caught.value.description or "")
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_a_guarded_generator_passes_its_words_and_exit_code_and_ends_as_it_should() -> None:
    @guarded_events
    def refuse(is_bad: bool) -> Iterator[int]:
        yield 1
        if is_bad:
            raise InputRefusedError("fil.csv: trasig", "Lämna på nytt.")

    assert list(refuse(False)) == [1]
    with pytest.raises(dg.Failure) as caught:
        list(refuse(True))
    assert "fil.csv: trasig" in (caught.value.description or "")
    assert caught.value.metadata[EXIT_CODE_KEY].value == 4


class _Bench(Workplace):
    """A workplace without a home: the stages are the test's own."""

    @contextmanager
    def writing_work(self, context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield SimpleNamespace(
            period=context.partition_key,
            progress=lambda line: None,
            home=Home(Path("/nowhere")),
            region=SimpleNamespace(main_variant="skr"),
            connect_build=lambda read_only: SimpleNamespace(close=lambda: None),
        )


def _sound() -> list[ExpectationResult]:
    return [
        ExpectationResult(suite.name, "X.holds", "block", True, False, "0 av 9 rader avviker", "Det håller.")
        for suite in SUITES
    ]


def _run_month(
    monkeypatch: pytest.MonkeyPatch,
    results: list[ExpectationResult],
    waiting: Sequence[Suite] = (),
    held: Sequence[HeldDomain] = (),
) -> tuple[dg.ExecuteInProcessResult, list[str], dict[str, dg.AssetCheckEvaluation]]:
    """Validation with these results, and the publishing after it: how it went, what was published, the checks."""
    published: list[str] = []

    def publish(work: Any) -> dict[str, int]:
        published.append(work.period)
        return {}

    monkeypatch.setattr(validation, "suites_to_run", lambda work: [suite for suite in SUITES if suite not in waiting])
    monkeypatch.setattr(validation, "run_suites", lambda work: results)
    monkeypatch.setattr(validation, "held_back", lambda work: held)
    monkeypatch.setattr(validation, "renew_review", lambda work: None)
    monkeypatch.setattr(validation, "write_protocol", lambda work, results, review: Path("protokoll.html"))
    monkeypatch.setattr(publishing, "publish_period", publish)
    monkeypatch.setattr(publishing, "month_figures", lambda *_: [("Första kontakt", "väntande", 1, 2, None, None)])
    ran = dg.materialize(
        [validation.validated_delivery, publishing.published_file],
        partition_key="2024-07",
        resources={"workplace": _Bench()},
        raise_on_error=False,
    )
    return ran, published, {check.check_name: check for check in ran.get_asset_check_evaluations()}


def test_every_suite_that_guards_the_delivery_is_a_blocking_check_and_each_is_described() -> None:
    specs = {spec.name: spec for spec in validation.validated_delivery.check_specs}
    assert set(specs) == {
        "landing_suite", "waiting_times_suite", "occupancy_suite", "production_suite", "delivery_completed_suite",
        "delivery_waiting_suite",
    }  # fmt: skip
    assert {name for name, spec in specs.items() if not spec.blocking} == {"occupancy_suite", "production_suite"}
    assert all(spec.description for spec in specs.values())


def test_sound_suites_are_reported_as_passed_and_the_month_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ran, published, checks = _run_month(monkeypatch, _sound())
    assert ran.success and published == ["2024-07"]
    assert len(checks) == len(SUITES) and all(check.passed for check in checks.values())
    assert checks["landing_suite"].metadata["expectations"].value == 1


@pytest.mark.parametrize("has_crashed", [False, True])
def test_a_failed_or_crashed_suite_is_recorded_and_stops_what_is_downstream_with_exit_3(
    monkeypatch: pytest.MonkeyPatch, has_crashed: bool
) -> None:
    results = _sound()
    results[1] = dataclasses.replace(results[1], is_success=False, has_crashed=has_crashed, observed="2 | 9")
    ran, published, checks = _run_month(monkeypatch, results)
    assert not ran.success and published == []
    assert len(checks) == len(SUITES)
    bad = checks["waiting_times_suite"]
    assert (bad.passed, bad.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert bad.metadata["has_crashed"].value is has_crashed
    assert (bad.metadata["failed"].value, bad.metadata["crashed"].value) == ((0, 1) if has_crashed else (1, 0))
    table = str(bad.metadata["not_met"].value)
    assert ("kunde inte köras" if has_crashed else "underkänd") in table
    assert "2 \\| 9" in table
    assert [name for name, check in checks.items() if not check.passed] == ["waiting_times_suite"]
    code, messages = failures_of_run(ran)
    assert code == 3
    assert ("kunde inte köras" if has_crashed else "underkänd") in messages[0]


def test_a_suite_without_results_is_reported_as_crashed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran, published, checks = _run_month(monkeypatch, _sound()[1:])
    assert not ran.success and published == []
    assert (checks["landing_suite"].passed, checks["landing_suite"].metadata["has_crashed"].value) == (False, True)


def test_suites_that_wait_for_care_are_no_pass_and_let_the_month_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [suite for suite in SUITES if suite.domain == "waiting_times"]
    names = {suite.name for suite in waiting}
    results = [result for result in _sound() if result.suite not in names]
    ran, published, checks = _run_month(monkeypatch, results, waiting)
    assert ran.success and published == ["2024-07"]
    assert {name for name, check in checks.items() if not check.passed} == {suite.check_id for suite in waiting}
    assert all(checks[suite.check_id].severity == dg.AssetCheckSeverity.WARN for suite in waiting)


def test_what_is_held_back_is_told_with_its_exit_code_and_lets_the_month_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldDomain(Domain("production", "Produktion", (), frozenset()), "en kontroll föll", 3)
    ran, published, _ = _run_month(monkeypatch, _sound(), held=[held])
    assert ran.success and published == ["2024-07"]
    assert held_domains_of_run(ran) == (("Produktion hålls tillbaka: en kontroll föll", 3),)


def test_a_warning_is_reported_as_such_and_the_month_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    results = _sound()
    odd = dataclasses.replace(results[1], expectation="X.odd", severity="warn", is_success=False)
    ran, published, checks = _run_month(monkeypatch, [*results, odd])
    assert ran.success and published == ["2024-07"]
    check = checks["waiting_times_suite"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["warned"].value == 1
    assert "påpekande" in str(check.metadata["not_met"].value)
