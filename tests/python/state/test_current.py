"""Which loads count: whole groups, and registers of any period."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.contracts import load_contracts
from orchestration.settings import Region
from orchestration.state import current
from orchestration.state.current import complete_periods, has_registers, inputs_fingerprint, readable_loads
from orchestration.state.store import Load

CONTRACTS = load_contracts()
REGISTERS = ("register_enhet", "register_ansvar", "register_heroma_enhet", "register_konto")
REGION = Region(
    region_code=56,
    region_name="Region Prov",
    region_hsa_id="SE2321000131-1",
    county_prefix="19",
    norm_hours_per_year=1725,
    receivers=("skr",),
    main_variant="skr",
)


def load(entity: str, period: str, sha256: str = "a") -> Load:
    contract = CONTRACTS[entity]
    return Load(
        period=period,
        system=contract.system,
        entity=entity,
        group_name=contract.group,
        file_name=f"{entity}.csv",
        sha256=sha256,
        archive_path="",
        lake_path="",
        rows_in_file=0,
        rows_loaded=0,
        rows_quarantined=0,
        rows_duplicate=0,
        rows_filtered=0,
        loaded_at="2024-08-02 10:00:00",
        outcome="current",
    )


CARE = [load("cosmic_vardkontakt", "2024-07"), load("cosmic_vantelista", "2024-07")]


def test_a_period_is_whole_when_every_entity_of_its_group_is_there() -> None:
    assert complete_periods(CONTRACTS, CARE) == [("2024-07", "care")]
    assert complete_periods(CONTRACTS, CARE[:1]) == []
    assert complete_periods(CONTRACTS, [CARE[0], load("cosmic_vantelista", "2024-06")]) == []


def test_registers_of_different_periods_serve_together() -> None:
    spread = [load(entity, f"2024-0{month}") for month, entity in enumerate(REGISTERS, start=1)]
    assert has_registers(CONTRACTS, spread)


@pytest.mark.parametrize("lacking", REGISTERS)
def test_each_register_is_needed(lacking: str) -> None:
    assert not has_registers(CONTRACTS, [load(entity, "2024-07") for entity in REGISTERS if entity != lacking])


def test_half_a_group_is_not_read_but_registers_always_are() -> None:
    register = load("register_enhet", "2024-01")
    assert readable_loads(CONTRACTS, [*CARE, register]) == [*CARE, register]
    assert readable_loads(CONTRACTS, [CARE[0], register]) == [register]


def test_the_fingerprint_changes_with_a_file_and_with_a_setting_and_with_nothing_else() -> None:
    first = inputs_fingerprint(CARE, REGION)
    assert first == inputs_fingerprint(list(reversed(CARE)), REGION)
    assert first != inputs_fingerprint([CARE[0], load("cosmic_vantelista", "2024-07", "b")], REGION)
    assert first != inputs_fingerprint(CARE, REGION.model_copy(update={"county_prefix": "17"}))


@pytest.mark.parametrize(
    "name",
    ["models/a.sql", "macros/a.sql", "seeds/a.csv", "tests/dbt/a.sql", "dbt_project.yml", "profiles.yml",
     "expectations/a.py", "orchestration/room/a.py"],
)  # fmt: skip
def test_the_code_is_another_when_anything_that_makes_or_proves_figures_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "PROJECT_ROOT", tmp_path)
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    told = set()
    for content in ("one", "other"):
        file.write_text(content, encoding="utf-8")
        told.add(current.code_version.__wrapped__())
    assert len(told) == 2
