from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaConnectionError, SaslAuthenticationFailedError
from kafka.net.compat import KafkaNetClient

from jmslike_transports.kafka.address import parse_address
from tests.brokers import Broker, LocalBroker
from tests.brokers.kafka import HASHES, Kafka

KEPT = [str(number).encode() for number in range(20)]


@pytest.mark.parametrize("end", [LocalBroker.kill, LocalBroker.stop])
def test_it_comes_back_with_its_address_and_its_messages(kafka: Broker, end: Callable[[LocalBroker], None]) -> None:
    if not isinstance(kafka, LocalBroker):
        pytest.skip("kafka was not started by the tests")
    address = kafka.url("kafka").removeprefix("kafka://")
    topic = f"kept-{end.__name__}"
    with KafkaAdminClient(bootstrap_servers=address) as admin:
        admin.create_topics([NewTopic(topic, 1, 1)])
    with KafkaProducer(bootstrap_servers=address) as producer:
        for body in KEPT:
            producer.send(topic, body).get(30)
    end(kafka)
    assert not kafka.running
    kafka.restart()
    assert kafka.url("kafka").removeprefix("kafka://") == address
    with KafkaConsumer(topic, bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        found: list[bytes] = []
        while len(found) < len(KEPT):
            batches = consumer.poll(30_000)
            assert batches, f"only {found} came back"
            found += [record.value for records in batches.values() for record in records]
    assert found == KEPT


@pytest.fixture
def own(kafka: Broker) -> Kafka:
    if not isinstance(kafka, Kafka):
        pytest.skip("kafka is given, and listens where it does")
    return kafka


def settings(url: str, password: str | None = None, **options: str) -> Mapping[str, Any]:
    """Return the settings of clients of that address."""
    address = urlsplit(url)
    without_user = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
    return parse_address(without_user, options, address.username, password or address.password).clients()


def check_that_records_pass(clients: Mapping[str, Any], topic: str) -> None:
    with KafkaAdminClient(**clients) as admin:
        admin.create_topics([NewTopic(topic, 1, 1)])
    with KafkaProducer(**clients) as producer:
        producer.send(topic, b"it").get(30)
    with KafkaConsumer(topic, **clients, auto_offset_reset="earliest") as consumer:
        (records,) = consumer.poll(30_000).values()
    assert [record.value for record in records] == [b"it"]


def connect(clients: Mapping[str, Any]) -> None:
    """Connect once: clients retry, and their last error does not say why."""
    with closing(KafkaNetClient(**clients)) as client:
        client._net.run(lambda: client._manager.get_connection("bootstrap-0"))


@pytest.mark.parametrize("mechanism", ["PLAIN", *HASHES])
@pytest.mark.parametrize("protocol", ["kafka-sasl", "kafkas-sasl"])
def test_it_knows_its_user(own: Kafka, protocol: str, mechanism: str) -> None:
    tls = {"tls_ca": own.authority} if protocol.startswith("kafkas") else {}
    check_that_records_pass(settings(own.url(protocol), sasl=mechanism, **tls), f"{protocol}-{mechanism}")


@pytest.mark.parametrize("mechanism", ["PLAIN", *HASHES])
def test_it_refuses_a_wrong_password(own: Kafka, mechanism: str) -> None:
    with pytest.raises((SaslAuthenticationFailedError, KafkaConnectionError)):
        connect(settings(own.url("kafka-sasl"), "wrong", sasl=mechanism))


def test_it_is_reached_over_tls(own: Kafka) -> None:
    check_that_records_pass(settings(own.url("kafkas"), tls_ca=own.authority), "over-tls")


def test_it_is_reached_over_tls_by_a_client_with_a_certificate(own: Kafka) -> None:
    certificate, key = own.client
    clients = settings(own.url("kafkas-guarded"), tls_ca=own.authority, tls_cert=certificate, tls_key=key)
    check_that_records_pass(clients, "over-guarded-tls")


def shake_hands(url: str, host: str, authority: str | None) -> None:
    """Begin TLS, and wait for an answer: the broker refuses a client without a certificate after the handshake."""
    context = ssl.create_default_context(cafile=authority)
    with (
        create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=host) as protected,
    ):
        protected.recv(1)


def test_its_certificate_is_of_its_authority_and_for_its_host(own: Kafka) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shake_hands(own.url("kafkas"), "localhost", None)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for '127.0.0.1'"):
        shake_hands(own.url("kafkas"), "127.0.0.1", own.authority)


def test_a_client_without_the_certificate_that_it_needs_is_refused(own: Kafka) -> None:
    with pytest.raises(ssl.SSLError, match="certificate"):
        shake_hands(own.url("kafkas-guarded"), "localhost", own.authority)
