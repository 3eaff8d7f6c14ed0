"""The grammar of provider URLs, and how a URL is shown: without user, password and options.

    native://NAME?option=value               a place: scheme, hosts, path, options
    jvm:PROVIDER://host:port?option=value    a place at a provider, which the transport of the scheme knows by name
    failover:(URL,URL)?option=value          inner URLs, each with its own options, and the options of the wrapper
    failover:URL                             one inner URL; all options are its own

An inner URL ends at a comma that a scheme follows: other commas separate the hosts of one URL. Parentheses in inner
URLs are balanced, so that wrappers nest.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from jmslike.errors import JMSError

Options = tuple[tuple[str, str], ...]

_SCHEME: Final = "[A-Za-z][A-Za-z0-9+.-]*:"
_HEAD: Final = re.compile(rf"\s*({_SCHEME})(?:({_SCHEME})?//)?")
"""The scheme, and if // follows, the provider before that."""
_MARK: Final = re.compile(rf"[()]|,(?=\s*(?:{_SCHEME})+(?://|\())")
"""A parenthesis, or a comma that an inner URL follows."""
_DEEPER: Final = {"(": 1, ")": -1, ",": 0}
_USER: Final = re.compile(rf"\A(\s*(?:{_SCHEME})+//)[^/@,]*@")
_QUERY_OR_FRAGMENT: Final = re.compile("[?#]")
_WITH_AT: Final = frozenset({"user_name", "password", "client_id", "dead_letter"})
"""Options whose values may have an @ as it is."""
_CONTROL: Final = re.compile("[\\x00-\\x1f\\x7f]")
_ENCODE: Final = "percent-encode what is special in its user or password, and an @ in its path"


@dataclass(frozen=True, slots=True)
class Place:
    """A URL that leads to one place, taken apart."""

    provider: str
    """The name between the scheme and `://`; mostly empty."""
    address: str
    """The URL without user, password and options."""
    options: Options = field(repr=False)
    """The options of the query, and the user and the password as `user_name` and `password`."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A URL around others, taken apart."""

    inner: tuple[str, ...] = field(repr=False)
    options: Options = field(repr=False)


def scheme_of(url: str) -> str:
    """Return the scheme in lower case, or nothing if the text is no URL."""
    head = _HEAD.match(url) if "://" in url else None
    return head[1][:-1].lower() if head else ""


def parse_place(url: str) -> Place:
    """Take apart a URL that leads to one place. Raises JMSError without quoting a user or password."""
    head = _HEAD.match(url)
    if head is None or not head[0].endswith("//"):
        shown = f"{scheme_of(url)}:..."  # what stands before a later // may be a password
        raise JMSError(f"not a URL: {shown!r}; // is missing after the scheme")
    scheme, provider = head[1].lower(), head[2] or ""
    parts = _split(url, scheme + url[head.end() - 2 :])
    user, _, hosts = parts.netloc.rpartition("@")
    if "," in user:
        raise JMSError(
            f"one user and password, before the first host, serve all hosts, and a comma in them is written %2C: "
            f"{scheme}{provider}//...@{hosts}{parts.path}"
        )
    if parts.netloc and "@" in parts.path:  # of a password with a slash, which would be shown as a host and a path
        raise JMSError(f"not a URL: {without_secrets(url)!r}: {_ENCODE}")
    _refuse_fragment(url, parts.fragment)
    _refuse_end_of_password(parts.query)
    given = [("user_name", parts.username), ("password", parts.password)]
    named = tuple((name, unquote(value)) for name, value in given if value is not None)
    return Place(provider[:-1], f"{scheme}{provider}//{hosts}{parts.path}", named + _pairs(parts.query))


def parse_wrapper(url: str) -> Wrapper:
    """Take apart a URL around others. Raises JMSError without quoting a user or password."""
    scheme, rest = scheme_of(url), _behind_scheme(url)
    if rest.startswith("//"):
        raise JMSError(
            f"not a URL: '{scheme}://...': the inner URLs stand in parentheses, without //: {scheme}:(URL,URL)"
        )
    if not _has_parentheses(url):
        return Wrapper((rest,), ())
    try:
        inner, query = _inner(rest)
    except ValueError as error:
        raise JMSError(f"not a URL: {without_secrets(url)!r}: {error}") from None
    if any(each.endswith(",") for each in inner):
        raise JMSError(
            f"not a URL: {without_secrets(url)!r}: a comma stands only between two URLs, as in {scheme}:(URL,URL); one "
            "at the end of a name or value is written %2C"
        )
    _refuse_fragment(url, query.partition("#")[2])
    return Wrapper(inner, _pairs(query))


def without_options(url: str, names: Collection[str]) -> str:
    """Return the URL without the options of these names; of one around others, of those behind the parentheses."""
    head, mark, query = url.rpartition(")") if _has_parentheses(url) else ("", "", url)
    place, _, pairs = query.partition("?")
    left = "&".join(pair for pair in pairs.split("&") if pair.partition("=")[0] not in names)
    return f"{head}{mark}{place}?{left}" if left else f"{head}{mark}{place}"


def all_options(url: str) -> list[tuple[str, str]]:
    """Return the options of the URL, and of all inside it, with users and passwords; sorted. Raises JMSError."""
    if not _has_parentheses(url):
        return sorted(parse_place(url).options)
    wrapper = parse_wrapper(url)
    return sorted([*wrapper.options, *(option for inner in wrapper.inner for option in all_options(inner))])


def without_secrets(url: str) -> str:
    """Return a URL, or what should be one, as it may be shown: without users, passwords and options."""
    if _has_parentheses(url):
        return f"{url.partition(':')[0].strip()}:({_inner_without_secrets(_behind_scheme(url))})"
    scheme, colon, rest = _USER.sub(r"\1", url).partition(":")
    start, at, end = rest.rpartition("@")
    if at and _QUERY_OR_FRAGMENT.search(start):
        return f"{scheme}:..."  # the password has no certain end
    return f"{scheme}{colon}{re.match('/*', rest)[0] if at else ''}{_QUERY_OR_FRAGMENT.split(end)[0]}"  # type: ignore[index]


def _has_parentheses(url: str) -> bool:
    return _behind_scheme(url).startswith("(")


def _behind_scheme(url: str) -> str:
    return url.partition(":")[2].strip()


def _inner_without_secrets(rest: str) -> str:
    try:
        inner, query = _inner(rest)
    except ValueError:
        return "..."
    return ",".join(map(without_secrets, inner)) if "@" not in query else "..."


def _inner(rest: str) -> tuple[tuple[str, ...], str]:
    """Return the URLs of `(URL,URL)?query`, and the query. Raises ValueError."""
    urls: list[str] = []
    depth, start = 0, 1
    for mark in _MARK.finditer(rest):
        if depth == 1 and mark[0] != "(":
            urls.append(rest[start : mark.start()])
            start = mark.end()
        depth += _DEEPER[mark[0]]
        if depth == 0:
            break
    else:
        raise ValueError("a parenthesis is not closed; one in a user or password is written %28 or %29")
    behind = rest[start:]
    if behind[:1] not in ("", "?") or "(" in behind or ")" in behind:
        raise ValueError("only ?name=value may follow the parentheses; one in a user or password is written %28 or %29")
    return tuple(inner.strip() for inner in urls), behind[1:]


def _split(url: str, plain: str) -> SplitResult:
    if _CONTROL.search(url.strip()):  # urlsplit would leave some out, and so name another place
        raise JMSError(f"not a URL: {without_secrets(url)!r}: it has a control character; write a line feed as %0A")
    try:
        parts = urlsplit(plain)
        _ = parts.username, parts.password
    except ValueError as error:
        if "@" in str(error):  # it quotes them
            shown = without_secrets(url)
            raise JMSError(f"not a URL: {shown!r}: {_ENCODE}") from None
        raise JMSError(f"not a URL: {without_secrets(url)!r}: {error}") from error
    return parts


def _refuse_fragment(url: str, fragment: str) -> None:
    if fragment:
        raise JMSError(f"a URL here has no fragment; write # as %23: {without_secrets(url)!r}")


def _refuse_end_of_password(query: str) -> None:
    """Raise JMSError for an @ in the options: they may begin at a question mark in a password, and are not quoted."""
    for pair in query.split("&"):
        if "@" in pair and pair.partition("=")[0] not in _WITH_AT:
            raise JMSError(f"there is an @ in the options of the URL: {_ENCODE} or options")


def _pairs(query: str) -> Options:
    try:
        return tuple(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else ()
    except ValueError:
        shown = "" if "password" in query or "@" in query else f", not {query!r}"
        hint = f"; {_ENCODE}" if "@" in query else ""
        raise JMSError(f"the options of the URL must look like name=value&name=value{shown}{hint}") from None
