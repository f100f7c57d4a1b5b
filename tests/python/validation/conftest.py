"""The hand-made delivery rows live beside the delivery tests and serve both rooms; the one build is the warehouse's."""

import sys
from pathlib import Path

from tests.python.warehouse.conftest import build, built, database, shared_dir, working_dir

__all__ = ["build", "built", "database", "shared_dir", "working_dir"]

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "delivery"))
