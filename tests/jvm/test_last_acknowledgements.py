"""A session that closes while its thread waits for the provider has sent what was acknowledged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from jmslike.constants import SessionMode
from jmslike.spi import ACCEPT
from jmslike.testing.contract.border import Border
from jmslike_transports.jvm.crossings import cross
from tests.brokers import Broker
from tests.faults.proxy import Proxy
from tests.harnesses import jvm_harness

pytestmark = pytest.mark.broker("artemis")

TO_BEGIN = 500
"""Milliseconds in which the thread surely is in the call."""
LONGER_THAN_A_CLOSE_WAITS = 1.5
"""Seconds, for what its thread does without acknowledgements."""


@pytest.fixture
def proxy(artemis: Broker) -> Iterator[Proxy]:
    proxy = Proxy(jvm_harness(artemis, "artemis").url)
    yield proxy
    proxy.close()


@pytest.fixture
def border(artemis: Broker, proxy: Proxy) -> Iterator[Border]:
    border = Border(replace(jvm_harness(artemis, "artemis"), url=proxy.url))
    yield border
    border.close()


def test_what_was_acknowledged_does_not_come_again(border: Border, proxy: Proxy) -> None:
    """ACK-01, C7: its thread looks at a queue meanwhile, behind a provider that is silent for a while."""
    link, queue = border.session(SessionMode.AUTO_ACKNOWLEDGE), border.queue()
    border.send(border.session(), queue, ["1", "2"])
    subscription = border.subscribe(link, queue)
    receipts = [receipt for _, receipt, _ in border.receive_all(subscription, 2)]
    proxy.freeze()
    look = cross(subscription._worker.browse, 0, queue.name, None)  # type: ignore[attr-defined]
    assert not cross(look.ends, TO_BEGIN)
    subscription.settle(receipts, ACCEPT)
    closing = border.in_thread(link.close)
    with pytest.raises(TimeoutError):
        closing.result(LONGER_THAN_A_CLOSE_WAITS)
    proxy.thaw()
    closing.result(border.patience)
    assert border.remaining(queue) == []
