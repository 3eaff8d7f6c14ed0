"""Every public member of JMS 3.1 and 2.0 is there in Java's names, or listed with the reason why not."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

import pytest

import jmslike.java
from jmslike.java.names import bean_name
from jmslike.migration.absent import ABSENT, absence
from tests.brokers import UnavailableError
from tests.java import side_by_side
from tests.java.api import JARS, Member, jars, members, parsed


def is_there(member: Member) -> bool:
    """Whether the type has the member, and takes that number of arguments."""
    kind = getattr(jmslike.java, member.type, None)
    constructs = member.name == member.type
    found: Any = kind if constructs else getattr(kind, member.name, None)
    if member.parameters is None or found is None:
        return found is not None
    arguments = [None] * (len(member.parameters) + (not constructs))
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
    assert [str(member) for member in found if absence(member.type, member.name) is None and not is_there(member)] == []


@pytest.mark.broker
def test_no_reason_is_needless() -> None:
    found = [member for jar in JARS for member in members(path_of(jar))]
    used = {key for member in found for key in (member.type, member.name, f"{member.type}.{member.name}")}
    assert sorted(set(ABSENT) - used) == []
    assert [str(member) for member in found if absence(member.type, member.name) is not None and is_there(member)] == []


@pytest.mark.broker
def test_the_page_of_members_is_as_the_jar_and_the_mechanism_have_them() -> None:
    path_of(JARS[0])
    assert side_by_side.PAGE.read_text(encoding="utf-8") == side_by_side.page(), "run `make docs`"


@pytest.mark.broker
@pytest.mark.parametrize("jar", JARS)
def test_every_getter_and_setter_is_an_attribute_as_in_jython(jar: str) -> None:
    found = [member for member in members(path_of(jar)) if absence(member.type, member.name) is None]
    getters = [member for member in found if member.name.startswith("get") and member.parameters == ()]
    setters = [member for member in found if member.name.startswith("set") and len(member.parameters or ()) == 1]
    assert [str(member) for member in getters if attribute(member) is None] == ["JMSProducer.getAsync()"]
    read_only = [str(member) for member in setters if getattr(attribute(member), "fset", None) is None]
    assert read_only == ["JMSProducer.setAsync(CompletionListener)"]


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
        Member("Session", "createMessage", ()),
        Member("Session", "send", ("Map", "int")),
        Member("JMSException", "JMSException", ("String", "String")),
    ]


@pytest.mark.parametrize(
    "member",
    [
        Member("Session", "createNothing", ()),
        Member("Session", "createQueue", ("String", "String")),
        Member("Session", "NO_ACKNOWLEDGE", None),
        Member("Nothing", "run", ()),
    ],
)
def test_what_is_missing_is_found(member: Member) -> None:
    assert not is_there(member)
