"""Apache Artemis, from Maven: one port for all its protocols."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.brokers.broker import PASSWORD, USER, LocalBroker, answers_stomp
from tests.brokers.software import installed, program, run

VERSION = "2.44.0"
GATHER = "<journal-buffer-timeout>100000</journal-buffer-timeout>"  # nanoseconds a write waits for others, not 3 ms
ENDLESS = "<max-delivery-attempts>-1</max-delivery-attempts>"  # of 10, after which the broker moves a message
COUNT = "<persist-delivery-count-before-delivery>true</persist-delivery-count-before-delivery>"  # survives a crash


class Artemis(LocalBroker):
    """An Artemis as `artemis create` makes it, but it asks for a password and does not wait for the disk.

    What a killed process wrote is safe all the same: only a power cut would lose it.
    """

    name = "artemis"
    ports_for = ("all",)

    @property
    def urls(self) -> Mapping[str, str]:
        """STOMP as `jmslike` spells it, and the address for Java clients of the protocols core, openwire and amqp."""
        port = self.ports["all"]
        return {
            "stomp": f"stomp://{USER}:{PASSWORD}@127.0.0.1:{port}",
            "core": f"tcp://127.0.0.1:{port}",
            "openwire": f"tcp://127.0.0.1:{port}",
            "amqp": f"amqp://127.0.0.1:{port}",
        }

    def install(self) -> None:
        """Unpack the distribution."""
        program("java")
        self._home = installed(f"artemis-{VERSION}", unpack) / f"apache-artemis-{VERSION}"

    def prepare(self) -> None:
        """Make an instance without a limit of disk use, and without a write delay for a single sender."""
        login = ["--user", USER, "--password", PASSWORD, "--require-login"]
        listen = ["--host", "127.0.0.1", "--default-port", str(self.ports["all"]), "--no-web"]
        others = [f"--no-{protocol}-acceptor" for protocol in ("amqp", "hornetq", "mqtt", "stomp")]
        journal = ["--mapped", "--no-fsync", "--no-autotune"]
        artemis = str(self._home / "bin" / "artemis")
        run(artemis, "create", *login, *listen, *others, *journal, "--silent", "--force", str(self._instance))
        settings = self._instance / "etc" / "broker.xml"
        text = settings.read_text().replace("<max-disk-usage>90<", "<max-disk-usage>100<")
        text = text.replace('<address-setting match="#">', f'<address-setting match="#">{ENDLESS}')
        settings.write_text(text.replace("<journal-datasync>", f"{COUNT}{GATHER}<journal-datasync>"))

    def command(self) -> list[str]:
        """Run the instance."""
        return [str(self._instance / "bin" / "artemis"), "run"]

    def environment(self) -> dict[str, str]:
        """Keep it small."""
        internals = "--add-opens java.base/jdk.internal.misc=ALL-UNNAMED"
        return {"JAVA_ARGS": f"-Xms64m -Xmx256m -XX:+UseSerialGC -Dlog4j2.disableJmx=true {internals}"}

    def shake_hands(self) -> None:
        """Connect by STOMP."""
        answers_stomp(self.ports["all"])

    @property
    def _instance(self) -> Path:
        return self.folder / "instance"


def unpack(folder: Path) -> None:
    """Fetch the distribution from Maven's repository."""
    artifact = f"org.apache.activemq:apache-artemis:{VERSION}:tar.gz:bin"
    command = [program("mvn"), "-q", "-B", "dependency:unpack", f"-Dartifact={artifact}", "-DoutputDirectory=."]
    run(*command, folder=folder)  # it leaves a marker in the folder, and does nothing where it finds one
