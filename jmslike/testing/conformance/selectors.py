"""Message selectors (SEL, SC), end to end: on a queue where the transport selects there, else on a topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from jmslike import Byte, DeliveryMode, Destination, Float, InvalidSelectorError, Long, Message, Session, Short
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.selector_cases import CASES, INVALID
from jmslike.testing.steps import is_silent, take

Fields = Mapping[str, object]
"""What a message has: headers under their JMS names, and properties."""

RESERVED = ("NULL", "true", "False", "not", "AND", "Or", "between", "LIKE", "in", "IS", "escape")


def place(jms: Provider) -> Destination:
    """Return a new destination whose consumers may have selectors."""
    return jms.queue() if jms.capabilities.supports(Feature.QUEUE_SELECTOR) else jms.topic()


def made(session: Session, fields: Fields) -> Message:
    """Make a message with these properties and headers, except the headers that send sets."""
    message = session.create_message()
    for name, value in fields.items():
        if name == "JMSType":
            message.type = str(value)
        elif name == "JMSCorrelationID":
            message.correlation_id = str(value)
        elif name.startswith("JMSX") or not name.startswith("JMS"):
            message.set_object_property(name, value)
    return message


def check(jms: Provider, selector: str, selects: Sequence[Fields] = (), skips: Sequence[Fields] = ()) -> None:
    """Check that a consumer with the selector receives the `selects`, in order, and none of the `skips`."""
    session = jms.connection().create_session()
    destination = place(jms)
    consumer = session.create_consumer(destination, selector)
    producer = session.create_producer(destination)
    wanted = []
    for fields, matches in [(each, False) for each in skips] + [(each, True) for each in selects]:
        message = made(session, fields)
        mode = fields.get("JMSDeliveryMode", DeliveryMode.PERSISTENT)
        producer.send(message, mode, fields.get("JMSPriority"))  # type: ignore[call-overload]
        if matches:
            wanted.append(message.message_id)
    assert [take(jms, consumer).message_id for _ in wanted] == wanted, f"{selector} on {selects}"
    assert not skips or is_silent(jms, consumer), f"{selector} on {skips}"


def refuse(jms: Provider, *selectors: str) -> None:
    """Check that a consumer with any of these selectors cannot be made, on a queue or on a topic."""
    session = jms.connection().create_session()
    for destination in (jms.queue(), jms.topic()):
        for selector in selectors:
            with pytest.raises(InvalidSelectorError):
                pytest.fail(f"{selector[:200]} was accepted: {session.create_consumer(destination, selector)}")


@requires(Feature.TOPIC_SELECTOR)
@pytest.mark.parametrize(("selector", "fields", "matches"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_a_selector_decides_as_the_specification_says(
    jms: Provider, selector: str, fields: Fields, matches: bool
) -> None:
    """SC-01..SC-92: each case of the checklist, through a consumer."""
    check(jms, selector, *(([fields], []) if matches else ([], [fields])))


@pytest.mark.parametrize("selector", [pytest.param(text, id=name) for name, text in INVALID])
def test_a_selector_that_is_not_in_the_language_is_refused(jms: Provider, selector: str) -> None:
    """SC-I01..SC-I40: when the consumer is made, whether or not the transport has selectors."""
    refuse(jms, selector)


@requires(Feature.TOPIC_SELECTOR)
def test_only_what_is_true_is_selected(jms: Provider) -> None:
    """SEL-01: neither false nor unknown."""
    check(jms, "n = 1", selects=[{"n": 1}], skips=[{"n": 2}, {}])


@requires(Feature.TOPIC_SELECTOR)
def test_a_selector_never_sees_the_body(jms: Provider) -> None:
    """SEL-02: an item of a map is no property."""
    session = jms.connection().create_session()
    destination = place(jms)
    consumer = session.create_consumer(destination, "n = 1")
    producer = session.create_producer(destination)
    body, wanted = session.create_map_message(), session.create_map_message()
    body.set_int("n", 1)
    wanted.set_int_property("n", 1)
    producer.send(body)
    producer.send(wanted)
    assert take(jms, consumer).message_id == wanted.message_id
    assert is_silent(jms, consumer)


@requires(Feature.TOPIC_SELECTOR)
def test_a_property_has_the_type_it_was_set_with(jms: Provider) -> None:
    """SEL-03, PROP-21: every number compares as a number, and a string as a string only."""
    numbers = [{"p": kind(1)} for kind in (Byte, Short, int, Long, Float, float)]
    check(jms, "p = 1", selects=numbers, skips=[{"p": "1"}, {"p": True}])
    check(jms, "p = '1'", selects=[{"p": "1"}], skips=numbers)
    check(jms, "p = TRUE", selects=[{"p": True}], skips=[{"p": "true"}, {"p": 1}])


@requires(Feature.TOPIC_SELECTOR)
def test_what_is_missing_is_null(jms: Provider) -> None:
    """SEL-04, SEL-26: a missing property, one that is None, a header that is None; an empty string is not null."""
    check(jms, "p IS NULL", selects=[{}, {"p": None}], skips=[{"p": ""}, {"p": 0}])
    check(jms, "JMSType IS NOT NULL", selects=[{"JMSType": "t"}, {"JMSType": ""}], skips=[{}])


@requires(Feature.TOPIC_SELECTOR)
def test_what_is_compared_with_null_is_unknown(jms: Provider) -> None:
    """SEL-05: also arithmetic with it, and its negation."""
    check(jms, "p > 1 OR NOT (p > 1)", selects=[{"p": 0}], skips=[{}])
    check(jms, "p + q <> 5", selects=[{"p": 1, "q": 1}], skips=[{"p": 1}, {}])


@requires(Feature.TOPIC_SELECTOR)
def test_unlike_types_are_neither_equal_nor_unequal(jms: Provider) -> None:
    """SEL-06, SEL-07: both comparisons are false, so their negations are true."""
    check(jms, "n <> 'x'", selects=[{"n": "y"}], skips=[{"n": 1}, {"n": True}])
    check(jms, "NOT (n = 'x') AND NOT (n <> 'x')", selects=[{"n": 1}, {"n": True}], skips=[{"n": "x"}])
    check(jms, "a = b", selects=[{"a": 1, "b": 1.0}, {"a": "s", "b": "s"}], skips=[{"a": 1, "b": "1"}])


@requires(Feature.TOPIC_SELECTOR)
def test_strings_and_booleans_have_no_order(jms: Provider) -> None:
    """SEL-08, SEL-09: a literal is refused; two identifiers that hold such values compare as false."""
    refuse(jms, "s < 'b'", "s >= 'b'", "b <= TRUE", "s BETWEEN 'a' AND 'b'")
    check(jms, "a < b", selects=[{"a": 1, "b": 2}], skips=[{"a": "a", "b": "b"}, {"a": False, "b": True}])


def test_literals_of_unlike_types_are_refused(jms: Provider) -> None:
    """SEL-10: comparing them can never be meant."""
    refuse(jms, "TRUE = 0", "'a' = 1", "1 <> 'a'", "FALSE = 'false'")


@requires(Feature.TOPIC_SELECTOR)
def test_numbers_are_promoted_as_in_java(jms: Provider) -> None:
    """SEL-11: a float is compared in double precision, a long with a double as doubles."""
    check(jms, "f = 0.1", selects=[{"f": 0.1}], skips=[{"f": Float(0.1)}])
    check(jms, "l = 9007199254740992.0", selects=[{"l": Long(2**53 + 1)}], skips=[{"l": Long(2**53 + 2)}])


@requires(Feature.TOPIC_SELECTOR)
def test_integers_divide_to_an_integer(jms: Provider) -> None:
    """SEL-12, SEL-13: truncated toward zero; by zero it is unknown; sums wrap at 64 bits."""
    check(jms, "n / 2 = 3 OR n / 2 = -3", selects=[{"n": 7}, {"n": -7}], skips=[{"n": 7.0}])
    check(jms, "n / z = 1 OR n / z <> 1", selects=[{"n": 1, "z": 1}, {"n": 1.0, "z": 0.0}], skips=[{"n": 1, "z": 0}])
    check(jms, "l + 1 < 0", selects=[{"l": Long(2**63 - 1)}], skips=[{"l": Long(2**62)}])


@requires(Feature.TOPIC_SELECTOR)
def test_arithmetic_on_what_is_no_number_selects_nothing(jms: Provider) -> None:
    """SEL-14: the comparison around it is false."""
    check(jms, "p + 1 = 3", selects=[{"p": 2}], skips=[{"p": "2"}, {"p": True}])


@requires(Feature.TOPIC_SELECTOR)
def test_numeric_literals_are_those_of_java(jms: Provider) -> None:
    """SEL-15, SEL-16: decimal, hexadecimal, octal, with L; with a point, an exponent, f or d; within a long."""
    check(jms, "n IS NOT NULL AND n = 0x1F AND n = 037 AND n = 31L AND n = 31", selects=[{"n": 31}])
    check(jms, "d = 7E3 AND d = 7000. AND d = .7e4 AND d = 7e+3d AND d = 7000f", selects=[{"d": 7000.0}])
    refuse(jms, "n = 08", "n = 9223372036854775808", "n = 0x", "n = 1e")


@requires(Feature.TOPIC_SELECTOR)
def test_string_literals_hold_any_characters(jms: Provider) -> None:
    """SEL-17: a doubled quote is a quote, a backslash is a backslash."""
    for text in ("it's", "''", "a\\n", "größe \U0001f600", "line\nline", '"', "--", "%_"):
        quoted = text.replace("'", "''")
        check(jms, f"s = '{quoted}'", selects=[{"s": text}], skips=[{"s": text + "x"}])


@requires(Feature.TOPIC_SELECTOR)
def test_identifiers_are_those_of_java(jms: Provider) -> None:
    """SEL-18: case-sensitive, with letters of any script, _ and $; no dots, hyphens or quotes."""
    check(jms, "_a1 = 1 AND $b = 1 AND größe = 1", selects=[{"_a1": 1, "$b": 1, "größe": 1}])
    check(jms, "Color = 1", selects=[{"Color": 1}], skips=[{"color": 1}])
    refuse(jms, "1a = 1", "a.b = 1", "#a = 1", '"a" = 1')


def test_reserved_words_are_no_identifiers(jms: Provider) -> None:
    """SEL-19: in any case."""
    refuse(jms, *(f"{word} = 5" for word in RESERVED), *(f"n = 1 OR {word} = 5" for word in RESERVED))


@requires(Feature.TOPIC_SELECTOR)
def test_not_binds_tighter_than_and_and_and_tighter_than_or(jms: Provider) -> None:
    """SEL-20: and a comparison tighter than NOT."""
    check(jms, "a OR b AND c", selects=[{"a": True, "b": False, "c": False}], skips=[{"a": False, "b": True}])
    check(jms, "NOT a AND b", selects=[{"a": False, "b": True}], skips=[{"a": False, "b": False}])
    check(jms, "NOT c IN ('x')", selects=[{"c": "y"}], skips=[{"c": "x"}])


@requires(Feature.TOPIC_SELECTOR)
def test_a_boolean_may_stand_alone(jms: Provider) -> None:
    """SEL-21: anything else alone is unknown, and a bare number, string or sum is refused."""
    check(jms, "flag", selects=[{"flag": True}], skips=[{"flag": False}, {"flag": "true"}, {"flag": 1}, {}])
    check(jms, "TRUE", selects=[{}])
    check(jms, "FALSE", skips=[{}])
    refuse(jms, "1", "'s'", "1 + 2", "-n")


@requires(Feature.TOPIC_SELECTOR)
def test_between_includes_its_bounds(jms: Provider) -> None:
    """SEL-22: with three-valued logic for each bound."""
    check(
        jms, "n BETWEEN 1 AND 3", selects=[{"n": 1}, {"n": 2.5}, {"n": 3}], skips=[{"n": 0}, {"n": 4}, {"n": "2"}, {}]
    )
    check(jms, "n NOT BETWEEN 1 AND hi", selects=[{"n": 0}, {"n": 4, "hi": 3}], skips=[{"n": 2}, {"n": 2, "hi": 3}])


@requires(Feature.TOPIC_SELECTOR)
def test_in_compares_strings(jms: Provider) -> None:
    """SEL-23: null is unknown, and a number is neither in nor outside of the list."""
    check(jms, "c IN ('UK', 'US')", selects=[{"c": "UK"}, {"c": "US"}], skips=[{"c": "uk"}, {"c": 1}, {}])
    check(jms, "c NOT IN ('UK')", selects=[{"c": "US"}], skips=[{"c": "UK"}, {"c": 1}, {}])
    refuse(jms, "c IN ()", "c IN (1)", "c IN ('a',)", "c IN 'a'")


@requires(Feature.TOPIC_SELECTOR)
def test_like_knows_two_wildcards(jms: Provider) -> None:
    """SEL-24: one character or any run of them, over the whole string; all else is literal."""
    check(jms, "s LIKE 'a_c'", selects=[{"s": "abc"}, {"s": "a\U0001f600c"}], skips=[{"s": "ac"}, {"s": "abcd"}])
    check(
        jms, "s LIKE 'a%c'", selects=[{"s": "ac"}, {"s": "a\n\nc"}], skips=[{"s": "abcd"}, {"s": "A c"}, {"s": 1}, {}]
    )
    check(jms, "s LIKE 'a.*[b]'", selects=[{"s": "a.*[b]"}], skips=[{"s": "axxb"}])


@requires(Feature.TOPIC_SELECTOR)
def test_escape_takes_the_meaning_from_a_wildcard(jms: Provider) -> None:
    """SEL-25: of _ , % and itself; null is unknown, and what is no string is false for LIKE and NOT LIKE."""
    check(jms, "s LIKE '!%!_!!' ESCAPE '!'", selects=[{"s": "%_!"}], skips=[{"s": "ab!"}])
    check(jms, "s NOT LIKE 'a!%' ESCAPE '!'", selects=[{"s": "ab"}], skips=[{"s": "a%"}, {"s": 5}, {}])
    refuse(jms, "s LIKE 'a' ESCAPE ''", "s LIKE 'a' ESCAPE 'xy'", "s LIKE 'a' ESCAPE 1")


@requires(Feature.TOPIC_SELECTOR)
def test_six_headers_may_be_selected_on(jms: Provider) -> None:
    """SEL-27: mode, priority, id, timestamp, correlation id and type."""
    selector = (
        "JMSDeliveryMode = 'NON_PERSISTENT' AND JMSPriority = 7 AND JMSMessageID LIKE 'ID:%' AND JMSTimestamp > 0"
        " AND JMSCorrelationID = 'c' AND JMSType = 't'"
    )
    wanted = {"JMSDeliveryMode": 1, "JMSPriority": 7, "JMSCorrelationID": "c", "JMSType": "t"}
    check(jms, selector, selects=[wanted], skips=[{**wanted, "JMSType": "u"}, {**wanted, "JMSPriority": 6}])


def test_other_headers_may_not_be_selected_on(jms: Provider) -> None:
    """SEL-27: nor any other name that begins with JMS, but for JMSX and JMS_."""
    refuse(
        jms, "JMSDestination = 'q'", "JMSReplyTo IS NULL", "JMSExpiration = 0", "JMSRedelivered", "JMSDeliveryTime > 0"
    )
    refuse(jms, "JMSFoo = 1")


@requires(Feature.TOPIC_SELECTOR)
def test_the_delivery_mode_is_a_word(jms: Provider) -> None:
    """SEL-28: 'PERSISTENT' or 'NON_PERSISTENT', never a number."""
    check(jms, "JMSDeliveryMode = 'PERSISTENT'", selects=[{"JMSDeliveryMode": 2}], skips=[{"JMSDeliveryMode": 1}])
    check(jms, "JMSDeliveryMode = 2", skips=[{"JMSDeliveryMode": 2}, {"JMSDeliveryMode": 1}])


@requires(Feature.TOPIC_SELECTOR)
def test_jmsx_properties_may_be_selected_on(jms: Provider) -> None:
    """SEL-29: whether they are supported or not."""
    check(jms, "JMSXGroupID = 'g'", selects=[{"JMSXGroupID": "g"}], skips=[{"JMSXGroupID": "h"}, {}])
    check(jms, "JMSXState IS NULL AND JMS_vendor_x IS NULL", selects=[{}])


def test_extensions_of_other_providers_stay_off(jms: Provider) -> None:
    """SEL-30: comments, other operators, double quotes, XPATH, joined strings."""
    refuse(
        jms, "a = 1 /* x */", "a = 1 // x", "a != 1", "a == 1", 'a = "x"', "XPATH '//a'", "a || 'x' = 'yx'", "a % 2 = 1"
    )
    refuse(jms, "UPPER(a) = 'X'", "a LIKE 'x' + 'y'")


def test_hostile_selectors_are_refused(jms: Provider) -> None:
    """SEL-31: depth and length are bounded, and the session works on."""
    deep = 20_000
    refuse(jms, "(" * deep + "a = 1" + ")" * deep, "a = " + "(" * deep + "1" + ")" * deep)
    refuse(jms, "a = 1" + " OR a = 1" * 200_000, "NOT " * 500_000 + "a", "a = " + "-" * 2_000_000 + "1")
    refuse(jms, "s = '" + "x" * 2_000_000 + "'")


@requires(Feature.TOPIC_SELECTOR)
def test_a_selector_of_sensible_size_is_accepted(jms: Provider) -> None:
    """SEL-31: a hundred alternatives, twenty parentheses deep."""
    names = ", ".join(f"'name {number}'" for number in range(100))
    check(jms, "(" * 20 + f"s IN ({names})" + ")" * 20, selects=[{"s": "name 99"}], skips=[{"s": "name 100"}])


@requires(Feature.TOPIC_SELECTOR, Feature.QUEUE_SELECTOR, Feature.BROWSE)
def test_every_way_to_select_decides_alike(jms: Provider) -> None:
    """SEL-32: a queue's consumer, a topic's consumer and a browser."""
    selector = "NOT (n = '2') AND n / 2 = 3"
    session = jms.connection().create_session()
    queue, topic = jms.queue(), jms.topic()
    subscriber = session.create_consumer(topic, selector)
    for destination in (queue, topic):
        producer = session.create_producer(destination)
        for fields in ({"n": 7}, {"n": 6.5}, {"n": "2"}):
            producer.send(made(session, fields))
    with session.create_browser(queue, selector) as browser:
        assert [message.get_int_property("n") for message in browser] == [7]
    for consumer in (subscriber, session.create_consumer(queue, selector)):
        assert take(jms, consumer).get_int_property("n") == 7
        assert is_silent(jms, consumer)
