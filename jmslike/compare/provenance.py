"""Where the numbers of a comparison come from: date, host, and the versions of what was used."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, entry_points, requires, version

from jmslike.metadata import library_version
from jmslike.registry import GROUP

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_EXTRA = re.compile(r"""extra\s*==\s*["']([\w-]+)["']""")


def now() -> str:
    """Return the date and time of this place, to the second, in the form of ISO 8601."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def host() -> str:
    """Return the name of this machine."""
    return platform.node() or "unknown"


def versions() -> dict[str, str]:
    """Return the versions of this library, of Python and of the operating system."""
    return {
        "jmslike": library_version(),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
    }


def clients(url: str) -> list[str]:
    """Return the libraries that a URL's transport, and those of the URLs in it, need; each with its version."""
    schemes = dict.fromkeys(scheme.lower() for scheme in _SCHEME.findall(url))
    found = [library for scheme in schemes for library in _libraries(scheme)]
    return list(dict.fromkeys(found))


def requirements(distribution: str) -> Iterator[tuple[str, str]]:
    """Yield each extra of a distribution with each distribution that it needs."""
    for requirement in requires(distribution) or []:
        name = re.match(r"[\w.-]+", requirement)
        extra = _EXTRA.search(requirement)
        if name and extra:
            yield extra[1], name[0]


def _libraries(scheme: str) -> Iterator[str]:
    for entry in entry_points(group=GROUP, name=scheme):
        if entry.dist is None:
            continue
        if entry.dist.name != "jmslike":
            yield f"{entry.dist.name} {entry.dist.version}"
        for extra, name in requirements(entry.dist.name):
            if extra in entry.extras:
                try:
                    yield f"{name} {version(name)}"
                except PackageNotFoundError:  # the transport works without it
                    continue
