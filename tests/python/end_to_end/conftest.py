"""One workshop a worker, for the tests in which a month is disturbed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .workshop import Workshop, workshop_of


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Workshop]:
    with workshop_of(tmp_path_factory, worker_id) as opened:
        yield opened
