"""How far one partition is settled, and how that is committed: an offset, and notes of what is settled beyond it.

Kafka commits one offset for each partition: everything below it is settled. Messages that were settled out of order,
and the attempts of those that were not settled, are noted in the metadata of that offset. A broker takes 4,096 bytes:

    jmslike:<definition of the subscription>:<settled, a bitmap in base64>:<offset>=<attempts>,...

Offsets are counted from the committed one. A message whose note has no room may be redelivered after a loss, or come
without its attempts.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections import deque
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

WIDEST: Final = 16_384
"""Offsets that the bitmap covers: 2,732 characters."""
_MOST_COUNTED: Final = 64
"""Messages whose attempts are kept: fewer than 1,100 characters."""
_MARK: Final = "jmslike"
_NOTHING: Final[Collection[int]] = frozenset()


class Notes(NamedTuple):
    """What the metadata of a committed offset says."""

    definition: str
    settled: frozenset[int]
    attempts: Mapping[int, int]


def read_metadata(committed: OffsetAndMetadata | None) -> Notes:
    """Read the metadata of an offset, which another program may have committed."""
    mark, _, rest = (committed.metadata or "" if committed is not None else "").partition(":")
    parts = rest.split(":")
    if committed is None or mark != _MARK or len(parts) != 3:
        return Notes("", frozenset(), {})
    definition, bitmap, counts = parts
    start = committed.offset
    try:
        bits = base64.b64decode(bitmap)
        settled = frozenset(
            start + 8 * place + bit for place, octet in enumerate(bits) for bit in range(8) if octet >> bit & 1
        )
        pairs = [item.split("=") for item in counts.split(",") if item]
        attempts = {start + int(offset): int(count) for offset, count in pairs}
    except (ValueError, binascii.Error):
        return Notes(definition, frozenset(), {})
    return Notes(definition, settled, attempts)


def metadata(definition: str, start: int, settled: Collection[int], attempts: Mapping[int, int]) -> str:
    """Return the metadata of the committed offset `start`."""
    if not (definition or settled or attempts):
        return ""
    bits = bytearray(WIDEST // 8)
    for offset in settled:
        if offset - start < WIDEST:
            bits[(offset - start) // 8] |= 1 << (offset - start) % 8
    bitmap = base64.b64encode(bits.rstrip(b"\0")).decode()
    counted = sorted(attempts.items())[:_MOST_COUNTED]
    counts = ",".join(f"{offset - start}={count}" for offset, count in counted)
    return f"{_MARK}:{definition}:{bitmap}:{counts}"


class Progress:
    """What of one partition was handed out and what of that is settled, while this consumer owns the partition."""

    __slots__ = (
        "_attempts",
        "_definition",
        "_is_leaving",
        "_settled_before",
        "_lock",
        "_next",
        "_open",
        "_settled",
        "is_lost",
        "partition",
    )

    def __init__(self, partition: TopicPartition, start: int, notes: Notes, definition: str) -> None:
        self.partition = partition
        self.is_lost = False
        self._definition = definition
        self._is_leaving = False
        self._lock = threading.Lock()
        self._next = start  # the offset after the last one that was handed out
        self._open: deque[int] = deque()  # handed out; the first of them is not settled
        self._settled: set[int] = set()  # of those
        self._settled_before = set(notes.settled)
        self._attempts = dict(notes.attempts)

    # ---- handing out ----------------------------------------------------------------------------------------------

    def hand_out(self, offset: int, *, settle: bool = False) -> int | None:
        """Note that the message is handed out, and return its attempts; None if it was settled before, or another
        consumer gets it.

        `settle` settles at once a message without attempts.
        """
        with self._lock:
            if self.is_lost or self._is_leaving:
                return None
            self._next = offset + 1
            attempts = self._attempts.get(offset, 0) if self._attempts else 0
            was_settled = bool(self._settled_before) and offset in self._settled_before
            if was_settled:
                self._settled_before.discard(offset)
            if not (was_settled or (settle and not attempts)):
                self._open.append(offset)
            elif self._open:
                self._open.append(offset)
                self._settled.add(offset)
        return None if was_settled else attempts

    @property
    def next(self) -> int:
        """The offset after the last one that was handed out."""
        with self._lock:
            return self._next

    def accept(self, offset: int) -> None:
        """Note that the message is acknowledged."""
        with self._lock:
            self._settle(offset)

    def release(self, offset: int, attempts: int) -> None:
        """Note the attempts of a message that the next owner of the partition will get."""
        with self._lock:
            self._attempts[offset] = attempts

    def _settle(self, offset: int) -> None:
        if self._attempts:
            self._attempts.pop(offset, None)
        waiting, settled = self._open, self._settled
        if not waiting or waiting[0] != offset:
            settled.add(offset)
            return
        waiting.popleft()
        while waiting and waiting[0] in settled:
            settled.discard(waiting.popleft())

    # ---- committing -----------------------------------------------------------------------------------------------

    def committable(self, also: Collection[int] = _NOTHING) -> OffsetAndMetadata:
        """Return what may be committed, if the offsets `also` are settled, too."""
        with self._lock:
            start = self._next
            settled = self._settled.union(also) if also else self._settled
            for offset in self._open:
                if offset not in settled:
                    start = offset
                    break
            beyond = [offset for offset in (*settled, *self._settled_before) if offset >= start]
            attempts = {offset: count for offset, count in self._attempts.items() if offset >= start}
        return OffsetAndMetadata(start, metadata(self._definition, start, beyond, attempts), -1)

    def leave(self) -> None:
        """Hand out nothing any more; what was handed out can still be settled."""
        with self._lock:
            self._is_leaving = True

    @property
    def holds_any(self) -> bool:
        """Whether something that was handed out is not settled."""
        return bool(self._open)

    def lose(self) -> OffsetAndMetadata:
        """Hand out nothing any more, and return what may be committed: what is held was delivered once at least."""
        with self._lock:
            self.is_lost = True
            for offset in self._open:
                if offset not in self._settled:
                    self._attempts.setdefault(offset, 1)
        return self.committable()

    @property
    def is_too_wide(self) -> bool:
        """Whether so much is settled beyond an unsettled message that no more may be."""
        with self._lock:
            return bool(self._settled) and self._next - self._open[0] > WIDEST
