"""STOMP frames as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stomp.utils import parse_frame

from jmslike.errors import MessageFormatError
from jmslike_transports.stomp.frames import ack_frame, escape, fits_connect, frame, header_lines

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))


@pytest.mark.parametrize(
    ("text", "written"),
    [("plain", "plain"), ("a:b", "a\\cb"), ("a\nb", "a\\nb"), ("a\rb", "a\\rb"), ("a\\cb", "a\\\\cb"), ("", "")],
)
def test_special_characters_are_escaped(text: str, written: str) -> None:
    assert escape(text) == written


@given(TEXT.filter(bool), TEXT, TEXT)
def test_stomp_reads_values_as_they_were_written(name: str, value: str, body: str) -> None:
    name = "n" + "".join(character for character in name if character.isalnum())
    octets = frame("SEND", header_lines({name: value}), body.encode())
    assert octets.endswith(b"\0")
    read = parse_frame(octets[:-1])
    assert (read.cmd, read.headers, read.body) == ("SEND", {name: value}, body.encode())


def test_what_utf_8_cannot_hold_is_refused() -> None:
    with pytest.raises(MessageFormatError, match="surrogate"):
        header_lines({"a": "\ud800"})


@pytest.mark.parametrize(("value", "fits"), [("a:b\\", True), ("a\nb:c", False), ("\r", False), ("\0", False)])
def test_nothing_can_be_added_to_a_connect_frame(value: str, fits: bool) -> None:
    assert fits_connect(value) is fits


def test_an_ack_names_one_message() -> None:
    assert ack_frame("12,34:5") == b"ACK\nid:12,34\\c5\n\n\0"
