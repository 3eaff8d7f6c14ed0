"""The comparison: the same messages through a queue and through a topic, on one or more URLs, side by side."""

from __future__ import annotations

from jmslike.compare.play import compare
from jmslike.compare.source import BadInputError, FileSource, Format, Source

__all__ = ["BadInputError", "FileSource", "Format", "Source", "compare"]
