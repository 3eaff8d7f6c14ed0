"""Kills a broker again and again while programs work with it, and counts what that costs.

A sender sends persistent messages, and sends again what was not confirmed. A receiver acknowledges after its work. Both
connect again when they lose their connection. With `--container` the receiver is a container. For example:

python -m tests.faults.kills rabbitmq-amqp --messages 20000 --kills 20

With `--failover` they stay connected, and more programs work: see `failover_load.py`.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from jmslike import Connection, ConnectionFactory, ConnectionLostError, Message, ResourceAllocationError, Session
from jmslike.listening import ListenerContainer
from tests.brokers import Broker, LocalBroker, broker
from tests.faults.failover_load import LISTENERS, FailoverLoad
from tests.faults.tally import LONGEST_SILENCE, Costs, Tally, put_number
from tests.faults.targets import TARGETS, Target

QUEUE = "marked.kills"
BATCH = 10
"""Messages that the receiver works on before it acknowledges them."""
PAUSE = 0.1
"""Seconds between two attempts to connect."""
FAILURES = (ConnectionLostError, ResourceAllocationError)
"""What does not stay so: the second is what is left of a cluster that looks for a new leader."""


class Load(Protocol):
    """Programs at work, in threads of their own, until the tally is closed."""

    tally: Tally

    def parts(self) -> Sequence[Callable[[], object]]:
        """Return the programs."""


class ReconnectingLoad:
    """One run: a sender and a receiver, each with a connection that it makes again."""

    queue = QUEUE

    def __init__(self, url: str, messages: int) -> None:
        self.tally = Tally(messages)
        self._factory = ConnectionFactory(url)

    def parts(self) -> Sequence[Callable[[], object]]:
        """See Load."""
        return self._send, self._receive

    def _send(self) -> None:
        number = 0

        def work(session: Session) -> None:
            nonlocal number
            producer = session.create_producer(session.create_queue(self.queue))
            while number < self.tally.wanted and not self.tally.over.is_set():
                message = session.create_message()
                put_number(message, number)
                try:
                    producer.send(message)
                except FAILURES:
                    self.tally.sent_again()
                    raise
                number += 1

        self._keep(work, Session.AUTO_ACKNOWLEDGE)

    def _receive(self) -> None:
        def work(session: Session) -> None:
            consumer = session.create_consumer(session.create_queue(self.queue))
            while not self.tally.over.is_set():
                batch = [message for _ in range(BATCH) if (message := consumer.receive(PAUSE)) is not None]
                self.tally.done([self.tally.came(message) for message in batch])
                if batch:
                    batch[-1].acknowledge()

        self._keep(work, Session.CLIENT_ACKNOWLEDGE)

    def _keep(self, work: Callable[[Session], None], mode: int) -> None:
        """Do the work, on a new connection after each loss."""
        while not self.tally.over.is_set():
            try:
                with self._connect() as connection:
                    return work(connection.create_session(mode))
            except FAILURES:
                self.tally.over.wait(PAUSE)
        return None

    def _connect(self) -> Connection:
        connection = self._factory.create_connection()
        connection.start()
        return connection


class ContainerLoad(ReconnectingLoad):
    """One run whose receiver is a container of eight listeners, which connects again by itself."""

    queue = f"{QUEUE}.container"

    def _receive(self) -> None:
        with ListenerContainer(self._factory, self.queue, self._listen, concurrency=LISTENERS):
            self.tally.over.wait()

    def _listen(self, message: Message) -> None:
        self.tally.done([self.tally.came(message)])


def run(load: Load, faults: Sequence[Callable[[], object]], report: Callable[[str], None] = lambda line: None) -> Costs:
    """Cause these faults, each after as many messages."""
    tally, parts = load.tally, load.parts()
    with ThreadPoolExecutor(len(parts)) as pool:
        running = [pool.submit(part) for part in parts]
        try:
            for number, fault in enumerate(faults, 1):
                if not tally.wait_for(number * tally.wanted // (len(faults) + 1)):
                    break
                fault()
                report(f"{number} of {len(faults)}: {tally.costs}")
            tally.wait_for(tally.wanted)
        finally:
            tally.close()
        for part in running:
            part.result(LONGEST_SILENCE)
    return tally.costs


def kills_of(broker: Broker, count: int) -> list[Callable[[], None]]:
    """Return faults: the broker is killed, and started again."""

    def kill() -> None:
        broker.kill()
        broker.restart()

    return [kill] * count


def main() -> int:
    """Run it on a broker of its own; exit code 1 if a message was lost, or came twice and was not marked."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--container", action="store_const", const=ContainerLoad, dest="kind")
    kinds.add_argument("--failover", action="store_const", const=FailoverLoad, dest="kind")
    parser.set_defaults(kind=ReconnectingLoad)
    options = parser.parse_args()
    logging.getLogger().setLevel(logging.CRITICAL)  # errors are expected
    name, protocol = TARGETS[options.target]
    with broker(name) as it:
        if not isinstance(it, LocalBroker):
            parser.error(f"{it.name} is given by a variable, and not ours to kill")
        load = options.kind(Target(it, protocol).shared_url, options.messages)
        began = time.monotonic()
        costs = run(load, kills_of(it, options.kills), lambda line: print(line, flush=True))
    print(f"{options.messages:,} messages, {options.kills} kills, {time.monotonic() - began:.0f} s: {costs}")
    return int(costs.lost > 0 or (options.kind is FailoverLoad and costs.unmarked > 0))


if __name__ == "__main__":
    raise SystemExit(main())
