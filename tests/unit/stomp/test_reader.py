"""Taking MESSAGE frames out of what comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from stomp.utils import parse_frame

from jmslike_transports.stomp.frames import escape, frame, header_lines
from jmslike_transports.stomp.reader import PushedFrame, Reader, read_frame

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
NAMES = TEXT.filter(lambda name: bool(name) and name != "content-length")


def read(pieces: list[bytes]) -> tuple[list[PushedFrame], bytes]:
    """Return the messages in what comes in these pieces, and what stomp.py sees of it but for the signs of life."""
    messages: list[PushedFrame] = []
    waiting = iter([*pieces, b""])
    reader = Reader(lambda: next(waiting), {b"MESSAGE": messages.append})
    seen = b""
    while octets := reader.receive():
        seen += octets if octets != b"\n" else b""
    return messages, seen


@given(
    st.lists(st.tuples(st.dictionaries(NAMES, TEXT, max_size=4), st.binary(max_size=9)), max_size=4),
    st.lists(st.integers(1, 20), min_size=1),
)
def test_frames_come_whole_however_they_are_cut(sent: list[tuple[dict[str, str], bytes]], cuts: list[int]) -> None:
    octets = b"".join(
        frame("MESSAGE", header_lines({**headers, "content-length": str(len(body))}), body) + b"\n"
        for headers, body in sent
    )
    pieces, number = [], 0
    while octets:
        size = cuts[number % len(cuts)]
        pieces.append(octets[:size])
        octets, number = octets[size:], number + 1
    messages, seen = read(pieces)
    expected = [({**headers, "content-length": str(len(body))}, body) for headers, body in sent]
    assert [(message.headers, message.body) for message in messages] == expected
    assert seen == b""


def test_other_frames_go_through() -> None:
    receipt, error = b"RECEIPT\nreceipt-id:1\n\n\0", b"ERROR\ncontent-length:3\n\na\0b\0"
    messages, seen = read([b"\n" + receipt + b"MESSAGE\n", b"a:b\n\nbody\0", b"\n\n" + error])
    assert seen == receipt + error
    assert [(message.headers, message.body) for message in messages] == [({"a": "b"}, b"body")]


def test_the_first_of_two_headers_counts() -> None:
    assert read_frame(b"MESSAGE\na:1\na:2\n\n").headers == {"a": "1"}


def test_lines_may_end_as_on_windows() -> None:
    (message,), _ = read([b"MESSAGE\r\na:1\r\ncontent-length:2\r\n\r\n\r\n\0\r\n"])
    assert (message.headers, message.body) == ({"a": "1", "content-length": "2"}, b"\r\n")


def test_what_is_not_escaped_rightly_stays() -> None:
    assert read_frame(b"MESSAGE\na:\\t\\\n\n\n").headers == {"a": "\\t\\"}
    assert read_frame(b"MESSAGE\na:\xff\n\n").headers == {"a": "\ufffd"}


@given(st.dictionaries(NAMES.filter(lambda name: ":" not in escape(name)), TEXT, max_size=5), st.binary(max_size=9))
def test_it_reads_as_stomp_does(headers: dict[str, str], body: bytes) -> None:
    octets = frame("MESSAGE", header_lines(headers), body)[:-1]
    ours, theirs = read_frame(octets), parse_frame(octets)
    assert ours.body == (theirs.body or b"")
    if all(name.isalnum() for name in headers):
        assert ours.headers == theirs.headers


def test_a_nul_in_a_header_ends_no_frame() -> None:
    value = "x\0MESSAGE\n\nforged"
    octets = frame("MESSAGE", header_lines({"a": value}), b"body")
    for pieces in ([octets], [octets[:15], octets[15:]], [octets[start : start + 1] for start in range(len(octets))]):
        (message,), seen = read(pieces)
        assert (message.headers, message.body, seen) == ({"a": value}, b"body", b"")


def test_a_large_body_comes_in_pieces() -> None:
    body = b"x" * 1_000_000
    for headers, whole in (({"content-length": str(len(body))}, b"\0" + body[1:]), ({}, body)):
        octets = frame("MESSAGE", header_lines(headers), whole)
        (message,), _ = read([octets[start : start + 1000] for start in range(0, len(octets), 1000)])
        assert message.body == whole
