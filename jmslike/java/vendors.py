"""The connection factories of Java's client libraries, with their constructors and the settings that programs make.

Each connects with what is set when it is asked for a connection. A URL is one of Java's, or of `jmslike`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import quote

from jmslike.bindings.java_urls import jmslike_url
from jmslike.java.connections import QueueConnectionFactory, TopicConnectionFactory
from jmslike.java.names import java_names
from jmslike.registry import Provider, resolve
from jmslike.url import without_secrets


@java_names
class VendorFactory(QueueConnectionFactory, TopicConnectionFactory):
    """What the factories have in common: a user, a client id, and an address that may change until it connects."""

    _default: ClassVar[str]
    """The library's default URL."""

    def __init__(self, url: str | None = None, user_name: str | None = None, password: str | None = None) -> None:
        self._address = url or self._default
        self._username = user_name
        self._password = password
        self._client_id: str | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({without_secrets(self._address)!r})"

    @property
    def _provider(self) -> Provider:  # type: ignore[override]
        options = {"user_name": self._username, "password": self._password, "client_id": self._client_id}
        return resolve(self._url(), options)

    def _url(self) -> str:
        """Return the URL of `jmslike` to connect to. Raises JMSError for one of Java's without a counterpart."""
        return jmslike_url(self._address)

    @property
    def username(self) -> str | None:
        """The user, or None for that of the URL."""
        return self._username

    @username.setter
    def username(self, value: str | None) -> None:
        self._username = value

    @property
    def password(self) -> str | None:
        """The user's password, or None for that of the URL."""
        return self._password

    @password.setter
    def password(self, value: str | None) -> None:
        self._password = value

    @property
    def client_id(self) -> str | None:
        """The client id of the connections, or None."""
        return self._client_id

    @client_id.setter
    def client_id(self, value: str | None) -> None:
        self._client_id = value


class _BrokerFactory(VendorFactory):
    """What the two factories named ActiveMQConnectionFactory have in common."""

    @property
    def broker_url(self) -> str:
        """The URL of the broker."""
        return self._address

    @broker_url.setter
    def broker_url(self, value: str) -> None:
        self._address = value


@java_names
class ActiveMQClassicFactory(_BrokerFactory):
    """`org.apache.activemq.ActiveMQConnectionFactory`: `()`, `(brokerURL)` or `(userName, password, brokerURL)`."""

    _default = "failover:(tcp://localhost:61616)"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*_url_last(arguments))

    user_name = VendorFactory.username


@java_names
class ArtemisFactory(_BrokerFactory):
    """`org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory`: `()`, `(url)` or `(url, user, password)`."""

    _default = "tcp://localhost:61616"
    user = VendorFactory.username


@java_names
class QpidFactory(VendorFactory):
    """`org.apache.qpid.jms.JmsConnectionFactory`: `()`, `(remoteURI)` or `(username, password, remoteURI)`."""

    _default = "amqp://localhost:5672"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*_url_last(arguments))

    @property
    def remote_uri(self) -> str:
        """The URL of the broker."""
        return self._address

    @remote_uri.setter
    def remote_uri(self, value: str) -> None:
        self._address = value

    def _url(self) -> str:
        return jmslike_url(self._address, amqp_1_0=True)


def _url_last(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return arguments[-1:] + arguments[:-1]


@java_names
class RabbitMQFactory(VendorFactory):
    """`com.rabbitmq.jms.admin.RMQConnectionFactory`: its host, port and virtual host, or its URI."""

    _default = ""

    def __init__(self) -> None:
        super().__init__(None, "guest", "guest")
        self._host = "localhost"
        self._port: int | None = None
        self._virtual_host = "/"
        self._ssl = False

    def _url(self) -> str:
        if self._address:
            return self._address
        scheme, port = ("amqps", 5671) if self._ssl else ("amqp", 5672)
        return f"{scheme}://{self._host}:{self._port or port}/{quote(self._virtual_host, safe='')}"

    @property
    def uri(self) -> str:
        """The URL: what was set, or what the other settings make."""
        return self._url()

    @uri.setter
    def uri(self, value: str) -> None:
        self._address = value
        self._username = self._password = None  # those of the URL

    def getUri(self) -> str:
        """Return `uri`."""
        return self.uri

    def setUri(self, value: str) -> None:
        """Set `uri`."""
        self.uri = value

    @property
    def host(self) -> str:
        """The host: localhost unless it is set."""
        return self._host

    @host.setter
    def host(self, value: str) -> None:
        self._host = value

    @property
    def port(self) -> int:
        """The port: 5672, with TLS 5671, unless it is set."""
        return self._port or (5671 if self._ssl else 5672)

    @port.setter
    def port(self, value: int) -> None:
        self._port = value

    @property
    def virtual_host(self) -> str:
        """The virtual host: "/" unless it is set."""
        return self._virtual_host

    @virtual_host.setter
    def virtual_host(self, value: str) -> None:
        self._virtual_host = value

    @property
    def ssl(self) -> bool:
        """Whether the connections use TLS."""
        return self._ssl

    @ssl.setter
    def ssl(self, value: bool) -> None:
        self._ssl = value

    def use_ssl_protocol(self) -> None:
        """Set `ssl`."""
        self._ssl = True


FACTORIES: Final[dict[str, type[VendorFactory]]] = {
    "org.apache.activemq.ActiveMQConnectionFactory": ActiveMQClassicFactory,
    "org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory": ArtemisFactory,
    "org.apache.qpid.jms.JmsConnectionFactory": QpidFactory,
    "com.rabbitmq.jms.admin.RMQConnectionFactory": RabbitMQFactory,
}
"""The classes by the names that they have in Java."""
