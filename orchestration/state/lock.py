"""One writer at a time, and signs of life: locks that the kernel lets go of when their holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration import logbook
from orchestration.errors import VardlagerError
from orchestration.settings import Home, make_private
from orchestration.state.store import now

_POLL_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 3600.0

# Locks this process holds already: a command holds one around its run, each stage asks again.
_held: set[Path] = set()


def holder(home: Home) -> str | None:
    """Who holds the lock now, in words; None when nobody does. Only looks: two who ask do not meet each other."""
    path = home.state / "writer.lock"
    if not path.exists():
        return None
    with path.open(encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return handle.read().strip() or "en annan körning"
        return None


def _running_file(home: Home, run_id: str) -> Path:
    return home.state / "running" / run_id


def is_running(home: Home, run_id: str) -> bool:
    """Whether a living process has this run inside `running`."""
    try:
        handle = _running_file(home, run_id).open("r+", encoding="utf-8")
    except FileNotFoundError:
        return False
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextmanager
def running(home: Home, run_id: str) -> Iterator[None]:
    """Show that this run's process lives while the block runs; the kernel takes the sign down when it dies.

    A run inside a run of the same id adds nothing.
    """
    path = _running_file(home, run_id)
    if path in _held:
        yield
        return
    make_private(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as handle:
        # Only a look at the sign holds it for an instant, so this never waits long.
        fcntl.flock(handle, fcntl.LOCK_EX)
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            path.unlink(missing_ok=True)


@contextmanager
def writing(
    home: Home, what: str, say: Callable[[str], None], longest_wait: float = LONGEST_WAIT_SECONDS
) -> Iterator[None]:
    """Be the only writer of this home while the block runs; waits for another, and says for whom.

    Raises VardlagerError naming the holder after `longest_wait` seconds.
    """
    path = home.state / "writer.lock"
    if path in _held:
        yield
        return
    make_private(home.state)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as handle:
        give_up_at = time.monotonic() + longest_wait
        has_told = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                handle.seek(0)
                other = handle.read().strip() or "en annan körning"
                if time.monotonic() >= give_up_at:
                    raise VardlagerError(
                        f"En annan körning skriver i {home.root}: {other}.", "Vänta tills den är klar och kör igen."
                    ) from None
                if not has_told:
                    say(f"Väntar på en annan körning: {other} ...")
                    logbook.event("waiting_for_lock", logbook.WARNING, wanted_for=what, holder=other)
                    has_told = True
                time.sleep(_POLL_SECONDS)
        if has_told:
            waited = longest_wait - (give_up_at - time.monotonic())
            logbook.event("lock_taken", wanted_for=what, seconds=round(waited, 3))
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()}, {what}, sedan {now()}")
        handle.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
