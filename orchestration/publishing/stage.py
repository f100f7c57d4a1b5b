"""The publishing stage of a run: only with evidence, and always with the latest state beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration import logbook
from orchestration.publishing.versions import Request, publish
from orchestration.settings import Home
from orchestration.state import evidence
from orchestration.state.current import current_inputs
from orchestration.state.delivered import DELIVERED_ROWS, delivered_rows_name
from orchestration.state.domains import HeldDomain, held_domains, stopping_domains
from orchestration.state.store import State, open_state
from orchestration.warehouse.basis import demand_undamaged
from orchestration.warehouse.stage import refresh_state_copies
from orchestration.work import Work

POPULATIONS = ("completed", "waiting")


def delivered_rows_folder(home: Home) -> Path:
    """Where the rows of every delivery are kept as they were delivered."""
    return home.state / DELIVERED_ROWS


def delivered_files(home: Home, state: State) -> list[Path]:
    """The kept rows of the deliveries that the state knows as made, as paths under the folder of all."""
    folders = [
        delivered_rows_name(row["receiver"], row["period"], row["version"])
        for row in state.rows(
            "select receiver, period, version from delivery where status <> 'building' order by 1, 2, 3"
        )
    ]
    names = [folder / f"{population}.parquet" for folder in folders for population in POPULATIONS]
    return [name for name in names if (delivered_rows_folder(home) / name).is_file()]


def publish_period(work: Work) -> dict[str, int]:
    """Publish marts, quality and meta of the build; StoppedError unless every check that guards all of it passed.

    A domain whose own checks lack is held back: its tables stay as they are in the version in force.
    Returns rows by table.
    """
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        guarding = stopping_domains(work.contracts, state.loads("current"), work.period)
        evidence.demand(state, work.run_id, inputs, work.period, "publicera", guarding)
    work.progress("Publicerar ...")
    return renew_published(work)


def _told(held: Sequence[HeldDomain], work: Work) -> None:
    for domain in held:
        logbook.event("domain_held_back", logbook.WARNING, domain=domain.domain.name, why=domain.why)
        work.progress(f"  ! {domain.in_words()}; tabellerna står kvar som de var publicerade")


def renew_published(work: Work) -> dict[str, int]:
    """Publish the same build as a version of its own, with the state as it is now; returns rows by table.

    What is held back follows from the run's evidence, each time alike.
    Raises VardlagerError when the build file is damaged, which is then taken away.
    """
    refresh_state_copies(work)
    with open_state(work.home.state_file) as state:
        inputs = current_inputs(state, work.contracts, work.region)
        held = held_domains(state, work.contracts, work.run_id, inputs, work.period)
        _told(held, work)
        request = Request(
            period=work.period,
            run_id=work.run_id,
            inputs=inputs,
            delivered_source=delivered_rows_folder(work.home),
            delivered=delivered_files(work.home, state),
            held=held,
        )
        try:
            counts = publish(work.home, work.region, state, request, work.progress)
        except duckdb.Error as error:
            demand_undamaged(work, [str(error)])
            raise
        logbook.event("published", tables=len(counts), rows=sum(counts.values()))
    work.progress(f"  {len(counts)} tabeller i {work.home.published_file}")
    return counts
