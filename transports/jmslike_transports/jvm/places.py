"""Why a client could not connect to a host, where its own error does not say it: asked only afterwards."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Final

from jmslike.errors import JMSError
from jmslike_transports.jvm.address import Address
from jmslike_transports.shared.strangers import protocol_at

_PATIENCE: Final = 0.5
"""Seconds."""
_ADVICE: Final[Mapping[str, str]] = {
    "TLS": "TLS: add tls=true",
    "HTTP": "HTTP: this is not the port for messages",
    "Kafka": "Kafka's protocol: use kafka://",
}
"""What no Java client speaks without further ado. Other protocols may share a port."""


def why(address: Address, error: JMSError) -> str:
    """Return why there is no connection to the first host: what a socket says, else the client, and what is wrong."""
    if not address.hosts:
        return str(error)  # only the provider knows where JNDI leads
    try:
        socket.create_connection(address.hosts[0], _PATIENCE).close()
    except TimeoutError:
        return str(error)
    except (OSError, UnicodeError) as refusal:
        return str(refusal)
    return f"{error}{_what_is_wrong(address)}"


def _what_is_wrong(address: Address) -> str:
    """Return what is to be added to the client's error; nothing if it is not known."""
    host, port = address.hosts[0]
    found = protocol_at(host, port, "AMQP 0-9-1")
    if found is None:
        return ""
    if address.tls is not None:
        return "" if found == "TLS" else "; this port speaks without TLS: take the port for TLS"
    return f"; this port speaks {_ADVICE[found]}" if found in _ADVICE else ""
