"""Kills a broker again and again while a program works with it, and counts what that costs.

A sender sends persistent messages, and sends again what was not confirmed; a receiver acknowledges after its work; both
connect again when they lose their connection. With `--container` the receiver is a container. For example:

python -m tests.faults.kills rabbitmq-amqp --messages 20000 --kills 20
"""

from __future__ import annotations

import argparse
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from jmslike import Connection, ConnectionFactory, ConnectionLostError, Message, ResourceAllocationError, Session
from jmslike.listening import ListenerContainer
from tests.brokers import LocalBroker, broker
from tests.faults.targets import KINDS, Target

QUEUE = "marked.kills"
BATCH = 10
"""Messages that the receiver works on before it acknowledges them."""
PAUSE = 0.1
"""Seconds between two attempts to connect."""
FAILURES = (ConnectionLostError, ResourceAllocationError)
"""What does not stay so: the second is what is left of a cluster that looks for a new leader."""
LONGEST_SILENCE = 60.0
"""Seconds without anything new after which what is missing counts as lost."""


@dataclass
class Costs:
    """What the kills cost. A message that was sent again is another message with the same number."""

    lost: int = 0
    sent_again: int = 0
    duplicates: int = 0
    delivered_again: int = 0
    marked: int = 0

    def __str__(self) -> str:
        return (
            f"{self.lost} lost; {self.duplicates} duplicates: {self.delivered_again} delivered again, {self.marked} of "
            f"them marked as redelivered, the others of {self.sent_again} sent again"
        )


class Run:
    """One run: a sender, a receiver, and the thread that waits for their progress."""

    queue = QUEUE

    def __init__(self, url: str, messages: int) -> None:
        self.costs = Costs()
        self._factory = ConnectionFactory(url)
        self._wanted = messages
        self._numbers: set[int] = set()
        self._ids: set[str | None] = set()
        self._progress = threading.Condition()
        self._over = threading.Event()

    def send(self) -> None:
        """Send every number, again and again until that is confirmed."""
        number = 0

        def work(session: Session) -> None:
            nonlocal number
            producer = session.create_producer(session.create_queue(self.queue))
            while number < self._wanted and not self._over.is_set():
                message = session.create_message()
                message.set_int_property("number", number)
                try:
                    producer.send(message)
                except FAILURES:
                    self.costs.sent_again += 1
                    raise
                number += 1

        self._keep(work, Session.AUTO_ACKNOWLEDGE)

    def receive(self) -> None:
        """Receive and acknowledge messages until every number has come."""

        def work(session: Session) -> None:
            consumer = session.create_consumer(session.create_queue(self.queue))
            while not self._over.is_set():
                batch = [message for _ in range(BATCH) if (message := consumer.receive(PAUSE)) is not None]
                for message in batch:
                    self._work_on(message)
                if batch:
                    batch[-1].acknowledge()

        self._keep(work, Session.CLIENT_ACKNOWLEDGE)

    def wait_for(self, count: int) -> bool:
        """Wait until that many different numbers were received; stop waiting when nothing new comes for long."""
        with self._progress:
            while len(self._numbers) < count:
                if not self._progress.wait(LONGEST_SILENCE):
                    return False
            return True

    def end(self) -> None:
        """End both programs, and count what is missing."""
        self._over.set()
        self.costs.lost = self._wanted - len(self._numbers)

    def _work_on(self, message: Message) -> None:
        with self._progress:
            number = message.get_int_property("number")
            if number in self._numbers:
                self.costs.duplicates += 1
            else:
                self._progress.notify_all()
            if message.message_id in self._ids:
                self.costs.delivered_again += 1
                self.costs.marked += message.redelivered
            self._numbers.add(number)
            self._ids.add(message.message_id)

    def _keep(self, work: Callable[[Session], None], mode: int) -> None:
        """Do the work, on a new connection after each loss."""
        while not self._over.is_set():
            try:
                with self._connect() as connection:
                    return work(connection.create_session(mode))
            except FAILURES:
                self._over.wait(PAUSE)
        return None

    def _connect(self) -> Connection:
        connection = self._factory.create_connection()
        connection.start()
        return connection


class ContainerRun(Run):
    """One run whose receiver is a container of eight listeners, which connects again by itself."""

    queue = f"{QUEUE}.container"

    def receive(self) -> None:
        """Listen until every number has come."""
        with ListenerContainer(self._factory, self.queue, self._work_on, concurrency=8):
            self._over.wait()


def run(
    target: Target, messages: int, kills: int, report: Callable[[str], None] = lambda line: None, kind: type[Run] = Run
) -> Costs:
    """Kill the broker that often, each time after as many messages, and start it again."""
    it = kind(target.url, messages)
    with ThreadPoolExecutor(2) as pool:
        parts = [pool.submit(it.send), pool.submit(it.receive)]
        try:
            for kill in range(1, kills + 1):
                if not it.wait_for(kill * messages // (kills + 1)):
                    break
                target.broker.kill()
                target.broker.restart()
                report(f"kill {kill} of {kills}: {it.costs}")
            it.wait_for(messages)
        finally:
            it.end()
        for part in parts:
            part.result(LONGEST_SILENCE)
    return it.costs


def main() -> int:
    """Run it on a broker of its own; exit code 1 if a message was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.add_argument("target", choices=KINDS)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--container", action="store_true", help="receive in a container of eight listeners")
    options = parser.parse_args()
    logging.getLogger("jmslike").setLevel(logging.CRITICAL)  # its errors are expected
    name, protocol = KINDS[options.target]
    with broker(name) as it:
        if not isinstance(it, LocalBroker):
            parser.error(f"{it.name} is given by a variable, and not ours to kill")
        began = time.monotonic()
        kind = ContainerRun if options.container else Run
        costs = run(Target(it, protocol), options.messages, options.kills, lambda line: print(line, flush=True), kind)
    print(f"{options.messages:,} messages, {options.kills} kills, {time.monotonic() - began:.0f} s: {costs}")
    return int(costs.lost > 0)


if __name__ == "__main__":
    raise SystemExit(main())
