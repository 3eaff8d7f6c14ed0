"""The log: entries, appended to segments one after the other, written together, and made safe together.

What is appended waits in memory until `flush` writes it, or `sync` writes it and makes it safe. One segment more is
always kept ready, so that settlements have room when the disk is full, and no send waits for a segment to be made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from errno import EBADF, EIO, ENOENT
from zlib import crc32

from native_engine.journal import layout
from native_engine.journal.files import Files
from native_engine.journal.group_commit import GroupCommit
from native_engine.journal.layout import Kind
from native_engine.journal.segment import Segment, create
from native_engine.services import NoRoomError
from native_engine.statistics import FileStatistics

__all__ = ["Log", "is_of_system"]

LONGEST = (1 << 32) - 1
"""Bytes of a payload: its length has 32 bits."""
SMALLEST = 1 << 20
"""Bytes of the first segment; each is twice the one before, up to the largest."""


def is_of_system(error: OSError) -> bool:
    """Whether a call of the system has failed. A signal's handler may raise an OSError, too: a TimeoutError, say."""
    return error.errno is not None


class Run:
    """Entries that follow each other in a segment and are not written yet."""

    __slots__ = ("chunks", "offset", "segment")

    def __init__(self, segment: Segment) -> None:
        self.segment: Segment = segment
        self.offset: int = segment.end
        self.chunks: list[bytes] = []


class Log:
    """The end of a journal. Methods marked (locked) are called with `lock` held."""

    def __init__(
        self,
        files: Files,
        active: Segment,
        spare: Segment | None,
        largest: int,
        is_whole: bool = True,
    ) -> None:
        """`is_whole`: whether all that was written to the active segment is there."""
        self._files = files
        self._largest = largest
        self._making = threading.Lock()  # of the spare segment
        self._syncing = threading.Lock()
        self._writing = threading.Lock()  # taken after these two, and before `lock`
        self.lock: threading.Lock = threading.Lock()
        self.closed: list[Segment] = []  # full, oldest first; the journal drops them
        self.dropped: int = 0  # how many it has dropped
        self.active: Segment = active
        self._has_catalogue = is_whole and active.end > layout.FIRST_ENTRY
        self._spare = spare
        self._run: Run | None = None
        self._runs: list[Run] = []
        self._unsynced: list[Segment] = []  # full, and not safe yet
        self.position: int = 0  # bytes appended
        self.failure: BaseException | None = None
        self._commits = GroupCommit(self._sync)

    def begin(self, catalogue: Callable[[], list[tuple[int, int, bytes]]], rolled: Callable[[], None]) -> None:
        """Begin to append. `catalogue` returns the entries (kind, number, payload) with which a segment begins, and
        `rolled` is called when a segment is full, with locks held. Raises OSError.
        """
        self._catalogue = catalogue
        self._rolled = rolled
        if not self._has_catalogue:
            with self.lock:
                self._go_on_in(self.active, ())
            self.wait(self.position)

    # -- appending

    def has_room(self, length: int) -> bool:
        """Whether a payload of this length may be appended now; if not, call `make_room` without the lock (locked).

        It leaves the last part of each segment to settlements.
        """
        if self._fits(length, self.active.size - self.active.size // 8):
            return True
        if self._spare is None or not self._would_fit(self._spare, length):
            return False
        self._roll(self._spare)
        return True

    def has_reserve(self, length: int) -> bool:
        """Whether a payload of this length takes at most half of what is left to settlements (locked)."""
        return 2 * (layout.ENTRY_SIZE + length) <= self.active.size - self.active.end

    def is_dead(self, segment: Segment) -> bool:
        """Whether a full segment has nothing that lives, or the active one is too large for what does (locked)."""
        if segment is self.active:
            return segment.size > self._largest and 2 * segment.live_bytes <= segment.end
        return not segment.live

    def leave_large(self) -> bool:
        """Go on in the next segment if this one, made for something large, has little that lives (locked).

        Returns whether it does."""
        spare = self._spare
        if not self.is_dead(self.active) or spare is None or spare.size > self._largest:
            return False
        self._roll(spare)
        return True

    def leave(self) -> None:
        """Go on in the segment that is ready, if there is one (locked)."""
        if self._spare is not None:
            self._roll(self._spare)

    def statistics(self) -> FileStatistics:
        """Return the sizes of all files (locked)."""
        segments = self._segments()
        size, live = (sum(each.size for each in segments), sum(each.live_bytes for each in segments))
        return FileStatistics(len(segments), size, live)

    def _segments(self) -> list[Segment]:
        return [*self.closed, self.active, *([] if self._spare is None else [self._spare])]

    def make_room(self, length: int) -> None:
        """Make the segment that is to be ready, large enough for this payload. Raises NoRoomError and OSError."""
        if length > LONGEST:
            raise NoRoomError(f"a message or transaction may have 4 GiB, not {length:,} bytes; send less at once")
        with self._making:
            self._check()
            with self.lock:
                if self._spare is not None and self._would_fit(self._spare, length):
                    return
            self._replace_spare(length, min(self._largest, 2 * self.active.size))

    def make_small(self) -> None:
        """Make the segment that is to be ready as small as it can be. Raises NoRoomError and OSError."""
        with self._making:
            self._check()
            self._replace_spare(0, 0)

    def _replace_spare(self, length: int, size: int) -> None:
        with self.lock:
            spare, self._spare, number = self._spare, None, self.active.number + 1
        if spare is not None:
            self._remove(spare)
        try:
            made = self._make(number, length, size)
        except NoRoomError:
            if spare is not None:
                with suppress(NoRoomError):
                    self._keep(self._make(number, 0, spare.size))
            raise
        self._keep(made)

    def _keep(self, spare: Segment) -> None:
        with self.lock:
            self._spare = spare

    def place_for(self, length: int) -> int:
        """Return the offset in the active segment that `append` of such a payload will return (locked)."""
        if self._spare is not None and not self._fits(length, self.active.size):
            self._roll(self._spare)
        return self.active.end

    def append(self, kind: int, number: int, payload: bytes, check: int | None = None) -> int:
        """Append an entry for which there is room, and return its offset in the active segment (locked).

        A settlement may use all of the segment, and the one that is ready. If there is none it makes the file longer,
        which may fail when it is written. `check` is the CRC of the payload.
        """
        self.place_for(len(payload))
        return self._append(kind, number, payload, crc32(payload) if check is None else check)

    def append_noted(
        self, kind: int, number: int, payload: bytes, check: int, note: Callable[[Segment, int], None]
    ) -> BaseException | None:
        """Append an entry as `append` does, and call `note` with its segment and offset (locked).

        Both is done or nothing, whatever a signal's handler raises, which is returned if both is done. So `note` may be
        called again, when it was interrupted.
        """
        offset = self.place_for(len(payload))
        segment, position = self.active, self.position
        interruption: BaseException | None = None
        while True:
            try:
                if self.position == position:
                    self._append(kind, number, payload, check)
                note(segment, offset)
                return interruption
            except BaseException as error:
                if self.position == position or interruption is not None:
                    raise
                interruption = error

    def _append(self, kind: int, number: int, payload: bytes, check: int) -> int:
        segment, run = self.active, self._run
        if run is None:
            run = self._run = Run(segment)
            self._runs.append(run)
        offset, length = segment.end, len(payload)
        run.chunks += (layout.entry_header(segment.mark, offset, kind, number, length, check), payload)
        segment.end = offset + layout.ENTRY_SIZE + length
        self.position += layout.ENTRY_SIZE + length
        return offset

    def _fits(self, length: int, limit: int) -> bool:
        return self.active.end + layout.ENTRY_SIZE + length <= limit

    def _would_fit(self, spare: Segment, length: int) -> bool:
        return spare.size - spare.size // 8 >= self.overhead() + layout.ENTRY_SIZE + length

    def overhead(self) -> int:
        """Return the bytes with which a segment begins (locked)."""
        entries = self._catalogue()
        return layout.FIRST_ENTRY + sum(layout.ENTRY_SIZE + len(payload) for _, _, payload in entries)

    def _roll(self, spare: Segment) -> None:
        self._go_on_in(spare, (self.active,))
        self._rolled()

    def _go_on_in(self, segment: Segment, full: Sequence[Segment]) -> None:
        """Append to an empty segment from now on, which begins with the catalogue; at once, or not at all."""
        run, end = Run(segment), segment.end
        for kind, number, payload in self._catalogue():
            length = len(payload)
            run.chunks += (layout.entry_header(segment.mark, end, kind, number, length, crc32(payload)), payload)
            end += layout.ENTRY_SIZE + length
        # without a call from here on, so that no signal's handler comes between
        self.closed, self._unsynced = [*self.closed, *full], [*self._unsynced, *full]
        self.active, self._spare = segment, None if full else self._spare
        self._runs, self._run = [*self._runs, run], run
        self.position += end - segment.end
        segment.end = end

    def _make(self, number: int, length: int, size: int) -> Segment:
        with self.lock:
            needed = self.overhead() + layout.ENTRY_SIZE + length
        needed += needed // 4  # beside what is left to settlements
        least = max(min(SMALLEST, self._largest), needed)
        size = max(size, least)
        while True:
            try:
                return create(self._files, number, size)
            except OSError as error:
                self.note_of_names(error)
                if self.failure is error:
                    raise
                if size == least:
                    raise NoRoomError(
                        f"the journal needs {size:,} bytes more on its disk ({error}); receive messages or make room "
                        "on the disk, then try again"
                    ) from error
                size = max(size // 2, least)

    def _remove(self, segment: Segment) -> None:
        self._files.unlink(segment.name)
        self._files.sync_folder()
        self._files.close_file(segment.file)

    # -- writing

    def wait(self, position: int) -> None:
        """Return when everything that was appended before the position is safe. Raises OSError."""
        self._check()
        self._commits.wait(position)

    def finish(self, position: int) -> BaseException | None:
        """Wait, even if a signal's handler raises meanwhile: what was appended cannot be taken back.

        Returns what it raised, for the caller to raise in the end. Raises OSError.
        """
        interruption: BaseException | None = None
        while True:
            try:
                self.wait(position)
                return interruption
            except BaseException as error:
                if self.failure is not None:
                    raise
                interruption = error

    @property
    def safe(self) -> int:
        """Up to which position everything is safe."""
        return self._commits.safe

    def flush(self) -> None:
        """Write what was appended, so that it outlives the process. Raises OSError."""
        self._write()

    def _write(self) -> tuple[int, list[Segment]]:
        """Write what was appended. Return up to which position, and the segments that are not safe up to there."""
        with self._writing:
            self._check()
            with self.lock:
                position, count, self._run = self.position, len(self._runs), None
                segments = [*self._unsynced, self.active]
            if count:
                for run in self._runs[:count]:  # written again if this is interrupted, which changes nothing
                    try:
                        self._files.pwrite(run.segment.file, b"".join(run.chunks), run.offset)
                    except OSError as error:
                        self._note(error)
                        raise
                with self.lock:
                    del self._runs[:count]
            return position, segments

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _note(self, error: OSError) -> None:
        if is_of_system(error):
            self.failure = error

    def note_of_names(self, error: OSError) -> None:
        """Note a failure of the disk while files are made or removed. Nothing tells then which names are safe."""
        if error.errno == EIO:
            self.failure = error

    def _sync(self) -> int:
        with self._syncing:
            position, segments = self._write()
            try:
                for segment in segments:
                    self._files.fdatasync(segment.file)
                    if not self._files.has(segment.name):
                        raise FileNotFoundError(ENOENT, f"{segment.name} was removed from the folder")
            except OSError as error:
                self._note(error)
                raise
            full = len(segments) - 1
            if full:  # all that was ever appended to these is safe; they may be dropped from now on
                with self.lock:
                    del self._unsynced[:full]
            return position

    # -- the end

    def end(self) -> None:
        """Append that all is safe, if anything was appended and there is room. Raises OSError."""
        with self.lock:
            if self.position and self.has_room(0):
                self.append(Kind.END, 0, b"")
        self.wait(self.position)

    def release(self) -> None:
        """Close all files. Nothing is being written then, and nothing is written later.

        Otherwise a late write would hit what the next owner of the folder has written.
        """
        with self._making, self._syncing, self._writing, self.lock:
            if self.failure is None:
                self.failure = OSError(EBADF, "the journal is closed")
            for segment in self._segments():
                self._files.close_file(segment.file)
