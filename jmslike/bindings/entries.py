"""What a file or mapping of names says: factories with their options, queues, topics.

    connectionFactory.NAME = URL         queue.NAME = NAME AT THE BROKER
    connectionFactory.NAME.clientID = x  topic.NAME = NAME AT THE BROKER

In TOML, the same as tables; a factory may be a table with `url` and options. Values are as they are written there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeVar

from jmslike.bindings.errors import NamingError
from jmslike.bindings.java_urls import jmslike_url
from jmslike.bindings.properties import parse_properties
from jmslike.bindings.variables import with_variables
from jmslike.errors import JMSError

F = TypeVar("F")
Source = str | PathLike[str] | Mapping[str, Any]

_FACTORY: Final = "connectionfactory"
_URL: Final = re.compile(r"\s*(\(|[A-Za-z][A-Za-z0-9+.-]*:)")
_OPTIONS_OF_QPID: Final = "property.connectionfactory."
_OPTIONS_OF_CLASSIC: Final = "connection."
_OPTIONS: Final = {
    "clientid": "client_id",
    "client_id": "client_id",
    "user": "user_name",
    "username": "user_name",
    "user_name": "user_name",
    "password": "password",
}
"""Java's names of options, in lower case, and ours."""
_INITIAL: Final = "java.naming.factory.initial"
_PROVIDER: Final = "java.naming.provider.url"
_USUAL_FACTORIES: Final = ("ConnectionFactory", "QueueConnectionFactory", "TopicConnectionFactory")
"""The names under which ActiveMQ has a factory for the provider's URL."""


@dataclass(slots=True)
class FactoryEntry:
    """A connection factory: its URL, and options by their names here."""

    url: str = field(default="", repr=False)
    options: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Entries:
    """The entries by their names."""

    factories: dict[str, FactoryEntry] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    of_qpid: bool = False
    """Whether the URLs are those of Qpid JMS."""

    @property
    def names(self) -> list[str]:
        """The names of all entries, sorted."""
        return sorted({*self.factories, *self.queues, *self.topics})

    @property
    def known(self) -> str:
        """The names, for an error."""
        return ", ".join(self.names) or "none"

    def make_factory(self, name: str, make: Callable[..., F]) -> F:
        """Call `make` with the URL of jmslike, and the options, that the name stands for.

        Raises NamingError for an unknown name, an environment variable that is not set, and a URL or options that are
        not right.
        """
        entry = self.factories.get(name)
        if entry is None:
            known = ", ".join(sorted(self.factories)) or "none"
            raise NamingError(f"no connection factory is named {name!r}; known are {known}")
        options = {option: with_variables(name, value) for option, value in entry.options.items()}
        try:
            return make(jmslike_url(with_variables(name, entry.url), amqp_1_0=self.of_qpid), **options)
        except NamingError:
            raise
        except JMSError as error:
            raise NamingError(f"the connection factory {name!r} cannot be made: {error}") from error

    def set_option(self, key: str, name: str, value: Any) -> None:
        """Set the option FACTORY.OPTION, for the line of this key. Raises NamingError for an unknown option."""
        factory, _, option = name.rpartition(".")
        ours = _OPTIONS.get(option.lower())
        if ours is None:
            raise NamingError(
                f"{key}: there is no option {option!r}; known are clientID, userName and password, and others stand in "
                f"the URL of {factory}"
            )
        self.factories[factory].options[ours] = value


def read_entries(source: Source) -> Entries:
    """Read a file, by its ending TOML or properties, or a mapping. Raises NamingError if that cannot be done."""
    flat = dict(_flattened(source if isinstance(source, Mapping) else _read(Path(source))))
    entries = Entries(of_qpid="org.apache.qpid" in str(flat.get(_INITIAL, "")))
    options: list[tuple[str, str, Any]] = []
    dotted: list[tuple[str, str, str]] = []
    for key, value in flat.items():
        kind, _, name = key.partition(".")
        if not name and (kind.lower() == _FACTORY or kind in ("queue", "topic")):
            raise NamingError(f"{key} needs a name: {kind}.NAME")
        if kind.lower() == _FACTORY:
            if "." in name and isinstance(value, str):
                dotted.append((key, name, value))
            else:
                entries.factories[name] = _factory(key, value)
        elif kind in ("queue", "topic"):
            (entries.queues if kind == "queue" else entries.topics)[name] = _text(key, value)
        else:
            options += _option_lines(key, value)
    _add_usual_factories(entries, flat)
    for key, name, value in sorted(dotted, key=lambda line: line[1].count(".")):  # a.b stands before a.b.clientID
        if _is_option(name, value, entries):
            options.append((key, name, value))
        else:
            entries.factories[name] = _factory(key, value)
    for key, name, value in options:
        if name.rpartition(".")[0] in entries.factories:
            entries.set_option(key, name, value)
    return entries


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".toml":
            return tomllib.loads(data.decode("utf-8"))
        return parse_properties(data)
    except OSError as error:
        raise NamingError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise NamingError(f"{path} is not UTF-8, as TOML is") from None
    except ValueError as error:
        raise NamingError(f"{path} cannot be read: {error}") from None  # its cause may hold the file


def _flattened(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the entries with full names; those of the three tables of TOML get the table's name before theirs."""
    for key, value in mapping.items():
        if isinstance(value, Mapping) and (key.lower() == _FACTORY or key in ("queue", "topic")):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value


def _is_option(name: str, value: str, entries: Entries) -> bool:
    """Whether FACTORY.REST is an option of that factory: a factory of this name has a URL."""
    factory, _, option = name.rpartition(".")
    return factory in entries.factories and (option.lower() in _OPTIONS or not _URL.match(value))


def _option_lines(key: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield the option of a factory that a line of Qpid's or Classic's form sets."""
    for prefix in (_OPTIONS_OF_QPID, _OPTIONS_OF_CLASSIC):
        if key.lower().startswith(prefix) and "." in key[len(prefix) :]:
            yield key, key[len(prefix) :], value


def _factory(key: str, value: Any) -> FactoryEntry:
    if isinstance(value, Mapping):
        names: dict[str, str] = {str(name): name for name in value if name != "url"}
        options = {_OPTIONS.get(name.lower(), name): value[key] for name, key in names.items()}
        return FactoryEntry(_text(f"{key}.url", value.get("url")), options)
    return FactoryEntry(_text(key, value))


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise NamingError(f"{key} must be a text that is not empty")
    return value.strip()


def _add_usual_factories(entries: Entries, flat: Mapping[str, Any]) -> None:
    """Add the factories for `java.naming.provider.url`, if that is a broker's: Qpid names a file there."""
    url = str(flat.get(_PROVIDER, ""))
    if "://" not in url or url.startswith("file:"):
        return
    names = [name.strip() for name in str(flat.get("connectionFactoryNames", "")).split(",") if name.strip()]
    user, password = (flat.get(f"java.naming.security.{word}") for word in ("principal", "credentials"))
    given = {"user_name": user, "password": password}
    for name in names or _USUAL_FACTORIES:
        options = {option: value for option, value in given.items() if value is not None}
        entries.factories.setdefault(name, FactoryEntry(url, options))
