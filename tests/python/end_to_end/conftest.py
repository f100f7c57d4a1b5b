"""One forge and one workshop a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .command import Place
from .killing import Forge
from .workshop import Workshop, workshop_of


@pytest.fixture(scope="session")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    """The process that has imported everything, from which others are forked."""
    root = tmp_path_factory.mktemp("forge")
    with Forge(Place(root / "place").environment(), root / "said") as begun:
        yield begun


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory, worker_id: str, forge: Forge) -> Workshop:
    """For the tests in which a month is disturbed."""
    return workshop_of(tmp_path_factory, worker_id, forge)
