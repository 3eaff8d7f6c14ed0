"""XmlConverter: nested mappings come back with their values as texts; DTDs, entities and other XML are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jmslike import MessageFormatError
from jmslike.converters import XmlConverter
from tests.unit.converters.steps import a_context, text_of

CONTEXT = a_context()
ORDERS = XmlConverter("order")
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\r\n<&>")
)
NAMES = st.from_regex(r"[A-Za-z_é][A-Za-z0-9_.é-]{0,8}", fullmatch=True)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.dictionaries(NAMES, inner | st.lists(inner, min_size=2, max_size=3), min_size=1, max_size=3),
    max_leaves=8,
)
ORDER = st.dictionaries(NAMES, VALUES | st.lists(VALUES, min_size=2, max_size=3), max_size=4)


@given(ORDER)
@example({"a": "\r\n\t <&>]]>\"'"})
def test_nested_mappings_come_back(order: dict[str, Any]) -> None:
    assert ORDERS.from_message(ORDERS.to_message(order, CONTEXT)) == order


@given(st.fixed_dictionaries({}, optional={"line": st.lists(VALUES, min_size=1, max_size=3), "note": TEXTS}))
def test_the_named_elements_are_lists_however_many_there_are(order: dict[str, Any]) -> None:
    orders = XmlConverter("order", lists=["line"])
    assert orders.from_message(orders.to_message(order, CONTEXT)) == order


def test_the_text_is_what_other_programs_write() -> None:
    order = {"id": 7, "gift": True, "note": None, "price": Decimal("9.90"), "to": {"town": "A & B"}, "line": ["a", "b"]}
    assert text_of(ORDERS.to_message(order, CONTEXT)) == (
        "<order><id>7</id><gift>true</gift><note></note><price>9.90</price><to><town>A &amp; B</town></to>"
        "<line>a</line><line>b</line></order>"
    )


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("<order/>", {}),
        ("<order> </order>", {}),
        ("<?xml version='1.0' encoding='UTF-16'?>\n<!-- new -->\n<order>\n  <id>7</id>\n</order>\n", {"id": "7"}),
        ("<order><id> </id></order>", {"id": " "}),
        ("<order><id><![CDATA[<7>]]></id></order>", {"id": "<7>"}),
        ("<order><id>&lt;&#55;&#x37;&amp;</id></order>", {"id": "<77&"}),
        ("<order><a/><b/><a>2</a></order>", {"a": ["", "2"], "b": ""}),
        ("<order><?php x?><id>7</id></order>", {"id": "7"}),
    ],
)
def test_xml_of_other_programs_is_read(text: str, order: Any) -> None:
    assert ORDERS.from_message(CONTEXT.create_text_message(text)) == order


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_bytes_are_read_in_the_encoding_that_they_declare(encoding: str) -> None:
    message = CONTEXT.create_bytes_message()
    message.write_bytes(f"<?xml version='1.0' encoding='{encoding}'?><order><id>é</id></order>".encode(encoding))
    assert ORDERS.from_message(message) == {"id": "é"}


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE order [<!ENTITY l0 "lol">{LAUGHS}]><order><id>&l9;</id></order>',
        f'<!DOCTYPE order [<!ENTITY a "{"a" * 100_000}">]><order><id>{"&a;" * 100_000}</id></order>',
        '<!DOCTYPE order [<!ENTITY f SYSTEM "file:///etc/passwd">]><order><id>&f;</id></order>',
        '<!DOCTYPE order SYSTEM "http://127.0.0.1:9/order.dtd"><order/>',
        '<!DOCTYPE order [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><order/>',
        "<!DOCTYPE order [<!ATTLIST order a CDATA 'x'>]><order/>",
        "<!DOCTYPE order><order/>",
    ],
    ids=["billion laughs", "quadratic", "file", "external DTD", "parameter entity", "attributes", "bare"],
)
def test_a_dtd_is_refused_before_anything_in_it_is_read(text: str) -> None:
    message = CONTEXT.create_text_message(text)
    with pytest.raises(MessageFormatError, match="has a DTD"):
        ORDERS.from_message(message)
    assert message.text == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no XML"),
        ("lamp", "is no XML"),
        ("<order>", "is no XML"),
        ("<order/><order/>", "is no XML"),
        ("<order><id>&nbsp;</id></order>", "undefined entity"),
        ("<order><id>\0</id></order>", "is no XML"),
        ("<order><id>\ud800</id></order>", "is no XML"),
        ("<invoice/>", "wanted the root order, not invoice"),
        ("<order>lamp</order>", "'lamp' does not stand alone"),
        ("<order><a>one<b/>two</a></order>", "a: the text 'onetwo' does not stand alone"),
        ("<order id='7'/>", r"order: attributes are not read: \['id'\]"),
        ("<order xmlns='urn:shop'/>", "attributes are not read"),
        ("<order>" * 100_000, "is no XML"),
    ],
)
def test_other_xml_is_refused(text: str, problem: str) -> None:
    message = CONTEXT.create_text_message(text)
    with pytest.raises(MessageFormatError, match=problem):
        ORDERS.from_message(message)
    assert message.text == text


@pytest.mark.parametrize("declared", ["no-such-encoding", "utf-7", "hex"])
def test_bytes_in_an_unknown_encoding_are_refused(declared: str) -> None:
    message = CONTEXT.create_bytes_message()
    message.write_bytes(f"<?xml version='1.0' encoding='{declared}'?><order><id>é</id></order>".encode())
    with pytest.raises(MessageFormatError, match="is no XML"):
        ORDERS.from_message(message)


def _deep(levels: int) -> dict[str, Any]:
    deep: dict[str, Any] = {"a": "x"}
    for _ in range(levels):
        deep = {"a": deep}
    return deep


@pytest.mark.parametrize(
    ("thing", "problem"),
    [
        ("lamp", "takes a mapping, not str"),
        ([{"id": 7}], "takes a mapping, not list"),
        ({"two words": 1}, "'two words' cannot be the name of an XML element"),
        ({"a><b": 1}, "cannot be the name"),
        ({"7": 1}, "cannot be the name"),
        ({"": 1}, "cannot be the name"),
        ({7: 1}, "cannot be the name"),
        ({"a:b": 1}, "cannot be the name"),
        ({"a": "\0"}, r"a: XML cannot hold the character '\\x00'"),
        ({"a": "\ud800"}, "XML cannot hold"),
        ({"a": "\ufffe"}, "XML cannot hold"),
        ({"a": b""}, "a bytes has no text"),
        ({"a": {}}, "a: an empty mapping would be read as an empty text"),
        ({"a": []}, "a: XML has no empty list"),
        ({"a": ["x"]}, r"a: a list of one .* lists=\['a'\]"),
        ({"a": [["x"], ["y"]]}, "a list has no text"),
        ({"line": "x"}, "line: it is in `lists`"),
        (_deep(100_000), "nested too deeply"),
    ],
)
def test_what_would_not_come_back_equal_is_refused(thing: Any, problem: str) -> None:
    with pytest.raises(MessageFormatError, match=problem):
        XmlConverter("order", lists=["line"]).to_message(thing, CONTEXT)


@pytest.mark.parametrize("name", ["", "two words", "7", "a:b", "a/", None, "&", "\ud800"])
def test_the_names_are_those_of_elements(name: Any) -> None:
    with pytest.raises(ValueError, match="cannot be the name of an XML element"):
        XmlConverter(name)
    with pytest.raises(ValueError, match="cannot be the name of an XML element"):
        XmlConverter("order", lists=[name])
