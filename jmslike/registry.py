"""From a URL to a transport: an entry point of the group `jmslike.transports`, named as the URL's scheme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from jmslike.errors import JMSError
from jmslike.settings import GENERAL_OPTIONS, WIRE_OPTIONS, Settings, make_settings
from jmslike.spi import Transport, TransportFactory

GROUP: Final = "jmslike.transports"

PLANNED: Final = frozenset({"failover"})
"""Schemes that later versions will have, and a user may have read of."""

_USER: Final = re.compile("(?<=://)[^/@,]*@")
_AFTER: Final = re.compile("[?#]")
_BEYOND: Final = frozenset("?#")
_KEYWORD_ONLY: Final = frozenset({"object_serializer"})


@dataclass(frozen=True, slots=True)
class Provider:
    """A transport's factory with a checked URL and options: everything but the user of one connection."""

    factory: TransportFactory
    url: str
    settings: Settings
    options: Mapping[str, str]

    def transport(self, user_name: str | None, password: str | None) -> Transport:
        """Make a transport that is not open yet. Raises JMSError for an option value that the transport refuses."""
        settings = self.settings
        user, secret = (user_name, password) if user_name is not None else (settings.user_name, settings.password)
        try:
            return self.factory.make(self.url, self.options, user, secret)
        except ValueError as error:
            raise JMSError(f"{self.url}: {error}") from error


def known_schemes() -> list[str]:
    """Give the URL schemes of the installed transports."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


def resolve(url: str, keywords: Mapping[str, Any]) -> Provider:
    """Find the transport for the URL, and check its options and the keywords.

    Raises JMSError that names what is known for an unknown scheme, a missing extra or an unknown option.
    """
    parts = _split(url)
    factory = _factory(parts.scheme)
    given = _options(parts, keywords)
    known = {*GENERAL_OPTIONS, *factory.options}
    for name in given:
        if name not in known:
            raise JMSError(f"unknown option {name!r} for {parts.scheme}://; known are {', '.join(sorted(known))}")
    settings = make_settings({name: value for name, value in given.items() if name in GENERAL_OPTIONS})
    own = {name: str(value) for name, value in given.items() if name in factory.options or name in WIRE_OPTIONS}
    bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    # urlunsplit drops the slashes of an empty authority
    address = bare if bare.startswith(f"{parts.scheme}://") else f"{parts.scheme}://{bare.partition(':')[2]}"
    return Provider(factory, address, settings, own)


def _split(url: str) -> SplitResult:
    if not isinstance(url, str) or "://" not in url:
        shown = without_secrets(url) if isinstance(url, str) else url
        raise JMSError(
            f"not a URL: {shown!r}; it looks like native://NAME; known schemes: {', '.join(known_schemes())}"
        )
    try:
        parts = urlsplit(url)
        _ = parts.username, parts.password
    except ValueError as error:
        if "@" in str(error):  # it quotes them
            shown = without_secrets(url)
            raise JMSError(f"not a URL: {shown!r}: percent-encode what is special in its user or password") from None
        raise JMSError(f"not a URL: {without_secrets(url)!r}: {error}") from error
    user, _, _ = parts.netloc.rpartition("@")
    if "@" in user and "," in user:
        raise JMSError(f"one user and password, before the first host, serve all hosts: {without_secrets(url)!r}")
    if parts.fragment:
        raise JMSError(f"a URL here has no fragment; write # as %23: {without_secrets(url)!r}")
    return parts


def without_secrets(url: str) -> str:
    """Give a URL, or what should be one, as it may be shown: without user, password and options."""
    scheme, colon, rest = _USER.sub("", url).partition(":")
    start, at, end = rest.rpartition("@")
    if at and not _BEYOND.isdisjoint(start):
        return f"{scheme}:..."  # nobody knows where the password ends
    return f"{scheme}{colon}{re.match('/*', rest)[0] if at else ''}{_AFTER.split(end)[0]}"  # type: ignore[index]


def _factory(scheme: str) -> TransportFactory:
    found = next((entry for entry in entry_points(group=GROUP) if entry.name == scheme), None)
    if found is None:
        why = " in this version; it is planned" if scheme in PLANNED else ""
        raise JMSError(f"no transport for {scheme}://{why}; known are {', '.join(known_schemes())}")
    return load(found)


def load(entry: EntryPoint) -> TransportFactory:
    """Load a transport. Raises JMSError that names the extra to install if its client library is missing."""
    try:
        factory: TransportFactory = entry.load()
    except ModuleNotFoundError as error:
        extra = entry.extras[0] if entry.extras else entry.name
        raise JMSError(
            f"{entry.name}:// needs the module {error.name}, which is not installed; {how_to_install(extra)}"
        ) from error
    return factory


def how_to_install(extra: str) -> str:
    """Say how to get an extra of this package."""
    return f"install the extra {extra}: pip install 'jmslike[{extra}]', or '.[{extra}]' in a checkout"


def _options(parts: SplitResult, keywords: Mapping[str, Any]) -> dict[str, Any]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else []
    except ValueError:
        shown = "" if "password" in parts.query else f", not {parts.query!r}"
        raise JMSError(f"the options of the URL must look like name=value&name=value{shown}") from None
    given: dict[str, Any] = {}
    if parts.username is not None:
        given["user_name"] = unquote(parts.username)
    if parts.password is not None:
        given["password"] = unquote(parts.password)
    for name, value in [*pairs, *((name, value) for name, value in keywords.items() if value is not None)]:
        if name in given:
            raise JMSError(f"option {name!r} is given twice")
        if name in _KEYWORD_ONLY and isinstance(value, str):
            raise JMSError(f"option {name!r} is an object: give it as a keyword, not in the URL")
        given[name] = value
    return given
