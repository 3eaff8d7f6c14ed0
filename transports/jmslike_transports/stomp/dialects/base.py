"""The dialect of one broker. Whatever differs from broker to broker stands in a dialect, and nowhere else."""

from __future__ import annotations

import itertools
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

from jmslike.capabilities import Feature, Support
from jmslike.codec import Body, encode_body, utf8
from jmslike.errors import InvalidDestinationError, MessageFormatError, UnsupportedFeatureError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SubscriptionSpec
from jmslike_transports.stomp.mapping import ID, ORIGIN, TIMESTAMP
from jmslike_transports.stomp.wire import Wire

KEPT_UNTIL_SETTLED: Final = (
    "what was pushed to a stopped consumer goes to others when its session has settled what it received"
)
KEPT_BY_THE_STOPPED: Final = "a stopped consumer, which keeps the subscription in use, has one of its messages"


def encode_envelope(envelope: Envelope) -> Body:
    """Return the body of a message as text or bytes, which any client can read."""
    return encode_body(envelope.kind, envelope.body)


def require_utf8(destination: Destination) -> None:
    """Raise InvalidDestinationError for a name with half of a surrogate pair, which no frame can hold."""
    try:
        utf8(destination.name)
    except MessageFormatError as error:
        raise InvalidDestinationError(f"{destination!r}: {error}") from error


class BrokerRequest(NamedTuple):
    """A frame that asks the broker for something other than sending and receiving.

    With a `client_id` it is sent on a connection of its own, because a refusal would end the connection. The frames
    `before` it are written together with it.
    """

    command: str
    headers: dict[str, str]
    client_id: str | None = None
    before: tuple[tuple[str, dict[str, str]], ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """The headers that begin and end a subscription, and how the broker pushes to it."""

    headers: dict[str, str]
    unsubscribe_headers: dict[str, str]
    least: Mapping[str, str]
    """The headers of those that ask for the smallest window that the broker has."""
    private: bool
    """Whether no other consumer could get its messages. Then they are acknowledged when they are handed over."""
    credit: int = 0
    """The window in bytes, for a broker that counts bytes; 0 for one that counts messages."""
    divisible: bool = True
    """Whether a second SUBSCRIBE shares the messages, so that more than the window can be held."""


class Dialect(ABC):
    """One broker, as one connection sees it. Made from the `server` header of the CONNECTED frame."""

    product: ClassVar[str]
    features: ClassVar[Mapping[Feature, Support]]
    acks_in_transactions: ClassVar[bool] = False
    """Whether ACK obeys its transaction header, so that a commit is whole."""
    unescapes_connect: ClassVar[bool] = False
    """Whether the broker unescapes the CONNECT frame, which STOMP 1.2 excepts from that."""
    longest_header: ClassVar[int | None] = None
    """Bytes that a header of the CONNECT frame may have, with its name; None for no limit."""
    survives_errors: ClassVar[bool] = False
    """Whether a connection goes on after an ERROR frame that answers no request."""
    nack_requeues: ClassVar[bool] = False
    """Whether NACK releases a message, instead of dropping it or sending it to a dead-letter queue."""
    placeholder: ClassVar[Mapping[str, str] | None] = None
    """Headers of a SUBSCRIBE to nothing that reuses the id of an ended subscription, so that its unsettled messages can
    still be settled. For brokers where UNSUBSCRIBE does not release them; None for others."""
    confirms_commits: ClassVar[bool] = True
    """Whether the receipt of a COMMIT also confirms the messages of the transaction."""
    id_headers: ClassVar[tuple[str, ...]] = (ID,)
    """The headers that carry JMSMessageID of a new message."""
    timestamp_headers: ClassVar[tuple[str, ...]] = (TIMESTAMP,)
    """The headers that carry JMSTimestamp."""
    origin_header: ClassVar[str] = ORIGIN
    """The header that carries the origin, if the id does not."""
    lasting_id: ClassVar[str] = "message-id"
    """The header that is the same each time that a message is pushed."""
    can_transform: ClassVar[bool] = False
    """Whether the broker has transformations, which turn maps and objects of Java into XML for STOMP, and back."""
    transforms: bool = False
    """Whether the connection asks for them."""
    assumption: ClassVar[str] = ""
    """What `expected_features` take for granted."""
    modes: ClassVar[Mapping[int, str]] = {1: "false", 2: "true"}
    """The header `persistent` for each delivery mode. A mode that is not here is sent without it."""

    def __init__(self, server: str) -> None:
        self.version = (server.partition("/")[2].split() or ["unknown"])[0]
        self._mark = f"jmslike-temporary.{uuid.uuid4()}."
        self._temporary_numbers = itertools.count(1)

    @property
    def expected_features(self) -> Mapping[Feature, Support]:
        """The features of a broker that is not asked."""
        return self.features

    def features_of(self, wire: Wire, connected: Mapping[str, str]) -> Mapping[Feature, Support]:
        """Return the features of the broker that sent these headers of CONNECTED. May send requests to it."""
        return self.expected_features

    def client_id_claim(self, client_id: str) -> BrokerRequest | None:
        """Return the request that claims a client id, if CONNECT does not. A refusal means that the id is in use."""
        return None

    def create_temporary(self, wire: Wire, kind: type[Destination]) -> str:
        """Create a temporary destination, and return its name, which is unique."""
        return self.new_temporary_name()

    def new_temporary_name(self) -> str:
        """Return a unique name that `owns_temporary` recognizes."""
        return f"{self._mark}{next(self._temporary_numbers)}"

    def owns_temporary(self, name: str) -> bool:
        """Whether this connection created the temporary destination of that name, even if it is deleted."""
        return name.startswith(self._mark)

    def browse_headers(self, queue: Destination, selector: Selector | None) -> dict[str, str]:
        """Return the headers of a SUBSCRIBE that browses a queue until a MESSAGE says `browser:end`."""
        raise UnsupportedFeatureError(f"{self.product} cannot browse over STOMP")

    @abstractmethod
    def address(self, destination: Destination) -> dict[str, str]:
        """Return the headers that name the destination of a SEND."""

    def delayed_address(
        self, destination: Destination, milliseconds: int, run: Callable[[BrokerRequest], None]
    ) -> dict[str, str] | None:
        """Return the headers that name the destination of a SEND with that delay, or None for those of `address`.

        `run` sends a request and waits for its answer. Raises UnsupportedFeatureError.
        """
        return None

    @abstractmethod
    def subscription_plan(self, spec: SubscriptionSpec, client_id: str | None) -> SubscriptionPlan:
        """Return how to subscribe. Raises JMSError for a subscription that the broker could not serve."""

    @abstractmethod
    def unsubscribe_requests(self, name: str, client_id: str | None) -> list[BrokerRequest]:
        """Return the requests that delete a durable subscription."""

    def cleanup_request(self, spec: SubscriptionSpec, client_id: str | None) -> BrokerRequest | None:
        """Return the request to send after a consumer has ended, if any. A refusal of it is no error."""
        return None

    def delete_requests(self, destination: Destination) -> list[BrokerRequest]:
        """Return the requests that delete a destination, if the broker does not delete it by itself.

        Raises UnsupportedFeatureError for one that no frame of STOMP deletes.
        """
        if destination.is_temporary:
            return []
        raise UnsupportedFeatureError(f"{destination} stays: over STOMP, {self.product} deletes no destinations")

    def headers_of_kept_id(self, message_id: str) -> tuple[str, ...]:
        """Return the headers that carry the id of a message that is sent on with it."""
        return self.id_headers

    @abstractmethod
    def headers(self, envelope: Envelope) -> dict[str, str]:
        """Return the headers that only some messages have."""

    @abstractmethod
    def read(self, frame: Any, destination: Destination) -> Envelope:
        """Return the envelope of a MESSAGE frame, which came from `destination`."""

    def doubt(self, envelope: Envelope, raw: Mapping[str, str]) -> str | None:
        """Return what a message with these headers may be instead, and what to do; None if it is what was sent."""
        return None

    def attempts(self, frame: Any) -> int:
        """Return how often the message was delivered before, as far as the broker says."""
        return 1 if frame.headers.get("redelivered") == "true" else 0

    def encoder_of_bodies(self, destination: Destination) -> Callable[[Envelope], Body]:
        """Return what encodes the body of a message to that destination. It raises MessageFormatError."""
        return encode_envelope

    def is_counted(self, frame: Any) -> bool:
        """Whether `attempts` of this message are a count, which grows each time that it is given back."""
        return False

    def length_headers(self, body: bytes, *, is_text: bool) -> dict[str, str]:
        """Return the headers that tell a text from bytes."""
        return {} if is_text else {"content-length": str(len(body))}

    def checked(self, lines: str) -> str:
        """Return the header lines of a SEND. Raises JMSError if the broker would end the connection over them."""
        return lines

    def selector(self, selector: Selector) -> str:
        """Return the selector in the broker's language. Raises UnsupportedFeatureError."""
        raise UnsupportedFeatureError(f"{self.product} evaluates no selectors over STOMP")
