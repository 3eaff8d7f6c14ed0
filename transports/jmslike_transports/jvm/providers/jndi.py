"""Any provider, through a connection factory that JNDI finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jpype

from jmslike.capabilities import Feature, Support
from jmslike.errors import ConnectionLostError
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.classpath import VARIABLE
from jmslike_transports.jvm.crossings import cross, ends
from jmslike_transports.jvm.errors import error_of
from jmslike_transports.jvm.machine import class_of
from jmslike_transports.jvm.providers.base import EVERYTHING, LEFT_OPEN, Provider, of_version

_NAMING: Final = "jmslike.jakarta.Naming"
"""The helper's, which needs no API of JMS."""
_OF_A_SETTING: Final = ("NameNotFound", "NoInitialContext", "InvalidName", "Configuration")
"""Parts of the names of exceptions that the file or the name has caused, whatever the provider answers."""
_CREDENTIALS: Final = ("java.naming.security.principal", "java.naming.security.credentials")


class Jndi(Provider):
    """The settings of the client are where its administrator put them: only `properties` changes any."""

    product = ""
    coordinates = ()

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory. Raises ValueError if JNDI does not find it.

        ConnectionLostError says that JNDI does not answer, JMSSecurityError that it refuses the user."""
        call = cross(_looking_up, loader, address)
        if not ends(call, address.connect_timeout):
            raise ConnectionLostError(f"JNDI did not answer within {address.connect_timeout:g} s, by {address.path}")
        error = cross(call.error)
        if error is not None:
            is_of_a_setting = any(name in type(error).__name__ for name in _OF_A_SETTING)
            raise (ValueError if is_of_a_setting else type(error_of(error)))(_not_found(address, error)) from error
        factory = cross(call.result)
        cross(set_properties, factory, address.properties)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return of_version({**EVERYTHING, **LEFT_OPEN}, major)


def _looking_up(loader: Any, address: Address) -> Any:
    settings = jpype.JClass("java.util.Properties")()
    stream = jpype.JClass("java.io.ByteArrayInputStream")(jpype.JArray(jpype.JByte)(Path(address.path).read_bytes()))
    settings.load(stream)
    for name, value in zip(_CREDENTIALS, (address.user, address.password), strict=True):
        if value is not None and settings.getProperty(name) is None:
            settings.setProperty(name, value)
    return class_of(loader, _NAMING).find(settings, address.own["factory"])


def _not_found(address: Address, error: BaseException) -> str:
    advice = (
        f"; give the provider's jars in classpath= or {VARIABLE}" if "NoInitialContext" in type(error).__name__ else ""
    )
    return f"JNDI finds no {address.own['factory']!r} by {address.path}: {error_of(error)}{advice}"
