"""A process that answers requests: both are lines of JSON in its pipes.

The URL of a provider goes the same way, because its password must not be seen in a list of processes. The process ends
when its input ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeAlias

from jmslike import Connection, ConnectionFactory, Destination, JMSError, MessageConsumer, Queue, Session, Topic

Answer: TypeAlias = Callable[..., Any]
"""The answer to a request, which is `do` and its arguments."""


class ProgramProcess:
    """The caller's side of a process that runs a module. Raises JMSError when a request fails.

    `place` is what the module has to know. The process answers from `wait_until_started` on, so that several can start
    at the same time. A killed process raises ValueError.
    """

    def __init__(self, module: str, **place: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C ends the comparison, and with its input this process
        )
        self._write(place)

    def wait_until_started(self) -> None:
        """Wait until it is at its place. Raises JMSError if it cannot start; then it has ended."""
        try:
            self._answer()
        except BaseException:
            self.kill()
            raise

    def ask(self, **request: Any) -> Any:
        """Return the answer to a request."""
        self._write(request)
        return self._answer()

    def _write(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # its last line, or its code, says why
            self._process.stdin.write(f"{json.dumps(request)}\n")
            self._process.stdin.flush()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise JMSError(f"the process of a receiver ended by itself, with code {self._process.wait()}")
        reply = json.loads(line)
        if "error" in reply:
            raise JMSError(f"the process of a receiver failed: {reply['error']}")
        return reply["result"]

    def leave(self) -> None:
        """Let the process close its connection and end. Does not wait."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def end(self, patience: float = 10.0) -> None:
        """Wait until the process has left; one that has not within `patience` seconds is killed."""
        self.leave()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self.kill()

    def kill(self) -> None:
        """End the process at once, wherever it is; it may be called again."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def place_of(url: str, destination: Destination, subscription: str | None) -> dict[str, Any]:
    """Return what a process has to know to listen; `subscription` names a durable one, and is the client id too."""
    return {"url": url, "name": destination.name, "is_queue": destination.is_queue, "subscription": subscription}


def connect(place: dict[str, Any]) -> Connection:
    """Open the connection of a place, in the process that listens there."""
    connection = ConnectionFactory(place["url"]).create_connection()
    if place["subscription"] is not None:
        connection.client_id = place["subscription"]
    return connection


def listen(session: Session, place: dict[str, Any]) -> MessageConsumer:
    """Create the consumer of a place."""
    subscription = place["subscription"]
    if subscription is not None:
        return session.create_durable_consumer(Topic(place["name"]), subscription)
    return session.create_consumer((Queue if place["is_queue"] else Topic)(place["name"]))


def serve(start: Callable[[dict[str, Any]], AbstractContextManager[Answer]]) -> None:
    """Answer the requests on the standard input until it ends; the first is the place to `start` at."""
    requests: Iterator[dict[str, Any]] = map(json.loads, sys.stdin)
    try:
        with start(next(requests)) as answer:
            _write({"result": None})
            for request in requests:
                _write({"result": answer(**request)})
    except JMSError as error:
        _write({"error": str(error)})


def _write(document: Any) -> None:
    sys.stdout.write(f"{json.dumps(document)}\n")
    sys.stdout.flush()
