"""What must stop, and with which exit code: a bad delivery, wrong settings, a missing key, refused input.

Each exit code is asked for once of a process that is newly begun.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .command import Done, Place
from .killing import Forge

PERIOD = "2026-10"


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory, forge: Forge) -> tuple[Place, Done]:
    """R28: region code 14 is within the schema's range and in no national list."""
    place = Place(tmp_path_factory.mktemp("bad"), {"region_code": 14}, forge=forge)
    place.fixture("section8.py")
    return place, place.process("run", "--period", PERIOD, "--approve-all", "ändå")


def test_r28_a_delivery_that_breaks_the_national_contract_is_stopped_with_exit_3(bad: tuple[Place, Done]) -> None:
    place, done = bad
    assert done.code == 3, done.said
    assert "egionkod" in done.said
    assert not place.package(PERIOD).exists()
    assert not [path for path in (place.home / "delivery").rglob("*") if path.is_file()]


def test_a_stopped_run_publishes_nothing_that_has_not_passed(bad: tuple[Place, Done]) -> None:
    place, _ = bad
    assert not (place.home / "published" / "vardlager.duckdb").exists()
    assert place.command("sql", "select 1").code != 0


def test_status_tells_of_the_check_that_failed(bad: tuple[Place, Done]) -> None:
    done = bad[0].command("status", "--period", PERIOD)
    assert done.code == 0
    assert "delivery_completed_suite" in done.out


@pytest.fixture
def place(tmp_path: Path, forge: Forge) -> Place:
    return Place(tmp_path, forge=forge)


@pytest.mark.parametrize("period", ["2026-13", "2026-00", "202610", "2026-1", "oktober", "2026-10-01", ""])
def test_a_period_that_is_no_month_is_wrong_usage(place: Place, period: str) -> None:
    done = place.command("run", "--period", period)
    assert done.code == 2
    assert "Traceback" not in done.said


@pytest.mark.parametrize("command", [("run",), ("validate",), ("deliver",), ("synth",), ("nosuch",), ("run", "--fel")])
def test_a_command_without_what_it_needs_is_wrong_usage(place: Place, command: tuple[str, ...]) -> None:
    assert place.command(*command).code == 2


@pytest.mark.parametrize(
    "changed,named",
    [
        ({"okand_nyckel": 1}, "okand_nyckel"),
        ({"region_code": None}, "region_code"),
        ({"main_variant": None}, "main_variant"),
        ({"county_prefix": None}, "county_prefix"),
        ({"main_variant": "egen"}, "main_variant"),
        ({"receivers": "[socialstyrelsen]"}, "receivers"),
        ({"quarantine_limit_share": 2}, "quarantine_limit_share"),
        ({"region_hsa_id": "1"}, "region_hsa_id"),
    ],
)
def test_an_unknown_missing_or_wrong_setting_is_named(place: Place, changed: dict[str, object], named: str) -> None:
    place.set(**changed)
    done = place.command("run", "--period", PERIOD)
    assert done.code == 2, done.said
    assert named in done.said


def test_a_missing_settings_file_is_told_with_what_to_do(place: Place) -> None:
    (place.home / "region.yml").unlink()
    done = place.process("run", "--period", PERIOD)
    assert done.code == 2
    assert "region.yml" in done.said
    assert "region.example.yml" in done.said


@pytest.mark.parametrize("fault", ["missing", "open", "short", "unset"])
def test_without_a_right_key_nothing_is_read_in(place: Place, fault: str) -> None:
    place.fixture("section8.py")
    environment = {}
    if fault == "missing":
        place.key_file.unlink()
    elif fault == "open":
        place.key_file.chmod(0o644)
    elif fault == "short":
        place.key_file.write_text("ab\n")
    else:
        environment["VARDLAGER_KEY_FILE"] = ""
    done = place.command("run", "--period", PERIOD, **environment)
    assert done.code == 1, done.said
    assert "yckel" in done.said or "VARDLAGER_KEY_FILE" in done.said
    assert "Traceback" not in done.said
    assert not list(place.home.rglob("*.parquet"))


def test_a_wrong_key_is_refused(bad: tuple[Place, Done], tmp_path: Path) -> None:
    other = tmp_path / "annan"
    other.touch(mode=0o600)
    other.write_text("77" * 32 + "\n")
    done = bad[0].process("run", "--period", PERIOD, VARDLAGER_KEY_FILE=str(other))
    assert done.code == 1, done.said
    assert "yckel" in done.said


def test_refused_input_is_exit_4_with_file_and_reason(place: Place) -> None:
    place.fixture("section8.py")
    path = place.home / "inbox" / PERIOD / "cosmic_vantelista_202610.csv"
    path.write_bytes(path.read_bytes().replace(b"vardgaranti;", b"vardgarantier;"))
    done = place.process("run", "--period", PERIOD)
    assert done.code == 4, done.said
    assert "cosmic_vantelista_202610.csv" in done.said
    assert "vardgaranti" in done.said
    assert "Traceback" not in done.said


def test_before_anything_is_published_sql_and_status_say_so(place: Place) -> None:
    done = place.command("sql", "select 1")
    assert done.code == 1
    assert "vardlager run" in done.said
    assert place.command("status").code == 0


def test_synth_writes_extracts_and_refuses_what_it_does_not_know(place: Place, tmp_path: Path) -> None:
    out = tmp_path / "ut"
    done = place.command("synth", "--out", str(out), "--from", "2024-07", "--to", "2024-07", "--scale", "0.01")
    assert done.code == 0, done.said
    assert {path.name for path in out.rglob("cosmic_*.csv*")} >= {"cosmic_vardkontakt_202407.csv"}
    assert place.command("synth", "--out", str(out), "--from", "2024-08", "--to", "2024-07").code == 2
    wrong = place.command(
        "synth", "--out", str(out), "--from", "2024-07", "--to", "2024-07", "--scale", "0.01", "--faults", "finns_inte"
    )
    assert wrong.code == 2, wrong.said
    assert "finns_inte" in wrong.said
