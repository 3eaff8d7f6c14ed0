"""The faults that an administrator can cause at RabbitMQ: refusals, alarms, time-outs."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen

from tests.brokers.rabbitmq import RabbitMQ, server

PATIENCE = 60.0
WATERMARK = "512MB"


class Permissions(NamedTuple):
    """Regular expressions of the names that may be declared, written to and read from."""

    configure: str = ".*"
    write: str = ".*"
    read: str = ".*"


class Guest(NamedTuple):
    """A user with a virtual host of the same name."""

    name: str
    url: str


class Administrator:
    """Uses the HTTP API and, for what that cannot do, rabbitmqctl."""

    def __init__(self, broker: RabbitMQ) -> None:
        self._broker = broker

    @contextmanager
    def guest(self) -> Iterator[Guest]:
        """Create a user with all permissions in a new virtual host; both are deleted when the block ends."""
        name = f"faults-{uuid.uuid4()}"
        address = urlsplit(self._broker.url("amqp"))
        self.ask("PUT", "vhosts", name)
        try:
            self.ask("PUT", "users", name, what={"password": name, "tags": ""})
            self.permit(name, Permissions())
            yield Guest(name, f"amqp://{name}:{name}@{address.hostname}:{address.port}/{name}")
        finally:
            self.ask("DELETE", "vhosts", name)
            self.ask("DELETE", "users", name)

    def permit(self, guest: str, permissions: Permissions) -> None:
        """Set what a guest may do."""
        self.ask("PUT", "permissions", guest, guest, what=permissions._asdict())

    def queues(self, guest: str) -> set[str]:
        """Return the names of all queues of a guest."""
        return {queue["name"] for queue in json.loads(self.ask("GET", "queues", guest))}

    def ask(self, method: str, *path: str, what: object = None) -> bytes:
        """Send a request to the HTTP API, and return its answer."""
        address = urlsplit(self._broker.url("http"))
        login = f"{unquote(address.username or '')}:{unquote(address.password or '')}"
        request = Request(
            f"http://{address.hostname}:{address.port}/api/{'/'.join(quote(part, safe='') for part in path)}",
            method=method,
            data=None if what is None else json.dumps(what).encode(),
            headers={
                "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    @contextmanager
    def alarm(self) -> Iterator[None]:
        """Be short of memory until the block ends, so that publishers are blocked."""
        control(self._broker, "set_vm_memory_high_watermark", "0")
        try:
            yield
        finally:
            control(self._broker, "set_vm_memory_high_watermark", "absolute", WATERMARK)

    @contextmanager
    def impatience(self) -> Iterator[None]:
        """Until the block ends, new channels have little time to acknowledge a delivery."""
        self._wait_for_acknowledgements(100, looks=100)
        try:
            yield
        finally:
            self._wait_for_acknowledgements(30 * 60_000, looks=60_000)

    def _wait_for_acknowledgements(self, milliseconds: int, looks: int) -> None:
        settings = {"consumer_timeout": milliseconds, "channel_tick_interval": looks}
        program = ", ".join(f"application:set_env(rabbit, {name}, {value})" for name, value in settings.items())
        control(self._broker, "eval", f"{program}.")


def control(broker: RabbitMQ, *command: str) -> None:
    """Run rabbitmqctl on the node. Raises CalledProcessError."""
    script = server()
    assert script is not None, "it runs"
    subprocess.run(
        [script.with_name("rabbitmqctl"), "--quiet", *command],
        env=os.environ | broker.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
