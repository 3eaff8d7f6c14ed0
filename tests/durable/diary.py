"""What a worker says that it is about to do, and has done: a file to which each line is added by one system call.

A line that was written outlives the process, as the operating system has it. So after a kill the diary tells which
calls had returned, and which were under way. A call may be further than the diary, never behind it.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, TypeAlias

Line: TypeAlias = dict[str, Any]


class Diary:
    """Adds lines, from any thread."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, what: str, **details: object) -> None:
        """Add a line, with the time in milliseconds since the epoch."""
        line = json.dumps({"what": what, "at": int(time.time() * 1000), **details})
        os.write(self._file, f"{line}\n".encode())


def read(path: Path) -> list[Line]:
    """Return the lines; the last one may have been cut by the kill, and tells nothing then."""
    lines = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]
