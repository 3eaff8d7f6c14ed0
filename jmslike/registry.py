"""From a URL to a transport: an entry point of the group `jmslike.transports`, named as the URL's scheme.

All that a user can get wrong is found here, before a transport sees it: the URL's form, the scheme, a missing client
library, the names of the options and the values of the general ones. A transport checks the values of its own options.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any, Final

from jmslike.errors import JMSError
from jmslike.exact import exact_text
from jmslike.java_schemes import url_instead
from jmslike.locating import Locating, Location
from jmslike.options import text, text_of
from jmslike.settings import GENERAL_OPTIONS, WIRE_OPTIONS, Settings, make_settings
from jmslike.spi import (
    MultiProviderFactory,
    ObjectOption,
    Transport,
    TransportFactory,
    WrapperFactory,
)
from jmslike.url import Options, Wrapper, parse_place, parse_wrapper, scheme_of, without_secrets

GROUP: Final = "jmslike.transports"

Factory = TransportFactory | WrapperFactory

_GENERAL_OBJECTS: Final = frozenset({"object_serializer", "telemetry"})
_OF_AN_INNER_URL: Final = frozenset({"user_name", "password"})


@dataclass(frozen=True, slots=True)
class Provider:
    """A URL whose form, scheme and options are checked: makes a transport for each connection."""

    url: str
    """Without users, passwords and options."""
    settings: Settings
    make: Callable[[str | None, str | None], Transport] = field(repr=False)
    forget: Callable[[], None] = field(repr=False)
    """Drop what the process keeps for the URL."""
    place: Callable[[], Location] = field(repr=False)
    targets: tuple[Provider, ...] = ()
    """The providers of the URLs inside a wrapper's."""

    def locate(self) -> Location:
        """Return the place that the URL leads to; asks no provider. Raises JMSError for one that leads nowhere."""
        with self._naming_url():
            return self.place()

    def transport(self, user_name: str | None, password: str | None) -> Transport:
        """Make a transport that is not open yet. Raises JMSError for an option value that the transport refuses.

        `user_name` overrides the user of the URL or the options.
        """
        user, secret = self.settings.user_name, self.settings.password
        with self._naming_url():
            if user_name is not None:
                user, secret = text("user_name", user_name), None if password is None else text("password", password)
            return self.make(user, secret)

    @contextmanager
    def _naming_url(self) -> Iterator[None]:
        """Turn a ValueError of the transport into a JMSError that names the URL."""
        try:
            yield
        except ValueError as error:
            raise JMSError(f"{self.url}: {error}") from error


def known_schemes() -> list[str]:
    """Return the URL schemes of the installed transports. Raises JMSError if they cannot be read."""
    return sorted(entry.name for entry in _installed())


def _installed() -> EntryPoints:
    try:
        return entry_points(group=GROUP)
    except OSError as error:
        raise JMSError(f"the installed transports cannot be read: {error}") from error


def resolve(url: str, keywords: Mapping[str, Any]) -> Provider:
    """Find the transport for the URL, and check its options and the keywords; a keyword that is None is not given.

    Raises JMSError that names what is known for an unknown scheme, a missing extra or an unknown option.
    """
    plain = exact_text(url) if isinstance(url, str) else url
    return _resolve(plain, {exact_text(name): value for name, value in keywords.items()}, GENERAL_OPTIONS)


def _resolve(url: str, keywords: Mapping[str, Any], general: Collection[str], outer: Collection[str] = ()) -> Provider:
    """Resolve a URL whose query may have the `general` options; `outer` are those of the wrapper around it."""
    scheme = _scheme(url)
    factory = _factory(scheme)
    if isinstance(factory, WrapperFactory):
        return _around(scheme, factory, url, keywords, general, outer)
    place = parse_place(url)
    _check_provider(scheme, factory, place.provider)
    settings, own = _options(scheme, factory, place.options, keywords, general, outer)
    return Provider(
        place.address,
        settings,
        partial(factory.make, place.address, own),
        partial(factory.forget, place.address),
        partial(_locate, factory, place.address, own),
    )


def _locate(factory: TransportFactory, address: str, own: Mapping[str, Any]) -> Location:
    return factory.locate(address, own) if isinstance(factory, Locating) else Location(frozenset({address}))


def _around(
    scheme: str,
    factory: WrapperFactory,
    url: str,
    keywords: Mapping[str, Any],
    general: Collection[str],
    outer: Collection[str],
) -> Provider:
    wrapper = parse_wrapper(url)
    _refuse_inner_options(factory, wrapper, keywords)
    settings, own = _options(scheme, factory, wrapper.options, keywords, general, outer)
    wire: dict[str, Any] = {name: own[name] for name in WIRE_OPTIONS if name in own}
    targets = tuple(_resolve(inner, wire, _OF_AN_INNER_URL, factory.options) for inner in wrapper.inner)

    def forget() -> None:
        for target in targets:
            target.forget()

    def locate() -> Location:
        places = [target.locate() for target in targets]
        return Location(
            frozenset().union(*(place.names for place in places)),
            any(place.ends_with_process for place in places),
            next((place.missing for place in places if place.missing), ""),
        )

    shown = f"{scheme}:({','.join(target.url for target in targets)})"
    return Provider(shown, settings, partial(factory.wrap, targets, own), forget, locate, targets)


def _refuse_inner_options(factory: WrapperFactory, wrapper: Wrapper, keywords: Mapping[str, Any]) -> None:
    """Raise JMSError for an option of an inner transport that is not in the inner URL."""
    given = {name for name, _ in wrapper.options} | {name for name, value in keywords.items() if value is not None}
    given = given.difference(GENERAL_OPTIONS, factory.options)
    for scheme in map(_scheme, wrapper.inner):
        for name in sorted(given.intersection(_factory(scheme).options)):
            raise JMSError(
                f"option {name!r} is one of {scheme}://: write it in the inner URL, not behind the parentheses"
            )


def _scheme(url: str) -> str:
    scheme = scheme_of(url) if isinstance(url, str) else ""
    if not scheme:
        shown = repr(without_secrets(url)) if isinstance(url, str) else f"a {type(url).__name__}, not a str"
        raise JMSError(
            f"not a URL: {shown}; it looks like native://NAME or stomp://HOST:PORT, and so does each URL in "
            f"failover:(URL,URL); known schemes: {', '.join(known_schemes())}"
        )
    return scheme


def _factory(scheme: str) -> Factory:
    found = next((entry for entry in _installed() if entry.name == scheme), None)
    if found is None:
        instead = url_instead(scheme)
        advice = f"that is a URL of a Java client, and the one to use is {instead}; " if instead else ""
        raise JMSError(f"no transport for {scheme}://; {advice}known are {', '.join(known_schemes())}")
    return load(found)


def load(entry: EntryPoint) -> Factory:
    """Load a transport.

    Raises JMSError if it cannot be read, and for a missing module; it names the extra to install if there is one.
    """
    try:
        factory: Factory = entry.load()
    except ModuleNotFoundError as error:
        raise JMSError(f"{entry.name}:// needs the module {error.name}, which {_missing(entry, error)}") from error
    except OSError as error:
        raise JMSError(f"the transport for {entry.name}:// cannot be read: {error}") from error
    return factory


def _missing(entry: EntryPoint, error: ModuleNotFoundError) -> str:
    """Return what is to be done about a missing module."""
    if entry.dist is None:
        return f"is not installed; {entry.module} needs it"
    name, top = entry.dist.name, (error.name or "").partition(".")[0]
    if top == entry.module.partition(".")[0]:
        return f"is part of {name}; {name} is not completely installed, or another module {top} hides it"
    declared = entry.dist.metadata.get_all("Provides-Extra") or []
    extra = next((extra for extra in entry.extras if extra in declared), None)
    return f"is not installed; {how_to_install(extra, name) if extra else f'{entry.module} of {name} needs it'}"


def how_to_install(extra: str, distribution: str = "jmslike") -> str:
    """Return the advice how to install an extra of a distribution."""
    checkout = f", or '.[{extra}]' in a checkout" if distribution == "jmslike" else ""
    return f"install the extra {extra}: pip install '{distribution}[{extra}]'{checkout}"


def _check_provider(scheme: str, factory: TransportFactory, provider: str) -> None:
    known = factory.providers if isinstance(factory, MultiProviderFactory) else ()
    if provider and provider not in known:
        names = f"; known are {', '.join(sorted(known))}" if known else f"; write {scheme}://"
        raise JMSError(f"{scheme}: has no provider {provider!r}{names}")


def _options(
    scheme: str,
    factory: Factory,
    of_url: Options,
    keywords: Mapping[str, Any],
    general: Collection[str],
    outer: Collection[str],
) -> tuple[Settings, dict[str, Any]]:
    """Return the general options, and those that go to the transport."""
    objects = {name for name, meaning in factory.options.items() if isinstance(meaning, ObjectOption)}
    for name, _ in of_url:
        if name in objects or name in _GENERAL_OBJECTS:
            raise JMSError(f"option {name!r} is an object: give it as a keyword, not in the URL")
        if (name in GENERAL_OPTIONS and name not in general) or (name in outer and name not in factory.options):
            raise JMSError(
                f"option {name!r} is one of the whole connection: write it behind the parentheses or as a keyword, "
                f"not in the inner URL {scheme}://"
            )
    given = _merge([*of_url, *((name, value) for name, value in keywords.items() if value is not None)])
    known = {*GENERAL_OPTIONS, *factory.options}
    for name in given:
        if name not in known:
            form = f"{scheme}:" if isinstance(factory, WrapperFactory) else f"{scheme}://"
            raise JMSError(f"unknown option {name!r} for {form}; known are {', '.join(sorted(known))}")
    settings = make_settings({name: value for name, value in given.items() if name in GENERAL_OPTIONS})
    own = {
        name: value if name in objects else text_of(value)
        for name, value in given.items()
        if name in factory.options or name in WIRE_OPTIONS
    }
    return settings, own


def _merge(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given:
            raise JMSError(f"option {name!r} is given twice")
        given[name] = value
    return given
