"""Kills each node of a RabbitMQ cluster in turn while a program works with a quorum queue, and counts what that costs.

Three nodes run on this machine, in a folder that is removed with them. To be run by hand, for example:

python -m tests.faults.cluster --messages 20000 --failover
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.brokers.broker import SHORT, LocalBroker, free_ports
from tests.brokers.rabbitmq import RabbitMQ, server
from tests.brokers.software import program
from tests.faults.administrator import control
from tests.faults.failover_load import FailoverLoad
from tests.faults.kills import Load, ReconnectingLoad, run

SIZE: Final = 3
COOKIE: Final = "JMSLIKECLUSTER"


class Node(RabbitMQ):
    """One of several nodes, with a common name server and cookie."""

    def __init__(self, folder: Path, number: int, names: int) -> None:
        self._names = names
        self.node = f"jmslike{number}@localhost"
        super().__init__(folder)

    def prepare(self) -> None:
        """Write the settings and the cookie."""
        super().prepare()
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(COOKIE)
        cookie.chmod(0o400)

    def command(self) -> list[str]:
        """Run the node alone."""
        return [str(server())]

    def environment(self) -> dict[str, str]:
        """Return its name, and the common name server."""
        return super().environment() | {"RABBITMQ_NODENAME": self.node, "ERL_EPMD_PORT": str(self._names)}


@contextmanager
def cluster() -> Iterator[Sequence[Node]]:
    """Run the nodes until the block ends."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="jmslike-cluster-")))
        (names,) = free_ports(1)
        running.callback(end, start_name_server(names))
        nodes = [Node(folder / str(number), number, names) for number in range(1, SIZE + 1)]
        nodes[0].install()
        for node in nodes:
            running.callback(node.kill)
            node.start()
        for node in nodes[1:]:
            control(node, "stop_app")
            control(node, "join_cluster", nodes[0].node)
            control(node, "start_app")
        yield nodes


def start_name_server(port: int) -> subprocess.Popen[bytes]:
    """Start the name server, which outlives every node, and wait until it answers."""
    environment = os.environ | {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(port)}
    epmd = program("epmd")
    names = subprocess.Popen([epmd], env=environment, stdin=subprocess.DEVNULL)
    while (
        names.poll() is None and subprocess.run([epmd, "-names"], env=environment, stdout=subprocess.DEVNULL).returncode
    ):
        time.sleep(SHORT)
    return names


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours."""
    process.kill()
    process.wait()


def url_of(nodes: Sequence[Node]) -> str:
    """Return the URL that names all of them."""
    addresses = [urlsplit(node.url("amqp")) for node in nodes]
    login = f"{addresses[0].username}:{addresses[0].password}"
    hosts = ",".join(f"{address.hostname}:{address.port}" for address in addresses)
    return f"amqp://{login}@{hosts}/%2F?queue_type=quorum"


def deaths_of(nodes: Sequence[LocalBroker], load: Load) -> list[Callable[[], None]]:
    """Return faults: each node is killed, and started again after as many messages without it."""
    step = load.tally.wanted // (2 * len(nodes) + 1)

    def death_of(node: LocalBroker) -> Callable[[], None]:
        def die() -> None:
            node.kill()
            load.tally.wait_for_more(step)
            node.restart()

        return die

    return [death_of(node) for node in nodes]


def main() -> int:
    """Run it; exit code 1 if a message was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.cluster", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--failover", action="store_true", help="connections that outlive each node")
    options = parser.parse_args()
    messages = options.messages
    logging.getLogger().setLevel(logging.CRITICAL)  # errors are expected
    with cluster() as nodes:
        began = time.monotonic()
        load = (FailoverLoad if options.failover else ReconnectingLoad)(url_of(nodes), messages)
        costs = run(load, deaths_of(nodes, load), lambda line: print(line, flush=True))
    print(f"{messages:,} messages, {SIZE} kills in a cluster of {SIZE}, {time.monotonic() - began:.0f} s: {costs}")
    return int(costs.lost > 0 or (options.failover and costs.unmarked > 0))


if __name__ == "__main__":
    raise SystemExit(main())
