"""Sessions and what they keep, with a server that grants everything and sends nothing by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jmslike import Queue, TemporaryTopic, TransactionRolledBackError
from jmslike.errors import ConnectionLostError, InvalidClientIDError, InvalidDestinationError, MessageFormatError
from jmslike.spi import Completion, SessionSpec, SubscriptionSpec
from jmslike.testing.contract.border import Recorder, message
from jmslike_transports.stomp.address import parse_address
from jmslike_transports.stomp.link import StompLink
from jmslike_transports.stomp.transport import StompTransport
from tests.unit.stomp.server import Obliging

QUEUE = Queue("q")


@pytest.fixture
def server() -> Iterator[Obliging]:
    it = Obliging()
    yield it
    it.close()


@pytest.fixture
def transport(server: Obliging) -> Iterator[StompTransport]:
    it = StompTransport(parse_address(server.url, {}, None, None))
    it.open(Recorder())
    yield it
    it.close()


@pytest.fixture
def link(transport: StompTransport) -> StompLink:
    return transport.session(SessionSpec(transacted=True))


def test_a_subscription_that_is_over_is_forgotten(link: StompLink) -> None:
    for _ in range(10):
        link.subscribe(SubscriptionSpec(QUEUE)).close()
    assert len(link.subscriptions.all()) == 1


def test_nothing_is_kept_of_a_temporary_destination_that_is_deleted(transport: StompTransport, link: StompLink) -> None:
    deleted, kept = (TemporaryTopic(transport.create_temporary(TemporaryTopic)) for _ in range(2))
    sender = link.sender(deleted)
    sender.send(message(deleted))
    transport.delete_temporary(deleted)
    with pytest.raises(InvalidDestinationError):
        sender.send(message(deleted))
    with pytest.raises(InvalidDestinationError):
        link.subscribe(SubscriptionSpec(deleted))
    link.sender(kept).send(message(kept))
    link.sender(TemporaryTopic("of others")).send(message(kept))
    assert transport.connection.inventory.close() == {kept}


class LossAtEntry:
    """Stands for a lock: the connection is lost when it is asked for, and all subscriptions so far have been told."""

    def __init__(self, server: Obliging, transport: StompTransport) -> None:
        self._lose = server.end_links
        self._told = threading.Event()
        transport.connection.wire.on_lost = lambda _: self._told.set()

    def __enter__(self) -> None:
        self._lose()
        assert self._told.wait(10)

    def __exit__(self, *exc_info: object) -> None:
        pass


def test_a_subscription_that_is_made_at_a_loss_does_not_wait(
    server: Obliging, transport: StompTransport, link: StompLink
) -> None:
    kept = link.subscriptions
    lock, kept._lock = kept._lock, LossAtEntry(server, transport)  # type: ignore[assignment]
    subscription = link.subscribe(SubscriptionSpec(QUEUE))
    kept._lock = lock
    with pytest.raises(ConnectionLostError):
        subscription.take(10)


@pytest.mark.parametrize("unsendable", [{"body": "\ud800"}, {"properties": {"p": "\ud800"}}])
def test_a_commit_of_what_cannot_be_sent_is_rolled_back(link: StompLink, unsendable: dict[str, Any]) -> None:
    with pytest.raises(TransactionRolledBackError, match="surrogate"):
        link.commit([(link.sender(QUEUE), message(QUEUE, **unsendable))], [])


@pytest.mark.parametrize("completion", [None, lambda error: None])
def test_a_property_that_cannot_be_sent_is_refused(link: StompLink, completion: Completion | None) -> None:
    sender = link.sender(QUEUE)
    with pytest.raises(MessageFormatError):
        sender.send(message(QUEUE, properties={"p": "\ud800"}), completion)
    sender.send(message(QUEUE))


@pytest.mark.parametrize("client_id", ["a\nhost:other", "a\r", "a\0b", "\ud800"])
def test_a_client_id_cannot_add_headers(transport: StompTransport, client_id: str) -> None:
    with pytest.raises(InvalidClientIDError):
        transport.identify(client_id)
