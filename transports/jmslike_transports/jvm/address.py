"""The address of a connection: provider, hosts and options, read from a URL.

jvm:PROVIDER://host:port,host:port/path?option=value
jvm:///path/to/jndi.properties?factory=NAME
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from jmslike.options import choice, refuse, whole
from jmslike_transports.jvm import classpath
from jmslike_transports.shared.tls import TLS_OPTIONS, parse_tls
from jmslike_transports.shared.url import parse_url

JNDI: Final = "jndi"
"""Instead of a provider's name, for a connection factory that JNDI finds."""

_CHOICES: Final = {"true": True, "false": False}

OPTIONS: Final[Mapping[str, str]] = {
    "classpath": classpath.MEANING,
    "properties": "settings of the provider's connection factory by their Java names: name=value;name=value",
    "factory": "of jvm:///jndi.properties: the name by which JNDI knows the connection factory",
    "vhost": "of rabbitmq: the virtual host; may also be the path of the URL",
    "channel": "of ibmmq: the channel (default: SYSTEM.DEF.SVRCONN)",
    "queue_manager": "of ibmmq: the queue manager; may also be the path of the URL",
    "tls": "true or false: whether the connection is protected by TLS (default: false)",
    **TLS_OPTIONS,
}


class _Ports(NamedTuple):
    plain: int
    protected: int


PORTS: Final[Mapping[str, _Ports]] = {
    "artemis": _Ports(61616, 61617),
    "activemq": _Ports(61616, 61617),
    "qpid": _Ports(5672, 5671),
    "rabbitmq": _Ports(5672, 5671),
    "ibmmq": _Ports(1414, 1414),
    "openmq": _Ports(7676, 7676),
}
"""The providers that are known by name."""

_OWNERS: Final[Mapping[str, str]] = {
    "factory": JNDI,
    "vhost": "rabbitmq",
    "channel": "ibmmq",
    "queue_manager": "ibmmq",
}
_IN_PATH: Final[Mapping[str, str]] = {"rabbitmq": "vhost", "ibmmq": "queue_manager"}


class Tls(NamedTuple):
    """The options of TLS; files in PEM."""

    authority: str | None
    certificate: str | None
    key: str | None
    verify: bool


@dataclass(frozen=True, slots=True)
class Address:
    """The address; durations in seconds."""

    provider: str
    hosts: tuple[tuple[str, int], ...]
    """They are tried in turn. None for JNDI."""
    path: str
    """The file of JNDI's properties."""
    user: str | None
    password: str | None = field(repr=False)
    class_path: tuple[str, ...]
    connect_timeout: float
    request_timeout: float
    window: int
    """How many messages a consumer may hold ahead."""
    tls: Tls | None
    properties: tuple[tuple[str, str], ...] = field(repr=False)
    """Settings of the connection factory, with passwords perhaps."""
    own: Mapping[str, str]
    """The provider's own options."""

    def for_each_host(self) -> Iterator[Address]:
        """Yield the address with each of its hosts alone; JNDI's as it is."""
        if not self.hosts:
            yield self
        for host in self.hosts:
            yield replace(self, hosts=(host,))

    @property
    def host(self) -> str:
        """The first host, an IPv6 address in brackets."""
        host = self.hosts[0][0]
        return f"[{host}]" if ":" in host else host

    @property
    def port(self) -> int:
        """The port of the first host."""
        return self.hosts[0][1]

    @property
    def shown(self) -> str:
        """The place, as errors name it."""
        return f"{self.host}:{self.port}" if self.hosts else self.path


def parse_address(url: str, options: Mapping[str, str], user: str | None, password: str | None) -> Address:
    """Read the URL and the options. Raises ValueError for what cannot be used."""
    provider = url.removeprefix("jvm:").partition("//")[0].removesuffix(":") or JNDI
    tls = _tls(options)
    hosts, path = _place(provider, url, protected=tls is not None)
    return Address(
        provider,
        hosts,
        path if provider == JNDI else "",
        user,
        password,
        classpath.parse_class_path(options),
        float(options.get("connect_timeout", 10.0)),
        float(options.get("request_timeout", 30.0)),
        whole("window", options.get("window", 100), 1),
        tls,
        _properties(options.get("properties", "")),
        _own(provider, path, options),
    )


def _place(provider: str, url: str, *, protected: bool) -> tuple[tuple[tuple[str, int], ...], str]:
    if provider != JNDI:
        ports = PORTS[provider]
        return parse_url(url, ports.protected if protected else ports.plain)
    authority, _, path = url.partition("://")[2].partition("/")
    if authority:
        raise ValueError(
            f"{authority!r} is a host, but no provider is named: write jvm:PROVIDER://{authority}, where PROVIDER is "
            f"{', '.join(sorted(PORTS))}, or jvm:///path/to/jndi.properties?factory=NAME"
        )
    file = f"/{unquote(path)}"
    if not Path(file).is_file():
        raise ValueError(f"there is no file {file!r} with properties of JNDI")
    return (), file


def _own(provider: str, path: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return the provider's own options. Raises ValueError for those of another."""
    for name in options:
        owner = _OWNERS.get(name, provider)
        if owner != provider:
            form = "jvm:///jndi.properties" if owner == JNDI else f"jvm:{owner}://"
            raise ValueError(f"option {name} is one of {form}")
    own = {name: value for name, value in options.items() if name in _OWNERS}
    if provider == JNDI:
        if "tls" in options:
            raise ValueError("option tls: the connection factory that JNDI finds says whether TLS is used, and how")
        if not own.get("factory"):
            raise ValueError("option factory is missing: the name by which JNDI knows the connection factory")
    elif path:
        option = _IN_PATH.get(provider)
        if option is None:
            raise ValueError(f"jvm:{provider}:// takes no path, and the URL has {path!r}")
        if option in own:
            raise ValueError(f"the path of the URL and option {option} both name it: {path} and {own[option]}")
        own[option] = unquote(path)
    return own


def _tls(options: Mapping[str, str]) -> Tls | None:
    if not choice("tls", options.get("tls", "false"), _CHOICES):
        given = next((name for name in TLS_OPTIONS if name in options), None)
        if given is not None:
            raise ValueError(f"option {given} needs tls=true")
        return None
    context = parse_tls(options)  # finds what is wrong with the files
    return Tls(options.get("tls_ca"), options.get("tls_cert"), options.get("tls_key"), verify=bool(context.verify_mode))


def _properties(text: str) -> tuple[tuple[str, str], ...]:
    given: dict[str, str] = {}
    for number, pair in enumerate((part for part in text.split(";") if part.strip()), 1):
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise ValueError(f"option properties: part {number} is not name=value; parts are separated by ;")
        if name.strip() in given:
            refuse("properties", name.strip(), "each name once")
        given[name.strip()] = value.strip()
    return tuple(given.items())
