"""URLs of Java clients: the URL here that means the same, or an error that names the one to use."""

from __future__ import annotations

import pytest

from jmslike.bindings.java_urls import jmslike_url
from jmslike.errors import JMSError


@pytest.mark.parametrize(
    "url",
    [
        "native://shop?window=5",
        "stomp://user:password@one:61613,two:61613/host",
        "amqp://guest:guest@localhost:5672/%2f",
        "amqps://localhost?tls_ca=/etc/ca.pem",
        "kafka://localhost:9092",
        "failover:(stomp://one,stomp://two)?max_delay=5",
        "failover:native://shop",
        "no URL",
    ],
)
def test_a_url_of_jmslike_stays(url: str) -> None:
    assert jmslike_url(url) == url


@pytest.mark.parametrize(
    ("java", "ours"),
    [
        ("tcp://host:61616", "stomp://host:61613"),
        ("TCP://host/", "stomp://host:61613"),
        ("tcp://[::1]:61616", "stomp://[::1]:61613"),
        (
            "tcp://host:61616?user=a%40b&password=c&clientID=d",
            "stomp://host:61613?user_name=a%40b&password=c&client_id=d",
        ),
        ("tcp://host:61616?jms.userName=a&jms.clientID=d", "stomp://host:61613?user_name=a&client_id=d"),
        ("tcp://host:61616?reconnectAttempts=-1", "failover:(stomp://host:61613)?max_reconnects=-1"),
        ("tcp://host:61616?reconnectAttempts=0", "stomp://host:61613"),
        ("(tcp://a:61616,tcp://b:61616)", "stomp://a:61613,b:61613"),
        ("(tcp://a:61616,tcp://b:61616)?user=u&password=p", "stomp://a:61613,b:61613?user_name=u&password=p"),
        (
            "(tcp://a:61616,tcp://b:61616)?ha=true&reconnectAttempts=5&retryInterval=500&clientID=c",
            "failover:(stomp://a:61613,stomp://b:61613)?client_id=c&max_reconnects=5&initial_delay=0.5",
        ),
        ("failover:tcp://a", "failover:(stomp://a:61613)"),
        (
            "failover:tcp://a,tcp://b?maxReconnectAttempts=3",
            "failover:(stomp://a:61613,stomp://b:61613)?max_reconnects=3",
        ),
        ("failover://(tcp://a:61616)?randomize=false", "failover:(stomp://a:61613)"),
        (
            "failover:(tcp://a:61616,tcp://b:61616)?jms.userName=u&maxReconnectDelay=30000",
            "failover:(stomp://a:61613?user_name=u,stomp://b:61613?user_name=u)?max_delay=30.0",
        ),
        ("vm://localhost", "native://localhost"),
        ("vm://localhost?broker.persistent=false", "native://localhost"),
        ("vm://0", "native://0"),
    ],
)
def test_a_url_of_java_is_translated(java: str, ours: str) -> None:
    assert jmslike_url(java) == ours


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("t3://host:7001", r"use is jvm:///.*\?factory=NAME"),
        ("t3s://host:7002", r"use is jvm:///.*\?factory=NAME"),
        ("mq://host:1414/QM1", "use is jvm:openmq://HOST:7676, or jvm:ibmmq://HOST:1414/"),
        ("tibjmsnaming://host:7222", r"use is jvm:///.*\?factory=NAME"),
        ("tcp://host:7222", r"TIBCO EMS.* use is jvm:///.*\?factory=NAME"),
        ("ssl://host:61617", "stomps://"),
        ("ssl://host:61617", r"jvm:activemq://HOST:61617\?tls=true for Classic"),
        ("nio://host:61616", "stomp://HOST:61613 .*jvm:artemis://HOST:61616 .*jvm:activemq://HOST:61616 for Classic"),
        ("https://host", "stomps://"),
        ("tcp://host:5445", "stomp://host:61613"),
        ("tcp://host:5445", "stomp://host:5445 if Artemis serves STOMP there"),
        ("tcp://host:5445", "jvm:artemis://host:5445 for Artemis, jvm:activemq://host:5445 for Classic"),
        ("tcp://host:61616?consumerWindowSize=0", r"\?window=1"),
        ("tcp://host:61616?jms.prefetchPolicy.all=1", r"\?window=1"),
        ("tcp://a,b", "tcp://HOST"),
        ("failover:(tcp://a,ssl://b:61617)", "stomps://"),
        ("failover:(ssl://b:61617)", "stomps://"),
        ("failover:(tcp://a,stomp://b)", "tcp://HOST"),
        ("(tcp://a,t3://b)", "jvm:"),
        ("(tcp://u:p@a,tcp://v:q@b)", "behind the parentheses"),
        ("failover:(tcp://a?clientID=x)", "behind the parentheses: client_id"),
        ("tcp://host:61616?jms.prefetchPolicy.all=1&sslEnabled=true", "jms.prefetchPolicy.all, sslEnabled"),
        ("failover:(tcp://a)?maxReconnectDelay=soon", "milliseconds"),
        ("vm://localhost?broker.persistent=true", "native:///"),
        ("amqp://host?jms.username=guest", "jvm:qpid://HOST:5672, .* or stomp://"),
        ("(tcp://a", "parenthesis"),
    ],
)
def test_what_has_no_counterpart_is_an_error_that_names_one(url: str, named: str) -> None:
    with pytest.raises(JMSError, match=named):
        jmslike_url(url)


@pytest.mark.parametrize("url", ["amqp://host:5672", "failover:(amqp://a,amqps://b)"])
def test_amqp_of_qpid_is_not_that_of_rabbitmq(url: str) -> None:
    with pytest.raises(JMSError, match=r"AMQP 1\.0"):
        jmslike_url(url, amqp_1_0=True)


@pytest.mark.parametrize(
    "url",
    [
        "tcp://joe:secret@host:5445",
        "tcp://joe:secret@host:7222",
        "tcp://host:61616?jms.password=secret&jms.rmIdFromConnectionId=secret",
        "(tcp://joe:secret@a:1,tcp://b)",
        "(tcp://joe:secret@a,tcp://joe:secret@b)",
        "(tcp://joe:secret@a",
        "t3://joe:secret@host",
        "ssl://joe:secret@host",
        "tcp://joe:secret@host:port",
        "failover:(tcp://joe:secret@host)?maxReconnectDelay=secret",
        "failover:(tcp://host?password=secret&clientID=secret)",
    ],
)
def test_an_error_has_no_secrets(url: str) -> None:
    with pytest.raises(JMSError) as caught:
        jmslike_url(url)
    assert "secret" not in str(caught.value)
    assert "joe" not in str(caught.value)
