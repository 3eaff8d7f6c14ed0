"""Texts that may be shown: without the secrets of URLs, and without characters that act on what shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, TypeVar, get_origin, get_type_hints
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from jmslike import Feature, JMSError
from jmslike.url import parse_place, parse_wrapper

HIDDEN: Final = "***"
SECRET: Final = re.compile("password|secret|token|key|credential", re.IGNORECASE)
"""What the name of an option holds whose value is a secret."""
USER: Final = re.compile("user", re.IGNORECASE)
"""What the name of an option holds whose value is a user."""
WHOLE: Final = 4
"""Shorter secrets are hidden only where they are words of their own: they are parts of too many words."""
OWN: Final = frozenset({"jmslike", "python", "platform", *(feature.value for feature in Feature)})
"""Texts that a reader looks up in mappings: a password may be one of them."""

_OPTION: Final = re.compile(r"[?&]([^=&#?]+)=([^&#]*)")
_NEXT: Final = re.compile(r",(?=[A-Za-z][A-Za-z0-9+.-]*:)|[()]")
_ENCODED: Final = re.compile("%[0-9A-F]{2}")
_ACTING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, marks that turn the direction of writing, halves of characters, and what is no character."""

_BEFORE_USER: Final = r"""(?i:user|login|password|passcode)(?i:[ _]?name|[ _]?id)?["']?[\s:=]+["'\[]?"""
"""What says that a user follows, or a password that is the same word."""

Value = TypeVar("Value")


class Redactor:
    """Hides the passwords and other secrets of these URLs, plain and percent-encoded, wherever they stand.

    A user is hidden where a text says that it is one: in a URL, and behind words such as "user". Elsewhere it may be
    any word. So is a password that is also the name of the user, as those of brokers that are as they were installed.
    """

    def __init__(self, urls: Iterable[str] = ()) -> None:
        named = [found for url in urls for found in _named(url)]
        users = {form for name, value in named if not SECRET.search(name) for form in _forms(value)}
        secrets = {form for name, value in named if SECRET.search(name) for form in _forms(value)} - users
        patterns = [*_of_users(users)]
        patterns += [re.escape(each) if len(each) >= WHOLE else _word(each) for each in _longest_first(secrets)]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def text(self, text: str) -> str:
        """Return a text without secrets, and as `shown` does."""
        return shown(self._pattern.sub(_hidden, text) if self._pattern else text)

    def clean(self, value: Value) -> Value:
        """Return a copy of a value with every text in it cleaned: of dataclasses, lists, tuples and mappings."""
        return self._clean(value)  # type: ignore[no-any-return]

    def _clean(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return value if value in OWN else self.text(value)
        if isinstance(value, (list, tuple)):
            return type(value)(self._clean(item) for item in value)
        if isinstance(value, Mapping):
            return {self._clean(name): self._clean(item) for name, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{name: self._clean(getattr(value, name)) for name in _free_fields(type(value))})
        return value


def shown(text: str) -> str:
    r"""Return a text in one line, in which what acts on a terminal, on eyes or on XML is an escape such as \x1b."""
    return _ACTING.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    if character in "\t\n\r":
        return " "
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _named(url: str) -> Iterator[tuple[str, str]]:
    """Find the users and secrets of a URL, and of those in it: the name of each, its value, and as it is written."""
    try:
        if url.partition(":")[2].startswith("("):
            wrapper = parse_wrapper(url)
            inner, options = wrapper.inner, wrapper.options
        else:
            inner, options = (), parse_place(url).options
            yield from _written(url)
    except JMSError:
        yield from _guessed(url)
        return
    yield from (found for found in options if _matters(found[0]))
    yield from (found for each in inner for found in _named(each))


def _written(url: str) -> Iterator[tuple[str, str]]:
    """Find users and secrets in the form in which they are written in a URL to one place."""
    head, _, query = url.partition("?")
    yield from _user_info(head)
    yield from ((unquote(name), value) for name, value in _OPTION.findall(f"?{query}") if _matters(unquote(name)))


def _guessed(url: str) -> Iterator[tuple[str, str]]:
    """Find what may be a secret in something that should be a URL: too much rather than too little."""
    for place in _NEXT.split(url):
        yield from _user_info(place)
        yield from _written(place)


def _user_info(place: str) -> Iterator[tuple[str, str]]:
    yield from zip(("user", "password"), place.partition("//")[2].rpartition("@")[0].split(":", 1), strict=False)


def _matters(name: str) -> bool:
    return bool(SECRET.search(name) or USER.search(name))


def _forms(secret: str) -> Iterator[str]:
    """Return a secret as it is written, and in the other ways of writing it; single characters are none."""
    for plain in (secret, unquote(secret), unquote_plus(secret)):
        for form in (plain, quote(plain), quote(plain, safe=""), quote_plus(plain)):
            if len(form) > 1:
                yield form
                yield _ENCODED.sub(lambda octet: octet[0].lower(), form)


def _of_users(users: Iterable[str]) -> Iterator[str]:
    """Yield the patterns of a user, of which the last keeps the words before it."""
    if any_user := "|".join(map(re.escape, _longest_first(users))):
        yield rf"(?<=//)(?:{any_user})(?=[:@])"
        yield rf"(?<=:)(?:{any_user})(?=@)"
        yield rf"(?P<before>{_BEFORE_USER})(?:{any_user})(?!\w)"


def _hidden(found: re.Match[str]) -> str:
    return f"{found.groupdict().get('before') or ''}{HIDDEN}"


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=lambda text: (-len(text), text))


def _word(secret: str) -> str:
    return rf"(?<!\w){re.escape(secret)}(?!\w)"


@cache
def _free_fields(kind: type) -> list[str]:
    """Return the fields of a dataclass that hold more than one of some given words."""
    hints = get_type_hints(kind)
    return [each.name for each in fields(kind) if get_origin(hints[each.name]) is not Literal]
