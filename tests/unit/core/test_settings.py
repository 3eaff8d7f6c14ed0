"""The general options: what they are converted to, and what is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.core.redelivery import RedeliveryPolicy
from jmslike.errors import JMSError
from jmslike.message.serializers import JSONSerializer, PickleSerializer
from jmslike.settings import GENERAL_OPTIONS, WIRE_OPTIONS, Settings, make_settings


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = make_settings({})
    assert settings.client_id is settings.user_name is settings.password is None
    assert (settings.max_redeliveries, settings.redelivery_delay, settings.redelivery_backoff) == (6, 0.0, 1.0)
    assert (settings.dead_letter, settings.window, settings.max_in_flight) == ("DLQ.{name}", 100, 1000)
    assert (settings.connect_timeout, settings.request_timeout) == (10.0, 30.0)
    assert isinstance(settings.object_serializer, JSONSerializer)
    assert RedeliveryPolicy.of(settings) == RedeliveryPolicy(6, 0.0, 1.0, "DLQ.{name}")


def test_a_password_is_not_quoted() -> None:
    with pytest.raises(JMSError, match="option password is") as caught:
        make_settings({"password": b"secret"})
    assert "secret" not in str(caught.value)


def test_the_names_of_the_options() -> None:
    assert set(GENERAL_OPTIONS) == {
        "client_id",
        "user_name",
        "password",
        "max_redeliveries",
        "redelivery_delay",
        "redelivery_backoff",
        "dead_letter",
        "window",
        "max_in_flight",
        "connect_timeout",
        "request_timeout",
        "strict",
        "object_serializer",
        "telemetry",
    }
    assert set(WIRE_OPTIONS) == {"window", "connect_timeout", "request_timeout"}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("client_id", "me", "me"),
        ("user_name", "", ""),
        ("password", "secret", "secret"),
        ("dead_letter", "", ""),
        ("dead_letter", "dead.{name}", "dead.{name}"),
        ("max_redeliveries", "-1", -1),
        ("max_redeliveries", 0, 0),
        ("redelivery_delay", "0", 0.0),
        ("redelivery_delay", "1.5", 1.5),
        ("redelivery_delay", 2, 2.0),
        ("redelivery_backoff", "1", 1.0),
        ("redelivery_backoff", 2.5, 2.5),
        ("window", "1", 1),
        ("window", 500, 500),
        ("max_in_flight", "1", 1),
        ("connect_timeout", "0.001", 0.001),
        ("request_timeout", 0.001, 0.001),
    ],
)
def test_options_are_converted(name: str, given: Any, value: object) -> None:
    found = getattr(make_settings({name: given}), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "takes"),
    [
        ("client_id", 5, "a str"),
        ("dead_letter", None, "a str"),
        ("dead_letter", "DLQ.{foo}", "a queue's name, in which {name} may stand once and no other brace"),
        ("dead_letter", "DLQ.{name", "a queue's name, in which {name} may stand once and no other brace"),
        ("dead_letter", "{name}.{name}", "a queue's name, in which {name} may stand once and no other brace"),
        ("max_redeliveries", "-2", "a whole number of at least -1"),
        ("max_redeliveries", "x", "a whole number of at least -1"),
        ("max_redeliveries", 1.5, "a whole number"),
        ("max_redeliveries", True, "a whole number"),
        ("redelivery_delay", -0.1, "at least 0 seconds"),
        ("redelivery_delay", "x", "at least 0 seconds"),
        ("redelivery_delay", True, "at least 0 seconds"),
        ("redelivery_delay", None, "at least 0 seconds"),
        ("redelivery_delay", "nan", "at least 0 seconds"),
        ("redelivery_delay", "inf", "at least 0 seconds"),
        ("redelivery_backoff", 0.9, "a number of at least 1"),
        ("window", 0, "a whole number of at least 1"),
        ("max_in_flight", 0, "a whole number of at least 1"),
        ("connect_timeout", 0, "at least 0.001 seconds"),
        ("request_timeout", 0, "at least 0.001 seconds"),
        ("object_serializer", object(), "an object with encode and decode, given as a keyword"),
        ("object_serializer", type("Half", (), {"encode": print})(), "an object with encode and decode"),
    ],
)
def test_what_an_option_cannot_take_is_refused_by_name(name: str, given: Any, takes: str) -> None:
    with pytest.raises(JMSError) as caught:
        make_settings({name: given})
    assert str(caught.value).startswith(f"option {name} is {given!r}, but it takes {takes}")
    assert isinstance(caught.value.linked_exception, ValueError)


def test_any_serializer_is_taken() -> None:
    serializer = PickleSerializer({dict})
    assert make_settings({"object_serializer": serializer}).object_serializer is serializer


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Settings(password="secret"))
