"""A connection is lost once, and hosts are tried in turn."""

from __future__ import annotations

import pytest

from jmslike.errors import ConnectionLostError, InvalidClientIDError, JMSError, JMSSecurityError
from jmslike_transports.shared.loss import LosableConnection, connect_in_turn, lost_again, perhaps_sent, reason_of
from tests.unit.transports.connections import Connection

CUT, AGAIN = ConnectionLostError("the cable was cut"), ConnectionLostError("the cable was cut again")


def test_a_loss_is_told_once_with_its_first_reason() -> None:
    connection, reported = Connection(), list[JMSError]()
    connection.on_lost = reported.append
    connection.check()
    connection.lose(CUT)
    connection.lose(AGAIN)
    assert (connection.ends, reported, connection.reason) == ([CUT], [CUT], CUT)
    with pytest.raises(ConnectionLostError, match="the connection is lost: the cable was cut") as caught:
        connection.check()
    assert caught.value.__cause__ is CUT


def test_the_end_of_a_connection_that_is_closed_is_not_reported() -> None:
    connection, reported = Connection(), list[JMSError]()
    connection.on_lost = reported.append
    assert connection._begin_close()
    assert not connection._begin_close()
    connection.lose(CUT)
    assert (connection.ends, reported) == ([CUT], [])


def test_any_other_reason_becomes_the_cause_of_a_lost_connection() -> None:
    connection, reported, fenced = Connection(), list[JMSError](), JMSError("another session took over")
    connection.on_lost = reported.append
    connection.lose(fenced)
    assert [(type(error), str(error), error.__cause__) for error in reported] == [
        (ConnectionLostError, "another session took over", fenced)
    ]


def test_a_broker_that_is_given_up_is_lost() -> None:
    connection = Connection()
    assert str(connection.give_up("no answer")) == "the connection is lost: no answer"
    assert connection.is_lost


def test_a_send_without_an_answer_says_once_what_is_lost_and_what_became_of_the_message() -> None:
    connection = Connection()
    lost = connection.give_up("no answer")
    for error in (lost, lost_again(lost), CUT):
        found = str(perhaps_sent(error))
        assert (found.count("is lost"), found.count("the message may have arrived")) == (1, 1)
        assert found.startswith(f"the connection is lost: {reason_of(error)}; ")
    refused = JMSError("too large")
    assert perhaps_sent(refused) is refused


def test_who_waits_is_told_before_the_application() -> None:
    order = list[str]()

    class Told(LosableConnection):
        def _abandon(self, reason: JMSError) -> None:
            order.append("waiting")

    connection = Told()
    connection.on_lost = lambda _: order.append("application")
    connection.lose(CUT)
    assert order == ["waiting", "application"]


HOSTS = (("one", 1), ("two", 2), ("three", 3))


def test_the_first_host_that_answers_is_taken() -> None:
    tried = list[str]()

    def connect(host: str, port: int) -> int:
        tried.append(host)
        if host == "one":
            raise ConnectionLostError("refused")
        return port

    assert connect_in_turn(HOSTS, connect, "STOMP") == 2
    assert tried == ["one", "two"]


def test_what_is_wrong_with_each_host_is_told() -> None:
    def connect(host: str, port: int) -> None:
        raise ConnectionLostError(f"{host} is down")

    with pytest.raises(ConnectionLostError, match="no connection to one:1: one is down; two:2: two is down; three:3"):
        connect_in_turn(HOSTS, connect, "STOMP")


@pytest.mark.parametrize(
    ("error", "final"),
    [(JMSSecurityError("no"), (JMSSecurityError,)), (InvalidClientIDError("no"), (InvalidClientIDError,))],
)
def test_what_every_host_would_say_is_raised_at_once(error: JMSError, final: tuple[type[JMSError], ...]) -> None:
    tried = list[str]()

    def connect(host: str, port: int) -> None:
        tried.append(host)
        raise error

    with pytest.raises(type(error)):
        connect_in_turn(HOSTS, connect, "STOMP", final)
    assert tried == ["one"]
