"""The Java clients that are known by name: their connection factories, and what they do with them."""

from __future__ import annotations

import math
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

import jmslike
from jmslike import ConnectionFactory, Float, Session, SessionMode
from jmslike.errors import ConnectionLostError, JMSError, JMSSecurityError, MessageFormatError
from jmslike_transports.jvm.errors import error_of, is_loss
from tests.brokers import Broker
from tests.brokers.certificates import Authority, Credentials
from tests.harnesses import jvm_url
from tests.jvm import jars
from tests.jvm.providers import connected, factory_for, fetched
from tests.jvm.tls_proxy import tls_in_front_of

pytestmark = pytest.mark.broker

NOWHERE = "127.0.0.1:1"
PATIENCE = 10.0
"""Seconds."""
CLIENTS = {
    "artemis": ("artemis", "core"),
    "qpid": ("artemis", "amqp"),
    "activemq": ("activemq", "openwire"),
    "rabbitmq": ("rabbitmq", "amqp"),
}
"""Each provider with a broker, and the name of its address there."""


@pytest.fixture(scope="module")
def jakarta() -> str:
    return fetched(jars.jakarta)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Credentials:
    return authority.certify("server", "subjectAltName = IP:127.0.0.1\n")


def port_of(provider: str, request: pytest.FixtureRequest) -> int:
    name, address = CLIENTS[provider]
    broker: Broker = request.getfixturevalue(name)
    return int(broker.urls[address].rpartition(":")[2].partition("/")[0])


@pytest.mark.parametrize("provider", CLIENTS)
def test_a_client_connects(provider: str, jakarta: str, request: pytest.FixtureRequest) -> None:
    with connected(f"jvm:{provider}://127.0.0.1:{port_of(provider, request)}", jakarta) as connection:
        assert connection.getMetaData().getJMSProviderName() is not None


@pytest.mark.parametrize("provider", CLIENTS)
def test_a_wrong_password_is_refused(provider: str, jakarta: str, request: pytest.FixtureRequest) -> None:
    url = f"jvm:{provider}://127.0.0.1:{port_of(provider, request)}"
    with pytest.raises(JMSSecurityError) as caught, connected(url, jakarta, "a wrong one"):
        pass
    assert "a wrong one" not in str(caught.value)


@pytest.mark.parametrize("provider", CLIENTS)
def test_a_host_that_refuses_is_a_loss(provider: str, jakarta: str) -> None:
    with (
        pytest.raises(ConnectionLostError, match=r"refused|Cannot connect") as caught,
        connected(f"jvm:{provider}://{NOWHERE}", jakarta),
    ):
        pass
    assert caught.value.linked_exception is not None
    assert is_loss(caught.value.linked_exception)


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("artemis", "org.apache.activemq.artemis.jms.client.ActiveMQJMSConnectionFactory"),
        ("activemq", "org.apache.activemq.ActiveMQConnectionFactory"),
        ("qpid", "org.apache.qpid.jms.JmsConnectionFactory"),
        ("rabbitmq", "com.rabbitmq.jms.admin.RMQConnectionFactory"),
        ("ibmmq", "com.ibm.mq.jakarta.jms.MQConnectionFactory"),
        ("openmq", "com.sun.messaging.ConnectionFactory"),
    ],
)
def test_a_class_path_without_the_client_names_what_it_needs(provider: str, name: str, tmp_path: Path) -> None:
    jar = tmp_path / "another.jar"
    jar.write_bytes(b"")
    with pytest.raises(ValueError, match=r"classpath= or JMSLIKE_JVM_CLASSPATH.* from Maven") as caught:
        factory_for(f"jvm:{provider}://{NOWHERE}", str(jar))
    assert f"the class path has no {name}: {jar}" in str(caught.value)


# ---- TLS ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", CLIENTS)
def test_tls_trusts_the_certificates_of_a_file(
    provider: str, jakarta: str, request: pytest.FixtureRequest, authority: Authority, server: Credentials
) -> None:
    with tls_in_front_of(port_of(provider, request), server) as port:
        url = f"jvm:{provider}://127.0.0.1:{port}"
        with connected(url, jakarta, tls="true", tls_ca=authority.file) as connection:
            assert connection.getMetaData() is not None
        with pytest.raises(JMSError), connected(url, jakarta, tls="true"):
            pass
        if provider != "activemq":
            with connected(url, jakarta, tls="true", tls_verify="false"):
                pass
        else:
            with pytest.raises(ValueError, match="option tls_verify: the client of ActiveMQ cannot trust every server"):
                factory_for(url, jakarta, tls="true", tls_verify="false")


@pytest.mark.parametrize("provider", CLIENTS)
def test_tls_refuses_a_server_of_another_name(
    provider: str, jakarta: str, request: pytest.FixtureRequest, authority: Authority
) -> None:
    other = authority.certify(f"other-{provider}", "subjectAltName = DNS:other.example\n")
    with (
        tls_in_front_of(port_of(provider, request), other) as port,
        pytest.raises(JMSError),
        connected(f"jvm:{provider}://127.0.0.1:{port}", jakarta, tls="true", tls_ca=authority.file),
    ):
        pass


@pytest.mark.parametrize("provider", CLIENTS)
def test_tls_shows_the_clients_certificate(
    provider: str, jakarta: str, request: pytest.FixtureRequest, authority: Authority, server: Credentials
) -> None:
    client = authority.certify(f"client-{provider}", "")
    with tls_in_front_of(port_of(provider, request), server, authority) as port:
        url = f"jvm:{provider}://127.0.0.1:{port}"
        files = {"tls": "true", "tls_ca": authority.file, "tls_cert": client.certificate, "tls_key": client.key}
        with connected(url, jakarta, **files) as connection:
            assert connection.getMetaData() is not None


# ---- settings by Java's names ---------------------------------------------------------------------------------------


def test_properties_are_set_with_their_types(jakarta: str) -> None:
    given = "callTimeout=1234; consumerWindowSize=7;blockOnAcknowledge=TRUE;groupID=g;retryIntervalMultiplier=1.5"
    factory, _ = factory_for(f"jvm:artemis://{NOWHERE}", jakarta, properties=given)
    assert (factory.getCallTimeout(), factory.getConsumerWindowSize(), factory.isBlockOnAcknowledge()) == (
        1234,
        7,
        True,
    )
    assert (str(factory.getGroupID()), factory.getRetryIntervalMultiplier()) == ("g", 1.5)
    factory, _ = factory_for(f"jvm:qpid://{NOWHERE}", jakarta, properties="prefetchPolicy.queuePrefetch=3", window="9")
    assert (factory.getPrefetchPolicy().getQueuePrefetch(), factory.getPrefetchPolicy().getTopicPrefetch()) == (3, 9)


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ("calltimeout=5", "ActiveMQJMSConnectionFactory has no 'calltimeout'; it has autoGroup, .*callTimeout, "),
        ("callTimeout=secret", "the value of 'callTimeout' is no long$"),
        ("consumerWindowSize=99999999999", "the value of 'consumerWindowSize' is no int$"),
        ("blockOnAcknowledge=yes", "the value of 'blockOnAcknowledge' is no boolean$"),
        ("no.such=5", "ActiveMQJMSConnectionFactory has no property 'no' with settings"),
    ],
)
def test_properties_that_cannot_be_set_are_named(jakarta: str, properties: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^option properties: .*{why}") as caught:
        factory_for(f"jvm:artemis://{NOWHERE}", jakarta, properties=properties)
    assert "secret" not in str(caught.value)


# ---- what a client cannot send ---------------------------------------------------------------------------------------


CLOSING: dict[str, dict[str, Any]] = {
    "nan": {"p": math.nan},
    "infinity": {"p": Float(math.inf)},
    "routing": {"CC": "a queue"},
    "too much together": dict.fromkeys("abcd", "x" * 33000),
}
"""Properties over which RabbitMQ closes a connection, or after which its client confirms no other send."""


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_rabbitmq_gets_no_properties_over_which_it_closes_a_connection(rabbitmq: Broker, mode: SessionMode) -> None:
    """ERR-07: they are refused, and the session goes on."""
    with ConnectionFactory(jvm_url(rabbitmq, "rabbitmq")).create_context(session_mode=mode) as context:
        queue, producer = context.create_temporary_queue(), context.create_producer()
        for properties in CLOSING.values():
            message = context.create_text_message("refused")
            message.properties.update(properties)
            with pytest.raises(MessageFormatError, match="message not sent: "):
                producer.send(queue, message)
        producer.send(queue, "whole")
        if mode is Session.SESSION_TRANSACTED:
            context.commit()
        assert context.create_consumer(queue).receive_body(str, timeout=PATIENCE) == "whole"


def test_openmq_gets_no_properties_with_which_it_loses_a_message(openmq: Broker) -> None:
    """ERR-07: a text that is too long is refused, and the session goes on."""
    with jmslike.connect(jvm_url(openmq, "openmq")) as context:
        queue, producer = context.create_temporary_queue(), context.create_producer()
        for length, fits in ((65_536, False), (65_535, True)):
            message = context.create_text_message("whole")
            message.set_string_property("p", "x" * length)
            with nullcontext() if fits else pytest.raises(MessageFormatError, match="message not sent: "):
                producer.send(queue, message)
        assert context.create_consumer(queue).receive_body(str, timeout=PATIENCE) == "whole"


# ---- stopped consumers ----------------------------------------------------------------------------------------------


def test_a_rollback_gives_back_what_all_stopped_consumers_had(activemq: Broker) -> None:
    """CONN-28: on Classic a consumer stays while a transaction has received from it."""
    factory = ConnectionFactory(jvm_url(activemq, "activemq"))
    with (
        factory.create_context(session_mode=Session.SESSION_TRANSACTED) as context,
        jmslike.connect(jvm_url(activemq, "activemq")) as other,
    ):
        queues = [other.create_queue(f"providers.{uuid4().hex}") for _ in range(2)]
        for queue in queues:
            for text in ("1", "2", "3"):
                other.create_producer().send(queue, text)
            assert context.create_consumer(queue).receive_body(str, timeout=PATIENCE) == "1"
        context.stop()
        context.rollback()
        for queue in queues:
            consumer = other.create_consumer(queue)
            assert [consumer.receive_body(str, timeout=PATIENCE) for _ in range(3)] == ["1", "2", "3"]


# ---- both APIs, JNDI, IBM MQ ----------------------------------------------------------------------------------------


def test_clients_of_both_apis_live_side_by_side(jakarta: str, artemis: Broker) -> None:
    javax = fetched(jars.artemis_javax)
    url = f"jvm:artemis://127.0.0.1:{port_of_core(artemis)}"
    assert (factory_for(url, jakarta)[1], factory_for(url, javax)[1]) == ("jakarta", "javax")
    with connected(url, jakarta) as one, connected(url, javax) as other:
        assert (one.getMetaData().getJMSMajorVersion(), other.getMetaData().getJMSMajorVersion()) == (3, 2)


def port_of_core(artemis: Broker) -> str:
    return artemis.urls["core"].rpartition(":")[2]


def test_jndi_finds_the_factory(jakarta: str, artemis: Broker, tmp_path: Path) -> None:
    file = jndi_file(tmp_path, artemis.urls["core"])
    factory, api = factory_for(f"jvm://{file}", jakarta, factory="shop", properties="callTimeout=77")
    assert (api, factory.getCallTimeout()) == ("jakarta", 77)
    with connected(f"jvm://{file}", jakarta, factory="shop") as connection:
        assert connection.getMetaData() is not None


def jndi_file(folder: Path, url: str) -> Path:
    file = folder / "jndi.properties"
    file.write_text(
        "java.naming.factory.initial=org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory\n"
        f"connectionFactory.shop={url}\n"
    )
    return file


def test_jndi_names_what_it_does_not_find(jakarta: str, tmp_path: Path) -> None:
    file = jndi_file(tmp_path, f"tcp://{NOWHERE}")
    with pytest.raises(ValueError, match=f"JNDI finds no 'other' by {file}: .*other"):
        factory_for(f"jvm://{file}", jakarta, factory="other")
    jar = tmp_path / "another.jar"
    jar.write_bytes(b"")
    with pytest.raises(ValueError, match="give the provider's jars in classpath= or JMSLIKE_JVM_CLASSPATH"):
        factory_for(f"jvm://{file}", str(jar), factory="shop")


def test_what_jndi_finds_must_be_a_factory(jakarta: str, tmp_path: Path) -> None:
    file = jndi_file(tmp_path, f"tcp://{NOWHERE}")
    file.write_text(f"{file.read_text()}queue.orders=orders\n")
    with pytest.raises(ValueError, match=r"ActiveMQQueue is no ConnectionFactory of jakarta\.jms or javax\.jms"):
        factory_for(f"jvm://{file}", jakarta, factory="orders")


def ldap_file(folder: Path, place: str) -> Path:
    file = folder / "jndi.properties"
    file.write_text(
        f"java.naming.factory.initial=com.sun.jndi.ldap.LdapCtxFactory\njava.naming.provider.url=ldap://{place}\n"
    )
    return file


def test_jndi_that_refuses_is_a_loss(jakarta: str, tmp_path: Path) -> None:
    with pytest.raises(ConnectionLostError, match="JNDI finds no 'cn=shop'"):
        factory_for(f"jvm://{ldap_file(tmp_path, NOWHERE)}", jakarta, factory="cn=shop")


def test_jndi_that_stays_silent_is_a_loss(jakarta: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        file = ldap_file(tmp_path, f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ConnectionLostError, match=f"JNDI did not answer within 1 s, by {file}"):
            factory_for(f"jvm://{file}", jakarta, factory="cn=shop", connect_timeout="1")


def test_what_a_client_cannot_be_set_to_is_refused(jakarta: str) -> None:
    """C11: a value that is wrong is found by the client, when the connection is made."""
    for properties, what in {"nonsense=1": "has no 'nonsense'", "callTimeout=soon": "is no long"}.items():
        options = urlencode({"classpath": jakarta, "properties": properties})
        factory = ConnectionFactory(f"jvm:artemis://{NOWHERE}?{options}")
        with pytest.raises(JMSError, match=f"option properties: .*{what}"):
            factory.create_connection()


def test_ibm_mq_is_configured_from_the_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    client = fetched(jars.ibmmq)
    options = {"channel": "DEV.APP.SVRCONN", "properties": "appName=shop;sSLPeerName=CN=QM1"}
    factory, api = factory_for("jvm:ibmmq://mq.example:1415/QM1", client, tls="true", **options)
    assert api == "jakarta"
    found: list[Any] = [factory.getHostName(), factory.getPort(), factory.getChannel(), factory.getQueueManager()]
    found += [factory.getAppName(), factory.getSSLPeerName(), factory.getSSLCipherSuite()]
    assert list(map(str, found)) == ["mq.example", "1415", "DEV.APP.SVRCONN", "QM1", "shop", "CN=QM1", "*TLS12ORHIGHER"]
    assert factory.getTransportType() == 1
    assert list(tmp_path.iterdir()) == []


def test_ibm_mq_says_its_reason_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(ConnectionLostError, match=r"JMSWMQ0018.*reason '2538'.*AMQ9204") as caught,
        connected(f"jvm:ibmmq://{NOWHERE}/QM1", fetched(jars.ibmmq)),
    ):
        pass
    assert caught.value.error_code == "JMSWMQ0018"
    assert list(tmp_path.iterdir()) == []


def test_openmq_connects(openmq: Broker) -> None:
    client = fetched(jars.openmq_client)
    url = f"jvm:openmq://127.0.0.1:{openmq.urls['mq'].rpartition(':')[2]}"
    with connected(url, client) as connection:
        assert "OpenMQ" in str(connection.getMetaData().getJMSProviderName())
    with pytest.raises(JMSSecurityError), connected(url, client, "a wrong one"):
        pass


def test_openmq_takes_no_files_of_tls(authority: Authority) -> None:
    client = fetched(jars.openmq_client)
    with pytest.raises(ValueError, match=r"option tls_ca: .* javax\.net\.ssl\.trustStore .* JMSLIKE_JVM_OPTIONS"):
        factory_for(f"jvm:openmq://{NOWHERE}", client, tls="true", tls_ca=str(authority.file))
    for verify in ("true", "false"):
        factory, _ = factory_for(f"jvm:openmq://{NOWHERE}", client, tls="true", tls_verify=verify)
        assert str(factory.getProperty("imqSSLIsHostTrusted")) == ("false" if verify == "true" else "true")


def test_other_errors_keep_their_text() -> None:
    found = error_of(RuntimeError("odd"))
    assert (type(found), str(found)) == (JMSError, "RuntimeError: odd")
    same = JMSSecurityError("no")
    assert error_of(same) is same
