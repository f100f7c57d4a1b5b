"""Tokens that look like a Swedish personal number (DL05): valid date and check digit, nothing touching."""

from __future__ import annotations

import datetime
import re

from orchestration.privacy import has_valid_check_digit

# [^\W_] is a letter or a digit; the look-ahead lets candidates overlap.
_CANDIDATE = re.compile(r"(?<![^\W_])(?=([0-9]{8}|[0-9]{6})[-+ ]?([0-9]{4})(?![^\W_]))")
_CENTURIES = ("18", "19", "20")
_COORDINATION_DAY = 60


def _is_date(digits: str) -> bool:
    day = int(digits[6:])
    try:
        day = day - _COORDINATION_DAY if day > _COORDINATION_DAY else day
        datetime.date(int(digits[:4]), int(digits[4:6]), day)
    except ValueError:
        return False
    return True


def holds_personal_number(text: str) -> bool:
    """True when a token of `text` is a personal or coordination number in any written form.

    Ten or twelve digits, with '-', '+', a blank or nothing before the last four. A token that touches a
    letter or a digit is none: the organisation number inside an HSA-id must pass.
    """
    for match in _CANDIDATE.finditer(text):
        date_digits, last_four = match.groups()
        centuries = _CENTURIES if len(date_digits) == 6 else (date_digits[:2],)
        if any(_is_date(century + date_digits[-6:]) for century in centuries if century in _CENTURIES) and (
            has_valid_check_digit(date_digits[-6:] + last_four)
        ):
            return True
    return False
