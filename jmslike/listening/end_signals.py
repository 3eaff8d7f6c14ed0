"""SIGTERM and SIGINT as requests to stop."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_log = logging.getLogger("jmslike.listening")


@contextmanager
def end_signals(request: Callable[[], None]) -> Iterator[bool]:
    """Call `request` at the first signal, in a signal handler. A second one ends at once: SIGINT raises
    KeyboardInterrupt, SIGTERM ends the process. Afterwards the handlers are as before. Only the main thread can set
    handlers; in another nothing happens, and the value is False.
    """
    if threading.current_thread() is not threading.main_thread():
        yield False
        return

    def first(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        request()

    previous = {number: signal.signal(number, first) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield True
    finally:
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
