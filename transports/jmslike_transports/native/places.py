"""Where an engine is: in memory under a name, or in a folder. Each place makes its engine, and says how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from typing import Any, Protocol

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    ResourceAllocationError,
    TransactionRolledBackError,
)
from jmslike_transports.native.record_format import EnvelopeFormat
from jmslike_transports.native.sizes import size_of
from native_engine import Engine, ErrorTypes, FolderError, FolderInUseError
from native_engine.journal import Journal
from native_engine.journal.folder import FolderFiles

__all__ = ["Folder", "Memory", "Place"]

Failed = Callable[[Exception], None]


class Place(Protocol):
    """The place of one engine. Equal ones are the same place."""

    @property
    def is_durable(self) -> bool:
        """Whether persistent messages outlive the engine, which is then closed with its last connection."""

    def missing(self) -> str:
        """Return why no engine has been there and what to do, or nothing. Makes nothing."""

    @property
    def url(self) -> str:
        """The URL of its engine, to be shown."""

    @property
    def farewell(self) -> str:
        """What `jmslike.forget` does to the engine, and what then becomes of the messages."""

    def make(self, limits: Mapping[str, Any], failed: Failed) -> Engine:
        """Make the engine. `failed` is called at most once, when it has failed for good. Raises JMSError."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of this process."""

    name: str

    @property
    def is_durable(self) -> bool:
        """See Place."""
        return False

    def missing(self) -> str:
        """See Place. A name in memory is always good for an engine."""
        return ""

    @property
    def url(self) -> str:
        """See Place."""
        return f"native://{self.name}"

    @property
    def farewell(self) -> str:
        """See Place."""
        return "jmslike.forget() dropped it, with its messages; another connection has a new engine, which is empty"

    def make(self, limits: Mapping[str, Any], failed: Failed) -> Engine:
        """See Place."""
        return Engine(**limits, size_of=size_of, errors=_errors(self))


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on a disk, by its real path: one process at a time has its engine."""

    path: str

    @property
    def is_durable(self) -> bool:
        """See Place."""
        return True

    def missing(self) -> str:
        """See Place."""
        try:
            FolderFiles.look(self.path).close()
        except FolderError as error:
            return f"{error}; name the folder of an engine, which a program makes when it connects"
        return ""

    @property
    def url(self) -> str:
        """See Place."""
        return f"native://{self.path}"

    @property
    def farewell(self) -> str:
        """See Place."""
        return "jmslike.forget() closed it; its messages are in the folder, and another connection opens it again"

    def make(self, limits: Mapping[str, Any], failed: Failed) -> Engine:
        """See Place. Raises ResourceAllocationError while another process has the folder, and on a full disk."""
        try:
            files = FolderFiles.lock(self.path)
            try:
                journal = Journal(files, EnvelopeFormat())
                return Engine(**limits, journal=journal, on_failure=failed, size_of=size_of, errors=_errors(self))
            except BaseException:
                files.close()
                raise
        except FolderInUseError as error:
            raise ResourceAllocationError(f"{error}; jmslike store shows what is in it meanwhile") from error
        except FolderError as error:
            raise _refusal(str(error), error.__cause__) from error
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            why = f"{error.strerror or error}{where}; no message is lost by that"
            raise _refusal(f"{self.path} cannot be opened: {why}", error) from error


def _refusal(text: str, cause: BaseException | None) -> JMSError:
    is_full = isinstance(cause, OSError) and cause.errno in (ENOSPC, EDQUOT)
    return ResourceAllocationError(text) if is_full else JMSError(text)


def _errors(place: Place) -> ErrorTypes:
    return ErrorTypes(
        full=ResourceAllocationError,
        closed=lambda what: ConnectionLostError(f"{what}: {place.farewell}"),
        sender_closed=IllegalStateError,
        forked=IllegalStateError,
        no_destination=InvalidDestinationError,
        in_use=JMSError,
        client_id=InvalidClientIDError,
        rolled_back=TransactionRolledBackError,
        failed=ConnectionLostError,
    )
