"""Messages that no call waits for are not lost silently."""

from __future__ import annotations

import pytest

from jmslike import DeliveryMode, InvalidDestinationError, JMSError, JMSSecurityError
from tests.faults.administrator import Administrator, Guest, Permissions
from tests.faults.steps import PATIENCE, Connect, Losses, put


@pytest.mark.parametrize(("change", "kind"), [("permissions", JMSSecurityError), ("queue", InvalidDestinationError)])
def test_a_message_that_is_not_persistent_is_refused(
    administrator: Administrator, guest: Guest, connect: Connect, name: str, change: str, kind: type[JMSError]
) -> None:
    put(connect(guest.url).create_session(), name, ["before"])
    connection, losses = connect(guest.url), Losses()
    connection.exception_listener = losses
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(name))
    producer.delivery_mode = DeliveryMode.NON_PERSISTENT
    if change == "permissions":
        administrator.permit(guest.name, Permissions(write="^$"))
    else:
        producer.send(session.create_text_message("taken"))
        put(session, f"{name}-other", ["which is taken after it"])
        administrator.ask("DELETE", "queues", guest.name, name)
    producer.send(session.create_text_message("refused"))
    assert losses.reported.wait(PATIENCE)
    assert isinstance(losses.errors[0], kind)
    assert name in str(losses.errors[0])
