"""What Artemis is told: selectors, headers, names; and what is read from its frames."""

from __future__ import annotations

from typing import Any

import pytest
from stomp.utils import Frame

from jmslike import Queue, TemporaryQueue, Topic
from jmslike.errors import InvalidClientIDError, InvalidDestinationError, UnsupportedFeatureError
from jmslike.selector import parse
from jmslike.spi import Envelope, Headers, SubscriptionSpec
from jmslike.values import Long, PropertyValue
from jmslike_transports.stomp.dialects.artemis import Artemis

ARTEMIS = Artemis("ActiveMQ-Artemis/2.44.0 ActiveMQ Artemis Messaging Engine")
HERE = Queue("here")


def read(body: bytes = b"", **headers: str) -> Envelope:
    """Read a frame as Artemis makes it for a text."""
    named = {name.replace("_", "-") if name.islower() else name: value for name, value in headers.items()}
    frame = {"subscription": "s1", "message-id": "1,2", "persistent": "true", "priority": "4", **named}
    return ARTEMIS.read(Frame("MESSAGE", frame, body), HERE)


@pytest.mark.parametrize(
    ("selector", "spelled"),
    [
        ("n = 2", "(n = 2.0)"),
        ("n = 9007199254740993", "(n = 9007199254740993)"),
        ("n = 0x1F", "(n = 31.0)"),
        ("d < .7e4", "(d < 7000.0)"),
        ("b", "(b = TRUE)"),
        ("NOT b", "(NOT (b = TRUE))"),
        ("NOT c IN ('UK')", "(NOT (c IN ('UK')))"),
        ("a OR b AND c", "((a = TRUE) OR ((b = TRUE) AND (c = TRUE)))"),
        ("n NOT BETWEEN 1 AND 3", "(NOT (n >= 1.0 AND n <= 3.0))"),
        ("a + b - c = 1", "(((a - (-1 * b)) - c) = 1.0)"),
        ("-n / 2 = 1", "(((-1 * n) / 2.0) = 1.0)"),
        ("s LIKE 'o''b!_%' ESCAPE '!'", "(s LIKE 'o''b!_%' ESCAPE '!')"),
        ("s IS NOT NULL", "(s IS NOT NULL)"),
        ("JMSPriority > 4", "(AMQPriority > 4.0)"),
        ("JMSDeliveryMode = 'PERSISTENT'", "(AMQDurable = 'DURABLE')"),
        ("s = 'PERSISTENT'", "(s = 'PERSISTENT')"),
        ("JMSDeliveryMode IN ('NON_PERSISTENT')", "(AMQDurable IN ('NON_DURABLE'))"),
        ("JMSMessageID LIKE 'ID:%'", "(NATIVE_MESSAGE_ID LIKE 'ID:%')"),
        ("JMSXGroupID = 'g'", "(AMQGroupID = 'g')"),
        ("TRUE", "TRUE"),
    ],
)
def test_selectors_are_spelled_for_artemis(selector: str, spelled: str) -> None:
    assert ARTEMIS.selector(parse(selector)) == f"convert_string_expressions:{spelled}"


@pytest.mark.parametrize("selector", ["größe = 1", "xpath = 'a'"])
def test_a_name_that_artemis_cannot_read_is_refused(selector: str) -> None:
    with pytest.raises(UnsupportedFeatureError):
        ARTEMIS.selector(parse(selector))


@pytest.mark.parametrize(
    ("spec", "client_id", "headers"),
    [
        (SubscriptionSpec(HERE), None, {"destination": "here", "subscription-type": "ANYCAST"}),
        (SubscriptionSpec(Topic("t")), "c", {"destination": "t", "subscription-type": "MULTICAST"}),
        (SubscriptionSpec(Topic("t"), None, "n", True), "c", {"destination": "t", "durable-subscription-name": "n"}),
        (SubscriptionSpec(Topic("t"), None, "b.c", True), "a", {"durable-subscription-name": "b\\.c"}),
        (SubscriptionSpec(Topic("t"), None, "c", True), "a.b\\", {"destination": "t::a\\.b\\\\.c"}),
        (SubscriptionSpec(Topic("t"), None, "n", True, True), None, {"destination": "t::jmslike.n"}),
        (SubscriptionSpec(Topic("t"), None, "n", False, True), None, {"destination": "t::nonDurable.n"}),
        (SubscriptionSpec(Topic("t"), None, "n", False, True), "c", {"destination": "t::nonDurable.c.n"}),
    ],
)
def test_subscribing(spec: SubscriptionSpec, client_id: str | None, headers: dict[str, str]) -> None:
    assert headers.items() <= ARTEMIS.subscription_plan(spec, client_id).headers.items()


@pytest.mark.parametrize("name", ["a::b", "::a", "a::"])
def test_a_name_that_artemis_divides_names_no_subscription_or_client(name: str) -> None:
    """Two of them would share one queue, and each would miss messages."""
    for spec in (
        SubscriptionSpec(Topic("t"), None, name, True),
        SubscriptionSpec(Topic("t"), None, name, True, True),
        SubscriptionSpec(Topic("t"), None, name, False, True),
    ):
        with pytest.raises(InvalidDestinationError, match="cannot name a subscription"):
            ARTEMIS.subscription_plan(spec, "c")
    with pytest.raises(InvalidDestinationError):
        ARTEMIS.unsubscribe_requests(name, "c")
    with pytest.raises(InvalidClientIDError):
        ARTEMIS.client_id_claim(name)


BAD_NAMES = ["::a", "a::", "::", "a::b::c", "a\nb", "a\rb", "a\x85b", "a\u2028b", "a\u2029b", "a::b\n", "\ud800"]


@pytest.mark.parametrize("place", [*map(Queue, BAD_NAMES), *map(Topic, ["a::b", *BAD_NAMES])], ids=repr)
def test_a_name_that_artemis_divides_or_refuses_names_no_destination(place: Queue | Topic) -> None:
    with pytest.raises(InvalidDestinationError) as sent:
        ARTEMIS.address(place)
    with pytest.raises(InvalidDestinationError) as received:
        ARTEMIS.subscription_plan(SubscriptionSpec(place), None)
    assert str(sent.value) == str(received.value)
    assert str(sent.value).isprintable()


def test_a_queue_of_an_address_has_its_own_name() -> None:
    assert ARTEMIS.address(Queue("a::b"))["destination"] == "a::b"
    assert ARTEMIS.client_id_claim("a:b") is None


def test_what_the_last_shared_consumer_leaves_is_deleted() -> None:
    request = ARTEMIS.cleanup_request(SubscriptionSpec(Topic("t"), None, "n", False, True), "c")
    assert request is not None
    assert request[:3] == ("UNSUBSCRIBE", {"id": "none", "durable-subscription-name": "n"}, "nonDurable.c")
    assert ARTEMIS.cleanup_request(SubscriptionSpec(Topic("t")), "c") is None


def test_what_a_client_sets_is_told() -> None:
    envelope = Envelope.make(
        id="ID:x:1:1:1:1",
        destination=HERE,
        kind="text",
        body="",
        expiration=5,
        delivery_time=4,
        headers=Headers("c", TemporaryQueue("r"), "t"),
        properties={"JMSXGroupID": "g", "JMSXGroupSeq": 3, "priority": "mine", "n": 1},
    )
    assert ARTEMIS.headers(envelope) == {
        "JMSXGroupID": "g",
        "_AMQ_GROUP_SEQUENCE": "3",
        "jmslike_p_priority": "mine",
        "n": "1",
        "jmslike_types": "n=i",
        "correlation-id": "c",
        "type": "t",
        "reply-to": "temp-queue://r",
        "expires": "5",
        "AMQ_SCHEDULED_TIME": "4",
        "JMSjmslike_due": "4",
    }


def test_a_frame_of_another_client_is_read() -> None:
    envelope = read(
        b"text",
        correlation_id="c",
        expires="7",
        timestamp="5000",
        type="t",
        reply_to="queue://r",
        __AMQ_CID="hidden",
        JMS_AMQP_HEADER="hidden",
        NATIVE_MESSAGE_ID="ID:native",
        _AMQ_GROUP_ID="g",
        _AMQ_GROUP_SEQUENCE="2",
        colour="red",
    )
    assert (envelope.kind, envelope.body, envelope.id) == ("text", "text", "ID:native")
    assert envelope.headers == Headers("c", Queue("r"), "t")
    assert (envelope.expiration, envelope.timestamp, envelope.priority, envelope.delivery_mode) == (7, 5000, 4, 2)
    assert envelope.properties == {"colour": "red", "JMSXGroupID": "g", "JMSXGroupSeq": 2}


def test_the_place_of_the_length_tells_bytes_from_text() -> None:
    frame: dict[str, Any] = {"subscription": "s1", "content-length": "1", "message-id": "1,2"}
    assert ARTEMIS.read(Frame("MESSAGE", frame, b"x"), HERE).kind == "bytes"
    frame = {"subscription": "s1", "message-id": "1,2", "content-length": "1"}
    assert ARTEMIS.read(Frame("MESSAGE", frame, b"x"), HERE).kind == "text"


@pytest.mark.parametrize("value", ["", "-1", "x", "99999999999999999999999", "²"])
def test_headers_that_are_no_numbers_do_no_harm(value: str) -> None:
    envelope = read(priority=value, expires=value, timestamp=value, _AMQ_GROUP_ID="g", _AMQ_GROUP_SEQUENCE=value)
    assert envelope.body == ""
    assert 0 <= envelope.priority <= 9


def consumer_of(destination: Queue | Topic) -> SubscriptionSpec:
    return SubscriptionSpec(destination)


@pytest.mark.parametrize("sent_to", [True, False])
def test_a_topic_whose_name_is_known_as_a_queues_is_refused(*, sent_to: bool) -> None:
    """DST-02: as its consumer would get what is in the queue."""
    artemis = Artemis("ActiveMQ-Artemis/2.44.0")
    artemis.subscription_plan(consumer_of(Topic("place")), None)
    if sent_to:
        artemis.address(Queue("place"))
    else:
        artemis.subscription_plan(consumer_of(Queue("place")), None)
    with pytest.raises(InvalidDestinationError, match="used the name as a queue's"):
        artemis.subscription_plan(consumer_of(Topic("place")), None)
    artemis.subscription_plan(consumer_of(Topic("other")), None)


def test_properties_that_are_called_as_our_own_headers_come_back() -> None:
    named: dict[str, PropertyValue] = {
        "jmslike_types": "a=b",
        "jmslike_id": 5,
        "jmslike_p_x": None,
        "jmslike_p_": True,
        "priority": Long(7),
        "n": 1,
    }
    envelope = Envelope.make(id="ID:1", destination=HERE, kind="text", body="b", properties=named)
    came = ARTEMIS.read(Frame("MESSAGE", {"message-id": "1", **ARTEMIS.headers(envelope)}, b"b"), HERE).properties
    assert {name: (type(value), value) for name, value in came.items()} == {n: (type(v), v) for n, v in named.items()}
