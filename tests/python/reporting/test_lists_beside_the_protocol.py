"""The clinics' lists come with the protocol, in the same version: all of it at once, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.errors import VardlagerError
from orchestration.reporting import stage
from orchestration.reporting.stage import newest_lists, next_version, write_protocol
from orchestration.work import Work
from tests.python.reporting.samples import PERIOD, good_results, make_work, whole
from tests.python.rights import PRIVATE, SHARED, another_group, modes


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    """A work whose lists are one file, named by the review and the region."""

    def write_lists(review: Path, target: Path, region_name: str) -> None:
        target.mkdir()
        (target / "klinik.html").write_text(f"{review.name} {region_name}", encoding="utf-8")

    monkeypatch.setattr(stage, "write_lists", write_lists)
    return whole(make_work(tmp_path))


def test_lists_stand_in_the_version_of_the_protocol(work: Work) -> None:
    page = write_protocol(work, good_results(), Path("load-3"))
    lists = page.parent / "avvikelser"
    assert [path.name for path in lists.iterdir()] == ["klinik.html"]
    assert (lists / "klinik.html").read_text("utf-8") == f"load-3 {work.region.region_name}"
    assert newest_lists(work.home.reports / PERIOD) == lists
    assert modes(work.home.reports) == PRIVATE


def test_a_version_without_a_review_has_the_protocol_alone_and_the_earlier_lists_are_the_newest(work: Work) -> None:
    folder = work.home.reports / PERIOD
    assert (newest_lists(folder), next_version(folder)) == (None, 1)
    first = write_protocol(work, good_results(), Path("load-1"))
    second = write_protocol(work, good_results())
    assert [path.name for path in second.parent.iterdir()] == ["protokoll.html"]
    assert newest_lists(folder) == first.parent / "avvikelser"
    assert next_version(folder) == 3


def test_lists_are_shared_with_the_group_of_the_region(work: Work) -> None:
    shared = replace(work, region=work.region.model_copy(update={"shared_group": another_group().gr_name}))
    write_protocol(shared, good_results(), Path("load-1"))
    assert modes(work.home.reports) == SHARED


@pytest.mark.parametrize("fault", [KeyError("19121212"), OSError("disk"), VardlagerError("Trasigt.", "Laga.")])
def test_lists_that_cannot_be_made_are_a_failure_with_a_next_step_and_no_version_appears(
    work: Work, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: Path, target: Path, __: str) -> None:
        target.mkdir()
        (target / "half.html").touch()
        raise fault

    write_protocol(work, good_results(), Path("load-1"))
    monkeypatch.setattr(stage, "write_lists", break_down)
    with pytest.raises(VardlagerError) as told:
        write_protocol(work, good_results(), Path("load-2"))
    assert told.value.next_step
    assert "1912" not in str(told.value)
    assert [path.name for path in (work.home.reports / PERIOD).iterdir()] == ["v1"]
