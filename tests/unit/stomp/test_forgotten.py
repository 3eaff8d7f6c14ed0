"""A connection that was not closed and is not referred to any more, while its threads still run."""

from __future__ import annotations

import gc
from contextlib import closing

import pytest

from jmslike import ConnectionFactory
from tests.unit.stomp.server import Obliging


def test_a_forgotten_connection_is_told_of() -> None:
    with (
        closing(Obliging()) as server,
        pytest.warns(ResourceWarning, match="a connection to ActiveMQ Artemis was never closed"),
    ):
        connect_and_forget(server.url)


def connect_and_forget(url: str) -> None:
    connection = ConnectionFactory(url).create_connection()
    connection.start()
    connection.create_session()
    del connection
    gc.collect()
