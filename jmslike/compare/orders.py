"""Generated orders of a flash sale: the same ones for the same seed, on every machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from jmslike.compare.phrases import plural

ITEMS: Final = (
    ("espresso machine", 8900),
    ("noise-cancelling headphones", 12900),
    ("running shoes", 5450),
    ("smart watch", 14900),
    ("rain jacket", 7995),
    ("board game", 2499),
    ("desk lamp", 3250),
    ("backpack", 4600),
)
"""The items on sale, with their prices in cents."""

OPENING: Final = datetime(2026, 11, 27, 10, tzinfo=UTC)
BUSIEST: Final = 40.0
"""Orders a second when the sale opens."""
CALMING: Final = 60.0
"""Seconds after which the rate has fallen to half of `BUSIEST`."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order; `price` is that of all its pieces together, with two decimals."""

    order_id: str
    customer: str
    item: str
    quantity: int
    price: str
    created_at: str


class Orders:
    """A source of `count` orders, which are generated at each iteration."""

    def __init__(self, count: int = 3000, seed: int = 1) -> None:
        self.name: str = f"{plural(count, 'generated order')} (seed {seed})"
        self._count = count
        self._seed = seed

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for order in self.rows():
            yield json.dumps(asdict(order))

    def rows(self) -> Iterator[Order]:
        """Yield the orders, oldest first: most are placed when the sale opens, then fewer and fewer."""
        random = Random(self._seed)
        elapsed = 0.0
        for number in range(1, self._count + 1):
            elapsed += random.expovariate(BUSIEST * CALMING / (CALMING + elapsed))
            item, cents = random.choice(ITEMS)
            quantity = random.choices((1, 2, 3), weights=(80, 15, 5))[0]
            euros, rest = divmod(quantity * cents, 100)
            yield Order(
                order_id=f"FS-{number:06}",
                customer=f"C-{random.randrange(1, 2000):05}",
                item=item,
                quantity=quantity,
                price=f"{euros}.{rest:02}",
                created_at=(OPENING + timedelta(seconds=elapsed)).isoformat(timespec="milliseconds"),
            )

    def write_csv(self, path: Path) -> None:
        """Write the orders to a CSV file with a header."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Order)], lineterminator="\n")
            writer.writeheader()
            writer.writerows(map(asdict, self.rows()))
