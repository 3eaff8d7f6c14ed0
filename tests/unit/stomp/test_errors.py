"""What an ERROR frame means, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from jmslike import Queue, TransactionInDoubtError, TransactionRolledBackError
from jmslike.errors import (
    ConnectionLostError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
)
from jmslike.spi import SessionSpec
from jmslike.testing.contract.border import Completions, Recorder, message
from jmslike_transports.stomp.address import parse_address
from jmslike_transports.stomp.transport import StompTransport
from jmslike_transports.stomp.wire import error_of
from tests.unit.stomp.server import Obliging, Server


@pytest.mark.parametrize(
    ("text", "connecting", "kind"),
    [
        ("User name [u] or password is invalid", True, JMSSecurityError),
        ("Broker: b - Client: c already connected from x", True, InvalidClientIDError),
        ("User: u does not have permission='SEND' on address limits", False, JMSSecurityError),
        ("User u is not authorized to write to: queue://q", False, JMSSecurityError),
        ("NOT_FOUND - no queue 'logins' in vhost '/'", False, InvalidDestinationError),
        ("The destination temp-queue://password-resets does not exist.", False, InvalidDestinationError),
        ("AMQ229102: Address full", False, ResourceAllocationError),
        ("what", False, JMSError),
    ],
)
def test_the_text_tells_the_kind(text: str, connecting: bool, kind: type[JMSError]) -> None:
    assert type(error_of(text, connecting=connecting)) is kind


class Angry(Obliging):
    """Confirms no SEND, and answers COMMIT with an ERROR that does not say what it is about."""

    def answer_to(self, frame: bytes) -> bytes:
        if frame.startswith(b"SEND\n"):
            return b""
        return b"ERROR\nmessage:no\n\n\0" if frame.startswith(b"COMMIT\n") else super().answer_to(frame)


@pytest.fixture
def transport() -> Iterator[StompTransport]:
    server = Angry()
    with closing(StompTransport(parse_address(server.url, {}, None, None))) as it:
        it.open(Recorder())
        yield it
    server.close()


def test_an_error_that_may_be_about_an_asynchronous_send_leaves_a_commit_in_doubt(transport: StompTransport) -> None:
    link = transport.session(SessionSpec(transacted=True))
    sender, completions = link.sender(Queue("q")), Completions()
    sender.send(message(Queue("q")), completions.of(1))
    with pytest.raises(TransactionInDoubtError):
        link.commit([(sender, message(Queue("q")))], [])
    assert completions.wait_for(1, 10)
    assert isinstance(completions.calls[0][1], ConnectionLostError)


def test_an_error_when_one_answer_is_due_is_that_answer(transport: StompTransport) -> None:
    link = transport.session(SessionSpec(transacted=True))
    with pytest.raises(TransactionRolledBackError, match="no"):
        link.commit([(link.sender(Queue("q")), message(Queue("q")))], [])


def test_a_broker_that_quotes_the_whole_message_is_cut_short() -> None:
    with closing(Server({b"CONNECT": b"ERROR\nmessage:bad %b\n\n\0" % (b"x" * 10_000)})) as server:
        transport = StompTransport(parse_address(server.url, {}, None, None))
        with pytest.raises(JMSError, match=r"bad x{100}") as caught:
            transport.open(Recorder())
    assert len(str(caught.value)) < 1000
