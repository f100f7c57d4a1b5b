"""The reports of a run: a new version beside the earlier ones, never a change in one of them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from orchestration.durable import sync
from orchestration.errors import VardlagerError
from orchestration.reporting.facts import read_facts
from orchestration.reporting.lists import write_lists
from orchestration.reporting.protocol import render_validation_protocol
from orchestration.settings import PRIVATE_DIR, make_private
from orchestration.sharing import open_passage, share, share_all
from orchestration.state.store import now
from orchestration.validation.results import ExpectationResult
from orchestration.work import Work

PROTOCOL_NAME, LISTS_NAME = "protokoll.html", "avvikelser"
_VERSION = re.compile(r"v([1-9]\d*)")


def next_version(folder: Path) -> int:
    """The number of the report version that will be written next in a period's folder."""
    paths = folder.iterdir() if folder.is_dir() else ()
    known = [int(match[1]) for path in paths if (match := _VERSION.fullmatch(path.name))]
    return max(known, default=0) + 1


def newest_lists(folder: Path) -> Path | None:
    """The newest lists in a period's folder of reports; None when no version has any."""
    versions = (
        sorted(
            ((int(match[1]), path) for path in folder.iterdir() if (match := _VERSION.fullmatch(path.name))),
            reverse=True,
        )
        if folder.is_dir()
        else []
    )
    return next((path / LISTS_NAME for _, path in versions if (path / LISTS_NAME).is_dir()), None)


def _make_lists(work: Work, review: Path, target: Path) -> None:
    """The lists of a review in a folder that is being built. VardlagerError when they cannot be made."""
    try:
        write_lists(review, target, work.region.region_name)
    except VardlagerError:
        raise
    except Exception as fault:
        # What is in the rows may stand in the fault's own text; only its kind passes on.
        raise VardlagerError(
            f"Avvikelselistorna för {work.period} kunde inte göras ({type(fault).__name__}); "
            "ingen ny rapportversion är gjord, och de förra gäller.",
            "Kör vardlager doctor, och sedan samma kommando igen; med --debug om felet står kvar.",
        ) from fault


def write_protocol(
    work: Work,
    results: Sequence[ExpectationResult],
    review: Path | None = None,
) -> Path:
    """Write the protocol of this validation as the period's next report version; returns the page's path.

    With the folder of a `review` its lists stand beside the page in `avvikelser/`: all of the version appears at
    once, or nothing of it.

    `results` are what the suites of this run gave, empty when none came so far; the evidence of the run
    should be stored before. The page is `reports/<period>/v<N>/protokoll.html` under the home, made beside
    its place and moved there whole. Raises UsageError when the region's shared_group does not exist, and
    VardlagerError when the lists cannot be made.
    """
    reports, group = work.home.reports, work.region.shared_group
    folder = reports / work.period
    make_private(folder)
    version = next_version(folder)
    page = render_validation_protocol(read_facts(work), results, version, now())
    building = folder / f".v{version}.building"
    # What an interrupted run left was never a version.
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=PRIVATE_DIR)
    written = building / PROTOCOL_NAME
    written.write_text(page, encoding="utf-8", newline="\n")
    if review is not None:
        try:
            _make_lists(work, review, building / LISTS_NAME)
        except VardlagerError:
            shutil.rmtree(building)
            raise
    for path in (*sorted(building.rglob("*")), building):
        share(path, group)
        sync(path)
    finished = folder / f"v{version}"
    building.rename(finished)
    sync(folder)
    # The home's own folder first: when the group is taken away, one step shuts it out of everything.
    open_passage(work.home.root, group)
    share_all(reports, group)
    return finished / PROTOCOL_NAME
