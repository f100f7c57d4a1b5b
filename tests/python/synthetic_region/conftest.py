from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.synthetic_region import write_region

from .reading import PERIODS, SCALE


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five months of a small region without faults."""
    out = tmp_path_factory.mktemp("region")
    write_region(out, PERIODS[0], PERIODS[-1], scale=SCALE)
    return out
