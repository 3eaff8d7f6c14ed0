"""The entry point of the scheme `native`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote, unquote

from jmslike.errors import JMSError
from jmslike.locating import Location
from jmslike.options import choice, seconds, whole
from jmslike.spi import ObjectOption, TransportFactory
from jmslike_transports.native import engines
from jmslike_transports.native.places import Folder, Memory, Place
from jmslike_transports.native.transport import NativeTransport
from native_engine.journal.folder import real_path


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
        """Make a transport. Raises JMSError for a folder whose path is not absolute."""
        own = {name: _CONVERTERS[name](name, value) for name, value in options.items() if name in self.options}
        return NativeTransport(place_of(url), own, user, password)

    def locate(self, url: str, options: Mapping[str, Any]) -> Location:
        """See Locating.locate."""
        place = place_of(url)
        return Location(frozenset({place.url}), not place.is_durable, place.missing())

    def forget(self, url: str) -> None:
        """Close the engine; one in memory is dropped with its messages."""
        engines.forget(place_of(url))


def place_of(url: str) -> Place:
    """Return the place of a URL without options. Raises JMSError for a folder whose path is not absolute."""
    name, slash, rest = url.removeprefix("native://").partition("/")
    if not rest and (name or not slash):
        return Memory(unquote(name))
    relative = f"{name}/{rest}" if name else rest.lstrip("/")
    if name or relative.startswith("~"):
        absolute = os.path.abspath(os.path.expanduser(unquote(relative)))
        raise JMSError(
            f"{url}: a folder is named by its absolute path; write native://{quote(absolute)} for that one, "
            "or native://NAME for an engine in memory, without a path"
        )
    path = unquote(f"/{rest}", errors="surrogateescape")
    if "\0" in path:
        raise JMSError(f"{url}: no folder has a zero byte in its name")
    folder = real_path(path)
    if folder == "/":
        raise JMSError(f"{url}: names no folder; write native:///absolute/folder, or native://NAME for one in memory")
    return Folder(folder)


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
