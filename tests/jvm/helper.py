"""The jar of the jvm transport's Java sources: `python -m tests.jvm.helper` builds it."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import jmslike_transports.jvm
from tests.brokers.java import built
from tests.brokers.software import program, run

FOLDER = Path(jmslike_transports.jvm.__file__).parent
SOURCES = FOLDER / "java"
JAR = FOLDER / "helper.jar"
MANIFEST = "META-INF/MANIFEST.MF"

API, OLDER_API = "jakarta", "javax"
"""The first packages of the API: that of the sources, and that of JMS before version 3."""

_RELEASE = "17"
_LONGEST_LINE = 70
"""Characters of a line in a manifest; what is longer goes on in the next, after a blank."""


def build() -> None:
    """Build the jar from the sources. Raises UnavailableError if this machine cannot."""
    manifest = ["Manifest-Version: 1.0", f"Created-By: {javac_version()} (javac)", f"Sources: {sources_hash()}"]
    entries = {MANIFEST: "".join(f"{_folded(line)}\r\n" for line in manifest).encode(), **classes()}
    new = JAR.with_suffix(".new")  # a JVM that has the old one open goes on with that
    with ZipFile(new, "w", ZIP_DEFLATED) as jar:
        for name, content in entries.items():
            jar.writestr(ZipInfo(name), content, ZIP_DEFLATED)  # no time: the same classes give the same jar
    new.replace(JAR)


def classes() -> dict[str, bytes]:
    """Compile the sources twice: as they are, and for the older API. Return the class files by their names in the jar.

    Raises UnavailableError if this machine cannot, or if a source is wrong.
    """
    libraries = built("jvm-helper", SOURCES / "pom.xml")
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for api in (API, OLDER_API):
            sources, output = Path(temporary, api), Path(temporary, f"{api}-classes")
            sources.mkdir()
            for path in _java_files():
                (sources / path.name).write_text(for_api(path, api), encoding="utf-8")
            options = ["--release", _RELEASE, "-encoding", "UTF-8", "-Xlint:all", "-Werror", "-cp", f"{libraries}/*"]
            run(program("javac"), *options, "-d", str(output), *map(str, sorted(sources.iterdir())))
            for path in sorted(output.rglob("*.class")):
                found[path.relative_to(output).as_posix()] = path.read_bytes()
    return found


def for_api(source: Path, api: str) -> str:
    """Return a Java file as it is for that API."""
    return re.sub(rf"\b{API}\b", api, source.read_text(encoding="utf-8"))


def sources_hash() -> str:
    """Return the SHA-256 of the names and contents of the sources."""
    digest = hashlib.sha256()
    for path in _java_files():
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def javac_version() -> str:
    """Return the version of this machine's compiler. Raises UnavailableError without one."""
    printed = subprocess.run([program("javac"), "-version"], capture_output=True, text=True, check=True)
    return (printed.stdout or printed.stderr).split()[-1]


def manifest() -> dict[str, str]:
    """Return the attributes in the jar's manifest."""
    with ZipFile(JAR) as jar:
        text = jar.read(MANIFEST).decode().replace("\r\n ", "")
    return dict(line.split(": ", 1) for line in text.splitlines())


def _java_files() -> list[Path]:
    return sorted(SOURCES.glob("*.java"))


def _folded(line: str) -> str:
    return "\r\n ".join(line[at : at + _LONGEST_LINE] for at in range(0, len(line), _LONGEST_LINE))


if __name__ == "__main__":
    build()
