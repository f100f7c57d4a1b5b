"""What the models themselves say in `config.meta`, read from their YAML without starting dbt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.contracts import PROJECT_ROOT

MODELS_DIR = PROJECT_ROOT / "models"
# A mart that counts rows of other periods: how many months back.
WINDOW = "window_periods"
# A model whose rows are put together with the unit register: the column with the day that it is asked for.
USED_UNIT_DATE = "used_unit_date"


def models_with(key: str, models_dir: Path = MODELS_DIR) -> Mapping[str, Any]:
    """Model name to the value of `key` in its `config.meta`, of the models that have one."""
    found = {}
    for path in sorted(models_dir.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        # Most files have none, and reading them all as YAML costs a second.
        for model in yaml.safe_load(text).get("models", []) if key in text else ():
            meta = model.get("config", {}).get("meta", {})
            if key in meta:
                found[str(model["name"])] = meta[key]
    return found
