"""The structured log: what the house did, one JSON line an event, in `state/log/<YYYY-MM>.jsonl`.

An event has time (local, with offset), level, event, run_id, command, period, stage and fields of its own.
Every text is masked; of an error outside the family only its kind and the places in the code are kept,
since a library's text may quote a value that no mask can tell.
"""

from __future__ import annotations

import contextvars
import dataclasses
import datetime
import json
import logging
import math
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, VardlagerError
from orchestration.privacy import mask_identities
from orchestration.settings import PRIVATE_FILE, Home, make_private

INFO, WARNING, ERROR = logging.INFO, logging.WARNING, logging.ERROR
_PLACES_SHOWN = 12


@dataclass(frozen=True)
class _Place:
    """What an event is part of; the home is where it is written."""

    home: Home | None = None
    run_id: str | None = None
    command: str | None = None
    period: str | None = None
    stage: str | None = None


_NOWHERE = _Place()
_place: contextvars.ContextVar[_Place] = contextvars.ContextVar("logbook_place", default=_NOWHERE)


def log_folder(home: Home) -> Path:
    """Where the log lies, a file a month."""
    return home.state / "log"


def _masked(value: Any) -> Any:
    """`value` as JSON takes it, with no written identity in any text, key or number of it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {mask_identities(str(key)): _masked(own) for key, own in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(own) for own in value]
    text = mask_identities(str(value))
    return value if isinstance(value, int) and text == str(value) else text


class _Line(logging.Formatter):
    """An event as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        place: _Place = record.place  # type: ignore[attr-defined]
        moment = datetime.datetime.fromtimestamp(record.created).astimezone()
        content = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "run_id": place.run_id,
            "command": _masked(place.command),
            "period": _masked(place.period),
            "stage": place.stage,
            **_masked(record.fields),  # type: ignore[attr-defined]
        }
        return json.dumps(content, ensure_ascii=False, allow_nan=False, default=str)


class _MonthFiles(logging.Handler):
    """Appends each line, in one piece, to the file of its month.

    The file is opened for the line alone: nothing is held back in a buffer, so a killed process has
    written each of its lines whole. A line that was torn all the same (a full disk) is ended first.
    """

    has_complained = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line; a log that cannot be written is told once and stops nothing."""
        home: Home = record.place.home  # type: ignore[attr-defined]
        line = self.format(record)
        try:
            folder = log_folder(home)
            make_private(folder)
            name = f"{datetime.datetime.fromtimestamp(record.created):%Y-%m}.jsonl"
            _append(folder / name, line)
        except OSError as trouble:
            if not self.has_complained:
                self.has_complained = True
                print(f"Loggen kan inte skrivas ({trouble.strerror}).", file=sys.stderr)


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        # A file name that is no text holds lone surrogates; written as escapes they are JSON all the same.
        os.write(descriptor, f"{chr(10) * is_torn}{line}\n".encode("utf-8", "backslashreplace"))
    finally:
        os.close(descriptor)


class _Logger(logging.Logger):
    """A logger that the libraries' loggers are no kin of.

    `logging.disable` and the `disable_existing_loggers` of a library's configuration are about loggers that
    logging.getLogger made; this one is not among them, so silencing the libraries leaves it alone.
    """

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the standard library's name
        """Whether an event of this level is logged, and a home is there to log it in."""
        home = _place.get().home
        # A home is a folder with settings: nothing is made in a folder that is none.
        return level >= self.level and home is not None and home.region_file.is_file()


_logger = _Logger("vardlager")
_handler = _MonthFiles()
_handler.setFormatter(_Line())
_logger.addHandler(_handler)


def event(name: str, level: int = INFO, /, **fields: Any) -> None:
    """Log an event with its own fields; nothing happens outside `logged`."""
    _logger.log(level, name, extra={"place": _place.get(), "fields": fields})


def _places(error: BaseException) -> list[str]:
    """Where in the code an error came from, innermost last: files, lines and functions, no values."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES_SHOWN:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def error_fields(error: BaseException) -> dict[str, Any]:
    """What the log may know of an error: its kind and places, and the words of one of the house's own."""
    fields: dict[str, Any] = {"kind": type(error).__name__, "trace": _places(error)}
    if isinstance(error, VardlagerError):
        fields |= {"what": error.what, "next_step": error.next_step, "exit_code": error.exit_code}
    return fields


@contextmanager
def logged(home: Home, **place: str | None) -> Iterator[None]:
    """Events inside are of this home and place: run_id, command, period, stage; what is not named stays as it is."""
    before = _place.get()
    _place.set(dataclasses.replace(before, home=home, **place))
    try:
        yield
    finally:
        _place.set(before)


def _exit_code(error: BaseException) -> int:
    if isinstance(error, SystemExit):
        return EXIT_DONE if error.code is None else error.code if isinstance(error.code, int) else EXIT_FAILED
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    return int(getattr(error, "exit_code", EXIT_FAILED))


@contextmanager
def lasting(what: str, **fields: Any) -> Iterator[dict[str, Any]]:
    """Log the start and the end of something, the end with its seconds, and an error that breaks it off.

    What is put into the dictionary that is handed out becomes fields of the end. A SystemExit is an end with
    an exit code; any other exception is logged as an error first.
    """
    started = time.monotonic()
    told: dict[str, Any] = {}
    event(f"{what}_started", **fields)
    try:
        yield told
    except BaseException as error:
        if not isinstance(error, SystemExit | GeneratorExit):
            event("error", ERROR, **error_fields(error))
        _end(what, started, {**told, "exit_code": _exit_code(error)})
        raise
    _end(what, started, {"exit_code": EXIT_DONE, **told})


def _end(what: str, started: float, told: Mapping[str, Any]) -> None:
    level = INFO if told["exit_code"] == EXIT_DONE else ERROR
    event(f"{what}_ended", level, seconds=round(time.monotonic() - started, 3), **told)
