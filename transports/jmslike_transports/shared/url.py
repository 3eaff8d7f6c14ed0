"""The common parts of brokers' URLs: hosts, in the order in which they are tried, and a virtual host."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from jmslike.locating import Location


def parse_url(url: str, default_port: int) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return the hosts of scheme://host:port,host:port/path, to be tried in turn, and the path without its slash."""
    authority, _, path = url.partition("://")[2].partition("/")
    return tuple(_host(item, default_port) for item in authority.split(",")), path


def location_of(hosts: Iterable[tuple[str, int]], virtual_host: str = "") -> Location:
    """Return the place of a broker with these hosts. Hosts are compared as they are written, whatever they resolve to:
    two names of one address may be two brokers behind a proxy.
    """
    return Location(frozenset(f"{host.lower()} {port} {virtual_host}" for host, port in hosts))


def virtual_host(path: str, options: Mapping[str, str]) -> str | None:
    """Return the virtual host that the path or an option names, None for none. Raises ValueError if both do."""
    if path and "vhost" in options:
        raise ValueError(
            f"the path of the URL and option vhost both name the virtual host: {path} and {options['vhost']}"
        )
    return unquote(path) if path else options.get("vhost")


def _host(text: str, default_port: int) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default_port)
    host = host.strip("[]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is not host:port")
    return host, int(port)
