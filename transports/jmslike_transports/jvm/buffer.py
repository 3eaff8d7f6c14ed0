"""Memory that Python and Java share, so that a message crosses without being converted."""

from __future__ import annotations

from typing import Any

import jpype.nio

_FIRST: int = 1 << 14
_FACTOR: int = 4


class Buffer:
    """Bytes, seen from both sides. Used by one thread at a time."""

    def __init__(self) -> None:
        self._make(_FIRST)

    def _make(self, size: int) -> None:
        octets = bytearray(size)
        self.view = memoryview(octets)
        self.java: Any = jpype.nio.convertToDirectBuffer(octets)

    def grow(self) -> None:
        """Become larger; what it holds is lost."""
        self._make(len(self.view) * _FACTOR)

    def put(self, octets: bytes) -> int:
        """Hold these bytes, and return how many they are."""
        size = len(octets)
        if size > len(self.view):
            self._make(size)
        self.view[:size] = octets
        return size
