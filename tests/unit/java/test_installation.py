"""Java's packages as modules, and the connection factories of Java's client libraries."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jmslike
import jmslike.java
from jmslike.java import JMSException
from jmslike.java.installation import NAMING
from jmslike.java.vendors import ActiveMQClassicFactory, ArtemisFactory, QpidFactory, RabbitMQFactory

URL = "native://java-vendors"

JYTHON = """
from javax.jms import Session, MessageListener, JMSException
from org.apache.activemq import ActiveMQConnectionFactory

class Collector(MessageListener):
    def onMessage(self, message):
        texts.append(message.text)
        came.set()

factory = ActiveMQConnectionFactory()
factory.brokerURL = url
connection = factory.createConnection()
connection.clientID = "script"
session = connection.createSession(0, Session.AUTO_ACKNOWLEDGE)
queue = session.createQueue("orders")
message = session.createTextMessage()
message.text = "two lamps"
message.JMSCorrelationID = "7"
producer = session.createProducer(queue)
producer.timeToLive = 60000
producer.send(message)
consumer = session.createConsumer(queue)
consumer.messageListener = Collector()
connection.start()
assert came.wait(10)
connection.close()
try:
    session.createMessage()
except JMSException, error:
    texts.append(error.message)
"""


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    before = dict(sys.modules)
    yield
    for name in set(sys.modules) - set(before):
        del sys.modules[name]


def test_a_script_for_jython_runs_but_for_the_syntax_of_python_2() -> None:
    import threading

    jmslike.java.install()
    names: dict[str, Any] = {"url": URL, "texts": [], "came": threading.Event()}
    exec(JYTHON.replace("JMSException, error", "JMSException as error"), names)
    assert names["texts"] == ["two lamps", "the session is closed"]


@pytest.mark.parametrize("package", ["javax.jms", "jakarta.jms"])
def test_the_packages_of_jms_are_importable(package: str) -> None:
    jmslike.java.install()
    jmslike.java.install()
    module = importlib.import_module(package)
    assert module.Session is jmslike.java.Session
    assert module.JMSException is jmslike.JMSError
    assert {name for name in vars(module) if not name.startswith("_")} == set(jmslike.java.__all__) - {
        "install",
        *NAMING,
    }
    assert importlib.util.find_spec(package) is not None


def test_nothing_is_importable_before() -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("javax.jms")


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("org.apache.activemq", "ActiveMQConnectionFactory"),
        ("org.apache.activemq.artemis.jms.client", "ActiveMQConnectionFactory"),
        ("org.apache.qpid.jms", "JmsConnectionFactory"),
        ("com.rabbitmq.jms.admin", "RMQConnectionFactory"),
    ],
)
def test_the_factories_of_the_vendors_are_importable(package: str, name: str) -> None:
    jmslike.java.install()
    factory = getattr(importlib.import_module(package), name)()
    for setter in ("setBrokerURL", "setRemoteURI", "setUri"):
        if hasattr(factory, setter):
            getattr(factory, setter)(URL)
    factory.setClientID("me")
    with factory.createQueueConnection() as connection:
        assert connection.getClientID() == "me"
    with factory.createContext() as context:
        assert isinstance(context, jmslike.java.JMSContext)


def test_the_constructors_are_those_of_the_vendors() -> None:
    for factory in (
        ActiveMQClassicFactory("me", "secret", URL),
        ArtemisFactory(URL, "me", "secret"),
        QpidFactory("me", "secret", URL),
    ):
        made: Any = factory
        assert (made.getUsername(), made.getPassword()) == ("me", "secret")
        made.createConnection().close()
        assert "secret" not in repr(made)
    classic: Any = ActiveMQClassicFactory(URL)
    assert (classic.getBrokerURL(), classic.brokerURL, classic.getUserName()) == (URL, URL, None)
    artemis: Any = ArtemisFactory(URL)
    artemis.setUser("you")
    assert (artemis.user, artemis.getBrokerURL()) == ("you", URL)
    qpid: Any = QpidFactory(URL)
    assert qpid.getRemoteURI() == qpid.remoteURI == URL


def test_the_settings_of_rabbitmq_make_a_url() -> None:
    factory: Any = RabbitMQFactory()
    assert (factory.getUri(), factory.getUsername()) == ("amqp://localhost:5672/%2F", "guest")
    factory.setHost("rabbit")
    factory.setPort(5673)
    factory.setVirtualHost("shop/test")
    assert factory.uri == "amqp://rabbit:5673/shop%2Ftest"
    factory.useSslProtocol()
    factory.port = None
    assert factory.getUri() == "amqps://rabbit:5671/shop%2Ftest"


def test_urls_of_java_are_translated() -> None:
    for factory in (ActiveMQClassicFactory(), ActiveMQClassicFactory("failover:(tcp://localhost:61616)")):
        assert factory._url() == "failover:(stomp://localhost:61613)"
    for other in (ArtemisFactory(), ArtemisFactory("tcp://localhost:61616")):
        assert other._url() == "stomp://localhost:61613"
    ActiveMQClassicFactory("vm://java-vendors").createConnection().close()


def test_amqp_1_0_is_refused() -> None:
    for factory in (QpidFactory(), QpidFactory("amqp://localhost:5672")):
        with pytest.raises(JMSException, match=r"AMQP 1\.0"):
            factory.createConnection()


def test_what_is_looked_up_has_names_of_java() -> None:
    jmslike.java.install()
    naming = importlib.import_module("javax.naming")
    jms = importlib.import_module("javax.jms")
    context = naming.InitialContext(
        {
            naming.Context.INITIAL_CONTEXT_FACTORY: "org.apache.activemq.jndi.ActiveMQInitialContextFactory",
            "connectionFactory.factory": URL,
            "queue.orders": "shop.orders",
        }
    )
    factory = context.lookup("factory")
    assert isinstance(factory, jms.QueueConnectionFactory)
    assert isinstance(factory, jms.TopicConnectionFactory)
    with factory.createConnection() as connection:
        assert connection.createSession(False, 1).createProducer(context.lookup("orders")).getQueue() == jms.Queue(
            "shop.orders"
        )
    for error in (naming.NamingException, naming.NameNotFoundException):
        with pytest.raises(error, match="nothing is named"):
            context.lookup("nothing")
    context.close()


def test_the_environment_of_an_initial_context_is_gathered_as_in_java(tmp_path: Path) -> None:
    (tmp_path / "names").write_bytes(b"topic.news = shop.news\n")
    found: dict[str, Any] = {"path": tmp_path / "names"}
    jmslike.java.install()
    exec(
        """
from java.util import Hashtable, Properties
from javax.naming import Context, InitialContext

environment = Hashtable()
environment.put(Context.PROVIDER_URL, "native://java-environment")
environment.put(Context.SECURITY_PRINCIPAL, "till")
environment.put(Context.SECURITY_CREDENTIALS, "secret")
assert environment.put("queue.orders", "orders") is None
assert environment.put("queue.orders", "shop.orders") == "orders"
names = InitialContext(environment)
factory, orders = names.lookup("ConnectionFactory"), names.lookup("orders")

properties = Properties()
with open(path, "rb") as stream:
    properties.load(stream)
properties.setProperty("queue.orders", "shop.orders")
assert properties.getProperty("queue.returns", "none") == "none"
news = InitialContext(properties).lookup("news")
""",
        found,
    )
    assert (found["orders"], found["news"]) == (jmslike.Queue("shop.orders"), jmslike.Topic("shop.news"))
    with found["factory"].createConnection() as connection:
        assert connection.getMetaData().getJMSProviderName()


def test_an_error_prints_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with jmslike.java.ConnectionFactory("native://java-errors").createConnection() as connection:
        try:
            connection.createSession(7)
        except JMSException as error:
            error.printStackTrace()
    assert "createSession(7)" in capsys.readouterr().err
