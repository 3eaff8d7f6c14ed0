"""What does not hold through asyncio, test by test, and why. Anything else ends as the capabilities say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_COROUTINES: Final = "a coroutine function may be a listener here: that is what jmslike.aio is for"
_THREADS: Final = "listeners run on the event loop; only the adapter gives each call a thread"

EXCEPTIONS: Final[Mapping[str, str]] = {
    "test_a_listener_that_would_not_run_is_refused": _COROUTINES,
    "test_a_message_whose_listener_returns_a_coroutine_is_not_acknowledged": _COROUTINES,
    "test_completions_come_one_at_a_time_in_the_order_of_sending": _THREADS,
    "test_the_listeners_of_a_session_never_overlap": _THREADS,
    "test_a_second_thread_in_a_session_is_refused": (
        "two tasks of one event loop cannot meet inside a session, so consumers of one session may wait together"
    ),
}
"""By the name of the test. `tests/unit/aio` shows what holds in its place."""
