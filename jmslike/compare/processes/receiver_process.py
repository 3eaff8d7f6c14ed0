"""A receiver in a process of its own, which can be killed."""

from __future__ import annotations

from typing import Final

from jmslike import Destination
from jmslike.compare.measure import Journal
from jmslike.compare.processes.pipe import ProgramProcess, place_of

PROGRAM: Final = "jmslike.compare.processes.receiver_program"


class ReceiverProcess:
    """The caller's side: a process with one consumer in CLIENT_ACKNOWLEDGE. Raises JMSError if it cannot start.

    `subscription` names a durable subscription, which is also the client id. `patience` is in seconds.
    """

    def __init__(self, url: str, destination: Destination, subscription: str | None, patience: float) -> None:
        self._process = ProgramProcess(PROGRAM, **place_of(url, destination, subscription), patience=patience)
        self._process.wait_until_started()

    def answer_probe(self) -> None:
        """Take one probe, if it comes in time, and acknowledge it."""
        self._process.ask(do="answer_probe")

    def take(self, count: int, journal: Journal) -> None:
        """Take messages, fewer if they do not come in time, and note them in a journal."""
        for entry in self._process.ask(do="take", count=count):
            journal.note(*entry)

    def acknowledge(self) -> None:
        """Acknowledge all that was taken so far."""
        self._process.ask(do="acknowledge")

    def kill(self) -> None:
        """End the process at once, wherever it is; it may be called again."""
        self._process.kill()
