"""`jvm:artemis` beside Java programs with its own client and with that of AMQP 1.0, on one Artemis."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness, Provider
from tests.brokers import Broker
from tests.harnesses import jvm_harness
from tests.interop.checks_of_java_kinds import *  # noqa: F403
from tests.interop.checks_of_messages import *  # noqa: F403
from tests.interop.checks_of_sessions import *  # noqa: F403
from tests.interop.clients import Java, MakeJava, Python, content
from tests.interop.peer import exact
from tests.interop.values import OTHER_KINDS, PROPERTIES


@pytest.fixture(scope="module")
def harness(artemis: Broker) -> Harness:
    return jvm_harness(artemis, "artemis")


@pytest.fixture(params=["core", "qpid"])
def java(request: pytest.FixtureRequest, artemis: Broker, java_program: MakeJava) -> Java:
    return java_program(request.param, artemis)


@pytest.fixture
def native_java(artemis: Broker, java_program: MakeJava) -> Java:
    return java_program("core", artemis)


def test_what_may_be_lost_is_warned_of_once() -> None:  # type: ignore[no-redef]
    """Nothing is lost."""


def test_we_see_no_property_that_java_did_not_set(jms: Provider, python: Python, native_java: Java) -> None:  # type: ignore[no-redef]
    """What Artemis adds to a message of another protocol, its own client shows."""
    queue = jms.queue()
    native_java.send(queue, body="x", properties={"colour": "red"})
    assert set(python.receive(queue).property_names) - {"JMSXDeliveryCount"} == {"colour"}


def test_what_passes_through_java_comes_back_whole(jms: Provider, python: Python, java: Java) -> None:  # type: ignore[no-redef]
    """But a stream with bytes through AMQP 1.0: Artemis fails to write it, and puts it into its dead letters."""
    queue, back = jms.queue(), jms.queue()
    for kind, body in OTHER_KINDS.items():
        if (java.client, kind) == ("qpid", "stream"):
            continue
        with java.session.consumer(queue) as service:
            relayed = service.replying()
            python.send(queue, kind, body, properties=PROPERTIES, reply_to=back)
            relayed()
        message = python.receive(back)
        assert exact(content(message)) == exact((kind, body))
        assert exact({name: message.get_object_property(name) for name in PROPERTIES}) == exact(PROPERTIES)
