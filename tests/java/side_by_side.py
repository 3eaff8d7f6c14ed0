"""Writes docs/java-members.md, Java's JMS beside Python's: `python -m tests.java.side_by_side`. Needs a JDK and Maven.

What Java has is read from the jar of Jakarta Messaging, what Python has from the mechanism of `jmslike.java`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

import jmslike
import jmslike.java
from jmslike.java.errors import EXCEPTIONS
from jmslike.java.names import python_name
from jmslike.migration.absent import absence
from tests.java.api import Member, jars, members

PAGE: Final = Path(__file__).parents[2] / "docs" / "java-members.md"

_INTRODUCTION: Final = """\
# Java and Python side by side

All of Jakarta Messaging 3.1, which has all of JMS 2.0, beside the names of `jmslike`. `make docs` writes this page. The
names in `jmslike.java` are Java's own ([Java's names](java-names.md)). [Names of the API](api-names.md) has the
rules, and what a name means here where that differs.

A getter and its setter are an attribute: `message.getText()` is `message.text`, `message.setText("lamp")` is
`message.text = "lamp"`.
"""

_SECTIONS: Final[Mapping[str, Sequence[str]]] = {
    "Connections and sessions": ("ConnectionFactory", "Connection", "ConnectionMetaData", "Session", "JMSContext"),
    "Sending": ("MessageProducer", "JMSProducer", "CompletionListener", "DeliveryMode"),
    "Receiving": ("MessageConsumer", "JMSConsumer", "MessageListener", "QueueBrowser", "ExceptionListener"),
    "Messages": ("Message", "TextMessage", "BytesMessage", "MapMessage", "StreamMessage", "ObjectMessage"),
    "Destinations": ("Queue", "Topic", "TemporaryQueue", "TemporaryTopic"),
    "Request and reply": ("QueueRequestor", "TopicRequestor"),
    "The types of JMS 1.0": (
        *("QueueConnectionFactory", "QueueConnection", "QueueSession", "QueueSender", "QueueReceiver"),
        *("TopicConnectionFactory", "TopicConnection", "TopicSession", "TopicPublisher", "TopicSubscriber"),
    ),
}

_SESSION: Final = "`create_session(transacted=False, acknowledge_mode=Session.AUTO_ACKNOWLEDGE)`"
_WRITTEN: Final = {
    "createPublisher": "`create_producer(destination)`",
    "createQueueConnection": "`create_connection(user_name=None, password=None)`",
    "createQueueSession": _SESSION,
    "createReceiver": "`create_consumer(destination, message_selector=None)`",
    "createSession": _SESSION,
    "createSender": "`create_producer(destination)`",
    "createSubscriber": "`create_consumer(destination, message_selector=None, no_local=False)`",
    "createTopicConnection": "`create_connection(user_name=None, password=None)`",
    "createTopicSession": _SESSION,
    "getAsync": "`async_listener`",
    "getEnumeration": "`for message in browser`",
    "getErrorCode": "`error_code`",
    "getJMSMajorVersion": "`jms_major_version`",
    "getJMSMinorVersion": "`jms_minor_version`",
    "getJMSVersion": "`jms_version`",
    "getLinkedException": "`linked_exception`",
    "QueueReceiver.getQueue": "no name: the queue it was made for",
    "QueueSender.getQueue": "`destination`",
    "TopicPublisher.getTopic": "`destination`",
    "TopicSubscriber.getTopic": "no name: the topic it was made for",
    "onCompletion": "`on_completion(message)`",
    "CompletionListener.onException": "`on_exception(message, error)`",
    "onException": "`on_exception(error)`, or any callable",
    "onMessage": "`on_message(message)`, or any callable",
    "publish": "`send`",
    "setLinkedException": "`linked_exception`",
}
"""What stands in Python for what has no name of its own there, by Java's name; it stands alone or after its type."""


def page() -> str:
    """Return the text of the page. Raises UnavailableError if this machine cannot fetch the jars."""
    jakarta, _ = jars()
    found = [member for member in members(jakarta) if member.name != "toString"]
    lines = [_INTRODUCTION]
    for title, types in _SECTIONS.items():
        lines.append(f"## {title}\n")
        for each in types:
            lines += [f"### {each}\n", *_table(each, [member for member in found if member.type == each]), ""]
    return "\n".join([*lines, *_errors(found), "", *_absent(found), ""])


def _table(owner: str, found: Sequence[Member]) -> Iterator[str]:
    here = {member: _meaning(owner, member) for member in found if absence(member.type, member.name) is None}
    if not here:
        yield "has no members of its own."
        return
    yield from ("| Java | Python |", "|---|---|")
    for meaning in dict.fromkeys(here.values()):
        java = "<br>".join(f"`{member.call}`" for member in here if here[member] == meaning)
        yield f"| {java} | {meaning} |"


def _meaning(owner: str, member: Member) -> str:
    """Return what stands in Python for a member of Java's."""
    if member.parameters is None:
        return f"`{member.name}`"
    for written in (f"{owner}.{member.name}", member.name):
        if written in _WRITTEN:
            return _WRITTEN[written]
    java = getattr(jmslike.java, owner)
    python = owner if member.name == owner else python_name(java, member.name)
    assert python is not None, member
    core = getattr(jmslike, owner, None) or next(each for each in java.__mro__ if each.__module__ != java.__module__)
    found = core if python == owner else inspect.getattr_static(core, python)
    if isinstance(found, property):
        return f"`{python}`{_unit(found.fset or found.fget)}"
    return f"`{python}({', '.join(_parameters(found))})`{_unit(found)}"


def _parameters(function: Any) -> Iterator[str]:
    for each in inspect.signature(function).parameters.values():
        if each.name == "self" or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        yield each.name if each.default is each.empty else f"{each.name}={_value(each.default)}"


def _value(default: object) -> str:
    return f"Session.{default.name}" if isinstance(default, Enum) else repr(default)


def _unit(function: Any) -> str:
    annotations = [str(each.annotation) for each in inspect.signature(function).parameters.values()]
    return ", time in seconds" if any("Duration" in each for each in annotations) else ""


def _errors(found: Sequence[Member]) -> Iterator[str]:
    yield from ("## Exceptions\n", "All have `error_code` and `linked_exception`. The text is `str(error)`.\n")
    yield from ("| Java | Python |", "|---|---|")
    types = dict.fromkeys(member.type for member in found)
    for error in dict.fromkeys(EXCEPTIONS.values()):
        names = [f"`{name}`" for name in types if EXCEPTIONS.get(name) is error]
        if names:
            yield f"| {', '.join(names)} | `{error.__name__}` |"


def _absent(found: Sequence[Member]) -> Iterator[str]:
    yield from ("## What is not there\n", "| Java | why |", "|---|---|")
    reasons: dict[str, dict[str, None]] = {}
    for member in found:
        why = absence(member.type, member.name)
        if why is not None:
            is_whole = absence(member.type, "") is not None
            name = member.type if is_whole else f"{member.type}.{member.name}"
            reasons.setdefault(why, {})[f"`{name}`"] = None
    for why, names in reasons.items():
        yield f"| {', '.join(names)} | {why} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
