"""A broker is killed again and again under a program that goes on: no message is lost."""

from __future__ import annotations

from tests.brokers import LocalBroker
from tests.faults.kills import run


def test_nothing_is_lost(ours: LocalBroker) -> None:
    costs = run(ours, messages=2000, kills=3)
    assert costs.lost == 0
    assert costs.marked <= costs.delivered_again <= costs.duplicates <= costs.delivered_again + costs.sent_again
