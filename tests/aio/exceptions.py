"""What does not hold through asyncio, test by test, and why. Anything else ends as the capabilities say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_COROUTINES: Final = "a coroutine function may be a listener here: that is what jmslike.aio is for"

EXCEPTIONS: Final[Mapping[str, str]] = {
    "test_a_listener_that_would_not_run_is_refused": _COROUTINES,
    "test_a_message_whose_listener_returns_a_coroutine_is_not_acknowledged": _COROUTINES,
    "test_a_second_thread_in_a_session_is_refused": (
        "two tasks of one event loop cannot meet inside a session, so consumers of one session may wait together"
    ),
}
"""By the name of the test. `tests/unit/aio` shows what holds in its place."""
