"""Where the stages' own words go when a command runs them: to the screen, or to whoever asked for them."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Listener = Callable[[str], None]


def to_screen(line: str) -> None:
    """A line beside the command's own output."""
    click.echo(line, err=True)


_listener: contextvars.ContextVar[Listener] = contextvars.ContextVar("listener", default=to_screen)


def tell(line: str) -> None:
    """Hand a line to the listener."""
    _listener.get()(line)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Lines told inside go to `listener` instead of the screen."""
    before = _listener.get()
    _listener.set(listener)
    try:
        yield
    finally:
        _listener.set(before)
