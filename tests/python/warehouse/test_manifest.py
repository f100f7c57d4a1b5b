"""The dbt project's own order, read from its manifest: names, descriptions, grain, layers, contracts."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import PROJECT_ROOT, REGISTERS, load_contracts
from tests.python.warehouse.planted import query

Node = dict[str, Any]

# What a layer may read; the models of the rules stand under quality and are the builder's own.
MAY_READ = {
    "staging": {"lake"},
    "intermediate": {"staging", "intermediate", "rules", "seed", "control"},
    # What is said of a clinic is compared with other periods, which stand in kept tables alone.
    "rules": {"intermediate", "marts", "seed", "control"},
    "marts": {"intermediate", "marts", "seed"},
    "quality": {"intermediate", "control"},
    "meta": {"control", "seed", "delivery"},
    "delivery": {"intermediate", "seed", "control", "delivery"},
    "approval": {"intermediate", "marts", "quality", "delivery", "approval", "seed"},
    # What was staged is reconciled with what came of it.
    "validation": {"staging", "intermediate", "marts", "quality", "seed", "control"},
    # What reporters read rests on all that a run makes, and nothing rests on it.
    "review": {"intermediate", "marts", "quality", "meta", "delivery", "approval", "review", "seed", "control"},
}
NAMES = {
    "staging": r"stg_(cosmic|register|telefoni|inera|provisio|plan)__[a-z0-9_]+",
    "intermediate": r"int_(core|waiting_times|phone|inpatient|production|quality)__[a-z_]+",
    "rules": r"rule_[a-z][0-9]{2}",
    "marts": r"(dim|fct|mart)_[a-z_]+",
    "quality": r"[a-z_]+",
    "meta": r"[a-z_]+",
    "delivery": r"delivery_[a-z_]+",
    "approval": r"approval_[a-z_]+",
    "validation": r"validation_[a-z_]+",
    "review": r"review_[a-z_]+",
}
BOOLEAN_START = ("is_", "has_")


def layer_of(node: Node) -> str:
    """The layer a node belongs to, by its folder; sources are lake or control, seeds are seed."""
    if node["resource_type"] == "source":
        return str(node["schema"])
    if node["resource_type"] == "seed":
        return "seed"
    parts = Path(node["path"]).parts
    return "rules" if "rules" in parts else parts[0]


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_a_model_reads_only_the_layers_before_its_own(manifest: dict[str, Any], models: list[Node]) -> None:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    wrong = [
        (model["name"], parent)
        for model in models
        for parent in model["depends_on"]["nodes"]
        if layer_of(nodes[parent]) not in MAY_READ[layer_of(model)]
    ]
    assert wrong == []


def test_names_tell_layer_and_subject(models: list[Node]) -> None:
    wrong = [model["name"] for model in models if not re.fullmatch(NAMES[layer_of(model)], model["name"])]
    assert wrong == []


def test_every_model_tells_in_words_its_grain_key_and_source(models: list[Node]) -> None:
    wrong = [
        model["name"]
        for model in models
        if not all(word in model["description"] for word in ("Grain: ", "Key: ", "Source: "))
    ]
    assert wrong == []


def test_every_column_that_a_model_has_is_described_and_no_other(models: list[Node], database: Path) -> None:
    stands = {
        (schema, table): set(columns)
        for schema, table, columns in query(
            database,
            "select table_schema, table_name, list(column_name) from information_schema.columns group by all",
        )
    }
    for model in models:
        described = {name for name, column in model["columns"].items() if column["description"]}
        assert described == stands[model["schema"], model["alias"]], model["name"]


def test_every_seed_and_its_columns_are_described(manifest: dict[str, Any], database: Path) -> None:
    for seed in (node for node in manifest["nodes"].values() if node["resource_type"] == "seed"):
        assert seed["description"], seed["name"]
        described = {name for name, column in seed["columns"].items() if column["description"]}
        columns = query(database, f"select column_name from (describe reference.{seed['name']})")
        assert described == {column for (column,) in columns}, seed["name"]


def test_what_is_published_or_delivered_has_an_enforced_contract(models: list[Node]) -> None:
    published = [
        model for model in models if model["schema"] in ("marts", "quality", "meta", "delivery", "approval", "review")
    ]
    assert {model["name"] for model in published if not model["config"]["contract"]["enforced"]} == set()
    assert len(published) >= 13


def test_booleans_begin_with_is_or_has_and_dates_and_times_end_as_such(models: list[Node]) -> None:
    for model in models:
        if model["schema"] not in ("marts", "quality", "meta"):
            continue
        for name, column in model["columns"].items():
            assert (column["data_type"] == "boolean") == name.startswith(BOOLEAN_START), (model["name"], name)
            if column["data_type"] == "date":
                # PRODUCT calls a ward's day by its date alone.
                assert name.endswith("_date") or name == "date", (model["name"], name)
            if column["data_type"] == "timestamp":
                assert name.endswith("_at"), (model["name"], name)


def test_every_table_of_rows_has_a_test_of_its_grain(manifest: dict[str, Any], models: list[Node]) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "has_grain"
    }
    # The rules are tested where they are united; the views add flags to rows one to one, or pick
    # some of them; the thin copies of a log take what the log holds; equal rows have equal digests.
    excused = {
        "int_waiting_times__flagged_row",
        "int_quality__delivery_candidate",
        "approval_row_digest",
        "delivery_row_digest",
        "load_account",
        "validation_results",
    }
    without = {
        model["name"]
        for model in models
        if layer_of(model) != "rules" and model["unique_id"] not in tested and model["name"] not in excused
    }
    assert without == set()


def test_models_ask_no_clock_and_no_chance(models: list[Node]) -> None:
    for model in models:
        code = model["raw_code"].lower()
        for word in ("current_date", "now()", "today()", "random(", "uuid(", "current_timestamp"):
            assert word not in code, model["name"]


def test_sql_keeps_to_what_both_engines_take(manifest: dict[str, Any]) -> None:
    project = [*manifest["nodes"].values()]
    for node in project:
        code = re.sub(r"--.*|\{#.*?#\}", "", node.get("raw_code") or "").lower()
        for word in ("qualify ", "group by all", " ~ '", "->"):
            assert word not in code, (node["name"], word)
        assert "date_sub(" not in code
        assert "date_diff(" not in code, "day differences stand in macros/engine alone"


def test_telemetry_is_off() -> None:
    assert "send_anonymous_usage_stats: false" in (PROJECT_ROOT / "dbt_project.yml").read_text(encoding="utf-8")


TOUCHED = "touched_period"


def is_kept(model: Node) -> bool:
    return bool(model["config"]["materialized"] == "incremental")


def test_every_published_table_with_rows_of_periods_is_kept_unless_it_is_made_whole_and_nothing_else_is(
    models: list[Node],
) -> None:
    expected = {
        model["name"]
        for model in models
        if model["schema"] in ("marts", "quality", "delivery")
        and "period" in model["columns"]
        and not {"state_copy", "whole"} & set(model["config"]["tags"])
        and model["config"]["materialized"] != "view"
    }
    # A month of the flow, or of production, is what its mart reads of the periods that are not touched.
    months = {"int_waiting_times__flow_month", "int_production__month"}
    assert {model["name"] for model in models if is_kept(model)} == expected | months
    assert {"mart_waiting_times", "mart_waiting_flow", "deviations", "delivery_content"} <= expected


def test_what_is_made_whole_reads_no_model_of_the_touched_periods_alone(
    manifest: dict[str, Any], models: list[Node]
) -> None:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    of_all_periods = {
        source["unique_id"]
        for source in manifest["sources"].values()
        if source["schema"] == "control" and source["name"] != "touched_period"
    } | {
        f"source.vardlager.{contract.system}.{contract.table}"
        for contract in load_contracts().values()
        if contract.reads_all_periods or contract.group == REGISTERS
    }

    def is_of_all_periods(unique_id: str) -> bool:
        node = nodes[unique_id]
        if node["resource_type"] == "source":
            return unique_id in of_all_periods
        if node["resource_type"] == "seed" or is_kept(node):
            return True
        return all(is_of_all_periods(parent) for parent in node["depends_on"]["nodes"])

    whole = [model for model in models if "whole" in model["config"]["tags"]]
    assert [model["name"] for model in whole if not is_of_all_periods(model["unique_id"])] == []
    assert [model["name"] for model in whole if is_kept(model)] == []
    assert "int_core__ward_period" in {model["name"] for model in whole}


def test_a_kept_table_replaces_periods_and_never_changes_its_shape(models: list[Node]) -> None:
    for model in filter(is_kept, models):
        config = model["config"]
        assert (config["incremental_strategy"], config["on_schema_change"]) == ("replace_periods", "fail"), model[
            "name"
        ]
        assert "is_incremental" not in model["raw_code"], f"{model['name']}: the same rows whether kept or made anew"


def test_a_test_of_a_kept_table_looks_at_the_touched_periods_alone(manifest: dict[str, Any]) -> None:
    kept = {node["unique_id"] for node in manifest["nodes"].values() if node["resource_type"] == "model"} & {
        node["unique_id"] for node in manifest["nodes"].values() if is_kept(node)
    }
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    of_kept = [node for node in tests if kept & {node.get("attached_node"), *node["depends_on"]["nodes"]}]
    assert [node["name"] for node in of_kept if TOUCHED not in node["compiled_code"]] == []
    # One kept table that is read whole beside another that is limited would be found nowhere else.
    for node in of_kept:
        own = {node["attached_node"]} if node.get("attached_node") else kept & set(node["depends_on"]["nodes"])
        assert len(re.findall(rf"select {TOUCHED}\.period", node["compiled_code"])) >= len(own), node["name"]
    assert len(of_kept) > 30


def test_a_rule_that_asks_all_earlier_periods_asks_them_of_the_contact_history(
    manifest: dict[str, Any], models: list[Node]
) -> None:
    with (PROJECT_ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as file:
        unbounded = {
            row["rule_id"].lower()
            for row in csv.DictReader(file)
            if row["has_model"] == "true" and row["look_back_periods"] == ""
        }
    asking = {
        model["name"]
        for model in models
        if any(parent.endswith("int_waiting_times__carried_out") for parent in model["depends_on"]["nodes"])
    }
    assert asking == {f"rule_{rule}" for rule in unbounded}
    readers = {
        model["name"]
        for model in models
        if any(parent.endswith("control.contact_history") for parent in model["depends_on"]["nodes"])
    }
    assert readers == {"int_waiting_times__carried_out"}


def test_a_rule_that_looks_back_a_number_of_periods_asks_them_of_the_earlier_contacts(models: list[Node]) -> None:
    reading = {
        name: {
            model["name"]
            for model in models
            if any(parent.endswith(f".{name}") for parent in model["depends_on"]["nodes"])
        }
        for name in ("earlier_contact", "int_waiting_times__earlier_contact")
    }
    assert reading == {
        "earlier_contact": {"int_waiting_times__earlier_contact"},
        "int_waiting_times__earlier_contact": {"rule_a20"},
    }
    with (PROJECT_ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as file:
        spans = {row["rule_id"]: row["look_back_periods"] for row in csv.DictReader(file)}
    assert spans["A20"] == "12"


def test_what_is_computed_from_a_kept_table_names_its_period(models: list[Node]) -> None:
    kept = {model["unique_id"] for model in models if is_kept(model)}
    # What is made whole reads all that is kept.
    tables = [
        model
        for model in models
        if model["config"]["materialized"] != "view" and "whole" not in model["config"]["tags"]
    ]
    reading = {model["name"] for model in tables if kept & set(model["depends_on"]["nodes"])}
    # What a delivery holds is compared for every period, and a window reads the periods before; their lines of the
    # touched ones alone are made anew.
    looking_back = {"mart_waiting_flow", "rule_a32"}
    assert reading == {"delivery_content", "periods", "rule_a31", *looking_back}
    for model in tables:
        if model["name"] in looking_back:
            assert "model.vardlager.int_core__window" in model["depends_on"]["nodes"], model["name"]
        if model["name"] == "rule_a31":
            assert f"select {TOUCHED}.period" in model["raw_code"]


def test_what_reads_months_before_tells_how_far_back(models: list[Node]) -> None:
    """The window holds the period and the twelve months before it: `int_core__window` lets no one look further."""
    with (PROJECT_ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as file:
        spans = {row["rule_id"]: row["look_back_periods"] for row in csv.DictReader(file)}
    told = {
        model["name"]: model["config"]["meta"].get("window_periods", 0) - 1
        if layer_of(model) == "marts"
        else int(spans[model["name"].removeprefix("rule_").upper()])
        for model in models
        if "model.vardlager.int_core__window" in model["depends_on"]["nodes"]
    }
    assert told == {"mart_waiting_flow": 12, "rule_a32": 12}
    window = next(model for model in models if model["name"] == "int_core__window")
    assert "months_back <= 12" in window["raw_code"]
