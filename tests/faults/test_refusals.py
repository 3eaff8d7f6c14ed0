"""A broker refuses the connection: the error says why."""

from __future__ import annotations

import pytest

from jmslike import ConnectionFactory, JMSSecurityError
from tests.brokers import Broker
from tests.faults.steps import within_bounds
from tests.faults.targets import Target


def test_a_wrong_password(target: Target) -> None:
    """CONN-22: by each protocol."""
    user, password = target.broker.user
    factory = ConnectionFactory(target.url)
    with pytest.raises(JMSSecurityError):
        within_bounds(lambda: factory.create_connection(user, f"not {password}"))


@pytest.mark.parametrize("protocol", ["stomp", "amqp"])
def test_a_wrong_virtual_host(rabbitmq: Broker, protocol: str) -> None:
    factory = ConnectionFactory(rabbitmq.url(protocol).removesuffix("/%2F"), vhost="nowhere")
    with pytest.raises(JMSSecurityError, match="nowhere"):
        within_bounds(factory.create_connection)
