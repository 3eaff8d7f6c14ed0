"""What the URLs and options of brokers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

Value = TypeVar("Value")

TLS_OPTIONS: Final[Mapping[str, str]] = {
    "tls_ca": "file with the certificates to trust (default: the system's)",
    "tls_cert": "file with the client's certificate",
    "tls_key": "file with the client's key",
    "tls_verify": "true or false: whether the server must prove who it is (default: true)",
}


@dataclass(frozen=True, slots=True)
class TLS:
    """How a connection is protected: files with the authority, and the client's certificate and key."""

    authority: str | None
    certificate: str | None
    key: str | None
    verify: bool


def parse_tls(options: Mapping[str, str]) -> TLS:
    """Read the TLS_OPTIONS. Raises ValueError that says what is wrong."""
    verify = choice("tls_verify", options.get("tls_verify", "true"), {"true": True, "false": False})
    return TLS(_file("tls_ca", options), _file("tls_cert", options), _file("tls_key", options), verify)


def _file(name: str, options: Mapping[str, str]) -> str | None:
    path = options.get(name)
    if path is not None and not Path(path).is_file():
        raise ValueError(f"option {name} is {path!r}, but there is no such file")
    return path


def parse_url(url: str, default_port: int) -> tuple[tuple[tuple[str, int], ...], str]:
    """Give the hosts of scheme://host:port,host:port/path, to be tried in turn, and the path without its slash."""
    authority, _, path = url.partition("://")[2].partition("/")
    return tuple(_host(item, default_port) for item in authority.split(",")), path


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
