"""Errors (ERR): their classes, which one is raised when, and setters that are passed wrong types."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import jmslike
from jmslike import (
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSError,
    JMSSecurityError,
    MessageEOFError,
    MessageFormatError,
    MessageNotReadableError,
    MessageNotWriteableError,
    ResourceAllocationError,
    Session,
    TransactionInProgressError,
    TransactionRolledBackError,
)
from jmslike.testing import Provider
from jmslike.testing.line import Line
from jmslike.testing.steps import put

OF_THE_SPECIFICATION: list[type[JMSError]] = [
    JMSError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSSecurityError,
    MessageEOFError,
    MessageFormatError,
    MessageNotReadableError,
    MessageNotWriteableError,
    ResourceAllocationError,
    TransactionInProgressError,
    TransactionRolledBackError,
]

NOT = {
    "boolean": (1, "true", None, 0.5, b"b"),
    "integer": ("1", 1.0, None, True, b"1"),
    "real": ("1.0", None, True, b"1", 1j),
    "char": (1, None, b"c", True),
    "string": (1, True, b"text", ["s"]),
    "bytes": ("text", 1, [1, 2]),
}
"""What is no value of a type."""

WRONG: dict[str, tuple[object, ...]] = {
    "boolean": NOT["boolean"],
    **dict.fromkeys(("byte", "short", "int", "long"), NOT["integer"]),
    **dict.fromkeys(("float", "double"), NOT["real"]),
    "char": NOT["char"],
    "string": NOT["string"],
    "bytes": NOT["bytes"],
}


def outcome(call: Callable[[], object]) -> Exception | None:
    """Return what the call raises, or None."""
    try:
        call()
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize("kind", OF_THE_SPECIFICATION, ids=lambda kind: kind.__name__)
def test_every_error_is_a_jms_error_with_code_and_cause(jms: Provider, kind: type[JMSError]) -> None:
    """ERR-01: the message, error_code (None by default) and linked_exception, which is also the cause."""
    cause = OSError("broken pipe")
    error = kind("the reason", "E42", cause)
    assert isinstance(error, JMSError)
    assert str(error) == "the reason"
    assert error.error_code == "E42"
    assert error.linked_exception is error.__cause__ is cause
    plain = kind("the reason")
    assert (plain.error_code, plain.linked_exception) == (None, None)


def test_classic_and_simplified_api_raise_the_same_errors(jms: Provider) -> None:
    """ERR-02: one except clause serves both."""
    session = jms.connection().create_session()
    context = jms.context()
    for owner in (session, context):
        assert type(outcome(owner.commit)) is IllegalStateError
        owner.close()
        assert type(outcome(owner.create_message)) is IllegalStateError


def test_errors_that_java_has_of_its_own_are_plain_python_ones(jms: Provider) -> None:
    """ERR-03: ValueError and IndexError, none of which is a JMSError."""
    session = jms.connection().create_session()
    message = session.create_message()
    message.set_string_property("text", "many")
    octets = session.create_bytes_message()
    octets.write_int(1)
    octets.reset()
    calls: list[tuple[Callable[[], object], type[Exception]]] = [
        (lambda: message.get_int_property("text"), ValueError),
        (lambda: message.get_float_property("absent"), ValueError),
        (lambda: message.set_int_property("", 1), ValueError),
        (lambda: session.create_producer().send(message), ValueError),
        (lambda: octets.read_bytes(-1), IndexError),
    ]
    for call, kind in calls:
        error = outcome(call)
        assert isinstance(error, kind)
        assert not isinstance(error, JMSError)


def test_each_mistake_has_its_error(jms: Provider) -> None:
    """ERR-04: the one that the specification names."""
    line = Line(jms)
    session = line.session
    text, octets = session.create_text_message("text"), session.create_bytes_message()
    received = line.through(octets)
    calls: list[tuple[Callable[[], object], type[JMSError]]] = [
        (session.commit, IllegalStateError),
        (session.rollback, IllegalStateError),
        (lambda: session.create_consumer(line.destination, "a ="), InvalidSelectorError),
        (lambda: session.create_consumer(None), InvalidDestinationError),  # type: ignore[arg-type]
        (lambda: session.create_queue(""), InvalidDestinationError),
        (octets.read_int, MessageNotReadableError),
        (received.read_int, MessageEOFError),
        (lambda: received.write_int(1), MessageNotWriteableError),
        (lambda: text.set_object_property("p", []), MessageFormatError),
        (lambda: line.connection.create_session(99), JMSError),
    ]
    for call, kind in calls:
        error = outcome(call)
        assert isinstance(error, kind), f"raised {error!r}, expected {kind.__name__}"
    line.send_texts("works on")
    assert line.next_text() == "works on"


def test_a_refused_user_is_a_security_error(jms: Provider) -> None:
    """ERR-04, CONN-22: for a connection and for a context."""
    user, password = jms.refused_user()
    with pytest.raises(JMSSecurityError):
        jms.factory().create_connection(user, password)
    with pytest.raises(JMSSecurityError):
        jms.factory().create_context(user, password)


def test_there_are_no_views_of_one_domain(jms: Provider) -> None:
    """ERR-06: no queue or topic sessions and connections, so no call that is wrong for its domain."""
    for name in ("QueueConnection", "TopicConnection", "QueueSession", "TopicSession", "QueueSender", "TopicPublisher"):
        assert not hasattr(jmslike, name)
    session = jms.connection().create_session()
    for method in ("create_browser", "create_durable_subscriber", "create_shared_consumer", "unsubscribe"):
        assert hasattr(session, method)


def test_a_lost_connection_is_reported_by_jms_errors_alone(jms: Provider) -> None:
    """ERR-07: whatever the library below raises, it is wrapped."""
    line = Line(jms)
    jms.cut()
    calls: list[Callable[[], object]] = [
        lambda: line.send_texts("lost"),
        lambda: line.consumer.receive(jms.patience),
        lambda: put(line.connection.create_session(), line.destination, "lost"),
    ]
    for call in calls:
        assert isinstance(outcome(call), JMSError)


def test_typed_property_setters_refuse_other_types(jms: Provider) -> None:
    """PROP-02, PROP-11: MessageFormatError, and the property is not set."""
    message = jms.connection().create_session().create_message()
    for kind, values in WRONG.items():
        if kind in ("char", "bytes"):
            continue
        for value in values:
            with pytest.raises(MessageFormatError):
                getattr(message, f"set_{kind}_property")("p", value)
    for name in (5, b"name", ["p"]):
        with pytest.raises((ValueError, MessageFormatError)):
            message.set_int_property(name, 1)  # type: ignore[arg-type]
    assert list(message.property_names) == []


def test_body_setters_and_writers_refuse_other_types(jms: Provider) -> None:
    """MSG-18, MSG-36, MSG-37: MessageFormatError, or ValueError for a None that Java would dereference."""
    session = jms.connection().create_session()
    items, stream, octets = (
        session.create_map_message(),
        session.create_stream_message(),
        session.create_bytes_message(),
    )
    for kind, values in WRONG.items():
        writer = "write_utf" if kind == "string" else f"write_{kind}"
        for value in values:
            for error in (
                outcome(lambda: getattr(items, f"set_{kind}")("k", value)),  # noqa: B023
                outcome(lambda: getattr(stream, f"write_{kind}")(value)),  # noqa: B023
                outcome(lambda: getattr(octets, writer)(value)),  # noqa: B023
            ):
                assert isinstance(error, MessageFormatError | ValueError), f"{value!r} as {kind}: {error!r}"
    for value in (1, b"text", ["t"]):
        with pytest.raises(MessageFormatError):
            session.create_text_message().text = value  # type: ignore[assignment]
        with pytest.raises(MessageFormatError):
            session.create_text_message(value)  # type: ignore[arg-type]
    assert list(items.map_names) == []
    stream.reset()
    with pytest.raises(MessageEOFError):
        stream.read_object()
    octets.reset()
    assert octets.body_length == 0


def test_header_setters_refuse_other_types(jms: Provider) -> None:
    """HDR-06, HDR-08, HDR-10: with a JMSError or a ValueError, and the header stays as it was."""
    message = jms.connection().create_session().create_message()
    wrong: dict[str, tuple[object, ...]] = {
        "correlation_id": (1, b"bytes", ["c"]),
        "type": (1, b"bytes"),
        "message_id": (1, b"bytes"),
        "reply_to": ("queue", 1),
        "destination": ("queue", 1),
        "priority": ("4", 10, -1, None, 1.5),
        "delivery_mode": ("PERSISTENT", 3, None),
        "timestamp": ("now", None),
        "expiration": ("never", None),
        "delivery_time": ("soon", None),
    }
    for name, values in wrong.items():
        before = getattr(message, name)
        for value in values:
            error = outcome(lambda: setattr(message, name, value))  # noqa: B023
            assert isinstance(error, JMSError | ValueError), f"{name} = {value!r}: {error!r}"
        assert getattr(message, name) == before


def test_producer_settings_refuse_other_types(jms: Provider) -> None:
    """PROD-05, PROD-06: with a JMSError or a ValueError, in the setter and in send."""
    line = Line(jms)
    wrong: dict[str, tuple[object, ...]] = {
        "delivery_mode": ("PERSISTENT", None, 1.5),
        "priority": ("4", None, 1.5, True),
        "time_to_live": ("1", None, float("nan"), []),
        "delivery_delay": ("1", None, float("nan"), []),
    }
    context_producer = jms.context().create_producer()
    send: Callable[..., None] = line.producer.send
    for name, values in wrong.items():
        for value in values:
            for producer in (line.producer, context_producer):
                error = outcome(lambda: setattr(producer, name, value))  # noqa: B023
                assert isinstance(error, JMSError | ValueError), f"{name} = {value!r}: {error!r}"
            if value is not None and name != "delivery_delay":
                error = outcome(lambda: send(line.session.create_message(), **{name: value}))  # noqa: B023
                assert isinstance(error, JMSError | ValueError), f"send with {name} = {value!r}: {error!r}"
    assert line.is_silent()


def test_destinations_of_other_types_are_refused(jms: Provider) -> None:
    """ERR-04, CONS-19: a name is no destination, and a queue no topic."""
    session = jms.connection().create_session()
    context = jms.context()
    for thing in ("queue", 1, object()):
        calls: list[Callable[[], object]] = [
            lambda: session.create_consumer(thing),  # type: ignore[arg-type]  # noqa: B023
            lambda: session.create_producer(thing),  # type: ignore[call-overload]  # noqa: B023
            lambda: session.create_browser(thing),  # type: ignore[arg-type]  # noqa: B023
            lambda: context.create_producer().send(thing, "text"),  # type: ignore[arg-type]  # noqa: B023
            lambda: session.create_durable_subscriber(thing, "name"),  # type: ignore[arg-type]  # noqa: B023
        ]
        for call in calls:
            assert isinstance(outcome(call), InvalidDestinationError | IllegalStateError), thing
    for name in ("", None, 5):
        for create in (session.create_queue, session.create_topic):
            assert isinstance(outcome(lambda: create(name)), InvalidDestinationError)  # type: ignore[arg-type]  # noqa: B023


def test_session_settings_of_other_types_are_refused(jms: Provider) -> None:
    """CONN-24, CONS-13, EXL-01: modes, listeners, time-outs and selectors."""
    connection = jms.connection()
    session = connection.create_session(Session.AUTO_ACKNOWLEDGE)
    consumer = session.create_consumer(jms.queue())
    calls: list[Callable[[], object]] = [
        lambda: connection.create_session("auto"),  # type: ignore[arg-type]
        lambda: connection.create_session(False, 99),
        lambda: setattr(consumer, "message_listener", "no callable"),
        lambda: setattr(connection, "exception_listener", "no callable"),
        lambda: consumer.receive("1"),  # type: ignore[arg-type]
        lambda: consumer.receive(-1),
        lambda: session.create_consumer(jms.queue(), 5),  # type: ignore[arg-type]
    ]
    for number, call in enumerate(calls):
        error = outcome(call)
        assert isinstance(error, JMSError | ValueError), f"{number}: {error!r}"
    assert consumer.message_listener is None
    assert connection.exception_listener is None
