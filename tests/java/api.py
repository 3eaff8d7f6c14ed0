"""The API of JMS as its jars have it, read with `javap`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from tests.brokers.java import built
from tests.brokers.software import program

DEPENDENCIES = Path(__file__).with_name("pom.xml")
JARS = ("jakarta.jms-api-3.1.0.jar", "javax.jms-api-2.0.1.jar")

_TYPE = re.compile(r"(?:public )?(?:abstract |final )*(?:class|interface) (?:javax|jakarta)\.jms\.(\w+)\b")
_METHOD = re.compile(r"  public .*?(?P<name>[\w.]+)\((?P<parameters>.*)\)")
_CONSTANT = re.compile(r"  public static final \S+ (\w+);")
_TYPE_ARGUMENTS = re.compile(r"<[^<>]*>")


class Member(NamedTuple):
    """A public member of a type: a method with the types of its parameters, or a constant (None).

    The name of a constructor is that of its type.
    """

    type: str
    name: str
    parameters: tuple[str, ...] | None

    @property
    def call(self) -> str:
        """The name, and of a method the types of its parameters."""
        return self.name if self.parameters is None else f"{self.name}({', '.join(self.parameters)})"

    def __str__(self) -> str:
        return f"{self.type}.{self.call}"


def members(jar: Path) -> list[Member]:
    """Read the public members of all types in the jar. Raises UnavailableError without a JDK."""
    with ZipFile(jar) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"(?:javax|jakarta)/jms/\w+\.class", name)]
    types = [name.removesuffix(".class").replace("/", ".") for name in sorted(names)]
    command = [program("javap"), "-cp", str(jar), "-public", *types]
    return list(parsed(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def parsed(text: str) -> Iterator[Member]:
    """Find the members in what `javap` prints."""
    current = ""
    for line in text.splitlines():
        if found := _TYPE.match(line):
            current = found[1]
        elif found := _CONSTANT.match(line):
            yield Member(current, found[1], None)
        elif found := _METHOD.match(line):
            parameters = found["parameters"]
            while _TYPE_ARGUMENTS.search(parameters):
                parameters = _TYPE_ARGUMENTS.sub("", parameters)
            types = tuple(re.findall(r"(\w+(?:\[\]|\.\.\.)?)(?:,|$)", parameters))
            yield Member(current, found["name"].rpartition(".")[2], types)


def jars() -> list[Path]:
    """Return the jars of the API. Raises UnavailableError if this machine cannot fetch them."""
    folder = built("java-api", DEPENDENCIES)
    return [folder / name for name in JARS]
