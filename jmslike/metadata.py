"""ConnectionMetaData (section 6.1.6)."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from jmslike.capabilities import Capabilities


class ConnectionMetaData:
    """The versions of JMS and of the provider behind a connection."""

    jms_version = "3.1"
    jms_major_version = 3
    jms_minor_version = 1

    def __init__(self, capabilities: Capabilities) -> None:
        self._capabilities = capabilities

    @property
    def jms_provider_name(self) -> str:
        """The library with the product behind it, such as "jmslike (native engine)"."""
        return f"jmslike ({self._capabilities.product})"

    @property
    def provider_version(self) -> str:
        """The product's version."""
        return self._capabilities.version

    @property
    def provider_major_version(self) -> int:
        """The first number of the product's version, 0 if it has none."""
        return self._number(0)

    @property
    def provider_minor_version(self) -> int:
        """The second number of the product's version, 0 if it has none."""
        return self._number(1)

    def _number(self, position: int) -> int:
        numbers = re.findall(r"\d+", self._capabilities.version)
        return int(numbers[position]) if position < len(numbers) else 0

    @property
    def jmsx_property_names(self) -> list[str]:
        """The JMSX properties that are supported (section 3.5.9)."""
        return ["JMSXGroupID", "JMSXGroupSeq", "JMSXDeliveryCount"]


def library_version() -> str:
    """Return the version of this library."""
    try:
        return version("jmslike")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
