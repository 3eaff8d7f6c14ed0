"""InitialContext: connection factories and destinations by name. Any thread may use it."""

from __future__ import annotations

from threading import Lock
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from jmslike.bindings.entries import Source, read_entries
from jmslike.bindings.errors import NamingError
from jmslike.bindings.variables import with_variables
from jmslike.destinations import Destination, Queue, Topic
from jmslike.errors import IllegalStateError, JMSError
from jmslike.factory import ConnectionFactory

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
        return f"InitialContext({', '.join(self._entries.names)})"

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
            return entries.make_factory(name, self.factory_type)
        if name in entries.queues:
            return _destination(name, Queue, with_variables(name, entries.queues[name]))
        if name in entries.topics:
            return _destination(name, Topic, with_variables(name, entries.topics[name]))
        for prefix, kind in _DYNAMIC.items():
            if name.startswith(prefix):
                return _destination(name, kind, name[len(prefix) :])
        raise NamingError(
            f"nothing is named {name!r}; known are {entries.known}, dynamicQueues/... and dynamicTopics/..."
        )


def _destination(name: str, kind: type[Queue | Topic], physical: str) -> Destination:
    if "?" in physical:
        raise NamingError(f"{name!r}: options behind the name of a destination are not supported; leave them out")
    try:
        return kind(physical)
    except JMSError as error:
        raise NamingError(f"{name!r}: {error}") from error
