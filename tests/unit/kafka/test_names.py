"""What destinations and subscriptions are called on Kafka."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Queue, TemporaryTopic, Topic
from jmslike_transports.kafka.address import DEFAULT_GROUP
from jmslike_transports.kafka.names import Names, created_at, lease_group, mark_of, topic_of

MARK = "0b5a2c1e-7c2f-4c52-9e9b-1f0d0c6a7a11"


def names_of(client_id: str | None) -> Names:
    names = Names(DEFAULT_GROUP)
    names.client_id = client_id
    return names


def durable_group(client_id: str | None, name: str) -> str:
    return names_of(client_id).durable_group(name)


def shared_group(client_id: str | None, name: str) -> str:
    return names_of(client_id).shared_group(name)


@pytest.mark.parametrize("name", ["a", "orders.EU_1-x", "...", "x" * 249])
def test_a_destination_is_the_topic_of_its_name(name: str) -> None:
    assert topic_of(Queue(name)) == topic_of(Topic(name)) == topic_of(TemporaryTopic(name)) == name


@pytest.mark.parametrize("name", ["x" * 250, ".", "..", "a b", "a/b", "a:b", "ä", "a\n", "é", "\ud800", "a\0b"])
def test_what_no_topic_can_be_called_is_refused(name: str) -> None:
    with pytest.raises(InvalidDestinationError, match="cannot name a Kafka topic: at most 249"):
        topic_of(Queue(name))


@pytest.mark.parametrize("name", ["x" * 40_000, "%" * 20_000, "é" * 20_000, "\ud800"])
def test_what_the_protocol_has_no_room_for_is_no_name(name: str) -> None:
    with pytest.raises(InvalidDestinationError, match="cannot name a subscription"):
        durable_group("client", name)
    with pytest.raises(InvalidDestinationError, match="cannot name a subscription"):
        shared_group(None, name)


PARTS = st.text(st.sampled_from("a.%2E5"), max_size=5)


@given(PARTS | st.none(), PARTS, PARTS | st.none(), PARTS)
def test_no_two_subscriptions_are_the_same_group(
    client: str | None, name: str, client2: str | None, name2: str
) -> None:
    is_same = (client or "", name) == (client2 or "", name2)
    assert (durable_group(client, name) == durable_group(client2, name2)) == is_same
    assert (shared_group(client, name) == shared_group(client2, name2)) == is_same
    assert durable_group(client, name) != shared_group(client2, name2)


def test_groups_can_be_read_by_people() -> None:
    assert durable_group("billing", "all orders") == "jmslike.durable.billing.all orders"
    assert durable_group(None, "é") == "jmslike.durable..é"
    assert shared_group("a.b", "50%") == "jmslike.shared.a%2Eb.50%25"
    assert lease_group(MARK) == f"jmslike.lease.{MARK}"


def test_a_queue_is_read_by_the_group_of_its_name() -> None:
    assert Names("a.{name}.{name}").queue_group(Queue("q")) == "a.q.q"


def test_transactions_are_named_after_the_client_id_so_that_a_restart_has_the_same() -> None:
    assert names_of("billing").transactional_id(2) == "billing-2"
    assert names_of(None).transactional_id(1) != names_of(None).transactional_id(1)


def test_a_session_without_a_number_ends_nobodys_transactions() -> None:
    names = names_of("billing")
    assert names.transactional_id(0) != names.transactional_id(0)


def test_temporary_destinations_tell_whose_they_are_and_since_when() -> None:
    before = int(time.time())
    own, other = names_of(None), names_of(None)
    names = [own.next_temporary() for _ in range(2)]
    assert len(set(names)) == 2
    for name in names:
        assert topic_of(TemporaryTopic(name)) == name
        assert mark_of(name) == own.mark
        assert own.owns_temporary(name)
        assert not other.owns_temporary(name)
        assert before <= created_at(name) <= time.time()


@pytest.mark.parametrize(
    "name", ["jmslike.temporary.", "jmslike.temporary.x", "jmslike.temporary.x.y.1", "jmslike.temporary.x.1.2.3"]
)
def test_others_may_call_topics_alike(name: str) -> None:
    assert created_at(name) == math.inf, "nobody may ever delete it"
