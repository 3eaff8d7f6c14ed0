"""A cluster of three Kafkas on this machine, of which two must have each record: `with cluster() as nodes: ...`."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar, Final

from kafka import KafkaAdminClient

from tests.brokers.broker import LONGEST_START, SHORT, free_ports
from tests.brokers.kafka import Kafka

SIZE: Final = 3
SAFE: Final = {
    "default.replication.factor": str(SIZE),
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": str(SIZE),
    "transaction.state.log.replication.factor": str(SIZE),
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": str(SIZE),
    "share.coordinator.state.topic.min.isr": "2",
}


class Node(Kafka):
    """One of several, each of which is broker and controller, without passwords and TLS."""

    ports_for = ("clients",)
    memory: ClassVar = "-Xmx400m"

    def __init__(self, folder: Path, number: int, controllers: Sequence[int]) -> None:
        self.number = number
        self._controllers = controllers
        super().__init__(folder)

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.ports['clients']}"

    def settings(self) -> dict[str, str]:
        """Return its number, and where the others are."""
        controller = f"127.0.0.1:{self._controllers[self.number - 1]}"
        voters = (f"{number}@127.0.0.1:{port}" for number, port in enumerate(self._controllers, 1))
        return SAFE | {
            "node.id": str(self.number),
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "controller.quorum.voters": ",".join(voters),
        }


@contextmanager
def cluster() -> Iterator[Sequence[Node]]:
    """Run the nodes until the block ends; any of them may be killed, and restarted, in it."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="jmslike-cluster-")))
        controllers = free_ports(SIZE)
        nodes = [Node(folder / str(number), number, controllers) for number in range(1, SIZE + 1)]
        nodes[0].install()
        for node in nodes:
            running.callback(node.kill)
        with ThreadPoolExecutor(SIZE) as pool:  # no node is ready before it has found another
            list(pool.map(Node.start, nodes))
        yield nodes


def url_of(nodes: Sequence[Node]) -> str:
    """Return the URL that names all of them."""
    return f"kafka://{','.join(node.address for node in nodes)}"


def wait_until_in_sync(nodes: Sequence[Node]) -> None:
    """Wait until every node has all its records, so that the next may be killed without loss."""
    deadline = time.monotonic() + LONGEST_START
    with KafkaAdminClient(bootstrap_servers=[node.address for node in nodes]) as admin:
        while lagging := _lagging(admin):
            if time.monotonic() > deadline:
                raise RuntimeError(f"these are still behind: {', '.join(lagging)}")
            time.sleep(SHORT)


def _lagging(admin: KafkaAdminClient) -> list[str]:
    return [
        f"{topic['name']}-{partition['partition_index']}"
        for topic in admin.describe_topics()
        for partition in topic["partitions"]
        if len(partition["isr_nodes"]) < len(partition["replica_nodes"])
    ]
