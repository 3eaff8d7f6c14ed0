"""What is sent to OpenMQ otherwise than it is, as its broker or its client would refuse it, lose it or fail at it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings

from jmslike.destinations import Queue
from jmslike.envelope import Envelope, Headers
from jmslike.errors import InvalidDestinationError, MessageFormatError
from jmslike.selector import parse
from jmslike.testing.selector_cases import CASES
from jmslike_transports.jvm.marks import without_marks
from jmslike_transports.jvm.names import require_destination, require_subscription
from jmslike_transports.jvm.providers.openmq import OpenMq
from tests.unit.selector.naive import printed
from tests.unit.selector.support import Message, selects
from tests.unit.selector.test_random import conditions, messages

_OPENMQ = OpenMq()


def sent(body: Any = "a", headers: Headers = Headers(), **properties: Any) -> Envelope:  # noqa: B008 - immutable
    """Return a message as the client gets it."""
    kind = "text" if isinstance(body, str) else "message"
    envelope = Envelope.make(
        id="ID:1", destination=Queue("q"), kind=kind, body=body, headers=headers, properties=properties
    )
    return _OPENMQ.sendable(envelope)


@pytest.mark.parametrize("text", ["a\U0001f600", "a\0", "x" * 32_768, "ü" * 16_384])
def test_headers_that_the_broker_cannot_read(text: str) -> None:
    """HDR-06, HDR-10: they go as properties, and come back."""
    message = sent(headers=Headers(text, Queue("answers"), text), p=1)
    assert (message.headers, message.properties["p"]) == (Headers(None, Queue("answers"), None), 1)
    received = without_marks(message)
    assert (received.headers, received.properties) == (Headers(text, Queue("answers"), text), {"p": 1})


@pytest.mark.parametrize("text", [None, "", "größe", "x" * 32_767, b"\xff"])
def test_headers_that_it_reads(text: Any) -> None:
    """HDR-06: they stay where they are."""
    message = sent(headers=Headers(text))
    assert (message.headers.correlation_id, message.properties) == (text, {})


def test_the_empty_text() -> None:
    """MSG-08: its client takes it for none."""
    assert without_marks(sent("")).body == ""
    assert sent("a").properties == sent(None).properties == {}


@pytest.mark.parametrize("text", ["x" * 65_536, "\U0001f600" * 11_000, "\0" * 33_000])
def test_long_properties(text: str) -> None:
    """ERR-07: its client would lose them."""
    with pytest.raises(MessageFormatError, match="takes at most 65,535 bytes"):
        sent(p=text)
    with pytest.raises(MessageFormatError, match="takes at most 65,535 bytes"):
        sent(headers=Headers(text))


def test_names() -> None:
    """DST-01: the name of a queue is that of a file; a subscription may have a longer one."""
    require_destination(Queue("x" * 254), _OPENMQ.names)
    require_subscription("x" * 600, _OPENMQ.names)
    for name in ("x" * 255, "ü" * 128, "a\0"):
        with pytest.raises(InvalidDestinationError):
            require_destination(Queue(name), _OPENMQ.names)


@pytest.mark.parametrize(
    ("text", "values", "selected"), [case[1:] for case in CASES if case[1]], ids=[case[0] for case in CASES if case[1]]
)
def test_case(text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-32: to a provider that is as the specification says, the written selector is the same."""
    assert selects(_OPENMQ.selector(parse(text)), **values) is selected


@settings(max_examples=300, deadline=None)
@given(conditions, messages)
def test_any_selector(condition: Any, message: Message) -> None:
    """SEL-32: except for what is not a number (NaN), as with other providers."""
    assume(not any(isinstance(each, float) and not math.isfinite(each) for each in message.properties.values()))
    selector = parse(printed(condition))
    assume("/" not in selector.text and "*" not in selector.text)
    assert parse(_OPENMQ.selector(selector)).matches(message) is selector.matches(message)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("'a!_%' ESCAPE '!'", "'ab_%' ESCAPE 'b'"),
        ("'!!!%' ESCAPE '!'", "'!a%' ESCAPE 'a'"),
        ("'!!x' ESCAPE '!'", "'!x'"),
        ("'%'", "'%'"),
    ],
)
def test_escapes(pattern: str, written: str) -> None:
    """SEL-25: the broker reads an escaped escape as one that waits for the next character."""
    assert f"(s LIKE {written})" in _OPENMQ.selector(parse(f"s LIKE {pattern}"))
