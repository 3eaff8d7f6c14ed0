"""The end of a program that does not close its connections, as far as it needs no interpreter that ends."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from jmslike.core import program_end
from jmslike.core.program_end import Unclosed, close_dropped, end
from tests.unit.core.fake import FakeBroker
from tests.unit.core.fake.transport import FakeTransport

PATIENCE = 20.0


class Asked:
    """A flush that waits for nothing. It takes no time, so it keeps what time it was given."""

    def __init__(self, lost: Mapping[str, int], order: list[str]) -> None:
        self.lost = lost
        self.order = order
        self.seconds = -1.0

    def wait(self, seconds: float) -> bool:
        self.order.append("waited")
        self.seconds = seconds
        return not self.lost

    def unanswered(self) -> Mapping[str, int]:
        return self.lost


class FlushingTransport(FakeTransport):
    def __init__(self, broker: FakeBroker, asked: Asked) -> None:
        super().__init__(broker)
        self.asked = asked

    def flush(self) -> Asked:
        self.asked.order.append("asked")
        return self.asked


def test_all_are_asked_before_any_is_waited_for(broker: FakeBroker) -> None:
    order: list[str] = []
    transports = [FlushingTransport(broker, Asked({}, order)) for _ in range(3)]
    end([Unclosed(transport, "fake", 30.0, []) for transport in transports])
    assert order == ["asked"] * 3 + ["waited"] * 3
    assert all(0 < transport.asked.seconds <= 30 for transport in transports)
    assert all(transport.closed for transport in transports)


def test_what_is_not_confirmed_is_logged_for_each_destination(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    silent = FlushingTransport(broker, Asked({"queue://a": 1200, "topic://b": 1}, []))
    other = FlushingTransport(broker, Asked({}, []))
    end([Unclosed(silent, "fake", 1.0, []), Unclosed(other, "fake", 1.0, [])])
    (record,) = caplog.records
    assert "fake has not confirmed 1,200 to queue://a, 1 to topic://b" in record.getMessage()
    assert (silent.closed, other.closed) == (False, True)


def test_what_another_thread_tells_at_the_last_moment_is_told(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_end, "_TO_TELL", PATIENCE)

    class Late(Asked):
        def wait(self, seconds: float) -> bool:
            is_ended.wait(PATIENCE)  # which took all of the time
            return super().wait(seconds)

    is_ended = threading.Event()
    close_dropped(Unclosed(FlushingTransport(broker, Late({"queue://a": 1}, [])), "fake", 0.0, []))
    is_ended.set()
    end([])
    assert "fake has not confirmed 1 to queue://a" in caplog.text


def test_a_transport_without_flush_is_closed(broker: FakeBroker) -> None:
    transport = FakeTransport(broker)
    end([Unclosed(transport, "fake", 1.0, [])])
    assert transport.closed
