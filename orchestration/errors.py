"""The one family of errors: what happened, to which file, line or rule, and what to do next."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_STOPPED = 3
EXIT_REFUSED = 4
# What shells give a command that Ctrl-C ended.
EXIT_INTERRUPTED = 130

DEBUG_VARIABLE = "VARDLAGER_DEBUG"


class VardlagerError(Exception):
    """An error a user can act on.

    `what` says what happened and where, `next_step` what to do about it. Neither may
    hold a personal identity: whoever raises it masks first (see `privacy`).
    """

    exit_code = EXIT_FAILED

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        """What happened and what to do, on two lines."""
        return f"{self.what}\n  Gör så här: {self.next_step}"


class UsageError(VardlagerError):
    """The command or a setting is wrong (exit 2)."""

    exit_code = EXIT_USAGE


class StoppedError(VardlagerError):
    """Validation, a missing approval or missing evidence stops the way on (exit 3)."""

    exit_code = EXIT_STOPPED


class InputRefusedError(VardlagerError):
    """A file or a group of files cannot be taken in (exit 4)."""

    exit_code = EXIT_REFUSED


class BrokenOffError(VardlagerError):
    """Somebody ended the command from outside, with Ctrl-C or a signal (exit 130)."""

    exit_code = EXIT_INTERRUPTED
