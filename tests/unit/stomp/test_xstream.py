"""Maps and objects of Java in the XML of ActiveMQ Classic, as the broker was seen to write it."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, Short
from jmslike_transports.stomp.xstream import read_map, read_object

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
