"""The publishing stage of a run: only with evidence, and always with the latest state beside it."""

from __future__ import annotations

from orchestration.publishing.publish import publish
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.store import open_state
from orchestration.warehouse.stage import refresh_state_copies
from orchestration.work import Work


def publish_period(work: Work) -> dict[str, int]:
    """Publish marts, quality and meta of the build; StoppedError unless every required check passed.

    Returns rows by table.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        evidence.demand(state, work.run_id, inputs, work.period, "publicera")
    work.progress("Publicerar ...")
    return renew_published(work)


def renew_published(work: Work) -> dict[str, int]:
    """Make the published file again from the same build, with the state as it is now."""
    refresh_state_copies(work)
    counts = publish(work.home, work.region.memory_limit_mb, work.region.shared_group)
    work.progress(f"  {len(counts)} tabeller i {work.home.published_file}")
    return counts
