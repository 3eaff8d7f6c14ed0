"""Where durable stores are measured, and with how much; the environment tells the process of each sample."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FOLDER: Final = "JMSLIKE_BENCH_FOLDER"
_BACKLOG: Final = "JMSLIKE_BENCH_BACKLOG"
_IN_MEMORY: Final = {"tmpfs", "ramfs"}
_MOUNTS: Final = Path("/proc/self/mounts")


class NotADiskError(Exception):
    """A folder is in memory, where a sync costs nothing."""


@contextmanager
def folder_of_run(parent: Path) -> Iterator[None]:
    """Make a folder for all files of a run, and delete it after the block. Raises NotADiskError if it is in memory."""
    kind = filesystem(parent.resolve())
    if kind in _IN_MEMORY:
        raise NotADiskError(f"{parent.resolve()} is on {kind}, which is no disk: name another folder with --folder")
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=parent.resolve(), ignore_cleanup_errors=True) as folder:
        os.environ[_FOLDER] = folder
        print(f"durable stores are on {kind}, in {parent.resolve()}")
        yield


@contextmanager
def new_folder() -> Iterator[Path]:
    """Make a folder for one sample, and delete it after the block."""
    folder = Path(tempfile.mkdtemp(dir=os.environ[_FOLDER]))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kept_folder(name: str) -> Path:
    """Return the path of a folder that all samples of the run see. It is made by the first that uses it."""
    return Path(os.environ[_FOLDER], name)


def set_backlog(messages: int) -> None:
    """Set how many messages wait in the largest backlog, for modules that are imported from now on."""
    os.environ[_BACKLOG] = str(messages)


def backlog() -> int:
    """Return how many messages wait in the largest backlog."""
    return int(os.environ.get(_BACKLOG, "1000000"))


def filesystem(folder: Path) -> str:
    """Return the kind of file system that a folder is on (Linux; elsewhere "a disk", without a look)."""
    if not _MOUNTS.exists():
        return "a disk"
    kinds = {}
    for line in _MOUNTS.read_text().splitlines():
        _, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind  # a later mount hides an earlier one
    return next(kinds[above] for above in (folder, *folder.parents) if above in kinds)


def forget_cached(folder: Path) -> None:
    """Let the system drop what it holds of the folder's files in memory, as after a power loss (Linux)."""
    for path in folder.iterdir():
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def resident_megabytes(field: str = "VmRSS") -> float:
    """Return the physical memory of this process (Linux), or with "VmHWM" the most that it ever had."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(field)
