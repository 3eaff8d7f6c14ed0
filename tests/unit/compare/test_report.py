from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from jmslike.compare.play import without_secrets
from jmslike.compare.report import show
from jmslike.compare.results import Check, Column, Comparison, Report, ScenarioResult, exactly


def comparison(*columns: Column) -> Comparison:
    scenario = ScenarioResult("s", "A [title]", "A story.", {"order": "native"}, list(columns))
    return Comparison("a.csv (CSV, 3,000 messages)", 3000, 3, [Report("native://", "engine", "1.0", [scenario])])


def shown(found: Comparison, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    show(found, Console(file=file, width=120))
    file.flush()
    return raw.getvalue().decode(encoding)


def row(text: str, label: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if label in line)
    return [cell.strip() for cell in line.replace("|", "│").strip("│").split("│")]


def test_queue_and_topic_side_by_side() -> None:
    text = shown(
        comparison(
            Column("queue", [exactly("sent", 3000, 3000), Check("share", 7, "its own", ok=True)]),
            Column("topic", [exactly("sent", 3000, 3000), exactly("copies", 9000, 9000)]),
        )
    )
    assert row(text, "sent") == ["sent", "3,000 ✓", "3,000 ✓"]
    assert row(text, "share") == ["share", "7 ✓", ""]
    assert row(text, "copies") == ["copies", "", "9,000 ✓"]
    for part in ("a.csv (CSV, 3,000 messages)", "native:// (engine 1.0)", "A [title]", "A story.", "order: native"):
        assert part in text
    assert "All 4 checked numbers are as expected." in text


def test_wrong_number_shows_what_was_expected() -> None:
    found = comparison(
        Column("queue", [exactly("lost", 1, 0)]), Column("topic", [Check("lost", 2, "its own", ok=False)])
    )
    text = shown(found)
    assert row(text, "lost") == ["lost", "1 ✗ expected 0", "2 ✗ expected its own"]
    assert "2 of 2 checked numbers are not as expected." in text
    assert not found.passed


def test_unsupported_column_and_its_reason() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 1, 1)]), Column("shared", unsupported="none [here]")))
    assert row(text, "sent") == ["sent", "1 ✓", "unsupported"]
    assert "shared: none [here]" in text


def test_terminal_without_unicode() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 1, 1), exactly("lost", 1, 0)])), encoding="ascii")
    assert "1 ok" in text
    assert "1 WRONG expected 0" in text


def test_json_holds_every_number() -> None:
    found = comparison(Column("queue", [exactly("sent", 3, 3)]), Column("topic", [exactly("sent", 2, 3)]))
    assert json.loads(json.dumps(found.as_dict())) == {
        "source": "a.csv (CSV, 3,000 messages)",
        "messages": 3000,
        "receivers": 3,
        "reports": [
            {
                "url": "native://",
                "product": "engine",
                "version": "1.0",
                "scenarios": [
                    {
                        "name": "s",
                        "title": "A [title]",
                        "story": "A story.",
                        "features": {"order": "native"},
                        "columns": [
                            {
                                "title": "queue",
                                "checks": [{"label": "sent", "value": 3, "expected": 3, "ok": True}],
                                "unsupported": None,
                            },
                            {
                                "title": "topic",
                                "checks": [{"label": "sent", "value": 2, "expected": 3, "ok": False}],
                                "unsupported": None,
                            },
                        ],
                    }
                ],
            }
        ],
        "passed": False,
    }


@pytest.mark.parametrize(
    ("url", "shown_as"),
    [
        ("native://", "native://"),
        ("amqp://user:p%40ss@host:5672/vhost?window=5", "amqp://host:5672/vhost"),
        ("failover:(stomp://u:p@a:1,stomp://u:p@b:2)?max_delay=3", "failover:(stomp://a:1,stomp://b:2)"),
    ],
)
def test_url_is_shown_without_its_secrets(url: str, shown_as: str) -> None:
    assert without_secrets(url) == shown_as
