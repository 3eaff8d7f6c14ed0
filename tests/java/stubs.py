"""The type stub of `jmslike.java`, made of its classes: `python -m tests.java.stubs` writes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_overloads

import jmslike
import jmslike.java
from jmslike.java.names import java_method_name

STUB = Path(jmslike.java.__file__).with_suffix(".pyi")

_HEAD = '''\
"""JMS under Java's names. Made by `python -m tests.java.stubs` of the classes themselves: not to be edited."""

# mypy: disable-error-code="override, misc, assignment"
# Java's meanings are others than those of the classes of `jmslike`, from which these derive.

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, NoReturn, Protocol, Self, TypeVar, overload, runtime_checkable

import jmslike
from jmslike.capabilities import Capabilities
from jmslike.constants import DeliveryMode as DeliveryMode
from jmslike.constants import SessionMode
from jmslike.core.listener_calls import LinkListener
from jmslike.message.foreign import AnyMessage
from jmslike.java.installation import install as install
from jmslike.java.naming import Context as Context
from jmslike.java.naming import InitialContext as InitialContext
from jmslike.java.naming import NameNotFoundException as NameNotFoundException
from jmslike.java.naming import NamingException as NamingException
from jmslike.message.properties import Properties
from jmslike.message.serializers import ObjectSerializer
from jmslike.message.typed import BytesLike
from jmslike.message_factory import MessageConverter
from jmslike.statistics import LinkState
from jmslike.values import ItemValue, PropertyValue

T = TypeVar("T")
'''

_MEANINGS = {
    r"\b_Body\b": "T",
    r"\bAnyCompletionListener\b": "CompletionListener | jmslike.CompletionListener",
    r"\bMessageProducer\[\w+\]": "MessageProducer",
    r"(?<!Any)\bMessageListener\b": "MessageListener | Callable[[Message], object]",
    r"(?<!Any)\bExceptionListener\b": "ExceptionListener | Callable[[JMSError], object]",
}
"""What annotations of the core are called here."""


def stub() -> str:
    """Return the text of the stub."""
    java = vars(jmslike.java)
    classes = {name: java[name] for name in jmslike.java.__all__ if isinstance(java[name], type)}
    names: dict[type, str] = {}
    for name, cls in classes.items():
        names.setdefault(cls, name)
    parts = [_HEAD]
    for name, cls in classes.items():
        if cls.__module__ in ("jmslike.constants", "jmslike.java.naming", "jmslike.bindings.errors"):
            continue
        parts.append("\n".join(_class(name, cls, names)) if names[cls] == name else f"{name} = {names[cls]}")
    every = "".join(f"    {name!r},\n" for name in jmslike.java.__all__).replace("'", '"')
    return "\n".join([*parts, f"__all__ = [\n{every}]\n"])


def _class(name: str, cls: type, names: dict[type, str]) -> Iterator[str]:
    members = [line for member in _members(cls) for line in _member(*member)]
    if getattr(cls, "_is_runtime_protocol", False):
        yield "@runtime_checkable"
    head = f"class {name}({', '.join(_bases(cls, names))}):".replace("()", "")
    if cls.__doc__:
        sentence, *_ = re.split(r"(?<=[.])\s", inspect.cleandoc(cls.__doc__))
        members.insert(0, f'"""{sentence}"""')
    yield from [head, *(f"    {line}" for line in members)] if members else [f"{head} ..."]


def _bases(cls: type, names: dict[type, str]) -> Iterator[str]:
    ours = vars(jmslike).get(cls.__name__)
    for base in cls.__bases__:
        if base in names:
            yield names[base]
        elif base.__module__ == "typing":
            yield "Generic[T]" if base.__name__ == "Generic" else base.__name__
        elif base.__module__.startswith("jmslike.java"):
            yield from _bases(base, names)
    if ours in cls.__mro__:
        yield f"jmslike.{cls.__name__}"


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    """List the members that the class has for Java: not those in Python's case, which its base has."""
    for name, member in vars(cls).items():
        is_special = name in ("__init__", "__iter__", "__next__") and cls.__module__ == "jmslike.java.conversions"
        if is_special or (not name.startswith("_") and "_" not in name and _is_for_java(cls, name, member)):
            yield name, member


def _is_for_java(cls: type, name: str, member: object) -> bool:
    if not (isinstance(member, property) or inspect.isfunction(member)):
        return False
    return name != name.lower() or cls.__module__.startswith("jmslike.java") or cls.__name__ == "JMSError"


def _member(name: str, member: Any) -> Iterator[str]:
    if isinstance(member, property):
        yield "@property"
        yield f"def {name}(self) -> {_meaning(inspect.signature(member.fget).return_annotation)}: ..."  # type: ignore[arg-type]
        if member.fset is not None:
            *_, value = inspect.signature(member.fset).parameters.values()
            yield f"@{name}.setter"
            yield f"def {name}(self, value: {_meaning(value.annotation)}) -> None: ..."
    else:
        if getattr(member, "__isabstractmethod__", False):
            yield "@abstractmethod"
        overloads = get_overloads(member)
        for form in overloads or [member]:
            if overloads:
                yield "@overload"
            signature = inspect.signature(form)
            yield f"def {name}({', '.join(_parameters(signature))}) -> {_meaning(signature.return_annotation)}: ..."


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    kinds = inspect.Parameter
    own, *parameters = signature.parameters.values()
    yield own.name
    positional = [each for each in parameters if each.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    for each in positional:
        default = "" if each.default is kinds.empty else " = ..."
        yield f"{java_method_name(each.name)}: {_meaning(each.annotation)}{default}"
    if positional:
        yield "/"
    several = [each for each in parameters if each.kind is kinds.VAR_POSITIONAL]
    keywords = [each for each in parameters if each.kind is kinds.KEYWORD_ONLY]
    yield from (f"*{each.name}: {_meaning(each.annotation)}" for each in several)
    if keywords and not several:
        yield "*"
    yield from (f"{each.name}: {_meaning(each.annotation)} = ..." for each in keywords)
    yield from (f"**{each.name}: Any" for each in parameters if each.kind is kinds.VAR_KEYWORD)


def _meaning(annotation: Any) -> str:
    text = "Any" if annotation is inspect.Parameter.empty else str(annotation)
    for core, java in _MEANINGS.items():
        text = re.sub(core, java, text)
    return text


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
