"""The dbt models as Dagster sees them: an asset a model, one for the seeds, and a check each for their dbt tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from orchestration.markdown import table
from orchestration.warehouse.dbt_runner import TEST_KINDS, NodeResult
from orchestration.warehouse.project import Project, ProjectNode, TestOfNode, last_of
from orchestration.warehouse.told import Rows

SEEDS_KEY = dg.AssetKey(["reference", "seeds"])
CHECK_NAME = "dbt_tests"
_ROWS, _ROWS_OF_PERIOD, _REBUILT = "dagster/row_count", "dagster/partition_row_count", "rebuilt_periods"
_GENERIC_WORDS = {
    "has_grain": "en rad per nyckel",
    "not_null": "aldrig tom",
    "has_no_null": "aldrig tomma kolumner",
    "accepted_values": "bara godtagna värden",
    "relationships": "finns i den tabell den pekar på",
    "columns_add_up": "delarna blir summan",
    "has_no_overlap": "intervall går inte om lott",
    "unique": "aldrig två lika",
}
_OUTCOMES = {"pass": "godkänt", "fail": "underkänt", "warn": "påpekande", "skipped": "kördes inte"}


def model_key(model: ProjectNode) -> dg.AssetKey:
    """A model's asset, by schema and table as they are called in the database."""
    return dg.AssetKey([model.schema, model.table])


def _schema(node: ProjectNode) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[dg.TableColumn(name=c.name, type=c.data_type or "?", description=c.description) for c in node.columns]
    )


Extracts = Mapping[tuple[str, str], dg.AssetKey]


def _deps(model: ProjectNode, keys: Mapping[str, dg.AssetKey], extracts: Extracts) -> list[dg.AssetKey]:
    """What a model reads. The control tables are left out: the stage writes them itself, of the state as it is."""
    wanted = [keys.get(name, SEEDS_KEY) for name in model.refs]
    wanted += [extracts[source] for source in model.sources if source in extracts]
    return list(dict.fromkeys(wanted))


def model_specs(
    project: Project,
    extracts: Extracts,
    partitions: dg.PartitionsDefinition,
) -> list[dg.AssetSpec]:
    """An asset for the seeds and one a model, each after all that it reads.

    `extracts` are the assets of landed files by (source, table).
    """
    keys = {model.name: model_key(model) for model in project.models}
    listed = table(("lista", "innehåll"), [(seed.name, seed.description) for seed in project.seeds])
    seeds = dg.AssetSpec(
        SEEDS_KEY,
        group_name="reference",
        partitions_def=partitions,
        description=(
            "Referenslistor: regler, gränser, kodlistor och mått, var och en med giltighetstid. "
            f"De står som CSV i seeds/ och ändras där.\n\n{listed}"
        ),
        kinds={"dbt", "csv"},
    )
    return [
        seeds,
        *(
            dg.AssetSpec(
                keys[model.name],
                deps=_deps(model, keys, extracts),
                group_name=model.domain,
                partitions_def=partitions,
                description=model.description,
                kinds={"dbt", "duckdb"},
                metadata={
                    "dagster/table_name": f"{model.schema}.{model.table}",
                    "dagster/column_schema": _schema(model),
                    "file": model.path,
                },
            )
            for model in project.models
        ),
    ]


def _test_in_words(test: TestOfNode) -> str:
    words = _GENERIC_WORDS.get(test.name, test.name.replace("_", " ")) if test.kind == "generic" else test.name
    return f"{words} ({', '.join(test.columns)})" if test.columns else words


def _described(subject: str, tests: Iterable[TestOfNode]) -> str:
    return f"Tester i dbt av {subject}. Det som ska gälla: {'; '.join(_test_in_words(test) for test in tests)}."


def model_check_specs(project: Project) -> list[dg.AssetCheckSpec]:
    """One check for all dbt tests of a model that has any, and one for those of the seeds."""
    tests_of_seeds = [
        TestOfNode(test.kind, test.name, tuple(f"{seed.name}.{column}" for column in test.columns))
        for seed in project.seeds
        for test in seed.tests
    ]
    described = {SEEDS_KEY: _described("referenslistorna", tests_of_seeds)} | {
        model_key(model): _described(model.name, model.tests) for model in project.models if model.tests
    }
    return [
        dg.AssetCheckSpec(name=CHECK_NAME, asset=key, description=words, blocking=True)
        for key, words in described.items()
    ]


def results_by_asset(project: Project, nodes: Sequence[NodeResult]) -> dict[dg.AssetKey, list[NodeResult]]:
    """What became of the tests of each asset that has a check; a test of several models stands at the last of them."""
    keys = {model.unique_id: model_key(model) for model in project.models}
    order = list(keys)
    told: dict[dg.AssetKey, list[NodeResult]] = {SEEDS_KEY: []}
    told |= {keys[model.unique_id]: [] for model in project.models if model.tests}
    for node in nodes:
        if node.kind in TEST_KINDS:
            models = [name for name in node.tested if name in keys]
            told[keys[last_of(models, order)] if models else SEEDS_KEY].append(node)
    return told


def _short(unique_id: str) -> str:
    """dbt's id of a test without what tells kind, project and hash."""
    parts = unique_id.split(".")
    return parts[-1] if parts[0] == "unit_test" else parts[2]


def _check_result(period: str, key: dg.AssetKey, tests: Sequence[NodeResult]) -> dg.AssetCheckResult:
    bad = [test for test in tests if test.is_bad]
    rows = [
        (
            _short(test.unique_id),
            _OUTCOMES.get(test.status, "kunde inte köras" if test.is_bad else test.status),
            test.failures,
            test.message if test.is_bad else "",
        )
        for test in sorted(tests, key=lambda test: (not test.is_bad, test.unique_id))
    ]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CHECK_NAME,
        # No test that was run is no proof.
        passed=bool(tests) and not bad,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "period": dg.MetadataValue.text(period),
            "tests": dg.MetadataValue.int(len(tests)),
            "failed": dg.MetadataValue.int(len(bad)),
            "outcome": dg.MetadataValue.md(table(("test", "utfall", "rader som faller", "meddelande"), rows)),
        },
    )


def model_check_results(project: Project, period: str, nodes: Sequence[NodeResult]) -> Iterator[dg.AssetCheckResult]:
    """One result for each model that has tests, and for the seeds."""
    for key, tests in results_by_asset(project, nodes).items():
        yield _check_result(period, key, tests)


def materializations(
    project: Project,
    rows: Mapping[tuple[str, str], Rows],
    touched: Mapping[str, str],
) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """The seeds and every model as made, with the rows of those that are stored.

    Those with a row count of the period tell too which periods the build computed (`touched`), and why.
    """
    rebuilt = dg.MetadataValue.md(table(("period", "varför den räknades om"), sorted(touched.items())))
    listed = [(seed.name, rows[place].count) for seed in project.seeds if (place := (seed.schema, seed.table)) in rows]
    yield dg.MaterializeResult(
        asset_key=SEEDS_KEY, metadata={"rows_by_list": dg.MetadataValue.md(table(("lista", "rader"), listed))}
    )
    for model in project.models:
        counted = rows.get((model.schema, model.table))
        metadata: dict[str, dg.MetadataValue] = {}
        if counted is not None:
            name = _ROWS_OF_PERIOD if counted.is_of_period else _ROWS
            metadata[name] = dg.MetadataValue.int(counted.count)
            if counted.is_of_period:
                metadata[_REBUILT] = rebuilt
        yield dg.MaterializeResult(asset_key=model_key(model), metadata=metadata)
