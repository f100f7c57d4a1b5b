"""Dagster's own folder under the state, and its settings: the project's, until somebody makes them their own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from orchestration.settings import PRIVATE_FILE, Home, make_private

TEMPLATE = Path(__file__).with_name("dagster.workstation.yaml")
_MARK = "# Skriven av Vardlager, som förnyar filen så länge den inte ändras för hand: "
# What earlier versions wrote without a mark.
_UNMARKED = ("telemetry:\n  enabled: false\nnux:\n  enabled: false\n",)


def _marked(body: str) -> str:
    return f"{_MARK}{hashlib.sha256(body.encode()).hexdigest()[:16]}\n{body}"


def _is_ours(text: str) -> bool:
    """Whether nobody has changed a file since Vardlager wrote it."""
    _, _, body = text.partition("\n")
    return text in _UNMARKED or text == _marked(body)


def prepare_dagster_home(home: Home) -> Path:
    """Make Dagster's folder, renew its settings unless they have been changed by hand, and point Dagster there.

    Returns the settings file.
    """
    folder = home.state / "dagster"
    make_private(folder)
    settings = folder / "dagster.yaml"
    wanted = _marked(TEMPLATE.read_text(encoding="utf-8"))
    standing = settings.read_text(encoding="utf-8") if settings.exists() else None
    if standing is None or (standing != wanted and _is_ours(standing)):
        part = settings.with_suffix(".part")
        part.write_text(wanted, encoding="utf-8")
        part.chmod(PRIVATE_FILE)
        part.replace(settings)
    os.environ["DAGSTER_HOME"] = str(folder)
    return settings
