"""The Dagster code location loads, and shows the month's stages in their order."""

from __future__ import annotations

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.errors import InputRefusedError
from orchestration.guard import EXIT_CODE_KEY, guarded
from orchestration.jobs import DELIVERY_JOB, MONTH_JOB, PUBLISH_JOB, VALIDATION_JOB

ORDER = [
    "landed_files",
    "warehouse_models",
    "validated_delivery",
    "clinic_figures",
    "published_file",
    "national_delivery",
]


def test_all_definitions_load() -> None:
    dg.Definitions.validate_loadable(build_definitions())


def test_the_data_goes_one_way() -> None:
    graph = build_definitions().resolve_asset_graph()
    before = {
        "warehouse_models": {"landed_files"},
        "validated_delivery": {"warehouse_models"},
        "clinic_figures": {"validated_delivery"},
        "published_file": {"validated_delivery"},
        "national_delivery": {"published_file", "clinic_figures"},
    }
    assert graph.get(dg.AssetKey("landed_files")).parent_keys == set()
    for after, earlier in before.items():
        assert graph.get(dg.AssetKey(after)).parent_keys == {dg.AssetKey(name) for name in earlier}


def test_every_stage_has_monthly_partitions_a_group_and_a_description() -> None:
    graph = build_definitions().resolve_asset_graph()
    for name in ORDER:
        node = graph.get(dg.AssetKey(name))
        assert isinstance(node.partitions_def, dg.MonthlyPartitionsDefinition)
        assert "2024-07" in node.partitions_def.get_partition_keys()
        assert node.group_name not in {None, "default"}
        assert node.description


@pytest.mark.parametrize(
    ("job", "last"),
    [
        (MONTH_JOB, "national_delivery"),
        (PUBLISH_JOB, "published_file"),
        (VALIDATION_JOB, "clinic_figures"),
        (DELIVERY_JOB, "national_delivery"),
    ],
)
def test_a_job_holds_its_stages_to_the_last(job: str, last: str) -> None:
    keys = build_definitions().resolve_job_def(job).asset_layer.executable_asset_keys
    names = {key.to_user_string() for key in keys}
    first = 1 if job == DELIVERY_JOB else 0
    assert names == set(ORDER[first : ORDER.index(last) + 1])


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
