"""The brokers that only Java clients speak to, through those."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import jmslike
from jmslike import JMSSecurityError
from jmslike.testing import Harness
from tests.brokers import Broker, LocalBroker
from tests.brokers.openmq import OpenMQ
from tests.brokers.qpid import Qpid, configuration
from tests.harnesses import jvm_harness

KEPT = [str(number) for number in range(20)]
PATIENCE = 30.0


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.broker(name)) for name in (Qpid.name, OpenMQ.name)])
def running(request: pytest.FixtureRequest) -> Broker:
    it = request.getfixturevalue(request.param)
    assert isinstance(it, Broker)
    return it


@pytest.fixture
def harness(running: Broker) -> Harness:
    return jvm_harness(running, running.name)


def test_it_knows_its_user_and_refuses_others(running: Broker, harness: Harness) -> None:
    with jmslike.connect(harness.url, **harness.options) as context:
        assert context.create_consumer(context.create_temporary_queue()).receive_no_wait() is None
    user, password = running.refused_user
    with pytest.raises(JMSSecurityError):
        jmslike.ConnectionFactory(harness.url, **harness.options).create_connection(user, password)


@pytest.mark.parametrize("end", [LocalBroker.kill, LocalBroker.stop])
def test_it_comes_back_with_its_messages(running: Broker, harness: Harness, end: Callable[[LocalBroker], None]) -> None:
    if not isinstance(running, LocalBroker):
        pytest.skip(f"{running.name} was not started by the tests")
    with jmslike.connect(harness.url, **harness.options) as context:
        queue = context.create_queue(f"kept_{end.__name__}")
        for body in KEPT:
            context.create_producer().send(queue, body)
    end(running)
    assert not running.running
    running.restart()
    with jmslike.connect(harness.url, **harness.options) as context, context.create_consumer(queue) as consumer:
        assert [consumer.receive_body(str, PATIENCE) for _ in KEPT] == KEPT


def test_a_broker_j_whose_virtual_host_is_wrong_does_not_run(
    qpid: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(qpid, Qpid):
        pytest.skip("it was not started by the tests")
    wrong = {"name": "default", "type": "JSON", "virtualHostInitialConfiguration": '{"type": "none"}'}
    right = configuration(1)
    monkeypatch.setattr("tests.brokers.qpid.configuration", lambda port: {**right, "virtualhostnodes": [wrong]})
    broken = Qpid(tmp_path)
    with pytest.raises(RuntimeError, match="qpid did not start"):
        broken.start()
    assert not broken.running
