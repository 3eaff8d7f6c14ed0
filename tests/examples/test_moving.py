"""The examples of moving from Java: each form prints the same, and forms understand each other through a broker."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.brokers import Broker, UnavailableError
from tests.examples.moving import EXAMPLES, HOME, Example, Form, Process, java


def test_every_example_is_known() -> None:
    folders = {path.name for path in HOME.iterdir() if path.is_dir()}
    assert folders == {example.name for example in EXAMPLES}


def url_for_java(broker: Broker) -> str:
    """Return the URL of the broker for Artemis' own client."""
    user, password = broker.user
    return f"{broker.url('core')}?user={user}&password={password}"


def check(example: Example, form: Form, url: str, names: Path) -> None:
    try:
        process = Process(example, form, url, names)
    except UnavailableError as missing:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"{example} in Java: {missing}")
    assert process.end() == example.output()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_java_original_runs(example: Example, artemis: Broker, tmp_path: Path) -> None:
    check(example, java, url_for_java(artemis), tmp_path)
