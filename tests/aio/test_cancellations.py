"""Calls that are cancelled at random points lose and double nothing, and leave nothing open."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest

import jmslike
from tests.aio.cancellations import run
from tests.brokers import Broker
from tests.faults.targets import url_of

CANCELLED = 100


@pytest.mark.parametrize("where", ["in memory", "in a folder"])
def test_nothing_is_lost_or_doubled_on_the_engine(where: str, tmp_path: Path) -> None:
    url = "native://cancellations" if where == "in memory" else f"native://{quote(str(tmp_path / 'engine'))}"
    check(url)
    jmslike.forget(url)


@pytest.mark.parametrize("protocol", ["stomp", "jvm:artemis"])
def test_nothing_is_lost_or_doubled_on_a_broker(protocol: str, artemis: Broker) -> None:
    check(url_of(artemis, protocol))


def check(url: str) -> None:
    tally = asyncio.run(run(url, CANCELLED, seed=1))
    assert tally.is_over
    assert (tally.lost, tally.doubled, tally.left) == (set(), set(), 0), str(tally)
