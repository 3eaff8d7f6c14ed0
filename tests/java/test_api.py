"""Every public member of JMS 3.1 and 2.0 is there in Java's names, or listed with the reason why not."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

import jmslike.java
from jmslike.java.names import bean_name
from tests.brokers import UnavailableError
from tests.java.api import JARS, Member, jars, members, parsed

_XA: Final = "transactions across resources have no counterpart: use a local one, and make the work repeatable"
_XA_TYPES: Final = (
    "XAConnection",
    "XAConnectionFactory",
    "XAJMSContext",
    "XAQueueConnection",
    "XAQueueConnectionFactory",
    "XAQueueSession",
    "XASession",
    "XATopicConnection",
    "XATopicConnectionFactory",
    "XATopicSession",
)
_SERVER: Final = "is for application servers: here a ListenerContainer has a session for each thread"
_INJECTION: Final = "is an annotation for injection in application servers"
_CONSUMER_OF_A_SERVER: Final = f"a ConnectionConsumer {_SERVER}"

ABSENT: Final[Mapping[str, str]] = {
    "ConnectionConsumer": _SERVER,
    "JMSConnectionFactory": _INJECTION,
    "JMSConnectionFactoryDefinition": _INJECTION,
    "JMSConnectionFactoryDefinitions": _INJECTION,
    "JMSDestinationDefinition": _INJECTION,
    "JMSDestinationDefinitions": _INJECTION,
    "JMSPasswordCredential": _INJECTION,
    "JMSSessionMode": _INJECTION,
    "ServerSession": _SERVER,
    "ServerSessionPool": _SERVER,
    **dict.fromkeys(_XA_TYPES, _XA),
    "createConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "createDurableConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "createSharedConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "createSharedDurableConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "Session.getMessageListener": f"the listener of a session {_SERVER}",
    "Session.run": f"a session as a Runnable {_SERVER}",
    "Session.setMessageListener": f"the listener of a session {_SERVER}",
    "toString": "is str()",
}
"""What is not there, by the name of the type, of the method, or of both."""


def reason(member: Member) -> str | None:
    """Return why the member is not there, or None."""
    return next(
        (ABSENT[key] for key in (member.type, member.name, f"{member.type}.{member.name}") if key in ABSENT), None
    )


def is_there(member: Member) -> bool:
    """Whether the type has the member, and takes that number of arguments."""
    kind = getattr(jmslike.java, member.type, None)
    constructs = member.name == member.type
    found: Any = kind if constructs else getattr(kind, member.name, None)
    if member.parameters is None or found is None:
        return found is not None
    arguments = [None] * (member.parameters + (not constructs))
    try:
        inspect.signature(found).bind(*arguments)
    except TypeError:
        return False
    return True


@pytest.mark.broker
@pytest.mark.parametrize("jar", JARS)
def test_every_member_of_jms_is_there_or_has_a_reason(jar: str) -> None:
    found = members(path_of(jar))
    assert len(found) > 400
    assert [str(member) for member in found if reason(member) is None and not is_there(member)] == []


@pytest.mark.broker
def test_no_reason_is_needless() -> None:
    found = [member for jar in JARS for member in members(path_of(jar))]
    used = {key for member in found for key in (member.type, member.name, f"{member.type}.{member.name}")}
    assert sorted(set(ABSENT) - used) == []
    assert [str(member) for member in found if reason(member) is not None and is_there(member)] == []


@pytest.mark.broker
@pytest.mark.parametrize("jar", JARS)
def test_every_getter_and_setter_is_an_attribute_as_in_jython(jar: str) -> None:
    found = [member for member in members(path_of(jar)) if reason(member) is None]
    getters = [member for member in found if member.name.startswith("get") and member.parameters == 0]
    setters = [member for member in found if member.name.startswith("set") and member.parameters == 1]
    assert [str(member) for member in getters if attribute(member) is None] == ["JMSProducer.getAsync(0)"]
    read_only = [str(member) for member in setters if getattr(attribute(member), "fset", None) is None]
    assert read_only == ["JMSProducer.setAsync(1)"]


def attribute(member: Member) -> object:
    """Return the attribute that Jython makes of a getter or setter; `async` is a word of Python's."""
    return getattr(getattr(jmslike.java, member.type), bean_name(member.name[3:]), None)


def path_of(jar: str) -> Path:
    """Return the jar. Without a JDK and Maven the test is skipped, which on CI is a failure."""
    try:
        return next(path for path in jars() if path.name == jar)
    except UnavailableError as missing:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"the API of JMS: {missing}")


def test_members_are_found_in_what_javap_prints() -> None:
    text = """\
Compiled from "Session.java"
public interface jakarta.jms.Session extends java.lang.Runnable,java.lang.AutoCloseable {
  public static final int AUTO_ACKNOWLEDGE;
  public abstract jakarta.jms.Message createMessage() throws jakarta.jms.JMSException;
  public abstract <T> T send(java.util.Map<java.lang.String, java.lang.Object>, int) throws jakarta.jms.JMSException;
}
public class jakarta.jms.JMSException extends java.lang.Exception {
  public jakarta.jms.JMSException(java.lang.String, java.lang.String);
}
"""
    assert list(parsed(text)) == [
        Member("Session", "AUTO_ACKNOWLEDGE", None),
        Member("Session", "createMessage", 0),
        Member("Session", "send", 2),
        Member("JMSException", "JMSException", 2),
    ]


@pytest.mark.parametrize(
    "member",
    [
        Member("Session", "createNothing", 0),
        Member("Session", "createQueue", 2),
        Member("Session", "NO_ACKNOWLEDGE", None),
        Member("Nothing", "run", 0),
    ],
)
def test_what_is_missing_is_found(member: Member) -> None:
    assert not is_there(member)
