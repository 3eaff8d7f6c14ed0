"""No secret of a URL is shown, and no character acts on what shows a text."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from jmslike.compare import Outcome, Plan, Route, Scenario, Stage, compare, runner
from jmslike.compare.document import dumps, loads
from jmslike.compare.orders import Orders
from jmslike.compare.redaction import Redactor, shown
from jmslike.compare.results import Check, Column, Comparison

GOLDEN = Path(__file__).parent / "golden" / "comparison-2.json"
PASSWORD = "s3nt/nel:p@ss?w&rd"
ENCODED = quote(PASSWORD, safe="")


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        (f"amqp://someone:{ENCODED}@host:5672/vhost?window=5", [PASSWORD, ENCODED, ENCODED.lower()]),
        (
            "stomp://host?user_name=some%20one&api_token=a+b%2Fc&window=5",
            ["a b/c", "a+b%2Fc"],
        ),
        ("kafka://host?sasl_KEY=abcdef&Secret=ghijkl&credentials=mnopqr", ["abcdef", "ghijkl", "mnopqr"]),
        (
            "failover:(stomp://one1:pass1@a:1,stomp://two2:pa(ss)2@b:2?token=xyz12)?password=outer",
            ["pass1", "pa(ss)2", "xyz12", "outer"],
        ),
        ("stomp://someone:pass?word@host", ["pass?word"]),
        ("stomp://someone:pass/word@host/there@", ["pass/word@host/there"]),
        ("stomp:/x//someone:password@host", ["password"]),
    ],
)
def test_secrets_of_a_url_are_hidden_wherever_they_stand(url: str, secrets: list[str]) -> None:
    redactor = Redactor([url])
    for secret in secrets:
        assert redactor.text(f"before{secret}after: {secret}") == "before***after: ***"
    assert redactor.text("host, window, 5672") == "host, window, 5672"


def test_short_secrets_are_hidden_as_words_only() -> None:
    redactor = Redactor(["stomp://me:abc@host?token=x"])
    assert redactor.text("me: 'abc' is x, some abcs") == "me: '***' is x, some abcs"


def test_the_longest_secret_is_hidden_first() -> None:
    assert Redactor(["stomp://u:house@h?token=house-of-cards"]).text("house-of-cards, house") == "***, ***"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "jmslike compare amqp://order:s3cret@h stomp://h?user_name=order",
            "jmslike compare amqp://***:***@h stomp://h?user_name=***",
        ),
        ("order of messages, in order", "order of messages, in order"),
        ("Username: order; login 'order' refused, as user order", "Username: ***; login '***' refused, as user ***"),
        ("User name [order] or password is invalid", "User name [***] or password is invalid"),
        ("the users order lamps", "the users order lamps"),
    ],
)
def test_a_user_is_hidden_where_a_text_says_that_it_is_one(text: str, expected: str) -> None:
    """Elsewhere it may be any word."""
    redactor = Redactor(["amqp://order:s3cret@h", "stomp://h?user_name=order"])
    assert redactor.text(text) == expected


def test_a_password_that_is_the_name_of_the_user_is_hidden_like_it() -> None:
    """As that of a broker that is as it was installed: elsewhere it is a word."""
    redactor = Redactor(["amqp://guest:guest@h"])
    assert redactor.text("amqp://guest:guest@h: a guest, password=guest") == "amqp://***:***@h: a guest, password=***"
    assert Redactor(["amqp://u:guest@h"]).text("a guest") == "a ***", "any other password is hidden everywhere"


def test_without_urls_nothing_is_hidden() -> None:
    assert Redactor([]).text("user:password@host") == "user:password@host"
    assert Redactor(["native://", "stomp://host:61613"]).text("native host") == "native host"


def test_characters_that_act_are_shown() -> None:
    acting = "\x1b[31m\x00\r\n\t\x7f\x9b\u202e\u2066\u200f\u061c\ufeff\ud800\uffff"
    assert shown(acting).isascii()
    assert shown(acting).startswith(r"\x1b[31m\x00   \x7f\x9b\u202e\u2066")
    assert shown("Grüße, 你好, 👋, a\\x1b") == "Grüße, 你好, 👋, a\\x1b"
    assert shown(shown(acting)) == shown(acting)


def texts(value: object) -> list[str]:
    """All texts of a value, found in its dataclasses, lists and mappings."""
    if is_dataclass(value):
        return [text for each in fields(value) for text in texts(getattr(value, each.name))]
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def hostile(value: Any, text: str) -> Any:
    """The value with this text behind all of its texts that are not one of some given words."""
    given = {"on disk", "in memory", "nowhere", "better", "worse", "no difference shown", "too few repeats"}
    given |= {"curves", "density", "steps", "bars"}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: hostile(getattr(value, each.name), text) for each in fields(value)})
    if isinstance(value, dict):
        return {hostile(name, text): hostile(item, text) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(hostile(item, text) for item in value)
    return value + text if type(value) is str and value not in given else value


def test_every_text_of_a_document_is_cleaned() -> None:
    found: Comparison = hostile(loads(GOLDEN.read_text(encoding="utf-8")), f"\x1b\u202e{PASSWORD}\ud800")
    assert sum(PASSWORD in text for text in texts(found)) > 100
    cleaned = Redactor([f"stomp://u:{ENCODED}@h"]).clean(found)
    assert not [text for text in texts(cleaned) if PASSWORD in text or "\x1b" in text or "\ud800" in text]
    assert cleaned.source.endswith(r"\x1b\u202e***\ud800")
    assert loads(dumps(cleaned)) == cleaned
    dumps(cleaned).encode("utf-8")
    assert shown(dumps(found).replace("\n", "")) == dumps(found).replace("\n", "")


def test_a_secret_may_be_a_name_in_the_document() -> None:
    found = loads(GOLDEN.read_text(encoding="utf-8"))
    cleaned = Redactor(["stomp://u:platform@h?token=durable%20subscriptions"]).clean(found)
    assert cleaned.versions.keys() == found.versions.keys()
    assert [report.capabilities for report in cleaned.reports] == [report.capabilities for report in found.reports]


def test_a_password_may_be_a_word_of_a_feature(url: str) -> None:
    (report,) = compare([f"{url}?password=order"], Orders(1), scenarios=["delivery"]).reports
    assert "order of one producer's messages" in report.scenarios[0].features
    assert {*report.scenarios[0].features} < {*report.capabilities}


def test_texts_that_a_file_brings_are_cleaned() -> None:
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    document["host"] = "\x1b]0;owned\x07"
    assert loads(json.dumps(document)).host == r"\x1b]0;owned\x07"


def test_no_secret_is_in_a_comparison(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a refusal of a provider, a check or the command line."""

    def on_queue(stage: Stage) -> Outcome:
        return Outcome([Check(f"sent by {PASSWORD}", 1, f"some{ENCODED}", ok=True)])

    made_up = Scenario("made up", "Made up", "", (), [Route("queue", on_queue)], "sent")
    monkeypatch.setattr(runner, "known", lambda names: {"made up": made_up})
    with_password = f"{url}?password={ENCODED}&user_name=someone"
    command = f"jmslike compare {with_password}"
    comparison = compare([with_password], Orders(1), plan=Plan(), command=command)
    assert comparison.reports[0].scenarios[0].columns == [
        Column("queue", (Check("sent by ***", 1, "some***", ok=True),), kept="in memory")
    ]
    for secret in (PASSWORD, ENCODED):
        assert secret not in dumps(comparison)
    assert "someone" not in comparison.run.command
    assert comparison.run.command == f"jmslike compare {url}?password=***&user_name=***"
