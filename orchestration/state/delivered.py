"""Where the rows of a delivery are kept as they were delivered, below the home's `state/`."""

from __future__ import annotations

from pathlib import Path

DELIVERED_ROWS = "delivered_rows"


def delivered_rows_name(receiver: str, period: str, version: int) -> Path:
    """The folder of one version, below DELIVERED_ROWS; a file a population lies in it."""
    return Path(f"receiver={receiver}") / f"period={period}" / f"version={version}"
