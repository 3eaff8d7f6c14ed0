"""What a message asks for by a header or property, where no call could be refused.

A provider that does not do it delivers the message all the same. So the connection says it: once in the log, or with
`strict=true` by refusing to send.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from jmslike.capabilities import Capabilities, Feature
from jmslike.envelope import Envelope

_log = logging.getLogger("jmslike.connection")

_DEFAULT_PRIORITY: Final = 4


def _has_group(envelope: Envelope) -> bool:
    return envelope.constraints is not None and envelope.constraints.group is not None


def _has_priority(envelope: Envelope) -> bool:
    return envelope.priority != _DEFAULT_PRIORITY


def _expires(envelope: Envelope) -> bool:
    return envelope.expiration != 0


_LOGGED: Final[Mapping[Feature, Callable[[Envelope], bool]]] = {
    Feature.MESSAGE_GROUP: _has_group,
    Feature.PRIORITY: _has_priority,
}
_REFUSED: Final = {**_LOGGED, Feature.TTL: _expires}
"""Not persistence: every message asks for it that does not say otherwise."""


class Unheeded:
    """The wishes of messages that one connection's provider does not heed. Any thread may use it."""

    def __init__(self, capabilities: Capabilities, *, strict: bool) -> None:
        self._capabilities = capabilities
        self._strict = strict
        wishes = _REFUSED if strict else _LOGGED
        self._wishes = {feature: wish for feature, wish in wishes.items() if not capabilities.holds(feature)}

    def __bool__(self) -> bool:
        return bool(self._wishes)

    def check(self, envelope: Envelope) -> None:
        """Log the first wish of its kind that is not heeded. A strict connection raises UnsupportedFeatureError."""
        for feature in [feature for feature, wish in self._wishes.items() if wish(envelope)]:
            if self._strict:
                self._capabilities.require(feature)
            elif self._wishes.pop(feature, None) is not None:
                _log.warning(
                    "%s is sent to %s, but %s does not do all of what it asks for, %s: %s; this is said once, and "
                    "?strict=true refuses such messages",
                    envelope.id,
                    envelope.destination,
                    self._capabilities.product,
                    feature.value,
                    self._capabilities[feature].why,
                )
