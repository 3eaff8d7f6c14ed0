"""What the application passes is brought to exactly Python's types: names, options, numbers, bytes, destinations."""

from __future__ import annotations

import math
from datetime import timedelta
from enum import Enum
from typing import Any

import pytest

import jmslike
from jmslike import InvalidDestinationError, JMSError, MessageFormatError, Queue, TemporaryQueue, Topic
from jmslike.destinations import Destination, exact_destination
from jmslike.durations import seconds
from jmslike.exact import exact_boolean, exact_integer, exact_text, type_name
from jmslike.message import MapMessage, Message, ObjectMessage, new_message
from jmslike.message.typed import item_value, property_value
from jmslike.options import text_of, whole
from jmslike.selector import parse
from jmslike.send_settings import check_delivery_mode, check_priority
from jmslike.settings import make_settings
from jmslike.values import Byte, Char, Float, Long, Short


class Name(str, Enum):  # noqa: UP042 - prints as Name.ORDERS, and StrEnum does not
    ORDERS = "orders"
    NINE = "9"


class Level(int, Enum):
    HIGH = 9
    ONE = 1


class Ratio(float):
    pass


class Octets(bytes):
    pass


def exactly(value: object) -> tuple[type, object]:
    return type(value), value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (exact_text(Name.ORDERS), "orders"),
        (exact_integer(Level.HIGH), 9),
        (exact_integer(True), 1),
        (Queue(Name.ORDERS).name, "orders"),
        (parse(Name("orders") + " = 1").text, "orders = 1"),
        (check_priority(Level.HIGH), 9),
        (int(check_delivery_mode(Level.ONE)), 1),
        (seconds(Ratio(1.5), "timeout"), 1.5),
        (seconds(timedelta(milliseconds=1500), "timeout"), 1.5),
        (whole("window", Level.HIGH, 1), 9),
        (text_of(Name.ORDERS), "orders"),
        (text_of(Level.HIGH), "9"),
        (text_of(timedelta(milliseconds=1500)), "1.5"),
        (text_of(True), "True"),
        (property_value(Name.ORDERS), "orders"),
        (property_value(Level.HIGH), 9),
        (property_value(Ratio(0.5)), 0.5),
        (item_value(Octets(b"a")), b"a"),
    ],
)
def test_a_value_is_of_exactly_its_type(value: object, expected: object) -> None:
    assert exactly(value) == exactly(expected)


@pytest.mark.parametrize("kind", [Byte, Short, Long, Float])
def test_a_narrow_number_keeps_its_kind(kind: Any) -> None:
    """PROP-03: of a subclass, too."""
    own = type("Own", (kind,), {})
    assert exactly(property_value(own(5))) == exactly(kind(5))


def test_a_char_keeps_its_kind() -> None:
    own: Any = type("Own", (Char,), {})
    assert exactly(item_value(own("a"))) == exactly(Char("a"))


def test_general_options_are_exact() -> None:
    settings = make_settings(
        {
            "client_id": Name.ORDERS,
            "password": Name.ORDERS,
            "dead_letter": Name.ORDERS,
            "max_redeliveries": Level.HIGH,
            "redelivery_delay": timedelta(milliseconds=250),
            "request_timeout": timedelta(minutes=1),
        }
    )
    assert [type(text) for text in (settings.client_id, settings.password, settings.dead_letter)] == [str] * 3
    assert (settings.client_id, settings.dead_letter) == ("orders", "orders")
    assert exactly(settings.max_redeliveries) == (int, 9)
    assert (settings.redelivery_delay, settings.request_timeout) == (0.25, 60.0)


@pytest.mark.parametrize("credentials", [(5, "x"), ("me", b"secret")])
def test_users_and_passwords_are_texts(credentials: Any) -> None:
    """CONN-22: a password is not quoted."""
    with pytest.raises(JMSError, match="takes a str") as caught:
        jmslike.ConnectionFactory("native://exact").create_connection(*credentials)
    assert "secret" not in str(caught.value)


def test_urls_and_options_of_a_transport_may_be_of_a_subclass() -> None:
    url = type("Own", (str,), {"__str__": lambda self: "printed"})("native://exact-options")
    with jmslike.connect(url, block_timeout=timedelta(seconds=2), max_depth=Level.HIGH) as context:
        context.create_producer().send(context.create_queue(Name.ORDERS), "text")
    jmslike.forget(url)


def test_names_of_properties_and_items_are_exact() -> None:
    message = new_message(MapMessage)
    message.set_int_property(Name.ORDERS, 1)
    message.set_string(Name.ORDERS, Name.NINE)
    (name,), ((item, value),) = message.property_names, message.items()
    assert [exactly(each) for each in (name, item, value)] == [(str, "orders"), (str, "orders"), (str, "9")]


def test_what_a_serializer_returns_is_copied() -> None:
    """MSG-10: an encoder may return a bytearray, and go on using it; anything but bytes is refused."""

    class Encoder:
        def __init__(self, body: Any) -> None:
            self.body = body

        def encode(self, value: Any) -> Any:
            return self.body

        def decode(self, body: bytes) -> Any:
            return body

    message, body = new_message(ObjectMessage), bytearray(b"one")
    message._serializer = Encoder(body)
    message.object = 1
    body[:] = b"two"
    assert exactly(message.object) == (bytes, b"one")
    message._serializer = Encoder("text")
    with pytest.raises(MessageFormatError, match=r"the object, of type int, cannot be encoded .*bytes-like"):
        message.object = 1


# ---- destinations ---------------------------------------------------------------------------------------------------


def test_a_destination_is_of_one_of_the_four_kinds() -> None:
    deleted: list[Destination] = []
    own: Any = type("Own", (Queue,), {})
    ours: Any = type("Ours", (TemporaryQueue,), {})
    assert exactly(exact_destination(own("a"), "")) == (Queue, Queue("a"))
    temporary = exact_destination(ours("t", deleted.append), "")
    assert exactly(temporary) == (TemporaryQueue, TemporaryQueue("t"))
    temporary.delete()  # type: ignore[attr-defined]
    assert deleted == [temporary]
    topic = Topic("a")
    assert exact_destination(topic, "") is topic


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [(None, "None"), ("q", "the str 'q': name a queue by create_queue"), (5, "int"), (Destination("q"), "Destination")],
)
def test_what_is_no_queue_and_no_topic(wrong: Any, shown: str) -> None:
    """PROD-08: the error says what it is, and how to name a queue."""
    with pytest.raises(InvalidDestinationError, match=f"needed to send to, not .*{shown}"):
        exact_destination(wrong, "to send to")
    message = new_message(Message)
    if wrong is not None:
        with pytest.raises(InvalidDestinationError, match=f"needed as JMSReplyTo, or None, not .*{shown}"):
            message.reply_to = wrong


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_a_type_is_shown_with_its_module() -> None:
    assert (type_name(1), type_name(None), type_name(timedelta())) == ("int", "NoneType", "datetime.timedelta")


def test_a_duration_that_no_float_holds_is_forever() -> None:
    assert seconds(10**400, "timeout") == math.inf


@pytest.mark.parametrize(
    ("act", "error", "text"),
    [
        (lambda m: m.get_int_property("zz"), ValueError, "the property 'zz': missing or None"),
        (lambda m: m.set_int_property("n", "1"), MessageFormatError, "the property 'n': wanted an int, not str"),
        (lambda m: m.set_byte_property("n", 300), ValueError, "the property 'n': 300 is out of the range"),
        (lambda m: m.properties.update(n=[]), MessageFormatError, "the property 'n': wanted bool, int"),
        (lambda m: m.get_int("zz"), ValueError, "the item 'zz': missing or None"),
        (lambda m: m.set_char("n", "ab"), ValueError, "the item 'n': a char is one"),
        (lambda m: m.update(n=[]), MessageFormatError, "the item 'n': wanted bool, int"),
        (lambda m: setattr(m, "type", 5), MessageFormatError, "the header 'JMSType': wanted a str or None"),
        (lambda m: setattr(m, "timestamp", 2**64), ValueError, "the header 'JMSTimestamp': .* out of the range"),
        (lambda m: setattr(m, "priority", "5"), MessageFormatError, "JMSPriority is an int, not str"),
        (lambda m: setattr(m, "delivery_mode", 3), JMSError, "JMSDeliveryMode is 1 to 2, not 3"),
    ],
)
def test_an_error_names_what_was_read_or_set(act: Any, error: type[Exception], text: str) -> None:
    """PROP-05, PROP-11, MSG-16, MSG-18: the property, item or header."""
    with pytest.raises(error, match=text):
        act(new_message(MapMessage))


@pytest.mark.parametrize(("value", "exact"), [(True, True), (False, False), (1, True), (0, False), (Level.ONE, True)])
def test_a_boolean_may_be_0_or_1(value: Any, exact: bool) -> None:
    assert exact_boolean(value, "x") is exact


@pytest.mark.parametrize("value", [2, -1, "false", "", None, 0.0, [], Level.HIGH])
def test_nothing_else_is_a_boolean(value: Any) -> None:
    with pytest.raises(ValueError, match="x is True or False, not "):
        exact_boolean(value, "x")


def test_settings_that_are_booleans_refuse_texts() -> None:
    with jmslike.connect("native://booleans") as context:
        topic: Any = context.create_topic("t")
        with pytest.raises(ValueError, match="no_local is True or False"):
            context.create_consumer(topic, None, "false")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="auto_start is True or False"):
            context.auto_start = "no"  # type: ignore[assignment]
        with pytest.raises(ValueError, match="disable_message_id is True or False"):
            context.create_producer().set_disable_message_id("no")  # type: ignore[arg-type]
