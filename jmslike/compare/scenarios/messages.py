"""Messages that carry more than their text and their key: a group, a kind or a priority."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

from jmslike import DeliveryMode, TextMessage
from jmslike.compare.stage import KEY, Place, Stage

NORMAL: Final = 4
"""The priority of a message for which none is asked."""


TEXTS: Final = 1000
"""Messages of the source, which take turns."""


class Messages:
    """A sender with a connection of its own; the texts are those of the source."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._session = stage.connect("sender").create_session()
        self._texts = list(islice(stage.source, TEXTS))

    def send(
        self,
        place: Place,
        count: int,
        *,
        mark: Callable[[TextMessage, int], object] = lambda message, key: None,
        priority: Callable[[int], int] = lambda key: NORMAL,
        delivery_mode: DeliveryMode = DeliveryMode.PERSISTENT,
    ) -> None:
        """Send the next `count` messages. `mark` gets each of them with its key before it is sent."""
        producer = self._session.create_producer(place.destination)
        producer.delivery_mode = delivery_mode
        for _ in range(count):
            text = self._texts[len(self._stage.sent) % len(self._texts)]
            message = self._session.create_text_message(text)
            key = self._stage.sent.note(text)
            message.set_int_property(KEY, key)
            mark(message, key)
            producer.send(message, priority=priority(key))
        self._stage.setting.progress(count)
