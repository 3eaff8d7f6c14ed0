"""The fixture of the contract tests: transports to the harness' URL, and helpers that record callbacks."""

from __future__ import annotations

import itertools
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from jmslike.capabilities import Capabilities, Feature, Level
from jmslike.constants import SessionMode
from jmslike.core.acknowledgement import ACKNOWLEDGEMENTS
from jmslike.destinations import Destination, Queue, Topic
from jmslike.errors import JMSError, UnsupportedFeatureError
from jmslike.registry import resolve
from jmslike.selector import parse
from jmslike.spi import (
    ACCEPT,
    Completion,
    Delivery,
    Envelope,
    SessionLink,
    Subscription,
    SubscriptionSpec,
    Transport,
)
from jmslike.testing.harness import Harness

T = TypeVar("T")


@dataclass
class Recorder:
    """The events of one transport."""

    losses: list[JMSError] = field(default_factory=list)
    failures: list[JMSError] = field(default_factory=list)
    at_loss: Callable[[], None] = lambda: None

    def lost(self, error: JMSError) -> None:
        """Keep the report, then call what the test passed."""
        self.losses.append(error)
        self.at_loss()

    def failed(self, error: JMSError) -> None:
        """Keep the report."""
        self.failures.append(error)

    def interrupted(self, error: JMSError) -> None:
        """Ignore it: the contract has no test for links that live on."""

    def resumed(self, url: str) -> None:
        """Ignore it, as `interrupted`."""


_numbers = itertools.count(1)


def message(destination: Destination, body: str = "", **headers: Any) -> Envelope:
    """Return a text message for the destination; `headers` as `Envelope.make` takes them."""
    headers.setdefault("timestamp", int(time.time() * 1000))
    return Envelope.make(
        id=f"ID:{uuid.uuid4()}:1:1:1:{next(_numbers)}", destination=destination, kind="text", body=body, **headers
    )


class Border:
    """One side of the SPI under test: opens transports, and closes what was opened when the test ends."""

    def __init__(self, harness: Harness) -> None:
        self.patience = harness.patience
        self.silence = harness.silence
        self._harness = harness
        self._open: list[Transport] = []
        self._threads: list[threading.Thread] = []
        self.events = Recorder()
        self.transport, self.capabilities = self.connect(self.events)

    def connect(self, events: Recorder | None = None) -> tuple[Transport, Capabilities]:
        """Open one more transport to the same provider."""
        transport = self.unopened()
        capabilities = transport.open(events or Recorder())
        self._open.append(transport)
        return transport, capabilities

    def unopened(self, url: str | None = None) -> Transport:
        """Return a transport that is not open: to the same provider, or to that URL with the same options."""
        return resolve(url or self._harness.url, self._harness.options).transport(None, None)

    @contextmanager
    def refusing_url(self) -> Iterator[str]:
        """Yield the provider's URL with a port that refuses connections. Skips the test if the URL has no port."""
        url = self._harness.url
        port = urlsplit(url[url.rfind(":", 0, url.find("://")) + 1 :]).port  # of jvm:artemis://, too
        if port is None:
            pytest.skip("the URL has no port")
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))  # without listening
            yield url.replace(f":{port}", f":{bound.getsockname()[1]}")

    def declares(self, feature: Feature, *levels: Level) -> bool:
        """Whether the feature is declared at one of the levels; without levels, at any that can be used."""
        return self.capabilities.level(feature) in levels if levels else self.capabilities.supports(feature)

    @property
    def counts_survive(self) -> bool:
        """Whether a message that goes from one subscription to another keeps its attempts."""
        return self.capabilities.holds(Feature.REDELIVERY_COUNT)

    def require_competition(self) -> None:
        """Skip the test where consumers of a queue do not compete for each message."""
        if not self.capabilities.holds(Feature.COMPETING_CONSUMERS):
            pytest.skip("consumers do not compete for each message")

    @property
    def keeps_what_was_pushed(self) -> bool:
        """Whether a subscription that is stopped keeps what was pushed to it."""
        return "CONN-28" in self.capabilities.exceptions

    def require_giving_back(self) -> None:
        """Skip the test where a stopped subscription keeps what was pushed to it."""
        if self.keeps_what_was_pushed:
            pytest.skip(self.capabilities.exceptions["CONN-28"])

    @property
    def can_cut(self) -> bool:
        """Whether the harness is able to cut links."""
        return self._harness.cut is not None

    def cut(self) -> None:
        """Cut all links."""
        assert self._harness.cut is not None
        self._harness.cut()

    def session(
        self, mode: SessionMode = SessionMode.CLIENT_ACKNOWLEDGE, transport: Transport | None = None
    ) -> SessionLink:
        """Open a session link, on the first transport unless another is named."""
        return (transport or self.transport).session(ACKNOWLEDGEMENTS[mode].needs)

    def individual_session(self) -> SessionLink:
        """Open a link of which a test settles one delivery, and keeps earlier ones. Skips the test where the provider
        refuses that.
        """
        try:
            return self.session(SessionMode.INDIVIDUAL_ACKNOWLEDGE)
        except UnsupportedFeatureError as reason:
            pytest.skip(str(reason))

    def queue(self) -> Queue:
        """Return a queue with a name used nowhere else."""
        return Queue(self.name("queue"))

    def topic(self) -> Topic:
        """Return a topic with a name used nowhere else."""
        return Topic(self.name("topic"))

    def name(self, prefix: str) -> str:
        """Return a name used nowhere else. It has no hyphen, as some providers take none."""
        return f"contract_{prefix}_{uuid.uuid4().hex[:12]}"

    def subscribe(
        self, link: SessionLink, destination: Destination, selector: str | None = None, **spec: Any
    ) -> Subscription:
        """Subscribe; `spec` as the fields of SubscriptionSpec."""
        return link.subscribe(SubscriptionSpec(destination, parse(selector) if selector else None, **spec))

    def send(
        self, link: SessionLink, destination: Destination, bodies: Iterable[str], completion: Completion | None = None
    ) -> None:
        """Send text messages one after the other."""
        sender = link.sender(destination)
        for body in bodies:
            sender.send(message(destination, body), completion)

    def receive(self, subscription: Subscription) -> Delivery:
        """Return the next delivery, which must come."""
        deadline = time.monotonic() + self.patience
        while True:
            delivery = subscription.take(max(0.0, deadline - time.monotonic()))
            if delivery is not None:
                return delivery
            assert time.monotonic() < deadline, f"no message within {self.patience} s"

    def receive_all(self, subscription: Subscription, count: int) -> list[Delivery]:
        """Return the next `count` deliveries, which must come."""
        return [self.receive(subscription) for _ in range(count)]

    def drain(self, destination: Destination) -> list[Delivery]:
        """Take and accept all that the destination offers a new session; return the deliveries."""
        link = self.session()
        subscription = self.subscribe(link, destination)
        found = []
        while (delivery := subscription.take(self.silence)) is not None:
            subscription.settle([delivery[1]], ACCEPT)
            found.append(delivery)
        link.close()
        return found

    def remaining(self, destination: Destination) -> list[str]:
        """Drain the destination; return the bodies."""
        return [envelope.body for envelope, _, _ in self.drain(destination)]

    def nothing_comes(self, subscription: Subscription) -> bool:
        """Whether no message comes for a while."""
        return subscription.take(self.silence) is None

    def in_thread(self, work: Callable[[], T]) -> Future[T]:
        """Run in a thread of its own; `.result(border.patience)` waits for the result."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)

        thread = threading.Thread(target=run, name="contract", daemon=True)
        self._threads.append(thread)
        thread.start()
        return future

    def waits(self, future: Future[Any]) -> bool:
        """Whether the work in another thread is still not done after a while."""
        return not wait([future], self.silence).done

    def elsewhere(self, work: Callable[[], T]) -> T:
        """Run in another thread and wait for the result; times out if the calling thread holds a lock that it needs."""
        return self.in_thread(work).result(self.patience)

    def close(self) -> None:
        """Close what was opened, and wait for the threads."""
        for transport in self._open:
            transport.close()
        for thread in self._threads:
            thread.join(self.patience)
            assert not thread.is_alive(), "a thread of the test still waits after everything was closed"


class Signals:
    """A `ready` callback that counts its calls and returns a fixed answer."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self._calls = threading.Semaphore(0)

    def __call__(self) -> bool:
        self._calls.release()
        return self.answer

    def came(self, timeout: float) -> bool:
        """Wait for one more call."""
        return self._calls.acquire(timeout=timeout)


class Completions:
    """Completions of numbered sends, and the results that they were called with, in the order of the calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, JMSError | None]] = []
        self._changed = threading.Condition()

    def of(self, number: int) -> Completion:
        """Return the completion of one send."""

        def complete(error: JMSError | None) -> None:
            with self._changed:
                self.calls.append((number, error))
                self._changed.notify_all()

        return complete

    def record(self, number: int, work: Callable[[], None]) -> None:
        """Do the work and record its error, or None."""
        try:
            work()
        except Exception as failure:
            self.of(number)(JMSError(f"{failure!r}"))
        else:
            self.of(number)(None)

    def wait_for(self, count: int, timeout: float) -> bool:
        """Wait until `count` completions were called."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.calls) >= count, timeout)
