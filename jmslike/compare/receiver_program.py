"""The program of a receiver's process: it takes messages when the other side of its pipes asks for them."""

from __future__ import annotations

import json
import sys
from typing import Any

from jmslike import ConnectionFactory, JMSError, Message, MessageConsumer, Queue, SessionMode, Topic
from jmslike.compare.measure import PROBE, Journal
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


def _write(document: Any) -> None:
    sys.stdout.write(f"{json.dumps(document)}\n")
    sys.stdout.flush()


def _main() -> None:
    requests = map(json.loads, sys.stdin)
    try:
        place = next(requests)
        connection = ConnectionFactory(place["url"]).create_connection()
        subscription = place["subscription"]
        if subscription is not None:
            connection.client_id = subscription
        session = connection.create_session(SessionMode.CLIENT_ACKNOWLEDGE)
        if subscription is None:
            destination = (Queue if place["is_queue"] else Topic)(place["name"])
            consumer = session.create_consumer(destination)
        else:
            consumer = session.create_durable_consumer(Topic(place["name"]), subscription)
        connection.start()
        program = _Program(consumer, place["patience"])
        _write({"result": None})
        for request in requests:
            _write({"result": program.answer(**request)})
        connection.close()
    except JMSError as error:
        _write({"error": str(error)})


if __name__ == "__main__":
    _main()
