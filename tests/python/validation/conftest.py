"""The hand-made delivery rows live beside the delivery tests and serve both rooms."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "delivery"))
