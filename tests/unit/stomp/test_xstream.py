"""Maps and objects of Java in the XML of ActiveMQ Classic, as the broker was seen to write it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, Short
from jmslike_transports.stomp.xstream import read_map, read_object, write_map

ITEMS: list[tuple[str, Any]] = [
    ("<byte>-128</byte>", Byte(-128)),
    ("<short>32767</short>", Short(32767)),
    ("<int>-2147483648</int>", -(2**31)),
    ("<long>9223372036854775807</long>", Long(2**63 - 1)),
    ("<float>1.1</float>", Float(1.1)),
    ("<double>2.5E-300</double>", 2.5e-300),
    ("<double>Infinity</double>", math.inf),
    ("<boolean>true</boolean>", True),
    ("<char>ß</char>", Char("ß")),
    ("<char></char>", Char("\0")),
    ("<byte-array>AP8=</byte-array>", b"\x00\xff"),
    ("<null/>", None),
    ("<string></string>", ""),
    ("<string> 07 </string>", " 07 "),
    ("<string>&lt;&amp;&quot;&apos;&gt;\n\t&#xd;\\ &#x1; ]]&gt;</string>", "<&\"'>\n\t\r\\ \x01 ]]>"),
    ("<string>&amp;amp; &amp;#x41;</string>", "&amp; &#x41;"),
]


@pytest.mark.parametrize(("written", "value"), ITEMS)
def test_an_item_of_a_map_has_its_type(written: str, value: Any) -> None:
    document = f"<map>\n  <entry>\n    <string>a name</string>\n    {written}\n  </entry>\n</map>"
    (read,) = read_map(document).values()
    assert (type(read), read) == (type(value), value)
    assert list(read_map(document)) == ["a name"]


def test_an_empty_map() -> None:
    assert read_map("<map/>") == {}


@pytest.mark.parametrize(
    ("document", "value"),
    [("<string>a &lt;b&gt;</string>", "a <b>"), ("<long>7</long>", 7), ("<boolean>false</boolean>", False)],
)
def test_an_object_is_json(document: str, value: Any) -> None:
    octets = read_object(document)
    assert octets is not None
    assert json.loads(octets) == value


def test_no_object() -> None:
    assert read_object("<null/>") is None


@pytest.mark.parametrize(
    "document",
    [
        "",
        "text",
        "<list><int>1</int></list>",
        "<byte-array>AP8=</byte-array>",
        "<double>NaN</double>",
        "<com.acme.Order><n>1</n></com.acme.Order>",
        "<int>x</int>",
        "<string>",
        "<string></int>",
        "</string>",
        "<int>1</int><int>2</int>",
        '<!DOCTYPE x [<!ENTITY a "b">]><string>&a;</string>',
    ],
)
def test_what_json_cannot_hold_is_refused(document: str) -> None:
    with pytest.raises((ValueError, MessageFormatError)):
        read_object(document)


@pytest.mark.parametrize(
    "document", ["<int>1</int>", "<map><entry><string>a</string></entry></map>", "<map><x/></map>"]
)
def test_what_is_no_map_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match=r"not a map|unpack"):
        read_map(document)


WHOLE = st.characters(min_codepoint=1, max_codepoint=0xFFFF, exclude_categories=["Cs"])
NAMES = st.text(WHOLE, min_size=1)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**7), 2**7 - 1).map(Byte),
    st.integers(-(2**15), 2**15 - 1).map(Short),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Long),
    st.floats(width=32, allow_nan=False).map(Float),
    st.floats(allow_nan=False),
    WHOLE.map(Char),
    st.text(WHOLE),
)


@given(st.dictionaries(NAMES, VALUES))
def test_a_written_map_is_read_as_it_was(items: dict[str, Any]) -> None:
    document = write_map(items)
    assert document is not None
    read = read_map(document)
    assert exact(read) == exact(items)


def exact(items: dict[str, Any]) -> list[tuple[str, type, str]]:
    """Return the items with their types, and the zeros with their signs."""
    return [(name, type(value), repr(value)) for name, value in items.items()]


def test_a_written_nan_is_one() -> None:
    document = write_map({"f": Float(math.nan), "d": math.nan})
    assert document is not None
    assert document.count("NaN") == 2
    assert all(math.isnan(value) for value in read_map(document).values())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a", "x\0"),
        ("a", Char("\0")),
        ("a", "\U0001f600"),
        ("a", Char("\ud83d")),
        ("a", b"x"),
        ("a", b""),
        ("a\0", 1),
        ("\U0001f600", 1),
        ("", 1),
        ("ß" * 30_000, 1),
    ],
)
def test_what_the_broker_would_not_keep_is_not_written(name: str, value: Any) -> None:
    assert write_map({"other": 1, name: value}) is None
