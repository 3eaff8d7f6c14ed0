"""A bounded embedded engine: what senders meet at its limits."""

from __future__ import annotations

from queue import SimpleQueue

import pytest

from jmslike import Message, ResourceAllocationError, Session, TransactionRolledBackError
from jmslike.testing import Harness, Provider
from jmslike.testing.line import Line
from jmslike.testing.steps import put

LIMITS = {
    "fails at a depth": "max_depth=2&when_full=fail",
    "blocks at a depth": "max_depth=2&when_full=block&block_timeout=0.05",
    "fails at a size": "max_bytes=1000&when_full=fail",
}


@pytest.fixture(scope="module", params=[(limit, where) for limit in LIMITS for where in ("in memory", "in a folder")])
def harness(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Harness:
    limit, where = request.param
    place = f"limits {limit}" if where == "in memory" else str(tmp_path_factory.mktemp("limits"))
    return Harness(f"{limit}, {where}", f"native://{place}?{LIMITS[limit]}")


class Failures:
    """A completion listener that notes why a message was not sent."""

    def __init__(self) -> None:
        self.seen: SimpleQueue[Exception | None] = SimpleQueue()

    def on_completion(self, message: Message) -> None:
        self.seen.put(None)

    def on_exception(self, message: Message, error: Exception) -> None:
        self.seen.put(error)


def test_a_full_queue_refuses_a_message_and_takes_it_once_there_is_room(jms: Provider) -> None:
    """ERR-05: ResourceAllocationError; nothing that was accepted is lost."""
    line = Line(jms)
    text = "x" * 300
    line.send_texts(f"1{text}", f"2{text}")
    with pytest.raises(ResourceAllocationError):
        line.send_texts(f"3{text}")
    assert line.next_text() == f"1{text}"
    line.send_texts(f"4{text}")
    assert line.next_texts(2) == [f"2{text}", f"4{text}"]
    assert line.is_silent()


def test_a_full_queue_harms_no_other(jms: Provider) -> None:
    """ERR-05: the limit is that of each queue."""
    line, other = Line(jms), Line(jms)
    text = "x" * 300
    line.send_texts(text, text)
    with pytest.raises(ResourceAllocationError):
        line.send_texts(text)
    other.send_texts(text)
    assert other.next_text() == text


def test_an_asynchronous_send_to_a_full_queue_is_reported_once(jms: Provider) -> None:
    """ERR-05, PROD-25, PROD-26: by send itself or by on_exception."""
    line = Line(jms)
    text = "x" * 300
    line.send_texts(text, text)
    failures = Failures()
    try:
        line.producer.send(line.session.create_text_message(text), completion_listener=failures)
    except ResourceAllocationError:
        assert failures.seen.empty()
    else:
        assert isinstance(failures.seen.get(timeout=jms.patience), ResourceAllocationError)
    assert line.next_texts(2) == [text, text]
    assert line.is_silent()


def test_a_commit_that_does_not_fit_is_rolled_back_whole(jms: Provider) -> None:
    """ERR-04, ERR-05, TX-13: TransactionRolledBackError, and neither its sends nor its receives have happened."""
    line, other = Line(jms), Line(jms)
    text = "x" * 300
    other.send_texts("consumed")
    transacted = line.connection.create_session(Session.SESSION_TRANSACTED)
    other.consumer.close()
    received = transacted.create_consumer(other.destination).receive(jms.patience)
    assert received is not None
    put(transacted, line.destination, text, text, text)
    with pytest.raises(TransactionRolledBackError):
        transacted.commit()
    assert line.is_silent()
    transacted.close()
    again = Line(jms, other.destination)
    assert again.next_text() == "consumed"
