"""Writes docs/compatibility.md from what live connections declare: `python -m tests.compatibility`.

It starts the brokers that it needs. The column of a broker that cannot run here stays on the page as it is.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jmslike import ConnectionFactory
from jmslike.capabilities import Capabilities, Feature, Level, Support
from tests.brokers import Broker, UnavailableError, broker
from tests.harnesses import JAVA_CLIENTS, java_client_url

PAGE = Path(__file__).parent.parent / "docs" / "compatibility.md"


class Wire(NamedTuple):
    """A broker of the tests, reached by a protocol of its own."""

    broker: str
    protocol: str
    options: str = ""

    def url(self, it: Broker) -> str:
        """Return the URL of a connection."""
        return f"{it.url(self.protocol)}{self.options}"


class JavaClient(NamedTuple):
    """A broker of the tests, reached through a Java client, by its name in `jvm:`."""

    broker: str
    provider: str

    def url(self, it: Broker) -> str:
        """Return the URL of a connection. Raises UnavailableError if this machine cannot fetch the client's jars."""
        jars = JAVA_CLIENTS[self.provider].jars()
        return f"{java_client_url(it, self.provider)}?classpath={quote(str(jars), safe='')}"


BROKERS: Mapping[str, str | Wire | JavaClient] = {
    "native": "native://compatibility",
    "native, in a folder": "native://{folder}",
    "Artemis, STOMP": Wire("artemis", "stomp"),
    "Classic, STOMP": Wire("activemq", "stomp"),
    "RabbitMQ, STOMP": Wire("rabbitmq", "stomp"),
    "RabbitMQ, AMQP": Wire("rabbitmq", "amqp"),
    "RabbitMQ's quorum queues, AMQP": Wire("rabbitmq", "amqp", "?profile=plain&queue_type=quorum"),
    "Kafka": Wire("kafka", "kafka"),
    "Artemis, jvm": JavaClient("artemis", "artemis"),
    "Classic, jvm": JavaClient("activemq", "activemq"),
    "AMQP 1.0, jvm": JavaClient("artemis", "qpid"),
    "RabbitMQ, jvm": JavaClient("rabbitmq", "rabbitmq"),
    "OpenMQ, jvm": JavaClient("openmq", "openmq"),
}
"""What is behind each transport of the page; for the native engine its URL."""

JAVA = ", jvm"
"""How the titles end that stand in the second table."""

VERSION = "*version asked*"
WORDS = {Level.UNSUPPORTED: "no"}

INTRODUCTION = """\
# Compatibility

`make docs` writes this page from what live connections declare. Another version of a broker, or other settings,
may differ: `jmslike capabilities URL` and `connection.capabilities` show the same for your own broker.

- **native**: the transport or its broker does it, as the specification says.
- **emulated**: jmslike does it itself, as the specification says.
- **partial**: it works, with the exceptions that are listed below. Behaviours have the ids of
  [the list of behaviours](../tests/semantics.txt).
- **no**: a call that asks for it raises `UnsupportedFeatureError`. A header or property that asks for it arrives, but
  has no effect. The list below says what to use instead.
"""

THROUGH_JAVA = """\
The same through Java clients, by [`jvm:`](jvm.md). The version is the one that the client says. Through JNDI, a
connection declares everything that the client's version of JMS has; as partial what JMS leaves open: groups, and which
consumer of a queue gets a message.
"""


class Declared(NamedTuple):
    """What the page says of one transport: a column of the table, and a section."""

    version: str
    levels: Mapping[str, str]
    details: str


UNKNOWN = Declared("?", {}, "Not asked yet.")


def ask(url: str) -> Declared:
    """Return what a live connection declares."""
    with ConnectionFactory(url).create_connection() as connection:
        return declared(connection.capabilities)


def declared(found: Capabilities) -> Declared:
    """Return the columns of the page, from live connections."""
    levels = {feature.value: WORDS.get(found.level(feature), found.level(feature).value) for feature in Feature}
    partial = [
        line
        for feature in Feature
        if found.level(feature) is Level.PARTIAL
        for line in (f"- {feature.value}", *exceptions(found[feature]))
    ]
    missing = [f"- {feature.value}: {found[feature].reason}" for feature in Feature if not found.supports(feature)]
    lists = [("Partial", partial), ("No", missing)]
    details = "\n\n".join("\n".join([f"{title}:", "", *lines]) for title, lines in lists if lines)
    return Declared(found.version, levels, details or "Everything is supported.")


def exceptions(support: Support) -> Iterator[str]:
    """Return a line for each reason, with the behaviours that do not hold because of it."""
    if support.reason:
        yield f"    - {support.reason}"
    for reason in dict.fromkeys(support.exceptions.values()):
        names = sorted(name for name, why in support.exceptions.items() if why == reason)
        yield f"    - {', '.join(names)}: {reason}"


def render(transports: Mapping[str, Declared]) -> str:
    """Return the page."""
    through_java = {title: column for title, column in transports.items() if title.endswith(JAVA)}
    others = {title: column for title, column in transports.items() if title not in through_java}
    tables = [table(others), THROUGH_JAVA.strip(), table(through_java)] if through_java else [table(others)]
    sections = [f"## {title}\n\n{column.details}" for title, column in transports.items()]
    return "\n\n".join([INTRODUCTION.strip(), *tables, *sections]) + "\n"


def table(transports: Mapping[str, Declared]) -> str:
    """Return a table with a column for each of these transports."""
    columns = transports.values()
    rows = [
        ["feature", *transports],
        ["---"] * (len(transports) + 1),
        [VERSION, *(column.version for column in columns)],
        *([feature.value, *(column.levels.get(feature.value, "?") for column in columns)] for feature in Feature),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def read(page: str) -> dict[str, Declared]:
    """Return what a page says, by the transports' titles."""
    top, *sections = page.split("\n## ")
    details = {title: text.strip() for title, _, text in (section.partition("\n") for section in sections)}
    return {
        title: Declared(version, levels, details[title])
        for rows in tables(top)
        for title, version, levels in columns_of(rows)
    }


def tables(text: str) -> Iterator[list[list[str]]]:
    """Yield the rows of each table, each row as its cells."""
    for is_table, lines in groupby(text.splitlines(), lambda line: line.startswith("|")):
        if is_table:
            yield [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def columns_of(rows: list[list[str]]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield title, version and levels of each column."""
    (_, *titles), _, (_, *versions), *features = rows
    for index, (title, version) in enumerate(zip(titles, versions, strict=True)):
        yield title, version, {name: levels[index] for name, *levels in features}


def main() -> None:
    """Write the page."""
    before = read(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    transports = {}
    for title, behind in BROKERS.items():
        try:
            if isinstance(behind, str):
                with tempfile.TemporaryDirectory() as folder:
                    transports[title] = ask(behind.format(folder=folder))
            else:
                with broker(behind.broker) as it:
                    transports[title] = ask(behind.url(it))
        except UnavailableError as missing:
            print(f"{title} stays as it is: {missing}", file=sys.stderr)
            transports[title] = before.get(title, UNKNOWN)
    PAGE.write_text(render(transports), encoding="utf-8")


if __name__ == "__main__":
    main()
