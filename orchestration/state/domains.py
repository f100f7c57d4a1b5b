"""Domains of what is published: each is held back alone when its own checks do not stand.

What guards a domain stands in `seeds/required_checks.csv`, which domains there are in `seeds/publishing_domains.csv`,
and which tables are a domain's follows from the folder of their models.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import CARE, PROJECT_ROOT, Contract
from orchestration.errors import EXIT_REFUSED, EXIT_STOPPED
from orchestration.state import evidence
from orchestration.state.current import complete_periods
from orchestration.state.evidence import EVERYTHING, WAITING_TIMES
from orchestration.state.store import Load, State

DOMAINS_FILE = PROJECT_ROOT / "seeds" / "publishing_domains.csv"
MARTS_DIR = PROJECT_ROOT / "models" / "marts"
_SCHEMA = "marts"


@dataclass(frozen=True)
class Domain:
    """A domain: its Swedish title, the groups of files that carry it, and its tables as `schema.table`."""

    name: str
    title: str
    groups: tuple[str, ...]
    tables: frozenset[str]


@dataclass(frozen=True)
class HeldDomain:
    """A domain whose tables stay as they were published: why, in Swedish, and the exit code that it stands for."""

    domain: Domain
    why: str
    exit_code: int

    def in_words(self) -> str:
        """One line for whoever runs."""
        return f"{self.domain.title} hålls tillbaka: {self.why}"


def _tables(domain: str, marts_dir: Path) -> frozenset[str]:
    return frozenset(f"{_SCHEMA}.{path.stem}" for path in (marts_dir / domain).glob("*.sql"))


@functools.cache
def publishing_domains(path: Path = DOMAINS_FILE, marts_dir: Path = MARTS_DIR) -> tuple[Domain, ...]:
    """The domains in the seed's order."""
    with path.open(encoding="utf-8", newline="") as handle:
        return tuple(
            Domain(row["domain"], row["title"], tuple(row["groups"].split()), _tables(row["domain"], marts_dir))
            for row in csv.DictReader(handle)
        )


def has_care(contracts: Mapping[str, Contract], current: Sequence[Load], period: str) -> bool:
    """Whether the period's care is whole: without it nothing of the waiting times can be validated or delivered."""
    return (period, CARE) in complete_periods(contracts, current)


def held_domains(
    state: State, contracts: Mapping[str, Contract], run_id: str, inputs: str, period: str
) -> tuple[HeldDomain, ...]:
    """The domains that must stay as they were published: one of their checks lacks, or their month has no care.

    The waiting times are among them only while the month has no care: with it, their checks stop everything.
    """
    is_with_care = has_care(contracts, state.loads("current"), period)
    held = []
    for domain in publishing_domains():
        lacking = evidence.lacking(state, run_id, inputs, period, {domain.name})
        if domain.name == WAITING_TIMES:
            if not is_with_care:
                why = f"vården för {period} är inte inläst, och väntetiderna väntar på den"
                held.append(HeldDomain(domain, why, EXIT_REFUSED))
        elif lacking:
            held.append(HeldDomain(domain, "; ".join(lacking), EXIT_STOPPED))
    return tuple(held)


def stopping_domains(contracts: Mapping[str, Contract], current: Sequence[Load], period: str) -> frozenset[str]:
    """What must be proven before anything at all is published: the waiting times too, once the month has care."""
    return evidence.OF_THE_DELIVERY if has_care(contracts, current, period) else frozenset({EVERYTHING})
