"""The file `lock` of a folder: it marks the folder as an engine's, and the process that has locked it may write there.

The lock is that of `flock`, which ends with its process, however that ends.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from typing import Final

from native_engine.errors import FolderError, FolderInUseError
from native_engine.journal.descriptors import Descriptors

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["LOCK", "Lock", "check_support", "is_blank", "is_marked", "text_of_lock"]

LOCK: Final = "lock"
"""The name of the file."""

_MARK: Final = b"native_engine journal: only the process that has locked this file changes the files of this folder\n"
_HOLDER: Final = re.compile(rb"process ([1-9]\d{0,17})\n")


def check_support(path: str) -> None:
    """Raise FolderError where a folder cannot be locked."""
    if fcntl is None:
        raise FolderError(f"{path} cannot be used: an engine in a folder needs flock, which this system does not have")


def text_of_lock(folder: int) -> bytes:
    """Return the first bytes of the file; nothing if it is not there."""
    try:
        if not stat.S_ISREG(os.stat(LOCK, dir_fd=folder, follow_symlinks=False).st_mode):
            return b"not a file"
        file = os.open(LOCK, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return b""
    try:
        return os.pread(file, len(_MARK) + 32, 0)
    finally:
        os.close(file)


def is_marked(text: bytes) -> bool:
    """Whether it is the text of an engine's lock."""
    return text.startswith(_MARK)


def is_blank(text: bytes) -> bool:
    """Whether it may become one: it was not written yet, or a power loss took it."""
    return _MARK.startswith(text.rstrip(b"\0"))


class Lock:
    """The lock of a folder, from `__init__` to `release`."""

    def __init__(self, path: str, folder: int, descriptors: Descriptors) -> None:
        """Lock the folder whose descriptor this is. Raises FolderInUseError; OSError."""
        self._descriptors: Final = descriptors
        self._folder: Final = folder
        file = descriptors.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, folder)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._lock_folder()
        except BlockingIOError:
            raise _in_use(path, folder) from None
        self._file: Final = file

    def _lock_folder(self) -> None:
        """Lock the folder, too: that holds though the file is removed."""
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # some file systems lock files only
            pass

    def sign(self) -> None:
        """Mark the folder, and write which process has it. The mark is safe when this returns, its file's name is not.

        The process that had it is not named any more, whatever happens meanwhile.
        """
        if os.pread(self._file, len(_MARK), 0) != _MARK:
            os.pwrite(self._file, _MARK, 0)
            os.fsync(self._file)
        os.ftruncate(self._file, len(_MARK))
        os.pwrite(self._file, b"process %d\n" % os.getpid(), len(_MARK))

    def release(self) -> None:
        """Let others have the folder. Never raises.

        At once, although a child that is about to call exec may have a copy of the descriptors. A forked child does
        nothing here: it would unlock the folder for its parent.
        """
        if self._descriptors.are_inherited:
            return
        with suppress(OSError):
            os.ftruncate(self._descriptors.own(self._file), len(_MARK))
            fcntl.flock(self._file, fcntl.LOCK_UN)
            fcntl.flock(self._folder, fcntl.LOCK_UN)


def _in_use(path: str, folder: int) -> FolderInUseError:
    found = _HOLDER.fullmatch(text_of_lock(folder), len(_MARK))
    holder = int(found[1]) if found and _is_running(int(found[1])) else None
    if holder == os.getpid():
        return FolderInUseError(f"{path} is in use by this process, {holder}: close what uses it there first", holder)
    by = "another process" if holder is None else f"process {holder}"
    return FolderInUseError(
        f"{path} is in use by {by}, and one process at a time may use it: end that one, or use another folder", holder
    )


def _is_running(process: int) -> bool:
    """Whether there is such a process here; one in another container is not seen."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
