"""A broker that refuses the connection: the caller hears why."""

from __future__ import annotations

import pytest

from jmslike import ConnectionFactory, JMSSecurityError
from tests.brokers import Broker
from tests.faults.steps import within_bounds


def test_a_wrong_password(target: Broker) -> None:
    """CONN-22: over STOMP."""
    user, password = target.user
    factory = ConnectionFactory(target.stomp_url)
    with pytest.raises(JMSSecurityError):
        within_bounds(lambda: factory.create_connection(user, f"not {password}"))


def test_a_wrong_virtual_host(rabbitmq: Broker) -> None:
    factory = ConnectionFactory(rabbitmq.stomp_url, vhost="nowhere")
    with pytest.raises(JMSSecurityError, match="nowhere"):
        within_bounds(factory.create_connection)
