"""The comparison of providers side by side, by the command that a user types: what each scenario must give."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from kafka.admin import KafkaAdminClient
from typer.testing import CliRunner

import jmslike
from jmslike.cli.app import make_app
from tests.brokers import Broker
from tests.faults.targets import url_of

COUNTED: Final = ("delivery", "sharing", "offline", "closing", "death", "order")
TIMED: Final = ("selection", "throughput")
SMALL: Final = ("--repeats", "1", "--run", "0.05", "--rate", "500")
"""Timed scenarios as small as counts need them."""
MESSAGES: Final = 90
KAFKA: Final = "?partitions=4&session_timeout=6"
"""A partition for each receiver, and the least time in which a broker notices that a member of a group is dead."""
JAVA: Final = "&properties=clientFailureCheckPeriod%3D1000;connectionTTL%3D5000"
"""The same for Artemis and its Java client: 15 seconds otherwise."""

INTACT: Final = {"duplicated": 0, "damaged": 0}
LEAVING: Final = {"sent": 90, "acknowledged, yet delivered again": 0, **INTACT}
EXPECTED: Final[dict[str, dict[str, dict[str, int]]]] = {
    "delivery": {
        "queue": {"received in all": 90, "got by more than one receiver": 0, "lost": 0, **INTACT},
        "topic": {"received in all": 270, "got by more than one receiver": 90, "lost": 0, **INTACT},
    },
    "sharing": {
        "queue": {"pieces of work in all": 90, "done by more than one receiver": 0, "lost": 0, **INTACT},
        "topic, shared": {"pieces of work in all": 90, "done by more than one receiver": 0, "lost": 0, **INTACT},
        "topic, plain": {"pieces of work in all": 270, "done by more than one receiver": 90, "lost": 0, **INTACT},
    },
    "offline": {
        "queue": {"received when it is back": 30, "lost": 0, **INTACT},
        "topic": {"received when it is back": 0, "lost, as a topic must": 30, **INTACT},
        "topic, durable": {"received when it is back": 30, "lost": 0, **INTACT},
    },
    "closing": {
        "queue": {"delivered again to receiver 1, back": 0, "finished in all": 90, "lost": 0, **LEAVING},
        "topic": {"acknowledged": 11, "finished in all": 191, "lost, as a topic must": 79, **LEAVING},
        "topic, durable": {"delivered again to receiver 1, back": 11, "finished in all": 270, "lost": 0, **LEAVING},
    },
    "order": {
        column: {"sent": 90, "lost": 0, **INTACT}
        for column in (
            "queue, one receiver",
            "queue, several receivers",
            "queue, in groups",
            "queue, by priority",
            "topic, one subscriber",
        )
    },
    "selection": {
        "queue, selector": {"wanted": 21, "handed to the receiver": 21, "left to another receiver": 189, "lost": 0},
        "queue, in the application": {"wanted": 21, "handed to the receiver": 210, "lost": 0},
        "topic, selector": {"wanted": 21, "handed to the receiver": 21, "lost": 0},
        "topic, in the application": {"wanted": 21, "handed to the receiver": 210, "lost": 0},
    },
    "peak": {
        "queue": {"sent": 200, "served": 200, "lost": 0, "damaged": 0},
        "topic, three services": {"sent": 200, "served": 600, "lost": 0, **INTACT},
        "table, polled": {"sent": 200, "served": 200, "lost": 0, "duplicated": 0},
    },
    "throughput": {column: {"lost": 0, **INTACT} for column in ("queue", "topic", "topic, durable")},
}
"""The counts that every provider must give, by scenario and column. `death` is as `closing`."""

NO_GROUPS: Final = ("order", "queue, in groups")
NO_QUEUE_SELECTOR: Final = ("selection", "queue, selector")
ONE_PROCESS: Final = {("death", column) for column in EXPECTED["closing"]}
REFUSED: Final = [ONE_PROCESS, ONE_PROCESS, set(), {NO_GROUPS, NO_QUEUE_SELECTOR}, {NO_QUEUE_SELECTOR}]
"""The columns that each provider does not have."""


def expected(scenario: str, column: str) -> dict[str, int]:
    """Return what a column must count."""
    return EXPECTED["closing" if scenario == "death" else scenario].get(column, {})


def counts(column: dict[str, Any]) -> dict[str, int]:
    """Return the counts of a column, by their labels."""
    return {check["label"].strip(): check["value"] for check in column["checks"]}


def columns(report: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all columns of a provider, each with the name of its scenario."""
    for scenario in report["scenarios"]:
        for column in scenario["columns"]:
            yield scenario["name"], column


def compare(folder: Path, *words: str) -> tuple[str, dict[str, Any]]:
    """Run the command, and return what it prints, and its JSON."""
    messages, numbers = folder / "in.txt", folder / "out.json"
    messages.write_text("".join(f"order {number}\n" for number in range(MESSAGES)), encoding="utf-8")
    command = ["compare", str(messages), *words, "--json", str(numbers), *SMALL]
    result = CliRunner().invoke(make_app(), command, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "checked numbers are as expected" in result.stdout
    return result.stdout, json.loads(numbers.read_text(encoding="utf-8"))


def chosen(*scenarios: str) -> list[str]:
    """Return the options that choose these."""
    return [option for scenario in scenarios for option in ("--scenario", scenario)]


@pytest.fixture
def five_urls(artemis: Broker, rabbitmq: Broker, kafka: Broker, tmp_path: Path) -> Iterator[list[str]]:
    """The URLs of five providers."""
    memory, disk = f"native://compare-{uuid.uuid4().hex}", f"native://{tmp_path / 'engine'}"
    yield [memory, disk, artemis.url("stomp"), rabbitmq.url("amqp"), f"{kafka.url('kafka')}{KAFKA}"]
    jmslike.forget(memory)


@pytest.mark.broker("kafka", "artemis", "rabbitmq")
@pytest.mark.parametrize("scenarios", [COUNTED, TIMED], ids=["counted", "timed"])
def test_five_providers_side_by_side(
    five_urls: list[str], scenarios: tuple[str, ...], kafka: Broker, tmp_path: Path
) -> None:
    output, found = compare(tmp_path, *five_urls, *chosen(*scenarios))
    providers = found["reports"]
    assert [report["durable"] for report in providers] == [False, True, True, True, True]
    assert len(providers) == len(REFUSED)
    for report, missing in zip(providers, REFUSED, strict=True):
        assert [scenario["name"] for scenario in report["scenarios"]] == list(scenarios)
        refused = {(name, column["title"]) for name, column in columns(report) if column["refused"]}
        assert refused == {each for each in missing if each[0] in scenarios}
        for name, column in columns(report):
            if not column["refused"]:
                wanted = expected(name, column["title"])
                assert wanted, (name, column["title"])
                assert wanted.items() <= counts(column).items(), (report["product"], name, column["title"])
            assert bool(column["measures"]) == (name in TIMED and not column["refused"])
    assert found["durability_differs"]
    assert "keeps messages in memory" in output
    assert "keeps messages on disk" in output
    if scenarios is TIMED:
        check_what_is_unlike(output, found)
    assert topics_of_comparisons(kafka) == []


def check_what_is_unlike(output: str, found: dict[str, Any]) -> None:
    """Check that verdicts between unlike columns say how they are unlike."""
    unlike = {
        (verdict["first"]["report"], verdict["second"]["report"]): verdict["unlike"]
        for judgement in found["judgements"]
        for verdict in judgement["verdicts"]
        if judgement["scenario"] == "throughput" and verdict["second"]["column"] == "queue"
    }
    assert "on disk against in memory" in unlike[0, 2]
    assert "partial against native" in unlike[0, 4]
    assert unlike[0, 1] in output


@pytest.mark.parametrize(
    ("name", "protocol", "options", "scenarios"),
    [
        pytest.param(name, protocol, options, scenarios, marks=pytest.mark.broker(name))
        for name, protocol, options, scenarios in [
            ("activemq", "stomp", "", (*COUNTED, "peak")),
            ("rabbitmq", "stomp", "", COUNTED),
            ("artemis", "jvm:artemis", JAVA, COUNTED),
            ("openmq", "jvm:openmq", "", COUNTED),
            ("qpid", "jvm:qpid", "", COUNTED),
            ("rabbitmq", "jvm:rabbitmq", "", COUNTED),
            ("kafka", "kafka", "?partitions=1", ("sharing",)),
        ]
    ],
)
def test_another_protocol_or_share(
    name: str, protocol: str, options: str, scenarios: tuple[str, ...], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    broker: Broker = request.getfixturevalue(name)
    _, found = compare(tmp_path, f"{url_of(broker, protocol)}{options}", *chosen(*scenarios))
    report = found["reports"][0]
    assert report["clients"]
    for each in found["reports"]:  # the last has the flows without a provider
        for scenario, column in columns(each):
            if not column["refused"]:
                wanted = expected(scenario, column["title"])
                assert wanted.items() <= counts(column).items(), (scenario, column["title"])
    if name == "kafka":
        sharing = next(column for scenario, column in columns(report) if scenario == "sharing")
        at_work = counts(sharing)["receivers at work at the same time"]
        assert at_work == 1, "its one partition belongs to one receiver"


@pytest.mark.broker("rabbitmq", "artemis")
def test_receivers_as_processes(rabbitmq: Broker, artemis: Broker, tmp_path: Path) -> None:
    """Every message of the timed runs is counted at receivers that do not share the sender's interpreter."""
    wires = [rabbitmq.url("amqp"), *(url_of(artemis, protocol) for protocol in ("stomp", "jvm:artemis"))]
    urls = ["native://compare-processes", *wires]
    output, found = compare(tmp_path, *urls, "--scenario", "latency", "--processes", "--receivers", "2")
    jmslike.forget("native://compare-processes")
    native, *brokers = found["reports"]
    assert all("connections from several processes" in column["refused"] for _, column in columns(native))
    assert "n/a" in output
    for report in brokers:
        for _, column in columns(report):
            numbers = counts(column)
            assert numbers["sent"] >= 200, "a round of 200, and what the search sent"
            assert (numbers["lost"], numbers["duplicated"], numbers["damaged"]) == (0, 0, 0)
            assert len(next(each for each in column["measures"] if each["name"] == "latency")["values"]) == 1


def topics_of_comparisons(kafka: Broker) -> list[str]:
    """Return the topics that comparisons have left on Kafka."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.url("kafka").removeprefix("kafka://"))
    try:
        return [name for name in admin.list_topics() if name.startswith("jmslike.compare.")]
    finally:
        admin.close()
