"""How a test has to end, given what the transport declares."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from jmslike.capabilities import NATIVE, Capabilities, Feature, Support, partial, unsupported
from jmslike.errors import JMSError, UnsupportedFeatureError
from jmslike.testing import Harness, Provider, Task
from jmslike.testing.behaviour import expectation, ids_in


def declaring(exceptions: Mapping[Feature, Support]) -> Capabilities:
    return Capabilities("product", "1.0", {**dict.fromkeys(Feature, NATIVE), **exceptions})


NO_DELAY = declaring({Feature.DELAY: unsupported("use a scheduler")})
NO_TX_07 = declaring({Feature.TRANSACTION: partial(TX_07="one queue at a time")})


@pytest.mark.parametrize(
    ("docstring", "ids"),
    [
        ("CONN-01: text", ["CONN-01"]),
        ("CONN-01, ACK-12: text, TX-01", ["CONN-01", "ACK-12"]),
        ("SC-01..SC-03, SC-I09..SC-I10: text", ["SC-01", "SC-02", "SC-03", "SC-I09", "SC-I10"]),
        ("Text on CONN-01.", []),
        ("", []),
        (None, []),
    ],
)
def test_ids_are_those_at_the_start(docstring: str | None, ids: list[str]) -> None:
    assert ids_in(docstring) == ids


def test_what_is_not_declared_otherwise_must_pass() -> None:
    with expectation(["TX-01"], [Feature.TRANSACTION], NO_TX_07):
        pass
    with pytest.raises(AssertionError), expectation(["TX-01"], [Feature.TRANSACTION], NO_TX_07):
        raise AssertionError


def test_a_refusal_of_a_supported_feature_is_a_failure() -> None:
    with pytest.raises(UnsupportedFeatureError), expectation(["ORD-06"], [Feature.TTL], NO_DELAY):
        raise UnsupportedFeatureError


def test_an_unsupported_feature_must_be_refused() -> None:
    with expectation(["ORD-06"], [Feature.TTL, Feature.DELAY], NO_DELAY):
        raise UnsupportedFeatureError
    with pytest.raises(pytest.fail.Exception, match="DELAY"), expectation(["ORD-06"], [Feature.DELAY], NO_DELAY):
        pass
    with pytest.raises(JMSError), expectation(["ORD-06"], [Feature.DELAY], NO_DELAY):
        raise JMSError


def test_a_declared_exception_must_fail() -> None:
    with pytest.raises(pytest.xfail.Exception, match="one queue"), expectation(["TX-06", "TX-07"], [], NO_TX_07):
        raise AssertionError
    with pytest.raises(pytest.fail.Exception, match="one queue") as failure, expectation(["TX-07"], [], NO_TX_07):
        pass
    assert not isinstance(failure.value, pytest.xfail.Exception)


def test_a_skip_stays_a_skip() -> None:
    for capabilities in (NO_DELAY, NO_TX_07):
        with pytest.raises(pytest.skip.Exception), expectation(["TX-07"], [Feature.DELAY], capabilities):
            pytest.skip("no hook")


def test_a_task_hands_on_what_its_call_gave_or_raised() -> None:
    def fail() -> None:
        raise KeyError

    assert Task(lambda: 7, 10).result() == 7
    with pytest.raises(KeyError):
        Task(fail, 10).result()


def test_the_end_of_a_test_is_bounded() -> None:
    """A thread that does not end is reported after the patience, not waited for forever."""
    provider = Provider(Harness("product", "none://", patience=0.01), NO_DELAY)
    over = threading.Event()
    task = provider.in_thread(over.wait)
    with pytest.raises(AssertionError, match="1 threads"):
        provider.close()
    over.set()
    assert task.result(10)


def test_a_missing_hook_skips() -> None:
    provider = Provider(Harness("product", "none://"), NO_DELAY)
    for hook in (provider.cut, provider.restart, provider.refused_user):
        with pytest.raises(pytest.skip.Exception, match="product"):
            hook()


def test_waiting_for_what_does_not_come_ends() -> None:
    provider = Provider(Harness("product", "none://", patience=0.01), NO_DELAY)
    provider.eventually(lambda: True)
    with pytest.raises(AssertionError, match="not true"):
        provider.eventually(lambda: False)
