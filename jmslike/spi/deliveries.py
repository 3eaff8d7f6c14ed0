"""A delivery and its outcome, and what a session and a subscription need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jmslike.destinations import Destination
from jmslike.envelope import Envelope
from jmslike.errors import JMSError
from jmslike.selector import Selector

Receipt: TypeAlias = Any
"""An opaque object, made by the transport for each delivery."""

Delivery: TypeAlias = "tuple[Envelope, Receipt | None, int]"
"""An envelope, its receipt (None: already settled), and the attempts: hand-overs before this one. A bare redelivered
flag of a broker counts as 1."""

Outcome: TypeAlias = "int | None"
"""The outcome of a delivery: ACCEPT, or the number of attempts with which it is released for redelivery."""

ACCEPT: Final[Outcome] = None

Completion: TypeAlias = "Callable[[JMSError | None], None]"
"""Called once for an asynchronous send, with its error or None."""


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """The needs of a session, whatever its mode.

    `transacted`: it settles by `commit`. `awaits_settlement`: `settle` returns when the settlement is applied, not when
    it is handed to the wire (C5). `individual`: receipts are settled in any order, so earlier ones may stay unsettled
    for long; no subscription of such a session is `Returning`. In any session, the core settles those that it refuses
    to hand over before earlier ones, and keeps unsettled what has failed, unless the subscription is `Returning`.
    """

    transacted: bool = False
    awaits_settlement: bool = False
    individual: bool = False


@dataclass(frozen=True, slots=True)
class SubscriptionSpec:
    """The subscription of one consumer.

    `name` is None for a queue and for an unshared non-durable subscription; `window` is in messages. `excluded_origin`
    is noLocal: the origin whose messages are left out. The client id of a named subscription is that of
    `Transport.identify`. `stopped` is how a `Stoppable` subscription begins (C14). `dead_letters` is the queue that the
    core would move dead letters to, if any.
    """

    destination: Destination
    selector: Selector | None = None
    name: str | None = None
    durable: bool = False
    shared: bool = False
    excluded_origin: str | None = None
    window: int = 100
    stopped: bool = False
    dead_letters: Destination | None = None
