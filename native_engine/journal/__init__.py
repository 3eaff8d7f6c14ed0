"""The journal of a durable engine: what it sends and settles, in files that outlive the process and a power loss."""

from native_engine.journal.files import Files
from native_engine.journal.format import RecordFormat

__all__ = ["Files", "RecordFormat"]
