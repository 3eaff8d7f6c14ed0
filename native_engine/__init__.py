"""An embeddable message engine: queues, topics and subscriptions for the threads of one process.

It carries any record that has a `priority` and `constraints` (see `native_engine.records.Record`), and stands alone.
"""

from native_engine.bounds import Scope
from native_engine.clock import Clock, SystemClock
from native_engine.engine import TEMPORARY_PREFIX, Engine, Kind
from native_engine.errors import (
    ClientIdError,
    ClosedError,
    DiskError,
    EngineError,
    ErrorTypes,
    FolderError,
    FolderInUseError,
    ForkedError,
    FullError,
    InUseError,
    NoDestinationError,
    RolledBackError,
    SenderClosedError,
)
from native_engine.part import Settlement
from native_engine.receiver import Receiver
from native_engine.records import Constraints, Delivery, Matches, Outcome, Receipt, Record
from native_engine.sender import Completion, Sender
from native_engine.statistics import FileStatistics, QueueAddress, Statistics

Address = QueueAddress  # its first name, under which it may be imported, too

__all__ = [
    "TEMPORARY_PREFIX",
    "Address",
    "ClientIdError",
    "Clock",
    "ClosedError",
    "Completion",
    "Constraints",
    "Delivery",
    "DiskError",
    "Engine",
    "EngineError",
    "ErrorTypes",
    "FileStatistics",
    "FolderError",
    "FolderInUseError",
    "ForkedError",
    "FullError",
    "InUseError",
    "Kind",
    "Matches",
    "NoDestinationError",
    "Outcome",
    "QueueAddress",
    "Receipt",
    "Receiver",
    "Record",
    "RolledBackError",
    "Scope",
    "Sender",
    "SenderClosedError",
    "Settlement",
    "Statistics",
    "SystemClock",
]
