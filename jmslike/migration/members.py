"""The members of the types of JMS, as the classes of `jmslike.java` have them."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Final

import jmslike.java
from jmslike.migration.java_types import facade

TYPES: Final = frozenset(name for name in jmslike.java.__all__ if isinstance(getattr(jmslike.java, name), type))
"""The simple names of the types."""

OF_EVERY_OBJECT: Final = frozenset(
    (
        *("clone", "equals", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait"),
        *("addSuppressed", "fillInStackTrace", "getLocalizedMessage", "getStackTrace", "getSuppressed", "initCause"),
        *("printStackTrace", "setStackTrace"),
    )
)
"""What every object of Java has, and every exception."""

_JMS_ALONE: Final = frozenset(
    (
        *("createBytesMessage", "createMapMessage", "createObjectMessage", "createStreamMessage", "createTextMessage"),
        *("createDurableConsumer", "createDurableSubscriber", "createSharedConsumer", "createSharedDurableConsumer"),
        *("createConnectionConsumer", "createDurableConnectionConsumer", "createSharedConnectionConsumer"),
        *("createSharedDurableConnectionConsumer", "createTemporaryQueue", "createTemporaryTopic"),
        *("createQueueConnection", "createQueueSession", "createTopicConnection", "createTopicSession"),
        *("createXAConnection", "createXAContext", "createXASession", "receiveBodyNoWait", "receiveNoWait"),
        *("setDisableMessageID", "setDisableMessageTimestamp", "setMessageListener"),
    )
)


@cache
def class_with(owner: str, member: str) -> type | None:
    """Return the class of `jmslike.java` that has the member: the owner's, or one below it; None if there is none.

    What `receive` returns is a Message, and a TextMessage where the program asks it for its text.
    """
    cls = facade(owner)
    if cls is None:
        return None
    below = [each for name in sorted(TYPES) if issubclass(each := getattr(jmslike.java, name), cls)]
    return next((each for each in (cls, *below) if hasattr(each, member)), None)


def is_of_jms_alone(member: str) -> bool:
    """Whether only JMS has a method of that name, so that it counts on an object of unknown type, too."""
    return member in _JMS_ALONE or member.startswith(("getJMS", "setJMS"))


def is_of_jms_too(member: str) -> bool:
    """Whether a type of JMS has a method of that name, as others may have."""
    return member in _methods()


@cache
def _methods() -> frozenset[str]:
    classes = [getattr(jmslike.java, name) for name in TYPES]
    return frozenset(
        member
        for cls in classes
        for member in dir(cls)
        if not member.startswith("_") and "_" not in member
        if getattr(inspect.getattr_static(cls, member), "__module__", "").startswith("jmslike.")
    )
