"""Java programs with their libraries from Maven: built once for each state of their sources."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from tests.brokers.software import installed, program, run


def built(name: str, dependencies: Path, sources: Sequence[Path] = ()) -> Path:
    """Return the folder with the jars that the `pom.xml` names, and the classes of the sources.

    Raises UnavailableError if this machine cannot build it.
    """

    def build(folder: Path) -> None:
        where = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        run(program("mvn"), "-q", "-B", "-f", str(dependencies), "dependency:copy-dependencies", *where)
        if sources:
            options = ["-encoding", "UTF-8", "-cp", f"{folder}/*", "-d", str(folder)]
            run(program("javac"), *options, *map(str, sources))

    program("java")
    content = b"".join(path.read_bytes() for path in (dependencies, *sources))
    return installed(f"{name}-{hashlib.sha256(content).hexdigest()[:8]}", build)


def class_path(folder: Path) -> str:
    """Return the class path of what `built` returned."""
    return f"{folder}{os.pathsep}{folder}/*"
