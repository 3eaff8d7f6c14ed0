"""XmlConverter: nested mappings as XML elements, without attributes, DTDs and entities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeAlias
from xml.parsers import expat

from jmslike.converters.content import bytes_in, check_content_type, text_in, text_message
from jmslike.converters.texts import text_of
from jmslike.errors import MessageFormatError
from jmslike.exact import exact_text, type_name
from jmslike.message import BytesMessage, Message, TextMessage
from jmslike.message_factory import MessageFactory

Content: TypeAlias = "str | dict[str, Any]"

_NO_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ESCAPED: Final = re.compile("[&<>\r]")


class XmlConverter:
    """Mappings of names to values, which are elements in one with the name `root`.

    A value is a text, a mapping, or a list of two or more of them for an element that is repeated. Numbers and dates
    are read as texts, and None as an empty one. The elements in `lists` are always read as a list, also one alone.
    """

    content_type: Final = "application/xml"

    def __init__(self, root: str, *, lists: Iterable[str] = ()) -> None:
        """Keep the names. Raises ValueError for what cannot be the name of an element."""
        self._root = root
        self._lists = frozenset([lists] if isinstance(lists, str) else lists)
        for name in (root, *self._lists):
            if not _is_name(name):
                raise ValueError(f"{name!r} cannot be the name of an XML element")

    def to_message(self, object: Mapping[str, Any], session: MessageFactory) -> TextMessage:  # noqa: A002
        """Make a text message. Raises MessageFormatError for what cannot be written so that it is read as it was."""
        if not isinstance(object, Mapping):
            raise MessageFormatError(f"an XmlConverter takes a mapping, not {type_name(object)}")
        try:
            text = "".join(self._element(self._root, object))
        except RecursionError:
            raise MessageFormatError("the mapping is nested too deeply") from None
        return text_message(session, text, self.content_type)

    def from_message(self, message: Message) -> dict[str, Any]:
        """Return the mapping. Raises MessageFormatError for what is no such XML, and for any DTD and entity."""
        document: str | bytes
        if isinstance(message, BytesMessage):
            check_content_type(message, self.content_type)
            document = bytes_in(message)  # its encoding is declared in it
        else:
            document = text_in(message, self.content_type)
        return _Reader(self._root, self._lists).read(document)

    def _element(self, name: str, value: object) -> Iterator[str]:
        yield f"<{name}>"
        if isinstance(value, Mapping):
            for child, content in value.items():
                if not _is_name(child):
                    raise MessageFormatError(f"{child!r} cannot be the name of an XML element")
                for each in self._repeated(child, content):
                    yield from self._element(exact_text(child), each)
        else:
            yield _escaped(name, text_of(value))
        yield f"</{name}>"

    def _repeated(self, name: str, content: object) -> Iterable[object]:
        listed = isinstance(content, (list, tuple))
        values = content if isinstance(content, (list, tuple)) else [content]
        if listed and len(values) < 1:
            raise MessageFormatError(f"{name}: XML has no empty list; leave the name out")
        if listed != (name in self._lists) and len(values) == 1:
            raise MessageFormatError(
                f"{name}: a list of one would be read as its element; XmlConverter(..., lists=[{name!r}]) reads lists"
                if listed
                else f"{name}: it is in `lists`, so it would be read as a list"
            )
        for each in values:
            if isinstance(each, Mapping) and not each:
                raise MessageFormatError(f"{name}: an empty mapping would be read as an empty text")
        return values


class _Reader:
    """Reads one document. The parser's callbacks keep the open elements on a stack."""

    def __init__(self, root: str, lists: frozenset[str]) -> None:
        self._root = root
        self._lists = lists
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []  # name, children, texts
        self._result: Content = ""

    def read(self, document: str | bytes) -> dict[str, Any]:
        """Return the content of the root. Raises MessageFormatError."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_dtd
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(document, True)
        except (expat.ExpatError, ValueError, LookupError) as error:  # the last two of an encoding
            raise MessageFormatError(f"the message is no XML: {error}") from error
        return self._result or {}  # type: ignore[return-value]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if attributes:
            raise MessageFormatError(f"{name}: attributes are not read: {list(attributes)}")
        if not self._open and name != self._root:
            raise MessageFormatError(f"wanted the root {self._root}, not {name}")
        self._open.append((name, {}, []))

    def _text(self, text: str) -> None:
        self._open[-1][2].append(text)

    def _end(self, name: str) -> None:
        _, children, texts = self._open.pop()
        text = "".join(texts)
        content: Content = text
        if children or not self._open:
            if text.strip():
                raise MessageFormatError(f"{name}: the text {text.strip()[:40]!r} does not stand alone in an element")
            content = children
        if not self._open:
            self._result = content
            return
        siblings = self._open[-1][1]
        if name in self._lists:
            siblings.setdefault(name, []).append(content)
        elif name not in siblings:
            siblings[name] = content
        elif isinstance(siblings[name], list):
            siblings[name].append(content)
        else:
            siblings[name] = [siblings[name], content]


def _refuse_dtd(*_: object) -> NoReturn:
    raise MessageFormatError("the message has a DTD, which could define entities; none is read")


@lru_cache(maxsize=1024)
def _is_name(name: str) -> bool:
    if not isinstance(name, str) or not re.fullmatch(r"[\w.-]+", name):
        return False
    try:
        expat.ParserCreate().Parse(f"<{name}/>", True)
    except (expat.ExpatError, UnicodeEncodeError):
        return False
    return True


def _escaped(name: str, text: str) -> str:
    wrong = _NO_CHARACTER.search(text)
    if wrong is not None:
        raise MessageFormatError(f"{name}: XML cannot hold the character {wrong[0]!r}")
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)
