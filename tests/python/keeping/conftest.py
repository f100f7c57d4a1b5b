"""An empty home to plant in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.keeping.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "home")
