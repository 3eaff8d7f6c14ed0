"""Kafka over TLS and with users: valid credentials connect; errors of all others say what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from jmslike import ConnectionFactory, ConnectionLostError, JMSError, JMSSecurityError, Session
from tests.brokers import Broker
from tests.brokers.broker import PASSWORD, USER
from tests.brokers.certificates import Authority
from tests.brokers.kafka import HASHES, Kafka
from tests.faults.steps import Connect, put, take, within_bounds

MECHANISMS = ["plain", *map(str.lower, HASHES)]
LONG_TEXT = "é" * 200_000
"""Many records of TLS."""


@pytest.fixture
def own(kafka: Broker) -> Kafka:
    """Return a Kafka with all its ports."""
    if not isinstance(kafka, Kafka):
        pytest.skip("the tests did not start this Kafka; its ports are not known")
    return kafka


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """Return an authority that signed nothing for Kafka."""
    return Authority(tmp_path)


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a server that accepts and sends nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def check_that_messages_pass(connect: Connect, name: str, url: str, **options: Any) -> None:
    """Check that every client of a connection connects: administrator, producers and consumers."""
    connection = connect(url, **options)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["short", LONG_TEXT])
    put(transacted, name, ["committed"])
    transacted.commit()
    assert [take(consumer) for _ in range(3)] == ["short", LONG_TEXT, "committed"]


def refusal(
    kind: type[JMSError], url: str, user: str | None = None, password: str | None = None, **options: Any
) -> str:
    """Return the error of a connection that is refused, which must come in time."""
    factory = ConnectionFactory(url, connect_timeout=2, **options)
    with pytest.raises(kind) as refused:
        within_bounds(lambda: factory.create_connection(user, password))
    return str(refused.value)


def anonymous(url: str) -> str:
    """Return the URL without its user."""
    address = urlsplit(url)
    return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()


def at(url: str, protocol: str, own: Kafka) -> str:
    """Return the URL with the port of another protocol, as a user may mistake it."""
    return url.replace(f":{urlsplit(url).port}", f":{urlsplit(own.url(protocol)).port}")


# ---- users -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_user_gets_in(own: Kafka, connect: Connect, name: str, mechanism: str) -> None:
    check_that_messages_pass(connect, name, own.url("kafka-sasl"), sasl=mechanism)


def test_a_user_gets_in_over_tls(own: Kafka, connect: Connect, name: str) -> None:
    check_that_messages_pass(connect, name, own.url("kafkas-sasl"), sasl="scram-sha-512", tls_ca=own.authority)


def test_the_user_may_be_given_with_the_connection(own: Kafka) -> None:
    factory = ConnectionFactory(anonymous(own.url("kafka-sasl")))
    factory.create_connection(USER, PASSWORD).close()


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize(("user", "password"), [(USER, "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_password_is_refused(own: Kafka, mechanism: str, user: str, password: str) -> None:
    url = anonymous(own.url("kafka-sasl"))
    said = refusal(JMSSecurityError, url, user, password, sasl=mechanism)
    assert "Authentication failed" in said
    assert password not in said


def test_a_wrong_password_is_refused_over_tls(own: Kafka) -> None:
    url = anonymous(own.url("kafkas-sasl"))
    assert "Authentication failed" in refusal(JMSSecurityError, url, USER, "wrong", tls_ca=own.authority)


@pytest.mark.parametrize("protocol", ["kafka-sasl", "kafkas-sasl"])
def test_an_anonymous_client_is_advised_to_name_a_user(own: Kafka, protocol: str) -> None:
    options = {"tls_ca": own.authority} if protocol.startswith("kafkas") else {}
    assert "it may require authentication" in refusal(ConnectionLostError, anonymous(own.url(protocol)), **options)


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("protocol", ["kafka", "kafkas"])
def test_a_needless_user_is_to_be_left_out(own: Kafka, protocol: str, mechanism: str) -> None:
    options = {"tls_ca": own.authority} if protocol == "kafkas" else {}
    said = refusal(JMSSecurityError, own.url(protocol), USER, PASSWORD, sasl=mechanism, **options)
    assert "leave out user and password" in said


# ---- TLS -------------------------------------------------------------------------------------------------------------


def test_the_authority_of_the_server_is_trusted(own: Kafka, connect: Connect, name: str) -> None:
    check_that_messages_pass(connect, name, f"{own.url('kafkas')}?tls_ca={own.authority}")


def test_another_authority_is_not_enough(own: Kafka, stranger: Authority) -> None:
    said = refusal(JMSSecurityError, own.url("kafkas"), tls_ca=stranger.file)
    assert "certificate verify failed: unable to get local issuer" in said


def test_the_authorities_of_the_system_do_not_know_a_private_one(own: Kafka) -> None:
    assert "tls_ca" in refusal(JMSSecurityError, own.url("kafkas"))


def test_a_certificate_for_another_host_is_refused(own: Kafka) -> None:
    url = own.url("kafkas").replace("localhost", "127.0.0.1")
    assert "not valid for '127.0.0.1'" in refusal(JMSSecurityError, url, tls_ca=own.authority)


def test_no_certificate_is_needed_without_verification(own: Kafka, connect: Connect, name: str) -> None:
    check_that_messages_pass(connect, name, own.url("kafkas").replace("localhost", "127.0.0.1"), tls_verify=False)


def test_a_client_that_must_show_a_certificate_does(own: Kafka, connect: Connect, name: str) -> None:
    shown = {"tls_cert": own.client.certificate, "tls_key": own.client.key}
    check_that_messages_pass(connect, name, own.url("kafkas-guarded"), tls_ca=own.authority, **shown)


def test_a_client_without_the_certificate_that_it_needs_is_refused(own: Kafka) -> None:
    assert "tls_cert" in refusal(JMSSecurityError, own.url("kafkas-guarded"), tls_ca=own.authority)


def test_a_client_with_a_certificate_of_another_authority_is_refused(own: Kafka, stranger: Authority) -> None:
    certificate, key = stranger.certify("client", "extendedKeyUsage = clientAuth")
    url = own.url("kafkas-guarded")
    assert "tls_cert" in refusal(JMSError, url, tls_ca=own.authority, tls_cert=certificate, tls_key=key)


@pytest.mark.parametrize("protocol", ["kafkas", "kafkas-sasl"])
def test_a_client_without_tls_is_refused(own: Kafka, protocol: str) -> None:
    assert "kafkas://" in refusal(ConnectionLostError, at(own.url("kafka"), protocol, own))
    assert "kafkas://" in refusal(ConnectionLostError, at(own.url("kafka"), protocol, own), USER, PASSWORD)


@pytest.mark.parametrize("protocol", ["kafka", "kafka-sasl"])
def test_a_server_without_tls_is_refused(own: Kafka, protocol: str) -> None:
    url = at(own.url("kafkas"), protocol, own)
    assert "port for TLS?" in refusal(ConnectionLostError, url, tls_verify=False)


# ---- no broker there -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["kafka://{}", "kafka://me:secret@{}", "kafkas://{}", "kafkas://me:secret@{}"])
def test_a_silent_server_is_waited_for_until_the_timeout(silent: str, url: str) -> None:
    assert "no answer" in refusal(ConnectionLostError, url.format(silent))


def test_the_first_host_is_silent(kafka: Broker, silent: str, connect: Connect, name: str) -> None:
    session = connect(kafka.url("kafka").replace("://", f"://{silent},"), connect_timeout=4).create_session()
    put(session, name, ["sent"])
    assert take(session.create_consumer(session.create_queue(name))) == "sent"
