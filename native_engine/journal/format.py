"""What a journal has to know of the records that it keeps."""

from __future__ import annotations

from typing import Any, Protocol

from native_engine.records import Matches

__all__ = ["RecordFormat"]


class RecordFormat(Protocol):
    """How the records of an embedding library are written and read again."""

    def is_persistent(self, record: Any) -> bool:
        """Whether the record is to outlive the process; others never touch the disk."""

    def encode(self, record: Any) -> bytes:
        """Return the record as bytes, with all that `decode` needs. Raises an error of the embedding library."""

    def decode(self, data: bytes) -> Any:
        """Return the record. Raises ValueError for bytes that are none."""

    def matches(self, selector_text: str) -> Matches:
        """Return what a selector's text means, for a durable subscription that was made by an earlier process."""
