"""Hosts that are fake brokers, a clock that stands still, and connections through `failover:` to them."""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from jmslike.connection import Connection
from jmslike.errors import ConnectionLostError, JMSError
from jmslike.settings import make_settings
from jmslike.spi import Events, SessionSpec, Transport
from jmslike_transports.failover.hosts import Hosts
from jmslike_transports.failover.policy import Backoff, parse_policy
from jmslike_transports.failover.reconnection import Reconnection
from jmslike_transports.failover.transport import FailoverTransport
from tests.unit.core.fake import FakeBroker, FakeClock, FakeTransport, Task
from tests.unit.core.fake.task import PATIENCE


class Host:
    """A fake broker at a URL. While it is down, `open` raises, and its connections are cut."""

    def __init__(self, url: str, clock: FakeClock) -> None:
        self.url = url
        self.broker = FakeBroker(clock)
        self.refusals: deque[JMSError] = deque()
        self.tried = 0
        self._is_up = True
        self._changed = threading.Condition()

    def transport(self, user_name: str | None, password: str | None) -> Transport:
        """See Target.transport."""
        return _Reachable(self)

    def knock(self) -> None:
        """Count an attempt to connect. Raises what the host answers."""
        with self._changed:
            self.tried += 1
            self._changed.notify_all()
            refusal = self.refusals.popleft() if self.refusals else None
            is_up = self._is_up
        if refusal is not None:
            raise refusal
        if not is_up:
            raise ConnectionLostError(f"{self.url} is down")

    def until_tried(self, times: int) -> None:
        """Wait until so many attempts were made since the host was made."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.tried >= times, PATIENCE)

    def go_down(self) -> None:
        self._is_up = False
        self.broker.cut()

    def come_up(self) -> None:
        self._is_up = True


class _Reachable(FakeTransport):
    def __init__(self, host: Host) -> None:
        super().__init__(host.broker)
        self._host = host

    def open(self, events: Events) -> Any:
        self._host.knock()
        return super().open(events)

    def close(self) -> None:
        if not self.closed:
            super().close()


class Reported:
    """The events of a transport, in order, and the listeners of a connection alike."""

    def __init__(self) -> None:
        self.all: list[tuple[str, object]] = []
        self._changed = threading.Condition()

    def note(self, name: str, detail: object) -> None:
        with self._changed:
            self.all.append((name, detail))
            self._changed.notify_all()

    def lost(self, error: JMSError) -> None:
        self.note("lost", error)

    def failed(self, error: JMSError) -> None:
        self.note("failed", error)

    def interrupted(self, error: JMSError) -> None:
        self.note("interrupted", error)

    def resumed(self, url: str) -> None:
        self.note("resumed", url)

    on_interrupted = interrupted
    on_restored = resumed
    on_exception = failed

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.all]

    def until(self, *names: str) -> None:
        """Wait until these were reported, in this order, and nothing else."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.names == list(names), PATIENCE), self.names


class World:
    """The hosts, and what is open."""

    def __init__(self, *urls: str) -> None:
        self.clock = FakeClock()
        self.hosts = [Host(url, self.clock) for url in urls]
        self.events = Reported()
        self._opened: list[FailoverTransport | Connection] = []
        self.pauses: list[float] = []

    def make(self, **options: object) -> FailoverTransport:
        """Make a transport that is not open yet."""
        policy = parse_policy({name: str(value) for name, value in options.items()})
        backoff = Backoff(policy, jitter=self._longer)
        hosts = Hosts(self.hosts, None, None)
        transport = FailoverTransport(Reconnection(hosts, policy, self.clock, backoff))
        self._opened.append(transport)
        return transport

    def _longer(self, shortest: float, longest: float) -> float:
        self.pauses.append(longest)
        return longest

    def open(self, **options: object) -> FailoverTransport:
        transport = self.make(**options)
        transport.open(self.events)
        return transport

    def connect(self, *, start: bool = True, **options: Any) -> Connection:
        """Return a connection through the core; its link listener is `events`."""
        own = {name: options.pop(name) for name in ("max_reconnects", "request_timeout") if name in options}
        transport = self.make(**own)
        connection = Connection(transport, make_settings(options), self.clock)
        self._opened.append(connection)
        connection.link_listener = self.events
        connection.exception_listener = self.events
        if start:
            connection.start()
        return connection

    def session(self, transport: FailoverTransport, **spec: bool) -> Any:
        return transport.session(SessionSpec(**spec))

    def move_to_two(self) -> None:
        """Let the first host go down, and wait until the second has the link."""
        self.hosts[0].go_down()
        self.advance_until(lambda: self.events.names[-1:] == ["resumed"])

    def lose_both(self) -> None:
        """Let both hosts go down, and wait until the loss is reported."""
        for host in self.hosts:
            host.go_down()
        self.advance_until(lambda: "interrupted" in self.events.names)

    def advance_until(self, condition: Callable[[], object], step: float = 0.5) -> None:
        """Let time pass while the thread that restores the link waits, until the condition holds."""
        ended = threading.Event()

        def pass_time() -> None:
            while not condition():
                self.clock.advance(step)
                if ended.wait(0.002):
                    return

        task = Task(pass_time)
        try:
            task.end()
        finally:
            ended.set()

    def drop(self) -> None:
        """Refer to nothing that was opened, and let it be collected."""
        self._opened.clear()
        gc.collect()

    def close(self) -> None:
        for opened in reversed(self._opened):
            Task(opened.close).end()
        for host in self.hosts:
            for transport in host.broker.transports:
                assert transport.closed or transport.events is None, "a connection to a host was left open"
