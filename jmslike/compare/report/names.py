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
    """Return a name for each provider, no two alike: its product, if need be with the URL's scheme, then a number."""
    products = [_product(report) for report in reports]
    schemes = [scheme_of(report.url) for report in reports]
    pairs = list(zip(products, schemes, strict=True))
    several = {product for product in products if len({scheme for name, scheme in pairs if name == product}) > 1}
    found = [f"{product} {scheme}" if product in several else product for product, scheme in pairs]
    total, seen = Counter(found), Counter[str]()
    for position, name in enumerate(found):
        if total[name] > 1:
            seen[name] += 1
            found[position] = f"{name} ({seen[name]})"
    return found


def _product(report: Report) -> str:
    words = [word for word in report.product.split() if word not in _LEFT_OUT]
    return " ".join(words) or report.product
