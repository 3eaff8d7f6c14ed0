from __future__ import annotations

from jmslike.core.redelivery import LONGEST_PAUSE
from jmslike.listening.backoff import Backoff


def test_pauses_grow_up_to_a_limit() -> None:
    backoff = Backoff()
    pauses = [backoff.next() for _ in range(100)]
    for number, pause in enumerate(pauses):
        most = min(0.01 * 2**number, LONGEST_PAUSE)
        assert most / 2 <= pause <= most
    assert len({round(pause, 6) for pause in pauses[20:]}) > 1
    backoff.reset()
    assert backoff.next() <= 0.01
