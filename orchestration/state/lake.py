"""Where the rows of a load, and the list of its quarantined ones, lie below the home."""

from __future__ import annotations

_QUARANTINED = "quarantined_row"


def lake_path(entity: str, period: str, number: int) -> str:
    """The Parquet of the rows of an entity's `number`th load of a period."""
    return f"lake/{entity}/period={period}/load-{number:04d}.parquet"


def quarantined_path(rows_path: str) -> str:
    """The Parquet that lists the faults of the load whose rows lie at `rows_path`; absent when it has none."""
    _, entity, folder, name = rows_path.split("/")
    return f"lake/{_QUARANTINED}/{folder}/{entity}-{name}"
