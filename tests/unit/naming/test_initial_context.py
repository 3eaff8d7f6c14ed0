"""InitialContext: what it finds in files and mappings, and what it says when it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import jmslike
from jmslike import ConnectionFactory, IllegalStateError, JMSError, Queue, Topic
from jmslike.naming import InitialContext, NamingError


def client_id_of(factory: ConnectionFactory) -> str | None:
    with factory.create_connection() as connection:
        return connection.client_id


@pytest.fixture
def url() -> str:
    return f"native://{uuid4().hex}"


def test_a_properties_file_names_factories_and_destinations(tmp_path: Path, url: str) -> None:
    file = tmp_path / "jndi.properties"
    file.write_text(
        "java.naming.factory.initial=org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory\n"
        f"connectionFactory.shop={url}\n"
        "connectionFactory.shop.clientID=till\n"
        "queue.queues/orders=shop.\\\n  orders\n"
        "topic.news = shop.news\n",
        encoding="iso-8859-1",
    )
    with InitialContext(file) as names:
        factory, orders = names.lookup("shop"), names.lookup("queues/orders")
        assert isinstance(factory, ConnectionFactory)
        assert orders == Queue("shop.orders")
        assert names.lookup("news") == Topic("shop.news")
        assert names.lookup("shop") is factory
    assert client_id_of(factory) == "till"
    with factory.create_context() as context:
        context.create_producer().send(orders, "two lamps")
        assert context.create_consumer(orders).receive_body(str, 5) == "two lamps"


def test_a_toml_file_names_factories_and_destinations(tmp_path: Path, url: str) -> None:
    file = tmp_path / "names.toml"
    file.write_text(
        f'[connectionFactory]\nplain = "{url}"\n'
        f'[connectionFactory.shop]\nurl = "{url}"\nclient_id = "till"\nmax_redeliveries = 3\n'
        '[queue]\norders = "shop.orders"\n[topic]\n"news/all" = "shop.news"\n',
        encoding="utf-8",
    )
    names = InitialContext(str(file))
    assert client_id_of(names.lookup("plain")) is None
    assert client_id_of(names.lookup("shop")) == "till"
    assert names.lookup("orders") == Queue("shop.orders")
    assert names.lookup("news/all") == Topic("shop.news")


def test_without_a_source_it_reads_the_file_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NamingError, match=r"jndi.properties cannot be read: No such file"):
        InitialContext()
    (tmp_path / "jndi.properties").write_text("queue.orders=shop.orders", encoding="utf-8")
    assert InitialContext().lookup("orders") == Queue("shop.orders")


@pytest.mark.parametrize(
    "lines",
    [
        {"connectionFactory.shop": "URL", "connectionFactory.shop.clientID": "till"},
        {"connectionfactory.shop.clientId": "till", "connectionfactory.shop": "URL"},
        {"connectionfactory.shop": "URL", "property.connectionfactory.shop.clientID": "till"},
        {"java.naming.provider.url": "URL", "connectionFactoryNames": "shop", "connection.shop.clientID": "till"},
        {"connectionFactory": {"shop": {"url": "URL", "clientID": "till"}}},
        {"connectionFactory.shop": "URL?client_id=till"},
    ],
)
def test_the_client_id_of_a_factory_has_the_lines_of_each_client(lines: dict[str, Any], url: str) -> None:
    names = InitialContext(with_url(lines, url))
    assert client_id_of(names.lookup("shop")) == "till"


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("connectionFactory.shop.clintID", "clintID"),
        ("connectionFactory.shop.max_redeliveries", "max_redeliveries"),
        ("property.connectionfactory.shop.clintID", "clintID"),
        ("connection.shop.clintID", "clintID"),
    ],
)
@pytest.mark.parametrize("of_provider", [False, True])
def test_an_unknown_option_of_a_factory_is_an_error_that_names_its_line(
    line: str, option: str, of_provider: bool
) -> None:
    shop = {"java.naming.provider.url": "native://", "connectionFactoryNames": "shop"}
    with pytest.raises(NamingError, match=rf"^{re.escape(line)}: there is no option '{option}'; .*the URL of shop$"):
        InitialContext({**(shop if of_provider else {"connectionFactory.shop": "native://"}), line: "5"})


def test_options_of_what_is_no_factory_are_left_alone() -> None:
    assert repr(InitialContext({"connection.pool.size": "5"})) == "InitialContext()"


def test_a_factory_may_have_a_dot_in_its_name(url: str) -> None:
    lines = {"connectionFactory.shop.backup.clientID": "till", "connectionFactory.shop.backup": url}
    names = InitialContext(lines | {"connectionFactory.shop": "native://"})
    assert client_id_of(names.lookup("shop.backup")) == "till"
    assert client_id_of(names.lookup("shop")) is None


def with_url(lines: Mapping[str, Any], url: str) -> dict[str, Any]:
    """Return the entries with the URL of the test."""
    return {
        key: with_url(value, url) if isinstance(value, Mapping) else value.replace("URL", url)
        for key, value in lines.items()
    }


@pytest.mark.parametrize("name", ["ConnectionFactory", "QueueConnectionFactory", "TopicConnectionFactory"])
def test_the_url_of_the_provider_has_the_names_that_activemq_gives_it(name: str, url: str) -> None:
    assert repr(InitialContext({"java.naming.provider.url": url}).lookup(name)) == f"ConnectionFactory({url!r})"


def test_user_and_password_may_have_lines_of_their_own() -> None:
    url = f"native://{uuid4().hex}"
    with ConnectionFactory(url, users={"joe": "secret"}).create_connection(user_name="joe", password="secret"):
        lines = {"connectionFactory.shop": url, "connectionFactory.shop.userName": "joe"}
        InitialContext(lines | {"connectionFactory.shop.password": "secret"}).lookup("shop").create_connection().close()
        with pytest.raises(jmslike.JMSSecurityError):
            InitialContext(lines | {"connectionFactory.shop.password": "wrong"}).lookup("shop").create_connection()


def test_a_url_of_a_java_client_is_translated() -> None:
    names = InitialContext({"connectionFactory.a": "tcp://host:61616", "connectionFactory.b": "vm://localhost"})
    assert repr(names.lookup("b")) == "ConnectionFactory('native://localhost')"
    with pytest.raises(NamingError, match=r"'c' cannot be made: .*jvm:"):
        InitialContext({"connectionFactory.c": "t3://host:7001"}).lookup("c")


def test_the_engine_behind_vm_says_once_that_it_keeps_nothing(caplog: pytest.LogCaptureFixture) -> None:
    name = uuid4().hex
    names = InitialContext({"connectionFactory.a": f"vm://{name}", "connectionFactory.b": f"vm://{name}"})
    assert not caplog.records
    names.lookup("a")
    names.lookup("b")
    (record,) = caplog.records
    assert record.name == "jmslike.naming"
    assert f"vm://{name} is an engine in the memory of this process, which keeps nothing" in record.getMessage()


def test_nothing_is_said_where_the_url_asks_for_an_engine_that_keeps_nothing(caplog: pytest.LogCaptureFixture) -> None:
    InitialContext({"connectionFactory.a": f"vm://{uuid4().hex}?broker.persistent=false"}).lookup("a")
    assert not caplog.records


def test_amqp_in_a_file_of_qpid_is_refused() -> None:
    source = {
        "java.naming.factory.initial": "org.apache.qpid.jms.jndi.JmsInitialContextFactory",
        "connectionfactory.shop": "amqp://host:5672",
    }
    with pytest.raises(NamingError, match=r"AMQP 1\.0"):
        InitialContext(source).lookup("shop")


def test_dynamic_names_need_no_entry() -> None:
    names = InitialContext({})
    assert names.lookup("dynamicQueues/shop/orders") == Queue("shop/orders")
    assert names.lookup("dynamicTopics/news") == Topic("news")
    with pytest.raises(NamingError, match="non-empty"):
        names.lookup("dynamicQueues/")


def test_an_environment_variable_is_read_at_lookup(monkeypatch: pytest.MonkeyPatch) -> None:
    names = InitialContext({"queue.orders": "${SHOP_PLACE}.orders", "topic.news": "news"})
    with pytest.raises(NamingError, match="SHOP_PLACE, which is not set"):
        names.lookup("orders")
    assert names.lookup("news") == Topic("news")
    monkeypatch.setenv("SHOP_PLACE", "rome")
    assert names.lookup("orders") == Queue("rome.orders")


def test_an_unknown_name_lists_the_known_ones(url: str) -> None:
    names = InitialContext({"connectionFactory.shop": url, "queue.orders": "a", "topic.news": "b"})
    with pytest.raises(NamingError, match="nothing is named 'order'; known are news, orders, shop, dynamic"):
        names.lookup("order")
    with pytest.raises(NamingError, match="known are none"):
        InitialContext({}).lookup("x")


def test_a_closed_context_finds_nothing(url: str) -> None:
    names = InitialContext({"connectionFactory.shop": url})
    factory = names.lookup("shop")
    names.close()
    names.close()
    with pytest.raises(IllegalStateError):
        names.lookup("shop")
    assert client_id_of(factory) is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"queue.orders": ""}, "queue.orders must be a text"),
        ({"queue": {"orders": 5}}, "queue.orders must be a text"),
        ({"connectionFactory": {"shop": {"client_id": "x"}}}, "connectionFactory.shop.url must be a text"),
        ({"topic": "news"}, "topic needs a name"),
    ],
)
def test_an_entry_of_the_wrong_form_is_an_error(source: dict[str, Any], message: str) -> None:
    with pytest.raises(NamingError, match=message):
        InitialContext(source)


@pytest.mark.parametrize(("ending", "data"), [("toml", b"[queue\na"), ("toml", b"\xff"), ("properties", b"a=\\u12")])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, ending: str, data: bytes) -> None:
    file = tmp_path / f"names.{ending}"
    file.write_bytes(data)
    with pytest.raises(NamingError, match=str(file)):
        InitialContext(file)


def test_options_of_a_destination_are_refused() -> None:
    with pytest.raises(NamingError, match="leave them out"):
        InitialContext({"queue.orders": "orders?consumer.prefetchSize=1"}).lookup("orders")


@pytest.mark.parametrize(
    "source",
    [
        {"connectionFactory.shop": "tcp://joe:secret@host:5445"},
        {"connectionFactory.shop": "nowhere://joe:secret@host?password=secret"},
        {"connectionFactory.shop": "native://shop?colour=red", "connectionFactory.shop.password": "secret"},
    ],
)
def test_no_text_has_a_secret(source: dict[str, str]) -> None:
    names = InitialContext(source)
    with pytest.raises(JMSError) as caught:
        names.lookup("shop")
    assert repr(names) == "InitialContext(shop)"
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r} {names!r} {vars(names)!r}"
