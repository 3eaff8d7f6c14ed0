"""All that a journal does to a disk: the one object between it and the operating system."""

from __future__ import annotations

from typing import Protocol, TypeAlias

__all__ = ["Data", "Files"]

Data: TypeAlias = "bytes | bytearray | memoryview"


class Files(Protocol):
    """The files of one folder. A `file` is a descriptor. All methods raise OSError."""

    def names(self) -> list[str]:
        """Return the names of the segments in the folder."""

    def create(self, name: str) -> int:
        """Make an empty file for reading and writing, which must not exist. Its name is safe after `sync_folder`."""

    def open(self, name: str) -> int:
        """Open a file that exists, for reading and (unless the folder is only looked at) for writing."""

    def size(self, file: int) -> int:
        """Return the bytes of the file."""

    def pread(self, file: int, length: int, offset: int) -> bytes:
        """Return this many bytes from `offset`; fewer only at the end of the file."""

    def pwrite(self, file: int, data: Data, offset: int) -> None:
        """Write all of the data at `offset`. It is safe from a power loss after `fdatasync`."""

    def fdatasync(self, file: int) -> None:
        """Return when all that was written to the file, and its size, are on the disk."""

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def unlink(self, name: str) -> None:
        """Remove the file. It may come back after a power loss, until `sync_folder`."""

    def sync_folder(self) -> None:
        """Return when the names of all files that were made or removed are safe."""

    def close_file(self, file: int) -> None:
        """Close the descriptor. Never raises."""

    def close(self) -> None:
        """Close the folder, and let other processes have it. Never raises."""
