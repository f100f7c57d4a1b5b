"""What the publication in force says of itself, for the rooms before publishing that tell of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from orchestration.settings import Home
from orchestration.state.store import State

NOTE_NAME = "publication.json"
NO_FIGURES = "Inga siffror är publicerade."


@dataclass(frozen=True)
class Since:
    """The version that a domain's published figures came with, and the period of the run that made it."""

    version: int
    published_at: str
    period: str

    def in_words(self) -> str:
        """Which figures they are."""
        return f"Siffrorna är de i version {self.version}, publicerad {self.published_at} (körd för {self.period})."


def standing_since(home: Home, state: State, domain: str) -> Since | None:
    """The version that the published figures of a domain came with; None when there are none, or the note is gone."""
    for row in state.rows("select version, published_at, period from publication where status = 'current'"):
        note = home.published / "versions" / f"{row['version']:04d}" / NOTE_NAME
        if not note.is_file():
            return None
        held = json.loads(note.read_text(encoding="utf-8")).get("held_back", {}).get(domain)
        if held is None:
            return Since(row["version"], row["published_at"], row["period"])
        return None if held["since"] is None else Since(**held["since"])
    return None
