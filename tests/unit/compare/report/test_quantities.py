from __future__ import annotations

import pytest

from jmslike.compare.report.quantities import factor, middle, quantity, spread


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0, "s", "0 s"),
        (0.0000294, "s", "29.4 µs"),
        (1.21234, "s", "1.21 s"),
        (75, "s", "75 s"),
        (0.5, "ms", "500 µs"),
        (1234.5, "ms", "1.23 s"),
        (12, "ns", "12 ns"),
        (0.25, "ns", "0.250 ns"),
        (-0.002, "s", "-2 ms"),
        (171, "messages", "171"),
        (45865.164665, "messages/s", "45,900"),
        (189_998.0, "messages/s", "190,000"),
        (0.0, "messages/s", "0"),
        (12_345_678.0, "bytes", "12,345,678"),
        (1182.3, "orders", "1,180"),
        (0.0123456, "ratio", "0.0123"),
    ],
)
def test_a_value_has_three_digits_and_a_time_the_unit_that_suits_it(value: float, unit: str, words: str) -> None:
    assert quantity(value, unit) == words


def test_a_small_ratio_is_a_fraction() -> None:
    assert [factor(each) for each in (0.00021, 0.0999, 0.1, 0.95, 1.25, 0)] == [
        "1/4,760",
        "1/10.0",
        "0.100",
        "0.950",
        "1.25",
        "0",
    ]


def test_repeats_without_a_value_are_left_out() -> None:
    assert middle([3.0, None, 1.0, 2.0]) == 2
    assert spread([3.0, None, 1.0, 2.0]) == 0.5
    assert middle([None]) is None
    assert spread([None, 1.0]) is spread([0.0, 0.0]) is None
