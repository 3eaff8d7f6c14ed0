"""The program of a receiver's process: it takes messages when the other side of its pipes asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jmslike import Message, MessageConsumer, SessionMode
from jmslike.compare.measure import PROBE, Journal
from jmslike.compare.processes.pipe import Answer, connect, listen, serve
from jmslike.compare.stage import key_of, note


class _Program:
    """The answers to the requests of `ReceiverProcess`."""

    def __init__(self, consumer: MessageConsumer, patience: float) -> None:
        self._consumer = consumer
        self._patience = patience
        self._last: Message | None = None

    def answer(self, do: str, **arguments: Any) -> Any:
        match do:
            case "answer_probe":
                return self._answer_probe()
            case "take":
                return self._take(**arguments)
            case "acknowledge" if self._last is not None:
                self._last.acknowledge()
        return None

    def _answer_probe(self) -> None:
        message = self._consumer.receive(self._patience)
        if message is not None and key_of(message) == PROBE:
            message.acknowledge()

    def _take(self, count: int) -> list[tuple[int, int, int, bool]]:
        journal = Journal("")
        for _ in range(count):
            message = self._consumer.receive(self._patience)
            if message is None:
                break
            self._last = message
            note(message, journal)
        return [
            (key, mark, times, bool(again))
            for key, mark, times, again in zip(
                journal.keys, journal.fingerprints, journal.delivery_counts, journal.redelivered, strict=True
            )
        ]


@contextmanager
def _start(place: dict[str, Any]) -> Iterator[Answer]:
    with connect(place) as connection:
        consumer = listen(connection.create_session(SessionMode.CLIENT_ACKNOWLEDGE), place)
        connection.start()
        yield _Program(consumer, place["patience"]).answer


if __name__ == "__main__":
    serve(_start)
