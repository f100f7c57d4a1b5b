"""How many months back rules and marts look, as the seed of rules and the models' YAML tell it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import PROJECT_ROOT
from orchestration.warehouse.model_meta import MODELS_DIR, WINDOW, models_with

RULES_FILE = PROJECT_ROOT / "seeds" / "rules.csv"


@dataclass(frozen=True)
class LookBack:
    """How far what is built looks back: whole months, and whether some rule asks all earlier periods by contact."""

    months: int
    is_unbounded: bool


def _spans(rules_file: Path, excluding_only: bool = False) -> list[str]:
    """The look-back of each rule that has a model, in months; empty where it asks all earlier periods.

    With `excluding_only` of the rules that leave rows out (effect D or L).
    """
    with rules_file.open(encoding="utf-8", newline="") as handle:
        rules = [row for row in csv.DictReader(handle) if row["has_model"] == "true"]
    return [row["look_back_periods"] for row in rules if row["effect"] != "-" or not excluding_only]


def _most(spans: Iterable[str]) -> int:
    return max([0, *(int(span) for span in spans if span)])


def longest_look_back(rules_file: Path = RULES_FILE) -> int:
    """The most months that a rule with a model and a bounded look-back looks back."""
    return _most(_spans(rules_file))


def read_look_back(rules_file: Path = RULES_FILE, models_dir: Path = MODELS_DIR) -> LookBack:
    """The look-back of the rules that have a model, and the windows that models write in `config.meta`.

    A window of thirteen periods looks back twelve. What a mart, or a rule on a clinic, counts of an earlier period
    is another when a rule that leaves rows out (effect D or L) judged it by still earlier ones: those months are
    added. What the other rules find changes nothing but their own period.
    """
    windows = [1, *(int(window) for window in models_with(WINDOW, models_dir).values())]
    months = _most(_spans(rules_file, excluding_only=True)) + max(longest_look_back(rules_file), max(windows) - 1)
    return LookBack(months, "" in _spans(rules_file))


def month_number(period: str) -> int:
    """A month as a number, so that neighbours differ by one."""
    return int(period[:4]) * 12 + int(period[5:])


def looking_back(changed: Collection[str], complete: Iterable[str], months: int) -> set[str]:
    """Complete periods that lie at most `months` months after a changed one."""
    at = {month_number(period) for period in changed}
    return {period for period in complete if any(month_number(period) - back in at for back in range(1, months + 1))}


def looked_back_to(computed: Collection[str], complete: Iterable[str], months: int) -> set[str]:
    """Complete periods that lie at most `months` months before a computed one."""
    at = {month_number(period) for period in computed}
    return {period for period in complete if any(month_number(period) + ahead in at for ahead in range(1, months + 1))}
