"""The messages of a source as records, which every format can hold: names with values of one kind for each column."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from jmslike.compare.source import Source
from jmslike.converters.schemas import Kind

Record: TypeAlias = dict[str, Any]

MOST: Final = 1000
"""Records that are looked at, at most; they stand for the others."""
MOST_CHARACTERS: Final = 4_000_000
"""Characters of these records together; a source may have very long ones."""
TEXT: Final = "text"
"""The only column of messages that are no records."""


def records_of(source: Source) -> list[Record]:
    """Return the first messages as records: JSON objects as they are, otherwise each as one column with its text."""
    texts: list[str] = []
    characters = 0
    for text in source:
        texts.append(text)
        characters += len(text)
        if len(texts) == MOST or characters >= MOST_CHARACTERS:
            break
    found = [_record(text) for text in texts]
    records = [record for record in found if record]
    return records if len(records) == len(texts) else [{TEXT: text} for text in texts]


def _record(text: str) -> Record | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def columns_of(records: Iterable[Mapping[str, Any]]) -> dict[str, Kind]:
    """Return the columns of all records, as they appear, each with the kind that holds its values."""
    values: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.items():
            values.setdefault(name, []).append(value)
    return {name: _kind([value for value in found if value is not None]) for name, found in values.items()}


def flat(record: Mapping[str, Any], columns: Mapping[str, Kind]) -> Record:
    """Return a record with every column: None where it has no value, and as a JSON text what is of no kind."""
    return {name: _flat(record.get(name), kind) for name, kind in columns.items()}


def _kind(values: list[Any]) -> Kind:
    types = {type(value) for value in values}
    if types == {bool}:
        return "boolean"
    if types == {int} and all(-(2**63) <= value < 2**63 for value in values):
        return "integer"
    if types == {float} or (types == {int, float} and all(float(value) == value for value in values)):
        return "number"
    return "text"


def _flat(value: Any, kind: Kind) -> Any:
    if value is None or kind != "text" or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
