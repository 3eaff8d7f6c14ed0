"""Every ```python block of README.md and docs/ runs: those of a page one after the other, in a process of its own.

A page about a broker that keeps what was sent has its examples for `localhost`, and names that begin with `shop.`; they
run on the broker of the tests, under names that are new each time. A page with a user and a password has those of the
brokers of the tests. What is in /var/lib on a page is in a folder of the test. Every ```console block prints what it
says, where "..." stands for anything.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.brokers import Broker, UnavailableError
from tests.brokers.fixtures import give_up
from tests.jvm import jars

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]


class Needed(NamedTuple):
    """What the examples of a page need: a broker for a protocol, the address on the page, perhaps Java clients."""

    broker: str
    protocol: str
    address: str
    class_path: Callable[[], Path] | None = None


BROKERS = {
    "kafka.md": Needed("kafka", "kafka", "localhost:9092"),
    "jvm.md": Needed("artemis", "core", "localhost:61616", jars.jakarta),
}
"""For pages that need one."""
UNTYPED = ("native-engine.md",)
"""It asserts what `take` returns, without looking for None each time."""
BUT_KAFKA_PYTHON = [f"-Wignore:{word}_text is deprecated:DeprecationWarning" for word in ("open", "read")]
FOLDERS = "/var/lib"
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
CONSOLE_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def python_of(text: str) -> str:
    """Return the Python blocks of a page on their own lines, so that a traceback points into the page."""
    code: list[str] = []
    for block in PYTHON_BLOCK.finditer(text):
        first_line = text.count("\n", 0, block.start(1))
        code += [""] * (first_line - len(code)) + block[1].splitlines()
    return "\n".join(code) + "\n"


def test_blocks_keep_their_lines() -> None:
    assert python_of("# T\n```python\na = 1\n```\n```text\nno\n```\n\n```python\nb = 2\n```\n") == (
        "\n\na = 1\n\n\n\n\n\n\nb = 2\n"
    )


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[pytest.mark.broker(BROKERS[page.name].broker)] if page.name in BROKERS else [])
        for page in PAGES
    ],
    ids=lambda page: page.name,
)
def test_code_of_a_page_runs(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    script = tmp_path / f"page_{page.stem}.py"  # no module has this name
    code = python_of(page.read_text(encoding="utf-8"))
    variables = {}
    if page.name in BROKERS:
        needed = BROKERS[page.name]
        broker: Broker = request.getfixturevalue(needed.broker)
        code = code.replace(needed.address, urlsplit(broker.url(needed.protocol)).netloc)
        code = code.replace("shop.", f"shop-{uuid.uuid4().hex}.")
        variables = variables_of(needed)
    script.write_text(code.replace(FOLDERS, str(tmp_path)), encoding="utf-8")
    result = run([sys.executable, "-Werror", *BUT_KAFKA_PYTHON, script.name], tmp_path, variables)
    assert result.returncode == 0, f"{page.relative_to(ROOT)}:\n{result.stderr}"
    if page.name not in BROKERS:
        check_console(page, tmp_path)


def variables_of(needed: Needed) -> dict[str, str]:
    """Return the environment variables that a page tells its reader to set."""
    if needed.class_path is None:
        return {}
    try:
        return {"JMSLIKE_JVM_CLASSPATH": str(needed.class_path())}
    except UnavailableError as missing:
        give_up("Java clients", missing)


def check_console(page: Path, folder: Path) -> None:
    """Run the commands of a page, one after the other, and compare what they print."""
    for block in CONSOLE_BLOCK.findall(page.read_text(encoding="utf-8")):
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            result = run(["sh", "-c", command.replace(FOLDERS, str(folder))], folder)
            printed = result.stdout.replace(str(folder), FOLDERS)
            same = doctest.OutputChecker().check_output(expected, printed, LENIENT)
            assert (same, result.stderr) == (True, ""), f"{page.relative_to(ROOT)}: {command}\n{printed}"


def run(
    command: list[str], folder: Path, variables: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}  # which pytest-xdist sets
    return subprocess.run(
        command,
        cwd=folder,
        env={**inherited, "PATH": path, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_code_of_the_pages_is_typed(tmp_path: Path) -> None:
    """A program that is checked as strictly as the examples may copy them."""
    for page in PAGES:
        if page.name not in UNTYPED:
            module = tmp_path / f"page_{page.stem.replace('-', '_')}.py"
            module.write_text(python_of(page.read_text(encoding="utf-8")), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--check-untyped-defs", "--ignore-missing-imports", "."],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken
