"""Killed in validation, figures, publishing or delivery, then run: the month is as if nothing had happened."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from .content import differences
from .killing import KILLED, Point
from .workshop import REASON, SECOND, Workshop

VALIDATION = (
    # Between two suites; a review half written, and one that is whole but not in force; with results and evidence
    # but half a protocol; with everything but Dagster's word of it.
    Point("orchestration.validation.stage:_run_suite", nth=3),
    Point("orchestration.review.store:_write_files", is_after=True),
    Point("orchestration.review.store:point_at"),
    Point("orchestration.reporting.stage:share"),
    Point("orchestration.validation.stage:demand_passed", is_after=True),
)
FIGURES = (
    # In the middle of the one transaction that exchanges them, and after it.
    Point("orchestration.state.store:State.insert", given="clinic_figure", is_after=True),
    Point("orchestration.approval.stage:renew_figures", is_after=True),
)
PUBLISHING = (
    # The new version is written and not noted; it is in force and the state does not know; it is all done.
    Point("orchestration.publishing.versions:_write_note"),
    Point("orchestration.publishing.versions:_switch", is_after=True),
    Point("orchestration.publishing.stage:renew_published", is_after=True),
)
DELIVERY = (
    # One of two files is written; the package has its name and is not told; it is told and not published.
    Point("orchestration.delivery.package:write_contacts", is_after=True),
    Point("orchestration.delivery.stage:_finish"),
    Point("orchestration.publishing.stage:renew_published"),
)
RENEWED = Point("orchestration.publishing.stage:renew_published", is_after=True)


def told_packages(workshop: Workshop) -> list[str]:
    """The packages that stand under their names, after a look at them: their files are as the manifest tells."""
    found = sorted(workshop.home.glob("delivery/skr/*/v*"))
    for folder in found:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        for file in manifest["files"]:
            assert hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"], folder
    return [f"{folder.parent.name} {folder.name}" for folder in found]


def kill_at_each(workshop: Workshop, stage: str, points: tuple[Point, ...]) -> list[int]:
    """Let one stage of a run be killed at each point, from what the last kill left; the versions in force then."""
    versions = []
    for point in points:
        ended = workshop.forge.stages(stage, period=SECOND, run_id="k", point=point)
        assert ended.code == KILLED, f"{point}: {ended.code}\n{ended.said}"
        versions.append(workshop.version_in_force())
        assert set(told_packages(workshop)) <= {"2024-06 v1", "2024-07 v1"}
    return versions


def run_again(workshop: Workshop) -> None:
    again = workshop.forge.command("run", "--period", SECOND, *REASON)
    assert again.code == 0, again.said


def test_a_month_killed_from_validation_to_delivery_is_run_again_to_the_same_content(workshop: Workshop) -> None:
    undisturbed = workshop.undisturbed()
    workshop.put(workshop.base())
    old = workshop.version_in_force()
    built = workshop.forge.stages("land", "build", period=SECOND, run_id="k")
    assert built.code == 0, built.said
    assert kill_at_each(workshop, "validate", VALIDATION) == [old] * len(VALIDATION)
    assert kill_at_each(workshop, "figures", FIGURES) == [old] * 2
    # The number of a version that was half made is used again.
    assert kill_at_each(workshop, "publish", PUBLISHING) == [old, old + 1, old + 2]
    before_delivery = workshop.keep("before_delivery")
    assert kill_at_each(workshop, "deliver", DELIVERY) == [old + 2] * 3
    run_again(workshop)
    assert told_packages(workshop) == ["2024-06 v1", "2024-07 v1"]
    assert differences(workshop.content(), undisturbed) == []

    # The other way to the same end: it was killed when the published file had been renewed.
    workshop.put(before_delivery)
    assert kill_at_each(workshop, "deliver", (RENEWED,)) == [old + 3]
    assert differences(workshop.content(), undisturbed) == [], "allt var klart när den dödades"
    run_again(workshop)
    assert differences(workshop.content(), undisturbed) == []


def test_a_difference_between_two_homes_is_seen(workshop: Workshop, tmp_path: Path) -> None:
    workshop.put(workshop.base())
    before = workshop.content()
    assert {name.split(" ")[0] for name in before} >= {
        "published", "build", "lake", "XML", "manifest", "CSV", "state", "review",
    }  # fmt: skip
    [listed] = workshop.home.glob("quarantine/2024-06/*.csv")
    listed.write_text("en annan rad", encoding="utf-8")
    (workshop.home / "archive" / ".landing").mkdir()
    assert differences(workshop.content(), before) == [
        f"CSV list {listed.relative_to(workshop.home / 'quarantine')}",
        "half-made archive/.landing",
    ]
