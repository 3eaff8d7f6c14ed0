"""The examples of moving from Java: each form prints the same, and Java and Python understand each other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.brokers import Broker, UnavailableError
from tests.examples.moving import (
    EXAMPLES,
    HOME,
    WITH_SIDES,
    Example,
    Form,
    Process,
    java,
    python,
    python_in_java_names,
)
from tests.harnesses import jvm_url

JAVA_CANNOT_RUN = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)
each_python = pytest.mark.parametrize("form", [python, python_in_java_names])


def url_for_java(broker: Broker) -> str:
    """Return the URL of the broker for Artemis' own client."""
    user, password = broker.user
    return f"{broker.url('core')}?user={user}&password={password}"


def check(example: Example, form: Form, url: str, folder: Path) -> None:
    assert Process(example, form, url, folder).end() == example.output()


def test_every_example_is_known() -> None:
    folders = {path.parent.name for path in HOME.glob("*/*.java")}
    assert folders == {example.name for example in EXAMPLES}


@each_example
@each_python
def test_python_runs_on_the_embedded_engine(example: Example, form: Form, tmp_path: Path) -> None:
    check(example, form, "native://", tmp_path)


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.name != "browser"], ids=str)
@each_python
def test_python_runs_on_artemis(example: Example, form: Form, artemis: Broker, tmp_path: Path) -> None:
    check(example, form, artemis.stomp_url, tmp_path)


@each_python
def test_python_browses_on_activemq_classic(form: Form, activemq: Broker, tmp_path: Path) -> None:
    """Artemis cannot browse over STOMP."""
    (browser,) = [example for example in EXAMPLES if example.name == "browser"]
    check(browser, form, activemq.stomp_url, tmp_path)


@each_example
@pytest.mark.parametrize("form", [python, pytest.param(python_in_java_names, marks=pytest.mark.long)])
def test_python_runs_through_a_java_client(example: Example, form: Form, artemis: Broker, tmp_path: Path) -> None:
    check(example, form, jvm_url(artemis, "artemis"), tmp_path)


@each_example
def test_the_java_original_runs_on_artemis(example: Example, artemis: Broker, tmp_path: Path) -> None:
    try:
        check(example, java, url_for_java(artemis), tmp_path)
    except UnavailableError as missing:
        JAVA_CANNOT_RUN(f"{example} in Java: {missing}")


@pytest.mark.parametrize("side_in_java", [0, 1], ids=["first-in-java", "second-in-java"])
@pytest.mark.parametrize("example", WITH_SIDES, ids=str)
def test_one_side_in_java_and_the_other_in_python(
    example: Example, side_in_java: int, artemis: Broker, tmp_path: Path
) -> None:
    processes = []
    for number, side in enumerate(example.sides):
        form, url = (java, url_for_java(artemis)) if number == side_in_java else (python, artemis.stomp_url)
        folder = tmp_path / side.name
        folder.mkdir()
        try:
            process = Process(example, form, url, folder, side.name)
        except UnavailableError as missing:
            JAVA_CANNOT_RUN(f"{example} in Java: {missing}")
        if side.ready:
            process.wait_for(side.ready)
        processes.append(process)
    for process, side in zip(processes, example.sides, strict=True):
        assert process.end() == example.output(side.actors)
