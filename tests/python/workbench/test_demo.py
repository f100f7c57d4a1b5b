"""make demo replaces a demonstration, and never anything that somebody else put there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.landing.receiving import sha256_of
from orchestration.privacy import KEY_FILE_VARIABLE
from orchestration.settings import Home
from orchestration.state.store import Load, open_state
from orchestration.workbench import demo
from orchestration.workbench.demo import DEMO_PERIODS, prepare_demo

_SCALE = 0.001


def prepare(home: Home) -> list[str]:
    return prepare_demo(home, _SCALE, lambda _: None)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that a demonstration was just made in. To be read only."""
    made = Home(tmp_path_factory.mktemp("prepared") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_FILE_VARIABLE, "")
        prepare(made)
    return made


@pytest.fixture
def home(prepared: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it, with its extracts loaded."""
    monkeypatch.setenv(KEY_FILE_VARIABLE, "")
    copied = Home(Path(shutil.copytree(prepared.root, tmp_path / "home")))
    for path in sorted(copied.inbox.rglob("*_2*.csv")):
        note_load(copied, path.parent.name, path.name, sha256_of(path))
    return copied


def note_load(home: Home, period: str, name: str, sha256: str, outcome: str = "held") -> None:
    load = Load(
        period=period,
        system="cosmic",
        entity=name,
        group_name="care",
        file_name=name,
        sha256=sha256,
        archive_path="",
        lake_path=None,
        rows_in_file=0,
        rows_loaded=0,
        rows_quarantined=0,
        rows_duplicate=0,
        rows_filtered=0,
        loaded_at="2024-08-01 10:00:00",
        outcome=outcome,
    )
    with open_state(home.state_file) as state:
        state.add_load(load)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_demonstration_fills_the_inbox_with_its_months(prepared: Home) -> None:
    assert sorted(path.name for path in prepared.inbox.iterdir()) == list(DEMO_PERIODS)
    assert all(len(list((prepared.inbox / period).iterdir())) == 16 for period in DEMO_PERIODS)
    assert not list(prepared.build.iterdir())


def test_a_demonstration_replaces_an_earlier_one(home: Home) -> None:
    before = contents(home.inbox)
    leftover = home.reports / "skr"
    leftover.mkdir()
    leftover.chmod(0o500)
    assert prepare(home) == list(DEMO_PERIODS)
    assert contents(home.inbox) == before
    assert not home.state_file.exists()
    assert not leftover.exists()


@pytest.mark.parametrize("name", ["2024-08/cosmic_vardkontakt_202408.csv", "2024-06/anteckning.txt", "brev.txt"])
def test_a_file_that_was_put_in_the_inbox_later_stops_a_new_demonstration(name: str, home: Home) -> None:
    file = home.inbox / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("a;b\n", encoding="utf-8")
    before = contents(home.root)
    with pytest.raises(UsageError, match=f"håller annat än den skrev: inbox/{name}"):
        prepare(home)
    assert contents(home.root) == before


def test_an_extract_in_the_place_of_the_demonstrations_own_stops_a_new_one(home: Home) -> None:
    [file, *_] = sorted((home.inbox / DEMO_PERIODS[0]).iterdir())
    file.write_bytes(file.read_bytes() + b"\n")
    before = contents(home.root)
    with pytest.raises(UsageError, match=file.name):
        prepare(home)
    assert contents(home.root) == before


@pytest.mark.parametrize("period", ["2024-06", "2024-08"])
@pytest.mark.parametrize("outcome", ["held", "current", "replaced", "refused"])
def test_a_load_of_anything_else_stops_a_new_demonstration_though_its_file_is_gone(
    outcome: str, period: str, home: Home
) -> None:
    name = f"verklig_{period.replace('-', '')}.csv"
    note_load(home, period, name, "ab" * 32, outcome)
    before = contents(home.root)
    with pytest.raises(UsageError, match=rf"inläsningen av {name} \({period}\)\.\n.*VARDLAGER_HOME"):
        prepare(home)
    assert contents(home.root) == before


def test_a_home_that_is_no_demonstration_is_left_alone(home: Home) -> None:
    (home.root / ".demonstration").unlink()
    before = contents(home.root)
    with pytest.raises(UsageError, match="är ingen demonstration"):
        prepare(home)
    assert contents(home.root) == before


def test_a_demonstration_stopped_half_way_can_be_made_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(out: Path, *_: object, **__: object) -> None:
        (out / "2024-06").mkdir(parents=True)
        (out / "2024-06" / "halv.csv").write_text("a\n", encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo, "write_region", stop)
        with pytest.raises(KeyboardInterrupt):
            prepare(home)
    prepare(home)
    assert sorted(path.name for path in home.inbox.iterdir()) == list(DEMO_PERIODS)
