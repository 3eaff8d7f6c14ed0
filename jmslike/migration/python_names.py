"""What names mean in Python programs that use JMS: those of modules, and the members of objects in Java's spelling."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from jmslike.java.names import capitalized, java_method_name, python_name
from jmslike.migration.java_types import MESSAGING, JavaType, facade, is_messaging, return_type
from jmslike.migration.members import TYPES, class_with


@dataclass(frozen=True, slots=True)
class Known:
    """What an expression is known to be, and its name.

    "value": an object of that Java type. "class": the type itself. "module": a module, by its full name. "function":
    one of jmslike, by its full name, or one of the program. "own": an object of a class of the program, and "own class"
    the class. "items": several objects of that type. "looked up": what JNDI has found. "other": nothing of JMS.
    """

    kind: Literal["value", "class", "module", "function", "own", "own class", "items", "looked up", "other"]
    name: str = ""


OTHER: Final = Known("other")

_LOOKED_UP: Final = Known("looked up")

_FACTORIES: Final = {
    "createConnection": "ConnectionFactory",
    "createContext": "ConnectionFactory",
    "createQueueConnection": "QueueConnectionFactory",
    "createTopicConnection": "TopicConnectionFactory",
}
"""What makes connections, by its method."""
_FUNCTIONS: Final = {
    "jmslike.connect": "JMSContext",
    "jmslike.aio.connect": "JMSContext",
    "jmslike.listening.listen": "listening.ContainerGroup",
    "jmslike.listening.jms_listener": "listening.jms_listener",
}
"""The functions of jmslike, each with the type whose constructor the call is."""
_TEMPLATE: Final = "listening.JmsTemplate"
_LISTENING: Final = {"ContainerGroup", "JmsTemplate", "ListenerContainer"}
_JMS: Final = ("jakarta.jms", "javax.jms")
_JMS_MODULES: Final = ("jmslike", "jmslike.aio", "jmslike.java", *_JMS)
_NAMING_MODULES: Final = ("javax.naming", "jmslike.naming")
_PLACES: Final = (*MESSAGING, "jmslike.aio", "jmslike.java", "jmslike.listening", "jmslike.naming")
_ITEMS: Final = frozenset(
    {"MessageConsumer", "JMSConsumer", "QueueBrowser", "Enumeration", "QueueReceiver", "TopicSubscriber"}
)
"""The types whose iteration yields messages."""
_OF_THE_LANGUAGES: Final = frozenset({*sys.stdlib_module_names, "java"})
_PASSING: Final = frozenset(
    {"aclosing", "closing", "copy", "deepcopy", "enter_async_context", "enter_context", "shield", "wait_for"}
)
_YIELDING: Final = frozenset(
    (
        *("dict", "enumerate", "filter", "gather", "getattr", "iter", "list", "map", "max", "min", "next", "reversed"),
        *("set", "sorted", "tuple", "zip"),
        *("get", "get_nowait", "items", "pop", "popitem", "popleft", "result", "setdefault", "values"),
    )
)


def module(path: str) -> Known | None:
    """Return what an imported module is; None for one that may have anything in it."""
    if any(f"{place}.".startswith(f"{path}.") for place in _PLACES) or is_messaging(path):
        return Known("module", path)
    return OTHER if path.partition(".")[0] in _OF_THE_LANGUAGES else None


def member_of(path: str, name: str) -> Known | None:
    """Return what a module of JMS, of jmslike or of a client library has under a name; None for the unknown."""
    full = f"{path}.{name}"
    if full in _FUNCTIONS:
        return Known("function", full)
    if path in _JMS_MODULES and (name in TYPES or path in _JMS):
        return Known("class", name)
    if path == "jmslike.listening" and name in _LISTENING:
        return Known("class", f"listening.{name}")
    if path in _NAMING_MODULES and name in TYPES:
        return Known("class", name)
    inner = module(full)
    if inner is not None and inner.kind == "module" and not name[:1].isupper():
        return inner
    if is_messaging(path) and name[:1].isupper():
        return Known("class", name)
    return OTHER if path.partition(".")[0] == "jmslike" else None


def star_of(path: str) -> dict[str, Known]:
    """Return the names that `from MODULE import *` brings."""
    if path in _JMS_MODULES or path in _NAMING_MODULES:
        found = {name: member_of(path, name) for name in TYPES}
        return {name: known for name, known in found.items() if known is not None and known.kind == "class"}
    return {}


def made_by(function: str) -> str | None:
    """Return the type whose constructor a call of a function of jmslike is."""
    return _FUNCTIONS.get(function)


def result(owner: str, member: str) -> Known | None:
    """Return what a method or getter of a type returns, by its Java name; None for what may be anything."""
    if member == "new":
        return Known("value", owner)
    if owner == _TEMPLATE:
        return Known("value", "Message")
    if facade(owner) is None:
        return None
    found = return_type(JavaType("jakarta.jms", owner), member)
    if found is not None and found.name in TYPES:
        return Known("value", found.name)
    return _LOOKED_UP if member == "lookup" else OTHER


def by_its_use(known: Known | None, member: str) -> Known | None:
    """Return what an object is whose method is called: one that was looked up and makes connections is a factory."""
    if known != _LOOKED_UP:
        return known
    owner = _FACTORIES.get(java_method_name(member))
    return None if owner is None else Known("value", owner)


def item_of(iterated: Known | None) -> Known | None:
    """Return what the iteration of a value yields."""
    if iterated is None or iterated.kind == "other":
        return iterated
    if iterated.kind == "items":
        return Known("value", iterated.name)
    return Known("value", "Message") if iterated.name in _ITEMS else None


def items_of(item: Known | None) -> Known | None:
    """Return what several of an item are."""
    return Known("items", item.name) if item is not None and item.kind == "value" else item if item == OTHER else None


def result_of_other(function: str, argument: Known | None) -> Known | None:
    """Return what a function of that name returns that is none of JMS, where this is its first argument.

    Some return what they are given, and some what they were given before, which may be anything.
    """
    if function in _PASSING:
        return argument
    return None if function in _YIELDING else OTHER


# ---- members --------------------------------------------------------------------------------------------------------


@cache
def java_method(owner: str | None, name: str) -> str:
    """Return the Java name of a method that a Python program calls by Java's name or by ours; owner may be unknown."""
    cls = None if owner is None else class_with(owner, name)
    if cls is None or (name != name.lower() and hasattr(cls, name)):
        return java_method_name(name)
    for java in _java_names(cls, name):
        if java[:1].islower() and "_" not in java and not isinstance(inspect.getattr_static(cls, java), property):
            return java
    return java_method_name(name)


@cache
def java_accessors(owner: str, name: str) -> tuple[str, str] | None:
    """Return the Java getter and setter of an attribute, in our form or Jython's; None for what is no attribute.

    A getter without a setter has the one that it would have.
    """
    cls = class_with(owner, name)
    if cls is None:
        return f"get{_capital(name)}", f"set{_capital(name)}"
    if not isinstance(inspect.getattr_static(cls, name), property):
        return None
    getters = [java for java in _java_names(cls, name) if java.startswith("get") and java != name]
    getter = getters[0] if getters else f"get{_capital(name)}"
    return getter, f"set{getter.removeprefix('get')}"


def _java_names(cls: type, name: str) -> list[str]:
    """Return the names of a class for what it has under this name, that of Java first."""
    python = python_name(cls, name) or name
    names = [other for other in dir(cls) if not other.startswith("_") and python_name(cls, other) == python]
    return sorted(names, key=lambda other: other == other.lower())


def _capital(name: str) -> str:
    return capitalized(name) if name == name.lower() else name[:1].upper() + name[1:]
