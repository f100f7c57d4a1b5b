"""Readers of the written extracts that share no code with what writes them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

SCALE = 0.02
PERIODS = ("2024-03", "2024-04", "2024-05", "2024-06", "2024-07")
ENCODING = {"cosmic": "cp1252", "register": "utf-8", "telefoni": "utf-8-sig", "inera": "utf-8-sig"}
LINE_END = {"cosmic": "\r\n", "register": "\n", "telefoni": "\n", "inera": "\n"}
SEPARATOR = {"cosmic": ";", "register": ";", "telefoni": ",", "inera": ","}
ENTITIES = (
    "register_enhet",
    "register_ansvar",
    "register_heroma_enhet",
    "register_konto",
    "cosmic_vardkontakt",
    "cosmic_vantelista",
    "telefoni_samtal",
    "inera_1177",
)
Row = dict[str, str]


def system_of(entity: str) -> str:
    return entity.split("_")[0]


def file_of(folder: Path, period: str, entity: str) -> Path:
    return folder / period / f"{entity}_{period.replace('-', '')}.csv"


def text_of(folder: Path, period: str, entity: str) -> str:
    return file_of(folder, period, entity).read_bytes().decode(ENCODING[system_of(entity)])


def rows_of(folder: Path, period: str, entity: str) -> list[Row]:
    """Rows of one extract, read by the standard csv module."""
    return list(
        csv.DictReader(io.StringIO(text_of(folder, period, entity), newline=""), delimiter=SEPARATOR[system_of(entity)])
    )


def contacts(folder: Path, period: str) -> list[Row]:
    return rows_of(folder, period, "cosmic_vardkontakt")


def waiting(folder: Path, period: str) -> list[Row]:
    return rows_of(folder, period, "cosmic_vantelista")


def faults(folder: Path) -> list[Row]:
    text = (folder / "faults.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))
