"""One message through a listener: what the listener gets, and what becomes of what it returns."""

from __future__ import annotations

import logging
from typing import Any

from jmslike.context import JMSContext
from jmslike.context_producer import JMSProducer
from jmslike.core.listener_calls import message_call, refuse_unrun
from jmslike.destinations import Destination
from jmslike.errors import InvalidDestinationError
from jmslike.message import Message
from jmslike.message_factory import MessageConverter

_log = logging.getLogger("jmslike.listening")


class Listener:
    """The application's function with its converter. Several threads may call it at once."""

    def __init__(self, listener: Any, converter: MessageConverter | None) -> None:
        """Raises ValueError for what cannot be a listener, such as a coroutine function."""
        call = message_call(listener)
        if call is None:
            raise ValueError("a listener is a callable that takes one message, not None")
        self._call = call.call
        self._converter = converter

    def handle(self, message: Message, context: JMSContext) -> None:
        """Call the listener, and send what it returns to JMSReplyTo. Raises what the listener or the converter raises,
        and what sending raises.
        """
        reply_to = message.reply_to
        reply = None if reply_to is None else self._reply_to(message, context)  # before the listener changes a header
        result = self._call(message if self._converter is None else self._converter.from_message(message))
        if result is None:
            return
        refuse_unrun(result)
        if reply is None or reply_to is None:
            return
        try:
            reply.send(reply_to, result)
        except InvalidDestinationError as error:
            _drop_reply(message, reply_to, error)

    def _reply_to(self, message: Message, context: JMSContext) -> JMSProducer:
        """Make the producer of a reply, which gets the correlation id of the request, else its message id."""
        reply = context.create_producer(converter=self._converter)
        text, octets = message.correlation_id, message.correlation_id_as_bytes
        if text is None or octets is None:
            return reply.set_correlation_id(message.message_id)
        if text.encode("utf-8", "surrogatepass") == octets:
            return reply.set_correlation_id(text)
        return reply.set_correlation_id_as_bytes(octets)  # no text


def _drop_reply(message: Message, reply_to: Destination, error: InvalidDestinationError) -> None:
    """Go on without the reply if its reader is gone. To repeat the work would not bring the reader back."""
    if not reply_to.is_temporary:
        raise error
    _log.warning("the reply to %s is dropped: the requestor has deleted %s", message.message_id, reply_to)
