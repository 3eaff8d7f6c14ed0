"""Properties files, as java.util.Properties reads them."""

from __future__ import annotations

import pytest

from jmslike.bindings.properties import parse_properties


@pytest.mark.parametrize(
    ("data", "entries"),
    [
        (b"", {}),
        (b"a=1\nb:2\nc 3\nd\t=\t4\ne  :  5", {"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}),
        (b"a==1\nb:=2\nc = : 3", {"a": "=1", "b": "=2", "c": ": 3"}),
        (b"empty\nalso=\n", {"empty": "", "also": ""}),
        (b"= value", {"": "value"}),
        (b"a=1\r\nb=2\rc=3", {"a": "1", "b": "2", "c": "3"}),
        (b"# a=1\n  ! b=2\n\n \t\f\nc=3", {"c": "3"}),
        (b"# a comment ends \\\nc=3", {"c": "3"}),
        (b"c=3 # no comment", {"c": "3 # no comment"}),
        (b"  \f a = 1  ", {"a": "1  "}),
        (b"a=1,\\\n   2,\\\r\n\t3", {"a": "1,2,3"}),
        (b"a=1\\\n# 2", {"a": "1# 2"}),
        (b"a=1\\\n\nb=2", {"a": "1", "b": "2"}),
        (b"a=1\\\\\nb=2\\\\\\\n3", {"a": "1\\", "b": "2\\3"}),
        (b"a=1\\", {"a": "1"}),
        (b"\\\n\na=1", {"a": "1"}),
        (b"\\\n# b=2\na=1", {"a": "1"}),
        (b"a=1\n\\", {"a": "1", "": ""}),
        (b"a\\ b\\=c\\:d = 1", {"a b=c:d": "1"}),
        (b'a=\\t\\n\\r\\f\\z\\"', {"a": '\t\n\r\fz"'}),
        (b"a=\\u20AC\\u00e4\\uD83D\\uDE00", {"a": "€ä😀"}),
        (b"a=\\ud83d!", {"a": "\ud83d!"}),
        (b"a=\xe4", {"a": "ä"}),
        (b"\\#a=1\n\\!b=2", {"#a": "1", "!b": "2"}),
        (b"a=1\na=2", {"a": "2"}),
    ],
)
def test_entries_are_those_that_java_reads(data: bytes, entries: dict[str, str]) -> None:
    assert parse_properties(data) == entries


@pytest.mark.parametrize("data", [b"a=\\u12", b"a=\\u12G4", b"\\u=1"])
def test_a_malformed_escape_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="four hexadecimal digits"):
        parse_properties(data)
