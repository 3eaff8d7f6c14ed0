"""Messages of hostile or foreign programs are delivered in their best form, without other harm to the receiver."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping

import pika
import pytest

from jmslike import BytesMessage, Message, Session, TextMessage
from jmslike.values import Long
from tests.brokers import Broker
from tests.faults.steps import PATIENCE, Connect

VALUE_OF = {
    "void": (b"V", None),
    "a byte": (b"b\xff", -1),
    "an unsigned byte": (b"B\xff", 255),
    "a short": (b"s\xff\xff", -1),
    "an unsigned short": (b"u\xff\xff", 65535),
    "an unsigned int": (b"i\xff\xff\xff\xff", Long(2**32 - 1)),
    "a long": (b"l\x80\0\0\0\0\0\0\0", Long(-(2**63))),
    "a decimal": (b"D\2\0\0\0\7", "0.07"),
    "a decimal of many digits": (b"D\xff\x7f\xff\xff\xff", "2.147483647E-246"),
    "bytes": (b"x\0\0\0\2ab", "ab"),
    "a text that is none": (b"S\0\0\0\2\xff\xfe", "\ufffd\ufffd"),
    "a time": (b"T\0\0\0\0\0\0\0\0", "1970-01-01 00:00:00+00:00"),
    "a time before all times": (b"T\xff\xff\xff\xff\xff\xff\xff\xfb", Long(-5)),
    "a time after all times": (b"T\x7f\xff\xff\xff\xff\xff\xff\xff", Long(2**63 - 1)),
    "a table": (b"F\0\0\0\7\1nI\0\0\0\1", '{"n": 1}'),
    "a table with a name that is none": (b"F\0\0\0\7\1\xffI\0\0\0\1", '{"\\ufffd": 1}'),
    "an array of times": (b"A\0\0\0\x09T\x7f\xff\xff\xff\xff\xff\xff\xff", "[9223372036854775807]"),
}
CONTENT_TYPE, HEADERS, CORRELATION_ID, REPLY_TO, MESSAGE_ID, TIMESTAMP, TYPE = (
    1 << bit for bit in (15, 13, 10, 9, 7, 6, 5)
)
NO_TEXT = b"\2\xff\xfe"
JAVA = b"\xac\xed\0\5"


class Octets(pika.BasicProperties):  # type: ignore[misc]
    """Properties as they stand on the wire."""

    def __init__(self, flags: int, octets: bytes) -> None:
        super().__init__()
        self._octets = struct.pack(">H", flags) + octets

    def encode(self) -> list[bytes]:
        return [self._octets]


def table(entries: Mapping[bytes, bytes]) -> bytes:
    octets = b"".join(bytes((len(name),)) + name + value for name, value in entries.items())
    return struct.pack(">I", len(octets)) + octets


def with_headers(**entries: bytes) -> Octets:
    return Octets(HEADERS, table({name.encode(): value for name, value in entries.items()}))


def nested(value: bytes, wrap: Callable[[bytes], bytes], times: int) -> bytes:
    for _ in range(times):
        value = wrap(value)
    return value


Receive = Callable[[Octets | None, bytes], Message]


@pytest.fixture(params=[Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE], ids=["auto", "client"])
def receive(rabbitmq: Broker, connect: Connect, name: str, request: pytest.FixtureRequest) -> Iterator[Receive]:
    """Send with pika alone, receive, and check that the next message comes, too."""
    url = rabbitmq.url("amqp")
    session = connect(url).create_session(request.param)
    consumer = session.create_consumer(session.create_queue(name))
    stranger = pika.BlockingConnection(pika.URLParameters(url))
    channel = stranger.channel()
    channel.confirm_delivery()

    def send_and_receive(properties: Octets | None, body: bytes) -> Message:
        channel.basic_publish("", name, body, properties)
        channel.basic_publish("", name, b"next")
        message, following = consumer.receive(PATIENCE), consumer.receive(PATIENCE)
        assert isinstance(following, BytesMessage)
        assert following.get_body(bytes) == b"next"
        assert message is not None
        following.acknowledge()
        return message

    yield send_and_receive
    stranger.close()


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/plain", "é".encode(), TextMessage),
        ("application/json", b'{"n": 1}', TextMessage),
        ("application/octet-stream", b"body", BytesMessage),
        ("text/plain", b"\xff\xfe", BytesMessage),
        ("nonsense", b"body", BytesMessage),
    ],
)
def test_bodies(receive: Receive, content_type: str, body: bytes, kind: type[Message]) -> None:
    """MSG-46: text as TextMessage, all else, and what only claims to be text, as BytesMessage."""
    message = receive(pika.BasicProperties(content_type), body)
    assert isinstance(message, kind)
    assert message.get_body(bytes if kind is BytesMessage else str) == (body if kind is BytesMessage else body.decode())


@pytest.mark.parametrize("kind", VALUE_OF)
def test_values(receive: Receive, kind: str) -> None:
    octets, value = VALUE_OF[kind]
    message = receive(with_headers(value=octets), b"body")
    assert message.get_object_property("value") == value
    assert message.get_body(bytes) == b"body"


@pytest.mark.parametrize(
    "wrap",
    [lambda value: b"A" + struct.pack(">I", len(value)) + value, lambda value: b"F" + table({b"n": value})],
    ids=["arrays", "tables"],
)
def test_values_within_values(receive: Receive, wrap: Callable[[bytes], bytes]) -> None:
    message = receive(with_headers(value=nested(b"V", wrap, 10_000)), b"body")
    assert isinstance(message.get_object_property("value"), str)
    message = receive(with_headers(value=nested(b"V", wrap, 3)), b"body")
    assert message.get_object_property("value") in ("[[[null]]]", '{"n": {"n": {"n": null}}}')


def test_headers_that_are_no_text(receive: Receive) -> None:
    for flag in (CONTENT_TYPE, CORRELATION_ID, REPLY_TO, MESSAGE_ID, TYPE):
        message = receive(Octets(flag, NO_TEXT), b"body")
        assert message.get_body(bytes) == b"body"
        texts = {message.message_id, message.correlation_id, message.type, getattr(message.reply_to, "name", None)}
        assert ("\ufffd\ufffd" in texts or "ID:\ufffd\ufffd" in texts) == (flag != CONTENT_TYPE)
    message = receive(Octets(HEADERS, table({b"\xff": b"t\1"})), b"body")
    assert message.get_boolean_property("\ufffd")


def test_headers_of_ours_that_are_not_so(receive: Receive) -> None:
    message = receive(
        with_headers(
            JMSTimestamp=b"l\x7f\xff\xff\xff\xff\xff\xff\xff",
            JMSPriority=b"F\0\0\0\0",
            JMSMessageID=b"V",
            JMSCorrelationID=b"A\0\0\0\0",
            JMSXGroupID=b"I\0\0\0\1",
            JMSXGroupSeq=b"S\0\0\0\1x",
            JMSXDeliveryCount=b"S\0\0\0\1x",
            jmslike_kind=b"S\0\0\0\3map",
            jmslike_types=b"S\0\0\0\7k=b;=;;",
            **{
                "rmq.jmslike.due": b"l\x7f\xff\xff\xff\xff\xff\xff\xff",
                "rmq.jmslike.reply.to": b"S\0\0\0\6queue/",
                "rmq.jmslike.correlation.bytes": b"S\0\0\0\2zz",
                "rmq.jmslike.properties": b"S\0\0\0\2[]",
            },
        ),
        b"body",
    )
    assert message.get_body(bytes) == b"body"
    assert (message.timestamp, message.priority, message.reply_to) == (0, 4, None)
    assert message.get_int_property("JMSXDeliveryCount") == 1
    assert receive(Octets(TIMESTAMP, b"\xff" * 8), b"body").timestamp == 0


@pytest.mark.parametrize(
    "body",
    [
        JAVA,
        JAVA + b"\x77\xff",
        JAVA + b"\x7a\x7f\xff\xff\xff",
        JAVA + b"\x77\x02\xff\xff",
        JAVA + b"\x73" * 50_000,
        JAVA + bytes(range(256)) * 100,
    ],
    ids=["nothing", "cut off", "a huge block", "a huge text", "nested", "anything"],
)
def test_bodies_that_only_look_like_one_of_java(receive: Receive, body: bytes) -> None:
    assert receive(None, body).get_body(bytes) == body


def test_they_become_dead_letters(rabbitmq: Broker, connect: Connect, name: str) -> None:
    """A message that is read only in part can be forwarded."""
    odd = with_headers(**{kind.replace(" ", "_"): octets for kind, (octets, _) in VALUE_OF.items()})
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.url("amqp"))) as stranger:
        channel = stranger.channel()
        channel.queue_declare(name, durable=True)
        channel.basic_publish("", name, b"body", odd)
    for profile in ("jms", "plain"):
        connection = connect(rabbitmq.url("amqp"), profile=profile, max_redeliveries=0, dead_letter=f"{name}-{profile}")
        session = connection.create_session(Session.SESSION_TRANSACTED)
        consumer = session.create_consumer(session.create_queue(name))
        dead = session.create_consumer(session.create_queue(f"{name}-{profile}"))
        assert consumer.receive(PATIENCE) is not None
        session.rollback()
        assert consumer.receive_no_wait() is None
        consumer.close()
        letter = dead.receive(PATIENCE)
        assert letter is not None
        assert letter.get_string_property("a_decimal") == "0.07"
        session.create_producer(session.create_queue(name)).send(letter)
        session.commit()
        connection.close()
