"""The tables of docs/rules.md: rule, model, test and expectation, drawn from the project as it stands.

What a machine can see is read from the seed, the models, the names and tables of the tests and the meta of the
expectations; what only a person can say stands in docs/rules.yml. `make docs` writes the tables between their marks;
tests/python/house/test_rule_page.py tells when they are not as they would be written.
"""

from __future__ import annotations

import ast
import csv
import difflib
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.python.warehouse.cases import Case

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "rules.md"
REMARKS = ROOT / "docs" / "rules.yml"
HEADER = """\
| rule | what it says | model or place | test | expectation | not covered, and other remarks |
|---|---|---|---|---|---|"""
RULE_ID = re.compile(r"(?:A|B|C|D|E|R|CM|WT|OC|PR|DL)\d\d")


def _ids(letters: str, first: int, last: int) -> list[str]:
    return [f"{letters}{number:02d}" for number in range(first, last + 1)]


# Every table of the page and the rules that stand in it, each once and in this order.
TABLES = {
    "deviations": [*_ids("A", 1, 40), *_ids("B", 1, 7), *_ids("E", 1, 5)],
    "common": [*_ids("CM", 1, 10), *_ids("WT", 1, 4), *_ids("WT", 10, 20), *_ids("WT", 30, 35), "WT40", "WT41", "WT50"],
    "inpatient": [*_ids("OC", 1, 5), *_ids("PR", 1, 6)],
    "delivery": _ids("DL", 1, 5),
    "worked": _ids("R", 1, 40),
    "later": [*_ids("C", 1, 5), *_ids("D", 1, 3)],
}


@dataclass(frozen=True)
class Remark:
    """What a person says of a rule: what it is, where it stands, which tests hold it without naming it, and why not."""

    says: str = ""
    where: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Project:
    """What the project holds of its rules, each mapping by rule id."""

    titles: Mapping[str, str]
    has_model: Mapping[str, bool]
    models: frozenset[str]
    tests: Mapping[str, Sequence[str]]
    test_names: frozenset[str]
    expectations: Mapping[str, Sequence[str]]
    remarks: Mapping[str, Remark]
    not_built: Sequence[str] = field(default_factory=list)

    def tests_of(self, rule_id: str) -> list[str]:
        """Tests that carry the id or take it from a table, and those that a person names beside them."""
        return list(dict.fromkeys([*self.tests.get(rule_id, ()), *self.remark(rule_id).tests]))

    def remark(self, rule_id: str) -> Remark:
        return self.remarks.get(rule_id, Remark())

    def where(self, rule_id: str) -> list[str]:
        """The rule's own model, and places that a person names."""
        own = [f"rule_{rule_id.lower()}"] if f"rule_{rule_id.lower()}" in self.models else []
        return [*own, *self.remark(rule_id).where]


def _seed() -> tuple[dict[str, str], dict[str, bool]]:
    titles: dict[str, str] = {}
    has_model = {}
    with (ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            told = titles.get(row["rule_id"])
            titles[row["rule_id"]] = f"{told}; {row['title'][0].lower()}{row['title'][1:]}" if told else row["title"]
            has_model[row["rule_id"]] = row["has_model"] == "true"
    return titles, has_model


def rule_ids_in(name: str) -> list[str]:
    """The ids of rules that the name of a test carries."""
    return [part.upper() for part in name.split("_") if RULE_ID.fullmatch(part.upper())]


def _test_functions() -> Iterator[str]:
    for path in sorted((ROOT / "tests" / "python").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


def _dbt_tests() -> Iterator[str]:
    for path in sorted((ROOT / "tests" / "dbt").glob("*.sql")):
        yield path.stem
    for path in sorted((ROOT / "models").rglob("*.yml")):
        yield from (test["name"] for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", []))


def _rules_of_table(value: Any) -> Iterator[str]:
    """Ids among the parameters of a test: the rules of planted cases, and parameters that are an id."""
    if isinstance(value, Case):
        yield from value.rule_ids.split()
    elif isinstance(value, str) and RULE_ID.fullmatch(value):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _rules_of_table(part)


def _table_driven() -> Iterator[tuple[str, str]]:
    """(rule, test) of the tests of rules that are driven by tables of planted rows."""
    for path in sorted((ROOT / "tests" / "python" / "warehouse").glob("test_rules*.py")):
        module = importlib.import_module(f"tests.python.warehouse.{path.stem}")
        for name, test in vars(module).items():
            for mark in getattr(test, "pytestmark", []) if name.startswith("test_") else []:
                if mark.name == "parametrize":
                    for rule_id in dict.fromkeys(_rules_of_table(mark.args[1])):
                        yield rule_id, name


def _text(node: ast.expr | None) -> str | None:
    """A text of the source; what is filled in while it runs stands in braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(getattr(part, 'value', part))}}}"
            for part in node.values
        )
    return None


_SAYING_AN_IDENTIFIER = ("expectation_meta", "Pair", "none_expectation")


def expectations_of_source(source: str) -> Iterator[tuple[str, str]]:
    """(rule, expectation) of a module of expectations: its calls that say an identifier, and what rules they name.

    A call whose rules are those of an attribute (`ATTRIBUTE_RULES`) counts as the national contract's, R28; the
    attributes of that table are told for themselves, with all that is asked of them.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ATTRIBUTE_RULES":
            for attribute, rules in ast.literal_eval(node.value).items():
                yield from ((rule_id, f"{attribute}.*") for rule_id in rules)
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in _SAYING_AN_IDENTIFIER:
            continue
        identifier = _text(node.args[0]) if node.args else None
        if identifier is None:
            continue
        if RULE_ID.fullmatch(identifier.partition(".")[0]):
            yield identifier.partition(".")[0], identifier
        for keyword in node.keywords:
            if keyword.arg == "rules" and isinstance(keyword.value, ast.Name):
                yield "R28", identifier
            elif keyword.arg == "rules" and isinstance(keyword.value, ast.Tuple):
                yield from ((str(ast.literal_eval(rule_id)), identifier) for rule_id in keyword.value.elts)


def _by_rule(pairs: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for rule_id, name in pairs:
        if name not in found[rule_id]:
            found[rule_id].append(name)
    return dict(found)


def _expectations() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "expectations").glob("*.py")):
        yield from expectations_of_source(path.read_text(encoding="utf-8"))


def read_project() -> Project:
    """The project as its files tell it; nothing is run but the import of the planted cases."""
    titles, has_model = _seed()
    functions = list(_test_functions())
    named = ((rule_id, name) for name in functions for rule_id in rule_ids_in(name))
    said = yaml.safe_load(REMARKS.read_text(encoding="utf-8"))
    return Project(
        titles=titles,
        has_model=has_model,
        models=frozenset(path.stem for path in (ROOT / "models").rglob("*.sql")),
        tests=_by_rule(iter([*_table_driven(), *named])),
        test_names=frozenset([*functions, *_dbt_tests()]),
        expectations=_by_rule(_expectations()),
        remarks={
            rule_id: Remark(
                **{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
            )
            for rule_id, told in said["rules"].items()
        },
        not_built=said["not_built"],
    )


def _cell(names: Sequence[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


def _remark(project: Project, rule_id: str) -> str:
    told = [project.remark(rule_id).remark]
    if not told[0] and (rule_id in project.not_built or project.has_model.get(rule_id) is False):
        told = ["Not built."]
    return " ".join(part for part in told if part)


def line_of(project: Project, rule_id: str) -> str:
    """The rule's line of its table."""
    says = project.remark(rule_id).says or project.titles.get(rule_id, "")
    cells = [
        rule_id,
        says,
        _cell(project.where(rule_id)),
        _cell(project.tests_of(rule_id)),
        _cell(project.expectations.get(rule_id, ())),
        _remark(project, rule_id),
    ]
    return "| " + " | ".join(cells) + " |"


def table_of(project: Project, name: str) -> str:
    """A table of the page, with its header."""
    return "\n".join([HEADER, *(line_of(project, rule_id) for rule_id in TABLES[name])])


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: written by make docs -->", f"<!-- {name} ends -->"


def with_tables(page: str, project: Project) -> str:
    """The page with each table as the project gives it; ValueError when the marks of one are not there."""
    for name in TABLES:
        begins, ends = _marks(name)
        before, found, rest = page.partition(begins)
        _, closed, after = rest.partition(ends)
        if not found or not closed:
            raise ValueError(f"docs/rules.md: the marks of the table {name} are missing: {begins} ... {ends}")
        page = f"{before}{begins}\n\n{table_of(project, name)}\n\n{ends}{after}"
    return page


def faults(project: Project) -> list[str]:
    """What no table could mend: a rule of which nothing is said, a statement that does not hold, a name that is gone.

    Each fault says which line of docs/rules.yml to write or to take away.
    """
    known = [rule_id for ids in TABLES.values() for rule_id in ids]
    found = [
        f"{name} carries {rule_id}, which is no rule: give the test the id of one"
        for rule_id, names in project.tests.items()
        for name in names
        if rule_id not in known
    ]
    found += [
        f"the expectations {', '.join(names)} carry {rule_id}, which is no rule: write the id of one in their meta"
        for rule_id, names in project.expectations.items()
        if rule_id not in known
    ]
    found += [
        f"docs/rules.yml: {rule_id} is no rule: take it away"
        for rule_id in [*project.remarks, *project.not_built]
        if rule_id not in known
    ]
    for rule_id in known:
        told = project.remark(rule_id)
        found += [
            f"docs/rules.yml: {rule_id} names the test {name}, which is nowhere"
            for name in told.tests
            if name not in project.test_names
        ]
        found += [
            f"docs/rules.yml: {rule_id} stands in {place}, which is nowhere"
            for place in told.where
            if place not in project.models and not (ROOT / place).exists()
        ]
        if not told.says and rule_id not in project.titles:
            found.append(f"docs/rules.yml: write what {rule_id} says\n  {rule_id}:\n    says: ...")
        is_of_seed = rule_id in project.has_model
        is_built = project.has_model.get(rule_id, bool(project.tests_of(rule_id)))
        if rule_id in project.not_built and (is_of_seed or is_built):
            why = "the seed says whether it is built" if is_of_seed else f"{project.tests_of(rule_id)[0]} holds it"
            found.append(f"docs/rules.yml: take {rule_id} out of not_built ({why})")
        if is_of_seed and is_built and not project.tests_of(rule_id):
            found.append(f"{rule_id} has a model and no test: plant a row that breaks it")
        if not is_built and not is_of_seed and rule_id not in project.not_built and not told.remark:
            found.append(f"docs/rules.yml: say why no test holds {rule_id}\n  {rule_id}:\n    remark: ...")
    return found


def difference(page: str, wanted: str) -> str:
    """The lines to write (+) and to take away (-)."""
    lines = difflib.unified_diff(page.splitlines(), wanted.splitlines(), "docs/rules.md", "make docs", lineterm="", n=0)
    return "\n".join(lines)


def main() -> None:
    """Write the tables of docs/rules.md, and say what only a person can mend."""
    project = read_project()
    page = PAGE.read_text(encoding="utf-8")
    wanted = with_tables(page, project)
    PAGE.write_text(wanted, encoding="utf-8")
    print("docs/rules.md: " + ("skriven" if wanted != page else "oförändrad"))
    left = faults(project)
    if left:
        raise SystemExit("\n".join(left))


if __name__ == "__main__":
    main()
