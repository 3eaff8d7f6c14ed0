"""Python's names of `jmslike`, made of Java's by the rules of docs/api-names.md."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from typing import Final

import jmslike
import jmslike.java
from jmslike.bindings.java_urls import jmslike_url
from jmslike.errors import JMSError
from jmslike.java.names import python_name
from jmslike.java.vendors import FACTORIES
from jmslike.migration.java_types import JavaType, facade
from jmslike.migration.porting import words
from jmslike.migration.porting.code import attribute, call, code, string
from jmslike.migration.porting.styles import Place, class_of, vendor_factory
from jmslike.migration.porting.untranslatable import UntranslatableError

_TWINS: Final = {
    "createPublisher": "create_producer",
    "createQueueConnection": "create_connection",
    "createQueueSession": "create_session",
    "createReceiver": "create_consumer",
    "createSender": "create_producer",
    "createSubscriber": "create_consumer",
    "createTopicConnection": "create_connection",
    "createTopicSession": "create_session",
    "publish": "send",
}
"""What JMS 1.1 has for the methods of JMS 1.0."""

_OTHERWISE: Final = {
    ("JMSError", "getMessage", 0): "str(o)",
    ("JMSError", "getErrorCode", 0): "o.error_code",
    ("JMSError", "getLinkedException", 0): "o.linked_exception",
    ("JMSError", "getCause", 0): "o.__cause__",
    ("JMSError", "printStackTrace", 0): "traceback.print_exception(o)",
    ("ConnectionFactory", "createContext", 1): "o.create_context(session_mode=a)",
    ("QueueBrowser", "getEnumeration", 0): "iter(o)",
    ("Message", "getPropertyNames", 0): "iter(o.property_names)",
    ("MapMessage", "getMapNames", 0): "iter(o.map_names)",
    ("ConnectionMetaData", "getJMSXPropertyNames", 0): "iter(o.jmsx_property_names)",
    ("BytesMessage", "readBytes", 1): "a.__setitem__(slice(None), o.read_bytes(len(a)))",
    ("StreamMessage", "readBytes", 1): "a.__setitem__(slice(None), o.read_bytes(len(a)))",
    ("BytesMessage", "writeBytes", 3): "o.write_bytes(a[b:b + c])",
}
"""Where the meaning is another one than the rules give: by the class, the method and the number of arguments."""


class PythonStyle:
    """Python's names, with Python's meanings: durations are seconds, accessors are attributes."""

    def __init__(self, *, sets_factories: bool) -> None:
        self._sets_factories = sets_factories
        """Whether the program uses the setters of a client library's connection factory."""

    def variable(self, name: str) -> str:
        """As `Style.variable`."""
        return words.variable(words.snake_case(name))

    def member(self, name: str) -> str:
        """As `Style.member`."""
        return words.member(words.snake_case(name))

    def place(self, kind: JavaType) -> Place | None:
        """As `Style.place`."""
        if kind.name in ("NamingException", "NameNotFoundException"):
            return "jmslike.naming", "NamingError"
        if self._sets_factories and (vendor := vendor_factory(kind)) is not None:
            return vendor
        found = FACTORIES.get(f"{kind.package}.{kind.name}") or facade(kind.name)
        if found is jmslike.java.InitialContext or found is jmslike.java.Context:
            return "jmslike.naming", "InitialContext"
        core = core_class(found) if found is not None else None
        return ("jmslike", core.__name__) if core is not None else None

    def base(self, kind: JavaType) -> Place | None:
        """As `Style.base`: a listener needs no base class."""
        return None if kind.name.endswith("Listener") else self.place(kind)

    def invoke(
        self,
        owner: JavaType,
        receiver: ast.expr,
        name: str,
        arguments: Sequence[ast.expr],
        types: Sequence[JavaType | None],
    ) -> ast.expr:
        """As `Style.invoke`."""
        cls = class_of(owner)
        core = core_class(cls) or cls
        for each in core.__mro__:
            template = _OTHERWISE.get((each.__name__, name, len(arguments)))
            if template is not None:
                return code(template, o=receiver, **dict(zip("abc", arguments, strict=False)))
        if core is jmslike.MessageProducer and name in ("send", "publish"):
            return _send(receiver, arguments, types)
        python = python_name(cls, name) or _TWINS.get(name)
        if python is None:
            python = next((each for each in _accessors(cls, name) if hasattr(core, each)), None)
        if python is None:
            raise UntranslatableError
        found = inspect.getattr_static(core if hasattr(core, python) else cls, python)
        if isinstance(found, property):
            return _access(found, receiver, python, arguments)
        return call(attribute(receiver, python), _in_seconds(found, arguments))

    def factory(self, kind: JavaType, arguments: Sequence[ast.expr]) -> tuple[ast.expr, Sequence[Place]]:
        """As `Style.factory`: a ConnectionFactory of the URL, unless setters are used."""
        place = vendor_factory(kind)
        if place is None:
            raise UntranslatableError
        if self._sets_factories or len(arguments) not in (1, 3):
            return call(ast.Name(place[1]), arguments), [place]
        url, *user = arguments
        if (len(arguments) == 3 and kind.name != "ActiveMQConnectionFactory") or kind.package == "org.apache.activemq":
            *user, url = arguments
        names = [ast.keyword(name, value) for name, value in zip(("user_name", "password"), user, strict=False)]
        place = ("jmslike", "ConnectionFactory")
        literal = _literal(url)
        if literal is None:
            needed = [place, ("jmslike.bindings.java_urls", "jmslike_url")]
            return ast.Call(ast.Name(place[1]), [code("jmslike_url(url)", url=url)], names), needed
        try:
            translated = jmslike_url(literal)
        except JMSError as error:
            raise UntranslatableError from error
        return ast.Call(ast.Name(place[1]), [string(translated)], names), [place]


def core_class(cls: type) -> type | None:
    """Return the class of `jmslike` from which one of `jmslike.java` derives."""
    return next((each for each in cls.__mro__ if vars(jmslike).get(each.__name__) is each), None)


def _accessors(cls: type, name: str) -> Sequence[str]:
    """Return what members of JNDI and of a library's factory may be called; of JMS, `python_name` knows."""
    if cls in FACTORIES.values():
        return [words.snake_case(name[3:] if name.startswith(("get", "set")) else name)]
    return [words.snake_case(name)] if cls is jmslike.java.InitialContext else []


def _access(found: property, receiver: ast.expr, python: str, arguments: Sequence[ast.expr]) -> ast.expr:
    """Return an attribute; with an argument the call of setattr, which a statement writes as an assignment."""
    if arguments:
        assert found.fset is not None
        *_, value = inspect.signature(found.fset).parameters.values()
        is_duration = "Duration" in str(value.annotation)
        given = in_seconds(arguments[0]) if is_duration else arguments[0]
        return code("setattr(o, name, value)", o=receiver, name=string(python), value=given)
    assert found.fget is not None
    read = attribute(receiver, python)
    if found.fset is not None and "Duration" in str(inspect.signature(found.fset)):
        return code("round(x * 1000)", x=read)
    return read


def _in_seconds(function: object, arguments: Sequence[ast.expr]) -> list[ast.expr]:
    """Return the arguments of a method with its durations in seconds; a time-out of 0 is none at all."""
    if not inspect.isfunction(function):
        return list(arguments)
    _, *parameters = inspect.signature(function).parameters.values()
    given: list[ast.expr] = []
    for parameter, value in zip(parameters, arguments, strict=False):
        if "Duration" not in str(parameter.annotation):
            given.append(value)
        elif parameter.name != "timeout":
            given.append(in_seconds(value))
        elif not isinstance(value, ast.Constant):
            given.append(code("x or None", x=in_seconds(value)))
        elif value.value:
            given.append(in_seconds(value))
    return [*given, *arguments[len(parameters) :]]


def in_seconds(milliseconds: ast.expr) -> ast.expr:
    """Return a duration in seconds."""
    number = _product(milliseconds)
    if number is None:
        return code("x / 1000", x=milliseconds)
    return ast.Constant(number // 1000 if number % 1000 == 0 else number / 1000)


def _product(expression: ast.expr) -> int | None:
    """Return the value of a number, or of a product of numbers."""
    match expression:
        case ast.Constant(value=int(number)):
            return number
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            first, second = _product(left), _product(right)
            return None if first is None or second is None else first * second
    return None


def _send(receiver: ast.expr, arguments: Sequence[ast.expr], types: Sequence[JavaType | None]) -> ast.expr:
    """Return a call of `send`: [destination,] message[, mode, priority, time to live][, listener]."""
    made = ast.Call(attribute(receiver, "send"), list(arguments), [])
    message = 0 if types[0] is not None and types[0].name.endswith("Message") else 1
    settings = len(arguments) - message - 1
    if settings >= 3:
        made.args[message + 3] = in_seconds(made.args[message + 3])
    if settings in (1, 4):
        made.keywords.append(ast.keyword("completion_listener", made.args.pop()))
    return made


def _literal(expression: ast.expr) -> str | None:
    source = expression.id if isinstance(expression, ast.Name) else ""
    return str(ast.literal_eval(source)) if source.startswith('"') else None
