"""The open descriptors of a folder, which belong to one process: a forked child closes them at once.

So a child neither writes into the folder nor keeps its lock when the parent has ended.
"""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import suppress
from errno import EBADF
from typing import Final

__all__ = ["Descriptors"]


class Descriptors:
    """What is open of one folder. May be used by several threads."""

    __slots__ = ("__weakref__", "_open", "_process")

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._process: Final = os.getpid()
        _all.add(self)

    @property
    def are_inherited(self) -> bool:
        """Whether they are the parent's."""
        return self._process != os.getpid()

    def open(self, path: str, flags: int, folder: int | None = None) -> int:
        """Open a file, or make one that only its owner may use. Python has every descriptor closed at exec."""
        with _no_fork:
            descriptor = os.open(path, flags, 0o600, dir_fd=folder)
            self._open.add(descriptor)
        return descriptor

    def own(self, descriptor: int) -> int:
        """Return it. Raises OSError once it is closed: its number may be that of another file by then."""
        if descriptor not in self._open:
            raise OSError(EBADF, os.strerror(EBADF))
        return descriptor

    def close(self, descriptor: int) -> None:
        """Close it, if it is open. Never raises."""
        with _no_fork:
            if descriptor in self._open:
                self._open.discard(descriptor)
                with suppress(OSError):
                    os.close(descriptor)

    def close_all(self) -> None:
        """Close all. Never raises."""
        for descriptor in list(self._open):
            self.close(descriptor)


_all: weakref.WeakSet[Descriptors] = weakref.WeakSet()
_no_fork = threading.RLock()
"""Held while a descriptor is open and not in its set, or the other way round."""


def _before() -> None:
    _no_fork.acquire()


def _after_in_parent() -> None:
    _no_fork.release()


def _after_in_child() -> None:
    global _no_fork
    _no_fork = threading.RLock()
    for descriptors in list(_all):
        descriptors.close_all()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
