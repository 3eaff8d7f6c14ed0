"""What the engine raises, and how an embedding library has its own classes raised instead.

EngineError
├── FullError             there was no room in time
├── ClosedError           the engine is closed
│   ├── SenderClosedError the sender is closed
│   └── ForkedError       the engine belongs to the parent process
├── NoDestinationError    a deleted temporary destination, or an unknown subscription
├── InUseError            what was to be deleted or changed is in use
├── ClientIdError         the client id is taken
├── RolledBackError       a commit had no effect
├── DiskError             the journal could not be written; the engine is closed for good
└── FolderError           a folder cannot be used
    └── FolderInUseError  another process uses it
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

__all__ = [
    "ClientIdError",
    "ClosedError",
    "DiskError",
    "EngineError",
    "ErrorTypes",
    "FolderError",
    "FolderInUseError",
    "ForkedError",
    "FullError",
    "InUseError",
    "NoDestinationError",
    "RolledBackError",
    "SenderClosedError",
]


class EngineError(Exception):
    """The base of the engine's own errors."""


class FullError(EngineError):
    """A queue or subscription has no room for the record."""


class ClosedError(EngineError):
    """The engine is closed."""


class SenderClosedError(ClosedError):
    """The sender is closed, perhaps since it began to wait for room."""


class ForkedError(ClosedError):
    """The engine belongs to the process that this one was forked from."""


class NoDestinationError(EngineError):
    """The destination was deleted, or the subscription does not exist."""


class InUseError(EngineError):
    """What was to be deleted or changed has a receiver, or unsettled records."""


class ClientIdError(EngineError):
    """Another holder has the client id."""


class RolledBackError(EngineError):
    """The commit could not be carried out; nothing of it was done."""


class DiskError(EngineError):
    """The journal could not be written; what it wrote before is safe."""


class FolderError(EngineError):
    """A folder cannot be used: it holds something else, or its files cannot be read or written."""


class FolderInUseError(FolderError):
    """Another process uses the folder. `holder` is its process id, if it is known."""

    def __init__(self, text: str, holder: int | None) -> None:
        super().__init__(text)
        self.holder = holder


ErrorType: TypeAlias = Callable[[str], Exception]


class ErrorTypes(NamedTuple):
    """The classes to raise, each made with one sentence; a library that embeds the engine names its own."""

    full: ErrorType = FullError
    closed: ErrorType = ClosedError
    sender_closed: ErrorType = SenderClosedError
    forked: ErrorType = ForkedError
    no_destination: ErrorType = NoDestinationError
    in_use: ErrorType = InUseError
    client_id: ErrorType = ClientIdError
    rolled_back: ErrorType = RolledBackError
    failed: ErrorType = DiskError
