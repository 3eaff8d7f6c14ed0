"""ConnectionFactory (section 6.1.1): from a URL to connections. Any thread may use any of it."""

from __future__ import annotations

from os import PathLike
from typing import ClassVar, Self, Unpack

from jmslike.connection import Connection, check_session_mode
from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.errors import JMSError
from jmslike.factory_options import FactoryOptions
from jmslike.registry import resolve


class ConnectionFactory:
    """Makes connections to the provider that the URL names. May be shared by several threads.

    `url` looks like `native://NAME?option=value`; its scheme selects the transport. Options may also be keywords.
    Raises JMSError for a bad URL, an unknown scheme, a missing extra, and an unknown or bad option.
    """

    connection_type: ClassVar[type[Connection]] = Connection
    context_type: ClassVar[type[JMSContext]] = JMSContext

    def __init__(self, url: str, **options: Unpack[FactoryOptions]) -> None:
        self._provider = resolve(url, options)

    @classmethod
    def from_file(cls, path: str | PathLike[str], name: str) -> Self:
        """Make the factory that a file has this name for: `connectionFactory.NAME`, as in `jmslike.naming`.

        The file is TOML if its name ends with `.toml`, else properties. Raises NamingError if it cannot be read, for an
        unknown name, with the known ones, and for a URL or options that are not right.
        """
        from jmslike.bindings.entries import read_entries  # here: most programs have no such file

        return read_entries(path).make_factory(name, cls)

    def __repr__(self) -> str:
        return f"ConnectionFactory({self._provider.url!r})"

    def create_connection(self, user_name: str | None = None, password: str | None = None) -> Connection:
        """Connect; the connection is stopped (section 6.1.4). `user_name` overrides the user of the URL.

        Raises JMSSecurityError if the provider refuses the user; InvalidClientIDError if the factory's client id is in
        use; ConnectionLostError if the provider cannot be reached; JMSError for a user or password that is no
        str.
        """
        return self.connection_type(self._provider.transport(user_name, password), self._provider.settings)

    def create_context(
        self,
        user_name: str | None = None,
        password: str | None = None,
        session_mode: int = SessionMode.AUTO_ACKNOWLEDGE,
    ) -> JMSContext:
        """Connect, and return a JMSContext: a connection and one session in one object (section 6.1).

        Raises JMSError for an unknown session mode; else as `create_connection`.
        """
        mode = self._mode_of_context(user_name, session_mode)
        return self.context_type(self.create_connection(user_name, password), mode)

    def _mode_of_context(self, user_name: object, session_mode: int) -> SessionMode:
        if isinstance(user_name, int):  # Java's createContext(int)
            raise JMSError(
                f"user_name is a str, not {user_name!r}; a session mode alone is create_context(session_mode=...)"
            )
        return check_session_mode(session_mode)


def connect(url: str, **options: Unpack[FactoryOptions]) -> JMSContext:
    """Connect to the URL, and return a started JMSContext that acknowledges automatically.

    Raises as `ConnectionFactory` and `ConnectionFactory.create_context` do.
    """
    context = ConnectionFactory(url, **options).create_context()
    context.start()
    return context


def forget(url: str) -> None:
    """Drop what this process keeps for the URL: an engine, whose connections are lost.

    One in memory is dropped with all its messages. One in a folder is closed, and its persistent messages stay there.
    Raises JMSError for a bad URL.
    """
    resolve(url, {}).forget()
