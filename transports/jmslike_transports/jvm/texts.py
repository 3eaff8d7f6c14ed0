"""Texts of a message that are too long for the form in which a client sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from jmslike.errors import MessageFormatError
from jmslike.spi import Envelope

LONGEST: Final = 65_535
"""Bytes of a text in Java's `writeUTF`."""


def items_of(envelope: Envelope) -> Mapping[str, Any]:
    """Return the items of a map message; of another none."""
    return envelope.body if envelope.kind == "map" and isinstance(envelope.body, Mapping) else {}


def require_short(texts: Iterable[object], longest: int, product: str) -> None:
    """Raise MessageFormatError for a text of more bytes; what is no text is skipped."""
    for text in texts:
        if isinstance(text, str) and len(text) * 3 > longest and len(text.encode(errors="replace")) > longest:
            raise MessageFormatError(
                f"message not sent: {product} takes at most {longest:,} bytes here, not {text[:50]!r}...; put long "
                "texts into the body of a text message"
            )
