"""The schemes of the URLs of Java clients, and the URL to use instead of one."""

from __future__ import annotations

from typing import Final

BY_JNDI: Final = "jvm:///path/to/jndi.properties?factory=NAME"
"""The URL for a provider that `jvm:` does not know by name."""
OF_OTHERS: Final = {
    "t3": BY_JNDI,
    "t3s": BY_JNDI,
    "mq": "jvm:openmq://HOST:7676, or jvm:ibmmq://HOST:1414/QUEUE_MANAGER for IBM MQ",
    "tibjmsnaming": BY_JNDI,
}
"""Schemes whose protocol only the provider's Java client speaks, and the URL to use."""
_BY_TCP: Final = (
    "stomp://HOST:61613 for the broker's STOMP port; or, with that Java client in a JVM, jvm:artemis://HOST:61616 for "
    "Artemis, jvm:activemq://HOST:61616 for Classic"
)
_BY_TLS: Final = (
    "stomps://HOST:61614 for the broker's STOMP port; or, with that Java client in a JVM, "
    "jvm:artemis://HOST:61617?tls=true for Artemis, jvm:activemq://HOST:61617?tls=true for Classic"
)
OF_ACTIVEMQ: Final = {
    **dict.fromkeys(("nio", "auto", "http"), _BY_TCP),
    **dict.fromkeys(("ssl", "nio+ssl", "auto+ssl", "https"), _BY_TLS),
}
"""Connectors of ActiveMQ from which no port of STOMP follows, and the URL to use."""


def url_instead(scheme: str) -> str:
    """Return the URL to use where that is no scheme of jmslike, but of a Java client; empty for any other."""
    return _BY_TCP if scheme == "tcp" else OF_OTHERS.get(scheme) or OF_ACTIVEMQ.get(scheme, "")
