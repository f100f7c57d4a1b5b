"""Files made by a script that knows nothing of the project, for a region it has never seen, land as they are."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.contracts import load_contracts

from .house import FIXTURES, House, assert_balanced

SCRIPTS = ("other_region.py", "section8.py")


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_script_imports_nothing_but_the_standard_library(script: str) -> None:
    tree = ast.parse((FIXTURES / script).read_text("utf-8"))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module or "")])
    }
    assert imported <= sys.stdlib_module_names


@pytest.fixture
def house(tmp_path: Path) -> House:
    settings = {
        "region_code": 54,
        "region_name": "Region Prov",
        "region_hsa_id": "SE2321000156-0001",
        "county_prefix": "17",
    }
    return House(tmp_path / "home", settings)


def make(house: House, script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(FIXTURES / script), str(house.home.inbox), *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_a_region_never_seen_lands_every_row_without_a_change(house: House) -> None:
    told = json.loads(make(house, "other_region.py", "2025-02", "2025-03"))
    for period in ("2025-02", "2025-03"):
        landing = house.land(*load_contracts(), period=period)
        assert landing.refused == []
        assert landing.group_states == {"care": "complete", "registers": "complete"}
        contacts = house.rows("cosmic_vardkontakt", period)
        waiting = house.rows("cosmic_vantelista", period)
        # One contact of primary care and one that did not happen are in the file but not in the delivery.
        assert len(contacts) == told["delivered"]["completed"] + 2
        assert len(waiting) == told["delivered"]["waiting"]
        assert contacts[0]["vardkontakt_id"] == f"{period}/c1"
        assert contacts[0]["remiss_id"] == f'R;{period}"c1'
        assert {row["patient_id_type"] for row in contacts + waiting} == {"person"}
        assert all(row["patient_has_valid_check_digit"] for row in contacts + waiting)
        assert {row["klinik_namn"] for row in house.rows("register_enhet", period)} >= {'Ortopedi "Höft; knä"'}
        assert all(row["giltig_tom"] is None for row in house.rows("register_enhet", period))
    for load in house.loads():
        assert_balanced(load)
        assert load.rows_loaded == load.rows_in_file


def test_the_example_of_region_56_lands_every_row(house: House) -> None:
    make(house, "section8.py")
    landing = house.land(*load_contracts(), period="2026-10")
    assert landing.refused == []
    assert len(house.rows("cosmic_vardkontakt", "2026-10")) == 8
    assert len(house.rows("cosmic_vantelista", "2026-10")) == 9
