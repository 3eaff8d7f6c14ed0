"""Names and texts that a client would lose the connection over, or change."""

from __future__ import annotations

import math
from typing import Any

import pytest

from jmslike import Float, Queue
from jmslike.errors import InvalidClientIDError, InvalidDestinationError, JMSError, MessageFormatError
from jmslike.spi import Envelope, Headers
from jmslike_transports.jvm.names import NameRules, require_client_id, require_destination, require_subscription
from jmslike_transports.jvm.providers import PROVIDERS
from jmslike_transports.jvm.texts import require_short

_RULES = NameRules(refused=("::", "?"), refused_first="amq.", longest=20, strips=True)


@pytest.mark.parametrize("name", ["a::b", "a?b", "amq.x", " a", "a\t", "x" * 21, "ü" * 11, "a\ud800"])
def test_names_of_destinations(name: str) -> None:
    """DST-01, ERR-07: refused before anything is sent."""
    with pytest.raises(InvalidDestinationError, match="cannot be used"):
        require_destination(Queue(name), _RULES)


@pytest.mark.parametrize("name", ["a:b", "my.amq.x", "a b", "x" * 20, "ü" * 10])
def test_names_that_can_be_used(name: str) -> None:
    """DST-01: what has no meaning for the provider is a name."""
    require_destination(Queue(name), _RULES)
    require_client_id(name, _RULES)
    require_subscription(name, _RULES)


@pytest.mark.parametrize("name", ["x" * 21, "a\ud800"])
def test_other_names(name: str) -> None:
    """ERR-07: client ids and subscriptions, too."""
    with pytest.raises(InvalidClientIDError):
        require_client_id(name, _RULES)
    with pytest.raises(JMSError, match="cannot be made"):
        require_subscription(name, _RULES)


def test_long_texts() -> None:
    """ERR-07: counted in bytes; what is no text has no length."""
    require_short(["ü" * 10, 1, None, b"x" * 100], 20, "a broker")
    require_short(["\0" * 10, "\U0001f600" * 3], 20, "a broker")
    for text in ("ü" * 11, "\0" * 11, "\U0001f600" * 4, "\ud800" * 7):  # as Java writes them
        with pytest.raises(MessageFormatError, match="message not sent: a broker takes at most 20 bytes"):
            require_short([text], 20, "a broker")


_REFUSED: dict[str, dict[str, dict[str, Any]]] = {
    "rabbitmq": {
        "nan": {"p": math.nan},
        "infinity": {"p": Float(-math.inf)},
        "routing": {"BCC": 1},
        "long name": {"é" * 128: 1},
        "much together": dict.fromkeys("abcd", "x" * 26000),
        "many": {f"p{number}": "" for number in range(10_000)},
    },
    "openmq": {"long": {"p": "x" * 65_536}, "long in Java": {"p": "\0" * 32_768}, "long name": {"x" * 65_536: 1}},
    "activemq": {"emoji": {"p": "\U0001f600"}, "long name": {"x" * 65_536: 1}},
}


@pytest.mark.parametrize(
    ("provider", "properties"),
    [
        pytest.param(provider, properties, id=f"{provider}-{why}")
        for provider, each in _REFUSED.items()
        for why, properties in each.items()
    ],
)
def test_properties_that_a_client_cannot_send(provider: str, properties: dict[str, Any]) -> None:
    """ERR-07: refused before anything is sent; items may be any numbers."""
    items = {"nan": math.nan, "infinity": Float(math.inf), "BCC": 1}
    usual: dict[str, Any] = {"p": "x" * 1000, "d": 1.7e308, "nothing": None, "CCC": True}
    envelope = Envelope.make(id="ID:a:1", destination=Queue("q"), kind="map", body=items, properties=usual)
    PROVIDERS[provider].sendable(envelope)
    envelope.properties = usual | properties
    with pytest.raises(MessageFormatError, match="message not sent: "):
        PROVIDERS[provider].sendable(envelope)


@pytest.mark.parametrize("headers", [Headers("x" * 256), Headers("\ud800"), Headers(type="x" * 65_536)], ids=repr)
def test_headers_that_the_client_of_rabbitmq_cannot_send(headers: Headers) -> None:
    """ERR-07: refused before anything is sent."""
    envelope = Envelope.make(id="ID:a:1", destination=Queue("q"), kind="text", body="t", headers=headers)
    with pytest.raises(MessageFormatError, match="message not sent: "):
        PROVIDERS["rabbitmq"].sendable(envelope)
