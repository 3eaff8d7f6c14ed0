"""The scenario of formats on the embedded engine: what is measured, and what cannot be."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from jmslike import UnsupportedFeatureError
from jmslike.compare import Plan, Source
from jmslike.compare.forms import FORMS, Columns, Form, json_form
from jmslike.compare.orders import Orders
from jmslike.compare.plan import Setting
from jmslike.compare.scenarios import formats
from jmslike.compare.scenarios.formats import SCENARIO
from jmslike.compare.scenarios.scenario import Outcome
from jmslike.compare.stage import Stage
from tests.unit.compare.formats import Lines

SMALL = Plan(run=0.01, warm_up=0.0, window=7)

every_format = pytest.mark.parametrize("title", FORMS)


def play(url: str, title: str, source: Source) -> Outcome:
    (route,) = (route for route in SCENARIO.columns if route.title == title)
    with Stage(url, Setting(source, SMALL)) as stage:
        return route.play(stage)


def test_a_damaged_record_is_counted(url: str) -> None:
    def one_in_three_is_damaged(columns: Columns) -> Form:
        return replace(json_form(columns), unpack=lambda record: record if record["n"] else {"n": 7})

    with Stage(url, Setting(Lines('{"n":0}', '{"n":1}', '{"n":2}'), SMALL)) as stage:
        sent, lost, damaged = formats.play("JSON", one_in_three_is_damaged, stage).checks
    assert (lost.ok, damaged.ok, damaged.value * 3) == (True, False, sent.value)


def test_every_format_is_a_column() -> None:
    assert [route.title for route in SCENARIO.columns] == list(FORMS)


@every_format
def test_no_record_is_lost_or_damaged_while_it_is_measured(url: str, title: str) -> None:
    outcome = play(url, title, Orders(20))
    sent, *checks = outcome.checks
    assert sent.value > 20
    assert [(check.label, check.value, check.expected) for check in checks] == [("lost", 0, 0), ("damaged", 0, 0)]
    assert [(reading.name, reading.unit) for reading in outcome.readings] == [
        ("size", "bytes"),
        ("encode", "us"),
        ("decode", "us"),
        ("rate", "messages/s"),
    ]
    assert all(reading.value > 0 for reading in outcome.readings)


def test_the_size_is_that_of_the_bodies(url: str) -> None:
    source = Lines(json.dumps({"id": "é", "n": 1}))
    assert {title: play(url, title, source).readings[0].value for title in FORMS} == {
        "JSON": len('{"id":"é","n":1}'.encode()),
        "CSV": len("é,1\r\n".encode()),
        "XML": len("<record><id>é</id><n>1</n></record>".encode()),
        "Protobuf": 2 + 2 + 2,
        "Thrift": 3 + 4 + 2 + 3 + 8 + 1,
        "raw bytes": 4 + 2 + 4 + 1,
    }


@every_format
def test_a_format_that_cannot_hold_the_records_is_not_available(url: str, title: str) -> None:
    source = Lines(json.dumps({"a": "bell \a"}))
    if title == "XML":
        with pytest.raises(UnsupportedFeatureError, match=r"^not all of these messages can be XML: a: XML cannot hold"):
            play(url, title, source)
    else:
        assert all(check.ok for check in play(url, title, source).checks)


@every_format
def test_nested_records_are_sent_in_every_format(url: str, title: str) -> None:
    outcome = play(url, title, Lines(json.dumps({"a": {"b": [1, None]}}), json.dumps({"c": 1})))
    assert all(check.ok for check in outcome.checks)


@every_format
def test_what_is_no_record_is_sent_as_a_text(url: str, title: str) -> None:
    outcome = play(url, title, Lines("one", "two\tthree"))
    assert all(check.ok for check in outcome.checks)
