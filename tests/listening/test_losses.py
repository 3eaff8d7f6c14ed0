"""A container whose links are cut while it works: it goes on by itself, and loses nothing."""

from __future__ import annotations

from functools import partial

import pytest

from jmslike import Message
from jmslike.listening import JmsTemplate, ListenerContainer
from tests.brokers import Broker
from tests.faults.proxy import Proxy
from tests.faults.targets import KINDS, each, url_of
from tests.unit.listening.steps import eventually

BATCH = 50
CUTS = 3
PATIENCE = 60


TARGETS = {name: target for name, target in KINDS.items() if name != "artemis"}
"""Without Artemis: 2.44 may keep what it pushed to a link that was reset, and deliver that only after a restart."""


@pytest.fixture(params=each(TARGETS))
def address(request: pytest.FixtureRequest) -> str:
    """Return the URL of each broker by each protocol that a proxy can stand before."""
    name, protocol = TARGETS[request.param]
    broker = request.getfixturevalue(name)
    assert isinstance(broker, Broker)
    return url_of(broker, protocol)


@pytest.mark.parametrize("form", ["{}", "failover:({})"])
def test_a_container_goes_on_after_cuts(address: str, proxy: Proxy, form: str, name: str) -> None:
    done: set[str | None] = set()

    def listener(message: Message) -> None:
        done.add(message.get_body(str))

    with JmsTemplate(address) as template:
        with ListenerContainer(form.format(proxy.url), name, listener, concurrency=4) as container:
            for batch in range(CUTS + 1):
                for number in range(BATCH):
                    template.send(name, f"{batch}-{number}")
                begun = batch * BATCH + BATCH // 5
                eventually(partial(_reached, done, begun), PATIENCE)
                if batch < CUTS:
                    proxy.cut()
                    eventually(lambda: container.is_healthy, PATIENCE)
            eventually(lambda: len(done) == BATCH * (CUTS + 1), PATIENCE)
        assert template.receive(name, 0.5) is None
        assert template.receive(f"DLQ.{name}", 0.1) is None


def _reached(done: set[str | None], count: int) -> bool:
    return len(done) >= count
