"""What the Dagster UI shows: every extract, model, rule and suite has its place there, with Swedish words."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.contracts import load_contracts
from orchestration.definitions import STAGES
from orchestration.landing.assets import landed_files
from orchestration.landing.land import Landing
from orchestration.landing.told import standings
from orchestration.markdown import table
from orchestration.settings import Home
from orchestration.state.store import Load, open_state
from orchestration.validation.assets import validated_delivery
from orchestration.validation.stage import SUITES
from orchestration.warehouse.assets import PROJECT, warehouse_models
from orchestration.warehouse.dbt_runner import NodeResult
from orchestration.warehouse.model_checks import (
    CHECK_NAME,
    SEEDS_KEY,
    model_check_results,
    model_key,
)
from orchestration.warehouse.rule_checks import read_rules, rule_check_results
from orchestration.warehouse.told import Finding

ROOT = Path(__file__).resolve().parents[3]
GROUPS = {
    "care", "registers", "reference", "staging", "core", "waiting_times", "rules", "quality", "meta", "delivery",
    "approval", "validation", "review", "publishing", "phone", "wards", "operations", "listing", "plans", "inpatient",
    "production",
}  # fmt: skip


def checks_of(stage: dg.AssetsDefinition) -> dict[tuple[str, str], dg.AssetCheckSpec]:
    return {(spec.asset_key.to_user_string(), spec.name): spec for spec in stage.check_specs}


def rules_of_the_seed() -> dict[str, list[dict[str, str]]]:
    rules: dict[str, list[dict[str, str]]] = {}
    with (ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["has_model"] == "true":
                rules.setdefault(row["rule_id"], []).append(row)
    return rules


def test_every_asset_and_every_check_is_described_in_a_group_that_has_a_name() -> None:
    for stage in STAGES:
        for spec in stage.specs:
            assert spec.description, spec.key
            assert spec.group_name in GROUPS, spec.key
        for check in stage.check_specs:
            assert check.description, check.key


def test_every_extract_is_an_asset_of_its_group_with_the_words_of_its_contract() -> None:
    specs = {spec.key.to_user_string(): spec for spec in landed_files.specs}
    contracts = load_contracts()
    assert set(specs) == {f"{contract.system}/{contract.table}" for contract in contracts.values()}
    assert specs["cosmic/vardkontakt"].group_name == "care"
    assert specs["register/enhet"].group_name == "registers"
    assert (specs["cosmic/vardkontakt"].description or "").startswith("Vårdkontakt: ")


def test_every_model_is_an_asset_that_follows_what_it_reads() -> None:
    specs = {spec.key.to_user_string(): spec for spec in warehouse_models.specs}
    assert set(specs) == {f"{model.schema}/{model.table}" for model in PROJECT.models} | {"reference/seeds"}
    parents = {dep.asset_key.to_user_string() for dep in specs["staging/stg_cosmic__vardkontakt"].deps}
    assert parents == {"cosmic/vardkontakt"}
    parents = {dep.asset_key.to_user_string() for dep in specs["quality/deviations"].deps}
    assert parents == {f"intermediate/int_quality__{kind}finding" for kind in ("", "clinic_", "ward_")}
    assert "reference/seeds" in {dep.asset_key.to_user_string() for dep in specs["intermediate/rule_a05"].deps}


def test_every_model_with_tests_has_one_check_that_names_them() -> None:
    checks = checks_of(warehouse_models)
    tested = {model_key(model).to_user_string() for model in PROJECT.models if model.tests}
    assert {key for key, name in checks if name == CHECK_NAME} == tested | {SEEDS_KEY.to_user_string()}
    words = checks["marts/mart_waiting_times", CHECK_NAME].description or ""
    assert "en rad per nyckel (" in words and "waiting_times_of_the_breakdowns_add_up_to_all" in words


def test_every_rule_with_a_model_is_a_check_in_the_words_of_the_seed_and_stops_nothing_itself() -> None:
    checks = {key: spec for key, spec in checks_of(warehouse_models).items() if key[1] != CHECK_NAME}
    rules = rules_of_the_seed()
    assert {name[:3] for _, name in checks} == set(rules) and len(checks) == len(rules)
    assert ("intermediate/rule_a05", "A05_dubbelt_utford") in checks
    for (asset, name), spec in checks.items():
        assert asset == f"intermediate/rule_{name[:3].lower()}"
        assert re.fullmatch(r"[A-E]\d\d(_[a-z0-9]+)+", name)
        assert not spec.blocking
        for case in rules[name[:3]]:
            for word in ("title", "meaning", "what_to_do"):
                assert case[word] in (spec.description or ""), name


def test_every_suite_is_a_check_of_the_validation() -> None:
    assert {name for _, name in checks_of(validated_delivery)} == {suite.check_id for suite in SUITES}


def node(unique_id: str, status: str, tested: tuple[str, ...], failures: int | None = 0) -> NodeResult:
    return NodeResult(unique_id, unique_id.split(".")[0], status, "Got 2 | results", tested=tested, failures=failures)


def told_of(nodes: list[NodeResult]) -> dict[str, dg.AssetCheckResult]:
    return {
        str(result.asset_key and result.asset_key.to_user_string()): result
        for result in model_check_results(PROJECT, "2024-07", nodes)
    }


def every_test(status: str = "pass") -> list[NodeResult]:
    """A result of each generic test of the models and seeds."""
    return [
        node(f"test.vardlager.{test.name}_{number}.abc", status, (owner.unique_id,))
        for owner in (*PROJECT.models, *PROJECT.seeds)
        for number, test in enumerate(owner.tests)
    ]


def test_a_model_passes_when_all_its_tests_did_and_fails_with_the_rows_that_fall() -> None:
    sound = told_of(every_test())
    assert all(result.passed for result in sound.values())
    bad = node(
        "test.vardlager.rows_add_up.abc", "fail",
        ("seed.vardlager.variants", "model.vardlager.int_core__period", "model.vardlager.mart_waiting_times"), 2,
    )  # fmt: skip
    told = told_of([*every_test(), bad])
    assert [key for key, result in told.items() if not result.passed] == ["marts/mart_waiting_times"]
    result = told["marts/mart_waiting_times"]
    assert result.severity == dg.AssetCheckSeverity.ERROR
    first_row = str(result.metadata["outcome"].value).splitlines()[2]
    assert first_row == "| rows_add_up | underkänt | 2 | Got 2 \\| results |"


def test_tests_that_were_left_out_or_never_ran_are_no_pass() -> None:
    assert not any(result.passed for result in told_of(every_test("skipped")).values())
    assert not any(result.passed for result in told_of([]).values())


def rule_results(*findings: Finding) -> dict[str, dg.AssetCheckResult]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.rule_id, []).append(finding)
    return {str(result.check_name)[:3]: result for result in rule_check_results("2024-07", found, {})}


@pytest.mark.parametrize(
    ("severity", "passed", "grade"),
    [("info", True, "WARN"), ("fix", False, "WARN"), ("block", False, "ERROR")],
)
def test_a_rule_warns_of_what_is_to_be_corrected_and_fails_on_what_blocks(
    severity: str, passed: bool, grade: str
) -> None:
    results = rule_results(Finding("A05", "repeated", severity, "Kliniken", 1234, 1240))
    assert len(results) == len(read_rules())
    told = results.pop("A05")
    assert (told.passed, told.severity) == (passed, dg.AssetCheckSeverity[grade])
    assert told.metadata["findings"].value == 1240
    assert "| Kliniken | Dubbelt utförd | " in str(told.metadata["by_clinic"].value)
    assert "1\u00a0234" in str(told.metadata["by_clinic"].value)
    assert all(result.passed and result.metadata["findings"].value == 0 for result in results.values())


def load(entity: str, period: str, outcome: str, **other: Any) -> Load:
    facts: dict[str, Any] = {
        "system": "register", "group_name": "registers", "file_name": f"{entity}.csv", "sha256": f"{entity}{period}",
        "archive_path": "", "lake_path": f"lake/{entity}/period={period}/load-0001.parquet", "rows_in_file": 8,
        "rows_loaded": 6, "rows_quarantined": 2, "rows_duplicate": 0, "rows_filtered": 0,
        "loaded_at": "2024-08-01 06:00:00",
    } | other  # fmt: skip
    return Load(entity=entity, period=period, outcome=outcome, **facts)


def test_an_extract_tells_which_load_it_stands_on_and_its_shares(tmp_path: Path) -> None:
    home = Home(tmp_path)
    care = {"system": "cosmic", "group_name": "care"}
    new = load("cosmic_vardkontakt", "2024-07", "current", **care)
    landing = Landing("2024-07", loaded=[new])
    with open_state(home.state_file) as state:
        for entry in (
            new,
            load("cosmic_vantelista", "2024-06", "current", **care),
            load("register_enhet", "2024-05", "current"),
            load("register_enhet", "2024-06", "current"),
            load("register_konto", "2024-07", "current"),
            load("register_konto", "2024-08", "current"),
            load("register_konto", "2024-07", "held", sha256="nyare"),
        ):
            state.add_load(entry)
        told = standings(state, home, load_contracts(), landing)
    assert told["cosmic_vardkontakt"].in_words == "inläst i den här körningen"
    facts = told["cosmic_vardkontakt"].load
    assert facts is not None and (facts["loaded_share"], facts["quarantined_share"]) == (0.75, 0.25)
    assert told["cosmic_vantelista"].load is None
    assert told["cosmic_vantelista"].in_words == "ingen inläsning gäller, och tabellen är tom"
    assert told["register_enhet"].in_words == "registret från 2024-06 gäller"
    assert told["register_konto"].in_words == (
        "oförändrad: den tidigare inläsningen gäller; en nyare fil väntar på resten av sin grupp"
    )


def test_the_list_of_quarantined_rows_is_that_of_the_load(tmp_path: Path) -> None:
    home = Home(tmp_path)
    folder = home.quarantine / "2024-07"
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"register_enhet.load-000{number}.csv").touch()
    second = load(
        "register_enhet", "2024-07", "current", lake_path="lake/register_enhet/period=2024-07/load-0002.parquet"
    )
    with open_state(home.state_file) as state:
        state.add_load(second)
        told = standings(state, home, load_contracts(), Landing("2024-07"))
    assert told["register_enhet"].quarantine_list == folder / "register_enhet.load-0002.csv"


def test_a_cell_of_a_table_can_end_no_cell_and_no_row() -> None:
    told = table(("a", "b"), [("x|y\nz", 1234), (None, 0.5)])
    assert told.splitlines() == ["| a | b |", "| --- | --- |", "| x\\|y z | 1\u00a0234 |", "| – | 0,5 |"]
