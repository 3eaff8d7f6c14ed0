"""Builds the Java peer: once for each state of its sources."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tests.brokers.software import installed, program, run

PROJECT = Path(__file__).parent / "java"
DEPENDENCIES = PROJECT / "pom.xml"
SOURCES = sorted((PROJECT / "src/main/java/peer").glob("*.java"))


def classpath() -> str:
    """Return the class path of the Java peer. Raises UnavailableError if this machine cannot build it."""
    program("java")
    content = b"".join(path.read_bytes() for path in (DEPENDENCIES, *SOURCES))
    folder = installed(f"java-peer-{hashlib.sha256(content).hexdigest()[:8]}", build)
    return f"{folder}{os.pathsep}{folder}/*"


def build(folder: Path) -> None:
    """Put the jars of the client libraries and the compiled peer into the folder."""
    where = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    run(program("mvn"), "-q", "-B", "-f", str(DEPENDENCIES), "dependency:copy-dependencies", *where)
    options = ["-encoding", "UTF-8", "-cp", f"{folder}/*", "-d", str(folder)]
    run(program("javac"), *options, *map(str, SOURCES))
