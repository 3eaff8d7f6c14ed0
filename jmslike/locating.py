"""What a transport's entry point knows of the place that a URL leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Location:
    """The place that a URL leads to, as far as the URL and this machine tell it."""

    names: frozenset[str]
    """A name for each host or folder that the URL may lead to: the same name in every URL that leads there."""
    ends_with_process: bool = False
    """Whether what is there ends with this process."""
    missing: str = ""
    """Why there is nothing yet at a place that a connection makes, and what to do; empty if there is something."""

    def meets(self, other: Location) -> bool:
        """Whether both may lead to the same host or folder."""
        return not self.names.isdisjoint(other.names)


@runtime_checkable
class Locating(Protocol):
    """The entry point of a transport that knows what place a URL leads to.

    Tools ask it before they connect: whether two URLs are two places, and whether a connection would make something.
    Without it, URLs that are written differently are different places, and no connection makes anything.
    """

    def locate(self, url: str, options: Mapping[str, Any]) -> Location:
        """Return the place of a URL, with the arguments of `TransportFactory.make`. Asks no provider.

        Raises ValueError or JMSError for a URL that leads nowhere.
        """


@runtime_checkable
class Using(Protocol):
    """The entry point of a transport that needs more of this machine than Python packages."""

    def uses(self) -> str:
        """Return what it finds, for a person who reads it. Raises JMSError, which says what is missing."""
