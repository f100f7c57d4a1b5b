"""One thing looked at, and how a check-up goes on when looking itself fails."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ParamSpec

from orchestration.errors import VardlagerError
from orchestration.privacy import mask_identities

P = ParamSpec("P")
_SHOWN = 3


class Level(Enum):
    """How bad: a fault stops or endangers the work, a note is worth knowing and stops nothing."""

    GOOD = "ok "
    NOTE = "obs"
    FAULT = "FEL"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, and when it is not as it should be why it matters and what to do."""

    subject: str
    level: Level
    detail: str
    why: str = ""
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it is as it should be."""
        return self.level is Level.GOOD

    def __str__(self) -> str:
        """One line, and two more when something is to be known or done; identities masked."""
        lines = [f"{self.level.value}  {self.subject}: {self.detail}"]
        if not self.is_good:
            lines += [f"       Varför: {self.why}"] if self.why else []
            lines += [f"       Gör så här: {self.remedy}"] if self.remedy else []
        return mask_identities("\n".join(lines))


def good(subject: str, detail: str) -> Finding:
    """Something that is as it should be."""
    return Finding(subject, Level.GOOD, detail)


def note(subject: str, detail: str, why: str, remedy: str) -> Finding:
    """Something worth knowing that stops nothing."""
    return Finding(subject, Level.NOTE, detail, why, remedy)


def fault(subject: str, detail: str, why: str, remedy: str) -> Finding:
    """Something that stops the work or endangers what it made."""
    return Finding(subject, Level.FAULT, detail, why, remedy)


def listed(things: Sequence[object], shown: int = _SHOWN) -> str:
    """The first few, and how many more there are."""
    more = len(things) - shown
    return ", ".join(str(thing) for thing in things[:shown]) + (f" och {more} till" if more > 0 else "")


def looked(subject: str) -> Callable[[Callable[P, Finding]], Callable[P, Finding]]:
    """Let a look that breaks down be a fault of its own, so that the others still come."""

    def wrapped(look: Callable[P, Finding]) -> Callable[P, Finding]:
        @functools.wraps(look)
        def call(*args: P.args, **kwargs: P.kwargs) -> Finding:
            try:
                return look(*args, **kwargs)
            except VardlagerError as error:
                return fault(subject, error.what, "", error.next_step)
            except OSError as error:
                where = f"{error.filename}: " if error.filename else ""
                return fault(
                    subject,
                    f"gick inte att granska ({where}{error.strerror or error})",
                    "Det som inte går att läsa kan inte heller köras.",
                    "Kör som den användare som äger hemmet, och rätta rättigheterna.",
                )
            except Exception as error:
                return fault(
                    subject,
                    f"gick inte att granska ({type(error).__name__}: {error})",
                    "Kontrollen själv föll, så resten av punkten är inte granskad.",
                    "Rätta de andra felen först och kör vardlager doctor igen.",
                )

        return call

    return wrapped
