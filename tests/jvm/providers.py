"""Java connections through the providers of `jvm:`, without the sessions of the transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jmslike_transports.jvm.address import parse_address
from jmslike_transports.jvm.classpath import parse_class_path
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.errors import error_of
from jmslike_transports.jvm.machine import bridge_of, context_of, loader_of
from jmslike_transports.jvm.providers import PROVIDERS
from tests.brokers import UnavailableError
from tests.brokers.broker import PASSWORD, USER
from tests.brokers.fixtures import give_up


def fetched(jars: Callable[[], Path]) -> str:
    """Return the folder of these jars; where it cannot be had, the test is skipped, which on CI is a failure."""
    try:
        return str(jars())
    except UnavailableError as missing:
        give_up("Java clients", missing)


def factory_for(url: str, class_path: str, **options: str) -> Any:
    """Return the Java connection factory for a URL, and the API that it implements."""
    address = parse_address(url, {"classpath": class_path, **options}, None, None)
    loader = loader_of(address.class_path)
    factory = PROVIDERS[address.provider].connection_factory(loader, address)
    return factory, bridge_of(loader, factory).api


@contextmanager
def connected(url: str, class_path: str, password: str = PASSWORD, **options: str) -> Iterator[Any]:
    """Connect and log in, and yield the Java connection. Raises JMSError as the transport would."""
    factory, _ = factory_for(url, class_path, **options)
    loader = loader_of(parse_class_path({"classpath": class_path}))
    with context_of(loader):
        try:
            connection = cross(factory.createConnection, USER, password)
            cross(connection.start)
        except Exception as error:
            raise error_of(error) from error
        try:
            yield connection
        finally:
            cross(connection.close)
