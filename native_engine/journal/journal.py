"""The journal of an engine: what has to outlive the process is written here before it counts.

A record that is sent is appended, made safe, and then put into its queues. What queues tell their books is appended
while they hold their lock, and written when the call that caused it ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NoReturn, TypeAlias
from zlib import crc32

from native_engine.bounds import SizeOf
from native_engine.errors import ErrorTypes, FolderError
from native_engine.journal import layout
from native_engine.journal.book import Book
from native_engine.journal.damage import Damage
from native_engine.journal.files import Files
from native_engine.journal.format import RecordFormat
from native_engine.journal.holdings import Holdings
from native_engine.journal.layout import Definition
from native_engine.journal.log import is_of_system
from native_engine.journal.opening import open_log
from native_engine.journal.pipeline import Pipeline
from native_engine.journal.record_entry import RecordEntry
from native_engine.journal.segment import Segment
from native_engine.journal.stored import Stored, stored
from native_engine.journal.transaction_entry import TransactionEntry
from native_engine.journal.upkeep import Upkeep
from native_engine.part import Part
from native_engine.queue import Queue
from native_engine.records import Matches
from native_engine.services import NoRoomError, State
from native_engine.statistics import FileStatistics

__all__ = ["Journal"]

logger: Final = logging.getLogger("jmslike.engine")

LARGEST_SEGMENT: Final = 16 << 20

Completion: TypeAlias = Callable[[Exception | None], None]


class Journal:
    """Keeps the persistent records of one engine in a folder. `segment_size` (bytes) is that of the largest files."""

    def __init__(self, files: Files, record_format: RecordFormat, segment_size: int = LARGEST_SEGMENT) -> None:
        self._files = files
        self._format = record_format
        self._segment_size = segment_size
        self._failing = threading.Lock()
        self._is_closed = False

    def open(self, errors: ErrorTypes, failed: Callable[[Exception], None]) -> dict[Definition, Book]:
        """Read what is there, and return the books of it.

        `failed` is called in a thread of its own when the disk fails. Raises FolderError and OSError.
        """
        self._errors = errors
        self._failed = failed
        contents, log = open_log(self._files, self._segment_size)
        for damage in contents.damage:
            logger.error("damaged journal: %s", damage)
        if contents.tail is not None:
            logger.warning("incomplete journal: %s", contents.tail)
        self._log = log
        self.upkeep: Upkeep = Upkeep(self._files, self._segment_size, self.fail)
        self.holdings: Holdings = Holdings(contents, log, self.upkeep.wake, self.upkeep.relieve)
        self._pipeline = Pipeline(self.wait, self._refusal)
        log.begin(self.holdings.catalogue, self.upkeep.wake)
        self.holdings.forget_empty()
        self.upkeep.start(self.holdings)
        self._pipeline.start()
        return {book.definition: book for book in self.holdings.defined.values() if book.definition is not None}

    @property
    def damage(self) -> Sequence[Damage]:
        """What could not be read."""
        return tuple(self.holdings.damage)

    def statistics(self) -> FileStatistics:
        """Return the sizes of the files."""
        with self._log.lock:
            return self._log.statistics()

    def define(self, book: Book) -> None:
        """Make the definition of a queue or subscription safe. Raises NoRoomError, or the failed error."""
        try:
            self.holdings.define(book)
        except OSError as error:
            self._raise(error)

    def size_of(self, size_of: SizeOf, held: Any) -> int:
        """Return the bytes of what a queue holds: on the disk, or as `size_of` counts for a record in memory."""
        return held.size if held.__class__ is Stored else size_of(held)

    def matches(self, selector_text: str) -> Matches:
        """Return what a selector's text means. Raises FolderError if it means nothing any more."""
        try:
            return self._format.matches(selector_text)
        except Exception as error:
            raise FolderError(f"the selector {selector_text!r} of a subscription cannot be used: {error}") from error

    # -- sending

    def hold(self, record: Any, queues: Sequence[Queue]) -> Sequence[Any]:
        """Return what each of the queues holds for a record: what is to be written, or the record itself."""
        books = self._books_for(record, queues)
        if not books:
            return [record] * len(queues)
        held = stored(record, self._format.encode(record))
        known = self.holdings.books
        return [held if queue in known else record for queue in queues]

    def _books_for(self, record: Any, queues: Sequence[Queue]) -> list[Book]:
        if not self._format.is_persistent(record):
            return []
        known = self.holdings.books
        return [known[queue] for queue in queues if queue in known]

    def send(self, record: Any, queues: Sequence[Queue], completion: Completion | None) -> None:
        """Put the record into the queues, once it is safe if it is to be. See `native_engine.sender.Send`."""
        books = self._books_for(record, queues)
        if not books:
            for queue in queues:
                queue.send_constrained(record)
            if completion is not None:
                completion(None)
            return
        held = stored(record, self._format.encode(record))
        entry = RecordEntry(self.holdings, held, books)
        try:
            interruption = self._append(entry) if completion is not None else self._make_safe(entry)
        except NoRoomError as error:
            raise self._errors.full(f"message not sent: {error}") from error
        if completion is not None:
            self._pipeline.add(entry.position, partial(self._enter, record, held, queues), completion)
        else:
            self._enter(record, held, queues)
        if interruption is not None:
            raise interruption

    def _enter(self, record: Any, held: Stored, queues: Sequence[Queue]) -> None:
        known = self.holdings.books
        for queue in queues:
            queue.send_constrained(held if queue in known else record)

    def write(self, parts: Sequence[Part], records: Sequence[Any]) -> BaseException | None:
        """Make a transaction safe, as one entry. See `native_engine.services.Store`."""
        entry = TransactionEntry(self.holdings, parts, records)
        return None if entry.is_empty else self._make_safe(entry)

    def _append(self, entry: RecordEntry | TransactionEntry) -> BaseException | None:
        """Append an entry; return what a signal's handler raised after that, when it cannot be taken back."""
        try:
            return entry.append()
        except BaseException as error:
            if isinstance(error, OSError) and is_of_system(error):
                raise self.fail(error) from error
            if not entry.position:
                raise
            return error

    def _make_safe(self, entry: RecordEntry | TransactionEntry) -> BaseException | None:
        """Append an entry and return when it is safe, and all that was sent before is in its queues.

        Returns what a signal's handler raised meanwhile, see `_append`.
        """
        interruption: BaseException | None = None
        while True:
            try:
                if not entry.position:
                    interruption = self._append(entry)
                self._log.wait(entry.position)
                self._pipeline.pass_by()
                return interruption
            except BaseException as error:
                if isinstance(error, OSError) and is_of_system(error):
                    raise self.fail(error) from error
                if not entry.position:
                    raise
                interruption = error

    # -- reading

    def record(self, held: Any) -> Any | None:
        """Return the record that a queue holds; None if it was settled meanwhile, or is damaged, which is reported."""
        if held.__class__ is not Stored:
            return held
        record = held.record
        while record is None and held.references and held.segment is not None:
            record = self._read(held)
        return record

    def _read(self, held: Stored) -> Any | None:
        """Read a record; None if it has moved meanwhile, or is damaged."""
        with self._log.lock:
            segment, offset, length = held.segment, held.offset, held.length
        if segment is None:
            return None
        try:
            data = self._files.pread(segment.file, layout.ENTRY_SIZE + length, offset)
            return self._format.decode(record_in(data, segment, offset))
        except (OSError, ValueError) as error:
            if self._is_closed:
                raise self._refusal() from None
            with self._log.lock:
                if held.segment is not segment or not held.references:
                    return None
                if isinstance(error, ValueError):
                    self.holdings.lose(held)
                    return None
                failure = error
        raise self.fail(failure) from failure

    # -- the disk

    def wait(self, position: int | None = None) -> None:
        """Return when everything up to the position, or until now, is safe."""
        try:
            self._log.wait(self._log.position if position is None else position)
        except OSError as error:
            self._raise(error)

    def flush(self) -> None:
        """Write what was appended, so that it outlives the process."""
        try:
            self._log.flush()
        except OSError as error:
            self._raise(error)

    def _raise(self, error: OSError) -> NoReturn:
        if is_of_system(error):
            raise self.fail(error) from error
        raise error  # a signal's handler raised it

    def fail(self, error: OSError) -> Exception:
        """Return what to raise, and have the engine closed."""
        if self._is_closed:
            return self._refusal()
        failure = self._errors.failed(
            f"the journal cannot be written ({error}): what was not confirmed may be lost, and the engine is closed. "
            "What was confirmed is kept in the folder; make the disk work, then connect again"
        )
        if self._failing.acquire(blocking=False):  # the caller may hold any lock
            threading.Thread(target=self._failed, args=(failure,), name="native_engine failure", daemon=True).start()
        return failure

    def _refusal(self) -> Exception:
        return self._errors.closed(State.CLOSED.value)

    def drain(self) -> None:
        """Finish the sends whose callers do not wait."""
        self._pipeline.close()

    def abandon(self) -> None:
        """Touch the files no more, in a forked child: they are the parent's, and so are threads that hold locks."""
        self.wait = self.flush = _do_nothing  # type: ignore[method-assign, assignment]
        self.send = self._refuse_child  # type: ignore[method-assign]

    def _refuse_child(self, record: Any, queues: Sequence[Queue], completion: Completion | None) -> None:
        raise self._errors.forked(State.FORKED.value)

    def close(self) -> None:
        """Make everything safe that was appended, and let go of the folder."""
        try:
            self.upkeep.close()
            if self._log.failure is None:
                self._log.wait(self._log.position)
                self._log.end()
        except OSError as error:
            logger.error("closing a journal: %s", error)
        finally:
            self._is_closed = True
            self._log.release()
            self._files.close()


def record_in(data: bytes, segment: Segment, offset: int) -> bytes:
    """Return the bytes of a record in its entry. Raises ValueError if that is damaged."""
    for mark in (segment.mark, layout.inner_mark(segment.mark)):
        entry = layout.entry_at(data, 0, mark, offset)
        if entry is not None and crc32(payload := memoryview(data)[layout.ENTRY_SIZE :]) == entry.check:
            return bytes(layout.sent_of(payload).data)
    raise ValueError("its checksum is wrong")


def _do_nothing(*_: object) -> None:
    pass
