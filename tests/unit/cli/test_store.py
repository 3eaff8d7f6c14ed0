"""`jmslike store` on real folders, which an engine has filled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from jmslike.destinations import Queue, Topic
from jmslike.envelope import Envelope
from jmslike.values import Byte
from jmslike_transports.native.record_format import EnvelopeFormat
from native_engine import Engine
from native_engine.journal import Journal
from native_engine.journal.folder import FolderFiles

Run = Callable[..., Result]


def engine_in(folder: Path) -> Engine:
    return Engine(journal=Journal(FolderFiles.lock(str(folder)), EnvelopeFormat()))


def envelopes(*bodies: Any, to: Queue | Topic, **fields: Any) -> Iterator[Envelope]:
    for number, body in enumerate(bodies):
        yield Envelope.make(id=f"ID:{number}", destination=to, body=body, **fields)


def send(engine: Engine, *bodies: Any, kind: str = "text", to: Queue | Topic = Queue("orders"), **fields: Any) -> None:  # noqa: B008
    sender = engine.sender("queue" if to.is_queue else "topic", to.name)
    for envelope in envelopes(*bodies, kind=kind, to=to, **fields):
        sender.send(envelope)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a queue of two messages, one of which was handed over, and with two subscriptions."""
    folder = tmp_path / "shop"
    with engine_in(folder) as engine:
        matches = EnvelopeFormat().matches("price > 10")
        engine.subscribe(
            "prices", name="audit", durable=True, owner="shop", selector_text="price > 10", matches=matches
        )
        engine.subscribe("prices", name="copies", durable=True, shared=True)
        send(engine, "two lamps", "a tent")
        send(engine, {"EUR": 32.5, "grade": Byte(1)}, kind="map", to=Topic("prices"), properties={"price": 32})
        send(engine, b"\0\xff", kind="bytes", to=Topic("prices"), properties={"price": 5})
        receiver = engine.receiver("orders")
        delivery = receiver.take(0)
        assert delivery is not None
        assert delivery[1] is not None
        receiver.settle([delivery[1]], 1)
    return folder


def lines(result: Result) -> list[str]:
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout.splitlines()


def documents(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(result)]


def depths(run: Run, folder: Path) -> dict[str, int]:
    (found,) = [json.loads(run("store", "stats", str(folder), "--json").stdout)]
    return {each["name"]: each["messages"] for each in [*found["queues"], *found["subscriptions"]]}


# -- looking


def test_stats(run: Run, folder: Path) -> None:
    first, second, blank, *table = lines(run("store", "stats", str(folder)))
    assert first == str(folder)
    assert second.startswith("2 files of 3.0 MiB in all; 4 messages of ")
    assert blank == ""
    assert [line.split("  ")[0].strip() for line in table] == [
        "",
        "queue://orders",
        "subscription audit of client id shop on topic://prices where price > 10",
        "shared subscription copies on topic://prices",
    ]
    assert [line.split()[-4::2] for line in table] == [["messages", "redelivered"], ["2", "1"], ["1", "0"], ["2", "0"]]


def test_stats_as_json(run: Run, folder: Path) -> None:
    found = json.loads("\n".join(lines(run("store", "stats", str(folder), "--json"))))
    assert found["folder"] == str(folder)
    assert found["messages"] == 4
    assert [each["messages"] for each in found["files"]] == [4, 0]
    assert found["bytes"] == sum(path.stat().st_size for path in folder.glob("*.journal"))
    (queue,) = found["queues"]
    assert queue.pop("bytes") > 0
    assert queue == {"name": "orders", "messages": 2, "redelivered": 1, "postponed": 0}
    audit = next(each for each in found["subscriptions"] if each["name"] == "audit")
    assert audit.pop("bytes") > 0
    assert audit == {
        "name": "audit",
        "client_id": "shop",
        "topic": "prices",
        "shared": False,
        "selector": "price > 10",
        "excluded_origin": None,
        "messages": 1,
        "redelivered": 0,
        "postponed": 0,
    }
    assert (found["unknown"], found["damage"], found["incomplete"]) == ([], [], None)


def test_browse(run: Run, folder: Path) -> None:
    for queue in ("orders", "queue://orders"):
        assert lines(run("store", "browse", str(folder), queue)) == ["two lamps", "a tent"]
    copies = ("store", "browse", str(folder), "--subscription", "copies")
    assert lines(run(*copies)) == ['{"EUR": 32.5, "grade": 1}', "00ff"]
    assert lines(run(*copies, "--selector", "price < 10")) == ["00ff"]
    (document,) = documents(run(*copies, "--selector", "price < 10", "--json"))
    assert (document["waits_in"], document["body"]) == ([{"subscription": "copies"}], "AP8=")


def test_browse_in_the_order_of_delivery(run: Run, tmp_path: Path) -> None:
    with engine_in(tmp_path) as engine:
        send(engine, "1", "2", priority=4)
        send(engine, "urgent", priority=9)
    assert lines(run("store", "browse", str(tmp_path), "orders")) == ["urgent", "1", "2"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "name one QUEUE, or a durable subscription by --subscription NAME"),
        (["orders", "--subscription", "audit"], "name one QUEUE, or a durable subscription by --subscription NAME"),
        (["orders", "--client-id", "shop"], "--client-id belongs to --subscription, and there is none"),
        (["topic://prices"], "topic://prices keeps no messages; name one of its durable subscriptions"),
        (["--subscription", "audit"], "has no durable subscription 'audit' without a client id"),
        (["--subscription", "copies", "--client-id", "x"], "has no durable subscription 'copies' of the client id 'x'"),
        (["orders", "--selector", "price >"], "selector"),
        (["others"], "shop has orders"),
    ],
)
def test_browse_of_what_is_not_there(run: Run, folder: Path, arguments: list[str], reason: str) -> None:
    result = run("store", "browse", str(folder), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_looking_while_the_folder_is_in_use(run: Run, folder: Path) -> None:
    with engine_in(folder) as engine:
        send(engine, "a stove")
        assert lines(run("store", "browse", str(folder), "orders")) == ["two lamps", "a tent", "a stove"]
        assert len(documents(run("store", "export", str(folder)))) == 7
        assert depths(run, folder)["orders"] == 3


@pytest.mark.parametrize("command", [["purge", "orders"], ["purge", "--all", "--yes"], ["compact"], ["import", "-"]])
def test_changing_while_the_folder_is_in_use(run: Run, folder: Path, command: list[str]) -> None:
    with engine_in(folder):
        name, *arguments = command
        result = run("store", name, str(folder), *arguments, typed="")
    assert (result.exit_code, result.stdout) == (3, "")
    assert f"{folder} is in use by this process" in result.stderr
    assert depths(run, folder) == {"orders": 2, "audit": 1, "copies": 2}


@pytest.mark.parametrize("command", [["stats"], ["browse", "q"], ["export"], ["purge", "q"], ["compact"]])
def test_folder_that_is_none(run: Run, tmp_path: Path, command: list[str]) -> None:
    name, *arguments = command
    missing = run("store", name, str(tmp_path / "missing"), *arguments)
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "there is no such folder" in missing.stderr
    assert not (tmp_path / "missing").exists()
    empty = run("store", name, str(tmp_path), *arguments)
    assert (empty.exit_code, empty.stdout) == (2, "")
    assert "no engine has used it" in empty.stderr


def test_without_a_command(run: Run) -> None:
    result = run("store")
    assert result.exit_code == 2
    assert "stats" in result.stdout


# -- damage


@pytest.fixture
def damaged(folder: Path) -> Path:
    """Return the folder with one bit flipped, in the body of a message."""
    (file, _) = sorted(folder.glob("*.journal"))
    data = bytearray(file.read_bytes())
    data[data.index(b"two lamps")] ^= 1
    file.write_bytes(data)
    return folder


def test_damage_is_shown(run: Run, damaged: Path) -> None:
    result = run("store", "stats", str(damaged))
    assert result.exit_code == 1
    assert "damaged journal: 0000000001.journal" in result.stdout
    assert "cannot be read, and is lost" in result.stdout
    document = json.loads(run("store", "stats", str(damaged), "--json").stdout)
    (damage,) = document["damage"]
    assert damage["file"] == "0000000001.journal"
    assert damage["length"] > 0


@pytest.mark.parametrize("command", [["browse", "orders"], ["export"]])
def test_what_is_not_damaged_is_printed(run: Run, damaged: Path, command: list[str]) -> None:
    name, *arguments = command
    result = run("store", name, str(damaged), *arguments)
    assert result.exit_code == 1
    assert "a tent" in result.stdout
    assert "lamps" not in result.stdout
    assert result.stderr.startswith("jmslike: damaged journal: 0000000001.journal")


# -- changing


def test_what_is_imported_is_what_was_exported(run: Run, folder: Path, tmp_path: Path) -> None:
    exported = run("store", "export", str(folder)).stdout_bytes
    file = tmp_path / "lines"
    file.write_bytes(exported)
    for number, (source, typed) in enumerate([(str(file), None), ("-", exported)]):
        copy = tmp_path / f"copy {number}"
        assert lines(run("store", "import", str(copy), source, typed=typed)) == [
            f"4 messages and 2 durable subscriptions imported to {copy}"
        ]
        assert run("store", "export", str(copy)).stdout_bytes == exported


def test_imported_messages_come_behind_those_that_are_there(run: Run, folder: Path) -> None:
    exported = run("store", "export", str(folder)).stdout_bytes
    run("store", "import", str(folder), "-", typed=exported)
    assert depths(run, folder) == {"orders": 4, "audit": 2, "copies": 4}
    with engine_in(folder) as engine:
        receiver = engine.receiver("orders")
        bodies = [(delivery[0].body, delivery[2]) for delivery in iter(lambda: receiver.take(0), None)]
    assert bodies == [("two lamps", 1), ("two lamps", 1), ("a tent", 0), ("a tent", 0)]


def changed(line: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**line, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda each: b"{}\n", "line 8: waits_in is missing; nothing was imported"),
        (lambda each: changed(each, delivery_mode=1), "line 8: the message is not persistent"),
        (lambda each: changed(each, waits_in=[{"unknown": "7"}]), "line 8: it is unknown where the message waits"),
        (
            lambda each: changed(each, waits_in=[{"subscription": "new"}]),
            "line 8: the message waits in the durable subscription 'new', which is neither there nor in another line",
        ),
        (
            lambda each: b'{"durable_subscription": "copies", "topic": "other", "shared": true}\n',
            "line 8: the durable subscription 'copies' is in two lines that differ",
        ),
    ],
)
def test_nothing_is_imported_if_a_line_is_wrong(
    run: Run, folder: Path, change: Callable[[dict[str, Any]], bytes], reason: str
) -> None:
    result = run("store", "export", str(folder))
    *_, last = documents(result)
    wrong = run("store", "import", str(folder), "-", typed=result.stdout_bytes + b"\n" + change(last))
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert reason in wrong.stderr
    assert depths(run, folder) == {"orders": 2, "audit": 1, "copies": 2}


def test_a_subscription_is_not_changed_by_an_import(run: Run, folder: Path) -> None:
    typed = b'{"durable_subscription": "copies", "topic": "other", "shared": true}\n'
    result = run("store", "import", str(folder), "-", typed=typed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'copies' is there with another topic, selector, noLocal or way of sharing" in result.stderr


def test_purge(run: Run, folder: Path) -> None:
    assert lines(run("store", "purge", str(folder), "orders")) == ["2 messages removed"]
    assert depths(run, folder) == {"orders": 0, "audit": 1, "copies": 2}
    assert lines(run("store", "purge", str(folder), "--subscription", "copies")) == ["2 messages removed"]
    assert depths(run, folder) == {"audit": 1, "copies": 0}  # an empty queue is forgotten when a folder is opened
    with engine_in(folder) as engine:
        send(engine, "more", to=Topic("prices"), properties={"price": 1})
    assert depths(run, folder) == {"audit": 1, "copies": 1}


def test_purge_of_everything(run: Run, folder: Path) -> None:
    refused = run("store", "purge", str(folder), "--all")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == f"jmslike: --all removes all messages of {folder}; to do that add --yes\n"
    assert depths(run, folder) == {"orders": 2, "audit": 1, "copies": 2}
    run("store", "purge", str(folder), "--all", "--yes")
    assert depths(run, folder) == {"orders": 0, "audit": 0, "copies": 0}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["orders", "--all", "--yes"], "--all excludes a QUEUE and --subscription; use one of them"),
        (["--subscription", "none"], "has no such durable subscription; see: jmslike store stats"),
        ([], "name one QUEUE"),
        (["others"], "no message waits in queue others; "),
    ],
)
def test_purge_of_what_is_not_there(run: Run, folder: Path, arguments: list[str], reason: str) -> None:
    result = run("store", "purge", str(folder), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_compact(run: Run, tmp_path: Path) -> None:
    with engine_in(tmp_path) as engine:
        for _ in range(2):
            send(engine, b"kept", kind="bytes", to=Queue("kept"))
            large = envelopes(*[b"x" * 2**18] * 8, kind="bytes", to=Queue("gone"))
            engine.commit([(engine.sender("queue", "gone"), each) for each in large])
    run("store", "purge", str(tmp_path), "gone")
    (line,) = lines(run("store", "compact", str(tmp_path)))
    before, now = (int(number.replace(",", "")) for number in re.findall("[0-9,]+[0-9]", line))
    assert now < before
    assert now == sum(path.stat().st_size for path in tmp_path.glob("*.journal"))
    assert depths(run, tmp_path) == {"kept": 2}
