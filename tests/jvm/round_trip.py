"""Drives a Java program that sends and receives records with one client library."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from jmslike.destinations import Destination
from jmslike.envelope import Envelope
from jmslike_transports.jvm.records import decode, encode
from tests.brokers import Broker
from tests.brokers.software import program
from tests.jvm import jars
from tests.jvm.helper import API, JAR, OLDER_API, for_api

PROGRAM: Final = JAR.parents[3] / "tests" / "jvm" / "java" / "RoundTrip.java"
PATIENCE: Final = 60.0
"""Seconds until a program that does not answer is killed."""


class Client(NamedTuple):
    """A client library: its broker, the protocol that it speaks, its jars and factory, and the package of its API."""

    broker: str
    protocol: str
    jars: Callable[[], Path]
    factory: str
    api: str = API


_ARTEMIS: Final = "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory"
_CLASSIC: Final = "org.apache.activemq.ActiveMQConnectionFactory"
CLIENTS: Final[Mapping[str, Client]] = {
    "core": Client("artemis", "core", jars.jakarta, _ARTEMIS),
    "core-javax": Client("artemis", "core", jars.artemis_javax, _ARTEMIS, OLDER_API),
    "qpid": Client("artemis", "amqp", jars.jakarta, "org.apache.qpid.jms.JmsConnectionFactory"),
    "openwire": Client("activemq", "openwire", jars.jakarta, _CLASSIC),
    "openwire-javax": Client("activemq", "openwire", jars.activemq_javax, _CLASSIC, OLDER_API),
    "rabbitmq": Client("rabbitmq", "amqp", jars.jakarta, "com.rabbitmq.jms.admin.RMQConnectionFactory"),
    "openmq": Client("openmq", "mqtcp", jars.openmq_client, "com.sun.messaging.ConnectionFactory"),
}


class JavaError(Exception):
    """What the program raised."""


class RoundTrip:
    """The program, with a connection to that broker. Raises UnavailableError without Java."""

    def __init__(self, client: str, broker: Broker) -> None:
        self.client = client
        library = CLIENTS[client]
        self._folder = tempfile.TemporaryDirectory()
        source = Path(self._folder.name, PROGRAM.name)
        source.write_text(for_api(PROGRAM, library.api), encoding="utf-8")
        options = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{library.jars()}/*{os.pathsep}{JAR}"]
        arguments = [library.factory, broker.url(library.protocol), *broker.user]
        command = [program("java"), *options, str(source), *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def put(self, envelope: Envelope) -> None:
        """Send a message."""
        self._call(b"P", encode(envelope))

    def put_java(self, what: str, queue: str) -> None:
        """Send a message that the program makes."""
        self._call(b"J", f"{what} {queue}".encode())

    def get(self, destination: Destination) -> tuple[Envelope, int]:
        """Receive a message; return it and how often it was delivered before."""
        kind = (not destination.is_queue) + 2 * destination.is_temporary
        return decode(self._call(b"G", bytes([kind]) + destination.name.encode()))

    def _call(self, letter: bytes, content: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        watch = threading.Timer(PATIENCE, self._process.kill)
        watch.start()
        try:
            stdin.write(letter + len(content).to_bytes(4, "big") + content)
            stdin.flush()
            head = stdout.read(5)
            answer = stdout.read(int.from_bytes(head[1:], "big"))
        finally:
            watch.cancel()
        if head[:1] != b"K":
            raise JavaError(answer.decode() or "the program has ended")
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdout is not None
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()
