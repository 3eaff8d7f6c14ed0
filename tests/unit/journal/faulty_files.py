"""The files of a real folder, whose calls can be made to fail."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from native_engine.journal.files import Data
from native_engine.journal.folder import FolderFiles

Fault = Callable[..., None]


def nothing(*arguments: object) -> None:
    """Let the call through."""


class FaultyFiles(FolderFiles):
    """Calls `before[name]` with the arguments of a call before that call is made; what it raises is raised."""

    def __init__(self, path: str, access: int) -> None:
        self.before: dict[str, Fault] = {}
        self.calls: list[str] = []
        super().__init__(path, access)

    @classmethod
    def of(cls, path: Path) -> Self:
        """Lock the folder."""
        files = cls.lock(str(path))
        assert isinstance(files, cls)
        return files

    def fail(self, name: str, error: int, times: int | None = None) -> None:
        """Have the next calls of this name fail; all of them if it is not said how many."""
        left = [times]

        def fault(*arguments: object) -> None:
            if left[0] == 0:
                return
            if left[0] is not None:
                left[0] -= 1
            raise OSError(error, os.strerror(error))

        self.before[name] = fault

    def mend(self) -> None:
        """Let all calls through."""
        self.before.clear()

    def _meet(self, name: str, *arguments: Any) -> None:
        self.calls.append(name)
        self.before.get(name, nothing)(*arguments)

    def create(self, name: str) -> int:
        self._meet("create", name)
        return super().create(name)

    def pread(self, file: int, length: int, offset: int) -> bytes:
        self._meet("pread", file, length, offset)
        return super().pread(file, length, offset)

    def pwrite(self, file: int, data: Data, offset: int) -> None:
        self._meet("pwrite", file, data, offset)
        super().pwrite(file, data, offset)

    def fdatasync(self, file: int) -> None:
        self._meet("fdatasync", file)
        super().fdatasync(file)

    def unlink(self, name: str) -> None:
        self._meet("unlink", name)
        super().unlink(name)

    def sync_folder(self) -> None:
        self._meet("sync_folder")
        super().sync_folder()
