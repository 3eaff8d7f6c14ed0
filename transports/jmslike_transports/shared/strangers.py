"""What answers at a port where the expected protocol does not: asked only after an attempt to connect has failed."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

_PATIENCE: Final = 0.5
"""Seconds for each question."""
_ENOUGH: Final = 12
"""Bytes of an answer that tell the protocols apart."""
_AMQP: Final = b"AMQP\x00\x00\x09\x01"
_STOMP: Final = b"CONNECT\naccept-version:1.2\nhost:/\n\n\0"
_KAFKA: Final = b"\x00\x00\x00\x0a\x00\x12\x00\x00jms?\xff\xff"
"""The request for the versions of the API, with a correlation id that the answer repeats."""

_ADVICE: Final = {
    "AMQP 1.0": "AMQP 1.0, which is not the AMQP 0-9-1 of amqp://: use the broker's STOMP port, with stomp://",
    "AMQP 0-9-1": "AMQP 0-9-1: use amqp://",
    "STOMP": "STOMP: use stomp://",
    "Kafka": "Kafka's protocol: use kafka://",
    "OpenWire": "OpenWire, of ActiveMQ's Java client: use the broker's STOMP port",
    "TLS": "TLS: use the scheme that ends with s, such as stomps://",
    "HTTP": "HTTP: this is not the port for messages",
}


def what_answers(host: str, port: int, expected: str) -> str:
    """Return what is to be added to the error of a failed connection; nothing if `expected` answers, or nothing does.

    `expected` is a key of the advice. One port may speak several protocols, so that one is asked for first.
    """
    found = protocol_at(host, port, expected)
    return "" if found is None or found == expected else f"; this port speaks {_ADVICE[found]}"


def protocol_at(host: str, port: int, first: str) -> str | None:
    """Return the protocol that answers to a question in the one that is asked for first, or to another question."""
    questions = {"AMQP 0-9-1": _AMQP, "STOMP": _STOMP, "Kafka": _KAFKA}
    for question in (questions.pop(first), *questions.values()):
        answer = _answer(host, port, question)
        if answer is None:
            return None
        found = _protocol(question, answer)
        if found is not None:
            return found
    return None


def _answer(host: str, port: int, question: bytes) -> bytes | None:
    """Return the beginning of the answer, empty if there is none; None if nothing listens there."""
    octets = b""
    try:
        link = socket.create_connection((host, port), _PATIENCE)
    except OSError:
        return None
    with suppress(OSError), link:
        link.sendall(question)
        while len(octets) < _ENOUGH and (more := link.recv(4096)):
            octets += more
    return octets


def _protocol(question: bytes, answer: bytes) -> str | None:
    if answer.startswith(b"AMQP"):
        return "AMQP 0-9-1" if answer[4:7] == b"\0\0\x09" else "AMQP 1.0"
    if question is _AMQP and answer.startswith(b"\x01\0\0"):
        return "AMQP 0-9-1"
    if answer.lstrip(b"\n").startswith((b"CONNECTED", b"ERROR")):
        return "STOMP"
    if question is _KAFKA and answer[4:8] == b"jms?":
        return "Kafka"
    if b"ActiveMQ" in answer[:40]:
        return "OpenWire"
    if answer.startswith(b"HTTP/"):
        return "HTTP"
    if answer.startswith((b"\x15\x03", b"\x16\x03")):
        return "TLS"
    return None
