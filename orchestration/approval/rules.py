"""What a clinic may accept: the rules of the seed whose faulty rows it answers for itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import PROJECT_ROOT

RULES_FILE = PROJECT_ROOT / "seeds" / "rules.csv"


@dataclass(frozen=True)
class Rule:
    """A rule by its id, the Swedish titles of its cases, and whether one of them stops the delivery."""

    rule_id: str
    title: str
    is_blocking: bool


def groups_of_rules(path: Path = RULES_FILE) -> frozenset[str]:
    """The groups of files that rules with a model speak of."""
    with path.open(encoding="utf-8", newline="") as handle:
        return frozenset(row["group_name"] for row in csv.DictReader(handle) if row["has_model"] == "true")


def read_rules(path: Path = RULES_FILE) -> dict[str, Rule]:
    """Every rule of the seed by its id."""
    cases: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            cases.setdefault(row["rule_id"], []).append(row)
    return {
        rule_id: Rule(
            rule_id,
            "; ".join(dict.fromkeys(row["title"] for row in rows)),
            any(row["severity"] == "block" for row in rows),
        )
        for rule_id, rows in cases.items()
    }
