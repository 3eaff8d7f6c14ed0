"""What a session's channel acknowledges: exactly what was accepted, as seldom as can be, by RabbitMQ's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jmslike_transports.amqp.receive_channel import ReceiveChannel


class Broker:
    """Keeps what it has delivered on one channel, and takes nothing for settled that it may not."""

    def __init__(self) -> None:
        self.last = 0
        self.outstanding: list[int] = []
        self.accepted: set[int] = set()
        self.released: set[int] = set()
        self.frames = 0

    def deliver(self) -> int:
        self.last += 1
        self.outstanding.append(self.last)
        return self.last

    def basic_ack(self, tag: int, multiple: bool = False) -> None:
        """Fail as RabbitMQ does, which closes the channel for a tag that it does not know."""
        assert tag in self.outstanding, f"unknown delivery tag {tag}"
        covered = [each for each in self.outstanding if each == tag or (multiple and each < tag)]
        assert self.accepted.issuperset(covered), f"{covered} are acknowledged, {self.accepted} are accepted"
        self.outstanding = [each for each in self.outstanding if each not in covered]
        self.frames += 1

    def basic_nack(self, tag: int) -> None:
        assert tag in self.outstanding, f"unknown delivery tag {tag}"
        assert tag in self.released
        self.outstanding.remove(tag)

    # ---- what is not looked at here -------------------------------------------------------------------------------

    def add_callback(self, *_: Any, **__: Any) -> None: ...

    add_on_close_callback = add_on_cancel_callback = add_callback


class Line:
    """Lets tasks wait until they are run, as the thread of a connection does."""

    is_lost = False
    is_current = False
    request_timeout = 1.0

    def __init__(self, broker: Broker) -> None:
        self.on_loss: set[Callable[..., object]] = set()
        self.connection = self
        self._broker = broker
        self._tasks: list[Callable[[], object]] = []
        self._is_open = False

    def check(self) -> None: ...

    def channel(self, on_open_callback: Callable[[Any], object]) -> Broker:
        self._is_open = True
        on_open_callback(None)
        return self._broker

    def post(self, task: Callable[[], object]) -> None:
        self._tasks.append(task)
        if not self._is_open:
            self.run()

    def run(self) -> None:
        while self._tasks:
            self._tasks.pop(0)()


class Channel:
    """A channel, its broker, and what a session holds of it."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.line = Line(self.broker)
        self.consuming = ReceiveChannel(self.line, lambda _: None, lambda _: None)  # type: ignore[arg-type]
        self.held: list[int] = []

    def deliver(self) -> None:
        tag = self.broker.deliver()
        self.consuming.delivered(tag)
        self.held.append(tag)

    def accept(self, tags: list[int]) -> None:
        self.held = [tag for tag in self.held if tag not in tags]
        self.broker.accepted.update(tags)
        self.consuming.accept(tags)

    def release(self, tags: list[int]) -> None:
        self.held = [tag for tag in self.held if tag not in tags]
        self.broker.released.update(tags)
        self.consuming.release(tags)

    @property
    def remembered(self) -> int:
        return len(self.consuming._open) + len(self.consuming._settled)


STEPS = st.lists(
    st.tuples(st.sampled_from(["deliver", "deliver", "accept", "release", "run"]), st.randoms()), max_size=80
)


@given(STEPS)
def test_what_is_settled_is_what_was_accepted_or_released(steps: list[tuple[str, Any]]) -> None:
    channel = Channel()
    for step, random in steps:
        if step == "deliver":
            channel.deliver()
        elif step == "run":
            channel.line.run()
            assert channel.broker.outstanding == channel.held
        else:
            tags = random.sample(channel.held, random.randint(0, len(channel.held)))
            channel.accept(tags) if step == "accept" else channel.release(tags)
    channel.line.run()
    assert channel.broker.outstanding == channel.held
    channel.accept(channel.held[::2])
    channel.release(channel.held)
    channel.line.run()
    assert channel.broker.outstanding == []
    assert channel.remembered == 0


def test_acknowledgements_in_order_are_gathered() -> None:
    channel = Channel()
    for _ in range(100):
        channel.deliver()
        channel.accept([channel.broker.last])
    channel.line.run()
    assert channel.broker.frames == 1


def test_nothing_is_covered_that_lies_above_what_is_open() -> None:
    channel = Channel()
    for _ in range(6):
        channel.deliver()
    channel.accept([1, 2, 4, 5])
    channel.line.run()
    assert (channel.broker.outstanding, channel.broker.frames) == ([3, 6], 3)
    channel.accept([3])
    channel.line.run()
    assert (channel.broker.outstanding, channel.broker.frames) == ([6], 4)


def test_what_is_given_back_is_not_remembered() -> None:
    channel = Channel()
    for _ in range(100):
        channel.deliver()
        channel.release([channel.broker.last])
        channel.line.run()
    assert channel.remembered == 0
