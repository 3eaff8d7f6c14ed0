"""A broker is killed repeatedly while a program uses it: no message is lost."""

from __future__ import annotations

from tests.faults.kills import ContainerLoad, ReconnectingLoad, kills_of, run
from tests.faults.targets import Target


def test_nothing_is_lost(ours: Target) -> None:
    costs = run(ReconnectingLoad(ours.url, 2000), kills_of(ours.broker, 3))
    assert costs.lost == 0
    assert costs.marked <= costs.delivered_again <= costs.duplicates <= costs.delivered_again + costs.sent_again


def test_a_container_goes_on_and_loses_nothing(ours: Target) -> None:
    costs = run(ContainerLoad(ours.url, 800), kills_of(ours.broker, 1))
    assert costs.lost == 0
    assert costs.marked <= costs.delivered_again <= costs.duplicates <= costs.delivered_again + costs.sent_again
