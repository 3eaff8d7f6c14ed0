"""What becomes of bodies between a Python program over STOMP, which has only text and bytes, and a Java program."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jmslike.testing import Provider
from tests.interop.clients import Java, Python, content
from tests.interop.values import BIG, OTHER_KINDS, PROPERTIES, SPELLED, TEXT

SAME_IN_BOTH = {
    "text": ("text", TEXT),
    "empty text": ("text", ""),
    "big text": ("text", "ä" * BIG),
    "bytes": ("bytes", bytes(range(256))),
    "empty bytes": ("bytes", b""),
    "big bytes": ("bytes", b"\x00\xff" * BIG),
}

plain = pytest.mark.parametrize(("kind", "body"), SAME_IN_BOTH.values(), ids=SAME_IN_BOTH)


@plain
def test_java_reads_our_text_and_bytes(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    seen = java.receive(queue)
    assert (seen.kind, seen.body) == (kind, body)


@plain
def test_we_read_javas_text_and_bytes(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    java.send(queue, kind, body)
    # without a body some brokers do not distinguish text from bytes
    assert content(python.receive(queue)) in ([(kind, body)] if body else [(kind, body), ("text", "")])


@pytest.mark.parametrize(("kind", "body"), OTHER_KINDS.items(), ids=OTHER_KINDS)
def test_java_reads_our_other_kinds_as_json(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    seen = java.receive(queue)
    assert (seen.kind, seen.properties["jmslike_kind"]) == ("text", kind)
    said = json.loads(seen.body)
    if kind == "map":
        assert (list(said), said["i"], said["S"]) == (list(body), body["i"], body["S"])
    elif kind == "stream":
        assert (len(said), said[3], said[7]) == (len(body), body[3], body[7])
    else:
        assert said == body


@pytest.mark.parametrize("kind", ["map", "stream", "object"])
def test_we_survive_what_stomp_cannot_carry(jms: Provider, python: Python, java: Java, kind: str) -> None:
    """What Java sends as map, stream or object is lost, or comes without its body; later messages arrive."""
    queue, other = jms.queue(), jms.queue()
    with python.context.create_consumer(queue) as consumer:
        java.send(queue, kind, {"map": {"a": 1}, "stream": [1], "object": "x"}[kind])
        java.send(queue, body="and on")
        received = [consumer.receive(jms.patience)]
        while content(received[-1]) != ("text", "and on"):  # type: ignore[arg-type]
            received.append(consumer.receive(jms.patience))
        assert len(received) <= 2
    java.send(other, body="all is well")
    assert content(python.receive(other)) == ("text", "all is well")


def test_java_reads_our_properties_as_strings(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, properties=PROPERTIES)
    seen = java.receive(queue)
    assert {name: seen.properties[name] for name in SPELLED} == SPELLED
