"""A broker refuses the connection: the error says why."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from jmslike import ConnectionFactory, ConnectionLostError, JMSSecurityError
from tests.brokers import Broker
from tests.faults.administrator import Administrator
from tests.faults.steps import PATIENCE, within_bounds
from tests.faults.targets import Target


def test_a_wrong_password(target: Target) -> None:
    """CONN-22: by each protocol."""
    user, password = target.broker.user
    factory = ConnectionFactory(target.url)
    with pytest.raises(JMSSecurityError):
        within_bounds(lambda: factory.create_connection(user, f"not {password}"))


@pytest.mark.parametrize("options", [{}, {"dialect": "rabbitmq"}])
def test_a_password_and_a_client_id_with_backslashes(
    rabbitmq: Broker, administrator: Administrator, options: dict[str, str]
) -> None:
    """CONN-22: RabbitMQ unescapes what STOMP says when it connects; a wrong password is refused as any other."""
    url, password = rabbitmq.url("stomp").removesuffix("/%2F"), "p\\q\\n\\\\%5C~"
    with administrator.guest() as guest:
        administrator.ask("PUT", "users", guest.name, what={"password": password, "tags": ""})
        factory = ConnectionFactory(url, vhost=guest.name, **options)  # type: ignore[arg-type]
        with factory.create_connection(guest.name, password) as connection:
            connection.client_id = "host\\app\\n"
            connection.start()
            session = connection.create_session()
            consumer = session.create_consumer(session.create_queue("q"))
            session.create_producer(session.create_queue("q")).send(session.create_text_message("here"))
            assert consumer.receive(PATIENCE) is not None
            subscription = session.create_durable_consumer(session.create_topic("t"), "name\\n")
            subscription.close()
            session.unsubscribe("name\\n")
        for wrong in ("p", "p\\q", "\\"):
            with pytest.raises(JMSSecurityError, match="refuses the user or the password"):
                within_bounds(lambda wrong=wrong: factory.create_connection(guest.name, wrong))  # type: ignore[misc]


@pytest.mark.parametrize("protocol", ["stomp", "amqp"])
def test_a_wrong_virtual_host(rabbitmq: Broker, protocol: str) -> None:
    factory = ConnectionFactory(rabbitmq.url(protocol).removesuffix("/%2F"), vhost="nowhere")
    with pytest.raises(JMSSecurityError, match="nowhere"):
        within_bounds(factory.create_connection)


@pytest.mark.parametrize(
    ("scheme", "name", "protocol", "answer"),
    [
        pytest.param(*port, marks=pytest.mark.broker(port[1]))
        for port in (
            ("amqp", "artemis", "stomp", "AMQP 1.0, which is not the AMQP 0-9-1 of amqp://"),
            ("amqp", "rabbitmq", "stomp", "STOMP: use stomp://"),
            ("stomp", "rabbitmq", "amqp", "AMQP 0-9-1: use amqp://"),
            ("kafka", "rabbitmq", "amqp", "AMQP 0-9-1: use amqp://"),
            ("stomp", "kafka", "kafka", "Kafka's protocol: use kafka://"),
        )
    ],
)
def test_a_port_of_another_protocol(
    request: pytest.FixtureRequest, scheme: str, name: str, protocol: str, answer: str
) -> None:
    """ERR-07: the error says which protocol answers there, and what to use."""
    address = urlsplit(request.getfixturevalue(name).url(protocol))
    factory = ConnectionFactory(f"{scheme}://{address.hostname}:{address.port}", connect_timeout=3)
    with pytest.raises(ConnectionLostError) as caught:
        within_bounds(factory.create_connection)
    assert f"this port speaks {answer}" in str(caught.value)
