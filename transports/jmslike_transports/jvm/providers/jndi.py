"""Any provider, through a connection factory that JNDI finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jpype

from jmslike.capabilities import Feature, Support
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.classpath import VARIABLE
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.errors import error_of
from jmslike_transports.jvm.machine import context_of
from jmslike_transports.jvm.providers.base import EVERYTHING, Provider, of_version

_CREDENTIALS: Final = ("java.naming.security.principal", "java.naming.security.credentials")


class Jndi(Provider):
    """The settings of the client are where its administrator put them: only `properties` changes any."""

    product = ""
    coordinates = ()

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory. Raises JMSError if JNDI does not find it.

        ConnectionLostError says that JNDI does not answer, JMSSecurityError that it refuses the user."""
        with context_of(loader):
            try:
                factory = cross(_look_up, address)
            except jpype.JException as error:
                raise type(error_of(error))(_not_found(address, error)) from error
        cross(set_properties, factory, address.properties)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return of_version(EVERYTHING, major)


def _look_up(address: Address) -> Any:
    settings = jpype.JClass("java.util.Properties")()
    stream = jpype.JClass("java.io.ByteArrayInputStream")(jpype.JArray(jpype.JByte)(Path(address.path).read_bytes()))
    settings.load(stream)
    for name, value in zip(_CREDENTIALS, (address.user, address.password), strict=True):
        if value is not None and settings.getProperty(name) is None:
            settings.setProperty(name, value)
    context = jpype.JClass("javax.naming.InitialContext")(settings)
    try:
        return context.lookup(address.own["factory"])
    finally:
        context.close()


def _not_found(address: Address, error: BaseException) -> str:
    advice = (
        f"; give the provider's jars in classpath= or {VARIABLE}" if "NoInitialContext" in type(error).__name__ else ""
    )
    return f"JNDI finds no {address.own['factory']!r} by {address.path}: {error_of(error)}{advice}"
