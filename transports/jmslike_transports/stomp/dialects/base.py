"""What one broker understands by STOMP. Everything that differs from broker to broker is here, and nowhere else."""

from __future__ import annotations

import itertools
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from jmslike.capabilities import Feature, Support
from jmslike.errors import UnsupportedFeatureError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SubscriptionSpec
from jmslike_transports.stomp.mapping import ID, TIMESTAMP

if TYPE_CHECKING:
    from jmslike_transports.stomp.wire import Wire


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
    """How a subscription is asked for, and ended."""

    headers: dict[str, str]
    unsubscribe_headers: dict[str, str]
    private: bool
    """Whether nobody else could get its messages: then they are acknowledged when they are handed over."""
    credit: int = 0
    """The window in bytes, where the broker counts those; 0 where it counts messages."""
    divisible: bool = True
    """Whether another SUBSCRIBE shares the messages, so that more can be held than the window."""


class Dialect(ABC):
    """One broker. Made for each connection, from the `server` header of its CONNECTED frame."""

    product: ClassVar[str]
    features: ClassVar[Mapping[Feature, Support]]
    acks_in_transactions: ClassVar[bool] = False
    """Whether ACK obeys its transaction header, so that a commit is one."""
    survives_errors: ClassVar[bool] = False
    """Whether a connection goes on after an ERROR frame that answers no request."""
    nack_requeues: ClassVar[bool] = False
    """Whether NACK gives a message back, rather than dropping it or sending it to a dead-letter queue."""
    placeholder: ClassVar[Mapping[str, str] | None] = None
    """The headers of a SUBSCRIBE to nothing, where UNSUBSCRIBE gives nothing back: under the id of a subscription that
    has ended, it lets what that one pushed be settled."""
    confirms_commits: ClassVar[bool] = True
    """Whether the receipt of a COMMIT says that the broker took responsibility for what it sends."""
    id_headers: ClassVar[tuple[str, ...]] = (ID,)
    """Where JMSMessageID goes."""
    timestamp_headers: ClassVar[tuple[str, ...]] = (TIMESTAMP,)
    """Where JMSTimestamp goes."""
    modes: ClassVar[Mapping[int, str]] = {1: "false", 2: "true"}
    """What the header `persistent` says for each delivery mode; left out where there is no word."""

    def __init__(self, server: str) -> None:
        self.version = (server.partition("/")[2].split() or ["unknown"])[0]
        self._mark = f"jmslike-temporary.{uuid.uuid4()}."
        self._temporary_numbers = itertools.count(1)

    def features_of(self, wire: Wire, connected: Mapping[str, str]) -> Mapping[Feature, Support]:
        """Give the features of the very broker that sent a CONNECTED frame with these headers; it may be asked."""
        return self.features

    def client_id_claim(self, client_id: str) -> BrokerRequest | None:
        """Say how to claim a client id, where CONNECT does not; what is refused is in use."""
        return None

    def create_temporary(self, wire: Wire, kind: type[Destination]) -> str:
        """Make a temporary destination and give its name, which nobody else has."""
        return self.new_temporary_name()

    def new_temporary_name(self) -> str:
        """Give a name that nobody else has, and that tells `owns_temporary` where it is from."""
        return f"{self._mark}{next(self._temporary_numbers)}"

    def owns_temporary(self, name: str) -> bool:
        """Tell whether a temporary destination of that name was made by this connection, be it deleted or not."""
        return name.startswith(self._mark)

    def browse_headers(self, queue: Destination, selector: Selector | None) -> dict[str, str]:
        """Give the headers of a SUBSCRIBE that looks at a queue until a MESSAGE says `browser:end`."""
        raise UnsupportedFeatureError(f"{self.product} has no browsing over STOMP")

    @abstractmethod
    def address(self, destination: Destination) -> dict[str, str]:
        """Give the headers that name the destination of a SEND."""

    @abstractmethod
    def subscription_plan(self, spec: SubscriptionSpec, client_id: str | None) -> SubscriptionPlan:
        """Say how to subscribe."""

    @abstractmethod
    def unsubscribe_requests(self, name: str, client_id: str | None) -> list[BrokerRequest]:
        """Say how to delete a durable subscription."""

    def cleanup_request(self, spec: SubscriptionSpec, client_id: str | None) -> BrokerRequest | None:
        """Say what is to be done after a consumer has ended; a refusal is no error."""
        return None

    def delete_requests(self, temporary: Destination) -> list[BrokerRequest]:
        """Say how to delete a temporary destination, if the broker does not do it by itself."""
        return []

    @abstractmethod
    def headers(self, envelope: Envelope) -> dict[str, str]:
        """Give the headers that only some messages have."""

    @abstractmethod
    def read(self, frame: Any, destination: Destination) -> Envelope:
        """Give the envelope of a MESSAGE frame."""

    def attempts(self, frame: Any) -> int:
        """Tell how often the message was handed over before."""
        return 1 if frame.headers.get("redelivered") == "true" else 0

    def length_headers(self, body: bytes, *, is_text: bool) -> dict[str, str]:
        """Give the headers that tell a text from bytes."""
        return {} if is_text else {"content-length": str(len(body))}

    def checked(self, lines: str) -> str:
        """Give the header lines of a SEND. Raises JMSError for those over which the broker would end the connection."""
        return lines

    def selector(self, selector: Selector) -> str:
        """Give the selector in the broker's language. Raises UnsupportedFeatureError."""
        raise UnsupportedFeatureError(f"{self.product} evaluates no selectors over STOMP")
