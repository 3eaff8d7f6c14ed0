"""The connection URLs of Java clients: what they are called here, or why they have no counterpart.

`docs/naming.md` has the reason for each. No error quotes a user, a password or the value of an option.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final
from urllib.parse import urlencode, urlsplit

from jmslike.errors import JMSError
from jmslike.java_schemes import BY_JNDI, OF_ACTIVEMQ, OF_OTHERS
from jmslike.url import Options, parse_place, parse_wrapper

_log = logging.getLogger("jmslike.naming")

_SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_HOST: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:,]+)(?::(?P<port>\d+))?")
_BROKER_PORT: Final = "61616"
_STOMP_PORT: Final = "61613"
_TIBCO_PORT: Final = "7222"

_TRANSLATED: Final = frozenset({"tcp", "vm"})
_AMQP: Final = frozenset({"amqp", "amqps"})
_OF_QPID: Final = ("jms.", "amqp.", "transport.", "failover.")

_OF_A_HOST: Final = {
    "jms.userName": "user_name",
    "jms.password": "password",
    "user": "user_name",
    "password": "password",
}
_OF_A_CONNECTION: Final = {"jms.clientID": "client_id", "clientID": "client_id"}
_ATTEMPTS: Final = {"maxReconnectAttempts": "max_reconnects", "reconnectAttempts": "max_reconnects"}
_PAUSES: Final = {
    "initialReconnectDelay": "initial_delay",
    "maxReconnectDelay": "max_delay",
    "retryInterval": "initial_delay",
    "maxRetryInterval": "max_delay",
}
"""Milliseconds in Java, seconds here."""
_AS_IT_IS: Final = {
    ("randomize", "false"),
    ("ha", "true"),
    ("ha", "false"),
    ("sslEnabled", "false"),
    ("broker.persistent", "false"),
    ("broker.useJmx", "false"),
}
"""Options that ask for what happens here anyway."""

Named = dict[str, str]


def jmslike_url(url: str, *, amqp_1_0: bool = False) -> str:
    """Return the URL of jmslike for one of a Java client; one of jmslike comes back as it is.

    `amqp_1_0` says that the URL is one of Qpid JMS. Raises JMSError, which names the URL to use, if a translation would
    not mean the same.
    """
    if url.lstrip().startswith("("):
        return _several(f"artemis:{url.strip()}", lasting=False)
    scheme = _scheme_of(url)
    if scheme == "failover":
        return _failover(url.strip(), amqp_1_0)
    if scheme in _AMQP:
        _refuse_amqp_1_0(url, amqp_1_0)
    if scheme == "vm":
        return _engine(url)
    _refuse(scheme)
    return _one_host(url) if scheme == "tcp" else url


def _scheme_of(url: str) -> str:
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""


def _refuse(scheme: str) -> None:
    if scheme in OF_OTHERS:
        raise JMSError(
            f"{scheme}: is spoken by the Java client of the provider only, which jvm: runs; the URL to use is "
            f"{OF_OTHERS[scheme]}"
        )
    if scheme in OF_ACTIVEMQ:
        raise JMSError(f"{scheme}: is a protocol of ActiveMQ's Java client; the URL to use is {OF_ACTIVEMQ[scheme]}")


def _refuse_amqp_1_0(url: str, amqp_1_0: bool) -> None:
    if amqp_1_0 or any(name.startswith(_OF_QPID) for name, _ in parse_place(url).options):
        raise JMSError(
            "amqp:// of Qpid JMS is AMQP 1.0, and that of jmslike is AMQP 0-9-1; the URL to use is "
            "jvm:qpid://HOST:5672, with Qpid JMS in a JVM, or stomp://HOST:61613, which some of its brokers serve"
        )


def _failover(url: str, amqp_1_0: bool) -> str:
    rest = url.partition(":")[2].removeprefix("//")
    if not rest.startswith("("):  # as in ActiveMQ, where the options are those of all hosts
        hosts, mark, query = rest.partition("?")
        rest = f"({hosts}){mark}{query}" if _scheme_of(rest) in _TRANSLATED else rest
    wrapper = parse_wrapper(f"failover:{rest}")
    schemes = [_scheme_of(inner) for inner in wrapper.inner]
    for inner, scheme in zip(wrapper.inner, schemes, strict=True):
        _refuse(scheme)
        if scheme in _AMQP:
            _refuse_amqp_1_0(inner, amqp_1_0)
    return _several(f"failover:{rest}", lasting=True) if _TRANSLATED.intersection(schemes) else url


def _several(url: str, *, lasting: bool) -> str:
    """Translate URLs in parentheses; `lasting`: their connection outlives a loss, as `failover:` of ActiveMQ says."""
    wrapper = parse_wrapper(url)
    of_hosts, of_connection, reconnecting = _options(wrapper.options)
    places = [_host(inner) for inner in wrapper.inner]
    if lasting or reconnecting.get("max_reconnects", "0") != "0":
        inner = ",".join(_with(f"stomp://{host}", of_hosts | own) for host, own in places)
        return _with(f"failover:({inner})", of_connection | reconnecting)
    users = [own for _, own in places if own]
    if len(users) > 1:
        raise JMSError("one user and password serve all hosts: put them behind the parentheses")
    hosts = ",".join(host for host, _ in places)
    return _with(f"stomp://{hosts}", of_hosts | of_connection | (users[0] if users else {}))


def _one_host(url: str) -> str:
    place = parse_place(url)
    host, _ = _host(place.address)
    of_hosts, of_connection, reconnecting = _options(place.options)
    if reconnecting.get("max_reconnects", "0") == "0":
        return _with(f"stomp://{host}", of_hosts | of_connection)
    return _with(f"failover:({_with(f'stomp://{host}', of_hosts)})", of_connection | reconnecting)


def _host(url: str) -> tuple[str, Named]:
    """Return the host with its port of STOMP, and the user and password that stand in the URL."""
    _refuse(_scheme_of(url))
    place = parse_place(url)
    parts = urlsplit(place.address)
    found = _HOST.fullmatch(parts.netloc)
    if parts.scheme != "tcp" or found is None or parts.path not in ("", "/"):
        raise JMSError(f"not a URL of one broker, tcp://HOST:{_BROKER_PORT}: {place.address!r}")
    host, port = found["host"], found["port"] or _BROKER_PORT
    if port == _TIBCO_PORT:
        raise JMSError(
            f"{place.address} looks like TIBCO EMS, which its Java client reaches only, and jvm: runs that; the URL to "
            f"use is {BY_JNDI}"
        )
    if port != _BROKER_PORT:
        raise JMSError(
            f"{place.address} is a port of Java's client, and the broker's STOMP port does not follow from it; use "
            f"stomp://{host}:{_STOMP_PORT}, or stomp://{host}:{port} if Artemis serves STOMP there, too, as it does "
            "unless its acceptor names other protocols only; or, with Java's client in a JVM, "
            f"jvm:artemis://{host}:{port} for Artemis, jvm:activemq://{host}:{port} for Classic"
        )
    of_hosts, of_connection, reconnecting = _options(place.options)
    if of_connection or reconnecting:
        names = ", ".join(of_connection | reconnecting)
        raise JMSError(f"options of the whole connection stand behind the parentheses: {names}")
    return f"{host}:{_STOMP_PORT}", of_hosts


def _engine(url: str) -> str:
    place = parse_place(url)
    if ("broker.persistent", "true") in place.options:
        raise JMSError("the engine behind vm:// keeps nothing; use native:///absolute/folder, which keeps messages")
    of_hosts, of_connection, _ = _options(place.options)
    if ("broker.persistent", "false") not in place.options:
        _tell_of_memory(place.address)
    return _with(place.address.replace("vm", "native", 1), of_hosts | of_connection)


@cache
def _tell_of_memory(address: str) -> None:
    """Log, once for each engine, that it is not what a broker inside the JVM would be by default."""
    _log.warning(
        "%s is an engine in the memory of this process, which keeps nothing when the process ends; "
        "native:///absolute/folder keeps messages",
        address,
    )


_AHEAD: Final = frozenset(
    (
        *("consumerWindowSize", "jms.prefetchPolicy.all", "jms.prefetchPolicy.queuePrefetch"),
        *("jms.prefetchPolicy.topicPrefetch", "jms.prefetchPolicy.durableTopicPrefetch"),
    )
)
"""How much a Java client fetches ahead: bytes, or messages of one consumer, so that no number follows from it."""


def _options(options: Options) -> tuple[Named, Named, Named]:
    """Return the options of a host, of a connection and of reconnection. Raises JMSError that names all others."""
    unknown = [name for name, value in options if not _is_known(name, value)]
    if unknown:
        ahead = "; ?window=1 is how many messages come ahead" if _AHEAD.intersection(unknown) else ""
        raise JMSError(
            f"options of Java's client without a counterpart: {', '.join(unknown)}; leave them out, or use a URL of "
            f"jmslike with its options{ahead}"
        )
    reconnecting = _named(_ATTEMPTS, options) | _named(_PAUSES, options, _seconds)
    return _named(_OF_A_HOST | {"user_name": "user_name"}, options), _named(_OF_A_CONNECTION, options), reconnecting


def _is_known(name: str, value: str) -> bool:
    known: Iterable[Mapping[str, str]] = (_OF_A_HOST, _OF_A_CONNECTION, _ATTEMPTS, _PAUSES)
    return name == "user_name" or any(name in names for names in known) or (name, value.lower()) in _AS_IT_IS


def _named(names: Mapping[str, str], options: Options, convert: Callable[[str], str] = str) -> Named:
    return {names[name]: convert(value) for name, value in options if name in names}


def _seconds(milliseconds: str) -> str:
    if not re.fullmatch(r"\d{1,15}", milliseconds):
        raise JMSError("a pause between attempts is a number of milliseconds")
    return str(int(milliseconds) / 1000)


def _with(address: str, options: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(options)}" if options else address
