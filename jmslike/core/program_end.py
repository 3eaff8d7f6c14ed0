"""The end of connections that a program does not close: what was sent gets its time to arrive, and a loss is told.

The interpreter starts no thread while it ends. So its one thread asks all providers first, and then waits for all of
them within one bound.
"""

from __future__ import annotations

import _thread
import logging
import time
from collections.abc import Mapping, Sequence
from logging import LogRecord
from typing import Final, NamedTuple

from jmslike.core.completions import CompletionCalls
from jmslike.core.listener_calls import is_heard
from jmslike.errors import JMSError
from jmslike.spi import Flush, Flushing, Transport

_log = logging.getLogger("jmslike.connection")

_FOR_LISTENERS: Final = 1.0
"""Seconds that completion listeners have at the end of the program, once their sends are answered."""

_TO_TELL: Final = 1.0
"""Seconds after its request timeout in which the thread of a dropped connection tells what may be lost."""


class Unclosed(NamedTuple):
    """A connection that was not closed. `timeout` is its request timeout, in seconds."""

    transport: Transport
    product: str
    timeout: float
    completions: list[CompletionCalls]


def end(connections: Sequence[Unclosed]) -> None:
    """Wait until the providers of all connections have what was sent, and close those that have.

    The wait ends for all together, at the longest of their request timeouts.
    """
    begun = time.monotonic()
    flushes = [(each, each.transport.flush()) for each in connections if isinstance(each.transport, Flushing)]
    others = [each for each in connections if not isinstance(each.transport, Flushing)]
    answered = [each for each, flush in flushes if _is_answered(each, flush, begun)]
    for closing, timeout in list(_dropped.items()):
        closing.acquire(timeout=_left(begun, timeout + _TO_TELL))
    for each in [*answered, *others]:
        _close(each.transport)
    told = time.monotonic()
    for each in connections:
        for completions in each.completions:
            completions.finish(_left(told, _FOR_LISTENERS))


def _left(begun: float, seconds: float) -> float:
    return max(0.0, begun + seconds - time.monotonic())


def _is_answered(ending: Unclosed, flush: Flush, begun: float) -> bool:
    is_answered = flush.wait(_left(begun, ending.timeout))
    lost = flush.unanswered()
    if lost:
        _tell(ending, lost)
    return is_answered


def _tell(ending: Unclosed, lost: Mapping[str, int]) -> None:
    """Log what may be lost, which no call can raise any more.

    Without logging set up it is printed as Python prints what other loggers say then.
    """
    counts = ", ".join(f"{count:,} to {destination}" for destination, count in lost.items())
    text = (
        f"messages may be lost: a connection was not closed, and {ending.product} has not confirmed {counts}; "
        "close connections before the program ends, so that it hears of failures"
    )
    _log.error("%s", text)
    if not is_heard(_log) and logging.lastResort is not None:
        logging.lastResort.handle(LogRecord(_log.name, logging.ERROR, __file__, 0, f"jmslike: {text}", None, None))


def _close(transport: Transport) -> None:
    try:
        transport.close()
    except JMSError as error:
        _log.debug("closing at the end of the program: %s", error)


# ---- connections that nothing refers to any more --------------------------------------------------------------------

_dropped: dict[_thread.LockType, float] = {}
"""A lock for each one whose provider does not have everything yet, and its request timeout in seconds."""


def close_dropped(dropped: Unclosed) -> None:
    """Close it in another thread: the caller may hold any lock, that of `threading` too. Does nothing at the end of the
    interpreter.
    """
    closing = _thread.allocate_lock()
    closing.acquire()
    _dropped[closing] = dropped.timeout
    try:
        _thread.start_new_thread(_flush_and_close, (dropped, closing))
    except RuntimeError:
        _dropped.pop(closing, None)


def _flush_and_close(dropped: Unclosed, closing: _thread.LockType) -> None:
    transport = dropped.transport
    is_answered = True
    try:
        if isinstance(transport, Flushing):
            is_answered = _is_answered(dropped, transport.flush(), time.monotonic())
        if is_answered:
            _close(transport)
    finally:
        _dropped.pop(closing, None)
        closing.release()
    if not is_answered:  # the end of the program does not wait for that
        _close(transport)


def forget_dropped() -> None:
    """Forget, in a forked child, what threads of the parent close."""
    _dropped.clear()
