"""`jmslike check` on the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]

NATIVE = "from jmslike import connect\nwith connect('native://') as context:\n    context.create_queue('a')\n"
BROWSING = f"{NATIVE}    context.create_browser(context.create_queue('a'))\n"
JAVA = """\
import jakarta.jms.*;
class Shop { void run(Session session, Queue queue) throws JMSException { session.createBrowser(queue); } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "Shop.java": JAVA,
        "shop.py": NATIVE,
        "nothing.py": "print('no JMS')\n",
        "notes.txt": "no program",
        ".venv/lib.py": BROWSING,
        "pom.xml": "<project/>",
        "target/Shop.java": JAVA,
        "environment/pyvenv.cfg": "",
        "environment/lib.py": BROWSING,
        "parts/build/part.py": NATIVE,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def test_all_works(run: Run, folder: Path) -> None:
    result = run("check", str(folder), "--url", "native://")
    assert result.exit_code == 0, result.output
    assert "3 programs with 5 calls of JMS on native engine: 5 native.\n" in result.stdout
    assert result.stdout.endswith("1 program without a call of JMS.\n")


def test_something_does_not_work(run: Run, folder: Path) -> None:
    result = run("check", str(folder), "--url", "stomp://user:secret@nowhere?dialect=artemis")
    assert result.exit_code == 1
    assert "5 calls of JMS on ActiveMQ Artemis: 4 native, 1 no." in result.stdout
    assert (
        "[1] queue browsers: Artemis cannot browse over STOMP: use its console "
        "(two-models.md#browse-look-without-receiving)\n" in result.stdout
    )
    assert "Also know of ActiveMQ Artemis: messages of Java clients arrive as they were sent: " in result.stdout


def test_what_works_in_part(run: Run, folder: Path) -> None:
    result = run("check", str(folder / "Shop.java"), "--url", "stomp://nowhere?dialect=activemq")
    assert result.exit_code == 1
    assert "1 call of JMS on ActiveMQ Classic: 1 in part." in result.stdout
    assert "Not asked, but assumed: the broker runs with schedulerSupport.\n" in result.stdout


def test_of_a_long_chain_each_call_shows_its_end(run: Run, tmp_path: Path) -> None:
    chain = (
        'context.createProducer().setProperty("kind", "a text that is so long that the row of the table has to be cut")'
    )
    (tmp_path / "Shop.java").write_text(
        "import jakarta.jms.*;\nclass Shop { void run(JMSContext context, Queue queue) {\n"
        f'{chain}.setPriority(7).send(queue, "x");\n}} }}\n'
    )
    result = run("check", str(tmp_path), "--url", "native://")
    assert ".setPriority(7)" in result.stdout
    assert '.send(queue, "x")' in "".join(result.stdout.split("\n"))


def test_json(run: Run, folder: Path) -> None:
    url = "stomp://user:secret@nowhere?dialect=artemis"
    result = run("check", str(folder / "Shop.java"), "--url", url, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert "secret" not in result.stdout
    assert (found["product"], found["works"], found["unknown"]) == ("ActiveMQ Artemis", False, 0)
    assert found["levels"] == {"native": 0, "emulated": 0, "partial": 0, "unsupported": 1}
    (program,) = found["programs"]
    assert program == {
        "file": str(folder / "Shop.java"),
        "calls": [
            {
                "line": 2,
                "call": "session.createBrowser(queue)",
                "type": "Session",
                "member": "createBrowser",
                "assumed": False,
                "level": "unsupported",
                "features": ["BROWSE"],
                "reasons": [
                    {
                        "text": "queue browsers: Artemis cannot browse over STOMP: use its console",
                        "condition": "",
                        "page": "two-models.md#browse-look-without-receiving",
                    }
                ],
                "page": "two-models.md#browse-look-without-receiving",
            }
        ],
        "unknown": [],
    }


def test_a_long_call_is_cut(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text(f"{NATIVE}    context.create_queue('{'q' * 200}')\n", encoding="utf-8")
    result = run("check", str(path), "--url", "native://")
    assert "context.create_queue('qq" in result.stdout
    assert "..." in result.stdout
    assert "q" * 120 not in "".join(result.stdout.split())


def test_unknown_types_are_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text(f"{NATIVE}def f(session): session.close()\n", encoding="utf-8")
    result = run("check", str(path), "--url", "native://")
    assert result.exit_code == 0
    assert "  line 4: the type of the object is unknown: session.close()\n" in result.stdout
    assert "Of 1 other call the type is unknown: look at them yourself.\n" in result.stdout


def test_a_program_that_cannot_be_read_hides_no_other(run: Run, folder: Path) -> None:
    (folder / "script.py").write_text("print = = 'x'\n", encoding="utf-8")
    (folder / "Half.java").write_text("class Half { void run( }\n", encoding="utf-8")
    deep = f"{'(' * 2000}queue{')' * 2000}"
    (folder / "Deep.java").write_text(JAVA.replace("(queue)", f"({deep})").replace("Shop", "Deep"), encoding="utf-8")
    result = run("check", str(folder), "--url", "native://")
    assert result.exit_code == 2
    assert f"jmslike: {folder / 'script.py'} cannot be read as Python: line 1: " in result.stderr
    assert f"jmslike: {folder / 'Deep.java'} cannot be read: its expressions are nested too deeply" in result.stderr
    assert f"jmslike: {folder / 'Half.java'} cannot be read as Java: line 1" in result.stderr
    assert "3 programs with 5 calls" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["missing.py", "--url", "native://"], "there is no file or folder missing.py"),
        (["{}/notes.txt", "--url", "native://"], "is no program that can be read: its name ends in .java or .py"),
        (["{}/empty", "--url", "native://"], "has no program: no file that ends in .java or .py"),
        (["{}/shop.py", "--url", "nonsense://"], "no transport for nonsense://"),
        (["{}/shop.py", "--url", "stomp://h?dialect=mine"], "no dialect 'mine'"),
        (["{}/shop.py"], "missing option '--url'"),
        (["--url", "native://"], "missing argument"),
    ],
)
def test_wrong_use(run: Run, folder: Path, arguments: list[str], reason: str) -> None:
    (folder / "empty").mkdir()
    result = run("check", *(argument.format(folder) for argument in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_what_only_a_connection_tells_is_asked(run: Run, folder: Path) -> None:
    result = run("check", str(folder / "shop.py"), "--url", "stomp://127.0.0.1:1?connect_timeout=1")
    assert result.exit_code == 3
    assert "127.0.0.1:1" in result.stderr
    assert "?dialect=" in result.stderr
