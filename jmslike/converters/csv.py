"""CsvConverter: a record, or a list of records, as lines of comma-separated values (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from jmslike.converters.content import text_in, text_message
from jmslike.converters.texts import text_of
from jmslike.errors import MessageFormatError
from jmslike.exact import type_name
from jmslike.message import Message, TextMessage
from jmslike.message_factory import MessageFactory


class CsvConverter:
    """Records: mappings of the named fields to values, which are read as texts. One record is one line; a list of
    records has a line with the names of the fields before them, and so has a list of none or one.
    """

    content_type: Final = "text/csv"

    def __init__(self, fields: Iterable[str]) -> None:
        """Keep the names in their order. Raises ValueError unless they are one or more, non-empty and different."""
        self._fields = [] if isinstance(fields, str) else list(fields)
        if not self._fields or not all(isinstance(field, str) and field for field in self._fields):
            raise ValueError(f"the fields of a CsvConverter are a list of names, not {fields!r}")
        if len(set(self._fields)) < len(self._fields):
            raise ValueError(f"each field of a CsvConverter has a name of its own: {self._fields}")

    def to_message(
        self,
        object: Mapping[str, Any] | Sequence[Mapping[str, Any]],  # noqa: A002
        session: MessageFactory,
    ) -> TextMessage:
        """Make a text message. Raises MessageFormatError for a mapping with other fields, and for a value that is no
        str, number, bool, date, UUID or None.
        """
        if isinstance(object, Mapping):
            rows = [self._row(object)]
            if rows == [self._fields]:
                raise MessageFormatError(
                    "a record of the names themselves would be read as the line of names of a list"
                )
        elif isinstance(object, (list, tuple)):
            rows = [self._fields, *map(self._row, object)]
        else:
            raise MessageFormatError(f"a CsvConverter takes a mapping or a list of them, not {type_name(object)}")
        lines = io.StringIO(newline="")
        csv.writer(lines, lineterminator="\r\n").writerows(rows)
        return text_message(session, lines.getvalue(), self.content_type)

    def from_message(self, message: Message) -> dict[str, str] | list[dict[str, str]]:
        """Return the record, or the list. Raises MessageFormatError for lines of other fields, and for what is no CSV.

        Lines without names before them are one record, or, if they are several, a list.
        """
        text = text_in(message, self.content_type)
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        except csv.Error as error:
            raise MessageFormatError(f"the text is no CSV: {error}") from error
        if not rows:
            raise MessageFormatError("the text has no line of CSV")
        named = rows[0] == self._fields
        records = [self._record(number, row) for number, row in enumerate(rows[named:], 1 + named)]
        return records if named or len(records) > 1 else records[0]

    def _row(self, record: Mapping[str, Any]) -> list[str]:
        if not isinstance(record, Mapping):
            raise MessageFormatError(f"a record of a CsvConverter is a mapping, not {type_name(record)}")
        if record.keys() != set(self._fields):
            raise MessageFormatError(f"wanted the fields {self._fields}, not {list(record)}")
        row = [text_of(record[field]) for field in self._fields]
        limit = csv.field_size_limit()
        if max(map(len, row)) > limit:
            raise MessageFormatError(f"a text of more than {limit} characters could not be read (csv.field_size_limit)")
        return row

    def _record(self, number: int, row: list[str]) -> dict[str, str]:
        if len(row) != len(self._fields):
            raise MessageFormatError(f"line {number} has {len(row)} values, not one for each of {self._fields}")
        return dict(zip(self._fields, row, strict=True))
