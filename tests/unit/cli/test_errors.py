"""Errors are one line, and the exit code says whose fault they are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import pytest
import typer
from typer.testing import Result

from jmslike import ConnectionFactory, ConnectionLostError, JMSSecurityError
from jmslike.cli import app, doctor

Run = Callable[..., Result]


def complaint(result: Result, code: int) -> str:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("jmslike: ")
    return line.removeprefix("jmslike: ")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["fly"], "no such command 'fly'; see: "),
        (["send"], "missing argument 'URL'; see: "),
        (
            ["receive", "native://", "q", "--count", "0"],
            "invalid value for '--count': '0' is not a whole number of 1 or more",
        ),
        (["receive", "native://", "q", "--count", "many"], "invalid value for '--count': 'many' is not a whole number"),
        (
            ["receive", "native://", "q", "--timeout", "-1"],
            "invalid value for '--timeout': '-1' is not a number of sec",
        ),
        (["receive", "native://", "q", "--timeout", "nan"], "invalid value for '--timeout': 'nan' is not a number"),
        (["compare", "--receivers", "101"], "invalid value for '--receivers': '101' is not a whole number of 1 to 100"),
        (
            ["compare", "--rate", "0"],
            "invalid value for '--rate': '0' is not a number of messages a second, more than 0",
        ),
        (["compare", "--run", "0"], "run must be more than 0, not 0"),
        (["compare", "--repeats", "0"], "invalid value for '--repeats': '0' is not a whole number of 1 or more"),
        (["compare", "--colour"], "no such option: --colour; see: "),
        (
            ["compare", "--scenario", "magic"],
            "no scenario 'magic'; there are delivery, sharing, offline, closing, death",
        ),
        (["compare", "nowhere://"], "no transport for nowhere://; known are "),
        (["compare", "a.csv", "native://", "b.csv"], "give one FILE, not 2: a.csv, b.csv (a URL holds ://)"),
        (["compare", "no-such-file.csv"], "no-such-file.csv: cannot be read: No such file"),
        (["send", "not a url", "q", "x"], "not a URL: 'not a url'; it looks like native://NAME"),
        (["send", "native://?colour=red", "q", "x"], "unknown option 'colour' for native://; known are "),
        (["send", "native://", "stream://q", "x"], "not a destination: 'stream://q'; write queue://NAME"),
        (["send", "native://", "q", "x", "--file", "y"], "TEXT and --file exclude each other; use one of them"),
        (["send", "native://", "q", "--format", "csv"], "--format describes --file, and there is none; name the file"),
        (["compare", "--format", "csv"], "--format describes a FILE, and there is none; name the file"),
        (["compare", "--format", "xml"], "invalid value for '--format': 'xml' is not one of csv, jsonl, lines; see: "),
        (["browse", "native://", "topic://t"], "topic://t cannot be browsed, only a queue can; use: jmslike receive"),
        (["capabilities", "nowhere://"], "no transport for nowhere://; known are "),
    ],
)
def test_wrong_use(run: Run, arguments: list[str], reason: str) -> None:
    assert complaint(run(*arguments), 2).startswith(reason)


@pytest.mark.parametrize("form", ["{}", "failover:({})"])
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("stomps://localhost:1?tls_ca=/nowhere", "option tls_ca is '/nowhere', but there is no such file"),
        ("amqps://localhost:1?tls_cert=/nowhere", "option tls_cert is '/nowhere', but there is no such file"),
        ("kafkas://localhost:1?tls_ca=/nowhere", "option tls_ca is '/nowhere', but there is no such file"),
        ("jvm:qpid://localhost:1?tls=true&tls_ca=/nowhere", "option tls_ca is '/nowhere', but there is no such file"),
        ("jvm:qpid://localhost:1?classpath=/nowhere", "option classpath: there is no jar and no folder '/nowhere'"),
        ("jvm:///nowhere?factory=f", "there is no file '/nowhere' with properties of JNDI"),
        ("jvm:qpid://localhost:1", "JAVA_HOME is '/nowhere', where there is no JVM"),
    ],
)
def test_a_setting_that_cannot_work_is_wrong_use(
    run: Run, monkeypatch: pytest.MonkeyPatch, form: str, url: str, reason: str
) -> None:
    """No provider is asked, so its answer is not the reason."""
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert reason in complaint(run("count", form.format(url), "q"), 2)


def test_help_and_version(run: Run) -> None:
    for arguments, code in ((["--help"], 0), (["-h"], 0), ([], 2)):
        result = run(*arguments)
        assert result.exit_code == code
        for command in ("compare", "send", "receive", "browse", "capabilities", "doctor"):
            assert command in result.stdout
    assert run("--version").stdout.startswith("jmslike ")


@pytest.mark.parametrize(
    "error", [ConnectionLostError("nobody answers\nat host:1"), JMSSecurityError("wrong password")]
)
def test_provider_that_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The URL stands at the end of the error."""

    def refuse(*_: object, **__: object) -> None:
        raise type(error)(str(error))

    monkeypatch.setattr(ConnectionFactory, "create_connection", refuse)
    monkeypatch.setattr(ConnectionFactory, "create_context", refuse)
    reason = " ".join(str(error).split())
    for arguments in (["compare"], ["send", "native://", "q", "x"], ["capabilities", "native://"]):
        assert complaint(run(*arguments), 3) == f"{reason} (native://)"


def test_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ConnectionFactory, "create_context", interrupt)
    assert run("receive", "native://", "q").exit_code == 130


def test_our_own_mistake_keeps_its_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise TypeError("oops")

    monkeypatch.setattr(ConnectionFactory, "create_context", stumble)
    assert isinstance(run("receive", "native://", "q").exception, TypeError)


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path) -> None:
    for module in ("typer", "rich"):
        folder = tmp_path / module
        folder.mkdir()
        (folder / f"{module}.py").write_text(f"raise ModuleNotFoundError('no', name={module!r})", encoding="utf-8")
        result = subprocess.run(
            [sys.executable, "-m", "jmslike", "doctor"],
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            f"jmslike: the command needs {module}, which is not installed; "
            "install the extra cli: pip install 'jmslike[cli]', or '.[cli]' in a checkout\n"
        )


class Entry:
    """An entry point of another package."""

    value = "elsewhere:command"

    def __init__(self, name: str, loaded: object) -> None:
        self.name = name
        self._loaded = loaded

    def load(self) -> object:
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


def greet(name: Annotated[str, typer.Argument()]) -> int:
    """Say hello."""
    typer.echo(f"hello {name}")
    return 0


def test_commands_of_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    group = typer.Typer()
    group.command("greet")(greet)
    group.command("other")(greet)
    added = [Entry("hello", greet), Entry("people", group)]

    def entries(group: str) -> list[Entry] | list[EntryPoint]:
        return added if group == "jmslike.commands" else []

    monkeypatch.setattr(app, "entry_points", entries)
    for arguments in (["hello", "Ada"], ["people", "greet", "Ada"]):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (0, "hello Ada\n")
        assert result.stderr == ""


def test_broken_command_of_others_takes_nothing_away(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Entry("broken", ImportError("no such\nthing"))
    monkeypatch.setattr(app, "entry_points", lambda group: [broken])
    assert run("--version").exit_code == 0
    assert capsys.readouterr().err == (
        "jmslike: the command 'broken' of elsewhere:command cannot be loaded: no such thing\n"
    )


SECRET = "s3nt/nel:p@ss?w&rd"


@pytest.mark.parametrize("command", [["compare"], ["send", "queue://a", "text"], ["doctor"]])
def test_no_secret_is_in_an_error_of_a_provider_that_quotes_it(
    command: list[str], monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    encoded = quote(SECRET, safe="")

    def refuse(*_: object, **options: object) -> None:
        raise JMSSecurityError(f"no log-in as someone with {SECRET} or {encoded}")

    monkeypatch.setattr(ConnectionFactory, "create_connection", refuse)
    monkeypatch.setattr(ConnectionFactory, "create_context", refuse)
    monkeypatch.setattr(doctor, "Connection", refuse)
    result = run(command[0], f"stomp://someone:{encoded}@host", *command[1:])
    assert result.exit_code == 3
    assert "no log-in as someone with *** or ***" in " ".join(result.output.split())
