"""The providers that are known by name, and JNDI for all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike_transports.jvm.providers.artemis import Artemis
from jmslike_transports.jvm.providers.base import Provider

PROVIDERS: Final[Mapping[str, Provider]] = {
    "artemis": Artemis(),
}
