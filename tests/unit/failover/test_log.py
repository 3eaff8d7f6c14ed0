"""What an operator reads in the log of an outage."""

from __future__ import annotations

import re
import threading

import pytest

from jmslike.errors import ConnectionLostError, ResourceAllocationError
from jmslike.session import Session
from tests.unit.core.fake import PATIENCE, QUEUE, Task, text
from tests.unit.failover.world import World


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the lines of the levels from INFO on, without the name of the connection."""
    told = [record.getMessage() for record in caplog.records if record.levelname != "DEBUG"]
    return [re.sub(r"^[0-9a-f]{8}: ", "", line) for line in told]


def test_a_short_outage_is_told_in_a_few_lines(world: World, caplog: pytest.LogCaptureFixture) -> None:
    session = world.connect().create_session(Session.CLIENT_ACKNOWLEDGE)
    session.create_temporary_queue()
    world.hosts[0].broker.put(text("a"))
    assert session.create_consumer(QUEUE).receive() is not None
    caplog.clear()
    world.lose_both()
    world.advance_until(lambda: world.hosts[1].tried == 3, 0.01)
    world.hosts[1].come_up()
    world.advance_until(lambda: "resumed" in world.events.names)
    told = lines(caplog)
    assert told[0] == (
        "the connection is interrupted, and is being restored: the link to one:// is lost: the cable was cut"
    )
    assert told[1] == "one:// had delivered messages that are not acknowledged, and redelivered: 1"
    assert told[2] == "temporary destinations ended with the link to one://: 1"
    assert re.fullmatch(
        r"no link to one:// for \d+\.\d s; attempt 1 to restore it has failed, and the next follows in 0\.1 s: "
        r"two://: two:// is down; one://: one:// is down",
        told[3],
    )
    assert re.fullmatch(r"the connection is restored after \d+\.\d s, to two://", told[4])
    assert len(told) == 5


def test_a_long_outage_is_told_once_a_minute(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.connect()
    caplog.clear()
    began = world.clock.monotonic()
    world.lose_both()
    world.advance_until(lambda: world.clock.monotonic() >= began + 3600, step=5)
    told = [line for line in lines(caplog) if line.startswith("no link")]
    assert 10 <= len(told) <= 61
    away = re.search(r"for ([\d.]+) s; attempt (\d+)", told[-1])
    assert away is not None
    assert float(away[1]) > 1800
    assert int(away[2]) > len(told)


def test_a_reason_with_other_numbers_is_the_same(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.connect()
    world.hosts[1].refusals.extend(ConnectionLostError(f"no answer after {number} ms") for number in range(2998, 3100))
    world.hosts[0].go_down()
    world.advance_until(lambda: world.hosts[1].tried > 5, 0.01)
    assert len([line for line in lines(caplog) if line.startswith("no link")]) == 1


def test_an_attempt_that_close_ends_is_not_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    transport = world.open()
    opening, go_on = threading.Event(), threading.Event()

    def dawdle() -> None:
        opening.set()
        go_on.wait(PATIENCE)

    world.hosts[1].broker.at("open", dawdle)
    world.hosts[0].go_down()
    world.advance_until(opening.is_set)
    closing = Task(transport.close)
    go_on.set()
    closing.end()
    world.advance_until(lambda: not any(each.name == "jmslike-failover" for each in threading.enumerate()))
    assert lines(caplog) == []


def test_another_reason_is_told_at_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.connect()
    world.lose_both()
    world.advance_until(lambda: "no link to" in caplog.text, 0.01)
    world.hosts[1].refusals.extend([ResourceAllocationError("the disk is full")] * 100)
    world.advance_until(lambda: "the disk is full" in caplog.text)
