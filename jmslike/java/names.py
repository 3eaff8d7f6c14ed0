"""The mechanism: the Java names of a class, made of its Python names by the rules of docs/api-names.md read backwards.

The numbers of the rules stand where they apply. What a parameter or a property is, its annotation in the core says: a
duration is in milliseconds for Java, a listener has Java's methods, a list of names is an Enumeration.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from jmslike.java.conversions import Enumeration, duration, java_listener, milliseconds, python_listener, timeout
from jmslike.message.headers import HeaderAccess
from jmslike.message.properties import PropertyGetters
from jmslike.send_settings import SendSettings

C = TypeVar("C", bound=type)
Convert = Callable[[Any], Any]

_ACRONYMS: Final = {"id": "ID", "jms": "JMS", "jmsx": "JMSX", "uri": "URI", "url": "URL", "utf": "UTF"}
_HEADERS: Final = frozenset(name for name, member in vars(HeaderAccess).items() if isinstance(member, property))
_named: Final[dict[type, dict[str, str]]] = {}
"""The Python names of the Java names that each class got."""


class Passing(NamedTuple):
    """How a value passes between Java's form and the core's, and the annotation of Java's form; None for as it is."""

    to_python: Convert | None = None
    to_java: Convert | None = None
    annotation: str | None = None


def java_names(cls: C) -> C:
    """Add to a class, in place, the Java names of the Python names that it does not share with a class that has them.

    What the body of the class defines under a Java name stays. So a class body holds only what differs in Java.
    """
    written = dict(vars(cls))
    shared = {base for each in cls.__mro__[1:] if each in _named for base in each.__mro__}
    headers = _headers_of(cls)
    bases = [each for each in cls.__mro__[1:] if each not in shared and _is_ours(each)]
    python_names = _named[cls] = {}
    for members in (*(vars(base) for base in reversed(bases)), written):
        for name, member in list(members.items()):
            if name.startswith("_") or name != name.lower():
                continue
            python_names[name] = name
            for java, made in _java_members(cls, name, member, headers):
                python_names[java] = name
                if java not in written:
                    setattr(cls, java, made)
    return cls


def python_name(cls: type, java: str) -> str | None:
    """Return the core's name of what a class has under a Java name; None for what only Java has."""
    python = next((names[java] for each in cls.__mro__ if java in (names := _named.get(each, {}))), None)
    return python if any(python in vars(each) for each in cls.__mro__ if not _is_java(each)) else None


def _is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == "jmslike"


def _is_java(cls: type) -> bool:
    return cls.__module__.startswith(f"{__package__}.")


def _headers_of(cls: type) -> Collection[str]:
    """Return the properties that are headers (rule 4): of what has properties, and not the settings of a producer."""
    if not issubclass(cls, PropertyGetters):
        return ()
    return _HEADERS - set(dir(SendSettings)) if issubclass(cls, SendSettings) else _HEADERS


def _java_members(cls: type, name: str, member: object, headers: Collection[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(member, property):
        passing = _passing_of_property(member)
        capital = ("JMS" if name in headers else "") + capitalized(name)
        getter, setter = _getter(member, passing), _setter(member, passing)
        yield f"get{capital}", getter  # rule 3
        if setter is not None and not hasattr(cls, f"set_{name}"):
            yield f"set{capital}", setter
        if bean_name(capital) != name:
            yield bean_name(capital), property(getter, setter, doc=member.__doc__)
    elif inspect.isfunction(member):
        java = java_method_name(name, is_header=name.removeprefix("set_") in headers)
        made = _method(member)
        if java != name or made is not member:
            yield java, made


def java_method_name(name: str, *, is_header: bool = False) -> str:
    """Return the Java name of a method (rules 2 and 4)."""
    first, _, rest = name.partition("_")
    return first + ("JMS" if is_header else "") + capitalized(rest)


def capitalized(name: str) -> str:
    """Return a Python name in the case of Java's classes, as it stands after `get`."""
    return "".join(_ACRONYMS.get(word, word[:1].upper() + word[1:]) for word in name.split("_"))


def bean_name(capital: str) -> str:
    """Return the name of the attribute that Jython makes of a getter: `text` of getText, `JMSType` of getJMSType."""
    return capital if capital[1:2].isupper() else capital[:1].lower() + capital[1:]


# ---- values ---------------------------------------------------------------------------------------------------------


def _passing_of_property(member: property) -> Passing:
    if member.fset is not None:
        *_, value = inspect.signature(member.fset).parameters.values()
        passing = _passing(value)
        if passing.to_python is not None:
            return passing
    if inspect.signature(_getter_of(member)).return_annotation == "list[str]":
        return Passing(to_java=Enumeration, annotation="Enumeration[str]")
    return Passing()


def _passing(parameter: inspect.Parameter) -> Passing:
    annotation = str(parameter.annotation)
    if "Duration" in annotation:
        return Passing(timeout if parameter.name == "timeout" else duration, milliseconds, "int")
    if "Listener" in annotation:
        return Passing(python_listener, java_listener, annotation)
    return Passing()


# ---- members --------------------------------------------------------------------------------------------------------


def _getter_of(member: property) -> Callable[[Any], Any]:
    assert member.fget is not None
    return member.fget


def _getter(member: property, passing: Passing) -> Callable[[Any], Any]:
    get, convert = _getter_of(member), passing.to_java
    if convert is None:
        return get

    @functools.wraps(get)
    def getter(self: Any) -> Any:
        return convert(get(self))

    _sign(getter, inspect.signature(get).replace(return_annotation=passing.annotation))
    return getter


def _setter(member: property, passing: Passing) -> Callable[[Any, Any], None] | None:
    set_, convert = member.fset, passing.to_python
    if set_ is None or convert is None:
        return set_

    @functools.wraps(set_)
    def setter(self: Any, value: Any) -> None:
        set_(self, convert(value))

    _sign(setter, _java_signature(set_, [passing]))
    return setter


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    _, *parameters = inspect.signature(function).parameters.values()
    passings = [_passing(each) for each in parameters if each.kind in positional]
    if all(passing.to_python is None for passing in passings):
        return function
    converts = [passing.to_python or _as_it_is for passing in passings]
    by_name = dict(zip((each.name for each in parameters), converts, strict=False))

    @functools.wraps(function)
    def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
        given = [convert(value) for convert, value in zip(converts, arguments, strict=False)]
        for name in keywords:
            keywords[name] = by_name.get(name, _as_it_is)(keywords[name])
        return function(self, *given, *arguments[len(given) :], **keywords)

    _sign(method, _java_signature(function, passings))
    return method


def _as_it_is(value: Any) -> Any:
    return value


def _java_signature(function: Callable[..., Any], passings: Sequence[Passing]) -> inspect.Signature:
    """Return the signature with Java's annotations; what has one passes by position only."""
    signature = inspect.signature(function)
    own, *parameters = signature.parameters.values()
    for number, passing in enumerate(passings):
        annotation = passing.annotation or parameters[number].annotation
        parameters[number] = parameters[number].replace(kind=inspect.Parameter.POSITIONAL_ONLY, annotation=annotation)
    own = own.replace(kind=inspect.Parameter.POSITIONAL_ONLY)
    return signature.replace(parameters=[own, *parameters])


def _sign(function: Any, signature: inspect.Signature) -> None:
    function.__signature__ = signature
