"""The error of a converter whose library is not installed."""

from __future__ import annotations

from jmslike.errors import JMSError
from jmslike.registry import how_to_install


def missing(converter: str, library: str) -> JMSError:
    """Make the error, which names the extra that brings the library."""
    return JMSError(f"a {converter} needs the library {library}: {how_to_install('formats')}")
