"""The entry point of the scheme `native`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from jmslike.errors import UnsupportedFeatureError
from jmslike.options import choice, seconds, whole
from jmslike.spi import ObjectOption, TransportFactory
from jmslike_transports.native import engines
from jmslike_transports.native.transport import NativeTransport


class NativeFactory:
    """Makes connections to the engines of this process."""

    options: Mapping[str, str] = {
        "max_depth": "most messages that one queue or subscription may hold (default: no limit)",
        "max_bytes": "most bytes that one queue or subscription may hold (default: no limit)",
        "when_full": "block: a send waits for room; fail: it fails at once (default: block)",
        "block_timeout": "seconds that a send waits for room (default: 30)",
        "users": ObjectOption("a mapping of user names to passwords; others are refused (default: no user is refused)"),
    }

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> NativeTransport:
        """Make a transport."""
        own = {name: _CONVERTERS[name](name, value) for name, value in options.items() if name in self.options}
        return NativeTransport(_name(url), own, user, password)

    def forget(self, url: str) -> None:
        """Drop the engine with its messages."""
        engines.forget(_name(url))


def _name(url: str) -> str:
    name, slash, folder = url.removeprefix("native://").partition("/")
    if folder or (slash and not name):
        raise UnsupportedFeatureError(
            f"{url}: this version has no engines that keep messages in a folder; use native://NAME, in memory"
        )
    return unquote(name)


def _users(name: str, value: Any) -> dict[str, str]:
    texts = [text for item in value.items() for text in item] if isinstance(value, Mapping) else []
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"option {name} is a mapping of user names to passwords, all of them str, and not empty")
    return dict(value)


_CONVERTERS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "max_depth": partial(whole, lowest=1),
    "max_bytes": partial(whole, lowest=1),
    "when_full": partial(choice, known={"block": "block", "fail": "fail"}),
    "block_timeout": seconds,
    "users": _users,
}

factory: Final[TransportFactory] = NativeFactory()
