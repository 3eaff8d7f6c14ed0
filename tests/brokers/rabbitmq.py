"""RabbitMQ, from the package rabbitmq-server of Debian and its kin; no service of the system."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.brokers.broker import PASSWORD, USER, LocalBroker, answers_stomp
from tests.brokers.software import UnavailableError, program, run

DEBIANS = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one in the PATH requires its own user
PLUGINS = "[rabbitmq_stomp, rabbitmq_management, rabbitmq_jms_topic_exchange].\n"
FURTHER = "[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 5000}]}].\n"
"""Milliseconds after which a queue again dead-letters what had no way when the broker started; else three minutes."""
POLICY = Path("/usr/sbin/policy-rc.d")
STARTED = "Server startup complete"
"""What its log says in the end."""


class RabbitMQ(LocalBroker):
    """A separate node, with its own name, cookie and name server."""

    name = "rabbitmq"
    ports_for = ("stomp", "amqp", "management", "names", "nodes")

    @property
    def urls(self) -> Mapping[str, str]:
        """STOMP, AMQP 0-9-1 and the HTTP API, on the virtual host /."""
        login = f"{USER}:{PASSWORD}@127.0.0.1"
        return {
            "stomp": f"stomp://{login}:{self.ports['stomp']}",
            "amqp": f"amqp://{login}:{self.ports['amqp']}/%2F",
            "http": f"http://{login}:{self.ports['management']}",
        }

    def install(self) -> None:
        """Install the package if it is not there, which only root can."""
        if server() is None:
            if os.geteuid() != 0 or shutil.which("apt-get") is None:
                raise UnavailableError("rabbitmq-server is not installed")
            os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
            with services_kept_from_starting():
                run("apt-get", "update", "-q")
                run("apt-get", "install", "-q", "-y", "--no-install-recommends", "rabbitmq-server")

    def prepare(self) -> None:
        """Write the settings."""
        self._plugins.write_text(PLUGINS)
        self._further_settings.write_text(FURTHER)
        settings = {
            "default_user": USER,
            "default_pass": PASSWORD,
            "vm_memory_high_watermark.absolute": "512MB",
            "listeners.tcp.1": f"127.0.0.1:{self.ports['amqp']}",
            "stomp.listeners.tcp.1": f"127.0.0.1:{self.ports['stomp']}",
            "management.tcp.ip": "127.0.0.1",
            "management.tcp.port": self.ports["management"],
        }
        self._settings.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))

    def command(self) -> list[str]:
        """Run the name server, and the node as soon as that answers."""
        script = '"$0" -address 127.0.0.1 & until "$0" -names > /dev/null; do sleep 0.1; done; "$1"; kill $!'
        return ["/bin/sh", "-c", script, program("epmd"), str(server())]

    def environment(self) -> dict[str, str]:
        """Keep it apart from other RabbitMQs of the machine; with an `input` its script does not stay as a parent.

        Any Erlang that finds no name server would start one, which outlives the node and keeps its port.
        """
        folder = self.folder
        return {
            "HOME": str(folder),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.ports["names"]),
            "ERL_FLAGS": "-start_epmd false",
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self._further_settings),
            "RABBITMQ_ALLOW_INPUT": "true",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_CONFIG_FILE": str(self._settings),
            "RABBITMQ_DIST_PORT": str(self.ports["nodes"]),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._plugins),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_NODENAME": "jmslike@localhost",
            "RABBITMQ_SERVER_START_ARGS": "-noinput",
        }

    def shake_hands(self) -> None:
        """Connect by STOMP when all has started; STOMP is answered before that."""
        if STARTED not in self.log():
            raise ConnectionRefusedError("it has not started completely")
        answers_stomp(self.ports["stomp"])

    @property
    def _plugins(self) -> Path:
        return self.folder / "enabled_plugins"

    @property
    def _further_settings(self) -> Path:
        return self.folder / "advanced.config"

    @property
    def _settings(self) -> Path:
        return self.folder / "rabbitmq.conf"


def server() -> Path | None:
    """Return the path of the server's script, if there is one."""
    found = shutil.which("rabbitmq-server")
    return DEBIANS if DEBIANS.exists() else Path(found) if found else None


@contextmanager
def services_kept_from_starting() -> Iterator[None]:
    """Keep Debian's packages from starting services while they are installed."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
