"""docs/rules.md is the project's own: every rule once, with the models, tests and expectations that there are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from tests.python.house.rule_page import (
    PAGE,
    ROOT,
    TABLES,
    Project,
    Remark,
    difference,
    expectations_of_source,
    faults,
    line_of,
    read_project,
    rule_ids_in,
    with_tables,
)


@pytest.fixture(scope="module")
def project() -> Project:
    return read_project()


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_tables_are_as_the_project_gives_them(project: Project, page: str) -> None:
    differing = difference(page, with_tables(page, project))
    assert not differing, f"run: make docs\n{differing}"


def test_every_rule_has_a_test_or_a_reason_and_no_statement_is_stale(project: Project) -> None:
    left = faults(project)
    assert not left, "\n".join(left)


# --- the page read as it stands, without what writes it ---------------------------------------------


def _first_cells(page: str) -> list[str]:
    return re.findall(r"^\| ([A-Z]{1,2}\d\d) \|", page, re.MULTILINE)


def test_every_rule_stands_once(page: str) -> None:
    wanted = [f"A{number:02d}" for number in range(1, 41)] + [f"R{number:02d}" for number in range(1, 41)]
    wanted += [f"E0{number}" for number in range(1, 6)] + [f"DL0{number}" for number in range(1, 6)]
    wanted += [f"CM{number:02d}" for number in range(1, 11)]
    waiting = [*range(1, 5), *range(10, 21), *range(30, 36), 40, 41, 50]
    wanted += [f"WT{number:02d}" for number in waiting]
    wanted += [f"B0{number}" for number in range(1, 8)]
    wanted += [f"OC0{number}" for number in range(1, 6)] + [f"PR0{number}" for number in range(1, 7)]
    stands = Counter(_first_cells(page))
    assert {rule_id: stands[rule_id] for rule_id in wanted} == dict.fromkeys(wanted, 1)
    later = set(stands) - set(wanted)
    assert {rule_id[0] for rule_id in later} == set("CD")


def test_every_test_and_model_and_file_that_the_page_names_is_there(page: str) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "python").rglob("test_*.py"))
    written = set(re.findall(r"^def (test_\w+)\(", sources, re.MULTILINE))
    models = {path.stem for path in [*(ROOT / "models").rglob("*.sql"), *(ROOT / "tests" / "dbt").rglob("*.sql")]}
    for path in (ROOT / "models").rglob("unit_tests.yml"):
        models |= set(re.findall(r"^  - name: (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`([^`\s]+)`", page))
    assert {name for name in named if name.startswith("test_")} <= written
    assert {name for name in named if re.match(r"(rule|int|fct|mart|dim|delivery)_\w+$", name)} <= models
    for name in named:
        if "/" in name and "<" not in name:
            assert (ROOT / name).exists(), name


def test_every_rule_model_and_every_rule_of_the_seed_stands_in_its_line(page: str) -> None:
    for path in (ROOT / "models" / "quality" / "rules").glob("rule_*.sql"):
        rule_id = path.stem.removeprefix("rule_").upper()
        assert re.search(rf"^\| {rule_id} \|[^|]*\| `{path.stem}`", page, re.MULTILINE), path.stem


# --- what it must tell ------------------------------------------------------------------------------


def test_the_ids_are_whole_words_of_a_tests_name() -> None:
    assert rule_ids_in("test_cm02_a05_wt41_names_rules") == ["CM02", "A05", "WT41"]
    assert rule_ids_in("test_at_2024_a5_a105_x07_b0_are_none") == []


def test_a_new_test_or_expectation_changes_the_line_of_its_rule(project: Project) -> None:
    new = replace(
        project,
        tests={**project.tests, "A09": ["test_a09_new"]},
        expectations={**project.expectations, "A09": ["A09.new"]},
    )
    assert "`test_a09_new` | `A09.new` |" in line_of(new, "A09")
    assert line_of(new, "A09") != line_of(project, "A09")


def test_the_difference_says_which_line_to_write_and_which_to_take_away() -> None:
    told = difference("same\n| A01 | old |\n", "same\n| A01 | new |\n").splitlines()
    assert told[-2:] == ["-| A01 | old |", "+| A01 | new |"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tests": {"A41": ["test_a41_x"]}}, "test_a41_x carries A41, which is no rule"),
        ({"expectations": {"A77": ["A77.x"]}}, "A77.x carry A77, which is no rule"),
        ({"remarks": {"A77": Remark(remark="x")}}, "docs/rules.yml: A77 is no rule"),
        ({"remarks": {"A09": Remark(tests=("test_gone",))}}, "A09 names the test test_gone, which is nowhere"),
        ({"remarks": {"A09": Remark(where=("int_gone",))}}, "A09 stands in int_gone, which is nowhere"),
        ({"remarks": {"CM01": Remark(remark="x")}}, "write what CM01 says"),
        ({"remarks": {"R29": Remark(says="x")}}, "say why no test holds R29"),
        ({"not_built": ["R01"]}, "take R01 out of not_built"),
        ({"not_built": ["B01"]}, "take B01 out of not_built (the seed says"),
        ({"tests": {"A03": []}}, "A03 has a model and no test"),
        ({"tests": {"CM06": []}}, "say why no test holds CM06"),
    ],
)
def test_what_does_not_hold_is_told_with_the_line_to_write(
    changed: dict[str, dict[str, object] | list[str]], told: str, project: Project
) -> None:
    before = faults(project)
    merged = {
        name: {**getattr(project, name), **value} if isinstance(value, dict) else value
        for name, value in changed.items()
    }
    if "CM06" in str(changed):
        merged["remarks"] = {**project.remarks, "CM06": Remark(says="x")}
    found = [fault for fault in faults(replace(project, **merged)) if fault not in before]
    assert any(told in fault for fault in found), found


def test_a_rule_of_the_seed_that_is_not_built_says_so(project: Project) -> None:
    line = line_of(replace(project, has_model={**project.has_model, "C01": False}), "C01")
    assert line.endswith("|  |  |  | Not built. |")


def test_a_table_whose_marks_are_gone_is_told(project: Project) -> None:
    with pytest.raises(ValueError, match="deviations"):
        with_tables("# Rules\n", project)


def test_expectations_are_read_without_being_run() -> None:
    source = """
ATTRIBUTE_RULES = {"Lkf": ("A24",)}
expectation_meta("A30.start", "x")
expectation_meta(f"{name}.required", "x", rules=rules)
expectation_meta(f"A22.{column}_late", "x", adds="x", rules=("CM06", "WT02"))
Pair("WT33.sums", "x", rules=("R21",))
another("A01.not_one", "x")
"""
    assert list(expectations_of_source(source)) == [
        ("A24", "Lkf.*"),
        ("A30", "A30.start"),
        ("R28", "{name}.required"),
        ("A22", "A22.{column}_late"),
        ("CM06", "A22.{column}_late"),
        ("WT02", "A22.{column}_late"),
        ("WT33", "WT33.sums"),
        ("R21", "WT33.sums"),
    ]


def test_a_rule_stands_in_one_table_only() -> None:
    stands = Counter(rule_id for ids in TABLES.values() for rule_id in ids)
    assert set(stands.values()) == {1}
