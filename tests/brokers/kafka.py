"""Apache Kafka, from Maven: one node that is broker and controller (KRaft)."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping
from pathlib import Path

from tests.brokers.broker import LocalBroker
from tests.brokers.software import installed, program, run

DEPENDENCIES = Path(__file__).parent / "kafka.pom.xml"
CLUSTER = "jmslikejmslikejmslikeA"  # 16 bytes, as Kafka spells them
MEMORY = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
ONE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
}
_API_VERSIONS = bytes.fromhex(
    "0000 000e 0012 0000 0000 0001 0004 7465 7374"
)  # the question that any client begins with


class Kafka(LocalBroker):
    """A Kafka that everybody may use, and that makes no topics by itself."""

    name = "kafka"
    ports_for = ("clients", "controller")

    @property
    def urls(self) -> Mapping[str, str]:
        """The address as `jmslike` spells it."""
        return {"kafka": f"kafka://127.0.0.1:{self.ports['clients']}"}

    def install(self) -> None:
        """Fetch the jars, anew when they change."""
        self._java = program("java")
        version = hashlib.sha256(DEPENDENCIES.read_bytes()).hexdigest()[:8]
        self._jars = installed(f"kafka-{version}", fetch)

    def prepare(self) -> None:
        """Write the settings, and make the log's folder."""
        clients, controller = (f"127.0.0.1:{self.ports[name]}" for name in self.ports_for)
        settings = ONE_NODE | {
            "log.dirs": str(self.folder / "data"),
            "listeners": f"PLAINTEXT://{clients},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{clients}",
            "controller.quorum.voters": f"1@{controller}",
        }
        self._settings.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        run(*self._program("kafka.tools.StorageTool"), "format", "-t", CLUSTER, "-c", str(self._settings))

    def command(self) -> list[str]:
        """Run the broker."""
        return [*self._program("kafka.Kafka"), str(self._settings)]

    def shake_hands(self) -> None:
        """Ask for the versions of its protocol."""
        with socket.create_connection(("127.0.0.1", self.ports["clients"]), timeout=5) as connection:
            connection.sendall(_API_VERSIONS)
            if not connection.recv(4):
                raise ConnectionRefusedError("it answers nothing")

    def _program(self, name: str) -> list[str]:
        return [self._java, *MEMORY, "-cp", f"{self._jars}/*", name]

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"


def fetch(folder: Path) -> None:
    """Put the jars into the folder."""
    where = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    run(program("mvn"), "-q", "-B", "-f", str(DEPENDENCIES), "dependency:copy-dependencies", *where)
