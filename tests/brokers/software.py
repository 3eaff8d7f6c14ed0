"""Getting what brokers run on: programs that must be there, and software that is fetched once."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HOME = ROOT / ".brokers"


class UnavailableError(Exception):
    """This machine cannot run the broker, or cannot do this with it; the text says why."""


def program(name: str) -> str:
    """Return the path of a program of this machine."""
    path = shutil.which(name)
    if path is None:
        raise UnavailableError(f"{name} is not installed")
    return path


def run(*command: str, folder: Path | None = None) -> None:
    """Run a program in that folder to its end, at most ten minutes; its output is shown only if it fails."""
    result = subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False
    )
    if result.returncode != 0:
        output = (result.stdout + result.stderr)[-2000:]
        raise UnavailableError(f"{' '.join(command)} failed with status {result.returncode}:\n{output}")


def installed(name: str, install: Callable[[Path], None]) -> Path:
    """Return the folder of that software, filled by `install` the first time, completely or not at all."""
    folder = HOME / "software" / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{name}-") as temporary:
            filled = Path(temporary, name)
            filled.mkdir()
            install(filled)
            try:
                filled.rename(folder)
            except OSError:
                if not folder.exists():  # otherwise another process was faster
                    raise
    return folder
