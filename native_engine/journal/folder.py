"""A folder on a disk, with the files of one journal."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import (
    EACCES,
    EDQUOT,
    EIO,
    EISDIR,
    ELOOP,
    EMFILE,
    ENFILE,
    ENOENT,
    ENOLCK,
    ENOSPC,
    ENOTDIR,
    EOPNOTSUPP,
    EPERM,
    EROFS,
)
from typing import Final

from native_engine.errors import FolderError
from native_engine.journal.descriptors import Descriptors
from native_engine.journal.files import Data
from native_engine.journal.lock import LOCK, Lock, check_support, is_blank, is_marked, text_of_lock

if sys.platform == "darwin":
    import fcntl

__all__ = ["FolderFiles", "real_path"]

_SEGMENT: Final = re.compile(r"\d{10}\.journal", re.ASCII)
_OF_A_DISK: Final = "lost+found"
"""What file systems keep in the root folder of a disk."""

_REASONS: Final = {
    EACCES: "this process may not read and write it: change its owner or its mode, or use another folder",
    EPERM: "this process may not change it: change its owner, or use another folder",
    EROFS: "its disk is read-only: use a folder on another disk",
    ENOSPC: "its disk is full: make room, then open it again",
    EDQUOT: "the quota of its disk is used up: make room, then open it again",
    EMFILE: "this process has too many open files: close some, or raise its limit (ulimit -n)",
    ENFILE: "the system has too many open files: close some, or raise its limit",
    ENOTDIR: "it is a file, or a part of its path is one: use the path of a folder",
    ENOENT: "there is no such folder",
    ENOLCK: "its file system has no locks: use a folder on a local disk",
    EOPNOTSUPP: "its file system has no locks: use a folder on a local disk",
}
_REASONS_OF_A_LOOK: Final = {**_REASONS, EACCES: "this process may not read it: change its owner or its mode"}


def real_path(path: str) -> str:
    """Return the one path of a folder, whatever symbolic links, `..` and trailing slashes lead to it."""
    return os.path.realpath(f"/{path.lstrip('/')}" if path.startswith("//") else path)


class FolderFiles:
    """The files of one folder (see `native_engine.journal.files.Files`). Made by `lock` or by `look`."""

    __slots__ = ("_access", "_descriptors", "_folder", "_lock", "path")

    def __init__(self, path: str, access: int) -> None:
        self.path: Final = path
        self._access: Final = access
        self._descriptors: Final = Descriptors()
        self._lock: Lock | None = None
        self._folder: Final = self._descriptors.open(path, os.O_RDONLY | os.O_DIRECTORY)

    @classmethod
    def lock(cls, path: str) -> FolderFiles:
        """Open the folder for this process alone; make it if it is not there.

        Raises FolderInUseError while another process has it, or another object of this process. Raises FolderError for
        a folder that cannot be used, and for one that holds anything else, which is left as it is.
        """
        path = real_path(path)
        with _refusing(path, _REASONS):
            _make(path)
            files = cls(path, os.O_RDWR)
            try:
                files._take_lock()
            except BaseException:
                files.close()
                raise
        return files

    @classmethod
    def look(cls, path: str) -> FolderFiles:
        """Open the folder for reading only, also while another process has it. Nothing in it is changed.

        Raises FolderError if there is no such folder, if it cannot be read, and if no engine has used it.
        """
        path = real_path(path)
        with _refusing(path, _REASONS_OF_A_LOOK):
            files = cls(path, os.O_RDONLY)
            try:
                names = files._checked_names("name the folder of an engine")
                if not any(name == LOCK or _SEGMENT.fullmatch(name) for name in names):
                    raise FolderError(f"{path} is empty: no engine has used it")
            except BaseException:
                files.close()
                raise
        return files

    def __del__(self) -> None:
        if hasattr(self, "_folder"):
            self.close()

    # -- Files

    def names(self) -> list[str]:
        """See Files.names."""
        return sorted(filter(_SEGMENT.fullmatch, os.listdir(self._own_folder())))

    def create(self, name: str) -> int:
        """See Files.create."""
        return self._descriptors.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, self._own_folder())

    def open(self, name: str) -> int:
        """See Files.open. Raises FolderError for what is no file."""
        flags = self._access | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            file = self._descriptors.open(name, flags, self._own_folder())
        except OSError as error:
            if error.errno in (EISDIR, ELOOP):
                raise self._no_file(name) from error
            raise
        if not stat.S_ISREG(os.fstat(file).st_mode):
            self._descriptors.close(file)
            raise self._no_file(name)
        return file

    def size(self, file: int) -> int:
        """See Files.size."""
        return os.fstat(self._descriptors.own(file)).st_size

    def pread(self, file: int, length: int, offset: int) -> bytes:
        """See Files.pread."""
        data = os.pread(self._descriptors.own(file), length, offset)
        while 0 < len(data) < length:
            more = os.pread(file, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data

    def pwrite(self, file: int, data: Data, offset: int) -> None:
        """See Files.pwrite."""
        written = os.pwrite(self._descriptors.own(file), data, offset)
        while written < len(data):
            more = os.pwrite(file, memoryview(data)[written:], offset + written)
            if not more:
                raise OSError(EIO, os.strerror(EIO))
            written += more

    def fdatasync(self, file: int) -> None:
        """See Files.fdatasync."""
        self._descriptors.own(file)
        if sys.platform == "darwin":
            _sync(file)
        else:
            os.fdatasync(file)

    def has(self, name: str) -> bool:
        """See Files.has.

        This does not read the file's times. Linux has to store a time that was read before it may change it again,
        which makes the next sync half as long again.
        """
        return os.access(name, os.F_OK, dir_fd=self._own_folder())

    def unlink(self, name: str) -> None:
        """See Files.unlink."""
        os.unlink(name, dir_fd=self._own_folder())

    def sync_folder(self) -> None:
        """See Files.sync_folder."""
        _sync(self._own_folder())

    def close_file(self, file: int) -> None:
        """See Files.close_file."""
        self._descriptors.close(file)

    def close(self) -> None:
        """See Files.close."""
        if self._lock is not None:
            self._lock.release()
        self._descriptors.close_all()

    # -- inside

    def _own_folder(self) -> int:
        return self._descriptors.own(self._folder)

    def _no_file(self, name: str) -> FolderError:
        return FolderError(f"{self.path}/{name} is no file, as it was when it was written; nothing was changed")

    def _checked_names(self, advice: str) -> list[str]:
        """Return the names in the folder. Raises FolderError if it is neither an engine's nor as good as empty."""
        names = os.listdir(self._folder)
        text = text_of_lock(self._folder)
        if is_marked(text):
            return names
        known = {_OF_A_DISK, LOCK} if is_blank(text) else {_OF_A_DISK}
        foreign = sorted(name for name in names if name not in known and not _SEGMENT.fullmatch(name))
        if foreign:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise FolderError(
                f"{self.path} is neither empty nor the folder of an engine: it holds {foreign[0]!r}{more}, "
                f"and was left as it is; {advice}"
            )
        return names

    def _take_lock(self) -> None:
        names = self._checked_names("use another folder, or one that does not exist yet")
        self._lock = Lock(self.path, self._folder, self._descriptors)
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        if not any(map(_SEGMENT.fullmatch, names)):
            with suppress(
                PermissionError
            ):  # another user owns it and shares it; its files will be private all the same
                os.chmod(self._folder, 0o700)
            _sync_path(os.path.dirname(self.path))
        self._lock.sign()
        self.sync_folder()


@contextmanager
def _refusing(path: str, reasons: Mapping[int, str]) -> Iterator[None]:
    """Raise FolderError with one of these reasons instead of OSError."""
    check_support(path)
    try:
        yield
    except OSError as error:
        why = reasons.get(error.errno or 0, str(error.strerror))
        raise FolderError(f"{path} cannot be used: {why}") from error


def _make(path: str, mode: int = 0o700) -> None:
    """Make the folder if it is not there, and those above it; the names of these are safe when this returns."""
    if os.path.isdir(path):
        return
    above = os.path.dirname(path)
    if above != path:
        _make(above, 0o777)
    try:
        os.mkdir(path, mode)
    except FileExistsError:  # also if it is a file: that is refused when it is opened
        return
    except FileNotFoundError as error:
        raise FolderError(f"{path} cannot be made: {above} takes no folders; use another folder") from error
    _sync_path(above)


def _sync_path(path: str) -> None:
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:  # this process may write there, and not read
        os.sync()
        return
    try:
        _sync(folder)
    finally:
        os.close(folder)


def _sync(file: int) -> None:
    if sys.platform == "darwin":  # where fsync leaves the data in the cache of the disk
        fcntl.fcntl(file, fcntl.F_FULLFSYNC)
    else:
        os.fsync(file)
