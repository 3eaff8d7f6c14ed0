"""What becomes of messages of other clients whose body a broker has lost."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from jmslike.destinations import Queue
from jmslike_transports.shared.text_forms import LOST_BODY
from jmslike_transports.stomp.dialects.activemq import ActiveMQ
from jmslike_transports.stomp.dialects.artemis import Artemis
from jmslike_transports.stomp.dialects.base import Dialect
from jmslike_transports.stomp.reader import PushedFrame
from jmslike_transports.stomp.strangers import Doubts

QUEUE = Queue("q")
KIND = "JMS_AMQP_MA_x-opt-jms-msg-type"


def frame(body: bytes = b"", /, **headers: Any) -> PushedFrame:
    return PushedFrame({"subscription": "1", "message-id": "5", **headers}, body, 0)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("0", b"", ("message", None)),
        ("1", b"", ("message", None)),
        ("2", b"\0\0", ("message", None)),
        ("3", b"", ("bytes", b"")),
        ("4", b"", ("stream", ())),
        ("5", b"", ("text", "")),
        ("5", b"x", ("text", "x")),
    ],
)
def test_artemis_tells_the_kind_that_qpid_names(kind: str, body: bytes, expected: Any) -> None:
    envelope = Artemis("").read(frame(body, **{KIND: kind}), QUEUE)
    assert (envelope.kind, envelope.body) == expected
    assert envelope.properties == ({LOST_BODY: "object" if kind == "1" else "map"} if kind in "12" else {})


def test_a_message_of_ours_that_passed_through_qpid_keeps_its_kind() -> None:
    envelope = Artemis("").read(frame(b"[]", **{KIND: "5", "jmslike_kind": "stream", "jmslike_items": ""}), QUEUE)
    assert (envelope.kind, envelope.body) == ("stream", ())


def test_a_message_can_be_read_twice() -> None:
    """As after a rollback."""
    pushed = frame(b"\0\0")
    first, again = Artemis("").read(pushed, QUEUE), Artemis("").read(pushed, QUEUE)
    assert (first.kind, first.properties) == (again.kind, again.properties) == ("message", {LOST_BODY: "map"})


DOUBTFUL = [
    (Artemis, frame()),
    (Artemis, frame(b"\0\0")),
    (Artemis, frame(NATIVE_MESSAGE_ID="ID:of Qpid")),
    (Artemis, frame(**{KIND: "1"})),
    (ActiveMQ, frame()),
]
CERTAIN = [
    (Artemis, frame(b"text")),
    (Artemis, frame(NATIVE_MESSAGE_ID="ID:1", __HDR_MESSAGE_ID="ID:1")),
    (Artemis, frame(jmslike_kind="null text")),
    (Artemis, frame(**{KIND: "0"})),
    (Artemis, frame(**{KIND: "5"})),
    (ActiveMQ, frame(b"text")),
    (ActiveMQ, frame(**{"content-length": "0"})),
    (ActiveMQ, frame(jmslike_id="ID:1")),
]


@pytest.mark.parametrize(("dialect", "pushed"), DOUBTFUL)
def test_a_consumer_warns_once(dialect: type[Dialect], pushed: PushedFrame, caplog: pytest.LogCaptureFixture) -> None:
    doubts = Doubts(dialect(""), QUEUE)
    for _ in range(2):
        doubts.look(dialect("").read(pushed, QUEUE), pushed.headers)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "have the sender send a text" in caplog.text


@pytest.mark.parametrize(("dialect", "pushed"), CERTAIN)
def test_nothing_is_said_of_what_is_whole(
    dialect: type[Dialect], pushed: PushedFrame, caplog: pytest.LogCaptureFixture
) -> None:
    Doubts(dialect(""), QUEUE).look(dialect("").read(pushed, QUEUE), pushed.headers)
    assert not caplog.records
