"""`jmslike store import` and what it says, and what commands say of a folder that is not as they need it."""

from __future__ import annotations

import json
import shutil
import signal
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

import jmslike
from native_engine.journal.maintenance import Maintenance
from tests.unit.native.envelopes import LINE

Run = Callable[..., Result]

SUBSCRIPTION = {"durable_subscription": "audit", "client_id": None, "topic": "prices", "shared": True}


def text_of(*documents: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in documents)


def bodies(run: Run, folder: Path, queue: str = "orders") -> list[str]:
    result = run("store", "browse", str(folder), queue)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of an engine with two orders."""
    folder = tmp_path / "shop"
    with jmslike.connect(f"native://{folder}") as context:
        for body in ("two lamps", "a tent"):
            context.create_producer().send(context.create_queue("orders"), body)
    return folder


def test_a_time_that_no_journal_can_hold_imports_nothing(run: Run, folder: Path) -> None:
    typed = text_of(LINE, {**LINE, "expiration": 0, "due": 1 << 63})
    result = run("store", "import", str(folder), "-", typed=typed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "line 2: due is not a whole number of milliseconds" in result.stderr
    assert bodies(run, folder) == ["two lamps", "a tent"]


def test_no_folder_is_made_for_messages_of_a_subscription_that_is_missing(run: Run, tmp_path: Path) -> None:
    typed = text_of({**LINE, "waits_in": [{"subscription": "audit"}]})
    result = run("store", "import", str(tmp_path / "new"), "-", typed=typed)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing was imported" in result.stderr
    assert not (tmp_path / "new").exists()


def test_subscriptions_that_were_not_there_are_counted(run: Run, tmp_path: Path) -> None:
    for expected in ("1 message and 1 durable subscription imported", "1 message imported"):
        result = run("store", "import", str(tmp_path), "-", typed=text_of(SUBSCRIPTION, LINE))
        assert result.stdout == f"{expected} to {tmp_path}\n"


def test_a_mark_of_utf_8_is_left_out(run: Run, tmp_path: Path) -> None:
    result = run("store", "import", str(tmp_path), "-", typed=BOM_UTF8 + b"\n" + BOM_UTF8 + text_of(LINE))
    assert result.stdout == f"1 message imported to {tmp_path}\n"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have Ctrl-C do what it does in a terminal: these tests may run in the background, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_import_says_how_to_go_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message that is being imported when Ctrl-C comes is imported, and counted."""
    put, count = Maintenance.put, 0

    def interrupted(*arguments: Any) -> None:
        nonlocal count
        count += 1
        if count == 2:
            signal.raise_signal(signal.SIGINT)
        put(*arguments)

    monkeypatch.setattr(Maintenance, "put", interrupted)
    file = tmp_path / "lines"
    file.write_bytes(text_of(SUBSCRIPTION, *[{**LINE, "body": str(number)} for number in range(4)]))
    result = run("store", "import", str(tmp_path / "copy"), str(file))
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr.strip() == (
        "jmslike: interrupted; 2 of 4 messages were imported before that: to go on, import the lines after line 3; "
        "all lines would bring these messages twice"
    )
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    rest = b"".join(file.read_bytes().splitlines(keepends=True)[3:])
    run("store", "import", str(tmp_path / "copy"), "-", typed=rest)
    assert bodies(run, tmp_path / "copy") == ["0", "1", "2", "3"]


def test_an_import_that_ignores_ctrl_c_is_not_interrupted(
    run: Run, tmp_path: Path, interruptible: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    put = Maintenance.put

    def interrupted(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        put(*arguments)

    monkeypatch.setattr(Maintenance, "put", interrupted)
    result = run("store", "import", str(tmp_path / "copy"), "-", typed=text_of(LINE, LINE))
    assert (result.exit_code, result.stderr) == (0, "")
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_folder_by_its_url(run: Run, folder: Path) -> None:
    for url in (f"native://{folder}", f"native://{folder}?max_depth=9"):
        result = run("store", "browse", url, "orders")
        assert result.stdout == "two lamps\na tent\n"
    for url, reason in (("native://shop", "is in memory, so it has no folder"), ("native://a/b", "absolute path")):
        result = run("store", "stats", url)
        assert (result.exit_code, result.stdout) == (2, "")
        assert reason in result.stderr


def test_a_queue_that_is_not_there(run: Run, folder: Path) -> None:
    for command in ("browse", "purge"):
        result = run("store", command, str(folder), "nosuch")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"jmslike: no message waits in queue nosuch; {folder} has orders\n"


@pytest.mark.parametrize("command", [["stats"], ["export"], ["browse", "orders"], ["compact"], ["purge", "orders"]])
def test_a_folder_of_other_files(run: Run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "letter").touch()
    result = run("store", command[0], str(tmp_path), *command[1:])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("was left as it is; name the folder of an engine\n")


@pytest.fixture
def torn(folder: Path, tmp_path: Path) -> Path:
    """Return the folder as an engine left it that was not closed, with one bit flipped in the last message."""
    with jmslike.connect(f"native://{folder}") as context:
        context.create_producer().send(context.create_queue("orders"), "a stove")
        folder = Path(shutil.copytree(folder, tmp_path / "torn"))
    file = next(each for each in folder.glob("*.journal") if b"a stove" in each.read_bytes())
    data = bytearray(file.read_bytes())
    data[data.index(b"a stove")] ^= 1
    file.write_bytes(data)
    return folder


@pytest.mark.parametrize(("command", "code"), [(["export"], 1), (["browse", "orders"], 1), (["compact"], 0)])
def test_an_end_that_cannot_be_read_is_reported(run: Run, torn: Path, command: list[str], code: int) -> None:
    result = run("store", command[0], str(torn), *command[1:])
    assert result.exit_code == code
    assert result.stderr.startswith("jmslike: incomplete journal: ")
    assert result.stderr.count("\n") == 1
    assert ".journal, " in result.stderr


ACTING = "\x1b[31mred\x1b[0m\x9b\nand more"


@pytest.fixture
def coloured(tmp_path: Path) -> Path:
    """Return the folder of an engine whose names and texts act on a terminal."""
    with jmslike.connect(f"native://{tmp_path}") as context:
        context.create_producer().send(context.create_queue("a\x1b\0\nb"), ACTING)
    return tmp_path


def test_texts_through_a_pipe_are_as_they_are(run: Run, coloured: Path) -> None:
    assert run("store", "browse", str(coloured), "a\x1b\0\nb").stdout == f"{ACTING}\n"


def test_texts_on_a_terminal_do_not_act_on_it(run: Run, coloured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jmslike.cli.terminal.is_terminal", lambda: True)
    monkeypatch.setattr("jmslike_transports.native.store.commands.is_terminal", lambda: True)
    shown = run("store", "browse", str(coloured), "a\x1b\0\nb").stdout
    assert shown == "\\x1b[31mred\\x1b[0m\\x9b\nand more\n"
    for arguments in (["export", str(coloured)], ["browse", str(coloured), "a\x1b\0\nb", "--json"]):
        shown = run("store", *arguments).stdout
        assert "\\x9b" in shown
        assert not {"\x1b", "\x9b"} & set(shown)
        assert shown.count("\n") == 1


def test_names_in_a_table_do_not_act_on_it(run: Run, coloured: Path) -> None:
    assert "queue://a\\x1b\\x00 b " in run("store", "stats", str(coloured)).stdout
