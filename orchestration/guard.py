"""Between the stages and Dagster: errors become failures that say what to do and hold no identity."""

from __future__ import annotations

import functools
import os
import traceback
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import dagster as dg

from orchestration.errors import DEBUG_VARIABLE, EXIT_FAILED, VardlagerError
from orchestration.privacy import mask_identities
from orchestration.troubles import as_told

EXIT_CODE_KEY = "exit_code"

P = ParamSpec("P")
R = TypeVar("R")


def _failure(error: Exception) -> dg.Failure:
    """What Dagster may know of an error, and the exit code it stands for."""
    if isinstance(error, dg.Failure):
        return error
    told = error if isinstance(error, VardlagerError) else as_told(error)
    if told is not None:
        text, code = mask_identities(str(told)), told.exit_code
    else:
        text, code = f"Oväntat fel: {type(error).__name__}\n  Gör så här: kör om med --debug.", EXIT_FAILED
        if os.environ.get(DEBUG_VARIABLE):
            text += "\n" + mask_identities("".join(traceback.format_exception(error)))
    return dg.Failure(description=text, metadata={EXIT_CODE_KEY: code}, allow_retries=False)


def guarded(stage: Callable[P, R]) -> Callable[P, R]:
    """Wrap an asset's function so that no raw exception reaches Dagster's log.

    Dagster stores a raised exception with its text; a library's text may quote values of the
    files. A VardlagerError passes its own (masked) words, anything else only its type, with the
    masked trace when VARDLAGER_DEBUG is set.
    """

    @functools.wraps(stage)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return stage(*args, **kwargs)
        except Exception as error:
            failure = _failure(error)
        # Outside the handler, so that the failure carries no context with the error's own text.
        raise failure

    return run


def guarded_events(stage: Callable[P, Iterator[R]]) -> Callable[P, Iterator[R]]:
    """As `guarded`, for an asset's function that yields: what it yielded before an error stands."""

    @functools.wraps(stage)
    def run(*args: P.args, **kwargs: P.kwargs) -> Iterator[R]:
        try:
            yield from stage(*args, **kwargs)
        except Exception as error:
            failure = _failure(error)
        else:
            return
        raise failure

    return run
