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
TOPICS = "amq.topic/"
"""What a client puts before the name of a topic: names without it are queues."""
SASL = b"AMQP\x03\x01\x00\x00"
ACCEPTED = b"\x00\x53\x44\xc0\x03\x01\x50\x00"
"""The outcome of SASL, with the code 0."""


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
        """Log in by AMQP 1.0."""
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
    """Log in by AMQP 1.0 as the good user and hang up; raise OSError if that fails."""
    response = b"\0".join([b"", USER.encode(), PASSWORD.encode()])
    fields = b"\x02\xa3\x05PLAIN\xa0" + bytes([len(response)]) + response
    body = b"\x02\x01\x00\x00\x00\x53\x41\xc0" + bytes([len(fields)]) + fields
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(SASL + (len(body) + 4).to_bytes(4) + body)
        heard = b""
        while chunk := connection.recv(4096):
            heard += chunk
            if heard.endswith(ACCEPTED):
                return
        raise ConnectionRefusedError(f"it answers {heard!r}")
