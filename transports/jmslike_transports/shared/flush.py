"""What a connection has sent when its program ends, and which of it the broker has not answered for.

A connection makes a `BrokerFlush` in the thread that ends the program. It starts no thread: Python allows none then.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from jmslike.errors import JMSError
from jmslike.spi import Destination
from jmslike_transports.shared.loss import LosableConnection
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered

Answer: TypeAlias = Callable[[float], bool]
"""Waits at most so many seconds for the answer to a request; returns whether the wait has ended."""


def shown(destination: Destination) -> str:
    """Return how a report names the destination: all temporary ones together, because there may be many."""
    return "temporary destinations" if destination.is_temporary else str(destination)


class BrokerFlush:
    """See Flush. A connection whose broker does not answer is lost.

    `sends` are those that are open; `ask` starts a round trip to the broker.

    `posted` counts messages that get no answer of their own: the round trip answers for them.
    """

    def __init__(
        self,
        connection: LosableConnection,
        sends: Iterable[OrderedCompletions[Unanswered]],
        ask: Callable[[], Answer],
        posted: Iterable[Mapping[str, int]] = (),
    ) -> None:
        self._connection = connection
        self._sends = list(sends)
        self._open = [sent for each in self._sends for sent in each.all()]
        self._posted: Counter[str] = Counter()
        self._is_answered = False
        try:
            self._answer = ask()
        except JMSError:  # the connection was lost before, which was reported
            self._answer = _not_at_all
        else:
            for counts in posted:
                self._posted.update(counts)

    def wait(self, seconds: float) -> bool:
        """See Flush.wait."""
        deadline = time.monotonic() + seconds

        def left() -> float:
            return max(0.0, deadline - time.monotonic())

        are_answered = [each.wait_for_fewer(1, left()) for each in self._sends]
        self._is_answered = self._answer(left()) and all(are_answered) and not self._connection.is_lost
        if not self._is_answered:
            self._connection.give_up("the program ended before the broker answered")
        return self._is_answered

    def unanswered(self) -> Mapping[str, int]:
        """See Flush.unanswered."""
        counts = Counter(
            shown(sent.destination) for sent in self._open if sent.error is not None or not sent.is_answered
        )
        return counts if self._is_answered else counts + self._posted


def _not_at_all(_seconds: float) -> bool:
    return False
