"""Text for a screen, set with rich."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console


def plain_console(file: TextIO, width: int) -> Console:
    """A console that writes data as they are: a name such as `Bo [/Med]` or `:bo:` is no markup."""
    return Console(file=file, width=width, color_system=None, markup=False, emoji=False, highlight=False)
