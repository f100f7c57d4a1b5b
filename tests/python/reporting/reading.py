"""A page as a reader sees it: its words without the markup."""

from __future__ import annotations

import html
import re


def words(markup: str) -> str:
    """The text of the body, each run of blanks as one."""
    body = markup.split("<body>")[1]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def block(markup: str, heading: str) -> str:
    """The words under one heading of the second level, up to the next one."""
    for part in markup.split("<h2>")[1:]:
        if part.startswith(heading):
            return words("<body>" + part)
    raise AssertionError(f"no heading {heading}")


def verdict(markup: str) -> str:
    """The verdict in large."""
    found = re.search(r'<div class="verdict \w+"><strong>([^<]+)</strong>', markup)
    assert found
    return found[1]
