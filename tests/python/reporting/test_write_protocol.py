"""A report version: beside the earlier ones, whole or not at all, and readable by whom it should."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.reporting import stage
from orchestration.reporting.stage import write_protocol
from orchestration.work import Work
from tests.python.reporting.reading import verdict, words
from tests.python.reporting.samples import PERIOD, changed, good_results, make_work, whole
from tests.python.rights import PRIVATE, SHARED, another_group, group_ids, mode, modes


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return whole(make_work(tmp_path))


def test_each_validation_makes_the_next_version_and_leaves_the_earlier_ones(work: Work) -> None:
    first = write_protocol(work, good_results())
    assert first == work.home.reports / PERIOD / "v1" / "protokoll.html"
    before = first.read_bytes()
    second = write_protocol(work, changed("Fas.required", "delivery_waiting", passed=False))
    assert second == work.home.reports / PERIOD / "v2" / "protokoll.html"
    assert first.read_bytes() == before
    assert (verdict(first.read_text("utf-8")), verdict(second.read_text("utf-8"))) == ("Godkänd", "Underkänd")
    assert "version 2" in words(second.read_text("utf-8"))


def test_versions_count_from_what_lies_there_per_period(work: Work) -> None:
    for name in ("v9", "v10", "v07", "v", "version3", ".v40.building"):
        (work.home.reports / PERIOD / name).mkdir(parents=True)
    (work.home.reports / "2024-06" / "v50").mkdir(parents=True)
    assert write_protocol(work, good_results()).parent.name == "v11"


def test_what_an_interrupted_run_left_is_taken_away_and_was_never_a_version(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stage, "share", killed)
        with pytest.raises(KeyboardInterrupt):
            write_protocol(work, good_results())
    folder = work.home.reports / PERIOD
    assert [path.name for path in folder.iterdir()] == [".v1.building"]
    (folder / ".v1.building" / "half").write_text("half")
    page = write_protocol(work, good_results())
    assert [path.name for path in folder.iterdir()] == ["v1"]
    assert [path.name for path in page.parent.iterdir()] == ["protokoll.html"]


def test_only_the_owner_reads_it_when_no_group_is_set(work: Work) -> None:
    page = write_protocol(work, good_results())
    assert mode(page) == 0o600
    assert [mode(folder) for folder in (page.parent, page.parent.parent, work.home.reports)] == [0o700] * 3
    assert mode(work.home.root) == 0o700


def test_a_group_may_read_it_when_one_is_set_and_passes_through_the_home_without_listing_it(tmp_path: Path) -> None:
    group = another_group()
    work = whole(make_work(tmp_path, shared_group=group.gr_name))
    page = write_protocol(work, good_results())
    assert mode(page) == 0o640
    folders = (page.parent, page.parent.parent, work.home.reports)
    assert [mode(folder) for folder in folders] == [0o750] * 3
    assert mode(work.home.root) == 0o710
    assert {path.stat().st_gid for path in (page, *folders, work.home.root)} == {group.gr_gid}
    for private in (work.home.state, work.home.build, work.home.lake):
        assert mode(private) == 0o700


def grouped(work: Work, shared_group: str | None) -> Work:
    """The same work after shared_group was changed in region.yml."""
    return replace(work, region=work.region.model_copy(update={"shared_group": shared_group}))


def test_when_the_group_is_taken_away_every_report_and_the_home_are_the_owners_again(work: Work) -> None:
    shared = grouped(work, another_group().gr_name)
    write_protocol(shared, good_results())
    (work.home.reports / "2024-06" / "v1").mkdir(parents=True)
    (work.home.reports / "2024-06" / "v1" / "protokoll.html").write_text("", encoding="utf-8")
    write_protocol(shared, good_results())
    assert modes(work.home.reports) == SHARED
    write_protocol(work, good_results())
    assert modes(work.home.reports) == PRIVATE
    assert mode(work.home.root) == 0o700


def test_when_a_group_is_set_the_reports_from_before_are_shared_too(work: Work) -> None:
    group = another_group()
    write_protocol(work, good_results())
    write_protocol(grouped(work, group.gr_name), good_results())
    assert modes(work.home.reports) == SHARED
    assert group_ids(work.home.reports) == {group.gr_gid}
    assert mode(work.home.root) == 0o710


def test_a_home_that_was_never_opened_for_a_group_keeps_its_rights(work: Work) -> None:
    work.home.root.chmod(0o500)
    write_protocol(work, good_results())
    assert mode(work.home.root) == 0o500


def test_a_group_that_does_not_exist_is_named_and_no_version_appears(tmp_path: Path) -> None:
    work = whole(make_work(tmp_path, shared_group="finns-inte-har"))
    with pytest.raises(UsageError, match="finns-inte-har"):
        write_protocol(work, good_results())
    assert not (work.home.reports / PERIOD / "v1").exists()


def test_a_validation_that_crashed_before_any_build_has_a_page_too(tmp_path: Path) -> None:
    page = write_protocol(make_work(tmp_path), [])
    assert verdict(page.read_text("utf-8")) == "Kunde inte köras"


def test_the_templates_are_part_of_what_is_installed() -> None:
    import tomllib

    from orchestration.contracts import PROJECT_ROOT

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = {
        (room.removeprefix("orchestration."), pattern.removeprefix("*"))
        for room, patterns in project["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
    }
    standing = {
        (".".join(path.parent.relative_to(PROJECT_ROOT / "orchestration").parts), path.suffix)
        for path in (PROJECT_ROOT / "orchestration").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert installed == standing
