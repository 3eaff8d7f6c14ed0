"""Eclipse OpenMQ, from Maven: the reference implementation of Jakarta Messaging."""

from __future__ import annotations

import hashlib
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from tests.brokers.broker import PASSWORD, USER, LocalBroker
from tests.brokers.software import installed, program, run

VERSION = "6.5.1"
"""The last version that runs on Java 17."""
INSTANCE = "jmslike"
BROKER = "com.sun.messaging.jmq.jmsserver.Broker"


class OpenMQ(LocalBroker):
    """An OpenMQ that asks for a password, with no service but the one for clients.

    Its port mapper tells clients the port of that service. Both are fixed, so that a test knows them.
    """

    name = "openmq"
    ports_for = ("names", "jms")

    @property
    def urls(self) -> Mapping[str, str]:
        """The address of its port mapper, and that of the service itself as its own client spells it."""
        return {
            "mq": f"mq://{USER}:{PASSWORD}@127.0.0.1:{self.ports['names']}",
            "mqtcp": f"mqtcp://127.0.0.1:{self.ports['jms']}/jms",
        }

    def install(self) -> None:
        """Unpack the distribution."""
        self._java = program("java")
        self._home = distribution()

    def prepare(self) -> None:
        """Write its file of users, each with the MD5 of name and password as Java prints that number."""
        digest = hashlib.md5(f"{USER}:{PASSWORD}".encode(), usedforsecurity=False).digest()
        users = self.folder / "instances" / INSTANCE / "etc" / "passwd"
        users.parent.mkdir(parents=True)
        users.write_text(f"{USER}:{int.from_bytes(digest, signed=True):x}:user:1\n")

    def command(self) -> list[str]:
        """Run the broker."""
        memory = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC"]
        folders = {
            "home": self._home,
            "varhome": self.folder,
            "etchome": self._home / "etc",
            "libhome": self._libraries,
        }
        where = [f"-Dimq.{name}={path}" for name, path in folders.items()]
        settings = {
            "imq.hostname": "127.0.0.1",
            "imq.jms.tcp.port": self.ports["jms"],
            "imq.service.activelist": "jms",
            "imq.accesscontrol.enabled": "false",  # each user may do everything
            "imq.jmx.connector.activelist": "",
            "imq.cluster.nocluster": "true",
            "imq.transaction.consumer.maxNumMsgs": "100000",  # a test receives more than 100 in a transaction
        }
        arguments = ["-name", INSTANCE, "-port", str(self.ports["names"]), "-tty"]
        arguments += [f"-D{name}={value}" for name, value in settings.items()]
        return [self._java, *memory, "-cp", str(self._libraries / "imqbroker.jar"), *where, BROKER, *arguments]

    def shake_hands(self) -> None:
        """Ask the port mapper for the service, and connect to that; the service starts last."""
        with socket.create_connection(("127.0.0.1", self.ports["names"]), timeout=5) as mapper:
            mapper.sendall(b"101\n")
            services = b"".join(iter(lambda: mapper.recv(4096), b""))
        if f"jms tcp NORMAL {self.ports['jms']}".encode() not in services:
            raise ConnectionRefusedError(f"it offers {services!r}")
        socket.create_connection(("127.0.0.1", self.ports["jms"]), timeout=5).close()

    @property
    def _libraries(self) -> Path:
        return self._home / "lib"


def distribution() -> Path:
    """Return the folder of the distribution, fetched from Maven's repository the first time."""
    return installed(f"openmq-{VERSION}", unpack) / "mq"


def client() -> Path:
    """Return a folder with the jars of its Java client. Raises UnavailableError if they cannot be fetched."""

    def gather(folder: Path) -> None:
        for name in ("imq.jar", "jms.jar"):
            shutil.copy(distribution() / "lib" / name, folder)

    return installed(f"openmq-client-{VERSION}", gather)


def unpack(folder: Path) -> None:
    """Fetch the distribution from Maven's repository."""
    artifact = f"org.glassfish.mq:mq-distribution:{VERSION}:zip"
    command = [program("mvn"), "-q", "-B", "dependency:unpack", f"-Dartifact={artifact}", "-DoutputDirectory=."]
    run(*command, folder=folder)  # it leaves a marker in the folder, and does nothing where it finds one
