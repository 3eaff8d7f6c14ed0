"""Administrative requests are retried where another attempt may succeed, until the timeout or the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaAdminClient, errors

from jmslike.errors import ConnectionLostError
from jmslike_transports.kafka.library import retries
from jmslike_transports.kafka.library.retries import Retries
from jmslike_transports.kafka.library.retrying_admin import RetryingAdmin

TIMEOUT = 20.0
REQUESTS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("list_topics", (), {}),
    ("describe_topics", (["t"],), {}),
    ("create_topics", ({"t": {}},), {"wait_for_metadata": True}),
    ("wait_for_topics", (["t"],), {}),
    ("delete_topics", (["t"],), {}),
    ("list_partition_offsets", ({},), {"isolation_level": 1}),
    ("describe_groups", (["g"],), {}),
    ("delete_groups", (["g"],), {}),
    ("list_group_offsets", ("g",), {}),
    ("alter_group_offsets", ("g", {}), {}),
]


class Admin:
    """Raises these errors, one with each request, before it answers."""

    def __init__(self, *raised: Exception) -> None:
        self.requests: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.invalidations = 0
        self._raised = list(raised)

    def __getattr__(self, name: str) -> Callable[..., str]:
        def request(*positional: Any, **named: Any) -> str:
            self.requests.append((name, positional, named))
            if self._raised:
                raise self._raised.pop(0)
            return "answer"

        return request

    def invalidate_coordinators(self) -> None:
        self.invalidations += 1


def retrying(admin: Any, timeout: float = TIMEOUT, check_loss: Callable[[], None] = lambda: None) -> RetryingAdmin:
    return RetryingAdmin(admin, Retries(timeout, check_loss))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_PAUSE", 0.0)


@pytest.mark.parametrize(("name", "positional", "named"), REQUESTS, ids=[name for name, _, _ in REQUESTS])
def test_each_request_is_that_of_the_administrator(
    name: str, positional: tuple[Any, ...], named: dict[str, Any]
) -> None:
    assert hasattr(KafkaAdminClient, name)
    admin = Admin(errors.NodeNotReadyError())
    assert getattr(retrying(admin), name)(*positional, **named) == "answer"
    assert admin.requests == [(name, positional, named)] * 2
    assert admin.invalidations == 2, "another broker may coordinate by now"


@pytest.mark.parametrize("error", [errors.GroupAuthorizationFailedError(), errors.UnknownTopicOrPartitionError()])
def test_what_no_other_broker_answers_is_raised_at_once(error: Exception) -> None:
    admin = Admin(error)
    with pytest.raises(type(error)):
        retrying(admin).list_topics()
    assert len(admin.requests) == 1


def test_it_ends_with_the_timeout() -> None:
    with pytest.raises(errors.NodeNotReadyError):
        retrying(Admin(*[errors.NodeNotReadyError()] * 2), timeout=-1.0).list_topics()


def test_it_ends_with_the_loss() -> None:
    checks: list[None] = []

    def check_loss() -> None:
        checks.append(None)
        if len(checks) > 1:
            raise ConnectionLostError("gone")

    admin = Admin(*[errors.NodeNotReadyError()] * 2)
    with pytest.raises(ConnectionLostError):
        retrying(admin, check_loss=check_loss).list_topics()
    assert len(admin.requests) == 1
