"""A commit over AMQP that fails in part says what became of it."""

from __future__ import annotations

import pytest

from jmslike import JMSSecurityError, Session, TransactionInDoubtError
from tests.faults.administrator import Administrator, Guest, Permissions
from tests.faults.steps import PATIENCE, Connect, put, text_of


def test_a_queue_is_gone_that_may_not_be_declared_again(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    """The other queues have their messages by then, and what was received is redelivered."""
    connection = connect(guest.url)
    put(connection.create_session(), f"{name}-in", ["received"])
    session = connection.create_session(Session.SESSION_TRANSACTED)
    for queue in (name, f"{name}-gone"):
        put(session, queue, ["before"])
    session.commit()
    administrator.ask("DELETE", "queues", guest.name, f"{name}-gone")
    administrator.permit(guest.name, Permissions(configure=f"^{name}(-in)?$"))
    with pytest.raises(JMSSecurityError):  # ends the channel for which the broker knows what was permitted
        put(connection.create_session(), f"{name}-forbidden", ["refused"])

    received = session.create_consumer(session.create_queue(f"{name}-in")).receive(PATIENCE)
    assert text_of(received) == "received"
    for queue in (name, f"{name}-gone"):
        put(session, queue, ["sent"])
    with pytest.raises(TransactionInDoubtError):
        session.commit()

    session = connect(guest.url).create_session()
    consumer = session.create_consumer(session.create_queue(name))
    assert [text_of(consumer.receive(PATIENCE)) for _ in range(2)] == ["before", "sent"]
    connection.close()
    assert text_of(session.create_consumer(session.create_queue(f"{name}-in")).receive(PATIENCE)) == "received"
