"""Containers that listen to topics: each message once, for the whole container or for the subscription."""

from __future__ import annotations

import threading

import pytest

import jmslike
from jmslike import Message, Topic, UnsupportedFeatureError
from jmslike.capabilities import unsupported
from jmslike.listening import ListenerContainer
from tests.unit.core.fake import PATIENCE, TOPIC, FakeBroker
from tests.unit.listening.steps import FakeConnections, Heard


def publish(url: str, *bodies: str) -> None:
    with jmslike.connect(url) as context:
        for body in bodies:
            context.create_producer().send(Topic("t"), body)


def test_one_session_subscribes_by_itself(url: str) -> None:
    heard = Heard()
    with ListenerContainer(url, "topic://t", heard):
        publish(url, *"abc")
        assert heard.texts(3) == ["a", "b", "c"]


@pytest.mark.parametrize("subscription", [None, "audit"])
def test_several_sessions_share_a_subscription(url: str, subscription: str | None) -> None:
    heard, together = Heard(), threading.Barrier(3)

    def listener(message: Message) -> None:
        together.wait(PATIENCE)
        heard(message)

    with ListenerContainer(url, "topic://t", listener, concurrency=3, subscription=subscription):
        publish(url, *"abcdef")
        assert heard.texts(6) == [*"abcdef"]
    assert heard.is_empty


def test_two_containers_without_a_name_get_all_of_it(url: str) -> None:
    one, two = Heard(), Heard()
    with (
        ListenerContainer(url, "topic://t", one, concurrency=2),
        ListenerContainer(url, "topic://t", two, concurrency=2),
    ):
        publish(url, "a", "b")
        assert (one.texts(2), two.texts(2)) == (["a", "b"], ["a", "b"])


def test_two_containers_with_a_name_share(url: str) -> None:
    heard = Heard()
    with (
        ListenerContainer(url, "topic://t", heard, subscription="audit"),
        ListenerContainer(url, "topic://t", heard, subscription="audit") as container,
    ):
        publish(url, *"abcd")
        assert heard.texts(4) == [*"abcd"]
        container.stop()
        publish(url, "e")
        assert heard.texts(1) == ["e"]
    assert heard.is_empty


@pytest.mark.parametrize(("client_id", "concurrency"), [(None, 1), (None, 2), ("shop", 1), ("shop", 2)])
def test_a_durable_subscription_keeps_what_comes_meanwhile(url: str, client_id: str | None, concurrency: int) -> None:
    heard = Heard()
    container = ListenerContainer(
        url, "topic://t", heard, subscription="audit", durable=True, client_id=client_id, concurrency=concurrency
    )
    with container:
        publish(url, "a")
        assert heard.texts(1) == ["a"]
    publish(url, "b")
    with container:
        assert heard.texts(1) == ["b"]


@pytest.mark.parametrize(
    ("client_id", "concurrency", "shared"), [(None, 1, True), ("shop", 1, False), ("shop", 2, True)]
)
def test_a_durable_subscription_of_one_client_is_its_own(
    broker: FakeBroker, client_id: str | None, concurrency: int, shared: bool
) -> None:
    with ListenerContainer(
        FakeConnections(broker), TOPIC, print, subscription="s", durable=True, client_id=client_id,
        concurrency=concurrency,
    ):  # fmt: skip
        specs = [call[1] for call in broker.named("subscribe")]
    assert [(spec.name, spec.durable, spec.shared) for spec in specs] == [("s", True, shared)] * concurrency


def test_a_provider_without_shared_subscriptions_says_what_works() -> None:
    broker = FakeBroker(SHARED_SUBSCRIPTION=unsupported("use something else"))
    container = ListenerContainer(FakeConnections(broker), TOPIC, print, concurrency=2)
    with pytest.raises(UnsupportedFeatureError, match="use something else") as error:
        container.start()
    assert "concurrency=1" in error.value.__notes__[0]
    assert not container.is_running
