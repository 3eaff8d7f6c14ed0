from __future__ import annotations

import platform
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest

from jmslike.compare import provenance


@pytest.mark.parametrize(
    ("url", "libraries"),
    [
        ("native://", []),
        ("stomp://host", ["stomp.py"]),
        ("AMQPS://user:amqp%3A@host", ["pika"]),
        ("failover:(stomp://a,stomp://b)", ["stomp.py"]),
        ("nowhere://host", []),
    ],
)
def test_clients_of_a_url(url: str, libraries: list[str]) -> None:
    assert provenance.clients(url) == [f"{name} {version(name)}" for name in libraries]


def test_date_and_versions() -> None:
    date = datetime.fromisoformat(provenance.now())
    assert date.tzinfo is not None
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)
    assert provenance.host()
    assert provenance.versions()["python"] == platform.python_version()
    assert provenance.versions()["jmslike"] == version("jmslike")
