from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import Result

import jmslike
from jmslike import operating
from native_engine.journal.folder import FolderFiles
from tests.unit.operating.steps import die, fill, texts_in

Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return a folder: what an operator's commands reach from a process of their own."""
    url = f"native://{tmp_path / 'shop'}"
    yield url
    jmslike.forget(url)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def test_count(run: Run, url: str) -> None:
    fill(url, "orders", "1", "2")
    assert [line.split() for line in lines(run("count", url, "orders", "queue://typo"))] == [
        ["messages", "in", "flight", "consumers"],
        ["queue://orders", "2", "0", "0"],
        ["queue://typo", "0", "0", "0"],
    ]
    first, second = map(json.loads, lines(run("count", url, "orders", "typo", "--json")))
    assert (first["queue"], first["depth"], first["enqueued"]) == ("queue://orders", 2, 2)
    assert (second["queue"], second["depth"]) == ("queue://typo", 0)
    assert lines(run("count", url, "orders", "--selector", "JMSPriority = 4"))[1].split() == ["queue://orders", "2"]


def test_move(run: Run, url: str) -> None:
    fill(url, "orders", "1", "2", "3")
    assert lines(run("move", url, "orders", "archive", "--dry-run")) == [
        "3 messages would be moved from queue://orders to queue://archive"
    ]
    assert lines(run("move", url, "orders", "archive", "--count", "1")) == [
        "1 message moved from queue://orders to queue://archive"
    ]
    found = json.loads(*lines(run("move", url, "orders", "archive", "--json")))
    assert found == {"moved": 2, "queue": "queue://orders", "to": "queue://archive", "dry_run": False}
    assert texts_in(url, "archive") == ["1", "2", "3"]


def test_move_to_another_provider(run: Run, url: str, tmp_path: Path) -> None:
    fill(url, "orders", "1", "2")
    other = f"native://{tmp_path / 'other'}"
    assert lines(run("move", url, "orders", "--to-url", f"{other}?window=5", "--count", "1")) == [
        f"1 message moved from queue://orders to queue://orders of {other}"
    ]
    assert lines(run("copy", url, "orders", "copies", "--to-url", other)) == [
        f"1 message copied from queue://orders to queue://copies of {other}"
    ]
    assert (texts_in(url, "orders"), texts_in(other, "orders"), texts_in(other, "copies")) == (["2"], ["1"], ["2"])
    jmslike.forget(other)


def test_fewer_messages_than_asked_for_are_an_error(run: Run, url: str) -> None:
    fill(url, "orders", "1")
    result = run("move", url, "orders", "archive", "--count", "5")
    assert (result.exit_code, result.stdout) == (1, "1 message moved from queue://orders to queue://archive\n")
    assert result.stderr == "jmslike: 1 message moved, not 5\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["move", "{url}", "a"], "the queue to which the messages go is missing; name it, or another provider by"),
        (["move", "{url}", "a", "a"], "queue://a is both ends, so nothing was done; name another queue"),
        (["move", "{url}", "topic://a", "b"], "topic://a keeps no messages, only a queue does; name a queue"),
        (["move", "{url}", "a", "--to-url", "native://b"], "native://b is the memory of this command and ends with it"),
        (["copy", "{url}", "a", "--to-url", "nonsense://b"], "no transport for nonsense://"),
        (["count", "nonsense://b", "a"], "no transport for nonsense://"),
        (["purge", "{url}", "a", "--selector", "a >", "--yes"], "invalid selector"),
        (["purge", "{url}", "a"], "purge asks before it removes anything, and there is no terminal to ask at; add"),
        (["retry", "{url}", "a", "--to", "x://y"], "not a destination: 'x://y'"),
        (["retry", "{url}", "a", "--count", "0"], "'0' is not a whole number of 1 or more"),
    ],
)
def test_wrong_use(run: Run, url: str, arguments: list[str], reason: str) -> None:
    fill(url, "a", "1")
    result = run(*(argument.format(url=url) for argument in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1
    assert texts_in(url, "a") == ["1"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["count"],
        ["move", "--count", "1"],
        ["copy", "--dry-run"],
        ["purge", "--yes"],
        ["retry"],
        ["browse"],
        ["receive"],
        ["capabilities"],
    ],
)
@pytest.mark.parametrize("wrapper", ["{}", "failover:({})"])
def test_a_folder_that_is_not_there_is_an_error_and_is_not_made(
    run: Run, tmp_path: Path, arguments: list[str], wrapper: str
) -> None:
    command, *options = arguments
    queues = {"move": ["a", "b"], "copy": ["a", "b"], "capabilities": []}.get(command, ["a"])
    result = run(command, wrapper.format(f"native://{tmp_path}/ty%20po?max_depth=9"), *queues, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"jmslike: {tmp_path}/ty po cannot be used: there is no such folder; name the folder of an engine, which a "
        "program makes when it connects; nothing was done\n"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["count", "browse", "receive"])
def test_a_folder_that_no_engine_has_used_stays_as_it_is(run: Run, tmp_path: Path, command: str) -> None:
    result = run(command, f"native://{tmp_path}", "a")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"jmslike: {tmp_path} is empty: no engine has used it; name the folder")
    assert not list(tmp_path.iterdir())


def test_a_dry_run_makes_no_target(run: Run, url: str, tmp_path: Path) -> None:
    fill(url, "a", "1")
    for command, done in (("move", "moved"), ("copy", "copied")):
        there = f"native://{tmp_path}/new"
        assert lines(run(command, url, "a", "--to-url", there, "--dry-run")) == [
            f"1 message would be {done} from queue://a to queue://a of {there}"
        ]
    assert not (tmp_path / "new").exists()


def test_two_urls_of_one_folder_are_one_provider(run: Run, url: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    fill(url, "a", "1", "2")
    for same in (f"{url}/", f"{url}?window=5", f"native://{tmp_path}/link/shop", f"failover:({url})"):
        result = run("copy", url, "a", "--to-url", same)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "queue://a is both ends, so nothing was done" in result.stderr
        assert lines(run("move", url, "a", "b", "--to-url", same)) == [
            f"2 messages moved from queue://a to queue://b of {same.partition('?')[0]}"
        ]
        assert lines(run("move", url, "b", "a", "--json"))
    assert texts_in(url, "a") == ["1", "2"]


def test_purge_asks(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jmslike.cli.operations.is_interactive", lambda: True)
    fill(url, "a", "1", "2")
    fill(url, "b", "3")
    result = run("purge", f"{url}?window=5", "a", "b", typed="n\n")
    assert (result.exit_code, result.stdout.strip()) == (1, "n"), "as typed"
    assert f"Remove 2 messages from queue://a and 1 message from queue://b of {url}? [y/N]:" in result.stderr
    assert result.stderr.endswith("jmslike: nothing was removed\n")
    assert (texts_in(url, "a"), texts_in(url, "b")) == (["1", "2"], ["3"])
    assert lines(run("purge", url, "a", "b", typed="y\n"))[1:] == [
        "2 messages removed from queue://a",
        "1 message removed from queue://b",
    ]


def test_purge_without_asking(run: Run, url: str) -> None:
    fill(url, "a", "1", "2")
    assert lines(run("purge", url, "a", "--dry-run")) == ["2 messages would be removed from queue://a"]
    assert json.loads(*lines(run("purge", url, "a", "--yes", "--json"))) == {
        "queue": "queue://a",
        "removed": 2,
        "dry_run": False,
    }


def test_retry(run: Run, url: str) -> None:
    fill(url, "orders", "1", "2")
    die(url, "orders")
    assert lines(run("retry", url, "DLQ.orders", "--dry-run")) == ["2 messages would be returned to queue://orders"]
    assert lines(run("retry", url, "DLQ.orders")) == ["2 messages returned to queue://orders"]
    assert lines(run("retry", url, "DLQ.orders")) == ["0 messages returned"]
    assert lines(run("retry", url, "orders", "--to", "queue://checked")) == ["2 messages returned to queue://checked"]


def test_what_could_not_be_returned_is_named(run: Run, url: str) -> None:
    fill(url, "dead", *map(str, range(12)))
    result = run("retry", url, "dead")
    assert (result.exit_code, result.stdout) == (1, "0 messages returned\n")
    stays = result.stderr.splitlines()
    assert len(stays) == 11
    assert stays[0].startswith("jmslike: ID:")
    assert stays[0].endswith("stays: it does not say where it came from")
    assert stays[-1] == "jmslike: 2 others stay; --json names each"
    result = run("retry", url, "dead", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["returned"], len(found["left"])) == ({}, 12)


def test_an_interrupted_command_says_what_was_done(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(url, "orders", "1")

    def interrupted(*arguments: object, **options: object) -> int:
        end = KeyboardInterrupt()
        end.add_note("; moved before that: 100")
        raise end

    monkeypatch.setattr(operating, "move", interrupted)
    result = run("move", url, "orders", "archive")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr.strip() == "jmslike: interrupted; moved before that: 100"


def test_a_folder_in_use_can_be_looked_at(run: Run, url: str) -> None:
    fill(url, "orders", "1")
    jmslike.forget(url)
    with closing(FolderFiles.lock(url.removeprefix("native://"))):
        result = run("count", url, "orders")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "is in use by" in result.stderr
    assert f"; jmslike store shows what is in it meanwhile ({url})" in result.stderr


def test_an_error_names_both_providers(run: Run, url: str) -> None:
    fill(url, "orders", "1")
    result = run("move", url, "orders", "--to-url", "stomp://jmslike:secret@127.0.0.1:1")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.endswith(f" ({url} to stomp://127.0.0.1:1)\n")
    assert texts_in(url, "orders") == ["1"]
