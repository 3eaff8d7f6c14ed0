"""Short names of providers, for the titles of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from jmslike.compare.results import Report
from jmslike.url import scheme_of

_LEFT_OUT: Final = frozenset({"Apache", "ActiveMQ", "engine"})
"""Words of product names that tell none of them from another."""


def names(reports: Sequence[Report]) -> list[str]:
    """Return a name for each provider, no two alike.

    It is the product; if need be with the URL's scheme, then with where it keeps messages, then with a number.
    """
    found = [_product(report) for report in reports]
    found = _told_apart(found, [scheme_of(report.url) for report in reports], "{} {}")
    found = _told_apart(found, ["disk" if report.durable else "memory" for report in reports], "{} ({})")
    total, seen = Counter(found), Counter[str]()
    for position, name in enumerate(found):
        if total[name] > 1:
            seen[name] += 1
            found[position] = f"{name} ({seen[name]})"
    return found


def _told_apart(found: Sequence[str], words: Sequence[str], form: str) -> list[str]:
    """Return the names, those with a word behind them that several have with different words."""
    pairs = list(zip(found, words, strict=True))
    several = {name for name in found if len({word for other, word in pairs if other == name}) > 1}
    return [form.format(name, word) if name in several else name for name, word in pairs]


def _product(report: Report) -> str:
    words = [word for word in report.product.split() if word not in _LEFT_OUT]
    return " ".join(words) or report.product
