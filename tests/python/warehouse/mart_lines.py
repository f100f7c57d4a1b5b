"""A line of the mart of waiting times, as figures counted by hand speak of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]

KEYS = ("period", "measure_id", "population", "variant", "level", "unit_id", "sex", "specialty_group")
VARIANTS = ("skr", "socialstyrelsen", "pvv_over_limit", "all")
BANDS = ("0_30", "31_60", "61_90", "91_120", "121_180", "181_365", "366")


@dataclass(frozen=True)
class Line:
    """A line of the mart by its keys, and the figures it must hold; None when the line must not exist."""

    keys: Figures
    figures: Figures | None

    @property
    def key(self) -> tuple[str, ...]:
        """The whole key: the region, all sexes and groups unless said."""
        whole = {"level": "region", "unit_id": "*", "sex": "all", "specialty_group": "all", **self.keys}
        return tuple(whole[name] for name in KEYS)

    def __str__(self) -> str:
        return " ".join(str(value) for value in self.keys.values())


def share_of(numerator: int, denominator: int) -> Figures:
    """The columns of a share; NULL when nothing is counted."""
    share = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "share": share}


def statistics_of(count: int, median: float, total: int, over_150: int, *bands: int) -> Figures:
    """The columns of the waits: rows, median, sum of days, rows over 150 days, and rows in each band."""
    assert sum(bands) == count
    return {
        "contacts_count": count, "median_wait_days": median, "mean_wait_days": total / count,
        "over_150_days_count": over_150,
        **{f"band_{band}_count": rows for band, rows in zip(BANDS, bands, strict=True)},
    }  # fmt: skip


def in_every_variant(keys: Figures, figures: Figures | None) -> Iterator[Line]:
    """A line in each variant, with the same figures."""
    for variant in VARIANTS:
        yield Line({**keys, "variant": variant}, figures)
