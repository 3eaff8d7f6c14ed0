"""The harnesses of real brokers: how the suites reach them, cut their links and restart them."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

import jmslike
from jmslike.testing import Harness
from tests.brokers import Broker, LocalBroker, UnavailableError
from tests.brokers.fixtures import give_up
from tests.jvm import jars

DELAYS_APART = 0.3
"""Seconds between delivery times that a busy RabbitMQ distinguishes: each queue that a delay passes takes some time."""
_LONG_ENOUGH = 2.0
"""Seconds. RabbitMQ 3.10 cannot recover a quorum queue if it is killed in the second after the queue was declared."""


class JavaClient(NamedTuple):
    """A Java client: the protocol of a broker that it speaks, and its jars."""

    protocol: str
    jars: Callable[[], Path]


JAVA_CLIENTS: Final[Mapping[str, JavaClient]] = {
    "artemis": JavaClient("core", jars.jakarta),
    "activemq": JavaClient("openwire", jars.jakarta),
    "qpid": JavaClient("amqp", jars.jakarta),
    "rabbitmq": JavaClient("amqp", jars.jakarta),
    "openmq": JavaClient("mq", jars.openmq_client),
}
"""By the provider's name in a URL of `jvm:`."""


def harness_of(broker: Broker, protocol: str, resolution: float = Harness.resolution, **options: object) -> Harness:
    """Return the harness of a broker for one of its protocols, with options of the connection factory."""
    url = broker.url(protocol)
    port = urlsplit(url).port
    assert port is not None

    def restart() -> None:
        broker.kill()
        broker.restart()

    return Harness(
        broker.name,
        url,
        options,
        silence=0.3,
        resolution=resolution,
        cut=lambda: cut_links_to(port),
        restart=restart if isinstance(broker, LocalBroker) else None,
        refused_user=broker.refused_user,
    )


def rabbitmq_harness(broker: Broker, protocol: str, **options: object) -> Harness:
    """Return the harness of RabbitMQ, ready for delays."""
    declare_delays(broker)
    return harness_of(broker, protocol, DELAYS_APART, **options)


def declare_delays(rabbitmq: Broker) -> None:
    """Send a delayed message, which declares what delays need, and wait until RabbitMQ surely could recover that."""
    with jmslike.connect(rabbitmq.url("amqp")) as context:
        queue = context.create_temporary_queue()
        context.create_producer().set_delivery_delay(_LONG_ENOUGH).send(queue, "the queues of delays are there")
        assert context.create_consumer(queue).receive(_LONG_ENOUGH + Harness.patience) is not None


def jvm_harness(broker: Broker, provider: str, resolution: float = Harness.resolution, **options: object) -> Harness:
    """Return the harness of a broker through a Java client, by the provider's name in `jvm:`."""
    client, class_path, url = JAVA_CLIENTS[provider], java_client(provider), java_client_url(broker, provider)
    ports = tuple(broker.ports.values()) if isinstance(broker, LocalBroker) else (urlsplit(url[4:]).port or 0,)

    def cut() -> None:
        for port in ports:
            cut_links_to(port)

    harness = harness_of(broker, client.protocol, resolution, classpath=str(class_path), **options)
    return replace(harness, name=f"{broker.name} by jvm:{provider}", url=url, cut=cut)


def jvm_url(broker: Broker, provider: str) -> str:
    """Return the URL of a broker through a Java client, with the class path."""
    return f"{java_client_url(broker, provider)}?classpath={quote(str(java_client(provider)))}"


def java_client(provider: str) -> Path:
    """Return the folder of a provider's jars; where it cannot be had, the test is skipped, which on CI is a failure."""
    try:
        return JAVA_CLIENTS[provider].jars()
    except UnavailableError as missing:
        give_up(f"the Java client of {provider}", missing)


def java_client_url(broker: Broker, provider: str) -> str:
    """Return the URL of a broker through a Java client, by the provider's name in `jvm:`, without the class path."""
    address = urlsplit(broker.url(JAVA_CLIENTS[provider].protocol))
    login = ":".join(quote(part, safe="") for part in broker.user)
    return f"jvm:{provider}://{login}@{address.hostname}:{address.port}{address.path}"


def kafka_harness(broker: Broker, **options: object) -> Harness:
    """Return the harness of Kafka, whose clients reconnect by themselves when a link is cut or a broker restarts."""
    return replace(harness_of(broker, "kafka", **options), cut=None, restart=None, refused_user=None)  # type: ignore[arg-type]


def through_failover(harness: Harness) -> Harness:
    """Return the harness of the same provider through `failover:`, where a loss is final."""
    return replace(harness, name=f"failover {harness.name}", url=f"failover:({harness.url})?max_reconnects=0")


def cut_links_to(port: int) -> None:
    """Break all connections of this process to that port, as if the network had failed."""
    for descriptor in map(int, os.listdir("/dev/fd")):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                with socket.socket(fileno=os.dup(descriptor)) as link:
                    if link.getpeername()[1:2] == (port,):  # Unix sockets have no port
                        link.shutdown(socket.SHUT_RDWR)
