"""Contexts of the simplified API (CTX): connection and session in one, and consumers that receive bodies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

import jmslike
from jmslike import (
    Destination,
    IllegalStateError,
    InvalidClientIDError,
    JMSContext,
    JMSError,
    Message,
    MessageFormatError,
    Session,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import attempt_of, is_silent, take, take_text, text_of


def put(context: JMSContext, destination: Destination, *bodies: object) -> None:
    """Send these bodies, in this order."""
    producer = context.create_producer()
    for body in bodies:
        producer.send(destination, body)


def test_a_context_has_the_session_mode_it_was_made_with(jms: Provider) -> None:
    """CTX-01, CTX-10: AUTO_ACKNOWLEDGE by default; it sends and receives at once."""
    with jms.factory().create_context() as context:
        assert context.session_mode == Session.AUTO_ACKNOWLEDGE
        assert context.transacted is False
        queue = jms.queue()
        put(context, queue, "text")
        assert take_text(jms, context.create_consumer(queue)) == "text"
    for mode in (JMSContext.AUTO_ACKNOWLEDGE, JMSContext.CLIENT_ACKNOWLEDGE, JMSContext.DUPS_OK_ACKNOWLEDGE):
        assert jms.context(mode).session_mode == mode
    with pytest.raises(JMSError):
        jms.context(99)


def test_a_context_gives_birth_to_others_on_its_connection(jms: Provider) -> None:
    """CTX-02: each with a session and a mode of its own."""
    context = jms.context()
    other = jms.keep(context.create_context(JMSContext.CLIENT_ACKNOWLEDGE))
    assert (context.session_mode, other.session_mode) == (Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE)
    queue = jms.queue()
    put(context, queue, "text")
    consumer = other.create_consumer(queue)
    take(jms, consumer)
    other.recover()
    assert attempt_of(take(jms, consumer)) == (True, 2)
    other.acknowledge()


@pytest.mark.parametrize("first_to_close", [0, 1], ids=["older", "newer"])
def test_the_connection_lives_until_its_last_context_is_closed(jms: Provider, first_to_close: int) -> None:
    """CTX-03: whichever is closed first, the other works on."""
    older = jms.context()
    contexts = [older, jms.keep(older.create_context(JMSContext.AUTO_ACKNOWLEDGE))]
    contexts.pop(first_to_close).close()
    (left,) = contexts
    queue = jms.queue()
    put(left, queue, "text")
    assert take_text(jms, left.create_consumer(queue)) == "text"


@requires(Feature.CLIENT_ID)
def test_the_connection_closes_with_its_last_context(jms: Provider) -> None:
    """CTX-03, CTX-04, CID-06, CID-07: then, and not before, its client id is free."""
    client_id = jms.name("client")
    context = jms.context(client_id=client_id)
    other = jms.keep(context.create_context(JMSContext.AUTO_ACKNOWLEDGE))
    assert context.client_id == other.client_id == client_id
    context.close()
    with pytest.raises(InvalidClientIDError):
        jms.connection(client_id=client_id)
    other.close()
    assert jms.connection(client_id=client_id).client_id == client_id


def test_contexts_of_one_connection_share_its_state(jms: Provider) -> None:
    """CTX-04, META-01: metadata, exception listener, and whether it is started."""
    context = jms.context()
    other = jms.keep(context.create_context(JMSContext.AUTO_ACKNOWLEDGE))
    assert context.meta_data.jms_version == other.meta_data.jms_version == "3.1"
    assert context.capabilities.product == other.capabilities.product == jms.capabilities.product

    def listener(error: JMSError) -> None:
        """Ignore the error."""

    context.exception_listener = listener
    assert other.exception_listener is listener
    context.exception_listener = None
    assert other.exception_listener is None
    queue = jms.queue()
    context.auto_start = other.auto_start = False
    consumer = context.create_consumer(queue)
    put(other, queue, "text")
    assert is_silent(jms, consumer)
    other.start()
    assert take_text(jms, consumer) == "text"
    other.stop()
    put(other, queue, "text")
    assert is_silent(jms, consumer)


@requires(Feature.TEMPORARY)
def test_contexts_of_one_connection_share_temporary_destinations(jms: Provider) -> None:
    """CTX-04: what one makes, another may consume from, also when the maker is closed."""
    context = jms.context()
    other = jms.keep(context.create_context(JMSContext.AUTO_ACKNOWLEDGE))
    queue = context.create_temporary_queue()
    context.close()
    consumer = other.create_consumer(queue)
    put(other, queue, "text")
    assert take_text(jms, consumer) == "text"


def test_making_a_consumer_starts_the_connection(jms: Provider) -> None:
    """CTX-05, CTX-07: also after a stop."""
    context = jms.context()
    assert context.auto_start is True
    queue = jms.queue()
    put(context, queue, "1", "2")
    with context.create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "1"
    context.stop()
    with context.create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "2"


@requires(Feature.SHARED_SUBSCRIPTION, Feature.DURABLE_SUBSCRIPTION)
def test_making_any_kind_of_consumer_starts_the_connection(jms: Provider) -> None:
    """CTX-05: shared, durable, and both."""
    publisher = jms.context()
    makers: list[Callable[[JMSContext, str], object]] = [
        lambda context, name: context.create_shared_consumer(topic, name),
        lambda context, name: context.create_durable_consumer(topic, name),
        lambda context, name: context.create_shared_durable_consumer(topic, name),
    ]
    for make in makers:
        topic = jms.topic()
        context = jms.context(client_id=jms.name("client"))
        name = jms.name("subscription")
        consumer = make(context, name)
        put(publisher, topic, "text")
        assert take_text(jms, consumer) == "text"  # type: ignore[arg-type]
        consumer.close()  # type: ignore[attr-defined]
        if make is not makers[0]:
            context.unsubscribe(name)


def test_auto_start_can_be_turned_off(jms: Provider) -> None:
    """CTX-06: then start() is needed; setting auto_start neither starts nor stops."""
    context = jms.context()
    context.auto_start = False
    assert context.auto_start is False
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    put(context, queue, "1", "2")
    context.auto_start = True
    assert is_silent(jms, consumer)
    context.start()
    assert take_text(jms, consumer) == "1"
    context.auto_start = False
    assert take_text(jms, consumer) == "2"


def test_closing_a_context_twice_is_silent(jms: Provider) -> None:
    """CTX-08, CONN-20: as a context manager it closes on an error too; any other use is an IllegalStateError."""
    context = jms.context()
    with pytest.raises(LookupError), context:
        raise LookupError
    context.close()
    with pytest.raises(IllegalStateError):
        context.create_producer()


def test_a_context_acknowledges_all_that_it_delivered(jms: Provider) -> None:
    """CTX-09: as acknowledge() of any of its messages does."""
    queue = jms.queue()
    with jms.context(Session.CLIENT_ACKNOWLEDGE) as context:
        put(context, queue, "1", "2", "3")
        consumer = context.create_consumer(queue)
        take(jms, consumer)
        take(jms, consumer)
        context.acknowledge()
        take(jms, consumer)
        context.recover()
        assert take_text(jms, consumer) == "3"
        context.acknowledge()
    assert is_silent(jms, jms.context().create_consumer(queue))


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE], ids=["auto", "dups_ok"])
def test_acknowledging_means_nothing_in_the_automatic_modes(jms: Provider, mode: int) -> None:
    """CTX-09, ACK-10: with messages delivered or without."""
    context = jms.context(mode)
    context.acknowledge()
    queue = jms.queue()
    put(context, queue, "text")
    take(jms, context.create_consumer(queue))
    context.acknowledge()


@requires(Feature.TRANSACTION)
def test_a_transacted_context_commits_and_rolls_back(jms: Provider) -> None:
    """CTX-10: as a session does; acknowledge() does nothing there, and commit() needs a transacted context."""
    context = jms.context(JMSContext.SESSION_TRANSACTED)
    assert context.session_mode == Session.SESSION_TRANSACTED
    assert context.transacted is True
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    put(context, queue, "lost")
    context.rollback()
    put(context, queue, "kept")
    context.acknowledge()
    assert is_silent(jms, consumer)
    context.commit()
    assert take_text(jms, consumer) == "kept"
    context.rollback()
    assert attempt_of(take(jms, consumer)) == (True, 2)
    context.commit()
    with pytest.raises(IllegalStateError):
        context.recover()
    plain = jms.context()
    for end in (plain.commit, plain.rollback):
        with pytest.raises(IllegalStateError):
            end()


@pytest.mark.parametrize("end", ["stop", "close"])
def test_a_listener_cannot_stop_or_close_its_context(jms: Provider, end: str) -> None:
    """CTX-11: IllegalStateError, or success without a deadlock."""
    context = jms.context()
    queue = jms.queue()
    outcomes: list[Exception | None] = []

    def end_it(message: Message) -> None:
        try:
            getattr(context, end)()
        except Exception as error:
            outcomes.append(error)
        else:
            outcomes.append(None)

    put(context, queue, "text")
    context.create_consumer(queue).message_listener = end_it
    jms.eventually(lambda: outcomes)
    assert outcomes[0] is None or isinstance(outcomes[0], IllegalStateError)


@requires(Feature.CLIENT_ID)
def test_a_context_takes_a_client_id_before_its_first_use(jms: Provider) -> None:
    """CTX-12: making the context is no use of it; a second client id and a late one are refused."""
    context = jms.context()
    assert context.client_id is None
    client_id = jms.name("client")
    context.client_id = client_id
    assert context.client_id == client_id
    with pytest.raises(IllegalStateError):
        context.client_id = jms.name("client")
    late = jms.context()
    late.create_consumer(jms.queue())
    with pytest.raises(IllegalStateError):
        late.client_id = jms.name("client")


@requires(Feature.CLIENT_ID)
def test_a_context_does_not_take_a_client_id_in_use(jms: Provider) -> None:
    """CTX-12, CID-06: a duplicate is refused."""
    client_id = jms.name("client")
    jms.context().client_id = client_id
    with pytest.raises(InvalidClientIDError):
        jms.context().client_id = client_id


def test_receive_body_gives_the_body_alone(jms: Provider) -> None:
    """CTX-21: of each kind, by its Python type; None when nothing comes."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    for body in ("text", b"bytes", {"k": 1}):
        put(context, queue, body, body, body)
        assert consumer.receive_body(type(body)) == body
        assert consumer.receive_body(object, jms.patience) == body
        assert consumer.receive_body(type(body), timeout=jms.patience) == body
    put(context, queue, [1, 2])
    assert consumer.receive_body(list, jms.patience) == [1, 2]
    assert consumer.receive_body(str, jms.silence) is None
    assert consumer.receive_body_no_wait(str) is None


@requires(Feature.NO_WAIT)
def test_receive_body_no_wait_gives_what_is_there(jms: Provider) -> None:
    """CTX-21: without waiting for more."""
    context = jms.context()
    queue = jms.queue()
    put(context, queue, "text")
    consumer = context.create_consumer(queue)
    assert consumer.receive_body_no_wait(str) == "text"
    assert consumer.receive_body_no_wait(str) is None


def test_receive_body_ends_with_its_consumer(jms: Provider) -> None:
    """CTX-21: None when the consumer is closed meanwhile."""
    context = jms.context()
    consumer = context.create_consumer(jms.queue())
    waiting = jms.in_thread(lambda: consumer.receive_body(str))
    consumer.close()
    with suppress(IllegalStateError):  # the consumer was closed before the call
        assert waiting.result() is None


def test_receive_body_of_what_has_no_such_body_is_an_error(jms: Provider) -> None:
    """CTX-22, CTX-23, RED-04: MessageFormatError; the same message comes next, as a first delivery."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    stream = context.create_stream_message()
    stream.write_int(1)
    bodies: list[tuple[Message, type]] = [
        (stream, object),
        (context.create_message(), object),
        (context.create_text_message(), str),
        (context.create_bytes_message(), bytes),
        (context.create_text_message("text"), bytes),
        (context.create_text_message("text"), dict),
    ]
    for message, wanted in bodies:
        put(context, queue, message)
        for _ in range(2):
            with pytest.raises(MessageFormatError):
                consumer.receive_body(wanted, jms.patience)
        received = take(jms, consumer)
        assert received.message_id == message.message_id
        assert attempt_of(received) == (False, 1)


def test_a_failed_receive_body_consumes_under_client_acknowledge(jms: Provider) -> None:
    """CTX-23: the message is redelivered by recover() only, with its count raised."""
    context = jms.context(JMSContext.CLIENT_ACKNOWLEDGE)
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    put(context, queue, "1", "2")
    with pytest.raises(MessageFormatError):
        consumer.receive_body(bytes, jms.patience)
    assert take_text(jms, consumer) == "2"
    context.recover()
    again = take(jms, consumer)
    assert (text_of(again), attempt_of(again)) == ("1", (True, 2))
    take(jms, consumer)
    context.acknowledge()


@requires(Feature.TRANSACTION)
def test_a_failed_receive_body_consumes_in_a_transaction(jms: Provider) -> None:
    """CTX-23: the message is redelivered by rollback() only."""
    context = jms.context(JMSContext.SESSION_TRANSACTED)
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    put(context, queue, "1", "2")
    context.commit()
    with pytest.raises(MessageFormatError):
        consumer.receive_body(dict, jms.patience)
    assert take_text(jms, consumer) == "2"
    context.rollback()
    assert text_of(take(jms, consumer)) == "1"
    take(jms, consumer)
    context.commit()
    assert is_silent(jms, consumer)


def test_connect_gives_a_started_context(jms: Provider) -> None:
    """CTX-01, CTX-05: jmslike.connect(url) returns a started context."""
    queue = jms.queue()
    with jmslike.connect(jms.url, **jms.options) as context:
        assert context.session_mode == Session.AUTO_ACKNOWLEDGE
        context.auto_start = False
        put(context, queue, "text")
        assert take_text(jms, context.create_consumer(queue)) == "text"
