"""What the adapter of `native://` adds to the engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

import jmslike
from jmslike import (
    ConnectionFactory,
    IllegalStateError,
    InvalidDestinationError,
    TransactionRolledBackError,
)
from jmslike.spi import SessionSpec, SubscriptionSpec

PATIENCE = 5.0
SILENCE = 0.05

_numbers = count()


@pytest.fixture
def url() -> Iterator[str]:
    url = f"native://adapter{next(_numbers)}"
    yield url
    jmslike.forget(url)


@pytest.fixture
def background() -> Iterator[Callable[..., Future[Any]]]:
    pool = ThreadPoolExecutor()
    yield pool.submit
    pool.shutdown()


def waits(future: Future[Any]) -> bool:
    try:
        future.result(SILENCE)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("producer_is_closed", [False, True])
def test_a_closing_session_ends_a_commit_that_waits_for_room(
    url: str, background: Callable[..., Future[Any]], producer_is_closed: bool
) -> None:
    """C9: the commit is rolled back, and what it would have sent never comes."""
    with ConnectionFactory(url, max_depth=1).create_connection() as connection:
        connection.start()
        with connection.create_session(True) as session, connection.create_session() as other:
            queue = session.create_queue("q")
            other.create_producer(queue).send(other.create_text_message("first"))
            producer = session.create_producer(queue)
            producer.send(session.create_text_message("second"))
            if producer_is_closed:
                producer.close()
            committing = background(session.commit)
            assert waits(committing)
            background(session.close).result(PATIENCE)
            with pytest.raises(TransactionRolledBackError):
                committing.result(PATIENCE)
            consumer = other.create_consumer(queue)
            assert consumer.receive(PATIENCE) is not None
            assert consumer.receive(SILENCE) is None


def test_a_connection_whose_engine_was_forgotten_closes_in_silence(url: str) -> None:
    """C9: also with a temporary destination, which went with the engine."""
    connection = ConnectionFactory(url).create_connection()
    connection.client_id = "me"
    with connection.create_session() as session:
        session.create_temporary_queue()
        session.create_temporary_topic()
    jmslike.forget(url)
    connection.close()
    with ConnectionFactory(url).create_connection() as another:
        another.client_id = "me"


def test_a_send_that_waits_for_room_ends_with_its_session(url: str, background: Callable[..., Future[Any]]) -> None:
    """C9: nothing is lost but the sender, so this is no loss of the connection."""
    with ConnectionFactory(url, max_depth=1).create_connection() as connection:
        session = connection.create_session()
        producer = session.create_producer(session.create_queue("q"))
        producer.send(session.create_text_message("first"))
        sending = background(producer.send, session.create_text_message("second"))
        assert waits(sending)
        background(session.close).result(PATIENCE)
        with pytest.raises(IllegalStateError):
            sending.result(PATIENCE)


def test_a_forked_child_is_refused_by_the_engines_of_its_parent_and_has_its_own(url: str) -> None:
    """C11: the link answers with IllegalStateError; the same URL is an empty engine in the child."""
    with ConnectionFactory(url).create_connection() as connection:
        session = connection.create_session()
        queue = session.create_queue("q")
        session.create_producer(queue).send(session.create_text_message("the parent's"))
        link = connection._state.transport.session(SessionSpec())
        child = os.fork()
        if child == 0:
            seen = 0
            try:
                link.subscribe(SubscriptionSpec(queue))
            except IllegalStateError:
                seen += 1
            with jmslike.connect(url) as context:
                context.create_producer().send(queue, "the child's")
                with context.create_consumer(queue) as consumer:
                    seen += consumer.receive_body(str, PATIENCE) == "the child's"
            os._exit(seen)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2


def test_a_commit_acknowledges_what_came_from_a_deleted_temporary_queue(url: str) -> None:
    """TX-05: as with a subscription that has ended, the transaction stands."""
    with ConnectionFactory(url).create_connection() as connection:
        connection.start()
        with connection.create_session(True) as session, connection.create_session() as other:
            replies, done = session.create_temporary_queue(), session.create_queue("done")
            other.create_producer(replies).send(other.create_text_message("reply"))
            consumer = session.create_consumer(replies)
            assert consumer.receive(PATIENCE) is not None
            session.create_producer(done).send(session.create_text_message("done"))
            consumer.close()
            replies.delete()
            session.commit()
            assert other.create_consumer(done).receive(PATIENCE) is not None


def test_a_temporary_destination_is_its_connections_own_by_its_name_too(url: str) -> None:
    """DST-04: the name alone opens it to the connection that made it, and to no other."""
    factory = ConnectionFactory(url)
    with factory.create_connection() as mine, factory.create_connection() as yours:
        my, your = mine.create_session(), yours.create_session()
        queue = my.create_queue(my.create_temporary_queue().queue_name)
        topic = my.create_topic(my.create_temporary_topic().topic_name)
        for destination in (queue, topic):
            with pytest.raises(InvalidDestinationError):
                your.create_consumer(destination)
            my.create_consumer(destination)
        your.create_producer(queue).send(your.create_text_message("reply"))
