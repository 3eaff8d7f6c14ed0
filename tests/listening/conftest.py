from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.brokers import Broker
from tests.faults.proxy import Proxy
from tests.faults.targets import LASTING, each, url_of


@pytest.fixture(params=each(LASTING))
def address(request: pytest.FixtureRequest) -> str:
    """Return the URL of each broker by each protocol in turn."""
    name, protocol = LASTING[request.param]
    broker = request.getfixturevalue(name)
    assert isinstance(broker, Broker)
    return url_of(broker, protocol)


@pytest.fixture
def proxy(address: str) -> Iterator[Proxy]:
    """Return a proxy to the broker, which can cut its links."""
    it = Proxy(address)
    yield it
    it.close()


@pytest.fixture(params=["plain", "failover"])
def url(request: pytest.FixtureRequest, address: str) -> str:
    """Return the URL as it is, and in the transport that reconnects."""
    return f"failover:({address})" if request.param == "failover" else address


@pytest.fixture
def name() -> str:
    """Return the name of a destination that is used nowhere else."""
    return f"listening-{uuid.uuid4()}"
