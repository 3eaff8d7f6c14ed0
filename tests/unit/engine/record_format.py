"""How the tests of a journal write their records."""

from __future__ import annotations

import json

from native_engine.records import Matches
from tests.unit.engine.records import Record


class JsonFormat:
    """Keeps all that a record has; the body is a text or a number."""

    def is_persistent(self, record: Record) -> bool:
        return record.persistent

    def encode(self, record: Record) -> bytes:
        limits = {} if record.constraints is None else vars(record.constraints)
        return json.dumps([record.body, record.priority, record.colour, record.origin, limits]).encode()

    def decode(self, data: bytes) -> Record:
        body, priority, colour, origin, limits = json.loads(data)
        return Record(body, priority, colour=colour, origin=origin, **limits)

    def matches(self, selector_text: str) -> Matches:
        """Of such a record as has this colour."""
        if not selector_text.isalpha():
            raise ValueError(f"{selector_text!r} is no colour")
        return lambda record: bool(record.colour == selector_text)
