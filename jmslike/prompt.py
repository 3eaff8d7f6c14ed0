"""What a transport says of which no call waits, for callers on an event loop; a part of `jmslike.spi`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Prompt(Protocol):
    """A transport that may be called on an event loop. Others are called in threads there."""

    is_prompt: bool
    """Whether no call on the connection waits, except `take`: not for a provider, a disk or room. Known after `open`.
    """
