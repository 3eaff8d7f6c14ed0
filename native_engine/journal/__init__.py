"""The journal of a durable engine: what is sent and settled, in files that outlive the process and a power loss.

docs/journal-format.md describes the files. `log` appends and syncs them, `contents` reads them, `journal` is what the
engine talks to, and `upkeep` keeps the folder small.
"""

from native_engine.journal.contents import Contents, read
from native_engine.journal.damage import Damage
from native_engine.journal.destinations import DurableDestinations
from native_engine.journal.files import Files
from native_engine.journal.format import RecordFormat
from native_engine.journal.journal import Journal

__all__ = ["Contents", "Damage", "DurableDestinations", "Files", "Journal", "RecordFormat", "read"]
