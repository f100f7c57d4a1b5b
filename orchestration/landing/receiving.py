"""Taking a file in: one streaming pass that archives it, hashes it and tells its encoding."""

from __future__ import annotations

import codecs
import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import Dialect
from orchestration.errors import InputRefusedError
from orchestration.settings import make_private

BLOCK_BYTES = 4 << 20
# A CSV file of extracts shrinks 5 to 50 times; beyond this it is a bomb or not an extract.
GZIP_EXPANSION_LIMIT = 200
_GZIP_FREE_BYTES = 64 << 20

_UTF8_BOM = codecs.BOM_UTF8
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Received:
    """A file in the archive. `encoding` is how it decodes for certain, `warnings` in Swedish."""

    path: Path
    sha256: str
    encoding: str
    is_gzip: bool
    warnings: tuple[str, ...]


def plain_blocks(path: Path, is_gzip: bool, name: str) -> Iterator[bytes]:
    """The file's bytes, unpacked, in blocks of about BLOCK_BYTES.

    Raises InputRefusedError, with the delivered `name`, for a broken, cut or exploding gzip.
    """
    with path.open("rb") as handle:
        if not is_gzip:
            while block := handle.read(BLOCK_BYTES):
                yield block
            return
        limit = _GZIP_FREE_BYTES + GZIP_EXPANSION_LIMIT * path.stat().st_size
        total = 0
        is_whole = False
        unpacker = zlib.decompressobj(wbits=31)
        try:
            while packed := handle.read(BLOCK_BYTES // 4):
                block = b""
                # A full block may leave output behind even when all input is consumed.
                while packed or len(block) == BLOCK_BYTES:
                    block = unpacker.decompress(packed, BLOCK_BYTES)
                    total += len(block)
                    if total > limit:
                        raise InputRefusedError(
                            f"{name}: packar upp till mer än {GZIP_EXPANSION_LIMIT} gånger sin storlek.",
                            "Kontrollera filen hos det levererande systemet och lämna den på nytt.",
                        )
                    if block:
                        yield block
                    packed = unpacker.unconsumed_tail
                    is_whole = unpacker.eof
                    if is_whole:
                        packed = unpacker.unused_data
                        unpacker = zlib.decompressobj(wbits=31)
        except zlib.error:
            raise InputRefusedError(f"{name}: går inte att packa upp som gzip.", "Lämna filen på nytt.") from None
        if not is_whole:
            raise InputRefusedError(f"{name}: gzipfilen är avhuggen.", "Lämna hela filen på nytt.")


class _EncodingWitness:
    """Sees every block once and knows afterwards how the file decodes."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._seen = 0
        self.first_bytes = b""
        self.has_non_ascii = False
        self.utf8_fault_at: int | None = None
        self.nul_at: int | None = None

    def see(self, block: bytes) -> None:
        if not self._seen:
            self.first_bytes = block[:4]
        if self.nul_at is None and (at := block.find(b"\0")) >= 0:
            self.nul_at = self._seen + at
        is_ascii = block.isascii()
        self.has_non_ascii = self.has_non_ascii or not is_ascii
        if self.utf8_fault_at is None:
            self._check_utf8(block, is_ascii)
        self._seen += len(block)

    def end(self) -> None:
        if self.utf8_fault_at is None:
            self._check_utf8(b"", is_ascii=False, final=True)

    def _check_utf8(self, block: bytes, is_ascii: bool, final: bool = False) -> None:
        pending = len(self._decoder.getstate()[0])
        if is_ascii and not pending:
            return
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as wrong:
            self.utf8_fault_at = self._seen - pending + wrong.start


def _decide(name: str, witness: _EncodingWitness, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    again = "Exportera filen på nytt i den avtalade teckenkodningen."
    if witness.first_bytes[:2] in _UTF16_BOMS:
        return "utf-16", (f"{name}: är UTF-16, läses som det.",)
    if witness.nul_at is not None:
        raise InputRefusedError(f"{name}: NUL-byte vid byte {witness.nul_at}.", again)
    has_bom = witness.first_bytes.startswith(_UTF8_BOM)
    if witness.utf8_fault_at is None:
        warnings = []
        if has_bom and not dialect.has_bom:
            warnings.append(f"{name}: börjar med en BOM som inte väntades; den togs bort.")
        if dialect.encoding != "utf-8" and witness.has_non_ascii:
            warnings.append(f"{name}: är UTF-8, inte Windows-1252; läses som UTF-8.")
        return "utf-8-sig" if has_bom else "utf-8", tuple(warnings)
    if has_bom or dialect.encoding == "utf-8":
        raise InputRefusedError(f"{name}: inte UTF-8 vid byte {witness.utf8_fault_at}.", again)
    return dialect.encoding, ()


def receive(source: Path, archive_dir: Path, is_gzip: bool) -> Received:
    """Copy `source` into the archive, read-only and named by its content, hashing it on the way.

    What follows reads the copy: the source may change under it. The encoding is not told yet.
    """
    make_private(archive_dir)
    digest = hashlib.sha256()
    part = archive_dir / f".{source.name}.part"
    part.unlink(missing_ok=True)
    with source.open("rb") as reader, part.open("wb") as writer:
        while block := reader.read(BLOCK_BYTES):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
    sha256 = digest.hexdigest()
    stem, _, suffix = source.name.partition(".")
    kept = archive_dir / f"{stem}.{sha256[:12]}.{suffix}"
    part.chmod(0o400)
    part.replace(kept)
    return Received(kept, sha256, "", is_gzip, ())


def sha256_of(path: Path) -> str:
    """The file's sha256 as 64 hexadecimal digits, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def tell_encoding(received: Received, name: str, dialect: Dialect) -> Received:
    """`received` with its encoding and warnings; InputRefusedError when neither is certain."""
    witness = _EncodingWitness()
    for block in plain_blocks(received.path, received.is_gzip, name):
        witness.see(block)
    witness.end()
    encoding, warnings = _decide(name, witness, dialect)
    return Received(received.path, received.sha256, encoding, received.is_gzip, warnings)
