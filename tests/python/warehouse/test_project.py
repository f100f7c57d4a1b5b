"""What Dagster reads of the dbt project from its files is what dbt itself reads: held against the manifest."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from orchestration.warehouse.project import ProjectNode, load_project

Node = dict[str, Any]


@pytest.fixture(scope="module")
def read() -> dict[str, ProjectNode]:
    project = load_project()
    return {node.unique_id: node for node in (*project.models, *project.seeds)}


@pytest.fixture(scope="module")
def known(manifest: dict[str, Any]) -> dict[str, Node]:
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}


def test_the_project_holds_every_model_and_seed_and_no_other(
    read: dict[str, ProjectNode], known: dict[str, Node]
) -> None:
    assert set(read) == set(known)


def test_place_and_words_are_those_of_the_manifest(read: dict[str, ProjectNode], known: dict[str, Node]) -> None:
    for name, node in known.items():
        assert (read[name].schema, read[name].table) == (node["schema"], node["alias"]), name
        assert read[name].path == node["original_file_path"], name
        assert read[name].description == node["description"].strip(), name
        columns = {column.name: column.description for column in read[name].columns}
        assert columns == {key: column["description"].strip() for key, column in node["columns"].items()}, name
        if node["resource_type"] == "model":
            types = {column.name: column.data_type for column in read[name].columns}
            assert types == {key: column["data_type"] or "" for key, column in node["columns"].items()}, name


def test_a_model_reads_what_dbt_says_that_it_reads(
    read: dict[str, ProjectNode], known: dict[str, Node], manifest: dict[str, Any]
) -> None:
    for name, node in known.items():
        parents = [known.get(parent) or manifest["sources"][parent] for parent in node["depends_on"].get("nodes", ())]
        assert set(read[name].refs) == {p["name"] for p in parents if p["resource_type"] != "source"}, name
        sources = {(p["source_name"], p["name"]) for p in parents if p["resource_type"] == "source"}
        assert set(read[name].sources) == sources, name


def test_a_model_stands_after_all_that_it_reads() -> None:
    project = load_project()
    order = [model.name for model in project.models]
    for place, model in enumerate(project.models):
        assert {ref for ref in model.refs if ref in order} <= set(order[:place]), model.name


def test_every_test_of_the_project_stands_once_at_what_it_tests(
    read: dict[str, ProjectNode], manifest: dict[str, Any]
) -> None:
    wanted: Counter[tuple[str, str]] = Counter()
    singular: dict[str, set[str]] = {}
    for test in (node for node in manifest["nodes"].values() if node["resource_type"] == "test"):
        if not test.get("test_metadata"):
            parents = test["depends_on"]["nodes"]
            singular[test["name"]] = {parent for parent in parents if not parent.startswith("source.")}
        else:
            wanted[test["attached_node"], test["test_metadata"]["name"]] += 1
    for unit in manifest["unit_tests"].values():
        wanted[unit["depends_on"]["nodes"][0], unit["name"]] += 1
    found: Counter[tuple[str, str]] = Counter()
    places: dict[str, str] = {}
    for name, node in read.items():
        found.update((name, test.name) for test in node.tests if test.kind != "singular")
        places |= {test.name: name for test in node.tests if test.kind == "singular"}
    assert found == wanted
    assert set(places) == set(singular)
    # A test of several models stands at one that it reads, and at none that another of them is made of.
    for test, place in places.items():
        assert place in singular[test]
        assert not any(read[place].name in read[other].refs for other in singular[test]), test
