"""The channel on which a transacted session sends: its messages reach their queues at the commit, or never."""

from __future__ import annotations

from collections.abc import Sequence

from jmslike.errors import ConnectionLostError, JMSError, TransactionInDoubtError
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.publisher import Publication, emit
from jmslike_transports.amqp.wire import Wire


class TransactionChannel(Channel):
    """A channel in transaction mode."""

    def __init__(self, wire: Wire) -> None:
        self._returned: set[str] = set()
        super().__init__(wire)
        self.call("select transactions", self._select)

    def _select(self, reply: Reply) -> None:
        self.raw.add_on_return_callback(
            lambda _channel, _method, properties, _body: self._returned.add(properties.message_id)
        )
        self.raw.tx_select(callback=reply)

    def run(self, publications: Sequence[Publication]) -> list[Publication]:
        """Publish all and commit, and return those for which there was no queue.

        Raises TransactionInDoubtError if the connection is lost meanwhile; after any other error nothing was sent.
        """
        self._returned.clear()
        frames = [publication.frames(self.raw) for publication in publications]

        def start(reply: Reply) -> None:
            for each in frames:
                emit(self.raw, each)
            self.raw.tx_commit(callback=reply)

        self.wire.check()
        try:
            self.call("commit", start)
        except ConnectionLostError as error:
            raise TransactionInDoubtError(
                f"transaction in doubt: the broker did not answer the commit: {error}"
            ) from error
        except JMSError:
            self.close()
            raise
        return [publication for publication in publications if publication.properties.message_id in self._returned]
