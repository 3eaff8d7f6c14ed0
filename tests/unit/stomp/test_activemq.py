"""What ActiveMQ Classic is told: selectors, headers, names; and what is read from its frames."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from stomp.utils import Frame

from jmslike import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.errors import InvalidDestinationError, JMSError, UnsupportedFeatureError
from jmslike.selector import parse
from jmslike.spi import Envelope, Headers, SubscriptionSpec
from jmslike_transports.stomp.dialects.activemq import ActiveMQ
from jmslike_transports.stomp.frames import header_lines

ACTIVEMQ = ActiveMQ("ActiveMQ/6.1.4")
HERE = Queue("here")


def read(headers: Mapping[str, str], body: bytes = b"") -> Envelope:
    """Read a frame as Classic makes it."""
    always = {"message-id": "ID:host-1-2-5:1:-1:1:7", "expires": "0", "priority": "4", "timestamp": "1500"}
    return ACTIVEMQ.read(Frame("MESSAGE", always | dict(headers), body), HERE)


@pytest.mark.parametrize(
    ("destination", "address"),
    [
        (Queue("a.b"), "/queue/a.b"),
        (Topic("VirtualTopic.T"), "/topic/VirtualTopic.T"),
        (TemporaryQueue("ID:host-1-2-5:1:1"), "/remote-temp-queue/ID:host-1-2-5:1:1"),
        (TemporaryTopic("ID:host-1-2-5:1:2"), "/remote-temp-topic/ID:host-1-2-5:1:2"),
    ],
)
def test_a_destination_has_an_address_that_leads_back(destination: Destination, address: str) -> None:
    assert ACTIVEMQ.address(destination) == {"destination": address}
    reply_to = read({"reply-to": address}).headers.reply_to
    assert (type(reply_to), reply_to) == (type(destination), destination)


@pytest.mark.parametrize("name", ["a,b", "a?consumer.exclusive=true", " a", "a "])
def test_a_name_that_would_become_another_is_refused(name: str) -> None:
    with pytest.raises(InvalidDestinationError):
        ACTIVEMQ.address(Queue(name))


def test_a_message_id_is_sought_among_ours_and_the_brokers() -> None:
    assert ACTIVEMQ.selector(parse("JMSMessageID = 'ID:1'")) == (
        "(jmslike_id IS NULL AND (JMSMessageID = 'ID:1')) OR (jmslike_id IS NOT NULL AND (jmslike_id = 'ID:1'))"
    )


@pytest.mark.parametrize("selector", ["n + 1 = 2", "a BETWEEN 1 AND n * 2", "-n < 3", "JMSPriority = n - 1"])
def test_the_broker_is_not_asked_to_calculate_with_strings(selector: str) -> None:
    with pytest.raises(UnsupportedFeatureError, match="'n'"):
        ACTIVEMQ.selector(parse(selector))


def test_the_broker_may_calculate_with_numbers() -> None:
    assert ACTIVEMQ.selector(parse("JMSPriority - 1 = 2")) == "((JMSPriority - 1.0) = 2.0)"


def test_another_selector_or_no_local_is_another_durable_subscription() -> None:
    plain = SubscriptionSpec(Topic("t"), name="s", durable=True)
    selecting = SubscriptionSpec(Topic("t"), parse("n = 'x'"), name="s", durable=True)
    deaf = SubscriptionSpec(Topic("t"), name="s", durable=True, excluded_origin="me")
    assert "selector" not in ACTIVEMQ.subscription_plan(plain, "me").headers  # what Java calls by that name
    texts = [ACTIVEMQ.subscription_plan(spec, "me").headers["selector"] for spec in (selecting, deaf)]
    assert len(set(texts)) == 2
    assert all(parse(text).matches(read({})) for text in texts)


def test_a_delayed_message_keeps_its_expiration() -> None:
    now = int(time.time() * 1000)
    sent = Envelope.make(id="ID:1", destination=HERE, kind="text", expiration=now + 90_000, delivery_time=now + 60_000)
    headers = ACTIVEMQ.headers(sent)
    assert 50_000 < int(headers["AMQ_SCHEDULED_DELAY"]) <= 60_000
    assert int(headers["expires"]) + int(headers["AMQ_SCHEDULED_DELAY"]) == now + 90_000
    assert read({**headers, "expires": "5"}).expiration == now + 90_000


def test_a_group_comes_back() -> None:
    sent = Envelope.make(
        id="ID:1", destination=HERE, kind="text", properties={"JMSXGroupID": "g", "JMSXGroupSeq": 3, "n": 1}
    )
    headers = ACTIVEMQ.headers(sent)
    assert (headers["JMSXGroupID"], headers["JMSXGroupSeq"]) == ("g", "3")
    returned = {name: text for name, text in headers.items() if not name.startswith("JMSX")}
    assert read(returned).properties == {"JMSXGroupID": "g", "JMSXGroupSeq": 3, "n": 1}


def test_what_java_sent_is_read() -> None:
    headers = {"type": "order", "correlation-id": "c", "color": "red", "persistent": "true", "scheduledJobId": "ID:9"}
    message = read(headers, b"text")
    assert (message.kind, message.body, message.id) == ("text", "text", "ID:host-1-2-5:1:-1:1:7")
    assert (message.delivery_mode, message.timestamp) == (2, 1500)
    assert message.headers == Headers("c", None, "order")
    assert message.properties == {"color": "red"}
    assert read({"content-length": "2"}, b"\x00\xff").kind == "bytes"


def test_a_map_of_ours_that_the_broker_left_as_text_is_a_map() -> None:
    """With the XStream of its own configuration, the broker may refuse to read what it reads by default."""
    marks = {"jmslike_kind": "map", "transformation": "jms-xml", "transformation-error": "forbidden"}
    envelope = read(marks, b"<map><entry><string>n</string><long>7</long></entry></map>")
    assert (envelope.kind, envelope.body, dict(envelope.properties)) == ("map", {"n": 7}, {})


def test_a_map_of_ours_without_its_body_is_marked() -> None:
    envelope = read({"jmslike_kind": "map", "transformation": "jms-map-xml"})
    assert (envelope.kind, dict(envelope.properties)) == ("message", {"JMS_jmslike_lost_body": "map"})


def text_of(**properties: str) -> Envelope:
    return Envelope.make(id="ID:1", destination=HERE, kind="text", body="b", properties=properties)


@pytest.mark.parametrize("text", ["x" * 10_230, "é" * 5_100])
def test_a_header_may_be_as_long_as_the_broker_reads(text: str) -> None:
    lines = header_lines(ACTIVEMQ.headers(text_of(p=text)))
    assert ACTIVEMQ.checked(lines) == lines


def test_a_message_that_would_end_the_connection_is_refused() -> None:
    for text in ("x" * 10_240, "é" * 5_200, ":" * 5_200):
        with pytest.raises(JMSError, match=r"property 'p' takes \d+ bytes, of which ActiveMQ allows 10240"):
            ACTIVEMQ.checked(header_lines(ACTIVEMQ.headers(text_of(p=text))))
    with pytest.raises(JMSError, match="more than 998 headers and properties"):
        ACTIVEMQ.checked(header_lines(ACTIVEMQ.headers(text_of(**{f"property{number}": "" for number in range(1000)}))))


def test_a_selector_that_would_end_the_connection_is_refused() -> None:
    selector = parse(f"a = '{'x' * 10_240}'")
    for ask in (
        lambda: ACTIVEMQ.subscription_plan(SubscriptionSpec(HERE, selector), None),
        lambda: ACTIVEMQ.subscription_plan(SubscriptionSpec(Topic("t"), selector, "n", durable=True), None),
        lambda: ACTIVEMQ.browse_headers(HERE, selector),
    ):
        with pytest.raises(JMSError, match="'selector' takes"):
            ask()
