"""Converters (an extension): objects instead of messages, and the media type that travels with them."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import MessageFormatError, Session
from jmslike.converters import CONTENT_TYPE, BytesConverter, CsvConverter, JsonConverter, XmlConverter
from jmslike.testing import Provider
from jmslike.testing.steps import take_text

_ORDER = {"id": "7", "item": "lamp é\u2028\U0001f600", "note": ' "a", <b> & c '}
_FORMATS: dict[str, tuple[Any, Any]] = {
    "json": (JsonConverter(), {"id": 7, "lines": [_ORDER, None, 1.5, True]}),
    "csv": (CsvConverter(_ORDER), [_ORDER, _ORDER]),
    "xml": (XmlConverter("order"), {"to": _ORDER, "line": ["1", "2"]}),
    "bytes": (BytesConverter(), bytes(range(256))),
    "no bytes": (BytesConverter(), b""),
}


@pytest.mark.parametrize(("converter", "thing"), _FORMATS.values(), ids=_FORMATS)
def test_an_object_comes_back_with_its_content_type(jms: Provider, converter: Any, thing: Any) -> None:
    """MSG-10: by a producer and consumer of a session, and by those of a context."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue, converter=converter)
    producer = session.create_producer(queue, converter=converter)
    producer.send(thing)
    assert consumer.receive_object(jms.patience) == thing
    producer.send(thing)
    message = consumer.receive(jms.patience)
    assert message is not None
    assert message.get_string_property(CONTENT_TYPE) == converter.content_type
    assert converter.from_message(message) == thing
    consumer.close()

    context = jms.context()
    context.create_producer(converter=converter).send(queue, thing)
    assert context.create_consumer(queue, converter=converter).receive_object(jms.patience) == thing


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE], ids=["auto", "dups ok"])
def test_a_message_that_cannot_be_read_comes_next_in_the_automatic_modes(jms: Provider, mode: int) -> None:
    """RED-04: so that it can be looked at, as after `receive_body`."""
    session, queue = jms.connection().create_session(mode), jms.queue()
    consumer = session.create_consumer(queue, converter=JsonConverter(int))
    producer = session.create_producer(queue)
    for text in ("seven", "8"):
        producer.send(session.create_text_message(text))
    for _ in range(2):
        with pytest.raises(MessageFormatError, match="cannot be read as JSON"):
            consumer.receive_object(jms.patience)
    assert take_text(jms, consumer) == "seven"
    assert consumer.receive_object(jms.patience) == 8


def test_a_message_that_cannot_be_read_is_of_its_transaction(jms: Provider) -> None:
    """TX-05, TX-06: it was delivered; `commit` takes it, `rollback` brings it back."""
    session, queue = jms.connection().create_session(Session.SESSION_TRANSACTED), jms.queue()
    producer = session.create_producer(queue, converter=JsonConverter())
    for thing in ("seven", 8):
        producer.send(thing)
    session.commit()
    consumer = session.create_consumer(queue, converter=JsonConverter(int))
    for _ in range(2):
        with pytest.raises(MessageFormatError, match="wanted int, not str"):
            consumer.receive_object(jms.patience)
        assert consumer.receive_object(jms.patience) == 8
        session.rollback()
    with pytest.raises(MessageFormatError, match="wanted int, not str"):
        consumer.receive_object(jms.patience)
    session.commit()
    assert consumer.receive_object(jms.patience) == 8
    session.commit()
