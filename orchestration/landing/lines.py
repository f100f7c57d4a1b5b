"""From a delivered file to clean lines: one row a line, one separator, no quotes, numbered.

The clean file is UTF-8, fields separated by the unit separator (which no field may hold), and
each line begins with its number in the delivered file, so that a fault or a loaded row can
always be found again. Lines that are no rows stay behind as faults.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from orchestration.contracts import Contract
from orchestration.errors import InputRefusedError
from orchestration.landing.receiving import Received, plain_blocks
from orchestration.privacy import shown_column

UNIT_SEPARATOR = "\x1f"
_UNIT_SEPARATOR_BYTE = UNIT_SEPARATOR.encode()
# Faults beyond this many are counted but no longer listed: the file is refused long before.
LISTED_FAULTS = 100_000
LONGEST_LINE_BYTES = 1 << 20

# Control characters (tab and line break excepted), and in UTF-8 the two code points that no XML
# may hold and the sign that stands where an earlier export lost a letter.
_CONTROL = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_NO_TEXT = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xef\xbf\xbd")
# Two or three bytes that are one UTF-8 character and no text in Windows-1252.
_MIXED_IN = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2\x80[\x80-\xbf]")
_MIXED_STARTS = (b"\xc2", b"\xc3", b"\xe2")


@dataclass(frozen=True)
class LineFault:
    """A line that is no row: its number in the file (header = 1) and the reason in Swedish."""

    line: int
    reason: str


@dataclass
class Cleaned:
    """What cleaning found. `columns` is the header in file order, `rows_in_file` non-empty lines."""

    columns: list[str] = field(default_factory=list)
    rows_in_file: int = 0
    clean_rows: int = 0
    faults: list[LineFault] = field(default_factory=list)
    fault_count: int = 0
    has_padding: bool = False

    def add_fault(self, line: int, reason: str) -> None:
        """Count a fault, and list it while there is room."""
        self.fault_count += 1
        if len(self.faults) < LISTED_FAULTS:
            self.faults.append(LineFault(line, reason))


def _has_control(data: bytes) -> bool:
    return len(data.translate(None, _CONTROL)) != len(data) or any(bad in data for bad in _NO_TEXT)


def _mixed_at(raw: bytes) -> int | None:
    """Where a UTF-8 character stands in a block of Windows-1252; None when nowhere."""
    if not any(start in raw for start in _MIXED_STARTS):
        return None
    found = _MIXED_IN.search(raw)
    return found.start() if found else None


def _decoded_blocks(received: Received, name: str) -> Iterator[bytes]:
    """UTF-8 blocks that end at a line break (the last may not)."""
    # The receiving pass has seen that a UTF-8 file decodes, so its bytes pass through.
    is_utf8 = received.encoding in {"utf-8", "utf-8-sig"}
    is_single_byte = received.encoding == "cp1252"
    decoder = codecs.getincrementaldecoder(received.encoding)("strict")
    offset = 0
    rest = b""
    for raw in plain_blocks(received.path, received.is_gzip, name):
        if is_utf8 and offset == 0:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if is_single_byte and not raw.isascii() and (mixed := _mixed_at(raw)) is not None:
            raise InputRefusedError(
                f"{name}: blandar UTF-8 och Windows-1252, byte {offset + mixed}.",
                "Exportera filen på nytt i en enda teckenkodning.",
            )
        try:
            passes = is_utf8 or (is_single_byte and raw.isascii())
            text = raw if passes else decoder.decode(raw).encode("utf-8")
        except UnicodeDecodeError as wrong:
            raise InputRefusedError(
                f"{name}: byte {offset + wrong.start} finns inte i {received.encoding}.",
                "Exportera filen på nytt i den avtalade teckenkodningen.",
            ) from None
        offset += len(raw)
        head, newline, tail = text.rpartition(b"\n")
        if not newline:
            rest += text
            if len(rest) > LONGEST_LINE_BYTES:
                raise InputRefusedError(
                    f"{name}: en rad är längre än {LONGEST_LINE_BYTES} byte.",
                    "Kontrollera radsluten och lämna filen på nytt.",
                )
            continue
        yield rest + head + newline
        rest = tail
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        raise InputRefusedError(
            f"{name}: slutar mitt i ett tecken, byte {offset}.", "Lämna hela filen på nytt."
        ) from None
    if rest:
        yield rest


def _unquoted(line: bytes, separator: str) -> list[str] | None:
    """The fields of a line with quotes; None when a quote is left open or stands wrongly."""
    try:
        rows = list(csv.reader([line.decode("utf-8")], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _header(line: bytes, contract: Contract, name: str) -> list[str]:
    fields = _unquoted(line, contract.dialect.separator)
    columns = [column.strip() for column in fields or []]
    wanted = ", ".join(contract.required_columns)
    again = f"Rätta exporten: {wanted} måste finnas, avskilda av '{contract.dialect.separator}'."
    missing = [column for column in contract.required_columns if column not in columns]
    if missing:
        raise InputRefusedError(f"{name}, rad 1: kolumnen {', '.join(missing)} saknas.", again)
    doubled = sorted({column for column in columns if columns.count(column) > 1})
    if doubled:
        told = ", ".join(shown_column(column) for column in doubled)
        raise InputRefusedError(f"{name}, rad 1: kolumnen {told} står två gånger.", again)
    return columns


def _slow_line(number: int, line: bytes, contract: Contract, found: Cleaned, is_cut: bool) -> bytes | None:
    """The clean line of a line that may be faulty or quoted; None when it is a fault."""
    wanted = len(found.columns)
    if len(line) > LONGEST_LINE_BYTES:
        found.add_fault(number, f"raden är längre än {LONGEST_LINE_BYTES} byte")
        return None
    if _has_control(line):
        found.add_fault(number, "styrtecken eller förlorad bokstav i raden")
        return None
    if b'"' in line:
        fields = _unquoted(line, contract.dialect.separator)
        if fields is None:
            found.add_fault(number, "citattecken som inte avslutas" + (" (avhuggen sista rad)" if is_cut else ""))
            return None
    else:
        fields = line.decode("utf-8").split(contract.dialect.separator)
    if len(fields) != wanted:
        cut = " (avhuggen sista rad)" if is_cut else ""
        found.add_fault(number, f"{len(fields)} fält i stället för {wanted}{cut}")
        return None
    if any(field != field.strip() for field in fields):
        found.has_padding = True
    return UNIT_SEPARATOR.join(fields).encode("utf-8")


def clean(received: Received, contract: Contract, name: str, target: BinaryIO) -> Cleaned:
    """Write the clean lines of an archived file to `target` and report the rest.

    Memory: a few blocks, whatever the size of the file. Raises InputRefusedError for a header
    that lacks a required column, an empty file, or bytes that do not decode.
    """
    found = Cleaned()
    separator = contract.dialect.separator.encode()
    number = 0
    for block in _decoded_blocks(received, name):
        is_whole = block.endswith(b"\n")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
            if not is_whole and block.endswith(b"\r"):
                block = block[:-1]
        lines = block.split(b"\n")
        if is_whole:
            lines.pop()
        if not found.columns:
            if not lines[0].strip():
                raise InputRefusedError(f"{name}: rad 1 saknar kolumnnamn.", "Lämna filen på nytt med sitt huvud.")
            found.columns = _header(lines.pop(0), contract, name)
            number = 1
        separators = len(found.columns) - 1
        has_control, has_quote = _has_control(block), b'"' in block
        clean_lines: list[bytes] = []
        last = number + len(lines)
        for line in lines:
            number += 1
            if not line:
                continue
            found.rows_in_file += 1
            is_plain = not has_control and not (has_quote and b'"' in line)
            if is_plain and line.count(separator) == separators and len(line) < LONGEST_LINE_BYTES:
                ready: bytes | None = line.replace(separator, _UNIT_SEPARATOR_BYTE) if has_quote else line
            else:
                ready = _slow_line(number, line, contract, found, is_cut=number == last and not is_whole)
            if ready is not None:
                clean_lines.append(b"%d\x1f%b" % (number, ready))
        found.clean_rows += len(clean_lines)
        joined = b"\n".join(clean_lines)
        if not has_quote and not has_control:
            # No separator stands inside a field here, so the whole block can be turned at once.
            joined = joined.replace(separator, _UNIT_SEPARATOR_BYTE)
        if joined:
            joined += b"\n"
        if not found.has_padding and (b" \x1f" in joined or b"\x1f " in joined or b" \n" in joined):
            found.has_padding = True
        target.write(joined)
    if not found.columns:
        raise InputRefusedError(f"{name}: filen är tom.", "Lämna filen på nytt.")
    return found
