"""The sending side of one session: seals messages, and sends them, or keeps or enlists them for the commit.

Used by the session's thread. It is given all that it needs, and knows neither producers nor the session.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Final

from jmslike.capabilities import Capabilities, Feature
from jmslike.clock import Clock
from jmslike.constants import DeliveryMode
from jmslike.core.completions import CompletionCalls
from jmslike.core.listener_calls import CompletionListener, check_completion_listener
from jmslike.core.unheeded import Unheeded
from jmslike.destinations import Destination, exact_destination
from jmslike.envelope import Envelope, Terms, constraints_of, copy_of
from jmslike.errors import JMSError, MessageFormatError
from jmslike.instruments import Instruments, Post
from jmslike.message import Message
from jmslike.message.foreign import adopt, stamp
from jmslike.message.serializers import ObjectSerializer
from jmslike.spi import Completion, EnlistingLink, Sender, SessionLink
from jmslike.values.spelled import marked_like

_KEPT_OUTLETS: Final = 100
"""How many senders are kept for producers that have no destination of their own."""

_blank = Envelope.__new__


class Outlet:
    """One destination's sender, with what its messages have in common."""

    __slots__ = ("destination", "post", "sender", "terms")

    def __init__(self, sender: Sender, post: Post, terms: tuple[Terms, Terms]) -> None:
        self.sender: Final = sender
        self.post: Final = post
        self.terms: Final = {DeliveryMode.NON_PERSISTENT: terms[0], DeliveryMode.PERSISTENT: terms[1]}
        self.destination: Final = terms[0].destination


class Outbox:
    """Seals messages and sends them. In a transacted session the link takes them as a part of the transaction (C16), or
    they are kept until the commit.
    """

    def __init__(
        self,
        link: SessionLink,
        capabilities: Capabilities,
        unheeded: Unheeded,
        clock: Clock,
        *,
        name: str,
        transacted: bool,
        origin: Callable[[], str],
        id_prefix: str,
        number: Callable[[], int],
        serializer: ObjectSerializer,
        max_in_flight: int,
        report: Callable[[JMSError], None],
        instruments: Instruments,
    ) -> None:
        self.completions: Final = CompletionCalls(f"jmslike-completions-{name}", max_in_flight, report)
        self.now: Final = clock.now
        self.number = number
        self._link = link
        self._capabilities = capabilities
        self._unheeded = unheeded
        self._enlisting = link if transacted and isinstance(link, EnlistingLink) else None
        self._defers = transacted and self._enlisting is None
        self._enlisted = 0
        self._origin = origin
        self._id_prefix = id_prefix
        self._serializer = serializer
        self._instruments = instruments
        self._pending: list[tuple[Sender, Envelope]] = []
        self._outlets: OrderedDict[Destination, Outlet] = OrderedDict()

    def open(self, destination: Destination) -> Outlet:
        """Return a new outlet, which the caller closes. Raises InvalidDestinationError if it cannot be sent to."""
        destination = exact_destination(destination, "to send to")
        sender = self._link.sender(destination)
        origin = self._origin()
        non_persistent, persistent = (
            Terms(destination, int(mode), origin, self._id_prefix)
            for mode in (DeliveryMode.NON_PERSISTENT, DeliveryMode.PERSISTENT)
        )
        post: Post = sender.send
        if self._enlisting is not None:
            post = partial(self._enlist, self._enlisting, sender)
        elif self._defers:
            post = partial(self._defer, sender)
        post = self._instruments.posting(post, destination, deferred=self._defers)
        if self._unheeded:
            post = partial(self._check_and_post, post)
        return Outlet(sender, post, (non_persistent, persistent))

    def outlet(self, destination: Destination) -> Outlet:
        """Return an outlet that this outbox keeps and closes by itself. Raises InvalidDestinationError."""
        outlet = self._outlets.get(destination) if isinstance(destination, Destination) else None
        if outlet is None:
            outlet = self._outlets[destination] = self.open(destination)
            if len(self._outlets) > _KEPT_OUTLETS:
                _, oldest = self._outlets.popitem(last=False)
                oldest.sender.close()
        else:
            self._outlets.move_to_end(destination)
        return outlet

    def sealed(
        self,
        outlet: Outlet,
        message: Any,
        delivery_mode: DeliveryMode,
        priority: int,
        time_to_live: float,
        delivery_delay: float,
        prepare: Callable[[Message], None] | None = None,
    ) -> Envelope:
        """Make the envelope of a message of any kind, after applying `prepare` to it; durations in seconds.

        `posting` sends it.
        """
        original = message
        if message is None:
            raise MessageFormatError("nothing was sent: the message is None")
        if not isinstance(message, Message):
            message = adopt(message, self._serializer)
        if prepare is not None:
            prepare(message)
        if delivery_delay:
            self._capabilities.require(Feature.DELAY)
        sent_at = self.now()
        milliseconds = int(sent_at * 1000)
        expiration = milliseconds + max(1, round(time_to_live * 1000)) if time_to_live else 0
        due = milliseconds + round(delivery_delay * 1000) if delivery_delay else 0
        envelope = seal(message, outlet.terms[delivery_mode], self.number(), sent_at, priority)
        envelope.constraints = constraints_of(expiration, due, envelope.properties)
        if original is not message:
            stamp(original, envelope)
        return envelope

    def forward(self, message: Message, destination: Destination, without: Collection[str]) -> None:
        """Send a message on as it is, but for the properties `without`. Raises as `forwarded` and `outlet` do."""
        outlet = self.outlet(destination)
        envelope = forwarded(message, outlet.destination, int(self.now() * 1000), without)
        if envelope.due:
            self._capabilities.require(Feature.DELAY)
        if not envelope.id:  # of another client's message
            envelope.id_or_number = f"{self._id_prefix}{self.number()}"
        outlet.post(envelope)

    def send_async(self, outlet: Outlet, envelope: Envelope, message: Any, listener: CompletionListener) -> None:
        """Send what is sealed, and have the listener called with the message when that has ended."""
        check_completion_listener(listener)
        completed = self.completions.completion(message, listener)
        try:
            self.completions.begin(completed)
            posting(outlet, message)(envelope, completed)
        except BaseException:
            self.completions.end(completed)
            raise

    def _check_and_post(self, post: Post, envelope: Envelope, completion: Completion | None = None) -> None:
        self._unheeded.check(envelope)
        post(envelope, completion)

    def _defer(self, sender: Sender, envelope: Envelope, completion: Completion | None = None) -> None:
        self._pending.append((sender, envelope))
        if completion is not None:
            completion(None)

    def _enlist(
        self, link: EnlistingLink, sender: Sender, envelope: Envelope, completion: Completion | None = None
    ) -> None:
        self._enlisted += 1  # first: what becomes of a send that was interrupted is not known
        link.enlist(sender, envelope)
        if completion is not None:
            completion(None)

    @property
    def pending(self) -> int:
        """How much the transaction has sent so far. Safe from any thread."""
        return len(self._pending) + self._enlisted

    def take_pending(self) -> list[tuple[Sender, Envelope]]:
        """Take out what the transaction has sent so far, but for what the link has."""
        pending, self._pending, self._enlisted = self._pending, [], 0
        return pending

    def discard(self) -> None:
        """Let the link drop what it has of the transaction (C16). Raises ConnectionLostError."""
        if self._enlisting is not None:
            self._enlisting.discard()

    def close(self) -> None:
        """Close the kept outlets and the completion thread. What the transaction sent is dropped."""
        self._pending.clear()
        for outlet in self._outlets.values():
            outlet.sender.close()
        self._outlets.clear()
        self.completions.close()


def posting(outlet: Outlet, message: Any) -> Post:
    """Return the outlet's post for this message.

    A foreign message is stamped again when the send has ended: the provider may have made an id of its own.
    """
    return outlet.post if isinstance(message, Message) else partial(_post_foreign, outlet.post, message)


def _post_foreign(post: Post, foreign: Any, envelope: Envelope, completion: Completion | None = None) -> None:
    if completion is None:
        post(envelope)
        stamp(foreign, envelope)
        return

    def completed(error: JMSError | None) -> None:
        stamp(foreign, envelope)
        completion(error)

    post(envelope, completed)


def seal(message: Message, terms: Terms, number: int, sent_at: float, priority: int) -> Envelope:
    """Make the envelope of a message that is sent, and stamp the message with it.

    Body and properties are shared, not copied: the message copies what it shares before it changes it.
    """
    envelope = _blank(Envelope)
    envelope.terms = terms
    envelope.id_or_number = number
    envelope.sent_at = sent_at
    envelope.priority = priority
    envelope.constraints = None
    envelope.headers = message._headers
    envelope.properties = message._properties
    envelope.kind = message.kind
    body = message._body
    envelope.body = message._seal() if body.__class__ in UNSEALED else body
    message._envelope = envelope
    return envelope


def forwarded(message: Message, destination: Destination, now: int, without: Collection[str]) -> Envelope:
    """Return the envelope of a message that was sent or received before, for another destination.

    A delivery time (milliseconds since the epoch) that has passed by `now` is left out. Raises JMSError for a message
    that was never sent, MessageFormatError for what is no message.
    """
    if not isinstance(message, Message):
        raise MessageFormatError(f"nothing was forwarded: wanted a message, not {type(message).__name__}")
    given = message._envelope
    if given is None:
        raise JMSError("nothing was forwarded: the message was neither sent nor received before; send it")
    envelope = copy_of(given, Envelope)
    envelope.terms = Terms(destination, given.delivery_mode, given.origin, "")
    envelope.headers = message._headers
    envelope.kind = message.kind
    envelope.body = message._seal() if message._body.__class__ in UNSEALED else message._body
    properties = message._properties
    if not properties.keys().isdisjoint(without):
        left = {name: value for name, value in properties.items() if name not in without}
        properties = marked_like(properties, left)
    envelope.properties = properties
    envelope.constraints = constraints_of(given.expiration, given.due if given.due > now else 0, properties)
    return envelope


UNSEALED: Final = frozenset({bytearray, list})
