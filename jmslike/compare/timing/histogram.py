"""Histograms of times, as HdrHistogram writes them: three digits of each value, up to an hour, in nanoseconds."""

from __future__ import annotations

import binascii
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby, pairwise
from math import log
from typing import Any, Final

from hdrh.codec import HdrCookieException, HdrHistogramSettingsException, HdrLengthException
from hdrh.histogram import HdrHistogram

HOUR: Final = 3_600_000_000_000
DIGITS: Final = 3
BROKEN: Final[tuple[type[Exception], ...]] = (
    HdrCookieException,
    HdrHistogramSettingsException,
    HdrLengthException,
    IndexError,
    ValueError,
    binascii.Error,
    zlib.error,
)
"""What hdrh raises for a text that is no histogram, or one of another range."""


def encode(values: Iterable[int]) -> tuple[str, int]:
    """Return the histogram of these values (format V2, compressed, in base64), and how many are above an hour.

    The latter are not in the histogram. Raises ValueError for a negative value, which no time is.
    """
    histogram = HdrHistogram(1, HOUR, DIGITS)
    beyond = 0
    for value in values:
        if value < 0:
            raise ValueError(f"a time of {value} ns: the clocks of sender and receiver differ")
        if value > HOUR:
            beyond += 1
        else:
            histogram.record_value(value)
    return histogram.encode().decode("ascii"), beyond


class Distribution:
    """The values of one or more histograms, added up, in nanoseconds.

    Raises ValueError for a text that is no histogram of `encode`.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._histogram: Final[Any] = HdrHistogram(1, HOUR, DIGITS)
        for text in texts:
            try:
                self._histogram.decode_and_add(text)
            except BROKEN as error:
                raise ValueError(f"no histogram of HdrHistogram: {text[:20]!r}") from error

    @property
    def count(self) -> int:
        """How many values there are. Without any, all other numbers are 0."""
        return int(self._histogram.get_total_count())

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return float(self._histogram.get_mean_value())

    @property
    def maximum(self) -> int:
        """The largest value."""
        return int(self._histogram.get_max_value()) if self.count else 0

    def percentile(self, percent: float) -> int:
        """Return the value that so many percent of the values do not exceed."""
        return int(self._histogram.get_value_at_percentile(percent)) if self.count else 0

    def curve(self, points: int = 300) -> list[tuple[float, int]]:
        """Return pairs (x, y): one in x of the values is y or more, from the least value to the largest.

        These are the percentile p at x = 1 / (1 - p). The points are equally far apart on a logarithmic axis.
        """
        if not self.count:
            return []
        whole = list(self._slower())
        width = max(log(whole[-1][0]) / (points - 1), 1e-9)
        kept = [next(same) for _, same in groupby(whole, lambda pair: int(log(pair[0]) / width))]
        return kept if kept[-1] == whole[-1] else [*kept[:-1], whole[-1]]

    def bins(self, number: int = 60) -> list[tuple[int, int, int]]:
        """Return triples (low, high, count), which divide the values equally on a logarithmic axis.

        A value is in the bin for which low <= value < high; a value of 0 is in the first.
        """
        if not self.count:
            return []
        low = max(1, self._values[0][0])
        end = max(low, self._values[-1][0]) + 1
        ratio = (end / low) ** (1 / number)
        edges = sorted({low, *(round(low * ratio**edge) for edge in range(1, number)), end})
        counts = dict.fromkeys(edges[:-1], 0)
        position = 0
        for value, count in self._values:
            while value >= edges[position + 1]:
                position += 1
            counts[edges[position]] += count
        return [(edge, end, counts[edge]) for edge, end in pairwise(edges)]

    @cached_property
    def _values(self) -> list[tuple[int, int]]:
        """Each value that occurs, with how often, in ascending order."""
        found = self._histogram.get_recorded_iterator()
        return [(int(each.value_iterated_to), int(each.count_at_value_iterated_to)) for each in found]

    def _slower(self) -> Iterator[tuple[float, int]]:
        left = self.count
        for value, count in self._values:
            yield self.count / left, value
            left -= count
