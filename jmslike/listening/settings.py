"""What is said of a listener beside its destination: checked once, where it is written down."""

from __future__ import annotations

import uuid
from typing import Final, TypedDict

from jmslike.connection import check_session_mode
from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.context_consumer import JMSConsumer
from jmslike.destinations import Destination, Topic, destination_of
from jmslike.errors import UnsupportedFeatureError
from jmslike.exact import exact_boolean
from jmslike.message_factory import MessageConverter, optional_converter


class ListenerOptions(TypedDict, total=False):
    """The keywords of `ListenerContainer` and `jms_listener`; see `ListenerSettings`."""

    concurrency: int
    selector: str | None
    subscription: str | None
    durable: bool
    client_id: str | None
    session_mode: int
    converter: MessageConverter | None


class ListenerSettings:
    """A destination, and how it is listened to. Never changes."""

    def __init__(
        self,
        destination: Destination | str,
        *,
        concurrency: int = 1,
        selector: str | None = None,
        subscription: str | None = None,
        durable: bool = False,
        client_id: str | None = None,
        session_mode: int = SessionMode.SESSION_TRANSACTED,
        converter: MessageConverter | None = None,
    ) -> None:
        """Check what needs no provider.

        `concurrency` is a number of sessions, each with a thread. `subscription` is the name of a topic's
        subscription: shared, and `durable` if that is set. A durable one of a single session with a client id is not
        shared. Several sessions of a topic share a subscription also without a name, which then ends with them.

        Raises InvalidDestinationError; ValueError for a number of sessions below 1, for a subscription of a queue, for
        a durable one without a name, and for what is no converter; JMSError for an unknown session mode.
        """
        self.destination: Final = destination_of(destination)
        self.concurrency: Final = _number_of_sessions(concurrency)
        self.selector: Final = selector
        self.durable: Final = exact_boolean(durable, "durable")
        self.client_id: Final = client_id
        self.session_mode: Final = check_session_mode(session_mode)
        self.converter: Final = optional_converter(converter)
        self._subscription = subscription
        is_queue = self.destination.is_queue
        if is_queue and (subscription is not None or durable):
            raise ValueError(f"only a topic has subscriptions, and {self.destination} is a queue")
        if durable and subscription is None:
            raise ValueError(f"a durable subscription of {self.destination} needs a name: subscription=...")

    def subscription_name(self) -> str | None:
        """Return the name of the subscription that the sessions of one container share; None if they share none."""
        if self._subscription is None and self.concurrency > 1 and not self.destination.is_queue:
            return f"listening-{uuid.uuid4().hex}"
        return self._subscription

    def consumer(self, context: JMSContext, subscription: str | None) -> JMSConsumer:
        """Make the consumer of one session. Raises what the `create_` methods of a context raise."""
        destination = self.destination
        if subscription is None or not isinstance(destination, Topic):
            return context.create_consumer(destination, self.selector)
        if self.durable and self.concurrency == 1 and context.client_id is not None:
            return context.create_durable_consumer(destination, subscription, self.selector)
        shared = context.create_shared_durable_consumer if self.durable else context.create_shared_consumer
        try:
            return shared(destination, subscription, self.selector)
        except UnsupportedFeatureError as error:
            error.add_note(
                "; without a shared subscription, a topic has concurrency=1 and no subscription=, "
                "or a durable one with a client_id="
            )
            raise


def _number_of_sessions(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"concurrency is a number of sessions, 1 or more, not {value!r}")
    return value
