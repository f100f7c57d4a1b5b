"""What a review says in a few lines: deviations by status, and where most are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.state.reviews import CLINICS, Review

_SHOWN_CLINICS = 3
_TOTALS = """
    select
        coalesce(sum(new_count), 0), coalesce(sum(remaining_count), 0), coalesce(sum(fixed_count), 0),
        coalesce(sum(accepted_count), 0)
    from read_parquet($1)
"""
_LEFT = """
    select clinic_id, clinic_name, new_count + remaining_count as left_count
    from read_parquet($1)
    where new_count + remaining_count > 0
    order by left_count desc, clinic_id
"""


@dataclass(frozen=True)
class Told:
    """Deviations to correct, by status since the load compared with; and (id, name, left) of clinics, most first."""

    new: int
    remaining: int
    fixed: int
    accepted: int
    left: tuple[tuple[str, str, int], ...]


def read_told(review: Review) -> Told:
    """What a review says. Raises duckdb.Error when its file cannot be read."""
    path = str(review.folder / CLINICS)
    with duckdb.connect() as connection:
        [totals] = connection.execute(_TOTALS, [path]).fetchall()
        left = connection.execute(_LEFT, [path]).fetchall()
    new, remaining, fixed, accepted = map(int, totals)
    return Told(new, remaining, fixed, accepted, tuple((one, name, int(count)) for one, name, count in left))


def summary_lines(told: Told) -> list[str]:
    """The same in Swedish, a line each."""
    lines = [
        f"Avvikelser att rätta: {told.new} nya, {told.remaining} kvar, {told.fixed} rättade, {told.accepted} godtagna"
    ]
    if told.left:
        lines.append(f"Flest har {_most(told.left)}")
    return lines


def _most(left: Sequence[tuple[str, str, int]]) -> str:
    shown = ", ".join(f"{name} ({clinic_id}): {count}" for clinic_id, name, count in left[:_SHOWN_CLINICS])
    rest = len(left) - _SHOWN_CLINICS
    return shown + (f"; och {rest} kliniker till" if rest > 0 else "")
