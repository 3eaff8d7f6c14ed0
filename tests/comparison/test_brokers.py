"""The comparison of the built-in engine with a real broker, side by side, by the command that a user types."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from typer.testing import CliRunner

import jmslike
from jmslike.cli.app import make_app
from tests.brokers import Broker

COUNTED = ("delivery", "sharing", "offline", "closing", "death", "order")
TIMED = ("throughput", "peak")
SMALL = ("--repeats", "1", "--run", "0.05", "--rate", "500")
"""Timed scenarios as small as counts need them."""


def chosen(*scenarios: str) -> list[str]:
    """Return the options that choose these."""
    return [option for scenario in scenarios for option in ("--scenario", scenario)]


@pytest.mark.parametrize(
    ("name", "protocol", "options"),
    [
        pytest.param(name, protocol, options, marks=pytest.mark.broker(name))
        for name, protocol, options in [
            ("artemis", "stomp", ""),
            ("activemq", "stomp", ""),
            ("rabbitmq", "stomp", ""),
            ("rabbitmq", "amqp", ""),
            ("kafka", "kafka", ""),
            ("kafka", "kafka", "?partitions=4"),
        ]
    ],
)
def test_side_by_side_with_the_engine(
    name: str, protocol: str, options: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    broker: Broker = request.getfixturevalue(name)
    engine, file, numbers = f"native://compare-{uuid.uuid4().hex}", tmp_path / "in.txt", tmp_path / "out.json"
    file.write_text("".join(f"order {number}\n" for number in range(90)), encoding="utf-8")
    result = CliRunner().invoke(
        make_app(),
        ["compare", str(file), engine, f"{broker.url(protocol)}{options}", "--json", str(numbers), *chosen(*COUNTED)],
        env={"COLUMNS": "200"},
    )
    jmslike.forget(engine)
    assert result.exit_code == 0, result.output
    assert "checked numbers are as expected" in result.stdout
    assert "keeps messages in memory" in result.stdout
    assert "keeps messages on disk" in result.stdout
    assert "kill -9" in result.stdout
    found = json.loads(numbers.read_text(encoding="utf-8"))
    assert [report["durable"] for report in found["reports"] if report["url"]] == [False, True]
    assert found["reports"][1]["clients"]
    for scenario in found["reports"][1]["scenarios"]:
        for column in scenario["columns"]:
            assert bool(column["checks"]) != bool(column["refused"])
    (death,) = (scenario for scenario in found["reports"][1]["scenarios"] if scenario["name"] == "death")
    assert [column["refused"] for column in death["columns"]] == [None] * 3


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        pytest.param(name, protocol, marks=pytest.mark.broker(name))
        for name, protocol in [("artemis", "stomp"), ("rabbitmq", "amqp"), ("kafka", "kafka")]
    ],
)
def test_timed_scenarios_count_every_message(
    name: str, protocol: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    broker: Broker = request.getfixturevalue(name)
    numbers = tmp_path / "out.json"
    command = ["compare", broker.url(protocol), "--json", str(numbers), *SMALL, *chosen(*TIMED)]
    result = CliRunner().invoke(make_app(), command, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "checked numbers are as expected" in result.stdout
    scenarios = json.loads(numbers.read_text(encoding="utf-8"))["reports"][0]["scenarios"]
    assert all(column["measures"] for scenario in scenarios for column in scenario["columns"])


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        pytest.param(name, protocol, marks=pytest.mark.broker(name))
        for name, protocol in [("artemis", "stomp"), ("rabbitmq", "amqp")]
    ],
)
def test_receivers_as_processes(name: str, protocol: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Every message of the timed runs is counted at receivers that do not share the sender's interpreter."""
    broker: Broker = request.getfixturevalue(name)
    numbers = tmp_path / "out.json"
    small = [*SMALL, "--repeats", "2"]
    command = ["compare", broker.url(protocol), "--scenario", "latency", "--processes", "--json", str(numbers), *small]
    result = CliRunner().invoke(make_app(), command, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    (scenario,) = json.loads(numbers.read_text(encoding="utf-8"))["reports"][0]["scenarios"]
    for column in scenario["columns"]:
        counts = {check["label"]: check["value"] for check in column["checks"]}
        assert counts["sent"] >= 400, "two rounds of 200, and what the searches sent"
        assert (counts["lost"], counts["duplicated"], counts["damaged"]) == (0, 0, 0)
        assert len(next(each for each in column["measures"] if each["name"] == "latency")["values"]) == 2
