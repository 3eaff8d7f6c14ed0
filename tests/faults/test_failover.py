"""Connections by `failover:` outlive what brokers and networks do: nothing is lost, what comes twice is marked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jmslike import Connection, JMSError, MessageConsumer, Session
from tests.brokers.broker import free_ports
from tests.faults.cuts import CUTS, Cut, at, set_trap
from tests.faults.failover_load import FailoverLoad
from tests.faults.kills import kills_of, run
from tests.faults.proxy import Proxy, port_of
from tests.faults.steps import PATIENCE, Connect, put, take, text_of
from tests.faults.tally import Costs
from tests.faults.targets import Target

SOON = 1
DELAY = 0.02
LOGGING_IN = {"stomp": [b"CONNECT"], "amqp": [b"\0\x0a\0\x0b", b"\0\x0a\0\x1f", b"\0\x0a\0\x28"]}
"""What a client sends: CONNECT; connection.start-ok, tune-ok and open."""


def check(costs: Costs) -> None:
    """Check that nothing is lost, and that what came twice is marked as redelivered, or was sent again."""
    assert costs.lost == 0, str(costs)
    assert costs.unmarked == 0, str(costs)
    assert costs.duplicates <= costs.delivered_again + costs.sent_again, str(costs)


def test_the_broker_is_killed(lasting: Target) -> None:
    check(run(FailoverLoad(lasting.shared_url, 2000), kills_of(lasting.broker, 3)))


def test_the_network_fails(ours: Target, proxy: Proxy) -> None:
    """The first of two hosts is dead, and the link to the second is cut, half-closed, silent, and slow."""
    (port,) = free_ports(1)
    dead = ours.url.replace(f":{port_of(ours.url)}", f":{port}")
    options: dict[str, Any] = {"connect_timeout": SOON}
    if ours.protocol == "jvm:artemis":  # which counts as delivered what it had pushed to each link that was lost
        options["max_redeliveries"] = -1
    load = FailoverLoad(f"{dead},{ours.with_heartbeats(proxy.url, SOON)}", 1000, **options)

    def fall_silent() -> None:
        load.interrupted.clear()
        proxy.freeze()
        assert load.interrupted.wait(PATIENCE)
        proxy.thaw()

    def be_slow() -> None:
        proxy.delay = DELAY

    faults = [proxy.cut, proxy.half_close, fall_silent, be_slow, proxy.cut]
    if ours.broker.name == "artemis":  # what it delivered to a link that was cut, it may keep until it is restarted
        faults = [proxy.cut, proxy.cut, fall_silent, be_slow, proxy.cut, *kills_of(ours.broker, 1)]
    check(run(load, faults))


def test_a_host_that_stays_silent_is_passed_over(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    proxy.freeze()
    connection = connect(f"failover:({proxy.url},{target.url})", connect_timeout=SOON)
    session = connection.create_session()
    put(session, name, ["sent"])
    assert take(session.create_consumer(session.create_queue(name))) == "sent"


def test_a_cut_while_it_logs_in_is_no_refusal(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    """A broker that is being started or stopped ends connections at any moment: the next attempt follows soon."""
    if target.protocol not in LOGGING_IN:
        pytest.skip("the client of Artemis hears of such a cut when its time to connect is over")
    for octets in LOGGING_IN[target.protocol]:
        proxy.sprung.clear()
        proxy.cut_before(octets, from_client=True)
        session = connect(f"failover:({proxy.url})").create_session()
        assert proxy.sprung.is_set()
        put(session, name, ["sent"])


@pytest.mark.parametrize("cut", CUTS)
def test_a_commit_is_cut_and_the_session_goes_on(
    target: Target, proxy: Proxy, connect: Connect, name: str, cut: Cut
) -> None:
    cut = at(cut, target)
    direct = connect(target.url).create_session()
    put(direct, name, ["received 1", "received 2"])
    connection = connect(f"failover:({proxy.url})")
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    assert [take(consumer), take(consumer)] == ["received 1", "received 2"]
    put(session, f"{name}-out", [text * cut.size for text in "ab"])
    with restored(connection):
        set_trap(proxy, cut, target)
        with pytest.raises(tuple(cut.errors)):
            session.commit()
        assert proxy.sprung.is_set()
    put(direct, name, ["last"])
    again = received_again(consumer, last="last", are_expected=not cut.sent)
    assert again == ["received 1", "received 2"] or (again == [] and cut.sent)
    put(session, f"{name}-out", ["last"])
    session.commit()
    out = direct.create_consumer(direct.create_queue(f"{name}-out"))
    assert [take(out) for _ in range(3 if cut.sent else 1)] == [*("ab" if cut.sent else ""), "last"]


def received_again(consumer: MessageConsumer, last: str, *, are_expected: bool) -> list[str]:
    """Return what comes with the last message: all of it is marked as redelivered. The last may overtake."""
    again: list[str] = []
    has_come = False
    while not has_come or (are_expected and len(again) < 2):
        message = consumer.receive(PATIENCE)
        assert message is not None, again
        if text_of(message) == last:
            has_come = True
        else:
            assert message.redelivered
            again.append(text_of(message))
    return again


@contextmanager
def restored(connection: Connection) -> Iterator[None]:
    """Run a block in which the link is lost, and wait until it is restored."""

    class Watch:
        def __init__(self) -> None:
            self.restored = threading.Event()

        def on_interrupted(self, error: JMSError) -> None: ...

        def on_restored(self, url: str) -> None:
            self.restored.set()

    watch = Watch()
    connection.link_listener = watch
    yield
    assert watch.restored.wait(PATIENCE)
