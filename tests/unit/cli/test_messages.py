from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import Result

import jmslike
from jmslike import InvalidDestinationError
from jmslike.destinations import Queue, Topic, destination_of

Run = Callable[..., Result]


def bodies(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_send_and_receive(run: Run, url: str) -> None:
    assert bodies(run("send", url, "orders", "two lamps")) == ["1 message sent to queue://orders"]
    assert bodies(run("receive", url, "queue://orders", "--count", "1")) == ["two lamps"]
    assert bodies(run("receive", url, "orders", "--timeout", "0")) == []


def test_a_send_to_the_memory_of_the_command_says_that_it_keeps_nothing(run: Run, url: str, tmp_path: Path) -> None:
    result = run("send", url, "orders", "two lamps")
    assert result.stderr == f"jmslike: {url} is the memory of this command and ends with it, so the messages are gone\n"
    assert run("send", f"native://{tmp_path}/kept", "orders", "two lamps").stderr == ""


def test_send_lines_of_the_standard_input(run: Run, url: str) -> None:
    assert bodies(run("send", url, "orders", typed="one\r\n\ntwo\n")) == ["2 messages sent to queue://orders"]
    assert bodies(run("receive", url, "orders", "--timeout", "0")) == ["one", "two"]


def test_send_lines_that_are_no_text(run: Run, url: str) -> None:
    result = run("send", url, "orders", typed=b"one\ncaf\xe9\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "jmslike: line 2 of the standard input is not UTF-8; 1 message sent to queue://orders before that\n"
    )


def test_send_until_the_queue_is_full(run: Run, url: str) -> None:
    result = run("send", f"{url}?max_depth=2&when_full=fail", "orders", typed="1\n2\n3\n")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.endswith(f"; 2 messages sent to queue://orders before that ({url})\n")


def test_send_a_file(run: Run, url: str, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("id,item\n1,lamp\n2,backpack\n", encoding="utf-8")
    assert bodies(run("send", url, "orders", "--file", str(file))) == ["2 messages sent to queue://orders"]
    assert bodies(run("browse", url, "orders")) == ['{"id": "1", "item": "lamp"}', '{"id": "2", "item": "backpack"}']


def test_send_a_file_of_a_given_format(run: Run, url: str, tmp_path: Path) -> None:
    file = tmp_path / "greetings"
    file.write_text("Hello, world\nBye, world\n", encoding="utf-8")
    run("send", url, "greetings", "--file", str(file), "--format", "lines")
    assert bodies(run("browse", url, "greetings")) == ["Hello, world", "Bye, world"]


def test_receive_stops_at_the_count(run: Run, url: str) -> None:
    run("send", url, "orders", typed="1\n2\n3\n")
    assert bodies(run("receive", url, "orders", "--count", "2")) == ["1", "2"]
    assert bodies(run("receive", url, "orders", "--count", "1")) == ["3"]


def test_too_few_messages_are_an_error(run: Run, url: str) -> None:
    run("send", url, "orders", "one")
    result = run("receive", url, "orders", "--count", "3", "--timeout", "0.01")
    assert (result.exit_code, result.stdout) == (1, "one\n")
    assert result.stderr == "jmslike: 1 message came, not 3; nothing more within 0.01 seconds\n"


def test_topic_without_listeners_keeps_nothing(run: Run, url: str) -> None:
    assert bodies(run("send", url, "topic://prices", "32.50")) == ["1 message sent to topic://prices"]
    assert bodies(run("receive", url, "topic://prices", "--timeout", "0.01")) == []


def test_browse_leaves_the_messages(run: Run, url: str) -> None:
    run("send", url, "orders", typed="1\n2\n")
    for _ in range(2):
        assert bodies(run("browse", url, "orders")) == ["1", "2"]
    assert bodies(run("receive", url, "orders", "--timeout", "0")) == ["1", "2"]


def test_only_what_a_selector_matches(run: Run, url: str) -> None:
    with jmslike.connect(url) as context:
        for price in (50, 150, 250):
            context.create_producer().set_property("price", price).send(context.create_queue("orders"), str(price))
    assert bodies(run("browse", url, "orders", "--selector", "price > 100")) == ["150", "250"]
    assert bodies(run("receive", url, "orders", "--selector", "price < 200", "--timeout", "0")) == ["50", "150"]
    assert bodies(run("browse", url, "orders")) == ["250"]


@pytest.mark.parametrize("command", ["receive", "browse"])
def test_bad_selector(run: Run, url: str, command: str) -> None:
    result = run(command, url, "orders", "--selector", "price >")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_message_as_json(run: Run, url: str) -> None:
    with jmslike.connect(url) as context:
        message = context.create_text_message("Grüße")
        message.set_int_property("number", 7)
        message.set_boolean_property("paid", True)
        message.correlation_id = "c-1"
        message.reply_to = context.create_topic("answers")
        message.type = "order"
        context.create_producer().set_priority(6).send(context.create_queue("orders"), message)
    (line,) = bodies(run("browse", url, "orders", "--json"))
    found = json.loads(line)
    assert found.pop("message_id").startswith("ID:")
    assert found.pop("timestamp") > 0
    properties = found.pop("properties")
    assert properties["number"] == 7
    assert properties["paid"] is True
    assert found == {
        "destination": "queue://orders",
        "priority": 6,
        "delivery_mode": 2,
        "expiration": 0,
        "redelivered": False,
        "correlation_id": "c-1",
        "reply_to": "topic://answers",
        "type": "order",
        "kind": "text",
        "body": "Grüße",
    }
    assert json.loads(bodies(run("receive", url, "orders", "--count", "1", "--json"))[0])["body"] == "Grüße"


def test_every_kind_of_body_is_printed(run: Run, url: str) -> None:
    with jmslike.connect(url) as context:
        stream = context.create_stream_message()
        stream.write_int(1)
        stream.write_bytes(b"\x0a")
        stream.write_string(None)
        producer = context.create_producer()
        for body in (b"\x00\xff", {"n": 1, "raw": b"\x01"}, stream, ["a", 2], context.create_message(), None):
            message = context.create_object_message(body) if isinstance(body, list) else body
            producer.send(context.create_queue("kinds"), message)
    assert bodies(run("browse", url, "kinds")) == [
        "00ff",
        '{"n": 1, "raw": "01"}',
        '[1, "0a", null]',
        '["a", 2]',
        "null",
        "null",
    ]
    assert len(bodies(run("receive", url, "kinds", "--timeout", "0", "--json"))) == 6


ACTING = "\x1b[31mred\x1b[0m\x9b\nand more"


@pytest.mark.parametrize("command", [["browse"], ["receive", "--count", "1"]])
def test_a_text_through_a_pipe_is_as_it_is(run: Run, url: str, command: list[str]) -> None:
    run("send", url, "orders", ACTING)
    assert run(command[0], url, "orders", *command[1:]).stdout == f"{ACTING}\n"


@pytest.mark.parametrize("command", [["browse"], ["receive", "--count", "1"]])
def test_a_text_on_a_terminal_does_not_act_on_it(
    run: Run, url: str, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jmslike.cli.terminal.is_terminal", lambda: True)
    run("send", url, "orders", ACTING)
    shown = run(command[0], url, "orders", *command[1:]).stdout
    assert shown == "\\x1b[31mred\\x1b[0m\\x9b\nand more\n"


def test_an_interrupted_send_says_how_many_were_sent(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def typed() -> Iterator[str]:
        yield "one"
        raise KeyboardInterrupt

    monkeypatch.setattr("jmslike.cli.messages._typed_lines", typed)
    result = run("send", url, "orders")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr.strip() == "jmslike: interrupted; 1 message sent to queue://orders before that"


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("orders", Queue("orders")),
        ("queue://a/b", Queue("a/b")),
        ("topic://prices", Topic("prices")),
    ],
)
def test_destinations(text: str, destination: object) -> None:
    assert destination_of(text) == destination


@pytest.mark.parametrize("text", ["", "queue://", "topic://", "stream://x", "://x"])
def test_wrong_destinations(text: str) -> None:
    with pytest.raises(InvalidDestinationError, match=r"not a destination: .*write queue://NAME"):
        destination_of(text)
