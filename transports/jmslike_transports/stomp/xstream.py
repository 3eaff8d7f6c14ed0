"""Maps and objects of Java as ActiveMQ Classic transforms them: XML, as XStream writes and reads it.

Its own reader, because XStream also writes references to characters that XML does not allow.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Any, Final, NamedTuple

from jmslike.values import Byte, Char, Float, ItemValue, Long, Short, conversion

_PART: Final = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w.$-]*)(?P<empty>/?)>|(?P<text>[^<]+)")
_REFERENCE: Final = re.compile(r"&#(x?)([0-9a-fA-F]+);")

_READERS: Final[Mapping[str, Callable[[str], ItemValue]]] = {
    "boolean": conversion.to_boolean,
    "byte": lambda text: Byte(conversion.to_byte(text)),
    "byte-array": lambda text: base64.b64decode(text, validate=False),
    "char": lambda text: Char(text or "\0"),
    "double": conversion.to_double,
    "float": lambda text: Float(conversion.to_float(text)),
    "int": conversion.to_int,
    "long": lambda text: Long(conversion.to_long(text)),
    "null": lambda _: None,
    "short": lambda text: Short(conversion.to_short(text)),
    "string": str,
}

_NAMES: Final[Mapping[type[Any], str]] = {
    bool: "boolean",
    Byte: "byte",
    Char: "char",
    Float: "float",
    Long: "long",
    Short: "short",
    float: "double",
    int: "int",
    str: "string",
}
"""The elements of the values that the broker takes. It does not trust byte arrays in what it reads."""

_UNSAFE: Final = re.compile("[\0\ud800-\udfff\U00010000-\U0010ffff]")
"""Characters that the broker stores in a form of Java's own, and reads back as two or more question marks."""
_LONGEST_NAME: Final = 65_535 // 3
"""Characters that fit into the bytes that the broker has for a name, whatever they are."""


class _Element(NamedTuple):
    name: str
    children: list[_Element]
    texts: list[str]


def write_map(items: Mapping[str, ItemValue]) -> str | None:
    """Return the items of a MapMessage as the broker reads them, or None if it would not read all of them exactly."""
    entries = []
    for name, value in items.items():
        if not 0 < len(name) <= _LONGEST_NAME:
            return None
        if value is None:
            written = "<null/>"
        else:
            element = _NAMES.get(value.__class__)
            if element is None:
                return None
            text = conversion.to_string(value) or ""
            written = f"<{element}>{_written(text)}</{element}>"
        entries.append(f"<entry><string>{_written(name)}</string>{written}</entry>")
    document = f"<map>{''.join(entries)}</map>"
    return None if _UNSAFE.search(document) else document


def _written(text: str) -> str:
    return escape(text, quote=False).replace("\r", "&#xd;")


def read_map(document: str) -> dict[str, ItemValue]:
    """Return the items of a MapMessage. Raises ValueError for what no map of JMS can hold."""
    root = _parse(document)
    if root.name != "map":
        raise ValueError(f"not a map: <{root.name}>")
    items = {}
    for entry in root.children:
        name, value = entry.children
        items[str(_value(name))] = _value(value)
    return items


def read_object(document: str) -> bytes | None:
    """Return the object of an ObjectMessage in JSON, None for null. Raises ValueError for what JSON cannot hold."""
    value: Any = _value(_parse(document))
    if value is None:
        return None
    if isinstance(value, bytes):
        raise ValueError("JSON has no bytes")
    plain: Any = value if isinstance(value, (bool, str)) else float(value) if isinstance(value, float) else int(value)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False).encode()


def _value(element: _Element) -> ItemValue:
    read = _READERS.get(element.name)
    if read is None or element.children:
        raise ValueError(f"no value of JMS: <{element.name}>")
    return read("".join(element.texts))


def _parse(document: str) -> _Element:
    root = _Element("", [], [])
    stack = [root]
    position = 0
    while position < len(document):
        part = _PART.match(document, position)
        if part is None:
            raise ValueError(f"not what XStream writes, at character {position}")
        position = part.end()
        name = part["name"]
        if part["text"] is not None:
            stack[-1].texts.append(_text(part["text"]))
        elif part["end"]:
            if stack.pop().name != name or not stack:
                raise ValueError(f"</{name}> ends nothing")
        else:
            element = _Element(name, [], [])
            stack[-1].children.append(element)
            if not part["empty"]:
                stack.append(element)
    if len(stack) > 1 or len(root.children) != 1:
        raise ValueError("not one element")
    return root.children[0]


def _text(written: str) -> str:
    if "&" not in written:
        return written
    pieces = _REFERENCE.split(written)
    for index in range(0, len(pieces), 3):
        pieces[index] = unescape(pieces[index])
    for index in range(1, len(pieces), 3):
        pieces[index], pieces[index + 1] = "", chr(int(pieces[index + 1], 16 if pieces[index] else 10))
    return "".join(pieces)
