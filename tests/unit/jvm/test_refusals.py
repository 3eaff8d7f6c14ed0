"""Names and texts that a client would lose the connection over, or change."""

from __future__ import annotations

import pytest

from jmslike import Queue
from jmslike.errors import InvalidClientIDError, InvalidDestinationError, JMSError, MessageFormatError
from jmslike_transports.jvm.names import NameRules, require_client_id, require_destination, require_subscription
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
    with pytest.raises(MessageFormatError, match="message not sent: a broker takes at most 20 bytes"):
        require_short(["ü" * 11], 20, "a broker")
