"""Names, state and mapping of properties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jmslike.errors import JMSError, MessageFormatError, MessageNotWriteableError
from jmslike.message import Message, TextMessage, new_message
from jmslike.message.properties import PropertyAccess, PropertyGetters
from jmslike.values import Byte, Long
from tests.unit.message.support import delivered, sent

VALUES: dict[str, Any] = {
    "boolean": True,
    "byte": 1,
    "short": 1,
    "int": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "string": "x",
    "object": 1,
}
Setter = Callable[[Message, str], None]


def by_view(message: Message, name: str) -> None:
    """Set through the mapping."""
    message.properties[name] = 1


def by_method(kind: str) -> Setter:
    """Set by a typed method."""
    return lambda message, name: getattr(message, f"set_{kind}_property")(name, VALUES[kind])


SETTERS = pytest.mark.parametrize("setter", [*(pytest.param(by_method(kind), id=kind) for kind in VALUES), by_view])


@SETTERS
@pytest.mark.parametrize(
    "name",
    [None, "", " ", 5, b"a", "a b", "a-b", "a.b", "1a", "'a'", "a\n", "NULL", "true", "False", "nOt", "and", "OR",
     "between", "like", "in", "is", "escape", "JMS", "JMSPriority", "JMSCorrelationID", "JMSXGroupId", "JMSXunknown",
     "JMSfoo"],
)  # fmt: skip
def test_names_that_are_refused(setter: Setter, name: Any) -> None:
    """PROP-12, PROP-13, PROP-20: no identifier, a word of the selector language, or reserved: a plain ValueError."""
    message = new_message(TextMessage)
    with pytest.raises(ValueError, match=r"name|reserved") as caught:
        setter(message, name)
    assert not isinstance(caught.value, JMSError)
    assert message.property_names == []


@SETTERS
@pytest.mark.parametrize(
    "name",
    ["a", "_", "$", "a1", "$a_1", "größe", "€", "nullable", "android", "jmsx", "Jms", "JMS_jmslike_reason", "JMS_"],
)
def test_names_that_are_allowed(setter: Setter, name: str) -> None:
    """PROP-13, PROP-20: Java identifiers, and the vendors' names."""
    message = new_message(TextMessage)
    setter(message, name)
    assert message.property_names == [name]
    assert message.property_exists(name)


def test_the_errors_say_why() -> None:
    """PROP-12, PROP-13: which rule was broken, and the name."""
    message = new_message(TextMessage)
    for name, words in {
        "a b": "a Java identifier and no word of the selector language, not 'a b'",
        "like": "no word of the selector language, not 'like'",
        "JMSPriority": "'JMSPriority' is reserved",
    }.items():
        with pytest.raises(ValueError, match=words):
            message.set_int_property(name, 1)
    with pytest.raises(ValueError, match="a str, not NoneType"):
        message.set_int_property(None, 1)  # type: ignore[arg-type]


def test_group_properties() -> None:
    """PROP-18: JMSXGroupID is a str, JMSXGroupSeq an int, and nothing else."""
    message = new_message(TextMessage)
    message.set_string_property("JMSXGroupID", "g")
    message.set_int_property("JMSXGroupSeq", -1)
    assert delivered(message).get_string_property("JMSXGroupID") == "g"
    assert delivered(message).get_int_property("JMSXGroupSeq") == -1
    for name, value in [("JMSXGroupID", 5), ("JMSXGroupSeq", "1"), ("JMSXGroupSeq", True), ("JMSXGroupSeq", 1 << 31)]:
        with pytest.raises(MessageFormatError, match=name):
            message.set_object_property(name, value)
    with pytest.raises(MessageFormatError, match="JMSXGroupSeq"):
        message.set_byte_property("JMSXGroupSeq", 1)
    message.properties.update(JMSXGroupID=None, JMSXGroupSeq=None)
    assert message.get_string_property("JMSXGroupID") is None


PROVIDER = [
    "JMSXDeliveryCount",
    "JMSXUserID",
    "JMSXAppID",
    "JMSXProducerTXID",
    "JMSXConsumerTXID",
    "JMSXRcvTimestamp",
    "JMSXState",
]


@pytest.mark.parametrize("name", PROVIDER)
def test_what_the_provider_sets_cannot_be_forged(name: str) -> None:
    """PROP-20: a client's value is ignored, so that received properties can be copied to another message."""
    message = new_message(TextMessage)
    message.properties[name] = 99
    message.set_int_property(name, 99)
    assert not message.property_exists(name)
    assert message.get_object_property(name) is None
    assert name not in sent(message).properties


def test_all_properties_of_a_received_message_can_be_copied() -> None:
    """PROP-16, PROP-20: to another message, by the names that it lists."""
    first = new_message(TextMessage)
    first.properties["n"] = 5
    copy = delivered(first, attempts=4)
    second = new_message(TextMessage)
    for name in copy.property_names:
        second.set_object_property(name, copy.get_object_property(name))
    assert delivered(second).properties == {"n": 5, "JMSXDeliveryCount": 1}


def test_the_delivery_count_is_on_received_messages_only() -> None:
    """PROP-19: by every accessor, and gone with the other properties."""
    message = new_message(TextMessage)
    copy = delivered(message, attempts=2)
    assert not message.property_exists("JMSXDeliveryCount")
    assert copy.property_exists("JMSXDeliveryCount")
    assert copy.property_names == ["JMSXDeliveryCount"]
    assert copy.get_int_property("JMSXDeliveryCount") == 3
    assert type(copy.get_object_property("JMSXDeliveryCount")) is int
    assert dict(copy.properties) == {"JMSXDeliveryCount": 3}
    copy.clear_properties()
    assert copy.property_names == []
    assert copy.get_object_property("JMSXDeliveryCount") is None


@SETTERS
def test_received_properties_are_read_only(setter: Setter) -> None:
    """PROP-14: by every setter, until clear_properties."""
    message = new_message(TextMessage)
    message.properties["n"] = 5
    copy = delivered(message)
    with pytest.raises(MessageNotWriteableError, match="clear_properties"):
        setter(copy, "other")
    with pytest.raises(MessageNotWriteableError):
        del copy.properties["n"]
    assert copy.get_int_property("n") == 5
    copy.clear_properties()
    setter(copy, "other")
    assert copy.property_names == ["other"]


def test_clear_properties_leaves_the_body() -> None:
    """PROP-15: the body keeps its content and stays read-only; others see no change."""
    message = new_message(TextMessage)
    message.text = "x"
    message.properties["n"] = 5
    copy = delivered(message)
    copy.clear_properties()
    copy.properties["m"] = 6
    assert copy.text == "x"
    with pytest.raises(MessageNotWriteableError):
        copy.text = "y"
    assert dict(message.properties) == {"n": 5}
    assert dict(new_message(TextMessage).properties) == {}


def test_names_are_case_sensitive_and_values_are_replaced() -> None:
    """PROP-16, PROP-17: setting again replaces value and type."""
    message = new_message(TextMessage)
    message.correlation_id = "c"
    message.set_byte_property("n", 5)
    message.set_string_property("N", "x")
    assert type(message.get_object_property("n")) is Byte
    message.set_long_property("n", 6)
    assert type(message.get_object_property("n")) is Long
    assert sorted(message.property_names) == ["N", "n"]
    assert not message.property_exists("JMSCorrelationID")
    assert isinstance(message.property_names, list)


def test_properties_set_to_none_exist() -> None:
    """PROP-05, PROP-17: None is a value."""
    message = new_message(TextMessage)
    message.set_string_property("s", None)
    message.set_object_property("o", None)
    assert message.property_exists("s")
    assert message.properties == {"s": None, "o": None}


def test_properties_are_a_mutable_mapping() -> None:
    """PROP-03, PROP-11: a view, where Python types decide."""
    message = new_message(TextMessage)
    view = message.properties
    view["n"] = 5
    view.update({"big": 1 << 40, "flag": True})
    assert message.get_int_property("n") == 5
    assert type(view["big"]) is Long
    assert view["flag"] is True
    assert len(view) == 3
    assert list(view) == ["n", "big", "flag"]
    assert "n" in view
    assert "absent" not in view
    with pytest.raises(KeyError):
        view["absent"]
    with pytest.raises(KeyError):
        del view["absent"]
    del view["n"]
    assert not message.property_exists("n")
    assert view.pop("flag") is True
    assert repr(view) == f"Properties({{'big': Long({1 << 40})}})"
    view.clear()
    assert message.property_names == []


def test_a_bad_value_changes_nothing() -> None:
    """PROP-02, PROP-11: the old value stays."""
    message = new_message(TextMessage)
    message.set_int_property("n", 5)
    with pytest.raises(MessageFormatError):
        message.properties["n"] = []  # type: ignore[assignment]
    with pytest.raises(ValueError, match="range"):
        message.set_byte_property("n", 128)
    assert message.get_object_property("n") == 5


def test_sent_properties_are_not_changed_by_the_sender() -> None:
    """PROD-15, MSG-07: properties are shared until the sender changes them."""
    message = new_message(TextMessage)
    message.set_int_property("n", 1)
    first = sent(message)
    message.set_int_property("n", 2)
    second = sent(message)
    del message.properties["n"]
    assert (first.properties, second.properties) == ({"n": 1}, {"n": 2})
    assert message.property_names == []
    message.set_int_property("n", 3)
    assert second.properties == {"n": 2}


def test_two_writes_copy_once() -> None:
    """PROD-15: what is the message's own already is not copied again."""
    message = new_message(TextMessage)
    message.set_int_property("a", 1)
    own = message._properties
    message.set_int_property("b", 2)
    assert message._properties is own


def test_the_access_needs_somewhere_to_keep_properties() -> None:
    """PROP-03: a class that inherits the accessors says where the properties are."""
    with pytest.raises(NotImplementedError):
        PropertyGetters().get_object_property("n")
    with pytest.raises(NotImplementedError):
        PropertyAccess().set_object_property("n", 1)


class Settings(PropertyGetters):
    """Properties of something that is no message."""

    def _property_map(self) -> dict[str, Any]:
        return {"n": 5}


def test_the_getters_serve_others_than_messages() -> None:
    """CTX-18: the getters work over any mapping."""
    settings = Settings()
    assert settings.get_string_property("n") == "5"
    assert settings.property_names == ["n"]
    assert settings.property_exists("n")
    assert settings.get_boolean_property("m") is False
