"""What a connection keeps of consumers that are closed."""

from __future__ import annotations

from jmslike import ConnectionFactory
from tests.unit.stomp.server import Obliging, wire_of


def test_a_closed_consumer_leaves_no_route() -> None:
    """Also not those of wire subscriptions that ended when it was started and stopped."""
    server = Obliging()
    try:
        with ConnectionFactory(server.url).create_connection() as connection:
            session = connection.create_session()
            consumer = session.create_consumer(session.create_queue("q"))
            for _ in range(3):
                connection.start()
                connection.stop()
            assert wire_of(connection)._routes
            consumer.close()
            assert not wire_of(connection)._routes
    finally:
        server.close()
