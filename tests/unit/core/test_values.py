"""The small value types: destinations, durations, numbers, capabilities, errors, envelopes."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from jmslike.capabilities import EMULATED, NATIVE, Capabilities, Feature, Level, Support, partial, unsupported
from jmslike.clock import SystemClock
from jmslike.constants import DeliveryMode, SessionMode
from jmslike.core.ledger import Ledger, acceptances
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.durations import seconds, waiting_time
from jmslike.envelope import NO_PROPERTIES, Envelope, constraints_of
from jmslike.errors import InvalidDestinationError, JMSError, MessageFormatError, UnsupportedFeatureError
from jmslike.values import Byte, Char, Float, Long, Short, natural_integer
from tests.unit.core.fake import text

# ---- destinations ---------------------------------------------------------------------------------------------------


def test_destinations_are_equal_by_kind_and_name() -> None:
    assert Queue("a") == Queue("a") == TemporaryQueue("a")
    assert Topic("a") == Topic("a") == TemporaryTopic("a")
    assert Queue("a") != Topic("a")
    assert Queue("a") != Queue("b")
    assert Queue("a") != "a"
    assert len({Queue("a"), TemporaryQueue("a"), Topic("a"), TemporaryTopic("a"), Queue("b")}) == 3


def test_destinations_show_their_kind_and_name() -> None:
    assert (repr(Queue("a")), str(Queue("a"))) == ("Queue('a')", "queue://a")
    assert (repr(TemporaryTopic("a")), str(TemporaryTopic("a"))) == ("TemporaryTopic('a')", "topic://a")
    assert [kind("a").is_temporary for kind in (Queue, Topic, TemporaryQueue, TemporaryTopic)] == [False] * 2 + [
        True
    ] * 2
    assert [kind("a").is_queue for kind in (Queue, Topic, TemporaryQueue, TemporaryTopic)] == [True, False] * 2
    assert (Queue("a").queue_name, Topic("b").topic_name) == ("a", "b")


@pytest.mark.parametrize("wrong", ["", None, 5, b"a"])
@pytest.mark.parametrize("kind", [Queue, Topic, TemporaryQueue, TemporaryTopic])
def test_a_destination_has_a_name(kind: Any, wrong: Any) -> None:
    with pytest.raises(InvalidDestinationError, match="must be a non-empty str"):
        kind(wrong)


def test_deleting_calls_the_creator() -> None:
    asked: list[Destination] = []
    queue = TemporaryQueue("a", asked.append)
    queue.delete()
    assert asked == [queue]
    assert asked[0] is queue


# ---- durations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "value"), [(0, 0.0), (3, 3.0), (0.5, 0.5), (timedelta(minutes=1), 60.0), (float("inf"), float("inf"))]
)
def test_durations_are_seconds(given: Any, value: float) -> None:
    assert seconds(given, "time") == value
    assert type(seconds(given, "time")) is float


@pytest.mark.parametrize("wrong", [-1, -0.5, float("nan"), True, False, "1", None, timedelta(-1)])
def test_what_is_no_duration_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^how long "):
        seconds(wrong, "how long")


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (None, None),
        (0, 0.0),
        (2, 2.0),
        (timedelta(seconds=1), 1.0),
        (float("inf"), None),
        (threading.TIMEOUT_MAX, None),
        (threading.TIMEOUT_MAX / 2, threading.TIMEOUT_MAX / 2),
    ],
)
def test_timeouts_beyond_counting_are_forever(given: Any, value: float | None) -> None:
    assert waiting_time(given) == value


def test_the_systems_clock_advances() -> None:
    clock = SystemClock()
    assert clock.now() > 1_700_000_000
    before = clock.monotonic()
    condition = threading.Condition()
    with condition:
        clock.wait(condition, 0.001)
    assert clock.monotonic() > before


# ---- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "bits"), [(Byte, 8), (Short, 16), (Long, 64)])
def test_integers_keep_to_their_width(kind: Any, bits: int) -> None:
    limit = 2 ** (bits - 1)
    for value in (-limit, 0, limit - 1):
        assert kind(value) == value
        assert type(kind(value)) is kind
    for value in (-limit - 1, limit):
        with pytest.raises(ValueError, match=f"{value} is out of the range of a {kind.__name__.lower()}: {-limit} to "):
            kind(value)
    assert repr(kind(5)) == f"{kind.__name__}(5)"
    assert str(kind(5)) == "5"
    assert kind(2) + 1 == 3


def test_a_float_has_single_precision() -> None:
    assert Float(0.1) != 0.1
    assert Float(0.1) == Float(Float(0.1))
    assert Float(0.5) == 0.5
    assert Float(float("inf")) == float("inf")
    assert repr(Float(0.5)) == "Float(0.5)"
    with pytest.raises(ValueError, match="out of the range of a float"):
        Float(1e39)


def test_a_char_is_one_unit() -> None:
    assert Char("a") == "a"
    assert Char("\uffff") == "\uffff"
    assert repr(Char("a")) == "Char('a')"
    for wrong in ("", "ab", "\U00010000"):
        with pytest.raises(ValueError, match="a char is one character"):
            Char(wrong)


@pytest.mark.parametrize(
    ("value", "kind"), [(0, int), (2**31 - 1, int), (-(2**31), int), (2**31, Long), (-(2**31) - 1, Long), (True, int)]
)
def test_integers_are_ints_if_they_fit(value: int, kind: type) -> None:
    found = natural_integer(value)
    assert found == value
    assert type(found) is kind


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_integers_beyond_a_long_are_refused(value: int) -> None:
    with pytest.raises(MessageFormatError, match="does not fit 64 bits"):
        natural_integer(value)


def test_the_constants_are_those_of_java() -> None:
    assert [(mode.name, mode.value) for mode in SessionMode] == [
        ("SESSION_TRANSACTED", 0),
        ("AUTO_ACKNOWLEDGE", 1),
        ("CLIENT_ACKNOWLEDGE", 2),
        ("DUPS_OK_ACKNOWLEDGE", 3),
        ("INDIVIDUAL_ACKNOWLEDGE", 4),
    ]
    assert (DeliveryMode.NON_PERSISTENT, DeliveryMode.PERSISTENT) == (1, 2)


# ---- capabilities and errors ----------------------------------------------------------------------------------------


def capabilities(**features: Any) -> Capabilities:
    return Capabilities("Broker", "1", {feature: features.get(feature.name, NATIVE) for feature in Feature})


def test_every_feature_is_declared() -> None:
    with pytest.raises(ValueError, match="declares every feature; missing: QUEUE_SELECTOR, TOPIC_SELECTOR"):
        Capabilities("Broker", "1", {})
    known: dict[Feature, Support] = {feature: NATIVE for feature in Feature if feature is not Feature.BROWSE}
    with pytest.raises(ValueError, match=r"missing: BROWSE$"):
        Capabilities("Broker", "1", known)


def test_a_declaration_cannot_be_changed() -> None:
    features = dict.fromkeys(Feature, NATIVE)
    found = Capabilities("Broker", "1", features)
    features[Feature.DELAY] = EMULATED
    assert found.level(Feature.DELAY) is Level.NATIVE
    with pytest.raises(TypeError):
        found.features[Feature.DELAY] = EMULATED  # type: ignore[index]


def test_levels_of_support() -> None:
    found = capabilities(
        DELAY=unsupported("wait"), TRANSACTION=partial(TX_07="one queue", TX_08="late"), TTL=partial(TTL_1="never")
    )
    assert found[Feature.DELAY].level is found.level(Feature.DELAY) is Level.UNSUPPORTED
    assert not found.supports(Feature.DELAY)
    assert found.supports(Feature.TRANSACTION)
    assert found.supports(Feature.BROWSE)
    assert found.exceptions == {"TX-07": "one queue", "TX-08": "late", "TTL-1": "never"}
    found.require(Feature.TRANSACTION)
    found.require(Feature.BROWSE)
    with pytest.raises(UnsupportedFeatureError, match="Broker has no delivery delay: wait"):
        found.require(Feature.DELAY)
    assert NATIVE.reason == ""


def test_an_error_knows_its_cause() -> None:
    cause, other = OSError("cable"), OSError("plug")
    error = JMSError("lost", "E1", cause)
    assert (str(error), error.error_code, error.linked_exception) == ("lost", "E1", cause)
    error.linked_exception = other
    assert error.__cause__ is other
    plain = JMSError()
    assert (str(plain), plain.error_code, plain.linked_exception) == ("", None, None)


# ---- envelopes and the ledger ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "group", "closes"),
    [
        ({"JMSXGroupID": "g"}, "g", False),
        ({"JMSXGroupID": "g", "JMSXGroupSeq": -1}, "g", True),
        ({"JMSXGroupID": "g", "JMSXGroupSeq": 1}, "g", False),
        ({"JMSXGroupID": 5, "JMSXGroupSeq": -1}, None, False),
    ],
)
def test_groups_are_constraints(properties: Mapping[str, Any], group: str | None, closes: bool) -> None:
    found = constraints_of(1, 2, properties)
    assert found is not None
    assert (found.expiration, found.due, found.group, found.closes_group) == (1, 2, group, closes)


@pytest.mark.parametrize("properties", [NO_PROPERTIES, {"JMSXGroupSeq": -1}, {"JMSXGroupID": ""}, {"n": 1}])
def test_most_messages_have_no_constraints(properties: Mapping[str, Any]) -> None:
    assert constraints_of(0, 0, properties) is None
    timed = constraints_of(5, 0, properties)
    assert timed is not None
    assert (timed.expiration, timed.due, timed.group) == (5, 0, None)


def test_the_times_of_an_envelope() -> None:
    plain, timed = text("a", timestamp=1234), text("b", timestamp=5, expiration=7, delivery_time=6)
    assert (plain.timestamp, plain.expiration, plain.due, plain.delivery_time) == (1234, 0, 0, 1234)
    assert (timed.timestamp, timed.expiration, timed.due, timed.delivery_time) == (5, 7, 6, 6)
    assert (plain.delivery_mode, plain.priority, plain.origin) == (2, 4, None)
    assert isinstance(plain, Envelope)


class FakeSource:
    """The source of the ledger's entries, and its subscription."""

    def __init__(self) -> None:
        self.subscription = self
        self.settled: list[tuple[list[object], object]] = []

    def settle(self, receipts: Sequence[object], outcome: object) -> None:
        self.settled.append((list(receipts), outcome))


def filled(*consumers: Any) -> tuple[Ledger, list[Any]]:
    """Return a ledger with deliveries whose receipts are a, b, c ..."""
    ledger = Ledger()
    entries = [(consumer, (text(name), name, 0)) for consumer, name in zip(consumers, "abcd", strict=False)]
    assert [ledger.add(*entry) for entry in entries] == list(range(1, len(entries) + 1))
    return ledger, entries


def test_the_ledger_numbers_from_one_and_keeps_order() -> None:
    first, second = FakeSource(), FakeSource()
    ledger, entries = filled(first, second, first)
    assert len(ledger) == 3
    assert ledger.pop(2) == entries[1]
    assert ledger.pop(2) is None
    assert ledger.pop(0) is None
    assert ledger.clear() == [entries[0], entries[2]]
    assert ledger.clear() == []
    assert ledger.add(*entries[0]) == 4
    settlements: list[Any] = acceptances(entries)
    assert settlements == [(first, ["a", "c"], None), (second, ["b"], None)]
    assert acceptances([]) == []


def test_the_ledger_accepts_one_and_all() -> None:
    first, second = FakeSource(), FakeSource()
    ledger, _ = filled(first, second, first, second)
    ledger.accept(2)
    ledger.accept(2)
    assert second.settled == [(["b"], None)]
    ledger.accept_all()
    ledger.accept_all()
    assert (first.settled, second.settled) == ([(["a", "c"], None)], [(["b"], None), (["d"], None)])
    ledger, _ = filled(third := FakeSource())
    ledger.accept_all()
    assert third.settled == [(["a"], None)]
    assert len(ledger) == 0
