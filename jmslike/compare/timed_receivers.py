"""The receivers of timed runs, in threads of this process: each notes which messages it got and when, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import BrokenBarrierError
from typing import Final

from jmslike import Connection, Message, SessionMode
from jmslike.compare.measure import PROBE
from jmslike.compare.stage import Place, Stage, Subscribe, ignore_probe, key_of
from jmslike.compare.timing.driver import SYSTEM_TIME
from jmslike.compare.timing.log import ArrivalLog


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """How a receiver acknowledges: by the mode of its session, and itself after each `every` messages (0: never)."""

    mode: SessionMode
    every: int = 0


AUTOMATIC: Final = Acknowledging(SessionMode.AUTO_ACKNOWLEDGE)


class TimedReceiver:
    """A consumer with a connection of its own. Between two runs, when no message is on its way, it gets a new log.

    The keys in the log count from `base`, so that those of each run begin with 1.
    """

    def __init__(self, name: str, connection: Connection, subscribe: Subscribe, acknowledging: Acknowledging) -> None:
        self.log: ArrivalLog = ArrivalLog()
        self.base: int = 0
        self.answer_probe: Callable[[], object] = ignore_probe
        self._every = acknowledging.every
        self._session = connection.create_session(acknowledging.mode)
        consumer = subscribe(self._session, name)
        consumer.message_listener = self._on_message
        connection.start()

    def _on_message(self, message: Message) -> None:
        at = SYSTEM_TIME.now()
        key = key_of(message)
        if key != PROBE:
            self.log.note(key - self.base, at, message.redelivered)
            if self._every and len(self.log) % self._every == 0:
                self._acknowledge(message)
            return
        if self._every:
            self._acknowledge(message)
        try:
            self.answer_probe()
        except BrokenBarrierError:
            return  # the thread that waits for the probes reports it

    def _acknowledge(self, message: Message) -> None:
        if self._session.transacted:
            self._session.commit()
        else:
            message.acknowledge()


class Threads:
    """A crew of receivers in this process. Raises JMSError if one of them does not listen."""

    def __init__(self, stage: Stage, place: Place, names: Sequence[str], acknowledging: Acknowledging) -> None:
        self._stage = stage
        self._place = place
        self._names = names
        self._connections = [stage.connect(name) for name in names]
        self._receivers = [
            TimedReceiver(name, connection, place.subscribe, acknowledging)
            for name, connection in zip(names, self._connections, strict=True)
        ]
        self.probe()

    def begin(self, base: int) -> None:
        """Start a run, whose keys count from `base`."""
        for receiver in self._receivers:
            receiver.base = base
            receiver.log = ArrivalLog()

    def counts(self) -> list[int]:
        """Return how many messages each receiver got in this run."""
        return [len(receiver.log) for receiver in self._receivers]

    def logs(self) -> list[ArrivalLog]:
        """Return what each receiver got in this run."""
        return [receiver.log for receiver in self._receivers]

    def probe(self) -> None:
        """Wait until every receiver has a probe, and so what was sent to it before."""
        destination = self._place.destination
        self._stage.probe(destination, self._receivers, len(self._receivers) if destination.is_queue else 1)

    def close(self) -> None:
        """Close the connections, and delete durable subscriptions, which would go on to keep messages."""
        for connection in self._connections:
            connection.close()
        if self._place.is_durable:
            self._stage.unsubscribe(self._names)
