"""The types of Java programs, and what the methods of JMS return.

What methods return, and what listeners get, the classes of `jmslike.java` say in their annotations.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any, Final

import jmslike.java

JMS: Final = "jakarta.jms"
"""The package of the types of JMS that no import names."""
STANDARD: Final = (JMS, "javax.jms", "javax.naming")
"""The packages whose types `jmslike.java` has under their names."""
MESSAGING: Final = (
    *STANDARD,
    "com.amazon.sqs.javamessaging",
    "com.ibm.mq",
    "com.ibm.msg",
    "com.rabbitmq.jms",
    "com.solacesystems.jms",
    "com.sun.messaging",
    "com.tibco.tibjms",
    "io.confluent.kafka.jms",
    "oracle.jms",
    "org.apache.activemq",
    "org.apache.qpid.jms",
    "org.hornetq",
    "org.springframework.jms",
    "weblogic.jms",
)
"""The packages of JMS, of JNDI, of client libraries and of Spring, which stand for those below them, too."""

JAVA_LANG: Final = frozenset(
    (
        *("Boolean", "Byte", "Character", "Class", "Double", "Enum", "Float", "Integer", "Iterable", "Long", "Math"),
        *("Number", "Object", "Record", "Runnable", "Runtime", "Short", "StackTraceElement", "String", "StringBuffer"),
        *("StringBuilder", "System", "Thread", "ThreadLocal", "Void"),
        *("Error", "Exception", "IllegalArgumentException", "IllegalStateException", "InterruptedException"),
        *("NullPointerException", "NumberFormatException", "RuntimeException", "Throwable"),
        "UnsupportedOperationException",
    )
)
"""What programs use without an import."""


@dataclass(frozen=True, slots=True)
class JavaType:
    """A type as a program means it."""

    package: str | None
    """None if the program does not say it; empty for a primitive type."""
    name: str
    arguments: tuple[JavaType, ...] = ()
    dimensions: int = 0
    """Of an array."""

    def __str__(self) -> str:
        return self.name + "[]" * self.dimensions

    @property
    def is_messaging(self) -> bool:
        """Whether it is a type of JMS, of JNDI, of a client library or of Spring's JMS, and no array."""
        return not self.dimensions and is_messaging(self.package or "")

    @property
    def element(self) -> JavaType | None:
        """The type of its elements: of an array, a collection, an Enumeration; of a map, its values."""
        if self.dimensions:
            return JavaType(self.package, self.name, self.arguments, self.dimensions - 1)
        return self.arguments[-1] if self.arguments else None


STRING: Final = JavaType("java.lang", "String")
OBJECT: Final = JavaType("java.lang", "Object")


def primitive(name: str) -> JavaType:
    """Return a type such as int."""
    return JavaType("", name)


def is_messaging(package: str) -> bool:
    """Whether a package, or one around it, is one of `MESSAGING`."""
    return any(f"{package}.".startswith(f"{each}.") for each in MESSAGING)


def facade(name: str) -> type | None:
    """Return the class of `jmslike.java` for a Java type: by its name, or by the end of the name.

    So a type of a client library counts as the JMS type that it implements, ActiveMQSession as a Session.
    """
    java = vars(jmslike.java)
    for start in range(len(name)):
        if (start == 0 or name[start].isupper()) and isinstance(found := java.get(name[start:]), type):
            return found
    return None


def has_constant(owner: str, name: str) -> bool:
    """Whether a JMS type has a constant of that name."""
    return name.isupper() and hasattr(facade(owner), name)


def method_of(owner: JavaType, member: str) -> Any:
    """Return the function of `jmslike.java` for a method of JMS, None where there is none."""
    found = inspect.getattr_static(facade(owner.name) or object, member, None)
    return found if inspect.isfunction(found) else None


# ---- what methods return --------------------------------------------------------------------------------------------

_OF_SPRING: Final = {
    ("JmsTemplate", "receive"): "Message",
    ("JmsTemplate", "receiveSelected"): "Message",
    ("JmsTemplate", "sendAndReceive"): "Message",
    ("JmsTemplate", "getConnectionFactory"): "ConnectionFactory",
}
_PYTHON_TYPES: Final = {
    "str": STRING,
    "int": primitive("int"),
    "bool": primitive("boolean"),
    "float": primitive("double"),
    "bytes": JavaType("", "byte", dimensions=1),
}


def return_type(owner: JavaType, member: str) -> JavaType | None:
    """Return the type of what a method of a messaging type returns, None if nothing or unknown."""
    if (owner.name, member) in _OF_SPRING:
        return JavaType(JMS, _OF_SPRING[owner.name, member])
    function = method_of(owner, member)
    found = _java_type(str(inspect.signature(function).return_annotation), owner) if function else None
    made = member.removeprefix("create")
    if found is None and made != member and facade(made) is not None:
        return JavaType(JMS, made)
    return found


def _java_type(annotation: str, owner: JavaType) -> JavaType | None:
    found = re.match(r"(?:jmslike\.)?(\w+)(?:\[(\w+)\])?", annotation)
    name, argument = found.groups() if found else ("", None)
    if name == "Self":
        return owner
    if name == "Enumeration" and argument:
        element = _PYTHON_TYPES.get(argument, JavaType(JMS, argument))
        return JavaType("java.util", "Enumeration", (element,))
    return _PYTHON_TYPES.get(name) or (JavaType(JMS, name) if name in jmslike.java.__all__ else None)


# ---- what lambdas get -----------------------------------------------------------------------------------------------

_LAMBDAS_OF_SPRING: Final = {
    "send": ("Session",),
    "sendAndReceive": ("Session",),
    "convertAndSend": ("Message",),
    "execute": ("Session", "MessageProducer"),
    "browse": ("Session", "QueueBrowser"),
    "browseSelected": ("Session", "QueueBrowser"),
}
"""Of the methods of JmsTemplate."""


def lambda_types(owner: JavaType, member: str) -> tuple[JavaType, ...]:
    """Return the types of the parameters of a lambda that is an argument of a method."""
    if owner.name == "JmsTemplate":
        return tuple(JavaType(JMS, each) for each in _LAMBDAS_OF_SPRING.get(member, ()))
    function = method_of(owner, member)
    parameters = inspect.signature(function).parameters.values() if function else ()
    found = re.search(r"(Message|Exception|Completion)Listener", " ".join(str(each.annotation) for each in parameters))
    return listener_types(found[0]) if found else ()


def listener_types(interface: str) -> tuple[JavaType, ...]:
    """Return what the only method of a listener gets; nothing for another type."""
    listener = getattr(jmslike.java, interface, None) if interface.endswith("Listener") else None
    methods = [each for name, each in vars(listener).items() if name.startswith("on")] if listener else []
    if len(methods) != 1:
        return ()
    _, *parameters = inspect.signature(methods[0]).parameters.values()
    return tuple(JavaType(JMS, str(each.annotation).replace("JMSError", "JMSException")) for each in parameters)
