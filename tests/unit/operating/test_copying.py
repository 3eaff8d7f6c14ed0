from __future__ import annotations

from collections.abc import Callable

import pytest

from jmslike import TransactionRolledBackError, UnsupportedFeatureError, operating
from jmslike.capabilities import Feature
from tests.unit.operating.steps import fill, texts_in, waiting

MANY = [str(number) for number in range(250)]


def test_a_copy_has_the_id_of_its_original(url: str, other: str) -> None:
    fill(url, "orders", *MANY)
    assert operating.copy(url, "orders", "audit") == 250
    assert operating.copy(url, "orders", "orders", to_url=other, most=2) == 2
    originals = [message.message_id for message in waiting(url, "orders")]
    assert [message.message_id for message in waiting(url, "audit")] == originals
    assert [message.message_id for message in waiting(other, "orders")] == originals[:2]
    assert texts_in(url, "orders") == MANY
    assert all(not message.redelivered for message in waiting(url, "orders"))


def test_a_dry_run_copies_nothing(url: str) -> None:
    fill(url, "orders", "1", "2")
    assert operating.copy(url, "orders", "audit", dry_run=True) == 2
    assert texts_in(url, "audit") == []


def test_what_cannot_be_browsed_cannot_be_copied(url: str, lack: Callable[..., None]) -> None:
    fill(url, "orders", "1", "2")
    lack(Feature.BROWSE)
    with pytest.raises(UnsupportedFeatureError, match="no queue browsers: a test"):
        operating.copy(url, "orders", "audit", dry_run=True)


def test_a_copy_that_is_refused_says_how_many_there_are(url: str) -> None:
    fill(url, "orders", *MANY)
    with pytest.raises(TransactionRolledBackError) as refusal:
        operating.copy(url, "orders", "audit", to_url=f"{url}-small?max_depth=120&when_full=fail")
    assert refusal.value.__notes__ == ["; copied before that: 100"]
    assert len(waiting(url, "orders")) == 250
