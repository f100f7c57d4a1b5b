"""The house's walls: data flows one way, and what is written once stays written once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]

# What each room may import of the others: itself, and what lies before it.
GROUND = {
    "contracts",
    "durable",
    "errors",
    "logbook",
    "markdown",
    "privacy",
    "settings",
    "sharing",
    "sql_text",
    "troubles",
    "work",
}
MAY_IMPORT = {
    "contracts": {"errors"},
    "durable": set(),
    "errors": set(),
    "logbook": {"errors", "privacy", "settings"},
    "privacy": {"errors"},
    "settings": {"contracts", "errors"},
    "sharing": {"errors", "settings"},
    "markdown": set(),
    "sql_text": set(),
    "working_days": {"contracts", "errors"},
    "troubles": {"errors"},
    "work": {"contracts", "errors", "privacy", "settings"},
    "state": GROUND,
    "landing": GROUND | {"state"},
    "warehouse": GROUND | {"state"},
    "national": GROUND,
    "validation": GROUND | {"state", "national", "expectations"},
    "approval": GROUND | {"state"},
    "review": GROUND | {"state", "warehouse", "approval"},
    "publishing": GROUND | {"state", "warehouse"},
    "reporting": GROUND | {"state", "national", "validation"},
    "delivery": GROUND | {"state", "national", "validation", "approval", "reporting"},
    # What works on its own reads the rooms before it and names jobs; it never runs a stage.
    "services": GROUND | {"state", "landing", "approval", "jobs", "working_days"},
    "keeping": GROUND | {"state"},
    "synthetic_region": {"contracts", "errors", "privacy"},
    "expectations": {"contracts", "national", "privacy"},
}


def imports_of(path: Path) -> set[str]:
    """Rooms of the project that a module imports, by their first name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "orchestration" and len(parts) > 1:
                found.add(parts[1])
            elif parts[0] == "expectations":
                found.add("expectations")
    return found


def modules_of(room: str) -> list[Path]:
    if room == "expectations":
        return sorted((ROOT / "expectations").glob("*.py"))
    folder = ROOT / "orchestration" / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_lies_before_it(room: str) -> None:
    for path in modules_of(room):
        if path.name == "assets.py":
            continue
        beyond = imports_of(path) - MAY_IMPORT[room] - {room}
        assert not beyond, f"{path.relative_to(ROOT)} imports {sorted(beyond)}"


def test_the_room_list_covers_every_room() -> None:
    assemblers = {
        "cli",
        "definitions",
        "driver",
        "guard",
        "jobs",
        "many_months",
        "resources",
        "telling",
        "workbench",
        "__init__",
    }
    rooms = {
        path.stem if path.suffix == ".py" else path.name
        for path in (ROOT / "orchestration").iterdir()
        if path.name != "__pycache__"
    }
    assert rooms - assemblers == set(MAY_IMPORT) - {"expectations"}


def test_no_committed_file_names_a_package_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > 100


def test_every_setting_of_a_region_is_documented_in_the_example() -> None:
    from orchestration.settings import Region

    example = yaml.safe_load((ROOT / "region.example.yml").read_text(encoding="utf-8"))
    assert set(example) == set(Region.model_fields)
    Region.model_validate(example)
    text = (ROOT / "region.example.yml").read_text(encoding="utf-8")
    for key in Region.model_fields:
        assert re.search(rf"^{key}:", text, re.MULTILINE), key


def test_the_example_shows_the_defaults() -> None:
    from orchestration.settings import Region

    example = yaml.safe_load((ROOT / "region.example.yml").read_text(encoding="utf-8"))
    required = {name: example[name] for name, field in Region.model_fields.items() if field.is_required()}
    assert Region.model_validate(example) == Region.model_validate(required)


def test_no_model_reads_a_clock_or_chance() -> None:
    forbidden = re.compile(r"\b(current_date|current_timestamp|now\(\)|today\(\)|random\(\)|uuid\(\))", re.IGNORECASE)
    for path in [*(ROOT / "models").rglob("*.sql"), *(ROOT / "macros").rglob("*.sql")]:
        assert not forbidden.search(path.read_text(encoding="utf-8")), path


def test_every_dependency_has_its_line() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[<>=!]", wanted)[0]
        assert "<" in wanted, f"{wanted} has no upper bound"
        assert name in page, f"{name} has no line in docs/dependencies.md"


def test_every_rule_of_the_seed_is_gathered_among_the_findings() -> None:
    import csv

    with (ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rules = {row["rule_id"].lower() for row in rows if row["has_model"] == "true"}
    gathered: set[str] = set()
    for name in ("int_quality__finding", "int_quality__clinic_finding", "int_quality__ward_finding"):
        text = (ROOT / "models" / "intermediate" / "quality" / f"{name}.sql").read_text(encoding="utf-8")
        listed = set(re.findall(r"'([a-z]\d\d)'", text))
        assert listed
        assert not listed & gathered
        gathered |= listed
    assert rules == gathered
    models = {path.stem.removeprefix("rule_") for path in (ROOT / "models" / "quality" / "rules").glob("rule_*.sql")}
    assert rules == models
    assert not rules & {row["rule_id"].lower() for row in rows if row["has_model"] != "true"}


def test_the_seed_of_rules_holds_every_rule_that_there_is() -> None:
    import csv

    with (ROOT / "seeds" / "rules.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    # A08 and A29 are no rules of the house: A07 and the delivery's order of calls hold them.
    wanted = {f"A{number:02d}" for number in range(1, 41)} - {"A08", "A29"}
    for letter, last in (("B", 7), ("C", 5), ("D", 3), ("E", 5)):
        wanted |= {f"{letter}{number:02d}" for number in range(1, last + 1)}
    assert {row["rule_id"] for row in rows} == wanted
    for row in rows:
        assert row["title"] and row["meaning"] and row["what_to_do"], row["rule_id"]


def test_every_wait_band_of_the_seed_is_a_column_of_the_mart() -> None:
    import csv

    with (ROOT / "seeds" / "wait_bands.csv").open(encoding="utf-8", newline="") as handle:
        bands = {next(iter(row.values())) for row in csv.DictReader(handle)}
    mart = (ROOT / "models" / "marts" / "waiting_times" / "mart_waiting_times.sql").read_text(encoding="utf-8")
    assert bands
    for band in bands:
        assert band in mart, band
