from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from jmslike.compare.report import show
from jmslike.compare.results import Check, Column, Comparison, Report, ScenarioResult, exactly, unpromised
from jmslike.url import without_secrets


def report(*columns: Column, url: str = "native://", durable: bool = False) -> Report:
    scenario = ScenarioResult("s", "A [title]", "A story.", "A [note].", ["order"], list(columns))
    return Report(url, "engine", "1.0", durable, {"order": "native", "browse": "native"}, [scenario])


def comparison(*columns: Column) -> Comparison:
    return side_by_side(report(*columns))


def side_by_side(*reports: Report) -> Comparison:
    return Comparison("a.csv (CSV, 3,000 messages)", 3000, 3, list(reports))


def shown(found: Comparison, encoding: str = "utf-8", width: int = 120) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    show(found, Console(file=file, width=width))
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
    for part in ("a.csv (CSV, 3,000 messages)", "native://", "engine 1.0", "A [title]", "A story.", "A [note]."):
        assert part in text
    assert re.search(r"^  order +native *$", text, re.MULTILINE)
    assert "browse" not in text
    assert "(1)" not in text
    assert "All 4 checked numbers are as expected." in text


def test_wrong_number_shows_what_was_expected() -> None:
    found = comparison(
        Column("queue", [exactly("lost", 1, 0)]), Column("topic", [Check("lost", 2, "its own", ok=False)])
    )
    text = shown(found)
    assert row(text, "lost") == ["lost", "1 ✗ expected 0", "2 ✗ expected its own"]
    assert "2 of 2 checked numbers are not as expected." in text
    assert not found.passed


def test_number_that_was_not_promised_carries_no_sign() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 3, 3), unpromised("out of order", 2)])))
    assert row(text, "out of order") == ["out of order", "2"]
    assert "All 1 checked numbers are as expected." in text


def test_refused_column_and_its_reason() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 1, 1)]), Column("shared", refused="none [here]")))
    assert row(text, "sent") == ["sent", "1 ✓", "refused"]
    assert "\nshared: refused: none [here]\n" in text
    assert "All 1 checked numbers are as expected." in text


def test_scenario_that_is_refused_altogether() -> None:
    text = shown(comparison(Column("queue", refused="none"), Column("topic", refused="none")))
    assert row(text, "│ refused") == ["", "refused", "refused"]


def test_providers_side_by_side() -> None:
    columns = [Column("queue", [exactly("sent", 1, 1)]), Column("topic, durable", [exactly("sent", 2, 2)])]
    refusing = [Column("queue", [exactly("sent", 3, 3)]), Column("topic, durable", refused="no such thing")]
    text = shown(side_by_side(report(*columns, url="native://a"), report(*refusing, url="native://b")))
    assert row(text, "sent") == ["sent", "1 ✓", "2 ✓", "3 ✓", "refused"]
    assert "Provider: (1) native://a (engine 1.0; keeps messages in memory)\n" in text
    assert "Provider: (2) native://b (engine 1.0; keeps messages in memory)\n" in text
    assert re.search(r"^Declares +\(1\) +\(2\) *\n  order +native +native *$", text, re.MULTILINE)
    headings = [[cell.strip() for cell in line.split("┃")[2:-1]] for line in text.splitlines() if line[0:1] == "┃"]
    assert headings == [
        ["(1)", "(1)", "(2)", "(2)"],
        ["queue", "topic,", "queue", "topic,"],
        ["", "durable", "", "durable"],
    ]
    assert "\n(2) topic, durable: refused: no such thing\n" in text
    assert "durability" not in text


def test_runs_of_different_durability_are_marked() -> None:
    column = Column("queue", [exactly("sent", 1, 1)])
    found = side_by_side(report(column, url="native://"), report(column, url="stomp://host", durable=True))
    text = shown(found)
    (marks,) = ([cell.strip() for cell in line.split("┃")[2:-1]] for line in text.splitlines() if " memory ┃" in line)
    assert marks == ["memory", "durable"]
    assert "The runs differ in durability: compare their counts, not their speed." in text
    assert found.as_dict()["durability_differs"] is True
    assert [each["durable"] for each in found.as_dict()["reports"]] == [False, True]


def test_narrow_terminal_has_a_table_for_each_provider() -> None:
    column = Column("queue", [exactly("sent", 3_000_000, 3_000_000)])
    found = side_by_side(report(column, url="native://a"), report(column, url="native://b"))
    assert shown(found, width=40).count("A story.") == 1
    text = shown(found, width=30)
    assert text.count("A story.") == 2
    assert text.count("3,000,000 ✓") == 2
    assert text.index("native://a") < text.index("native://b")


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
                "durable": False,
                "capabilities": {"order": "native", "browse": "native"},
                "scenarios": [
                    {
                        "name": "s",
                        "title": "A [title]",
                        "story": "A story.",
                        "note": "A [note].",
                        "features": ["order"],
                        "columns": [
                            {
                                "title": "queue",
                                "checks": [{"label": "sent", "value": 3, "expected": 3, "ok": True}],
                                "refused": None,
                            },
                            {
                                "title": "topic",
                                "checks": [{"label": "sent", "value": 2, "expected": 3, "ok": False}],
                                "refused": None,
                            },
                        ],
                    }
                ],
            }
        ],
        "durability_differs": False,
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
