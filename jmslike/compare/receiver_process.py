"""A receiver in a process of its own, which can be killed.

Requests and replies are lines of JSON in the pipes of the process. The URL goes the same way, because its password must
not be seen in a list of processes. The process ends when its input ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any, Final

from jmslike import Destination, JMSError
from jmslike.compare.measure import Journal

PROGRAM: Final = "jmslike.compare.receiver_program"


class ReceiverProcess:
    """The caller's side: a process with one consumer in CLIENT_ACKNOWLEDGE. Raises JMSError if it cannot start.

    `subscription` names a durable subscription, which is also the client id. `patience` is in seconds.
    """

    def __init__(self, url: str, destination: Destination, subscription: str | None, patience: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C ends the comparison, and with its input this process
        )
        try:
            self._ask(
                url=url,
                name=destination.name,
                is_queue=destination.is_queue,
                subscription=subscription,
                patience=patience,
            )
        except BaseException:
            self.kill()
            raise

    def answer_probe(self) -> None:
        """Take one probe, if it comes in time, and acknowledge it."""
        self._ask(do="answer_probe")

    def take(self, count: int, journal: Journal) -> None:
        """Take messages, fewer if they do not come in time, and note them in a journal."""
        for entry in self._ask(do="take", count=count):
            journal.note(*entry)

    def acknowledge(self) -> None:
        """Acknowledge all that was taken so far."""
        self._ask(do="acknowledge")

    def kill(self) -> None:
        """End the process at once, wherever it is; it may be called again."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _ask(self, **request: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):  # its last line, or its code, says why
            self._process.stdin.write(f"{json.dumps(request)}\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise JMSError(f"the process of a receiver ended by itself, with code {self._process.wait()}")
        reply = json.loads(line)
        if "error" in reply:
            raise JMSError(f"the process of a receiver failed: {reply['error']}")
        return reply["result"]
