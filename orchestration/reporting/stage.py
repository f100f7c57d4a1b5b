"""The reports of a run: a new version beside the earlier ones, never a change in one of them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from orchestration.reporting.facts import read_facts
from orchestration.reporting.protocol import render_validation_protocol
from orchestration.settings import PRIVATE_DIR, make_private
from orchestration.sharing import open_passage, share, share_all
from orchestration.state.store import now
from orchestration.validation.results import ExpectationResult
from orchestration.work import Work

PROTOCOL_NAME = "protokoll.html"
_VERSION = re.compile(r"v([1-9]\d*)")


def _next_version(folder: Path) -> int:
    known = [int(match[1]) for path in folder.iterdir() if (match := _VERSION.fullmatch(path.name))]
    return max(known, default=0) + 1


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_protocol(work: Work, results: Sequence[ExpectationResult]) -> Path:
    """Write the protocol of this validation as the period's next report version; returns the page's path.

    `results` are what the suites of this run gave, empty when none came so far; the evidence of the run
    should be stored before. The page is `reports/<period>/v<N>/protokoll.html` under the home, made beside
    its place and moved there whole. Raises UsageError when the region's shared_group does not exist.
    """
    reports, group = work.home.reports, work.region.shared_group
    folder = reports / work.period
    make_private(folder)
    version = _next_version(folder)
    page = render_validation_protocol(read_facts(work), results, version, now())
    building = folder / f".v{version}.building"
    # What an interrupted run left was never a version.
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=PRIVATE_DIR)
    written = building / PROTOCOL_NAME
    written.write_text(page, encoding="utf-8", newline="\n")
    share(written, group)
    share(building, group)
    _sync(written)
    _sync(building)
    finished = folder / f"v{version}"
    building.rename(finished)
    _sync(folder)
    # The home's own folder first: when the group is taken away, one step shuts it out of everything.
    open_passage(work.home.root, group)
    share_all(reports, group)
    return finished / PROTOCOL_NAME
