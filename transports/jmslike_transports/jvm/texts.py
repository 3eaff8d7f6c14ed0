"""Texts of a message that are too long for the form in which a client sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from jmslike.errors import MessageFormatError
from jmslike.spi import Envelope
from jmslike.values import modified_utf8

LONGEST: Final = 65_535
"""Bytes of a text in Java's `writeUTF`."""
_MOST: Final = 6
"""Bytes of a character there."""


def items_of(envelope: Envelope) -> Mapping[str, Any]:
    """Return the items of a map message; of another none."""
    return envelope.body if envelope.kind == "map" and isinstance(envelope.body, Mapping) else {}


def require_short(texts: Iterable[object], longest: int, product: str) -> None:
    """Raise MessageFormatError for a text of more bytes in Java's own UTF-8; what is no text is skipped."""
    for text in texts:
        if isinstance(text, str) and len(text) * _MOST > longest and len(modified_utf8.encode(text)) > longest:
            raise MessageFormatError(
                f"message not sent: {product} takes at most {longest:,} bytes here, not {text[:50]!r}...; put long "
                "texts into the body of a text message"
            )
