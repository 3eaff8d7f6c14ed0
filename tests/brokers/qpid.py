"""Apache Qpid Broker-J, a broker of AMQP 1.0, from Maven: its jars, run by the few lines of Qpid.java."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.brokers.broker import PASSWORD, USER, LocalBroker
from tests.brokers.java import built, class_path
from tests.brokers.software import program

HERE = Path(__file__).parent
PROGRAM = HERE / "Qpid.java"
HEADER = b"AMQP"
SASL, AMQP = 1, 0
"""The types of frames."""
LOGGED_IN = b"\x00\x53\x44\xc0\x03\x01\x50\x00"
"""The outcome of SASL, with the code 0."""
BEGUN, CLOSED = b"\x00\x53\x11", b"\x00\x53\x18"


class Qpid(LocalBroker):
    """A Broker-J that asks for a password, makes a queue that a client names, and looks often for what is due.

    Temporary topics are the names that it makes itself: a queue of such a name would take their messages.
    """

    name = "qpid"
    ports_for = ("amqp",)

    @property
    def urls(self) -> Mapping[str, str]:
        """AMQP 1.0."""
        return {"amqp": f"amqp://{USER}:{PASSWORD}@127.0.0.1:{self.ports['amqp']}"}

    def install(self) -> None:
        """Fetch the jars and compile the program, again when either changes."""
        self._java = program("java")
        self._classes = built("qpid", HERE / "qpid.pom.xml", [PROGRAM])

    def prepare(self) -> None:
        """Write the configuration of the first start, from which the broker makes its own."""
        self._settings.write_text(json.dumps(configuration(self.ports["amqp"])))

    def command(self) -> list[str]:
        """Run the program."""
        memory = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC"]
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        arguments = [PROGRAM.stem, str(self.folder / "work"), str(self._settings)]
        return [self._java, *memory, quiet, "-cp", class_path(self._classes), *arguments]

    def shake_hands(self) -> None:
        """Begin a session of AMQP 1.0."""
        answers_amqp(self.ports["amqp"])

    @property
    def _settings(self) -> Path:
        return self.folder / "first.json"


def configuration(port: int) -> Mapping[str, Any]:
    """Return the configuration of a broker with one virtual host and one user."""
    queues = {
        "pattern": "(?!TempTopic).*",
        "nodeType": "queue",
        "createdOnPublish": "true",
        "createdOnConsume": "true",
        "attributes": {"type": "priority", "priorities": 10},
    }
    host = {
        "type": "DERBY",
        "context": {"queue.holdOnPublishEnabled": "true", "virtualhost.housekeepingCheckPeriod": "20"},  # milliseconds
        "nodeAutoCreationPolicies": [queues],
    }
    node = {
        "name": "default",
        "type": "JSON",
        "defaultVirtualHostNode": "true",
        "virtualHostInitialConfiguration": json.dumps(host),
    }
    aliases = [{"name": alias, "type": alias} for alias in ("defaultAlias", "hostnameAlias", "nameAlias")]
    listener = {
        "name": "AMQP",
        "type": "AMQP",
        "bindingAddress": "127.0.0.1",
        "port": str(port),
        "authenticationProvider": "plain",
        "protocols": ["AMQP_1_0"],
        "virtualhostaliases": aliases,
    }
    users = {
        "name": "plain",
        "type": "Plain",
        "secureOnlyMechanisms": [],
        "users": [{"name": USER, "type": "managed", "password": PASSWORD}],
    }
    return {
        "name": "jmslike",
        "modelVersion": "9.1",
        "authenticationproviders": [users],
        "ports": [listener],
        "virtualhostnodes": [node],
    }


def answers_amqp(port: int) -> None:
    """Log in by AMQP 1.0 as the good user and begin a session; raise OSError if that fails.

    The broker listens before its virtual host is ready, and until then it closes what a client opens.
    """
    response = b"\0".join([b"", USER.encode(), PASSWORD.encode()])
    login = frame(SASL, b"\x53\x41", b"\xa3\x05PLAIN\xa0" + bytes([len(response)]) + response, 2)
    opening = frame(AMQP, b"\x53\x10", b"\xa1\x05tests\xa1\x09127.0.0.1", 2)
    beginning = frame(AMQP, b"\x53\x11", b"\x40\x43\x52\x01\x52\x01", 4)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        answer_to(connection, HEADER + bytes([3, 1, 0, 0]) + login, LOGGED_IN)
        answer_to(connection, HEADER + bytes([0, 1, 0, 0]) + opening + beginning, BEGUN)


def answer_to(connection: socket.socket, said: bytes, wanted: bytes) -> None:
    """Send that, and read until the answer has what is wanted; raise OSError if the broker closes before."""
    connection.sendall(said)
    heard = b""
    while wanted not in heard:
        chunk = connection.recv(4096)
        heard += chunk
        if not chunk or CLOSED in heard:
            raise ConnectionRefusedError(f"it answers {heard!r}")


def frame(kind: int, descriptor: bytes, fields: bytes, count: int) -> bytes:
    """Return a frame with one performative, whose fields are so many."""
    body = b"\0" + descriptor + b"\xc0" + bytes([len(fields) + 1, count]) + fields
    return (8 + len(body)).to_bytes(4) + bytes([2, kind, 0, 0]) + body
