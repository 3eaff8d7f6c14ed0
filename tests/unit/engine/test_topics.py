"""Topics: which subscriptions get a copy, which of them last, and when they may be used."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from native_engine import ClientIdError, Engine, InUseError, NoDestinationError
from tests.unit.engine.records import Record, drain, taken

TOPIC = "news"


def publish(engine: Engine, *bodies: str, **details: Any) -> None:
    sender = engine.sender("topic", TOPIC)
    for body in bodies:
        sender.send(Record(body, **details))


def durable(engine: Engine, **details: Any) -> Any:
    return engine.subscribe(TOPIC, name="d", durable=True, owner="me", **details)


def shared(engine: Engine, **details: Any) -> Any:
    return engine.subscribe(TOPIC, name="s", shared=True, owner="me", **details)


def test_each_subscription_gets_each_record_that_comes_after_it(engine: Engine) -> None:
    publish(engine, "0")
    one = engine.subscribe(TOPIC)
    publish(engine, "1")
    two = engine.subscribe(TOPIC)
    publish(engine, "2")
    assert (drain(one), drain(two)) == (["1", "2"], ["2"])


def test_a_record_is_settled_for_each_subscription_apart(engine: Engine) -> None:
    one, two = engine.subscribe(TOPIC), engine.subscribe(TOPIC)
    publish(engine, "x")
    receipt = taken(one, 0)[1]
    other = taken(two, 0)[1]
    one.settle([receipt], None)
    assert two.holds(other)
    two.settle([receipt], 3)  # a receipt of another subscription is nothing to it
    assert two.holds(other)
    two.settle([other], 1)
    assert taken(two, 0)[2] == 1
    assert drain(one) == []


def test_a_selector_decides_what_a_subscription_gets(engine: Engine) -> None:
    red = engine.subscribe(TOPIC, matches=lambda record: record.colour == "red")
    publish(engine, "1", colour="red")
    publish(engine, "2", colour="blue")
    assert drain(red) == ["1"]


def test_a_subscription_whose_selector_fails_gets_nothing(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    failing, other = engine.subscribe(TOPIC, matches=lambda record: record.nonsense), engine.subscribe(TOPIC)
    publish(engine, "a")
    publish(engine, "b", group="g")
    assert (drain(failing), drain(other)) == ([], ["a", "b"])
    assert "nonsense" in caplog.text


def test_what_no_subscription_wants_is_not_kept(engine: Engine) -> None:
    durable(engine, matches=lambda record: False, selector_text="FALSE").close()
    publish(engine, "1", "2")
    assert all(entry.depth == 0 for entry in engine.statistics().values())


def test_an_excluded_origin_is_not_received(engine: Engine) -> None:
    receiver = engine.subscribe(TOPIC, excluded_origin="me")
    publish(engine, "mine", origin="me")
    publish(engine, "theirs", origin="you")
    publish(engine, "without origin")
    assert drain(receiver) == ["theirs", "without origin"]


def test_a_durable_subscription_lasts_without_receiver(engine: Engine) -> None:
    durable(engine).close()
    publish(engine, "1", "2")
    assert drain(durable(engine)) == ["1", "2"]


def test_a_subscription_that_is_not_durable_ends_with_its_receiver(engine: Engine) -> None:
    engine.subscribe(TOPIC).close()
    publish(engine, "1")
    assert drain(engine.subscribe(TOPIC)) == []
    assert [address.subscription for address in engine.statistics()] == ["#2"]


def test_a_durable_subscription_has_one_receiver_at_a_time(engine: Engine) -> None:
    first = durable(engine)
    with pytest.raises(InUseError):
        durable(engine)
    first.close()
    durable(engine)


def test_the_same_name_of_two_owners_is_two_subscriptions(engine: Engine) -> None:
    mine = durable(engine)
    yours = engine.subscribe(TOPIC, name="d", durable=True, owner="you")
    publish(engine, "x")
    assert (drain(mine), drain(yours)) == (["x"], ["x"])


def test_a_shared_subscription_gives_each_record_to_one(engine: Engine) -> None:
    one, two = shared(engine), shared(engine)
    publish(engine, *"abcd")
    assert taken(one, 0)[0].body == "a"
    assert taken(two, 0)[0].body == "b"
    assert drain(two) == ["c", "d"]
    assert drain(one) == []


def test_a_shared_subscription_ends_with_its_last_receiver(engine: Engine) -> None:
    one, two = shared(engine), shared(engine)
    publish(engine, "1")
    one.close()
    assert drain(two) == ["1"]
    publish(engine, "2")
    two.close()
    assert drain(shared(engine)) == []


def test_a_shared_durable_subscription_lasts(engine: Engine) -> None:
    for receiver in [durable(engine, shared=True), durable(engine, shared=True)]:
        receiver.close()
    publish(engine, "1")
    assert drain(durable(engine, shared=True)) == ["1"]


def test_a_shared_subscription_keeps_what_a_closed_receiver_held(engine: Engine) -> None:
    one, two = shared(engine), shared(engine)
    publish(engine, "1")
    one.take(0)
    one.close()
    assert two.take(0) is None
    one.release_unsettled()
    assert drain(two) == ["1"]


def test_what_a_closed_durable_subscription_held_comes_back_when_released(engine: Engine) -> None:
    receiver = durable(engine)
    publish(engine, "1", "2")
    receiver.take(0)
    receiver.close()
    receiver.release_unsettled()
    assert drain(durable(engine)) == ["1", "2"]


def test_another_selector_makes_a_new_durable_subscription(engine: Engine) -> None:
    durable(engine).close()
    publish(engine, "old", colour="red")
    changed = durable(engine, matches=lambda record: record.colour == "red", selector_text="colour = 'red'")
    assert drain(changed) == []
    publish(engine, "new", colour="red")
    assert drain(changed) == ["new"]


@pytest.mark.parametrize(
    "change", [{"topic_name": "u"}, {"selector_text": "x", "matches": bool}, {"excluded_origin": "me"}]
)
def test_a_durable_subscription_is_not_changed_while_in_use(engine: Engine, change: dict[str, Any]) -> None:
    """SUB-12, SUB-16, SUB-28, SUB-29: afterwards the records collected for the old one are gone."""
    same: dict[str, Any] = {"topic_name": TOPIC, "name": "d", "durable": True, "shared": True}
    receiver = engine.subscribe(**same)
    with pytest.raises(InUseError):
        engine.subscribe(**(same | change))
    receiver.close()
    publish(engine, "a")
    assert drain(engine.subscribe(**(same | change))) == []
    assert len(engine.statistics()) == 1


def test_names_of_shared_and_unshared_durable_subscriptions_exclude_each_other(engine: Engine) -> None:
    """SUB-17, SUB-18: but not those of non-durable ones."""
    durable(engine).close()
    with pytest.raises(InUseError, match="is not shared"):
        durable(engine, shared=True)
    engine.subscribe(TOPIC, name="d", shared=True, owner="me")


def test_a_subscription_without_a_name_is_neither_durable_nor_shared(engine: Engine) -> None:
    with pytest.raises(ValueError, match="name"):
        engine.subscribe(TOPIC, durable=True)


def test_the_same_selector_keeps_a_durable_subscription(engine: Engine) -> None:
    durable(engine, matches=lambda record: record.colour == "red", selector_text="colour = 'red'").close()
    publish(engine, "kept", colour="red")
    publish(engine, "other", colour="blue")
    again = durable(engine, matches=lambda record: record.colour == "red", selector_text="colour = 'red'")
    assert drain(again) == ["kept"]


def test_a_shared_subscription_in_use_is_not_changed(engine: Engine) -> None:
    shared(engine)
    with pytest.raises(InUseError):
        shared(engine, matches=lambda record: True, selector_text="TRUE")


def test_unsubscribe_deletes_with_what_waits(engine: Engine) -> None:
    durable(engine).close()
    publish(engine, "1")
    engine.unsubscribe("me", "d")
    assert drain(durable(engine)) == []


def test_unsubscribe_is_refused_while_in_use_or_unknown(engine: Engine) -> None:
    receiver = durable(engine)
    with pytest.raises(InUseError):
        engine.unsubscribe("me", "d")
    publish(engine, "held")
    _, receipt, _ = taken(receiver, 0)
    receiver.close()
    with pytest.raises(InUseError):
        engine.unsubscribe("me", "d")
    receiver.settle([receipt], None)
    engine.unsubscribe("me", "d")
    with pytest.raises(NoDestinationError):
        engine.unsubscribe("me", "d")
    with pytest.raises(NoDestinationError):
        engine.unsubscribe("you", "d")


def test_a_client_id_has_one_holder(engine: Engine) -> None:
    engine.claim("me")
    with pytest.raises(ClientIdError):
        engine.claim("me")
    engine.disclaim("me")
    engine.claim("me")


def test_temporary_destinations_have_names_of_their_own(engine: Engine) -> None:
    names = [engine.create_temporary("queue"), engine.create_temporary("queue"), engine.create_temporary("topic")]
    assert len(set(names)) == 3


def test_a_deleted_temporary_queue_takes_nothing(engine: Engine) -> None:
    name = engine.create_temporary("queue")
    sender = engine.sender("queue", name)
    sender.send(Record("1"))
    receiver = engine.receiver(name)
    with pytest.raises(InUseError):
        engine.delete("queue", name)
    receiver.close()
    engine.delete("queue", name)
    with pytest.raises(NoDestinationError):
        sender.send(Record("2"))
    with pytest.raises(NoDestinationError):
        engine.sender("queue", name).send(Record("3"))


def test_a_deleted_temporary_topic_takes_nothing(engine: Engine) -> None:
    name = engine.create_temporary("topic")
    sender = engine.sender("topic", name)
    receiver = engine.subscribe(name)
    with pytest.raises(InUseError):
        engine.delete("topic", name)
    receiver.close()
    engine.delete("topic", name)
    with pytest.raises(NoDestinationError):
        sender.send(Record("x"))


def test_a_topic_and_a_queue_may_have_the_same_name(engine: Engine) -> None:
    subscription, receiver = engine.subscribe(TOPIC), engine.receiver(TOPIC)
    publish(engine, "to the topic")
    engine.sender("queue", TOPIC).send(Record("to the queue"))
    assert (drain(subscription), drain(receiver)) == (["to the topic"], ["to the queue"])


def test_a_commit_reaches_all_subscriptions_in_order(engine: Engine) -> None:
    one, two = engine.subscribe(TOPIC), engine.subscribe(TOPIC)
    sender = engine.sender("topic", TOPIC)
    engine.commit([(sender, Record(body)) for body in "abc"], [])
    assert (drain(one), drain(two)) == (list("abc"), list("abc"))


def test_the_first_send_after_many_subscriptions_finds_who_is_there(engine: Engine) -> None:
    """Making and closing a thousand subscribers is not a thousand times as much work for each."""
    sender = engine.sender("topic", TOPIC)
    receivers = [engine.subscribe(TOPIC) for _ in range(20)]
    receivers += [engine.subscribe(TOPIC, matches=lambda record: record.body == "2") for _ in range(20)]
    for receiver in receivers[::2]:
        receiver.close()
    topic = engine._topics[TOPIC]
    assert topic.audience is None
    sender.send(Record("1"))
    assembled = topic.audience
    sender.send(Record("2"))
    assert topic.audience is assembled is not None
    assert [drain(receiver) for receiver in receivers[1::2]] == [["1", "2"]] * 10 + [["2"]] * 10
    assert not any(receiver.held for receiver in receivers[::2])


def test_senders_reach_every_subscription_that_was_there_before_them(engine: Engine) -> None:
    """C1: also while subscribers come and go in other threads."""
    stop = threading.Event()

    def come_and_go() -> None:
        while not stop.is_set():
            engine.subscribe(TOPIC).close()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for number in range(200):
            receiver = engine.subscribe(TOPIC)
            publish(engine, str(number))
            assert drain(receiver) == [str(number)]
            receiver.close()
    finally:
        stop.set()
        thread.join()


def test_a_subscription_in_use_says_by_what(engine: Engine) -> None:
    receiver = durable(engine)
    publish(engine, "1", "2")
    receipts = [taken(receiver, 0)[1] for _ in range(2)]
    with pytest.raises(InUseError, match="'d' has a consumer: close that consumer first"):
        engine.unsubscribe("me", "d")
    receiver.close()
    with pytest.raises(InUseError, match="no consumer, but 2 of its messages were received and not acknowledged"):
        engine.unsubscribe("me", "d")
    receiver.settle(receipts, None)
    engine.unsubscribe("me", "d")
