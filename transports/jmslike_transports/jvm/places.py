"""What is wrong with a place to which a client could not connect, where the client's own error does not say it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Final

from jmslike_transports.jvm.address import Address
from jmslike_transports.shared.strangers import protocol_at

_ADVICE: Final[Mapping[str, str]] = {
    "TLS": "TLS: add tls=true",
    "HTTP": "HTTP: this is not the port for messages",
    "Kafka": "Kafka's protocol: use kafka://",
}
"""What no Java client speaks without further ado. Other protocols may share a port."""


def what_is_wrong(address: Address) -> str:
    """Return what is to be added to the error of a failed connection to the first host; nothing if it is not known."""
    if not address.hosts:
        return ""  # only the provider knows where JNDI leads
    host, port = address.hosts[0]
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError) as error:
        return f"; the host is not known: {getattr(error, 'strerror', None) or error}"
    found = protocol_at(host, port, "AMQP 0-9-1")
    if found is None:
        return ""
    if address.tls is not None:
        return "" if found == "TLS" else "; this port speaks without TLS: take the port for TLS"
    return f"; this port speaks {_ADVICE[found]}" if found in _ADVICE else ""
