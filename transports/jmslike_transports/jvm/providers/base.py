"""A provider that is known by name. What differs from client to client stands in its file, and nowhere else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import jpype

from jmslike.capabilities import NATIVE, Feature, Support, partial, unsupported
from jmslike.selector import Selector
from jmslike.spi import Envelope
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.classpath import VARIABLE, shown
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.machine import class_of, context_of
from jmslike_transports.jvm.names import NameRules

HEARTBEAT: Final = 10_000
"""Milliseconds between signs of life, where a client has them."""
CLIENT: Final = 2
"""Java's CLIENT_ACKNOWLEDGE."""


class Provider(ABC):
    """A JMS provider's Java client."""

    product: ClassVar[str]
    """What it is called; empty where only its metadata says so."""
    coordinates: ClassVar[tuple[str, ...]]
    """The Maven artifacts of its client."""
    individual: ClassVar[int | None] = None
    """The session mode that acknowledges each message by itself; None if it has none."""
    returns_at_close: ClassVar[bool] = False
    """Whether a consumer of the individual mode gives back, when it closes, what it delivered unacknowledged."""
    closes_after_transaction: ClassVar[bool] = False
    """Whether a consumer that has received in a transaction keeps what was pushed to it until the transaction ends."""
    counts_each_close: ClassVar[bool] = False
    """Whether what a transaction holds counts as delivered twice if its consumer closes, and then its session."""
    asks: ClassVar[bool] = True
    """Whether `receiveNoWait` asks the provider, or has what it pushed in good time."""
    unsubscribes_others: ClassVar[bool] = True
    """Whether a connection can delete a durable subscription that another has made."""
    names: ClassVar[NameRules] = NameRules()
    """What it cannot have in names."""
    confirms_sends: ClassVar[bool] = True
    """Whether `send` returns when the broker has a persistent message; else only a CompletionListener hears of that."""
    completes_sends: ClassVar[bool] = True
    """Whether there are sends with a CompletionListener."""

    @abstractmethod
    def connection_factory(self, loader: Any, address: Address) -> Any:
        """Return the Java connection factory for the address' one host.

        Raises ValueError for a class path without the client, and for options that it has not.
        """

    @abstractmethod
    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """Return the features of a connection whose metadata says this version of JMS."""

    def at(self, connection: Any) -> Provider:
        """Return the provider for the broker at the other end of an open Java connection, where brokers differ."""
        return self

    def prepare(self, connection: Any) -> None:  # noqa: B027 - most factories have set it all
        """Set what depends on the broker, on a Java connection that has opened."""

    def sendable(self, envelope: Envelope) -> Envelope:
        """Return the message as the client can send it.

        Raises MessageFormatError for one that the client would damage, or over which it would lose the link.
        """
        return envelope

    def selector(self, selector: Selector) -> str | None:
        """Return the text of a selector as the provider understands it; None if the core selects (EMULATED).

        Raises UnsupportedFeatureError for what it surely would not understand as the specification says.
        """
        return selector.text


NO_COUNTS: Final = "JMS has no call that counts a queue's messages: browse it, or use the provider's console"

LOST_WITH_DESTINATION: Final = (
    "what was sent to a temporary destination is lost if that is deleted before the commit, which succeeds"
)

EVERYTHING: Final[Mapping[Feature, Support]] = {
    **dict.fromkeys(Feature, NATIVE),
    Feature.REDELIVERY_DELAY: partial(
        RED_10="a Java session acknowledges all that it has received: what follows in the same consumer waits, too"
    ),
    Feature.STATISTICS: unsupported(NO_COUNTS),
}
"""What a client of Jakarta Messaging 3.1 has."""

LEFT_OPEN: Final[Mapping[Feature, Support]] = dict.fromkeys(
    (Feature.COMPETING_CONSUMERS, Feature.MESSAGE_GROUP), partial("JMS leaves it to the provider, and no test has that")
)
"""What the specification does not settle, of a provider without tests."""

COUNTED_WHEN_PUSHED: Final = partial(
    "what was pushed over a link that is lost counts as delivered, also what no application received"
)

_SINCE_2_0: Final[Mapping[Feature, Support]] = {
    Feature.SHARED_SUBSCRIPTION: unsupported("it came with JMS 2.0: give each consumer a subscription of its own"),
    Feature.DELAY: unsupported("it came with JMS 2.0: send when it is due"),
}


def of_version(features: Mapping[Feature, Support], major: int) -> Mapping[Feature, Support]:
    """Return the features without those that came with JMS 2.0, for a client of JMS 1.1."""
    return {**features, **_SINCE_2_0} if major < 2 else features


def made(provider: Provider, loader: Any, address: Address, class_name: str, *arguments: Any) -> Any:
    """Return a new object of the client's class. Raises ValueError if the class path has not the class."""
    with context_of(loader):
        return cross(lambda: client_class(provider, loader, address, class_name)(*arguments))


def client_class(provider: Provider, loader: Any, address: Address, class_name: str) -> Any:
    """Return a class of the client. Raises ValueError if the class path has it not."""
    try:
        return class_of(loader, class_name)
    except jpype.JException as error:
        raise ValueError(_missing(provider, address, class_name, error)) from error


def _missing(provider: Provider, address: Address, class_name: str, error: BaseException) -> str:
    cause = str(error)
    lacking = "" if class_name in cause else f" ({cause})"
    where = shown(address.class_path)
    found = f"the class path has no {class_name}{lacking}: {where}" if where else "there is no class path"
    whose = provider.product or "the provider"
    return (
        f"{found}; give the jars of {whose}'s Java client in classpath= or {VARIABLE}. They are those of "
        f"{' and '.join(provider.coordinates)} from Maven with all that they need: "
        "mvn dependency:copy-dependencies fetches them, in a project that depends on it"
    )


def milliseconds(seconds: float) -> int:
    """Return whole milliseconds, at least one, as an int of Java."""
    return min(max(1, round(seconds * 1000)), 2**31 - 1)
