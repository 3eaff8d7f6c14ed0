"""How the tests of a journal write their records."""

from __future__ import annotations

from native_engine.records import Matches
from tests.unit.engine.records import Record


class TextFormat:
    """Keeps the bodies of records, which are texts."""

    def is_persistent(self, record: Record) -> bool:
        return True

    def encode(self, record: Record) -> bytes:
        return str(record.body).encode()

    def decode(self, data: bytes) -> Record:
        return Record(data.decode())

    def matches(self, selector_text: str) -> Matches:
        raise AssertionError("no test here selects")
