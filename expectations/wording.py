"""What every expectation tells of itself, and the band that a plausible figure lies in.

Imports no Great Expectations: whoever only wants to know what is expected pays nothing for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

BLOCK, WARN = "block", "warn"
_DECIMALS = Decimal("0.001")
_RULE = re.compile(r"(?:A|B|E|R|CM|WT|OC|PR|DL)\d\d")


@dataclass(frozen=True)
class Band:
    """A row of the seed `plausible_bands` that is in force: limits inclusive, None = no limit on that side.

    `unit` and `meaning` are Swedish; `meaning` is a sentence. A figure that rests on fewer than `least_rows` is not
    judged.
    """

    name: str
    lower: float | None
    upper: float | None
    unit: str
    least_rows: int
    meaning: str

    @property
    def sentence(self) -> str:
        """The meaning with its limits."""
        if self.upper is None:
            limits = f"minst {shown(self.lower)}"
        elif self.lower is None:
            limits = f"högst {shown(self.upper)}"
        else:
            limits = f"{shown(self.lower)} till {shown(self.upper)}"
        return f"{self.meaning.removesuffix('.')} ({self.unit}: {limits})."


def expectation_meta(
    identifier: str,
    meaning: str,
    facts: Mapping[str, str] | None = None,
    severity: str = BLOCK,
    adds: str = "",
    rules: Sequence[str] = (),
) -> dict[str, Any]:
    """The meta of an expectation.

    `identifier` is '<subject>.<what>', `meaning` a Swedish sentence. `facts` maps columns of a frame of aggregates
    to the Swedish words that introduce their value. `adds` says which part of the truth the expectation sees that
    the tests of the models do not. `rules` are the ids of the rules whose effect it checks, beside the one that the
    identifier may begin with.
    """
    subject = identifier.partition(".")[0]
    own = [subject] if _RULE.fullmatch(subject) else []
    return {
        "id": identifier,
        "severity": severity,
        "meaning": meaning,
        "facts": dict(facts or {}),
        "adds": adds,
        "rules": [*own, *rules],
    }


def shown(value: Any) -> str:
    """A count, a share or a text as a Swedish reader writes it: at most three decimals, rounded half away from zero."""
    if value is None or value != value:
        return "–"
    if isinstance(value, str):
        return value
    number = Decimal(str(value)).quantize(_DECIMALS, rounding=ROUND_HALF_UP)
    whole, _, decimals = f"{number:,.3f}".partition(".")
    decimals = decimals.rstrip("0")
    return whole.replace(",", "\u00a0") + (f",{decimals}" if decimals else "")
