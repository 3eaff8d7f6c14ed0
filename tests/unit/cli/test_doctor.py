from __future__ import annotations

import json
import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from typer.testing import Result

import jmslike
from jmslike import Feature
from jmslike.cli import doctor

Run = Callable[..., Result]


def line(result: Result, start: str) -> str:
    (found,) = (text for text in result.stdout.splitlines() if text.startswith(start))
    return found.rstrip()


def test_what_is_installed_and_what_answers(run: Run, url: str) -> None:
    result = run("doctor", url)
    assert result.exit_code == 0, result.output
    assert platform.python_version() in line(result, "Python ")
    assert line(result, "typer (extra cli)").split()[-1].startswith("0.")
    assert "ready (jmslike_transports.native:factory)" in line(result, "native:// ")
    assert "answers: " in line(result, url)


def test_without_a_url_it_tries_the_embedded_engine_and_says_what_that_is_worth(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "good for a trial only" in " ".join(result.stdout.split())


def test_an_engine_in_a_folder_is_worth_more(run: Run, tmp_path: Path) -> None:
    url = f"native://{tmp_path}/folder"
    jmslike.connect(url).close()
    result = run("doctor", url)
    assert result.exit_code == 0
    assert "answers: " in result.stdout
    assert "good for a trial only" not in " ".join(result.stdout.split())


def test_what_a_transport_misses_on_this_machine_is_told(
    run: Run, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    result = run("doctor", url)
    assert result.exit_code == 0
    assert "JAVA_HOME is" in line(result, "jvm:// ")


@pytest.mark.parametrize("wrapper", ["{}", "failover:({})"])
def test_a_folder_that_is_not_there_does_not_answer_and_is_not_made(run: Run, tmp_path: Path, wrapper: str) -> None:
    result = run("doctor", wrapper.format(f"native://{tmp_path}/typo"))
    assert result.exit_code == 3
    assert "does not answer: " in result.stdout
    assert " cannot be used: there is no such folder; name the folder" in " ".join(result.stdout.split())
    assert not list(tmp_path.iterdir())


def test_missing_client_library_is_advice_not_failure(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(distribution: str) -> str:
        if distribution == "pika":
            raise PackageNotFoundError(distribution)
        return "1.2.3"

    monkeypatch.setattr(doctor, "version", version)
    result = run("doctor", url)
    assert result.exit_code == 0
    assert "not installed; install the extra amqp: pip install 'jmslike[amqp]'" in line(result, "pika (extra amqp)")
    assert line(result, "stomp.py (extra stomp)").endswith("1.2.3")


def test_url_that_does_not_answer(run: Run, url: str) -> None:
    result = run("doctor", url, "nowhere://user:s3cret@host:1")
    assert result.exit_code == 3
    assert "does not answer: no transport for nowhere://" in line(result, "nowhere://host:1")
    assert "s3cret" not in result.output


def test_bad_url_does_not_end_the_examination(run: Run, url: str) -> None:
    result = run("doctor", "http://[", url)
    assert result.exit_code == 3
    assert "answers: " in line(result, url)


def test_each_host_of_a_failover_url_is_shown(run: Run) -> None:
    inner = "native://doctor-failover", "stomp://me:s3cret@127.0.0.1:1"
    result = run("doctor", f"failover:({','.join(inner)})")
    assert result.exit_code == 0
    assert "answers: native engine" in line(result, "failover:(native://doctor-failover,stomp://127.0.0.1:1)")
    assert "answers: native engine" in line(result, "  native://doctor-failover")
    assert "does not answer: " in line(result, "  stomp://127.0.0.1:1")
    assert "s3cret" not in result.output


def test_a_failover_url_of_which_no_host_answers_does_not_answer(run: Run) -> None:
    result = run("doctor", "failover:(stomp://127.0.0.1:1)?connect_timeout=0.01")
    assert result.exit_code == 3
    assert result.stdout.count("does not answer: ") == 2


def test_capabilities(run: Run, url: str) -> None:
    result = run("capabilities", url)
    assert result.exit_code == 0
    for feature in Feature:
        assert feature.value in result.stdout
    found = json.loads(run("capabilities", url, "--json").stdout)
    assert set(found["features"]) == {feature.name for feature in Feature}
    assert found["features"]["BROWSE"]["level"] == "native"
    assert found["product"]
