"""Ctrl-C and a request to end are noticed whatever a library makes of them."""

from __future__ import annotations

import os
import signal

import pytest

from orchestration.driver import _Signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_a_library_swallows_is_noticed_and_stays_so(number: signal.Signals) -> None:
    with _Signals() as signals:
        assert not signals.asked_to_end()
        signal.signal(number, lambda *_: None)
        os.kill(os.getpid(), number)
        assert signals.asked_to_end()
        assert signals.asked_to_end()


def test_another_signal_is_no_request_to_end() -> None:
    earlier = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with _Signals() as signals:
            os.kill(os.getpid(), signal.SIGUSR1)
            assert not signals.asked_to_end()
    finally:
        signal.signal(signal.SIGUSR1, earlier)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_request_to_end_break_off_alike_also_where_a_shell_left_them_ignored(
    number: signal.Signals,
) -> None:
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _Signals(), pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, earlier)


def test_the_handlers_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with _Signals():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert signal.set_wakeup_fd(-1) == -1
