"""dbt in this process: what is to end the process is not swallowed, and the project is read once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestration.settings import Home, Region
from orchestration.warehouse import dbt_runner
from tests.python.landing.house import SETTINGS


class _Dbt:
    """Stands in for dbt: keeps the commands it got, and answers with what it is told to."""

    commands: list[tuple[str, Any]]
    command_lines: list[list[str]]
    exception: BaseException | None

    def __init__(self, manifest: Any = None) -> None:
        self._manifest = manifest

    def invoke(self, arguments: list[str]) -> SimpleNamespace:
        self.commands.append((arguments[0], self._manifest))
        self.command_lines.append(list(sys.argv))
        if arguments[0] == "parse":
            return SimpleNamespace(result="the project", exception=None)
        return SimpleNamespace(result=None, exception=self.exception)


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Dbt]]:
    _Dbt.commands, _Dbt.command_lines, _Dbt.exception = [], [], None
    monkeypatch.setattr("dbt.cli.main.dbtRunner", _Dbt)
    dbt_runner._manifest.cache_clear()
    yield _Dbt
    dbt_runner._manifest.cache_clear()


def test_ctrl_c_that_dbt_caught_goes_on(dbt: type[_Dbt], tmp_path: Path) -> None:
    dbt.exception = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        dbt_runner.run_dbt(Home(tmp_path), Region(**SETTINGS), ["build"])


def test_the_project_is_read_once_for_all_homes(dbt: type[_Dbt], tmp_path: Path) -> None:
    dbt_runner.read_project(Home(tmp_path / "one"), Region(**SETTINGS))
    for folder in ("one", "one", "other"):
        dbt_runner.run_dbt(Home(tmp_path / folder), Region(**SETTINGS), ["build"])
    assert dbt.commands == [("parse", None), *[("build", "the project")] * 3]


def _keys_of_texts(value: Any, wanted: tuple[str, ...], key: str = "") -> set[str]:
    """The keys under which a text holds any of the wanted ones."""
    if isinstance(value, str):
        return {key} if any(text in value for text in wanted) else set()
    if isinstance(value, list):
        return {found for one in value for found in _keys_of_texts(one, wanted, key)}
    inner = value.items() if isinstance(value, dict) else ()
    return {found for name, one in inner for found in _keys_of_texts(one, wanted, name)}


def test_the_project_as_dbt_reads_it_tells_nothing_of_a_home(manifest: dict[str, Any], built: Path) -> None:
    """But where the latest command wrote the SQL of a node, which each command that reaches the node says anew."""
    places = ("build.duckdb", str(built.parent), "VARDLAGER_BUILD_DB", "VARDLAGER_MEMORY_LIMIT")
    assert _keys_of_texts(manifest, places) == {"build_path", "compiled_path"}


def test_dl05_dbt_does_not_learn_what_was_typed_on_the_command_line(
    dbt: type[_Dbt], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes its command line into run_results.json; a reason may hold an identity."""
    typed = ["vardlager", "run", "--approve-all", "Anna"]
    monkeypatch.setattr(sys, "argv", typed)
    dbt_runner.run_dbt(Home(tmp_path), Region.model_validate(SETTINGS), ["build"])
    assert dbt.command_lines == [["dbt", "parse"], ["dbt", "build"]]
    assert sys.argv is typed
