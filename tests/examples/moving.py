"""The examples of moving from Java: which there are, and how each of their forms runs as a process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.brokers.java import built, class_path
from tests.brokers.software import program

HOME: Final = Path(__file__).parents[2] / "examples" / "moving"
SOURCES: Final = sorted(HOME.glob("*/*.java"))
PATIENCE: Final = 60
"""Seconds for a program, which takes one to three where nothing else runs."""
QUICK_START: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
URL_IN_NAMES: Final = "tcp://localhost:61616"
"""The URL in each `jndi.properties`."""


@dataclass(frozen=True)
class Side:
    """One of the two programs that an example can be, and the actors that it plays."""

    name: str
    actors: Collection[str]
    ready: str = ""
    """The line that says that the other side may begin, if it has to wait."""


@dataclass(frozen=True)
class Example:
    """A folder of `examples/moving`. Its sides are in the order in which they start."""

    name: str
    sides: Sequence[Side] = ()
    complaint: str = ""
    """What the log says of an error that the program makes on purpose."""
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", HOME / self.name)

    def __str__(self) -> str:
        return self.name

    def output(self, actors: Collection[str] = ()) -> Mapping[str, list[str]]:
        """Return what it prints, by actor: of all of them, or of some."""
        said = by_actor((self.folder / "output.txt").read_text().splitlines())
        return {actor: lines for actor, lines in said.items() if not actors or actor in actors}


EXAMPLES: Final = (
    Example("acknowledgement"),
    Example(
        "asynchronous_listener",
        [Side("subscriber", ["customer"], ready="customer: listening"), Side("publisher", ["shop"])],
    ),
    Example("browser"),
    Example("durable_subscriber"),
    Example(
        "flash_sale",
        [Side("services", ["payment", "stock", "mail", "audit"], ready="audit: open"), Side("shop", ["shop"])],
    ),
    Example("listener_container", complaint="the bank did not answer"),
    Example("message_selectors"),
    Example("producer_and_consumer", [Side("consumer", ["warehouse"]), Side("producer", ["shop"])]),
    Example("request_reply", [Side("server", ["server"]), Side("client", ["shop"])]),
    Example("shared_subscription"),
    Example("transactions"),
)
WITH_SIDES: Final = [example for example in EXAMPLES if example.sides]

Form = Callable[[Example, Path], list[str]]
"""Returns the command of an example, whose `jndi.properties` is in that folder, without its arguments."""


def java(example: Example, folder: Path) -> list[str]:
    """Return the command of the Java original. Raises UnavailableError if this machine cannot compile it."""
    classes = class_path(built("examples", HOME / "pom.xml", SOURCES))
    main = "".join(word.capitalize() for word in example.name.split("_"))
    return [program("java"), *QUICK_START, "-cp", f"{folder}{os.pathsep}{classes}", main]


def python_in_java_names(example: Example, _folder: Path) -> list[str]:
    """Return the command of the line-by-line port."""
    return _python(example.folder / f"{example.name}_java.py")


def python(example: Example, _folder: Path) -> list[str]:
    """Return the command of the program in Python's style."""
    return _python(example.folder / f"{example.name}.py")


def _python(path: Path) -> list[str]:
    return [sys.executable, "-u", "-W", "error", str(path)]


def by_actor(lines: Sequence[str]) -> Mapping[str, list[str]]:
    """Sort lines by the actor that each begins with: between actors, their order is a matter of chance."""
    said: dict[str, list[str]] = {}
    for line in lines:
        said.setdefault(line.partition(":")[0], []).append(line)
    return said


class Process:
    """An example that runs, or one side of it. `folder` is an empty one, which it runs in."""

    def __init__(self, example: Example, form: Form, url: str, folder: Path, side: str = "") -> None:
        self._expected = example.complaint
        self._complaints = folder / "stderr"
        command = [*form(example, folder), *_address(example, url, folder), *([side] if side else [])]
        with self._complaints.open("w") as complaints:
            self._process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, text=True
            )
        self._limit = threading.Timer(PATIENCE, self._process.kill)
        self._limit.daemon = True
        self._limit.start()
        self._read: list[str] = []

    def wait_for(self, line: str) -> None:
        """Read its output up to that line, or to its end."""
        for read in self._lines():
            self._read.append(read)
            if read == line:
                return

    def end(self) -> Mapping[str, list[str]]:
        """Wait for its end, and return what it printed, by actor. It must have succeeded, with no other complaint."""
        with self._process:
            self._read.extend(self._lines())
        self._limit.cancel()
        complaints = self._complaints.read_text()
        assert self._process.returncode == 0, complaints
        assert not complaints or (self._expected and self._expected in complaints)
        return by_actor(self._read)

    def _lines(self) -> Iterator[str]:
        assert self._process.stdout is not None
        return (line.rstrip("\n") for line in self._process.stdout)


def _address(example: Example, url: str, folder: Path) -> list[str]:
    """Return the arguments that say where the broker is: none where `jndi.properties` in the folder says it."""
    names = example.folder / "jndi.properties"
    if not names.exists():
        return [url]
    (folder / names.name).write_text(names.read_text().replace(URL_IN_NAMES, url))
    return []
