"""Apache ActiveMQ Classic, from Maven: its jars, run by the few lines of ActiveMQ.java beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.brokers.broker import PASSWORD, USER, LocalBroker, answers_stomp
from tests.brokers.java import built, class_path
from tests.brokers.software import program

HERE = Path(__file__).parent
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
        self._classes = built("activemq", HERE / "pom.xml", [PROGRAM])

    def prepare(self) -> None:
        """Do nothing: the program makes its folders."""

    def command(self) -> list[str]:
        """Run the program."""
        memory = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC"]
        listen = [
            f"stomp://127.0.0.1:{self.ports['stomp']}",
            f"tcp://127.0.0.1:{self.ports['openwire']}",
        ]
        arguments = [PROGRAM.stem, str(self.folder / "data"), USER, PASSWORD, *listen]
        return [self._java, *memory, "-cp", class_path(self._classes), *arguments]

    def shake_hands(self) -> None:
        """Connect by STOMP."""
        answers_stomp(self.ports["stomp"])
