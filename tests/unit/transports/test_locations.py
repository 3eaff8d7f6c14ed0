"""Locating: which URLs lead to one place, on every transport, without a connection."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from jmslike import JMSError
from jmslike.operating.providers import are_one
from jmslike.registry import resolve

SAME = [
    ("native:///tmp/shop", "native:///tmp/shop/", "native:////tmp/x/../shop", "native:///tmp/sh%6Fp?max_depth=5"),
    ("native://shop", "native://sh%6Fp?max_depth=5", "failover:(native://shop)"),
    ("stomp://Host", "stomp://user:secret@host:61613", "stomp://other,host", "failover:(stomp://host,stomp://third)"),
    ("stomp://host/shop", "stomp://host?vhost=shop"),
    ("stomps://broker", "stomps://broker/%2F", "stomps://broker?vhost=/"),
    ("stomps://host", "stomps://host:61614"),
    ("amqp://host", "amqp://user:secret@host:5672/%2F", "amqp://host?queue_type=quorum"),
    ("amqp://host/shop", "amqp://host?vhost=shop"),
    ("amqps://host", "amqps://host:5671"),
    ("kafka://host", "kafka://host:9092?group=till.{name}", "kafka://other,HOST"),
    ("kafkas://[::1]", "kafkas://[::1]:9093"),
]


@pytest.mark.parametrize("urls", SAME)
def test_urls_of_one_place_meet(urls: tuple[str, ...]) -> None:
    assert all(resolve(a, {}).locate().meets(resolve(b, {}).locate()) for a, b in combinations(urls, 2))


def test_urls_of_different_places_do_not_meet() -> None:
    firsts = [resolve(urls[0], {}).locate() for urls in SAME]
    assert [(a.names, b.names) for a, b in combinations(firsts, 2) if a.meets(b)] == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("native:///tmp/shop?window=5&client_id=x", "native:///tmp/shop/", True),
        ("stomp://a:b@host", "failover:(stomp://a:b@host:61613)", True),
        ("failover: (native:///tmp/shop)", "failover:(native:///tmp/shop)", True),
        ("stomp://a:b@host", "stomp://c:d@host", False),
        ("native:///tmp/shop", "native:///tmp/shop?max_depth=5", False),
        ("failover:(stomp://host,stomp://other)", "stomp://host", False),
        ("amqp://host/shop", "amqp://host?vhost=shop", False),
    ],
)
def test_one_connection_serves_both_urls_only_with_the_same_options(one: str, other: str, expected: bool) -> None:
    assert are_one(one, other) is expected
    assert are_one(other, one) is expected


def test_only_memory_ends_with_the_process() -> None:
    assert [resolve(urls[0], {}).locate().ends_with_process for urls in SAME] == [False, True, *[False] * 9]
    assert resolve("failover:(native://shop)", {}).locate().ends_with_process


def test_only_a_folder_can_be_missing(tmp_path: Path) -> None:
    assert [resolve(urls[0], {}).locate().missing for urls in SAME if not urls[0].startswith("native:///")] == [""] * 10
    assert "there is no such folder" in resolve(f"native://{tmp_path}/typo", {}).locate().missing


def test_a_url_that_leads_nowhere_is_an_error() -> None:
    for url in ("stomp://host:port", "amqp://host:0", "kafka://", "native://~/shop"):
        with pytest.raises(JMSError):
            resolve(url, {}).locate()
