"""Apache ActiveMQ Classic, from Maven: its jars, run by the few lines of ActiveMQ.java beside this file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from tests.brokers.broker import PASSWORD, USER, LocalBroker, answers_stomp
from tests.brokers.software import installed, program, run

HERE = Path(__file__).parent
DEPENDENCIES = HERE / "pom.xml"
PROGRAM = HERE / "ActiveMQ.java"


class ActiveMQ(LocalBroker):
    """An ActiveMQ Classic with scheduler and priorities, that asks for a password."""

    name = "activemq"
    ports_for = ("stomp", "openwire")

    @property
    def urls(self) -> Mapping[str, str]:
        """STOMP as `jmslike` spells it, and the address for Java clients."""
        return {
            "stomp": f"stomp://{USER}:{PASSWORD}@127.0.0.1:{self.ports['stomp']}",
            "openwire": f"tcp://127.0.0.1:{self.ports['openwire']}",
        }

    def install(self) -> None:
        """Fetch the jars and compile the program, again when either changes."""
        self._java = program("java")
        version = hashlib.sha256(DEPENDENCIES.read_bytes() + PROGRAM.read_bytes()).hexdigest()[:8]
        self._classes = installed(f"activemq-{version}", build)

    def prepare(self) -> None:
        """Do nothing: the program makes its folders."""

    def command(self) -> list[str]:
        """Run the program."""
        memory = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC"]
        listen = [
            f"stomp://127.0.0.1:{self.ports['stomp']}",
            f"tcp://127.0.0.1:{self.ports['openwire']}",
        ]
        classes = f"{self._classes}:{self._classes}/*"
        return [self._java, *memory, "-cp", classes, PROGRAM.stem, str(self.folder / "data"), USER, PASSWORD, *listen]

    def shake_hands(self) -> None:
        """Connect by STOMP."""
        answers_stomp(self.ports["stomp"])


def build(folder: Path) -> None:
    """Put the jars and the compiled program into the folder."""
    where = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    run(program("mvn"), "-q", "-B", "-f", str(DEPENDENCIES), "dependency:copy-dependencies", *where)
    run(program("javac"), "-cp", f"{folder}/*", "-d", str(folder), str(PROGRAM))
