"""The options of `failover:`, and the pauses that follow from them."""

from __future__ import annotations

import pytest

from jmslike.errors import JMSError
from jmslike.factory import ConnectionFactory
from jmslike_transports.failover.policy import Backoff, Policy, parse_policy


def test_defaults_are_those_that_are_documented() -> None:
    assert parse_policy({}) == Policy(0.1, 30.0, -1, 10.0, 30.0)


def test_values_are_read() -> None:
    given = {"initial_delay": "0", "max_delay": "5", "max_reconnects": "3", "request_timeout": "4"}
    assert parse_policy(given) == Policy(0.0, 5.0, 3, 10.0, 4.0)


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ("initial_delay=-1", "option initial_delay is '-1', but it takes at least 0 seconds"),
        ("max_delay=0", "option max_delay is '0', but it takes at least 0.001 seconds"),
        ("max_reconnects=-2", "option max_reconnects is '-2', but it takes a whole number of at least -1"),
        ("max_reconnects=1.5", "option max_reconnects is '1.5', but it takes a whole number of at least -1"),
    ],
)
def test_bad_values_are_refused_with_the_url(option: str, error: str) -> None:
    with pytest.raises(JMSError) as caught:
        ConnectionFactory(f"failover:(native://policy)?{option}").create_connection()
    assert str(caught.value) == f"failover:(native://policy): {error}"


def test_a_bad_value_of_an_inner_url_is_refused_before_anything_is_tried() -> None:
    with pytest.raises(JMSError, match=r"^native://policy: option max_depth is 'deep'"):
        ConnectionFactory("failover:(native://policy?max_depth=deep)").create_connection()


@pytest.mark.parametrize(
    ("initial", "pauses"), [(1.0, [1, 2, 4, 5, 5]), (9.0, [5, 5, 5, 5, 5]), (0.0, [0, 0.001, 0.002, 0.004, 0.008])]
)
def test_pauses_double_up_to_the_longest(initial: float, pauses: list[float]) -> None:
    backoff = Backoff(Policy(initial_delay=initial, max_delay=5), jitter=lambda shortest, longest: longest)
    for _ in range(2):
        assert [backoff.next() for _ in pauses] == pauses
        backoff.reset()


def test_a_pause_is_shortened_by_up_to_a_half() -> None:
    backoff = Backoff(Policy(initial_delay=4, max_delay=4))
    pauses = [backoff.next() for _ in range(100)]
    assert all(2 <= pause <= 4 for pause in pauses)
    assert len(set(pauses)) > 1
