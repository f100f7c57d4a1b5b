"""Mutants of production that no row can tell from the model, with the reason (equivalents.py says how)."""

from __future__ import annotations

PRODUCTION_EQUIVALENTS: dict[str, dict[str, str]] = {}
