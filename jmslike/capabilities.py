"""The declaration of what a live connection can do, returned by `Transport.open`.

The core's decisions, the expectations of the conformance suite, the compatibility matrix and `jmslike capabilities`
read it; nothing else says what a transport can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from jmslike.errors import UnsupportedFeatureError


class Feature(Enum):
    """The features in which transports differ; the value says what each is, for users."""

    QUEUE_SELECTOR = "message selectors on a queue's consumers"
    TOPIC_SELECTOR = "message selectors on a topic's subscriptions"
    TRANSACTION = "sends and receives committed as one"
    DELAY = "delivery delay"
    TTL = "time to live, also without a consumer"
    PRIORITY = "higher priority first"
    DURABLE_SUBSCRIPTION = "durable subscriptions"
    SHARED_SUBSCRIPTION = "subscriptions shared by several consumers"
    BROWSE = "queue browsers"
    TEMPORARY = "temporary queues and topics"
    REDELIVERY_COUNT = "delivery counts that survive the session"
    REDELIVERY_DELAY = "a message that waits for its redelivery lets others pass"
    PERSISTENCE = "messages that survive a restart of the provider"
    ORDER = "order of one producer's messages"
    NO_LOCAL = "noLocal subscriptions"
    MESSAGE_GROUP = "message groups (JMSXGroupID)"
    COMPETING_CONSUMERS = "several consumers of a queue, where any that is free takes the next message"
    NO_WAIT = "receive_no_wait finds what already waits in the queue"
    CLIENT_ID = "exclusive client identifiers"
    STATISTICS = "counts of a queue, such as its depth"
    FOREIGN_MESSAGES = "messages of Java clients arrive as they were sent"
    NAMES = "queues and topics may have the same names"
    PROCESSES = "connections from several processes"


class Level(Enum):
    """A level of support."""

    NATIVE = "native"
    """The transport or its provider does it, as the specification says."""
    EMULATED = "emulated"
    """The library does it itself, as the specification says."""
    PARTIAL = "partial"
    """It works, with exceptions."""
    UNSUPPORTED = "unsupported"
    """A call that asks for it raises UnsupportedFeatureError."""


@dataclass(frozen=True, slots=True)
class Support:
    """The support of one feature.

    PARTIAL has `exceptions`: the ids of the behaviours that do not hold, each with its reason. A `reason` alone is for
    what shows only when something breaks. UNSUPPORTED has the reason, and what to use instead.
    """

    level: Level
    exceptions: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def why(self) -> str:
        """All reasons in one line."""
        return "; ".join(filter(None, (self.reason, *dict.fromkeys(self.exceptions.values()))))


NATIVE = Support(Level.NATIVE)
EMULATED = Support(Level.EMULATED)


def partial(reason: str = "", **exceptions: str) -> Support:
    """Return support with exceptions: `partial(TX_07="one queue at a time")` names behaviour TX-07."""
    return Support(Level.PARTIAL, {name.replace("_", "-"): why for name, why in exceptions.items()}, reason)


def unsupported(reason: str) -> Support:
    """Return the lack of support; the reason says what to use instead."""
    return Support(Level.UNSUPPORTED, reason=reason)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The features of a live connection, with the product behind it. Never changes; any thread may read it."""

    product: str
    version: str
    features: Mapping[Feature, Support]

    def __post_init__(self) -> None:
        missing = [feature.name for feature in Feature if feature not in self.features]
        if missing:
            raise ValueError(f"a transport declares every feature; missing: {', '.join(missing)}")
        object.__setattr__(self, "features", MappingProxyType(dict(self.features)))

    def __getitem__(self, feature: Feature) -> Support:
        return self.features[feature]

    def level(self, feature: Feature) -> Level:
        """Return the level of one feature."""
        return self.features[feature].level

    def supports(self, feature: Feature) -> bool:
        """Whether the feature can be used at all."""
        return self.features[feature].level is not Level.UNSUPPORTED

    def holds(self, feature: Feature) -> bool:
        """Whether the feature can be used, and all of its behaviours hold as long as nothing breaks."""
        return self.supports(feature) and not self.features[feature].exceptions

    def require(self, feature: Feature) -> None:
        """Raise UnsupportedFeatureError, with the reason, unless the feature can be used."""
        support = self.features[feature]
        if support.level is Level.UNSUPPORTED:
            raise UnsupportedFeatureError(f"{self.product} has no {feature.value}: {support.reason}")

    @property
    def exceptions(self) -> dict[str, str]:
        """All ids of behaviours that do not hold, each with its reason."""
        return {name: why for support in self.features.values() for name, why in support.exceptions.items()}


class StrictCapabilities(Capabilities):
    """The same features, where what is done in part cannot be used."""

    def supports(self, feature: Feature) -> bool:
        """Whether the feature is native or emulated."""
        return self.level(feature) in (Level.NATIVE, Level.EMULATED)

    def holds(self, feature: Feature) -> bool:
        """Whether the feature is native or emulated."""
        return self.supports(feature)

    def require(self, feature: Feature) -> None:
        """Raise UnsupportedFeatureError, with the reason, unless the feature is native or emulated."""
        super().require(feature)
        if not self.supports(feature):
            why = self.features[feature].why
            raise UnsupportedFeatureError(
                f"{self.product} has {feature.value} only in part, which strict=true refuses: {why}"
            )


@dataclass(frozen=True, slots=True)
class Expectation:
    """The declaration that a URL leads to expect."""

    capabilities: Capabilities
    """With an empty version."""
    assumption: str = ""
    """What is taken for granted, as only a connection tells it."""


@runtime_checkable
class Expecting(Protocol):
    """A transport that knows some of its URLs' capabilities without a connection."""

    def expected(self) -> Expectation | None:
        """Return what `Transport.open` would declare; None if only a connection tells. Asks no provider.

        Raises JMSError for options that `open` would refuse for the same reason.
        """
