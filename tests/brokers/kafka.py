"""Apache Kafka, from Maven: one node that is broker and controller (KRaft)."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from tests.brokers.broker import PASSWORD, USER, LocalBroker
from tests.brokers.certificates import Authority, Credentials
from tests.brokers.software import installed, program, run

DEPENDENCIES = Path(__file__).parent / "kafka.pom.xml"
CLUSTER = "jmslikejmslikejmslikeA"  # 16 bytes, as Kafka spells them
JAVA = ("-Xms128m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
NODE = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "message.max.bytes": "16777216",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
    "log.cleaner.dedupe.buffer.size": "8388608",  # allocated at the start
}
ALONE = {
    "node.id": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
}
LISTENERS = {
    "PLAINTEXT": "clients",
    "CONTROLLER": "controller",
    "SASL_PLAINTEXT": "sasl",
    "SSL": "tls",
    "SASL_SSL": "sasl-tls",
    "GUARDED": "guarded-tls",
}
"""The port of each listener; GUARDED is for those only who show a certificate of the authority."""

PROTOCOLS = {"CONTROLLER": "PLAINTEXT", "GUARDED": "SSL"}
"""What listeners speak that are not named after it."""

HASHES = ("SCRAM-SHA-256", "SCRAM-SHA-512")
SERVER_NAME = "localhost"
"""What the certificate says; 127.0.0.1 is another."""

_PLAIN = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_API_VERSIONS = bytes.fromhex(
    "0000 000e 0012 0000 0000 0001 0004 7465 7374"
)  # the request that every client begins with


class Kafka(LocalBroker):
    """A Kafka that also serves clients without a user, and creates no topics by itself."""

    name = "kafka"
    ports_for = tuple(LISTENERS.values())
    memory: ClassVar = "-Xmx512m"

    @property
    def urls(self) -> Mapping[str, str]:
        """Its URLs for `jmslike`: without and with a user, and over TLS without and with a certificate."""
        login = f"{USER}:{PASSWORD}@"
        return {
            "kafka": f"kafka://127.0.0.1:{self.ports['clients']}",
            "kafka-sasl": f"kafka://{login}127.0.0.1:{self.ports['sasl']}",
            "kafkas": f"kafkas://{SERVER_NAME}:{self.ports['tls']}",
            "kafkas-sasl": f"kafkas://{login}{SERVER_NAME}:{self.ports['sasl-tls']}",
            "kafkas-guarded": f"kafkas://{SERVER_NAME}:{self.ports['guarded-tls']}",
        }

    @property
    def authority(self) -> str:
        """The file of the authority that certified the broker."""
        return str(self.folder / "authority.pem")

    @property
    def client(self) -> Credentials:
        """The certificate and key of a client."""
        return Credentials(str(self.folder / "client.pem"), str(self.folder / "client.key"))

    def install(self) -> None:
        """Fetch the jars, again when they change."""
        self._java = program("java")
        version = hashlib.sha256(DEPENDENCIES.read_bytes()).hexdigest()[:8]
        self._jars = installed(f"kafka-{version}", fetch)

    def prepare(self) -> None:
        """Write the settings, and make the log's folder."""
        settings = NODE | {"log.dirs": str(self.folder / "data")} | self.settings()
        self._settings.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        users = (f"--add-scram={hashed}=[name={USER},password={PASSWORD}]" for hashed in HASHES)
        run(*self._program("kafka.tools.StorageTool"), "format", "-t", CLUSTER, "-c", str(self._settings), *users)

    def settings(self) -> dict[str, str]:
        """Return its listeners and users; the other settings are common to all nodes."""
        listeners = [f"{name}://127.0.0.1:{self.ports[port]}" for name, port in LISTENERS.items()]
        advertised = [
            f"{name}://{SERVER_NAME if port.endswith('tls') else '127.0.0.1'}:{self.ports[port]}"
            for name, port in LISTENERS.items()
            if name != "CONTROLLER"
        ]
        return {
            **ALONE,
            "listeners": ",".join(listeners),
            "advertised.listeners": ",".join(advertised),
            "listener.security.protocol.map": ",".join(f"{name}:{PROTOCOLS.get(name, name)}" for name in LISTENERS),
            "controller.quorum.voters": f"1@127.0.0.1:{self.ports['controller']}",
            **self._sasl(),
            **self._tls(),
        }

    def command(self) -> list[str]:
        """Run the broker."""
        return [*self._program("kafka.Kafka"), str(self._settings)]

    def shake_hands(self) -> None:
        """Ask for the versions of its protocol."""
        with socket.create_connection(("127.0.0.1", self.ports["clients"]), timeout=5) as connection:
            connection.sendall(_API_VERSIONS)
            if not connection.recv(4):
                raise ConnectionRefusedError("it answers nothing")

    def _sasl(self) -> dict[str, str]:
        modules = {"plain": _PLAIN} | {hashed.lower(): _SCRAM for hashed in HASHES}
        return {"sasl.enabled.mechanisms": ",".join(("PLAIN", *HASHES))} | {
            f"listener.name.{listener}.{mechanism}.sasl.jaas.config": module
            for listener in ("sasl_plaintext", "sasl_ssl")
            for mechanism, module in modules.items()
        }

    def _tls(self) -> dict[str, str]:
        authority = Authority(self.folder)
        authority.certify("client", "extendedKeyUsage = clientAuth")
        server = authority.certify("server", f"subjectAltName = DNS:{SERVER_NAME}")
        shown = self.folder / "shown.pem"
        shown.write_text("".join(Path(file).read_text() for file in server))
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(shown),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": authority.file,
            "listener.name.guarded.ssl.client.auth": "required",
        }

    def _program(self, name: str) -> list[str]:
        return [self._java, *JAVA, self.memory, "-cp", f"{self._jars}/*", name]

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"


def fetch(folder: Path) -> None:
    """Put the jars into the folder."""
    where = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    run(program("mvn"), "-q", "-B", "-f", str(DEPENDENCIES), "dependency:copy-dependencies", *where)
