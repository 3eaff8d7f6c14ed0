"""JMS errors for what pika reports."""

from __future__ import annotations

import pytest
from pika import exceptions

from jmslike.errors import ConnectionLostError, JMSError, JMSSecurityError
from jmslike_transports.amqp.errors import refusal


@pytest.mark.parametrize("guess", [exceptions.ProbableAuthenticationError, exceptions.ProbableAccessDeniedError])
@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (exceptions.StreamLostError("Stream connection lost"), ConnectionLostError),
        (exceptions.ConnectionClosedByBroker(403, "ACCESS_REFUSED - Login was refused"), JMSSecurityError),
        (exceptions.ConnectionClosedByBroker(530, "NOT_ALLOWED - vhost none not found"), JMSSecurityError),
    ],
)
def test_only_a_broker_that_gives_a_reason_refuses_the_user(
    guess: type[Exception], reason: Exception, error: type[JMSError]
) -> None:
    """C11: pika takes every end of a connection that is being opened for a refusal."""
    assert type(refusal(guess(repr(reason)), "host:5672")) is error


def test_a_reason_without_a_guess_is_a_refusal() -> None:
    assert type(refusal(exceptions.ConnectionClosedByBroker(403, "refused"), "host:5672")) is JMSSecurityError
