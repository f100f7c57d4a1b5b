"""Personal identities: the pseudonym key, how an identity is read, and how it is kept out of text.

RULES.md CM05 says what an identity is. Everything that reads one in clear runs inside the
landing stage; every other module sees keyed pseudonyms only.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import VardlagerError

KEY_FILE_VARIABLE = "VARDLAGER_KEY_FILE"
MASK = "[identitet]"

_BLOCK_BYTES = 64
_SHORTEST_IDENTITY = 8
_LONGEST_IDENTITY = 13

# A written person number: 12 digits or 10, with or without a sign before the last four,
# touching no letter or digit (DL05). Whether the date holds is decided afterwards.
_TOKEN = re.compile(r"(?<![0-9A-Za-zÅÄÖåäö])(?P<date>\d{8}|\d{6})(?P<sign>[-+]?)(?P<last>\d{4})(?![0-9A-Za-zÅÄÖåäö])")
# Values that say what is wrong with them and cannot be an identity: dates, times, numbers, short codes.
_TELLING_VALUE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{1,2}(:\d{1,2})?)?|-?\d{1,6}[.,]\d{1,4}")

_COLUMN_NAME = re.compile(r"[a-zåäö]+(_[a-zåäö]+)*")


@dataclass(frozen=True)
class Key:
    """A 32 byte secret. Never printed; `pads` are HMAC's two padded blocks for use inside SQL."""

    secret: bytes

    def __repr__(self) -> str:
        """Nothing of the secret."""
        return "Key(***)"

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """(inner, outer) blocks of HMAC-SHA256, 64 bytes each."""
        short = self.secret if len(self.secret) <= _BLOCK_BYTES else hashlib.sha256(self.secret).digest()
        block = short.ljust(_BLOCK_BYTES, b"\0")
        return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)

    @property
    def check_value(self) -> str:
        """What the state remembers to tell a wrong key: says nothing of the key itself."""
        return self.digest("vardlager|nyckelkontroll")

    def digest(self, text: str) -> str:
        """HMAC-SHA256 of `text` as 64 hexadecimal digits."""
        return hmac.new(self.secret, text.encode("utf-8"), hashlib.sha256).hexdigest()


def read_key(path: Path) -> Key:
    """Read a key file: 64 hexadecimal digits on one line, mode 0600.

    Raises VardlagerError naming the file when it is missing, readable by others or malformed.
    """
    if not path.is_file():
        raise VardlagerError(
            f"Nyckelfilen {path} finns inte.",
            f"Peka ut den med {KEY_FILE_VARIABLE}; en ny nyckel är 64 hexadecimala siffror på en rad.",
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise VardlagerError(
            f"Nyckelfilen {path} kan läsas av andra (rättigheter {mode:04o}).",
            f"Kör: chmod 600 {path}",
        )
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text):
        raise VardlagerError(
            f"Nyckelfilen {path} håller inte 64 hexadecimala siffror på en rad.",
            "Lägg tillbaka regionens nyckel; utan den går pseudonymerna inte att återskapa.",
        )
    return Key(bytes.fromhex(text))


def key_from_environment() -> Key:
    """The pseudonym key that VARDLAGER_KEY_FILE names; VardlagerError when it names none."""
    name = os.environ.get(KEY_FILE_VARIABLE)
    if not name:
        raise VardlagerError(
            f"{KEY_FILE_VARIABLE} är inte satt; utan nyckel läses inga filer in.",
            f"Sätt {KEY_FILE_VARIABLE} till regionens nyckelfil.",
        )
    return read_key(Path(name))


def write_new_key(path: Path) -> Key:
    """Create a key file of mode 0600; FileExistsError when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_bytes(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secret.hex() + "\n")
    return Key(secret)


def has_valid_check_digit(ten_digits: str) -> bool:
    """Luhn's check over YYMMDDNNNC."""
    total = 0
    for position, character in enumerate(ten_digits):
        product = int(character) * (2 if position % 2 == 0 else 1)
        total += product // 10 + product % 10
    return total % 10 == 0


def _is_date(digits: str) -> bool:
    """Whether YYYYMMDD or YYMMDD is a day, the day minus 60 for a samordningsnummer."""
    years = [digits[:4]] if len(digits) == 8 else ["19" + digits[:2], "20" + digits[:2]]
    month, day = int(digits[-4:-2]), int(digits[-2:])
    for year in years:
        try:
            datetime.date(int(year), month, day - 60 if day > 60 else day)
        except ValueError:
            continue
        return True
    return False


def _is_identity(match: re.Match[str]) -> bool:
    date, sign, last = match["date"], match["sign"], match["last"]
    if not _is_date(date):
        return False
    return len(date) == 8 or bool(sign) or has_valid_check_digit(date + last)


def mask_identities(text: str) -> str:
    """`text` with every written person number replaced by a mask.

    Twelve digits and signed forms are masked whatever their check digit; ten bare digits only
    with a valid one, since ordinary numbers have that shape too.
    """
    return _TOKEN.sub(lambda match: MASK if _is_identity(match) else match[0], text)


def presentable(text: str) -> str:
    """`text` masked, with what is no text in a file's name written as codes: databases and pages take only text."""
    return mask_identities(text).encode("utf-8", "backslashreplace").decode("utf-8")


def shown_value(value: str) -> str:
    """How a rejected value is shown: itself when it cannot be an identity, else its shape.

    A reservnummer is any string of 8 to 13 characters, so a longer value is shown as it stands
    only when it is a date, a time or a number; otherwise digits become 9 and letters A.
    """
    masked = mask_identities(value)
    if masked != value:
        return masked
    if len(value) < _SHORTEST_IDENTITY or _TELLING_VALUE.fullmatch(value):
        return value
    shape = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", value))
    return f"formen {shape[: 2 * _LONGEST_IDENTITY]}"


def shown_column(name: str) -> str:
    """How a column name of a delivered header is shown: as it stands when it reads as a name."""
    return name if _COLUMN_NAME.fullmatch(name) else shown_value(name)
