"""Shapes: how a Python type is written as JSON values, and read from them, exactly.

A value of another shape raises MessageFormatError, which says where in the value it stands.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeVar, get_args, get_origin
from uuid import UUID

from jmslike.errors import MessageFormatError
from jmslike.exact import type_name

T = TypeVar("T")


class Shape(NamedTuple):
    """What one type is in JSON."""

    kinds: frozenset[str]
    """Of null, boolean, integer, number, text, list and object: which of them it may be."""
    accepts: Callable[[Any], bool]
    """Whether a Python value is of the type, as far as its own class shows."""
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


_KINDS: dict[type, str] = {
    types.NoneType: "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    list: "list",
    dict: "object",
}
_TEXTS: dict[type, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    Decimal: (str, Decimal),
    UUID: (str, UUID),
    date: (date.isoformat, date.fromisoformat),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    time: (time.isoformat, time.fromisoformat),
}
"""The types that are texts in JSON: how they are written and read."""


class Shapes:
    """The shapes of a type and of the types in it; one that contains itself is looked up by name when it is used."""

    def __init__(self) -> None:
        self._known: dict[type, Shape] = {}

    def of(self, form: Any) -> Shape:
        """Return the shape of a type. Raises ValueError for one that JSON cannot be read as without doubt."""
        origin, arguments = get_origin(form), get_args(form)
        if form is Any:
            return Shape(frozenset(_KINDS.values()), _any, plain, _as_it_is)
        if form is None or (form in _KINDS and form not in (list, dict)):
            return _simple(types.NoneType if form is None else form)
        if form in (list, dict):
            return self.of(list[Any] if form is list else dict[str, Any])
        if form in _TEXTS:
            return _textual(form)
        if origin in (typing.Union, types.UnionType):
            return _union([self.of(each) for each in arguments], form)
        if origin is list and len(arguments) == 1:
            return _list(self.of(arguments[0]))
        if origin is dict and len(arguments) == 2 and arguments[0] is str:
            return _dict(self.of(arguments[1]))
        if isinstance(form, type) and issubclass(form, Enum):
            return _enum(form, [self.of(type(member.value)) for member in form])
        if isinstance(form, type) and is_dataclass(form):
            return self._dataclass(form)
        raise ValueError(f"{form!r} has no form in JSON for a JsonConverter")

    def _dataclass(self, form: type) -> Shape:
        if form in self._known:
            return self._known[form]
        parts: dict[str, tuple[Field[Any], Shape]] = {}
        shape = self._known[form] = _object(form, parts)
        try:
            hints = typing.get_type_hints(form)
        except NameError as error:
            raise ValueError(f"{form.__qualname__} has a type that is not at the top of its module: {error}") from error
        for field in fields(form):
            if not field.init:
                raise ValueError(f"{form.__qualname__}.{field.name} cannot be given to the class")
            parts[field.name] = field, self.of(hints[field.name])
        return shape


def _any(value: object) -> bool:
    return True


def _as_it_is(value: T) -> T:
    return value  # what json has read is plain


def plain(value: Any) -> Any:
    """Return a value of JSON as it is; what Python's json would change raises MessageFormatError."""
    kind = type(value)
    if kind is dict:
        for name, item in value.items():
            _check(name, str)
            _at(name, plain, item)
    elif kind is list:
        for number, item in enumerate(value):
            _at(number, plain, item)
    elif kind not in _KINDS:
        raise MessageFormatError(f"a {type_name(value)} has no form of its own in JSON")
    return value


def _check(value: Any, kind: type[T]) -> T:
    if type(value) is not kind:
        raise MessageFormatError(f"wanted {kind.__name__}, not {type_name(value)}")
    return value


def _at(place: object, act: Callable[[Any], T], value: Any) -> T:
    """Act on a part of a value; an error says which part it was."""
    try:
        return act(value)
    except MessageFormatError as error:
        raise MessageFormatError(f"{place}: {error}") from None


def _simple(kind: type) -> Shape:
    if kind is float:
        return Shape(frozenset(["integer", "number"]), lambda value: type(value) in (int, float), _float, _float)

    def same(value: Any) -> Any:
        return _check(value, kind)

    return Shape(frozenset([_KINDS[kind]]), lambda value: type(value) is kind, same, same)


def _float(value: Any) -> float:
    number = value
    if type(value) is int:
        try:
            number = float(value)
        except OverflowError:
            raise MessageFormatError("the integer is too large for a float") from None
        if number != value:
            raise MessageFormatError(f"a float cannot hold {value}")
    return _check(number, float)


def _textual(kind: type) -> Shape:
    to_text, from_text = _TEXTS[kind]

    def read(value: Any) -> Any:
        try:
            return from_text(_check(value, str))
        except (ValueError, ArithmeticError) as error:
            raise MessageFormatError(f"{value!r} is no {kind.__name__}") from error

    return Shape(
        frozenset(["text"]), lambda value: type(value) is kind, lambda value: to_text(_check(value, kind)), read
    )


def _enum(form: type[Enum], values: list[Shape]) -> Shape:
    def read(value: Any) -> Enum:
        for member in form:
            if type(member.value) is type(value) and member.value == value:
                return member
        raise MessageFormatError(f"{value!r} is no {form.__name__}")

    kinds = frozenset().union(*(shape.kinds for shape in values))
    if not kinds <= {"text", "integer"}:
        raise ValueError(f"the values of {form.__qualname__} are not all texts or integers")
    return Shape(kinds, lambda value: type(value) is form, lambda value: _check(value, form).value, read)


def _list(item: Shape) -> Shape:
    def write(value: Any) -> list[Any]:
        return [_at(number, item.write, each) for number, each in enumerate(_check(value, list))]

    def read(value: Any) -> list[Any]:
        return [_at(number, item.read, each) for number, each in enumerate(_check(value, list))]

    return Shape(frozenset(["list"]), lambda value: type(value) is list, write, read)


def _dict(item: Shape) -> Shape:
    def write(value: Any) -> dict[str, Any]:
        return {_check(name, str): _at(name, item.write, each) for name, each in _check(value, dict).items()}

    def read(value: Any) -> dict[str, Any]:
        return {name: _at(name, item.read, each) for name, each in _check(value, dict).items()}

    return Shape(frozenset(["object"]), lambda value: type(value) is dict, write, read)


def _union(members: list[Shape], form: Any) -> Shape:
    kinds: set[str] = set()
    for member in members:
        if kinds & member.kinds - {"integer"} or ("integer" in kinds & member.kinds and "number" not in member.kinds):
            raise ValueError(f"two members of {form} look the same in JSON")
        kinds |= member.kinds
    by_kind = {kind: member for member in reversed(members) for kind in member.kinds}

    def write(value: Any) -> Any:
        for member in members:
            if member.accepts(value):
                return member.write(value)
        raise MessageFormatError(f"wanted {form}, not {type_name(value)}")

    def read(value: Any) -> Any:
        member = by_kind.get(_KINDS.get(type(value), ""))
        if member is None:
            raise MessageFormatError(f"wanted {form}, not {type_name(value)}")
        return member.read(value)

    return Shape(frozenset(kinds), lambda value: any(member.accepts(value) for member in members), write, read)


def _object(form: type, parts: dict[str, tuple[Field[Any], Shape]]) -> Shape:
    def write(value: Any) -> dict[str, Any]:
        _check(value, form)
        return {name: _at(name, shape.write, getattr(value, name)) for name, (_, shape) in parts.items()}

    def read(value: Any) -> Any:
        unknown = _check(value, dict).keys() - parts
        if unknown:
            raise MessageFormatError(f"{form.__name__} has no {', '.join(sorted(unknown))}")
        given = {}
        for name, (field, shape) in parts.items():
            if name in value:
                given[name] = _at(name, shape.read, value[name])
            elif field.default is MISSING and field.default_factory is MISSING:
                raise MessageFormatError(f"{form.__name__} lacks {name}")
        try:
            return form(**given)
        except Exception as error:  # of a __post_init__ that checks
            raise MessageFormatError(f"no {form.__name__} can be made of that: {error}") from error

    return Shape(frozenset(["object"]), lambda value: type(value) is form, write, read)
