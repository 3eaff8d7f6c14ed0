"""The texts that CSV and XML have instead of numbers, dates and null: neither format says which of them a text is."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from jmslike.errors import MessageFormatError
from jmslike.exact import exact_integer, exact_text, type_name


def text_of(value: object) -> str:
    """Return a value as the text that is written for it: numbers as in Python, `true` and `false`, dates in ISO 8601,
    None as an empty text. Raises MessageFormatError for a value of another type.
    """
    if isinstance(value, str):
        return exact_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal, UUID)):
        try:
            return str(exact_integer(value) if isinstance(value, int) else value)
        except ValueError as error:  # an int of more digits than Python writes
            raise MessageFormatError(f"{error}") from None
    raise MessageFormatError(
        f"a {type_name(value)} has no text; wanted a str, a number, a bool, a date, a UUID or None"
    )
