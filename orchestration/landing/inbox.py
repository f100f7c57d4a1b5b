"""What lies in a period's inbox folder, and what kontroll.csv says should lie there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.landing.receiving import sha256_of
from orchestration.privacy import mask_identities

CONTROL_FILE = "kontroll.csv"
_LONGEST_NAME = 200
_CONTROL_HEADER = ["fil", "rader", "sha256"]
_NAME = re.compile(r"(?P<entity>[a-z0-9_]+?)_(?P<period>\d{6})\.csv(?P<gz>\.gz)?")


@dataclass(frozen=True)
class Delivered:
    """A file that a contract knows, lying where it should."""

    path: Path
    contract: Contract
    is_gzip: bool


@dataclass(frozen=True)
class ControlRow:
    """One row of kontroll.csv: rows without the header, sha256 of the file as delivered."""

    rows: int
    sha256: str


@dataclass
class Inbox:
    """A folder's content. `refused` and `reports` are messages, masked and ready to show."""

    delivered: list[Delivered] = field(default_factory=list)
    control: dict[str, ControlRow] = field(default_factory=dict)
    has_control: bool = False
    reports: list[str] = field(default_factory=list)
    refused: list[tuple[str | None, str, str]] = field(default_factory=list)

    def refuse(self, entity: str | None, file_name: str, why: str) -> None:
        """Note a file that cannot be taken in; `entity` is None when no contract knows it."""
        self.refused.append((entity, mask_identities(file_name), why))


def _control_cells(line: str) -> list[str]:
    return [cell.strip().removeprefix('"').removesuffix('"') for cell in line.split(";")]


def _read_control(path: Path, inbox: Inbox) -> None:
    """Read kontroll.csv; a row that cannot be read still names its file, which then matches nothing."""
    inbox.has_control = True
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as wrong:
        inbox.refuse(None, CONTROL_FILE, f"inte UTF-8 vid byte {wrong.start}")
        return
    if not lines or _control_cells(lines[0]) != _CONTROL_HEADER:
        inbox.refuse(None, CONTROL_FILE, "rad 1: huvudet ska vara fil;rader;sha256")
        return
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        name, *rest = _control_cells(line)
        if name in {"", ".", ".."} or len(name) > _LONGEST_NAME or any(sign in name for sign in "/\\\0"):
            inbox.refuse(None, CONTROL_FILE, f"rad {number}: ska börja med ett filnamn utan sökväg")
            continue
        if len(rest) == 2 and re.fullmatch(r"[0-9]{1,12}", rest[0]) and re.fullmatch(r"[0-9A-Fa-f]{64}", rest[1]):
            inbox.control[name] = ControlRow(int(rest[0]), rest[1].lower())
        else:
            inbox.refuse(None, CONTROL_FILE, f"rad {number}: ska vara filnamn;antal rader;sha256")
            inbox.control[name] = ControlRow(0, "")


def inbox_content(folder: Path, contracts: Mapping[str, Contract]) -> frozenset[tuple[str, str]]:
    """(file name, sha256) of every file in inbox/<period> that a landing would take up, kontroll.csv among them.

    What is no plain file has an empty sha256.
    """
    if not folder.is_dir():
        return frozenset()
    content = set()
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if path.name == CONTROL_FILE or (match and match["entity"] in contracts):
            is_plain = path.is_file() and not path.is_symlink()
            content.add((path.name, sha256_of(path) if is_plain else ""))
    return frozenset(content)


def read_inbox(folder: Path, period: str, contracts: Mapping[str, Contract]) -> Inbox:
    """Sort the files of inbox/<period>; nothing is opened but kontroll.csv.

    A file of an unknown name is reported; one of another period, a link, or a second file of
    the same entity is refused. Files that kontroll.csv names but are not there are refused too.
    """
    inbox = Inbox()
    if not folder.is_dir():
        return inbox
    compact = period.replace("-", "")
    seen: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        name = path.name
        if name == CONTROL_FILE:
            if path.is_symlink() or not path.is_file():
                inbox.refuse(None, name, "är en länk eller en mapp; lägg in själva filen")
            else:
                _read_control(path, inbox)
            continue
        match = _NAME.fullmatch(name)
        contract = contracts.get(match["entity"]) if match else None
        if match is None or contract is None:
            inbox.reports.append(f"{mask_identities(name)}: okänt filnamn, lästes inte in.")
            continue
        if path.is_symlink() or not path.is_file():
            inbox.refuse(contract.entity, name, "är en länk eller en mapp; lägg in själva filen")
        elif match["period"] != compact:
            inbox.refuse(contract.entity, name, f"hör till period {match['period']}, inte till mappen {period}")
        elif contract.entity in seen:
            inbox.refuse(contract.entity, name, f"samma innehåll som {seen[contract.entity]} ska ge; ta bort den ena")
        else:
            seen[contract.entity] = name
            inbox.delivered.append(Delivered(path, contract, match["gz"] is not None))
    for name in inbox.control:
        if not (folder / name).is_file():
            match = _NAME.fullmatch(name)
            entity = match["entity"] if match and match["entity"] in contracts else None
            inbox.refuse(entity, name, f"står i {CONTROL_FILE} men finns inte i mappen")
    if inbox.has_control:
        for file in inbox.delivered:
            if file.path.name not in inbox.control:
                inbox.reports.append(f"{file.path.name}: står inte i {CONTROL_FILE}; läses in ändå.")
    return inbox
