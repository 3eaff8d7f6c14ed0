"""The entry points of transports, and of what wraps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from jmslike.spi.links import Transport


class ObjectOption(str):
    """The meaning of an option that is an object: a keyword only, which reaches the factory as it is."""

    __slots__ = ()


class TransportFactory(Protocol):
    """The entry point of a transport (group `jmslike.transports`, named as its URL scheme)."""

    options: Mapping[str, str]
    """The transport's own options and what each means; others are refused by name before `make` is called. Values
    arrive as text, also those given as keywords, unless the meaning is an `ObjectOption`."""

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> Transport:
        """Make a transport that is not open yet. Raises ValueError for a bad option value.

        `url` has no user, password or options. `options` has the transport's own and, where given, `connect_timeout`,
        `request_timeout` and, for a library that must know it before it connects, `window`.
        """

    def forget(self, url: str) -> None:
        """Drop what the process keeps for the URL (`jmslike.forget`); most transports keep nothing."""


@runtime_checkable
class MultiProviderFactory(TransportFactory, Protocol):
    """The entry point of a transport that speaks to several providers, by name: `jvm:PROVIDER://host`.

    The provider's name is a part of the URL that `make` gets. The URL may also do without: `jvm:///path`.
    """

    providers: Collection[str]
    """The names that are known; others are refused."""


class Target(Protocol):
    """An inner URL that is checked: where a wrapper may connect to."""

    @property
    def url(self) -> str:
        """The URL without users, passwords and options: it may be shown."""

    def transport(self, user_name: str | None, password: str | None) -> Transport:
        """Make a transport that is not open yet: one for each attempt to connect.

        `user_name` overrides the user of the inner URL. Raises JMSError for an option value that the transport refuses.
        """


@runtime_checkable
class WrapperFactory(Protocol):
    """The entry point of a transport around others: `failover:(URL,URL)?option=value`.

    The inner URLs are checked, so that a wrapper parses no URL and looks no transport up. Inner URLs have the options
    of their transports; the options of the whole connection stand behind the parentheses. Of these, `window`,
    `connect_timeout` and `request_timeout` also go to the targets.
    """

    options: Mapping[str, str]
    """The wrapper's own options, as in TransportFactory."""

    def wrap(
        self, targets: Sequence[Target], options: Mapping[str, Any], user: str | None, password: str | None
    ) -> Transport:
        """Make a transport around others that is not open yet. Raises ValueError for a bad option value.

        `user` and `password` are those of the whole connection, to be given to each target; None: each has its own.
        """
