"""Housekeeping after a month: purge what has been kept long enough, and say so in one line."""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.keeping.due import (
    LAKE,
    LEFTOVER,
    LOG,
    ORIGINAL,
    QUARANTINE,
    REPORT,
    REVIEW,
    find_due,
    find_leftovers,
    first_kept_month,
)
from orchestration.keeping.history import RUN, purge_history
from orchestration.keeping.purge import Purged, purge, remove_empty_folders, settle_purges
from orchestration.privacy import presentable
from orchestration.settings import Home, Region
from orchestration.state.lock import writing
from orchestration.state.store import State, open_state

if TYPE_CHECKING:
    import dagster as dg

_SHOWN_FAILURES = 3
# One and several of each kind, in the order in which they are told.
_NAMES = {
    ORIGINAL: ("originalfil", "originalfiler"),
    QUARANTINE: ("karantänlista", "karantänlistor"),
    LAKE: ("fil av ersatta inläsningar", "filer av ersatta inläsningar"),
    REPORT: ("äldre protokoll", "äldre protokoll"),
    REVIEW: ("äldre genomgång", "äldre genomgångar"),
    LOG: ("loggfil", "loggfiler"),
    RUN: ("körning i Dagsters historik", "körningar i Dagsters historik"),
}


@dataclass(frozen=True)
class Kept:
    """What a housekeeping did: how many went of each kind, and what could not go."""

    purged: Counter[str]
    failed: tuple[str, ...]


def purged_text(purged: Counter[str], first_kept: str) -> str | None:
    """What was purged, in one Swedish line; None when nothing was."""
    parts = [f"{purged[kind]} {names[purged[kind] != 1]}" for kind, names in _NAMES.items() if purged[kind]]
    if not parts:
        return None
    year, month = int(first_kept[:4]), int(first_kept[5:])
    last = f"{year:04d}-{month - 1:02d}" if month > 1 else f"{year - 1:04d}-12"
    return f"Gallrat: {', '.join(parts)} från {last} och tidigare"


def _purge_files(home: Home, state: State, today: datetime.date, months: int, reason: str) -> tuple[Purged, list[str]]:
    settle_purges(home, state)
    left = purge(home, state, find_leftovers(home), "rest av en avbruten körning")
    found = find_due(home, state, today, months)
    done = purge(home, state, found.due, reason)
    remove_empty_folders(home)
    return done, [*left.failed, *done.failed, *found.unseen]


def _purge_history(instance: dg.DagsterInstance, state: State, first_kept: str, reason: str, failed: list[str]) -> int:
    try:
        return purge_history(instance, state, first_kept, reason)
    except Exception as trouble:
        # Dagster's storage raises the errors of whichever database it lies in; none of them may undo a month.
        failed.append(f"Dagsters historik ({type(trouble).__name__})")
        return 0


def _told_failure(failed: list[str]) -> str:
    more = len(failed) - _SHOWN_FAILURES
    return presentable(
        f"Gallringen nådde inte allt: {'; '.join(failed[:_SHOWN_FAILURES])}{f'; och {more} till' if more > 0 else ''}."
        "\n  Gör så här: kör vardlager doctor; nästa lyckade vardlager run försöker igen."
    )


def keep_house(
    home: Home,
    region: Region,
    today: datetime.date,
    say: Callable[[str], None],
    instance: dg.DagsterInstance | None = None,
) -> Kept:
    """Purge what came in before `region.retention_months` whole months ago; each deletion is a row of the state.

    With an `instance`, Dagster's own old runs go too. Never raises for what cannot be purged: the month that was
    run is done, what is left is told and tried again by the next.
    """
    first_kept = first_kept_month(today, region.retention_months)
    reason = f"retention_months {region.retention_months}: före {first_kept}"
    purged: Counter[str] = Counter()
    failed: list[str] = []
    with writing(home, "gallring", say):
        try:
            with open_state(home.state_file) as state:
                done, failed = _purge_files(home, state, today, region.retention_months, reason)
                purged.update(each.kind for each in done.gone if each.kind != LEFTOVER)
                if instance is not None:
                    purged[RUN] += _purge_history(instance, state, first_kept, reason, failed)
        except (OSError, sqlite3.Error) as trouble:
            failed.append(f"läget ({type(trouble).__name__}: {getattr(trouble, 'strerror', None) or trouble})")
    told = purged_text(purged, first_kept)
    if told is not None:
        say(told)
    if failed:
        say(_told_failure(failed))
    return Kept(purged, tuple(failed))
