"""The formats in which records are compared: what a program does to send a record in each, and to read it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jmslike.compare.records import Record
from jmslike.converters import (
    BytesConverter,
    CsvConverter,
    JsonConverter,
    MessageConverter,
    ProtobufConverter,
    ThriftConverter,
    XmlConverter,
)
from jmslike.converters.schemas import Kind, protobuf_class, thrift_class
from jmslike.converters.texts import text_of

Columns: TypeAlias = Mapping[str, Kind]

_XML_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LENGTH: Final = 4
_NONE: Final = b"\xff" * _LENGTH


def _as_it_is(record: Record) -> Any:
    return record


def _as_texts(record: Record) -> Record:
    return {name: text_of(value) for name, value in record.items()}


@dataclass(frozen=True, slots=True)
class Form:
    """One format for records of known columns.

    `names` renames the columns where the format does not allow every name. `pack` makes the object that the converter
    takes, and `unpack` a record of what it returns: that of `expected`.
    """

    converter: MessageConverter
    names: Mapping[str, str]
    pack: Callable[[Record], Any] = _as_it_is
    unpack: Callable[[Any], Record] = _as_it_is
    expected: Callable[[Record], Record] = _as_it_is

    def prepared(self, record: Record) -> Record:
        """Return the record with the names of this format."""
        return {self.names[name]: value for name, value in record.items()}


def json_form(columns: Columns) -> Form:
    """JSON texts."""
    return Form(JsonConverter(), {name: name for name in columns})


def csv_form(columns: Columns) -> Form:
    """A line of values; both sides know the names."""
    return Form(CsvConverter(columns), {name: name for name in columns}, expected=_as_texts)


def xml_form(columns: Columns) -> Form:
    """An element for each column; one whose name cannot be that of an element has its number."""
    names = {name: name if _XML_NAME.fullmatch(name) else f"column-{number}" for number, name in enumerate(columns, 1)}
    return Form(XmlConverter("record"), names, expected=_as_texts)


def protobuf_form(columns: Columns) -> Form:
    """Fields by number; their names are not sent."""
    names = _numbered(columns)
    kinds = {names[name]: kind for name, kind in columns.items()}
    form = protobuf_class("Record", kinds)

    def unpack(found: Any) -> Record:
        record: Record = dict.fromkeys(kinds)
        for field, value in found.ListFields():
            record[field.name] = list(value) if kinds[field.name] == "texts" else value
        return record

    return Form(ProtobufConverter(form), names, lambda record: form(**record), unpack)


def thrift_form(columns: Columns) -> Form:
    """Fields by number; their names are not sent."""
    names = _numbered(columns)
    form = thrift_class("Record", {names[name]: kind for name, kind in columns.items()})

    def unpack(found: Any) -> Record:
        return {name: getattr(found, name) for name in names.values()}

    return Form(ThriftConverter(form), names, lambda record: form(**record), unpack)


def bytes_form(columns: Columns) -> Form:
    """The texts of the values in UTF-8, each behind its length: a layout that both sides must know."""

    def unpack(found: bytes) -> Record:
        record: Record = {}
        start = 0
        for name in columns:
            head = found[start : start + _LENGTH]
            start += _LENGTH
            size = 0 if head == _NONE else int.from_bytes(head)
            record[name] = None if head == _NONE else found[start : start + size].decode()
            start += size
        return record

    def expected(record: Record) -> Record:
        return {name: None if value is None else text_of(value) for name, value in record.items()}

    return Form(BytesConverter(), {name: name for name in columns}, _packed, unpack, expected)


def _packed(record: Record) -> bytes:
    parts = []
    for value in record.values():
        if value is None:
            parts.append(_NONE)
        else:
            text = text_of(value).encode()
            parts += (len(text).to_bytes(_LENGTH), text)
    return b"".join(parts)


def _numbered(columns: Columns) -> dict[str, str]:
    return {name: f"field_{number}" for number, name in enumerate(columns, 1)}


FORMS: Final[dict[str, Callable[[Columns], Form]]] = {
    "JSON": json_form,
    "CSV": csv_form,
    "XML": xml_form,
    "Protobuf": protobuf_form,
    "Thrift": thrift_form,
    "raw bytes": bytes_form,
}
"""The formats by their titles; the first is what the others are compared with."""
