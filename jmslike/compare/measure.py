"""Records of what was sent and what each receiver got, and the difference in numbers.

Sent belongs to the thread of the stage, each Journal to its receiver; only Arrivals is shared by threads.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from threading import Condition
from typing import Final

PROBE: Final = 0
"""The key of the messages that find out which receivers listen; measured messages have the keys 1, 2, 3 ..."""
NO_KEY: Final = -1


def fingerprint(text: str | None) -> int:
    """Return 32 bits that differ for different texts, as a rule; -1 for no text."""
    return -1 if text is None else zlib.crc32(text.encode("utf-8", "surrogatepass"))


class Sent:
    """The messages that were sent: key n is the n-th of them."""

    def __init__(self) -> None:
        self._fingerprints = array("q")

    def __len__(self) -> int:
        return len(self._fingerprints)

    def note(self, text: str) -> int:
        """Note the next message, and return its key."""
        self._fingerprints.append(fingerprint(text))
        return len(self._fingerprints)

    def matches(self, key: int, mark: int) -> bool:
        """Whether a message with this key and this fingerprint was sent."""
        return 0 < key <= len(self._fingerprints) and self._fingerprints[key - 1] == mark


class Journal:
    """The messages that one receiver got, in their order."""

    def __init__(self, receiver: str) -> None:
        self.receiver = receiver
        self.keys: Final = array("q")
        self.fingerprints: Final = array("q")
        self.delivery_counts: Final = array("l")
        self.redelivered: Final = array("b")

    def __len__(self) -> int:
        return len(self.keys)

    def note(self, key: int, mark: int, delivery_count: int, redelivered: bool) -> None:
        """Note a message that was handed over."""
        self.keys.append(key)
        self.fingerprints.append(mark)
        self.delivery_counts.append(delivery_count)
        self.redelivered.append(redelivered)

    def within(self, keys: range) -> int:
        """Count the messages whose key is in the range."""
        return sum(key in keys for key in self.keys)


class Arrivals:
    """The number of messages that arrived, over all receivers, and a wait for it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._count = 0
        self._wanted = 0

    def add(self) -> None:
        """Count one more."""
        with self._changed:
            self._count += 1
            if self._count >= self._wanted:
                self._changed.notify_all()

    def wait_for(self, count: int, patience: float) -> bool:
        """Wait until at least `count` have come. Return False when none comes for `patience` seconds."""
        with self._changed:
            self._wanted = count
            while self._count < count:
                before = self._count
                if not self._changed.wait(patience) and self._count == before:
                    return False
            return True


@dataclass(frozen=True, slots=True)
class Tally:
    """The result of a stream of messages, each due exactly once; every field counts messages.

    `lost` never came; `duplicated` came again without being marked as redelivered; `redelivered` were so marked;
    `reordered` came, at their receiver, after one that was sent later; `damaged` are not what was sent.
    """

    received: int = 0
    lost: int = 0
    duplicated: int = 0
    redelivered: int = 0
    reordered: int = 0
    damaged: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + yours for mine, yours in zip(astuple(self), astuple(other), strict=True)))


def count(sent: int, stream: Sequence[Iterable[tuple[int, bool]]]) -> Tally:
    """Compare the keys 1 to `sent` with one stream of them: each receiver's keys, in their order.

    A key comes with whether its message was marked as redelivered. What has another key is damaged.
    """
    seen = bytearray(sent + 1)
    received = duplicated = redelivered = reordered = damaged = 0
    for receiver in stream:
        latest = 0
        for key, again in receiver:
            received += 1
            redelivered += again
            if not 0 < key <= sent:
                damaged += 1
                continue
            if not again:
                duplicated += seen[key]
                reordered += key < latest
                latest = max(latest, key)
            seen[key] = 1
    return Tally(received, sent - sum(seen), duplicated, redelivered, reordered, damaged)


def tally(sent: Sent, stream: Sequence[Journal]) -> Tally:
    """Compare what was sent, with its texts, with one stream of it.

    A stream is what all receivers of a queue or of a shared subscription got, or one subscriber through all its lives.
    """
    return count(len(sent), [_keys(journal, sent) for journal in stream])


def _keys(journal: Journal, sent: Sent) -> Iterator[tuple[int, bool]]:
    """Yield what `count` needs; a message with another text than was sent has no key."""
    for key, mark, again in zip(journal.keys, journal.fingerprints, journal.redelivered, strict=True):
        yield key if sent.matches(key, mark) else NO_KEY, bool(again)


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up the tallies of several streams."""
    return sum(tallies, Tally())


def shared_keys(journals: Iterable[Journal]) -> set[int]:
    """Return the keys that more than one of the receivers got."""
    reach = Counter(key for journal in journals for key in set(journal.keys))
    return {key for key, receivers in reach.items() if receivers > 1}
