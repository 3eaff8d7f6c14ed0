"""Failures of sends reach those whom they concern."""

from __future__ import annotations

import pytest

from jmslike import Queue
from jmslike.errors import ConnectionLostError, InvalidDestinationError, JMSError, ResourceAllocationError
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered
from jmslike_transports.shared.sender import unattended, watched


@pytest.mark.parametrize("error", [None, JMSError("refused")])
def test_a_failure_invalidates_before_it_is_told(error: JMSError | None) -> None:
    order = list[object]()
    watched(order.append, lambda: order.append("invalidated"))(error)
    assert order == ([None] if error is None else ["invalidated", error])


def test_the_loss_of_a_message_nobody_waits_for_is_reported() -> None:
    reported = list[JMSError]()
    completion = unattended(Queue("q"), reported.append)
    for error in (None, ConnectionLostError("cut"), InvalidDestinationError("no such queue")):
        completion(error)
    assert [(type(error), str(error)) for error in reported] == [
        (InvalidDestinationError, "a message to queue://q was lost: no such queue")
    ]


def test_a_session_that_closes_before_a_confirmation_is_no_lost_connection() -> None:
    """C5"""
    unconfirmed: OrderedCompletions[Unanswered] = OrderedCompletions()
    errors = list[JMSError | None]()
    unconfirmed.add(Unanswered(1, Queue("q"), errors.append))
    unconfirmed.close()
    unconfirmed.close()
    assert [type(error) for error in errors] == [ResourceAllocationError]
