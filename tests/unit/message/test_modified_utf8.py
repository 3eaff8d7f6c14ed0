"""Modified UTF-8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.values.modified_utf8 import decode, encode


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        ("a", b"a"),
        ("\0", b"\xc0\x80"),
        ("a\0\0b", b"a\xc0\x80\xc0\x80b"),
        ("\x7f\x80", b"\x7f\xc2\x80"),
        ("\u07ff\u0800", b"\xdf\xbf\xe0\xa0\x80"),
        ("\uffff", b"\xef\xbf\xbf"),
        ("\U00010000", b"\xed\xa0\x80\xed\xb0\x80"),
        ("\U0001f600", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("\U0010ffff", b"\xed\xaf\xbf\xed\xbf\xbf"),
        ("\ud83d", b"\xed\xa0\xbd"),
    ],
)
def test_known_encodings(text: str, data: bytes) -> None:
    """MSG-35: NUL in two bytes, beyond U+FFFF as two surrogates."""
    assert encode(text) == data
    assert decode(data) == text


@pytest.mark.parametrize("data", [b"\xf0\x9f\x98\x80", b"\xff", b"\x80", b"a\xc3", b"\xe0\xa0", b"\xc3a"])
def test_what_is_not_in_this_encoding(data: bytes) -> None:
    """MSG-35: also the four bytes of ordinary UTF-8."""
    with pytest.raises(ValueError, match=r"modified|utf-8"):
        decode(data)


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_survives(text: str) -> None:
    """MSG-35: and no byte is zero. Two lone surrogates in a row are one character, as in Java."""
    encoded = encode(text)
    assert 0 not in encoded
    assert decode(encoded) == text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
