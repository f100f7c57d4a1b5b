"""Which groups of files have come to rest in the inbox, whole and new; nothing in a file is read but to hash it.

The watch is told what it saw last time and answers what it sees now. It knows names, sizes, times and
hashes, and keeps hashes only: a name that no contract knows may hold an identity.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.contracts import CARE, REGISTERS, Contract, groups
from orchestration.errors import UsageError
from orchestration.landing.inbox import CONTROL_FILE, Delivered, Inbox, read_inbox
from orchestration.landing.receiving import sha256_of
from orchestration.privacy import mask_identities
from orchestration.state.store import Load
from orchestration.work import check_period

# A tick must answer within a minute. Files beyond this much wait for the next tick; one folder is always taken.
HASHED_BYTES_PER_TICK = 4 << 30


@dataclass(frozen=True)
class Seen:
    """A period's folder at a tick: a hash of names, sizes and times, and each file's sha256 once it rested."""

    listing: str
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """Work that can begin: the groups of a period whose files are whole and new.

    `content` is a sha256 of what they hold and of which loads they would replace: the same files and the same
    kontroll.csv give the same, until something else has been loaded in between.
    """

    period: str
    groups: tuple[str, ...]
    content: str

    @property
    def run_key(self) -> str:
        """Names the work, so that Dagster starts it once."""
        return f"{self.period}:{'+'.join(self.groups)}:{self.content[:16]}"


@dataclass(frozen=True)
class Watched:
    """What a look at the inbox came to. `waiting` says what is waited for, a line each, identities masked."""

    seen: Mapping[str, Seen]
    starts: tuple[Start, ...]
    waiting: tuple[str, ...]


def read_memory(cursor: str | None) -> dict[str, Seen]:
    """What the watch saw last time; nothing when it cannot be read, for then it only waits once more."""
    try:
        content = json.loads(cursor or "{}")
        return {str(period): Seen(str(entry[0]), dict(entry[1])) for period, entry in content.items()}
    except (ValueError, TypeError, AttributeError, IndexError, KeyError):
        return {}


def write_memory(seen: Mapping[str, Seen]) -> str:
    """The watch's memory as text, equal for equal content."""
    return json.dumps({period: [entry.listing, dict(entry.hashes)] for period, entry in seen.items()}, sort_keys=True)


def listing_of(folder: Path) -> str:
    """A hash over each entry's name, kind, size and time of change; OSError when one goes while it is looked at."""
    entries = []
    with os.scandir(folder) as found:
        for entry in found:
            status = entry.stat(follow_symlinks=False)
            is_file = entry.is_file(follow_symlinks=False)
            entries.append([os.fsencode(entry.name).hex(), is_file, status.st_size, status.st_mtime_ns])
    return hashlib.sha256(json.dumps(sorted(entries)).encode()).hexdigest()


def _folders(inbox: Path) -> tuple[list[str], list[str]]:
    """(periods that have a folder, what stands in the way of others), in order."""
    periods, waiting = [], []
    for path in sorted(inbox.iterdir()) if inbox.is_dir() else []:
        shown = mask_identities(path.name)
        try:
            check_period(path.name)
        except UsageError:
            waiting.append(f"inbox/{shown}: är ingen period ÅÅÅÅ-MM och läses inte.")
            continue
        if path.is_symlink() or not path.is_dir():
            waiting.append(f"inbox/{shown}: är ingen mapp och läses inte.")
        else:
            periods.append(path.name)
    return periods, waiting


def _current(loads: Sequence[Load], period: str, group: str) -> dict[str, str]:
    """Entity to sha256 of the current loads that count for a group in a period; each register serves all periods."""
    return {
        load.entity: load.sha256
        for load in loads
        if load.outcome == "current" and load.group_name == group and (load.period == period or group == REGISTERS)
    }


def _obstacle(
    period: str,
    group: str,
    inbox: Inbox,
    hashes: Mapping[str, str],
    contracts: Mapping[str, Contract],
    loads: Sequence[Load],
) -> str | None:
    """Why a group whose files lie in the inbox cannot begin yet; None when nothing is in the way."""
    members = groups(dict(contracts))[group]
    for entity, name, why in inbox.refused:
        if entity is None and name == CONTROL_FILE:
            return f"väntar på en rätt {CONTROL_FILE}: {why}"
        if entity in {contract.entity for contract in members}:
            return f"väntar: {name} {why}"
    files = {file.contract.entity: file for file in inbox.delivered if file.contract.group == group}
    present = set(files) | set(_current(loads, period, group))
    missing = [c.entity for c in members if not c.is_optional and c.entity not in present]
    if missing:
        return f"väntar på {', '.join(missing)}"
    for file in files.values():
        expected = inbox.control.get(file.path.name)
        if expected is not None and expected.sha256 != hashes[file.path.name]:
            return f"väntar: {file.path.name} har inte den sha256 som står i {CONTROL_FILE}"
    refused = _refused(files, hashes, period, loads)
    if refused:
        return f"väntar på ny fil: {', '.join(refused)} avvisades med samma innehåll"
    return None


def _refused(
    files: Mapping[str, Delivered], hashes: Mapping[str, str], period: str, loads: Sequence[Load]
) -> list[str]:
    """Files that were refused as they are. A refusal that blamed kontroll.csv says nothing once that is another.

    Whether it is another is left to the run key, which holds kontroll.csv's own row.
    """
    known = {
        (load.entity, load.sha256)
        for load in loads
        if load.outcome == "refused" and load.period == period and CONTROL_FILE not in (load.message or "")
    }
    return [file.path.name for entity, file in files.items() if (entity, hashes[file.path.name]) in known]


def _content(group: str, inbox: Inbox, hashes: Mapping[str, str]) -> list[list[object]]:
    rows: list[list[object]] = []
    for file in sorted((file for file in inbox.delivered if file.contract.group == group), key=lambda file: file.path):
        control = inbox.control.get(file.path.name)
        told = None if control is None else [control.rows, control.sha256]
        rows.append([file.contract.entity, hashes[file.path.name], told])
    return rows


def _standing(loads: Sequence[Load], period: str, group: str) -> list[int]:
    """Ids of a group's current loads of the period itself; a load has its own, also of content seen before."""
    return sorted(
        load.load_id or 0
        for load in loads
        if load.outcome == "current" and load.period == period and load.group_name == group
    )


def _judge(
    period: str, inbox: Inbox, hashes: Mapping[str, str], contracts: Mapping[str, Contract], loads: Sequence[Load]
) -> tuple[Start | None, list[str]]:
    """What of a folder at rest can begin, and what is waited for."""
    waiting, new, whole = [], [], set()
    by_group = groups(dict(contracts))
    for group, members in by_group.items():
        needed = {contract.entity for contract in members if not contract.is_optional}
        current = _current(loads, period, group)
        if needed <= set(current):
            whole.add(group)
        files = [file for file in inbox.delivered if file.contract.group == group]
        own = {load.entity: load.sha256 for load in loads if load.outcome == "current" and load.period == period}
        if files and all(own.get(file.contract.entity) == hashes[file.path.name] for file in files):
            continue
        refused = any(entity in {c.entity for c in members} for entity, _, _ in inbox.refused)
        if not files and not refused:
            continue
        obstacle = _obstacle(period, group, inbox, hashes, contracts, loads)
        if obstacle is not None:
            waiting.append(f"{period} {group}: {obstacle}.")
            continue
        whole.add(group)
        new.append(group)
    lacking = [group for group in (CARE, REGISTERS) if group in by_group and group not in whole]
    if new and lacking:
        # Nothing can be built of a period before it has both; the files stay where they are meanwhile.
        waiting.append(f"{period} {', '.join(new)}: komplett, väntar på {' och '.join(lacking)}.")
        return None, waiting
    if not new:
        return None, waiting
    # With the loads that stand: a file that is taken back to what it was before is work again.
    rows = [[group, _content(group, inbox, hashes), _standing(loads, period, group)] for group in sorted(new)]
    content = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    return Start(period, tuple(sorted(new)), content), waiting


def watch(
    inbox_folder: Path,
    contracts: Mapping[str, Contract],
    loads: Sequence[Load],
    memory: Mapping[str, Seen],
    busy: Mapping[str, str],
    hashed_bytes: int = HASHED_BYTES_PER_TICK,
) -> Watched:
    """Look at every period's folder once.

    `loads` are those of all outcomes, `memory` is what the look before this saw, `busy` says of a
    period why it must wait. A folder is judged when it looks as it did last time, so that a file
    half copied never begins anything; its files are hashed once for as long as it rests.
    """
    periods, waiting = _folders(inbox_folder)
    seen: dict[str, Seen] = {}
    starts = []
    left = hashed_bytes
    for period in periods:
        folder = inbox_folder / period
        before = memory.get(period)
        try:
            listing = listing_of(folder)
            inbox = read_inbox(folder, period, contracts)
            hashes = {} if before is None or before.listing != listing else dict(before.hashes)
            seen[period] = Seen(listing, hashes)
            if before is None or before.listing != listing:
                if inbox.delivered or inbox.refused:
                    waiting.append(f"{period}: väntar tills filerna är färdigkopierade.")
                continue
            if period in busy:
                waiting.append(f"{period}: {busy[period]}.")
                continue
            unknown = [file.path for file in inbox.delivered if file.path.name not in hashes]
            size = sum(path.stat().st_size for path in unknown)
            if unknown and size > left and left < hashed_bytes:
                waiting.append(f"{period}: kontrolleras vid nästa titt.")
                continue
            left -= size
            hashes.update({path.name: sha256_of(path) for path in unknown})
            if listing_of(folder) != listing:
                # Changed while it was hashed: the hashes may be of neither.
                seen[period] = Seen("")
                waiting.append(f"{period}: väntar tills filerna är färdigkopierade.")
                continue
        except OSError as trouble:
            waiting.append(f"{period}: mappen går inte att läsa ({type(trouble).__name__}).")
            continue
        start, why = _judge(period, inbox, hashes, contracts, loads)
        waiting += why
        if start is not None:
            starts.append(start)
    return Watched(seen, tuple(starts), tuple(waiting))
