from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from jmslike.compare.plan import Plan
from jmslike.compare.report import markdown, show
from jmslike.compare.report.names import names
from jmslike.compare.results import Check, Column, Comparison, Machine, Report, Run, ScenarioResult, exactly, unpromised
from jmslike.url import without_secrets

RUN = Run("jmslike compare a.csv", Plan(), "auto", Machine("a processor", 2, None, "ext4, 9 GB", None), None, 1.5)


def report(
    *columns: Column, url: str = "native://", durable: bool = False, product: str = "native engine", reason: str = ""
) -> Report:
    scenario = ScenarioResult("s", "A [title]", "A story.", "A [note].", ["order"], "sent", list(columns))
    levels = {"order": "native", "browse": "native"}
    reasons = {"order": reason} if reason else {}
    return Report(url, product, "1.0", ["client 2.0"] if durable else [], durable, levels, reasons, [scenario])


def comparison(*columns: Column) -> Comparison:
    return side_by_side(report(*columns))


def side_by_side(*reports: Report) -> Comparison:
    versions = {"jmslike": "0.1", "python": "3.11.7", "platform": "Linux"}
    source = "a.csv (CSV, 3,000 messages below a header)"
    return Comparison(source, 3000, 3, "2026-11-28T23:37:54+00:00", "host", versions, RUN, list(reports))


def shown(found: Comparison, encoding: str = "utf-8", width: int = 120) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    show(found, Console(file=file, width=width))
    file.flush()
    return raw.getvalue().decode(encoding)


def row(text: str, label: str) -> list[str]:
    (line,) = (line for line in text.splitlines() if label in line)
    return [cell.strip() for cell in line.replace("|", "│").strip("│").split("│")]


def tables(text: str) -> list[list[list[str]]]:
    """The headings of each table with borders: for each column after the first the lines of its heading."""
    found: list[list[list[str]]] = []
    for line in text.splitlines():
        if line.startswith("┏"):
            found.append([])
        if line.startswith("┃"):
            cells = [cell.strip() for cell in line.split("┃")[2:-1]]
            found[-1] = [[*lines, cell] for lines, cell in zip(found[-1] or [[] for _ in cells], cells, strict=True)]
    return [[[line for line in lines if line] for lines in table] for table in found]


def test_queue_and_topic_side_by_side() -> None:
    text = shown(
        comparison(
            Column("queue", [exactly("sent", 3000, 3000), Check("share", 7, "its own", ok=True)]),
            Column("topic", [exactly("sent", 3000, 3000), exactly("copies", 9000, 9000)]),
        )
    )
    assert row(text, "│ sent") == ["sent", "3,000 ✓", "3,000 ✓"]
    assert row(text, "│ share") == ["share", "7 ✓", ""]
    assert row(text, "│ copies") == ["copies", "", "9,000 ✓"]
    for part in ("native://", "native engine 1.0", "A [title]", "A story.", "A [note]."):
        assert part in text
    assert re.search(r"^order +native *$", text, re.MULTILINE)
    assert "browse" not in text
    assert tables(text) == [[["queue"], ["topic"]]]
    assert "All 4 checked numbers are as expected." in text


def test_where_the_numbers_come_from() -> None:
    text = shown(side_by_side(report(url="stomp://host", durable=True, product="Broker")))
    facts = [re.split("  +", line.strip()) for line in text.splitlines()[:5]]
    assert facts == [
        ["Messages", "a.csv (CSV, 3,000 messages below a header)"],
        ["Run", "2026-11-28T23:37:54+00:00 on host (Linux)"],
        ["Software", "jmslike 0.1, Python 3.11.7"],
        ["Broker", "stomp://host (Broker 1.0 through client 2.0; keeps messages on disk)"],
        ["Signs", "✓ as expected, ✗ not as expected; no sign: not promised; n/a: not available"],
    ]


def test_summary_has_a_line_for_each_provider() -> None:
    wrong = [Column("queue", [exactly("lost", 0, 0), exactly("sent", 1, 3)]), Column("topic", refused="none")]
    right = [Column("queue", [exactly("sent", 3, 3)]), Column("topic", [exactly("sent, twice", 6, 6)])]
    text = shown(side_by_side(report(*wrong, product="A"), report(*right, product="B")))
    summary = [re.split("  +", line.strip()) for line in text[text.index("Summary") :].splitlines()]
    assert summary[2:6] == [
        ["A [title]"],
        ["sent", "checks", "queue", "topic"],
        ["A", "1 of 2 ✗", "1 ✗ expected 3", "n/a"],
        ["B", "2 of 2 ✓", "3 ✓", "6, twice ✓"],
    ]


def test_wrong_number_shows_what_was_expected() -> None:
    found = comparison(
        Column("queue", [exactly("lost", 1, 0)]), Column("topic", [Check("lost", 2, "its own", ok=False)])
    )
    text = shown(found)
    assert row(text, "│ lost") == ["lost", "1 ✗ expected 0", "2 ✗ expected its own"]
    assert "2 of 2 checked numbers are not as expected." in text
    assert not found.passed


def test_number_that_was_not_promised_carries_no_sign() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 3, 3), unpromised("out of order", 2)])))
    assert row(text, "│ out of order") == ["out of order", "2"]
    assert "All 1 checked numbers are as expected." in text


def test_refused_column_and_its_reason() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 1, 1)]), Column("shared", refused="none [here]")))
    assert row(text, "│ sent") == ["sent", "1 ✓", "n/a"]
    assert "\nn/a on native (shared): none [here]\n" in text
    assert "All 1 checked numbers are as expected." in text


def test_scenario_that_is_refused_altogether_has_its_reason_once_and_no_table() -> None:
    text = shown(comparison(Column("queue", refused="none"), Column("topic", refused="none")))
    assert tables(text) == []
    assert text.count("\nn/a on native: none\n") == 1


def test_what_a_provider_says_about_a_feature_that_it_has_in_part_stands_below_the_table() -> None:
    column = Column("queue", [exactly("sent", 1, 1)])
    text = shown(side_by_side(report(column), report(column, product="Log", reason="try ?partitions=")))
    assert "\nA [note].\nLog: try ?partitions=\n" in text


def test_where_no_feature_matters_nothing_is_said_of_declarations() -> None:
    found = comparison(Column("queue", [exactly("sent", 1, 1)]))
    scenario = replace(found.reports[0].scenarios[0], features=[])
    found.reports[0].scenarios[:] = [scenario]
    for text in (shown(found), markdown(found)):
        assert "What the providers declare" not in text


def test_providers_side_by_side() -> None:
    columns = [Column("queue", [exactly("sent", 1, 1)]), Column("topic, durable", [exactly("sent", 2, 2)])]
    refusing = [Column("queue", [exactly("sent", 3, 3)]), Column("topic, durable", refused="no such thing")]
    text = shown(side_by_side(report(*columns), report(*refusing, url="stomp://b", product="Apache Broker")))
    assert row(text, "│ sent") == ["sent", "1 ✓", "2 ✓", "3 ✓", "n/a"]
    assert re.search(r"^feature +native +Broker\norder +native +native$", text, re.MULTILINE)
    assert tables(text) == [
        [["native", "queue"], ["native", "topic,", "durable"], ["Broker", "queue"], ["Broker", "topic,", "durable"]]
    ]
    assert "\nn/a on Broker (topic, durable): no such thing\n" in text


def test_durability_is_a_fact_of_the_provider_and_no_heading() -> None:
    column = Column("queue", [exactly("sent", 1, 1)])
    found = side_by_side(report(column), report(column, url="stomp://host", durable=True, product="Broker"))
    text = shown(found)
    assert "(native engine 1.0; keeps messages in memory)" in text
    assert "(Broker 1.0 through client 2.0; keeps messages on disk)" in text
    assert "durable" not in text
    assert "speed" not in text
    assert found.durability_differs


@pytest.mark.parametrize(
    ("width", "providers"), [(120, [5]), (70, [3, 2]), (60, [2, 2, 1]), (50, [1] * 5), (20, [1] * 5)]
)
def test_each_table_has_as_many_providers_as_there_is_room_for(width: int, providers: list[int]) -> None:
    column = Column("queue", [exactly("sent", 3_000, 3_000), exactly("  of these received by all receivers", 1, 1)])
    found = side_by_side(*(report(column, product=f"Broker{number}") for number in range(5)))
    text = shown(found, width=width)
    assert [len(table) for table in tables(text)] == providers
    assert text.count("A story.") == text.count("A [note].") == 1
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ([("native://", "native engine"), ("kafka://", "Apache Kafka")], ["native", "Kafka"]),
        ([("native://a", "native engine"), ("native://b", "native engine")], ["native (1)", "native (2)"]),
        (
            [
                ("stomp://", "RabbitMQ"),
                ("amqp://", "RabbitMQ"),
                ("amqp://b", "RabbitMQ"),
                ("stomp://a", "ActiveMQ Artemis"),
            ],
            ["RabbitMQ stomp", "RabbitMQ amqp (1)", "RabbitMQ amqp (2)", "Artemis"],
        ),
        ([("x://", "Apache ActiveMQ")], ["Apache ActiveMQ"]),
    ],
)
def test_names_of_providers(providers: list[tuple[str, str]], expected: list[str]) -> None:
    assert names([report(url=url, product=product) for url, product in providers]) == expected


def test_providers_of_one_kind_are_named_by_where_they_keep_messages() -> None:
    urls = ("native://", "native:///folder", "native:///other")
    assert names([report(url=url, durable=url != "native://") for url in urls]) == [
        "native (memory)",
        "native (disk) (1)",
        "native (disk) (2)",
    ]


def test_provider_that_refuses_all_of_a_scenario_takes_no_room_in_its_table() -> None:
    refusing = report(Column("queue", refused="none"), product="A")
    text = shown(side_by_side(refusing, report(Column("queue", [exactly("sent", 3, 3)]), product="B")))
    assert tables(text) == [[["B", "queue"]]]
    assert "\nn/a on A: none\n" in text


def test_row_that_is_empty_in_a_part_of_a_table_is_left_out_there() -> None:
    here, there = ([exactly("sent", 3, 3), exactly(label, 7, 7)] for label in ("only here", "only there"))
    found = side_by_side(report(Column("queue", here), product="A"), report(Column("queue", there), product="B"))
    assert shown(found, width=100).count("│ only") == shown(found, width=20).count("│ only") == 2


def test_markdown() -> None:
    columns = [
        Column("queue", [exactly("sent", 1, 3), unpromised("  again|_ x_y", 2)]),
        Column("topic", refused="no *such*"),
    ]
    text = markdown(side_by_side(report(*columns), report(*columns, product="Broker", reason="in part")))
    for line in (
        "- native: native:// (native engine 1.0; keeps messages in memory)",
        "**2 of 2 checked numbers are not as expected.**",
        "| sent | checks | queue | topic |",
        "| Broker | 0 of 1 ✗ | 1 ✗ expected 3 | n/a |",
        r"## A \[title\]",
        "| messages | native: queue | native: topic | Broker: queue | Broker: topic |",
        "|---|---:|---:|---:|---:|",
        "| sent | 1 ✗ expected 3 | n/a | 1 ✗ expected 3 | n/a |",
        r"| &nbsp;&nbsp;again\|\_ x_y | 2 | n/a | 2 | n/a |",
        r"n/a on native (topic): no \*such\*",
        "Broker: in part",
    ):
        assert f"\n{line}\n" in text


def test_terminal_without_unicode() -> None:
    text = shown(comparison(Column("queue", [exactly("sent", 1, 1), exactly("lost", 1, 0)])), encoding="ascii")
    assert "1 ok" in text
    assert "1 WRONG expected 0" in text


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
