"""Object messages (MSG-10 to MSG-12): JSON by default, any other encoding by request only."""

from __future__ import annotations

import pytest

from jmslike import MessageFormatError, ObjectMessage, PickleSerializer
from jmslike.testing import Provider
from jmslike.testing.line import Line
from jmslike.testing.steps import take


class Reversed:
    """An encoding of an application: texts backwards."""

    def encode(self, value: object) -> bytes:
        """Encode a text."""
        if not isinstance(value, str):
            raise TypeError("not a text")
        return value[::-1].encode()

    def decode(self, body: bytes) -> object:
        """Decode a text."""
        return body.decode()[::-1]


def test_an_object_arrives_equal_but_not_identical(jms: Provider) -> None:
    """MSG-10: None by default; JSON values of any depth."""
    line = Line(jms)
    assert line.session.create_object_message().object is None
    for value in (None, True, 7, 2**70, 0.5, "text", [1, [2, {"a": None}]], {"k": {"n": [1.5]}}, {}, [], ""):
        message = line.session.create_object_message(value)
        assert line.through(message).object == message.object == value
    document = {"k": [1]}
    assert line.through(line.session.create_object_message(document)).object is not document


@pytest.mark.parametrize(
    "value",
    [object(), (1, 2), {1: "a"}, {"a": (1,)}, {1}, b"bytes", float("nan"), print],
    ids=lambda value: str(type(value)),
)
def test_an_object_that_would_not_come_back_equal_is_refused_at_once(jms: Provider, value: object) -> None:
    """MSG-11: MessageFormatError when it is set, before anything is sent."""
    session = jms.connection().create_session()
    with pytest.raises(MessageFormatError):
        session.create_object_message(value)
    message = session.create_object_message("before")
    with pytest.raises(MessageFormatError):
        message.object = value
    assert message.object == "before"


def test_receiving_an_object_runs_no_code(jms: Provider) -> None:
    """MSG-12: an object that defines how it is unpickled cannot be sent by default."""

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("boom",))

    session = jms.connection().create_session()
    with pytest.raises(MessageFormatError):
        session.create_object_message(Bomb())


def test_an_application_may_choose_another_encoding(jms: Provider) -> None:
    """MSG-12, MSG-11: for a whole connection, of either API; what it cannot encode raises MessageFormatError."""
    queue = jms.queue()
    session = jms.connection(object_serializer=Reversed()).create_session()
    context = jms.context(object_serializer=Reversed())
    session.create_producer(queue).send(session.create_object_message("abc"))
    with context.create_consumer(queue) as consumer:
        received = take(jms, consumer)
    assert isinstance(received, ObjectMessage)
    assert received.object == "abc"
    for owner in (session, context):
        with pytest.raises(MessageFormatError):
            owner.create_object_message(["not a text"])
    context.create_producer().send(queue, context.create_object_message("def"))
    again = take(jms, session.create_consumer(queue))
    session.close()
    assert again.get_body(str) == "def"


def test_a_body_that_cannot_be_decoded_is_an_error_when_it_is_read(jms: Provider) -> None:
    """MSG-11: MessageFormatError from every read; the message itself arrives."""
    queue = jms.queue()
    session = jms.connection(object_serializer=Reversed()).create_session()
    session.create_producer(queue).send(session.create_object_message("no JSON"))
    received = take(jms, jms.connection().create_session().create_consumer(queue))
    assert isinstance(received, ObjectMessage)
    for _ in range(2):
        with pytest.raises(MessageFormatError):
            _ = received.object


def test_pickle_is_for_those_who_ask_and_only_for_the_classes_they_name(jms: Provider) -> None:
    """MSG-12: a class that is not on the list is refused by the sender and by the receiver."""
    line = Line(jms)
    trusting = jms.connection(object_serializer=PickleSerializer([complex])).create_session()
    careful = jms.connection(object_serializer=PickleSerializer([])).create_session()
    with pytest.raises(MessageFormatError):
        careful.create_object_message(1 + 2j)
    for session, allowed in ((trusting, True), (careful, False)):
        queue = jms.queue()
        line.session.create_producer(queue).send(trusting.create_object_message({(1, 2): 1 + 2j}))
        received = take(jms, session.create_consumer(queue))
        assert isinstance(received, ObjectMessage)
        if allowed:
            assert received.object == {(1, 2): 1 + 2j}
        else:
            with pytest.raises(MessageFormatError):
                _ = received.object
