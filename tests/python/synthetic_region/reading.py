"""Readers of the written extracts that share no code with what writes them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

SCALE = 0.02
PERIODS = ("2024-03", "2024-04", "2024-05", "2024-06", "2024-07")
# encoding, line end, separator
DIALECTS = {
    "cosmic": ("cp1252", "\r\n", ";"),
    "provisio": ("cp1252", "\r\n", ";"),
    "register": ("utf-8", "\n", ";"),
    "plan": ("utf-8", "\n", ";"),
    "telefoni": ("utf-8-sig", "\n", ","),
    "inera": ("utf-8-sig", "\n", ","),
}
ENCODING, LINE_END, SEPARATOR = ({system: rest[place] for system, rest in DIALECTS.items()} for place in range(3))
ENTITIES = (
    "register_enhet",
    "register_ansvar",
    "register_heroma_enhet",
    "register_konto",
    "cosmic_vardkontakt",
    "cosmic_vantelista",
    "telefoni_samtal",
    "inera_1177",
    "cosmic_vardtillfalle",
    "cosmic_permission",
    "cosmic_vardplats",
    "cosmic_riskbedomning",
    "provisio_operation",
    "cosmic_listning",
    "produktionsplan",
)
Row = dict[str, str]


def system_of(entity: str) -> str:
    return "plan" if entity == "produktionsplan" else entity.split("_")[0]


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
