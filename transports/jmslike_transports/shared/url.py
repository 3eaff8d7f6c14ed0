"""What the URLs and options of brokers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import unquote

Value = TypeVar("Value")


def parse_url(url: str, default_port: int) -> tuple[tuple[tuple[str, int], ...], str]:
    """Give the hosts of scheme://host:port,host:port/path, to be tried in turn, and the path without its slash."""
    authority, _, path = url.partition("://")[2].partition("/")
    return tuple(_host(item, default_port) for item in authority.split(",")), path


def virtual_host(path: str, options: Mapping[str, str]) -> str | None:
    """Give the virtual host that the path or an option names, None for none. Raises ValueError if both do."""
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
        raise ValueError(f"{text!r} is no host:port")
    return host, int(port)


def choice(name: str, value: str, known: Mapping[str, Value]) -> Value:
    """Give what the option's value stands for. Raises ValueError."""
    if value.lower() not in known:
        raise ValueError(f"option {name} is {value!r}, but it takes {' or '.join(known)}")
    return known[value.lower()]


def seconds(name: str, value: str) -> float:
    """Read an option that takes seconds. Raises ValueError."""
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 3600:
        raise ValueError(f"option {name} is {value!r}, but it takes seconds from 0 (off) to 3600")
    return number
