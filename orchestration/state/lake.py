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


def load_label(rows_path: str) -> str:
    """What a load is called in the names of its files, from where its rows lie."""
    return rows_path.rpartition("/")[2].removesuffix(".parquet")


def refused_label(sha256: str) -> str:
    """What a refused file is called in the name of its list of faults."""
    return f"refused-{sha256[:12]}"


def quarantine_list_path(period: str, file_name: str, label: str) -> str:
    """The list of a file's faults for people, below the home; `label` tells which load of the file it is."""
    return f"quarantine/{period}/{file_name.partition('.')[0]}.{label}.csv"
