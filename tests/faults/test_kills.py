"""A broker is killed repeatedly while a program uses it: no message is lost."""

from __future__ import annotations

from tests.faults.kills import ContainerRun, run
from tests.faults.targets import Target


def test_nothing_is_lost(ours: Target) -> None:
    costs = run(ours, messages=2000, kills=3)
    assert costs.lost == 0
    assert costs.marked <= costs.delivered_again <= costs.duplicates <= costs.delivered_again + costs.sent_again


def test_a_container_goes_on_and_loses_nothing(ours: Target) -> None:
    costs = run(ours, messages=800, kills=1, kind=ContainerRun)
    assert costs.lost == 0
    assert costs.marked <= costs.delivered_again <= costs.duplicates <= costs.delivered_again + costs.sent_again
