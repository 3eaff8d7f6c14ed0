"""JMS values as the lines to and from Java spell them: the Java type and the text, such as `["short", "5"]`."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jmslike import Byte, Char, Float, Long, Short
from jmslike.values import conversion

_TYPES: Final[Mapping[str, type]] = {
    "boolean": bool,
    "byte": Byte,
    "short": Short,
    "int": int,
    "long": Long,
    "float": Float,
    "double": float,
    "char": Char,
    "string": str,
    "bytes": bytes,
    "null": type(None),
}
_NAMES: Final = {python: java for java, python in _TYPES.items()}


@dataclass(frozen=True)
class Raised:
    """Stands for a value whose getter threw."""

    java_class: str


def encoded(value: Any) -> tuple[str, str]:
    """Spell the value."""
    name = _NAMES[type(value)]
    if isinstance(value, bytes):
        return name, base64.b64encode(value).decode()
    return name, conversion.to_string(value) or ""


def decoded(value: Any) -> Any:
    """Return the value that Java spelled, or what its getter raised."""
    if isinstance(value, dict):
        return Raised(value["raised"].rpartition(".")[2])
    name, text = value
    match name:
        case "null":
            return None
        case "boolean":
            return text == "true"
        case "bytes":
            return base64.b64decode(text)
        case "byte" | "short" | "long":
            return _TYPES[name](int(text))
        case "float":
            return Float(float(text))
    return _TYPES[name](text)
