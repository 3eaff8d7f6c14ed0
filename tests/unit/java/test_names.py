"""The mechanism that makes Java's names."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import jmslike
import jmslike.java
from jmslike.java.names import bean_name, capitalized, java_method_name, java_names, python_name


@pytest.mark.parametrize(
    ("python", "java"),
    [
        ("client_id", "ClientID"),
        ("meta_data", "MetaData"),
        ("correlation_id_as_bytes", "CorrelationIDAsBytes"),
        ("jms_provider_name", "JMSProviderName"),
        ("jmsx_property_names", "JMSXPropertyNames"),
    ],
)
def test_capitals(python: str, java: str) -> None:
    assert capitalized(python) == java


@pytest.mark.parametrize(
    ("python", "java"),
    [
        ("receive", "receive"),
        ("receive_no_wait", "receiveNoWait"),
        ("create_shared_durable_consumer", "createSharedDurableConsumer"),
        ("read_utf", "readUTF"),
    ],
)
def test_methods(python: str, java: str) -> None:
    assert java_method_name(python) == java


def test_attributes_are_those_that_jython_makes_of_getters() -> None:
    assert [bean_name(each) for each in ("Text", "ClientID", "JMSReplyTo", "URL")] == [
        "text", "clientID", "JMSReplyTo", "URL",
    ]  # fmt: skip


def test_every_public_name_of_the_core_has_its_java_name() -> None:
    missing = [
        f"{kind.__name__}.{name}"
        for kind in classes()
        for name, member in inherited(kind)
        if not java_forms(name, member) & set(dir(kind))
    ]
    assert missing == []


def classes() -> list[type]:
    every = {name: value for name, value in vars(jmslike.java).items() if name in vars(jmslike)}
    return [kind for kind in every.values() if isinstance(kind, type) and kind.__module__.startswith("jmslike.java")]


def inherited(kind: type) -> list[tuple[str, Any]]:
    core = getattr(jmslike, kind.__name__)
    return [(name, getattr(core, name)) for name in dir(core) if re.fullmatch("[a-z]+(_[a-z]+)+", name)]


def java_forms(name: str, member: object) -> set[str]:
    """Return the names of which one must be there, by the rules; none is needed for what is no method."""
    if isinstance(member, property):
        return {f"get{capitalized(name)}", f"getJMS{capitalized(name)}"}
    if not callable(member) or name.endswith("_type") or inspect.ismethod(member):  # that is a class method
        return {"__doc__"}
    return {java_method_name(name), java_method_name(name, is_header=True)}


def test_a_duration_is_in_milliseconds_and_a_listener_has_the_methods_of_java() -> None:
    given: list[object] = []

    class Device:
        @property
        def delay(self) -> float:
            return 1.5

        @delay.setter
        def delay(self, value: jmslike.durations.Duration) -> None:
            given.append(value)

        def wait_for(self, timeout: jmslike.durations.Duration | None = None) -> None:
            given.append(timeout)

    Device.__module__ = "jmslike.of_a_test"
    device: Any = java_names(Device)()
    device.setDelay(20)
    device.waitFor(30)
    device.waitFor(0)
    device.waitFor()
    device.waitFor(timeout=40)
    assert given == [0.02, 0.03, None, None, 0.04]
    assert device.getDelay() == 1500


def test_what_the_body_of_a_class_writes_stays() -> None:
    class Device:
        def turn_on(self) -> str:
            return "on"

        def turnOn(self) -> str:
            return "on, as in Java"

    assert java_names(Device)().turnOn() == "on, as in Java"


@pytest.mark.parametrize(
    ("owner", "java", "python"),
    [
        ("Session", "createSharedDurableConsumer", "create_shared_durable_consumer"),
        ("Message", "getJMSReplyTo", "reply_to"),
        ("TextMessage", "JMSReplyTo", "reply_to"),
        ("JMSProducer", "setPriority", "set_priority"),
        ("MessageConsumer", "receive", "receive"),
        ("QueueSession", "close", "close"),
        ("QueueSession", "createReceiver", None),
        ("QueueBrowser", "getEnumeration", None),
        ("Session", "createNothing", None),
    ],
)
def test_a_java_name_is_found_in_the_core(owner: str, java: str, python: str | None) -> None:
    assert python_name(getattr(jmslike.java, owner), java) == python
