"""The hand-made delivery rows live here and serve the validation tests as well."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
