from __future__ import annotations

import json
from pathlib import Path

from jmslike.compare import FileSource
from jmslike.compare.orders import Orders

EXAMPLE = Path(__file__).parents[3] / "examples" / "orders.csv"


def test_same_seed_same_orders() -> None:
    assert list(Orders(50, seed=3)) == list(Orders(50, seed=3))
    assert list(Orders(50, seed=3)) != list(Orders(50, seed=4))


def test_orders_are_plausible() -> None:
    orders = list(Orders(500).rows())
    assert len(Orders(500)) == 500
    assert len({order.order_id for order in orders}) == 500
    assert [order.created_at for order in orders] == sorted(order.created_at for order in orders)
    assert {order.quantity for order in orders} == {1, 2, 3}
    assert all(float(order.price) > 0 and len(order.price.partition(".")[2]) == 2 for order in orders)


def test_example_file_is_what_the_generator_writes(tmp_path: Path) -> None:
    """Made by `Orders().write_csv(Path("examples/orders.csv"))`."""
    again = tmp_path / "orders.csv"
    Orders().write_csv(again)
    assert EXAMPLE.read_bytes() == again.read_bytes()


def test_example_file_holds_the_orders() -> None:
    from_file = [json.loads(text) for text in FileSource(EXAMPLE)]
    generated = [json.loads(text) for text in Orders()]
    assert from_file == [{name: str(value) for name, value in order.items()} for order in generated]
