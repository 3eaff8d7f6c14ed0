from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

import jmslike
from jmslike import JMSContext
from jmslike.capabilities import Capabilities, Feature, unsupported
from jmslike.spi import Events
from jmslike_transports.native.transport import NativeTransport


@pytest.fixture
def url() -> Iterator[str]:
    url = f"native://operating-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)


@pytest.fixture
def other() -> Iterator[str]:
    """Return the URL of another provider."""
    url = f"native://elsewhere-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)


@pytest.fixture
def context(url: str) -> Iterator[JMSContext]:
    with jmslike.connect(url) as context:
        yield context


@pytest.fixture
def lack(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the connections that are made from now on lack these features."""

    def lack(*features: Feature) -> None:
        opened = NativeTransport.open
        missing = dict.fromkeys(features, unsupported("a test"))

        def open_(transport: NativeTransport, events: Events) -> Capabilities:
            found = opened(transport, events)
            return Capabilities(found.product, found.version, {**found.features, **missing})

        monkeypatch.setattr(NativeTransport, "open", open_)

    return lack
