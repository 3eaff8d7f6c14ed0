"""The entry point of the scheme `native`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from jmslike.errors import UnsupportedFeatureError
from jmslike_transports.native import engines
from jmslike_transports.native.transport import NativeTransport


class NativeFactory:
    """Makes connections to the engines of this process."""

    options: Final[Mapping[str, str]] = {
        "max_depth": "most messages that one queue or subscription may hold (default: no limit)",
        "max_bytes": "most bytes that one queue or subscription may hold (default: no limit)",
        "when_full": "block: a send waits for room; fail: it fails at once (default: block)",
        "block_timeout": "seconds that a send waits for room (default: 30)",
    }

    def make(self, url: str, options: Mapping[str, str], user: str | None, password: str | None) -> NativeTransport:
        """Make a transport; user and password mean nothing to an engine in the own process."""
        own = {name: _CONVERTERS[name](value) for name, value in options.items() if name in self.options}
        return NativeTransport(_name(url), own)

    def forget(self, url: str) -> None:
        """Drop the engine with its messages."""
        engines.forget(_name(url))


def _name(url: str) -> str:
    name, slash, folder = url.removeprefix("native://").partition("/")
    if folder or (slash and not name):
        raise UnsupportedFeatureError(
            f"{url}: engines that keep their messages in a folder are not in this version; use native://NAME, in memory"
        )
    return unquote(name)


def _at_least_one(name: str) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise ValueError(f"option {name} is {text!r}, but it takes a whole number of at least 1")
        return int(text)

    return convert


def _policy(text: str) -> str:
    if text not in ("block", "fail"):
        raise ValueError(f"option when_full is {text!r}, but it takes block or fail")
    return text


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"option block_timeout is {text!r}, but it takes a number of seconds")
    return value


_CONVERTERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "max_depth": _at_least_one("max_depth"),
    "max_bytes": _at_least_one("max_bytes"),
    "when_full": _policy,
    "block_timeout": _seconds,
}

factory = NativeFactory()
