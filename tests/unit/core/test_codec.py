"""Properties and bodies as strings and bytes."""

from __future__ import annotations

import math
from typing import Any

import pytest

from jmslike.codec import TYPES, decode_body, decode_properties, encode_body, encode_properties
from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, Short
from jmslike.values.spelled import spelled_names

PROPERTIES: dict[str, Any] = {
    "flag": True,
    "byte": Byte(-128),
    "short": Short(300),
    "int": -(2**31),
    "long": Long(2**63 - 1),
    "float": Float(1.1),
    "double": 1e300,
    "text": "grün\n:\\",
    "empty": "",
    "null": None,
}


def test_properties_keep_their_types_and_values() -> None:
    headers = encode_properties(PROPERTIES)
    decoded = decode_properties(headers, headers.pop(TYPES))
    assert decoded == PROPERTIES
    assert {name: type(value) for name, value in decoded.items()} == {n: type(v) for n, v in PROPERTIES.items()}


def test_numbers_are_spelled_as_in_java() -> None:
    headers = encode_properties({"f": 1.0, "b": True, "big": 1e10})
    assert (headers["f"], headers["b"], headers["big"]) == ("1.0", "true", "1.0E10")


def test_a_null_is_no_header() -> None:
    assert encode_properties({"p": None}) == {TYPES: "p=n"}


def test_strings_need_no_types_but_where_they_read_as_something_else() -> None:
    strings = {"a": "red", "b": "", "c": "1", "d": "true"}
    assert encode_properties(strings) == {**strings, TYPES: "c=S;d=S"}
    assert spelled_names(decode_properties(dict(strings), "c=S;d=S")) == set()
    assert decode_properties({}, None) == {}


def test_what_a_peer_sent_or_added_without_a_type_is_known_by_its_spelling_only() -> None:
    headers = {"n": "7", "s": "7", "added": "7", "flag": "false", "word": "red"}
    decoded = decode_properties(headers, "n=i;s=S")
    assert decoded == {**headers, "n": 7}
    assert {type(value) for value in decoded.values()} == {int, str}
    assert spelled_names(decoded) == {"added", "flag"}


def test_what_is_sent_on_stays_as_unknown_as_it_came() -> None:
    again = encode_properties(decode_properties({"n": "7", "s": "7"}, "s=S"))
    assert again == {"n": "7", "s": "7", TYPES: "s=S"}


@pytest.mark.parametrize("types", ["n=i", "n=z;", "other=i", "=", "n=?", "n", ";;"])
def test_a_value_that_does_not_fit_its_type_stays_a_string(types: str) -> None:
    decoded = decode_properties({"n": "no number"}, types)
    assert decoded.get("n") in ("no number", False)  # any string reads as a boolean


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("message", None),
        ("text", None),
        ("text", ""),
        ("text", "grün \U0001f600"),
        ("text", "with\0NUL"),
        ("bytes", b""),
        ("bytes", b"\0\xff"),
        ("object", None),
        ("object", b'{"a": 1}'),
        ("object", b"\xff\0"),
        ("map", {}),
        ("map", {"f": Float(1.5), "c": Char("x"), "b": b"\0", "n": None, "l": Long(1), "s": "t", "i": 7, "z": True}),
        ("map", {"inf": math.inf, "small": -1e-300}),
        ("stream", ()),
        ("stream", (Byte(1), Short(2), "three", b"4", None, 5.0)),
    ],
)
def test_bodies_come_back(kind: str, body: Any) -> None:
    octets, is_text, marks = encode_body(kind, body)
    assert not is_text or b"\0" not in octets
    decoded = decode_body(octets, is_text, marks)
    assert decoded == (kind, body)
    if kind in ("map", "stream"):
        values = body.values() if kind == "map" else body
        again = decoded[1].values() if kind == "map" else decoded[1]
        assert [type(value) for value in again] == [type(value) for value in values]


def test_half_a_surrogate_pair_cannot_be_sent() -> None:
    with pytest.raises(MessageFormatError):
        encode_body("text", "\ud800")


@pytest.mark.parametrize(
    ("octets", "is_text", "marks", "expected"),
    [
        (b"text", True, {}, ("text", "text")),
        (b"\xff", True, {}, ("bytes", b"\xff")),
        (b"\xff", False, {}, ("bytes", b"\xff")),
        (b"{", True, {"jmslike_kind": "map", "jmslike_items": "i"}, ("text", "{")),
        (b'{"a":1}', True, {"jmslike_kind": "map", "jmslike_items": ""}, ("text", '{"a":1}')),
        (b'"a"', True, {"jmslike_kind": "stream", "jmslike_items": "S"}, ("text", '"a"')),
        (b"[1]", True, {"jmslike_kind": "stream", "jmslike_items": "?"}, ("text", "[1]")),
        (b"[" * 100_000, True, {"jmslike_kind": "stream"}, ("text", "[" * 100_000)),
        (b"x", True, {"jmslike_kind": "unheard of"}, ("text", "x")),
        (b"not empty", True, {"jmslike_kind": "null text"}, ("text", "not empty")),
    ],
)
def test_what_does_not_fit_its_marks_comes_in_its_best_form(
    octets: bytes, is_text: bool, marks: dict[str, str], expected: tuple[str, Any]
) -> None:
    assert decode_body(octets, is_text, marks) == expected
