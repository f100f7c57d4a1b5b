"""The dbt project as it stands in its files: what each model and seed is, reads and is tested by.

Dagster's processes load the code location again and again, and parsing with dbt costs seconds each time; a manifest
beside the code would be a second truth. So the few facts that Dagster shows are read from the same YAML and SQL that
dbt reads, and tests/python/warehouse/test_project.py holds them to dbt's own manifest.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import yaml

from orchestration.contracts import PROJECT_ROOT

# The same safe loading in C where the library has it: four times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LAYERS_BY_DOMAIN = ("intermediate", "marts")
_STAGING = "staging"


@dataclass(frozen=True)
class TestOfNode:
    """A dbt test: what it is called (a generic test's kind, else its own name) and the columns it is of.

    `kind` is 'generic', 'singular' or 'unit'.
    """

    __test__ = False

    kind: str
    name: str
    columns: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The test and its columns."""
        return f"{self.name} ({', '.join(self.columns)})" if self.columns else self.name


@dataclass(frozen=True)
class ProjectColumn:
    """A column as the YAML describes it; `data_type` is empty where the layer has no contract."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class ProjectNode:
    """A model or seed. `refs` are models and seeds by name, `sources` (source, table), `folder` its place in the layer.

    `unique_id` is dbt's own; `schema` and `table` are where it stands in the build database.
    """

    unique_id: str
    name: str
    schema: str
    table: str
    folder: tuple[str, ...]
    path: str
    description: str
    columns: tuple[ProjectColumn, ...]
    refs: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    tests: tuple[TestOfNode, ...]

    @property
    def domain(self) -> str:
        """What it is about: the domain's folder, `staging`, `rules`, or the layer that is a domain of its own."""
        if self.folder[0] == _STAGING:
            return _STAGING
        return self.folder[1] if self.folder[0] in _LAYERS_BY_DOMAIN else self.folder[-1]


@dataclass(frozen=True)
class Project:
    """Models in an order in which each stands after all that it reads, and seeds by name."""

    models: tuple[ProjectNode, ...]
    seeds: tuple[ProjectNode, ...]

    def models_of(self, *schemas: str) -> list[ProjectNode]:
        """The models that stand in one of these schemas."""
        return [model for model in self.models if model.schema in schemas]


class _Anything(jinja2.ChainableUndefined):
    """Whatever else the SQL calls (macros, this): it says nothing of what a model reads."""

    def __call__(self, *_: Any, **__: Any) -> Any:
        return ""


_JINJA = jinja2.Environment(undefined=_Anything, extensions=["jinja2.ext.do"], autoescape=False)


@dataclass(frozen=True)
class _Rendered:
    """What a model's SQL asks for: refs and sources, each once and in order, and the settings it gives itself."""

    refs: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    settings: Mapping[str, Any]


def _render(sql: str) -> _Rendered:
    """Read a model's SQL as dbt does, by rendering it: a name may be put together."""
    refs: dict[str, None] = {}
    sources: dict[tuple[str, str], None] = {}
    settings: dict[str, Any] = {}

    def ref(name: str) -> str:
        refs[name] = None
        return name

    def source(name: str, table: str) -> str:
        sources[name, table] = None
        return table

    def config(**given: Any) -> str:
        settings.update(given)
        return ""

    _JINJA.from_string(sql).render(ref=ref, source=source, config=config)
    return _Rendered(tuple(refs), tuple(sources), settings)


def _documents(folder: Path) -> Iterable[dict[str, Any]]:
    for path in sorted(folder.rglob("*.yml")):
        yield yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or {}


def _generic_tests(described: Mapping[str, Any]) -> list[TestOfNode]:
    """The tests that the YAML asks of a model or seed and of its columns."""
    tests = []
    places = [((), described), *(((column["name"],), column) for column in described.get("columns", ()))]
    for columns, place in places:
        for asked in place.get("data_tests", ()):
            name, content = (asked, {}) if isinstance(asked, str) else next(iter(asked.items()))
            named = (content or {}).get("arguments", {}).get("columns", ())
            tests.append(TestOfNode("generic", name, columns or tuple(named)))
    return tests


def _schema(settings: Mapping[str, Any], folder: Sequence[str]) -> str:
    """The schema that dbt_project.yml gives a folder: the deepest one that says something."""
    schema, level = str(settings.get("+schema", "")), settings
    for part in folder:
        level = level.get(part, {})
        schema = str(level.get("+schema", schema))
    return schema


def _columns(described: Mapping[str, Any]) -> tuple[ProjectColumn, ...]:
    types = described.get("config", {}).get("column_types", {})
    return tuple(
        ProjectColumn(
            column["name"],
            str(column.get("data_type") or types.get(column["name"], "")),
            str(column.get("description", "")).strip(),
        )
        for column in described.get("columns", ())
    )


def _in_order(models: Mapping[str, ProjectNode]) -> list[ProjectNode]:
    """Each model after the models it reads, otherwise by name."""
    placed: dict[str, ProjectNode] = {}

    def place(name: str) -> None:
        if name in placed:
            return
        for parent in models[name].refs:
            if parent in models:
                place(parent)
        placed[name] = models[name]

    for name in sorted(models):
        place(name)
    return list(placed.values())


def last_of(names: Iterable[str], order: Sequence[str]) -> str:
    """Of the models that a test reads, the one that is made last: there the test has its place."""
    known = [name for name in names if name in order]
    return max(known, key=order.index)


def _with_tests(node: ProjectNode, tests: Sequence[TestOfNode]) -> ProjectNode:
    return ProjectNode(**{**node.__dict__, "tests": tuple(tests)})


@functools.cache
def load_project(root: Path = PROJECT_ROOT) -> Project:
    """The project under `root`, read from its files."""
    settings = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8"))
    package = settings["name"]
    described: dict[str, dict[str, Any]] = {}
    units: list[tuple[str, str]] = []
    for document in _documents(root / "models"):
        described |= {model["name"]: model for model in document.get("models", ())}
        units += [(unit["model"], unit["name"]) for unit in document.get("unit_tests", ())]
    found: dict[str, ProjectNode] = {}
    tests: dict[str, list[TestOfNode]] = {}
    for path in sorted((root / "models").rglob("*.sql")):
        name, words = path.stem, described.get(path.stem, {})
        folder = path.relative_to(root / "models").parent.parts
        rendered = _render(path.read_text(encoding="utf-8"))
        own = {**words.get("config", {}), **rendered.settings}
        tests[name] = _generic_tests(words)
        found[name] = ProjectNode(
            unique_id=f"model.{package}.{name}",
            name=name,
            schema=_schema(settings["models"][package], folder),
            table=own.get("alias", name),
            folder=folder,
            path=str(path.relative_to(root)),
            description=str(words.get("description", "")).strip(),
            columns=_columns(words),
            refs=rendered.refs,
            sources=rendered.sources,
            tests=(),
        )
    for model, name in units:
        tests[model].append(TestOfNode("unit", name))
    ordered = _in_order(found)
    order = [model.name for model in ordered]
    for path in sorted((root / "tests" / "dbt").glob("*.sql")):
        reads = _render(path.read_text(encoding="utf-8")).refs
        tests[last_of(reads, order)].append(TestOfNode("singular", path.stem))
    return Project(
        models=tuple(_with_tests(model, tests[model.name]) for model in ordered),
        seeds=tuple(_seeds(root, package, settings)),
    )


def _seeds(root: Path, package: str, settings: Mapping[str, Any]) -> Iterable[ProjectNode]:
    described = {seed["name"]: seed for document in _documents(root / "seeds") for seed in document.get("seeds", ())}
    for path in sorted((root / "seeds").glob("*.csv")):
        words = described.get(path.stem, {})
        yield ProjectNode(
            unique_id=f"seed.{package}.{path.stem}",
            name=path.stem,
            schema=_schema(settings["seeds"][package], ()),
            table=path.stem,
            folder=("seeds",),
            path=str(path.relative_to(root)),
            description=str(words.get("description", "")).strip(),
            columns=_columns(words),
            refs=(),
            sources=(),
            tests=tuple(_generic_tests(words)),
        )
