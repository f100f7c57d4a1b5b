"""Identities made by code: no test file holds anything that looks like a person number."""

from __future__ import annotations

import hashlib
import hmac

SEPARATOR_FORMS = ("", "-", "+")
# A pseudonym is the first 128 bits of the HMAC, in hexadecimal digits.
PSEUDONYM_DIGITS = 32


def check_digit(nine: str) -> str:
    """The digit that makes YYMMDDNNN + digit pass Luhn's check, computed here and nowhere else."""
    total = 0
    for position, character in enumerate(nine):
        product = int(character) * (2 - position % 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def person(date: str, serial: int, wrong_by: int = 0) -> str:
    """Twelve digits from YYYYMMDD and a serial of three; `wrong_by` spoils the check digit."""
    nine = f"{date[2:]}{serial:03d}"
    return f"{date}{serial:03d}{(int(check_digit(nine)) + wrong_by) % 10}"


def coordination(date: str, serial: int, wrong_by: int = 0) -> str:
    """A samordningsnummer: the day plus 60."""
    return person(f"{date[:6]}{int(date[6:]) + 60:02d}", serial, wrong_by)


def written_forms(twelve: str) -> list[str]:
    """Every way to write one person: twelve and ten digits, with -, + or nothing before the last four."""
    return [f"{head}{sign}{twelve[8:]}" for head in (twelve[:8], twelve[2:8]) for sign in SEPARATOR_FORMS]


def keyed(secret: bytes, message: str) -> str:
    """The documented pseudonym of a message: HMAC-SHA256, by the standard library, cut to its length."""
    return hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_DIGITS]


def person_key(secret: bytes, who: str, twelve: str) -> str:
    """The pseudonym of a person or samordningsnummer: over who|person|twelve digits."""
    return keyed(secret, f"{who}|person|{twelve}")


def reserve_key(secret: bytes, who: str, written: str) -> str:
    """The pseudonym of a reservnummer: a namespace of its own, in capitals."""
    return keyed(secret, f"{who}|reserve|{written.upper()}")
