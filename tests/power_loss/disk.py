"""A disk in memory that keeps apart what is safe and what a power loss may take, and the files of a journal on it.

What it assumes of a disk: a sector of 512 bytes is written as a whole or not at all, what was synced stays, and a part
of a file that was never written reads as zeros. Everything else may happen, in any order.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from errno import EBADF, EEXIST, ENOENT
from typing import Final

from native_engine.journal.files import Data

__all__ = ["SECTOR", "Disk", "File", "SimulatedFiles"]

SECTOR: Final = 512


class File:
    """The bytes of a file: as they are read, as they are on the disk for certain, and the writes in between."""

    __slots__ = ("data", "safe", "unsafe")

    def __init__(self, safe: bytes | bytearray = b"") -> None:
        self.data = bytearray(safe)
        self.safe = bytearray(safe)
        self.unsafe: list[tuple[int, bytes]] = []

    def write(self, data: bytes, offset: int) -> None:
        put(self.data, data, offset)
        self.unsafe.append((offset, data))

    def sync(self) -> None:
        for offset, data in self.unsafe:
            put(self.safe, data, offset)
        self.unsafe.clear()

    def copy(self) -> File:
        copied = File()
        copied.data, copied.safe, copied.unsafe = bytearray(self.data), bytearray(self.safe), list(self.unsafe)
        return copied


def put(content: bytearray, data: bytes, offset: int) -> None:
    """Write into the content, which grows as a file does."""
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """The names in a folder, as they are seen and as they are for certain, and the changes in between."""

    def __init__(self) -> None:
        self.names: dict[str, File] = {}
        self.safe: dict[str, File] = {}
        self.unsafe: list[tuple[str, File | None]] = []

    def name(self, name: str, file: File | None) -> None:
        """Link the file under this name, or with None remove the name."""
        if file is None:
            del self.names[name]
        else:
            self.names[name] = file
        self.unsafe.append((name, file))

    def sync_names(self) -> None:
        self.safe = dict(self.names)
        self.unsafe.clear()

    def copy(self) -> Disk:
        """Return a disk in the same state, which goes on by itself."""
        every = [*self.names.values(), *self.safe.values(), *(file for _, file in self.unsafe if file is not None)]
        copies = {file: file.copy() for file in every}
        copied = Disk()
        copied.names = {name: copies[file] for name, file in self.names.items()}
        copied.safe = {name: copies[file] for name, file in self.safe.items()}
        copied.unsafe = [(name, None if file is None else copies[file]) for name, file in self.unsafe]
        return copied


class SimulatedFiles:
    """The files of a journal on a disk. See `native_engine.journal.Files`.

    At the `cut`-th of the calls that change the disk, `image` becomes what the disk is at that moment. The calls go on
    working after that, on a disk that counts no more: so the engine ends its call in the ordinary way. `counted`
    chooses the calls that are counted, by their name and offset.
    """

    def __init__(
        self,
        disk: Disk,
        cut: int = 0,
        chance: random.Random | None = None,
        counted: Callable[[str, int], bool] = lambda name, offset: True,
    ) -> None:
        self.disk = disk
        self.image: Disk | None = None
        self.changes = 0
        self.calls = 0
        self.fault: Callable[[int, str], int | None] = no_fault
        """Returns with which error number the call of that number and name fails; None: it does not."""
        self._cut = cut
        self._counted = counted
        self._chance = chance or random.Random(0)
        self._open: dict[int, File] = {}
        self._descriptors = 0

    @property
    def is_cut(self) -> bool:
        return self.image is not None

    # -- Files

    def names(self) -> list[str]:
        return sorted(self.disk.names)

    def create(self, name: str) -> int:
        self._call("create")
        if name in self.disk.names:
            raise OSError(EEXIST, os.strerror(EEXIST))
        self._change("create", half_done=lambda disk: disk.name(name, File()))
        self.disk.name(name, File())
        return self.open(name)

    def open(self, name: str) -> int:
        if name not in self.disk.names:
            raise OSError(ENOENT, os.strerror(ENOENT))
        self._descriptors += 1
        self._open[self._descriptors] = self.disk.names[name]
        return self._descriptors

    def size(self, file: int) -> int:
        return len(self._file(file).data)

    def pread(self, file: int, length: int, offset: int) -> bytes:
        self._call("pread")
        return bytes(self._file(file).data[offset : offset + length])

    def pwrite(self, file: int, data: Data, offset: int) -> None:
        self._call("pwrite")
        written = self._file(file)
        whole = bytes(data)

        def write_a_part(disk: Disk) -> None:
            for name, other in self.disk.names.items():
                if other is written:
                    disk.names[name].write(whole[: self._chance.randrange(len(whole) + 1)], offset)

        self._change("pwrite", offset, write_a_part)
        written.write(whole, offset)

    def fdatasync(self, file: int) -> None:
        synced = self._file(file)
        try:
            self._call("fdatasync")
        except OSError:  # the system forgets what it could not write, and the next sync finds nothing wrong
            synced.unsafe = [each for each in synced.unsafe if self._chance.random() < 0.5]
            raise
        self._change("fdatasync")
        synced.sync()

    def has(self, name: str) -> bool:
        return name in self.disk.names

    def unlink(self, name: str) -> None:
        self._call("unlink")
        if name not in self.disk.names:
            raise OSError(ENOENT, os.strerror(ENOENT))
        self._change("unlink", half_done=lambda disk: disk.name(name, None))
        self.disk.name(name, None)

    def sync_folder(self) -> None:
        self._call("sync_folder")
        self._change("sync_folder")
        self.disk.sync_names()

    def close_file(self, file: int) -> None:
        self._open.pop(file, None)

    def close(self) -> None:
        self._open.clear()

    # -- inside

    def _file(self, file: int) -> File:
        if file not in self._open:
            raise OSError(EBADF, os.strerror(EBADF))
        return self._open[file]

    def _call(self, name: str) -> None:
        self.calls += 1
        error = self.fault(self.calls, name)
        if error is not None:
            raise OSError(error, os.strerror(error))

    def _change(self, name: str, offset: int = 0, half_done: Callable[[Disk], None] | None = None) -> None:
        """Count a change that is about to be made. At the cut it is made, or is not, or is half done."""
        self.changes += self._counted(name, offset)
        if self.changes == self._cut and self.image is None:
            self.image = self.disk.copy()
            if half_done is not None and self._chance.random() < 0.7:
                half_done(self.image)


def no_fault(call: int, name: str) -> int | None:
    return None
