"""Domains that are held back: their tables stand in the next version as they stood in the one in force.

Nothing of a held-back domain is the build's. When there is no version to take its tables from, or one of them has
other columns in the build, the whole domain stands empty: with every column, so that a query that names them runs,
and with a comment that says that there are no figures, so that no reader takes nothing for zero.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.publishing.contents import DATABASE_NAME, sha256_of, shape_of, tables_of
from orchestration.sql_text import literal
from orchestration.state.domains import HeldDomain
from orchestration.state.published import NO_FIGURES, NOTE_NAME, Since

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """The version in force as the state knows it; `sha256` is that of its note."""

    folder: Path
    version: int
    published_at: str
    period: str
    sha256: str


@dataclass(frozen=True)
class HeldTables:
    """A held-back domain in the next version: `tables` as they stand in the database `source`, empty without one.

    `build_ids` are, by period, those of the rows in its kept tables; `since` is None while it stands empty.
    """

    held: HeldDomain
    tables: frozenset[str]
    source: Path | None = None
    since: Since | None = None
    build_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What the comment of each of its tables says."""
        return f" {self.held.in_words().rstrip('.')}. {self.since.in_words() if self.since else NO_FIGURES}"

    def noted(self) -> dict[str, Any]:
        """What the version's note tells of it."""
        since = None if self.since is None else self.since.__dict__
        return {
            "title": self.held.domain.title,
            "why": self.held.why,
            "tables": sorted(self.tables),
            "since": since,
            "build_ids": dict(self.build_ids),
        }


def held_table(held: Sequence[HeldTables], full_name: str) -> HeldTables | None:
    """The held-back domain that a table is of; None when it is published."""
    return next((domain for domain in held if full_name in domain.tables), None)


def ids_of_held(note: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Build ids by period of each table that the version with this note holds back."""
    held = note.get("held_back", {}).values()
    return {table: domain["build_ids"] for domain in held for table in domain["tables"]}


def since_of(note: Mapping[str, Any]) -> list[tuple[str, str, Since | None]]:
    """(title, why, since when) of each domain that the version with this note holds back."""
    return [
        (held["title"], held["why"], None if held["since"] is None else Since(**held["since"]))
        for held in note.get("held_back", {}).values()
    ]


def _sound_note(standing: Standing) -> dict[str, Any] | None:
    """The note of the version in force, when it and the database are as they were published."""
    note = standing.folder / NOTE_NAME
    if not note.is_file() or sha256_of(note) != standing.sha256:
        return None
    content: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    database = standing.folder / DATABASE_NAME
    is_sound = database.is_file() and sha256_of(database) == content["files"].get(DATABASE_NAME)
    return content if is_sound else None


def _standing_since(domain: str, standing: Standing, note: Mapping[str, Any]) -> tuple[Since | None, dict[str, str]]:
    """(the version its figures came with, the build ids of their kept rows) of a domain in the version in force."""
    earlier = note.get("held_back", {}).get(domain)
    if earlier is None:
        return Since(standing.version, standing.published_at, standing.period), note["build_ids"]
    return None if earlier["since"] is None else Since(**earlier["since"]), earlier["build_ids"]


def hold_back(
    held: Sequence[HeldDomain], build_file: Path, standing: Standing | None, tell: Tell
) -> tuple[HeldTables, ...]:
    """How each held-back domain is to stand in the next version of the build; `tell` hears of what must stand empty.

    A domain's tables are taken over together or not at all: they are read together.
    """
    if not held:
        return ()
    note = None if standing is None else _sound_note(standing)
    connection = duckdb.connect()
    try:
        connection.execute(f"attach {literal(str(build_file))} as build (read_only)")
        built = {table.full_name for table in tables_of(connection, "build")}
        if standing is not None and note is not None:
            source = standing.folder / DATABASE_NAME
            connection.execute(f"attach {literal(str(source))} as earlier (read_only)")
        kept = []
        for domain in held:
            tables = frozenset(domain.domain.tables & built)
            if standing is None or note is None:
                why_not = "ingen version gäller" if standing is None else "den version som gäller är skadad"
                kept.append(HeldTables(domain, tables))
            else:
                since, build_ids = _standing_since(domain.domain.name, standing, note)
                fits = all(
                    shape_of(connection, "build", table) == shape_of(connection, "earlier", table) for table in tables
                )
                why_not = "kolumnerna är andra i den version som gäller" if since is not None else "de var tomma förut"
                is_taken = fits and since is not None
                kept.append(
                    HeldTables(domain, tables, source, since, build_ids) if is_taken else HeldTables(domain, tables)
                )
            if tables and kept[-1].source is None:
                tell(f"  ! {domain.domain.title}: tabellerna publiceras tomma, för {why_not}.")
    finally:
        connection.close()
    return tuple(kept)
