"""What the adapter of `native://` adds to the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

import jmslike
from jmslike import (
    ConnectionFactory,
    TransactionRolledBackError,
)

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
