"""InitialContext: connection factories and destinations by name. Any thread may use it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from threading import Lock
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from jmslike.destinations import Destination, Queue, Topic
from jmslike.errors import IllegalStateError, JMSError
from jmslike.factory import ConnectionFactory
from jmslike.naming.entries import FactoryEntry, Source, read_entries
from jmslike.naming.errors import NamingError
from jmslike.naming.java_urls import jmslike_url

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_DYNAMIC: Final[dict[str, type[Queue | Topic]]] = {"dynamicQueues/": Queue, "dynamicTopics/": Topic}


class InitialContext:
    """Finds what a file has names for, as Java's `javax.naming.InitialContext` does for JMS programs.

    `source` is the path of a file, TOML if it ends with `.toml` and else properties, or a mapping of the entries;
    without one, `jndi.properties` of the working folder. `${NAME}` in a value is an environment variable, read at
    `lookup`. Raises NamingError if the file cannot be read, or an entry has the wrong form.
    """

    factory_type: ClassVar[type[ConnectionFactory]] = ConnectionFactory

    def __init__(self, source: Source | None = None) -> None:
        self._entries = read_entries("jndi.properties" if source is None else source)
        self._found: dict[str, ConnectionFactory | Destination] = {}
        self._lock = Lock()
        self._closed = False

    def __repr__(self) -> str:
        return f"InitialContext({', '.join(self._names())})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def lookup(self, name: str) -> Any:
        """Return the ConnectionFactory, Queue or Topic of that name, each time the same object.

        `dynamicQueues/NAME` and `dynamicTopics/NAME` need no entry. Raises NamingError for an unknown name, with the
        known ones, for an environment variable that is not set, and for a factory whose URL or options are not right;
        IllegalStateError after `close`.
        """
        with self._lock:
            if self._closed:
                raise IllegalStateError("the InitialContext is closed")
            if name not in self._found:
                self._found[name] = self._make(name)
            return self._found[name]

    def close(self) -> None:
        """End lookups. What was found stays as it is. A second call does nothing."""
        with self._lock:
            self._closed = True

    def _make(self, name: str) -> ConnectionFactory | Destination:
        entries = self._entries
        if not isinstance(name, str):
            raise NamingError(f"a name is a str, not {name!r}")
        if name in entries.factories:
            return self._factory(name, entries.factories[name])
        if name in entries.queues:
            return _destination(name, Queue, _with_variables(name, entries.queues[name]))
        if name in entries.topics:
            return _destination(name, Topic, _with_variables(name, entries.topics[name]))
        for prefix, kind in _DYNAMIC.items():
            if name.startswith(prefix):
                return _destination(name, kind, name[len(prefix) :])
        known = ", ".join(self._names()) or "none"
        raise NamingError(f"nothing is named {name!r}; known are {known}, dynamicQueues/... and dynamicTopics/...")

    def _names(self) -> Iterator[str]:
        yield from sorted({*self._entries.factories, *self._entries.queues, *self._entries.topics})

    def _factory(self, name: str, entry: FactoryEntry) -> ConnectionFactory:
        options = {option: _with_variables(name, value) for option, value in entry.options.items()}
        try:
            url = jmslike_url(_with_variables(name, entry.url), amqp_1_0=self._entries.of_qpid)
            return self.factory_type(url, **options)
        except NamingError:
            raise
        except JMSError as error:
            raise NamingError(f"the connection factory {name!r} cannot be made: {error}") from error


def _destination(name: str, kind: type[Queue | Topic], physical: str) -> Destination:
    if "?" in physical:
        raise NamingError(f"{name!r}: options behind the name of a destination are not supported; leave them out")
    try:
        return kind(physical)
    except JMSError as error:
        raise NamingError(f"{name!r}: {error}") from error


def _with_variables(name: str, value: Any) -> Any:
    """Return the value with those of environment variables; what is no text comes back as it is."""

    def of_environment(variable: re.Match[str]) -> str:
        found = os.environ.get(variable[1])
        if found is None:
            raise NamingError(f"{name!r} needs the environment variable {variable[1]}, which is not set")
        return found

    return _VARIABLE.sub(of_environment, value) if isinstance(value, str) else value
