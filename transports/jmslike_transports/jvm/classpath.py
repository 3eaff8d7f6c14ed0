"""The class path of a provider's client: the option `classpath`, else an environment variable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "JMSLIKE_JVM_CLASSPATH"
MEANING: Final = (
    f"the jars of the provider's Java client, or folders with them, separated by {os.pathsep} or commas "
    f"(default: that of the environment variable {VARIABLE})"
)

_DIVIDER: Final = re.compile(f"[{re.escape(os.pathsep)},]")


def parse_class_path(options: Mapping[str, str]) -> tuple[str, ...]:
    """Return the absolute paths of all jars, in order, each once; none if nothing names any.

    Raises ValueError that says what is missing.
    """
    given = options.get("classpath")
    where, text = ("option classpath", given) if given is not None else (VARIABLE, os.environ.get(VARIABLE, ""))
    parts = [part.strip() for part in _DIVIDER.split(text)]
    return tuple(dict.fromkeys(jar for part in parts if part for jar in _jars(where, part)))


def shown(class_path: tuple[str, ...]) -> str:
    """Return the class path for an error: of a folder with several jars their number."""
    folders: dict[str, list[str]] = {}
    for jar in class_path:
        folders.setdefault(os.path.dirname(jar), []).append(jar)
    return ", ".join(jars[0] if len(jars) == 1 else f"{len(jars)} jars in {folder}" for folder, jars in folders.items())


def _jars(where: str, part: str) -> list[str]:
    path = Path(os.path.abspath(Path(part.removesuffix("*")).expanduser()))  # links are kept: they may be versions
    if path.is_dir():
        jars = sorted(str(jar) for jar in path.glob("*.jar"))
        if not jars:
            raise ValueError(f"{where}: the folder {str(path)!r} holds no jar")
        return jars
    if not path.is_file():
        raise ValueError(f"{where}: there is no jar and no folder {str(path)!r}")
    return [str(path)]
