from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from jmslike import InvalidDestinationError, JMSContext, Queue, Topic, UnsupportedFeatureError, operating
from jmslike.capabilities import Feature
from jmslike.operating.providers import Ends
from jmslike.operating.removal import MOST_PASSED
from tests.unit.operating.steps import die, fill, texts_in, waiting


def test_a_dead_letter_goes_back_as_it_was(url: str, context: JMSContext) -> None:
    message = context.create_text_message("poison")
    message.set_int_property("n", 7)
    message.set_string_property("JMSXGroupID", "g")
    context.create_producer().send(context.create_queue("orders"), message)
    die(url, "orders")
    assert texts_in(url, "DLQ.orders") == ["poison"]
    found = operating.retry(url, "DLQ.orders")
    assert (found.to, found.left, found.count) == ({Queue("orders"): 1}, [], 1)
    (back,) = waiting(url, "orders")
    assert back.message_id == message.message_id
    assert dict(back.properties) == {"n": 7, "JMSXGroupID": "g", "JMSXDeliveryCount": 1}
    assert waiting(url, "DLQ.orders") == []


def test_each_goes_where_it_came_from(url: str) -> None:
    fill(url, "a", "1", "2")
    fill(url, "b", "3")
    die(f"{url}?dead_letter=dead", "a", "b")
    found = operating.retry(url, "dead", dry_run=True)
    assert (found.to, found.left) == ({Queue("a"): 2, Queue("b"): 1}, [])
    assert len(waiting(url, "dead")) == 3
    assert operating.retry(url, "dead").to == found.to
    assert (texts_in(url, "a"), texts_in(url, "b"), texts_in(url, "dead")) == (["1", "2"], ["3"], [])


def test_all_may_go_to_one_place(url: str) -> None:
    fill(url, "a", "1")
    die(f"{url}?dead_letter=dead", "a")
    fill(url, "dead", "2")
    assert operating.retry(url, "dead", "inspection").to == {Queue("inspection"): 2}
    assert texts_in(url, "inspection") == ["1", "2"]
    with pytest.raises(InvalidDestinationError, match="both ends"):
        operating.retry(url, "inspection", "inspection")


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("priority", [4, 9])
def test_what_cannot_go_back_stays_with_its_reason(
    url: str, context: JMSContext, priority: int, counted: bool, lack: Callable[..., None]
) -> None:
    """Also where these are always first: all others are seen."""
    dead, producer = context.create_queue("dead"), context.create_producer().set_priority(priority)
    for origin in ("", "queue://dead", "topic://prices", "nonsense://x", "temporary-queue://t"):
        producer.set_property("JMS_jmslike_original_destination", origin)
        for _ in range(30):
            producer.send(dead, "stays")
    fill(url, "orders", *map(str, range(250)))
    die(f"{url}?dead_letter=dead", "orders")
    if not counted:
        lack(Feature.STATISTICS)
    found = operating.retry(url, "dead")
    assert found.to == {Queue("orders"): 250}
    assert texts_in(url, "orders") == [str(number) for number in range(250)]
    assert [reason for _, reason in found.left] == [
        *["it does not say where it came from"] * 30,
        *["it came from queue://dead itself"] * 30,
        *["it came from a subscription of topic://prices, which would give it to all others, too"] * 30,
        *["not a destination: 'nonsense://x'; write queue://NAME, topic://NAME, or NAME for a queue"] * 30,
        *["it came from temporary-queue://t, which is there for one connection only"] * 30,
    ]
    assert sorted(str(message.message_id) for message in waiting(url, "dead")) == sorted(name for name, _ in found.left)


@pytest.fixture
def held(url: str, context: JMSContext, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many messages of the queue `dead` each transaction has when it ends."""
    sizes: list[int] = []
    commit = Ends.commit

    def counting_commit(ends: Ends) -> None:
        sizes.append(context.statistics(context.create_queue("dead")).in_flight or 0)
        commit(ends)

    monkeypatch.setattr(Ends, "commit", counting_commit)
    return sizes


def letters(context: JMSContext, origin: str, texts: Iterable[object], priority: int = 4) -> None:
    """Send what looks like dead letters of that origin."""
    producer = context.create_producer().set_priority(priority)
    producer.set_property("JMS_jmslike_original_destination", origin)
    for text in texts:
        producer.send(context.create_queue("dead"), str(text))


@pytest.mark.parametrize("counted", [True, False])
def test_so_many_that_stay_and_come_first_end_it_and_say_so(
    url: str,
    context: JMSContext,
    counted: bool,
    lack: Callable[..., None],
    held: list[int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    many = MOST_PASSED * 2 + 50
    letters(context, "topic://prices", range(many), priority=9)
    letters(context, "orders", "ab")
    if not counted:
        lack(Feature.STATISTICS)
    found = operating.retry(url, "dead")
    assert (found.to, len(found.left)) == ({}, many)
    assert texts_in(url, "dead") == [*map(str, range(many)), "a", "b"], "in their old order"
    assert max(held) == MOST_PASSED
    assert f"{many} messages that went back to queue://dead come again before any other" in caplog.text
    assert operating.retry(url, "dead", selector="JMSPriority < 9").to == {Queue("orders"): 2}


@pytest.mark.parametrize("counted", [True, False])
def test_many_that_stay_and_come_last_hide_nothing(
    url: str, context: JMSContext, counted: bool, lack: Callable[..., None], held: list[int]
) -> None:
    for number in range(MOST_PASSED // 10 + 5):
        letters(context, "topic://prices", range(number * 10, number * 10 + 10))
        letters(context, "orders", [number])
    if not counted:
        lack(Feature.STATISTICS)
    found = operating.retry(url, "dead")
    assert (found.count, len(found.left)) == (MOST_PASSED // 10 + 5, MOST_PASSED + 50)
    assert texts_in(url, "dead") == [str(number) for number in range(MOST_PASSED + 50)]
    assert max(held) <= MOST_PASSED


def test_a_dead_letter_of_a_subscription_goes_back_if_that_is_said(url: str, context: JMSContext) -> None:
    with context.create_consumer(context.create_topic("prices")) as consumer:
        fill(url, "dead", "1")
        assert operating.retry(url, "dead", Topic("prices")).count == 1
        assert consumer.receive_body(str, 10) == "1"


def test_at_most_so_many_go_back(url: str) -> None:
    fill(url, "orders", "1", "2", "3")
    die(url, "orders")
    assert operating.retry(url, "DLQ.orders", most=2).count == 2
    assert (texts_in(url, "orders"), texts_in(url, "DLQ.orders")) == (["1", "2"], ["3"])
    assert operating.retry(url, "DLQ.orders", dry_run=True, most=1).count == 1


def test_a_look_needs_a_browser(url: str, lack: Callable[..., None]) -> None:
    lack(Feature.BROWSE)
    with pytest.raises(UnsupportedFeatureError):
        operating.retry(url, "dead", dry_run=True)
